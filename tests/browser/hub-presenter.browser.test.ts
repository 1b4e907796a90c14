// In front of a room: the big screen, steps by a clicker, notes in a window of their own.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright';
import { typeInstead, Visit } from './hub-visit.ts';

const LESSONS = ['01-event-stream', '02-fields', '03-endings'];

let visit: Visit;
before(async () => {
  visit = await Visit.open({ lessons: LESSONS });
});
afterEach(async () => {
  await visit.leave();
  assert.deepEqual(visit.mistakes, []);
});
after(() => visit.close());

const room = { viewport: { width: 1280, height: 720 } };

/** Opens a lesson on the big screen. */
async function openBig(folder?: string): Promise<Page> {
  const page = await visit.openLesson(await visit.visitor(room), folder);
  await page.getByRole('button', { name: 'Big screen' }).click();
  await page.locator('body.big').waitFor();
  return page;
}

/** A row of the log on the stage that came over the wire. */
const entry = (page: Page) =>
  page.frameLocator('#frame iframe').locator('event-log[reader="EventSource"] li:has(b)');

test("PageDown and PageUp lead through the steps, and the presenter's own text stays", async () => {
  const page = await visit.openLesson(await visit.visitor(room));
  await typeInstead(page, '// the room watches me type\n');
  await page.getByRole('button', { name: 'Big screen' }).click();
  await page.keyboard.press('PageDown');
  await page.getByText('Step 1 of 4').waitFor();
  await page.keyboard.press('PageDown');
  await page.getByText('Step 2 of 4').waitFor();
  await page.locator('#code .cm-changedLine', { hasText: 'response.write' }).waitFor();
  await page.getByText('running, up to step 2').waitFor();
  await page.keyboard.press('PageUp');
  await page.getByText('running, up to step 1').waitFor();

  await page.getByRole('tab', { name: 'My exercise' }).click();
  const lines = page.locator('#editor-host .cm-line');
  assert.deepEqual(await lines.allTextContents(), ['// the room watches me type', '']);
});

test('buttons lead through the steps as well, and stop at both ends', async () => {
  const page = await openBig();
  const [back, next] = ['← Step back', 'Next step →'].map((name) => page.getByText(name));
  assert.equal(await back!.getAttribute('aria-disabled'), 'true');
  for (const step of [1, 2, 3, 4, 4]) {
    await next!.dispatchEvent('click');
    await page.getByText(`Step ${step} of 4`).waitFor();
  }
  assert.equal(await next!.getAttribute('aria-disabled'), 'true');
  await back!.click();
  await page.getByText('Step 3 of 4').waitFor();
  await page.getByText('running, up to step 3').waitFor();
});

/** Whether what the step has brought is in the panel, as far as it fits, and what it replaces above. */
function isChangeInSight(): boolean {
  const panel = document.querySelector('#code .cm-scroller')?.getBoundingClientRect();
  const gone = document.querySelector('#code .cm-deletedChunk')?.getBoundingClientRect();
  const changed = [...document.querySelectorAll('#code .cm-changedLine')];
  if (!panel || changed.length === 0) return false;
  const inSight = changed
    .map((line) => line.getBoundingClientRect())
    .filter(({ top }) => top >= panel.top && top + 20 <= panel.bottom);
  const isGoneSeen = !gone || gone.bottom - 20 >= panel.top;
  return isGoneSeen && inSight.length >= Math.min(changed.length, 3);
}

test('a clicker works while the focus is in the page on the stage', async () => {
  const page = await openBig('02-fields');
  const frame = page.frameLocator('#frame iframe');
  await entry(page).first().waitFor();
  await frame.getByLabel('Station').focus();
  await page.keyboard.press('PageDown');
  await page.getByText('Step 1 of 6').waitFor();
  await page.getByText('running, up to step 1').waitFor();
  await page.getByRole('button', { name: 'Big screen' }).click(); // and off again
  await frame.getByLabel('Station').focus();
  await page.keyboard.press('PageDown');
  await page.keyboard.type('x');
  await page.locator('.step-title', { hasText: 'Step 1 of 6' }).waitFor({ state: 'attached' });
  assert.match(await frame.getByLabel('Station').inputValue(), /x/);
  assert.equal(await page.getByText('running, up to step 1').count(), 1);
});

test('the step and the big screen are found again after a reload', async () => {
  const page = await visit.openLesson(await visit.visitor(room));
  await page.getByRole('button', { name: 'Big screen' }).click();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await page.getByText('running, up to step 3').waitFor();
  await page.reload();
  await page.getByText('Step 3 of 4').waitFor();
  assert.equal(await page.locator('body.big').count(), 1);
  assert.equal(await page.locator('article').isVisible(), false);
});

test('after the hub has crashed the step is on the stage again, without a hand on the page', async () => {
  const page = await openBig();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await page.getByText('running, up to step 2').waitFor();
  await visit.hub.close();
  await page.locator('#live[data-state="away"]').waitFor({ state: 'attached' });
  // A frame that was loading at that moment has lost half of its scripts: that is the crash's doing.
  visit.mistakes.splice(0);
  await visit.comeBack();
  await page.locator('#live[data-state="connected"]').waitFor({ state: 'attached' });
  await page.getByText('running, up to step 2').waitFor();
  await entry(page).first().waitFor();
  assert.match((await page.locator('#code .step-title').textContent())!, /^Step 2 of 4/);
});

test('after the tab has crashed the next one shows the step; after a close it shows the whole', async () => {
  const context = await visit.visitor(room);
  const page = await visit.openLesson(context);
  await page.getByRole('tab', { name: 'Step by step' }).click();
  for (const step of [1, 2, 3]) {
    await page.getByText('Next step →').click();
    await page.getByText(`running, up to step ${step}`).waitFor();
  }
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  session.send('Page.crash').catch(() => {}); // nobody is there to answer
  await crashed;
  const next = await visit.openLesson(context);
  await next.getByRole('tab', { name: 'Step by step' }).click();
  await next.getByText('Step 3 of 4').waitFor();
  await next.getByRole('button', { name: 'Whole lesson' }).click();
  await next.locator('#stage-state', { hasText: /^running$/ }).waitFor();
  assert.equal(await next.getByRole('button', { name: 'Whole lesson' }).count(), 0);
  await next.goto('about:blank'); // as a close, it takes leave
  const other = await visit.openLesson(context);
  await other.getByRole('tab', { name: 'Step by step' }).click();
  await other.getByText('The starter, before the first step').waitFor();
});

for (const folder of LESSONS) {
  test(`what a step of ${folder} has changed stands out, is in sight, and nothing that the room must read is small`, async () => {
    const page = await openBig(folder);
    const title = page.locator('#code .step-title');
    const last = Number(await page.locator('#steps li[data-step]').count());
    for (let step = 1; step <= last; step += 1) {
      await page.keyboard.press('PageDown');
      await title.filter({ hasText: `Step ${step} of ${last}` }).waitFor();
      await page.waitForFunction(isChangeInSight, undefined, { polling: 50 });
    }
    const [changed, other] = await page.evaluate(() =>
      ['.cm-changedLine', '.cm-line:not(.cm-changedLine)'].map(
        (line) => getComputedStyle(document.querySelector(`#code ${line}`)!).backgroundColor,
      ),
    );
    assert.notEqual(changed, other);

    const sizes = await page.evaluate(sizesOf, [
      '#code .cm-line',
      '.step-title',
      '#watch button',
      '.levers button',
      '.stage-words',
    ]);
    assert.ok(Math.min(...sizes.slice(0, 3)) >= 20, `${sizes} px`);
    assert.ok(Math.min(...sizes) >= 18, `${sizes} px`);
    const overflow = await page.evaluate(() => [
      document.documentElement.scrollWidth - innerWidth,
      document.documentElement.scrollHeight - innerHeight,
    ]);
    assert.deepEqual(overflow, [0, 0]);

    // The page in the frame grows with the frame; what is in it stays in sight.
    await page.keyboard.press('Home');
    await page.locator('#stage-state', { hasText: /^running$/ }).waitFor();
    await entry(page).first().waitFor();
    const frame = page
      .frames()
      .find((one) => one.url().startsWith('http://localhost:') && one !== page.mainFrame())!;
    const inFrame = await frame.evaluate(sizesOf, [
      '.entries',
      '.tape',
      'h2',
      '[data-connections]',
    ]);
    const scale = await page.evaluate(() => {
      const { width } = document.querySelector('#frame iframe')!.getBoundingClientRect();
      return width / document.querySelector<HTMLElement>('#frame iframe')!.offsetWidth;
    });
    assert.ok(scale * Math.min(...inFrame) >= 17, `${inFrame} px, ${scale} times`);
    const hidden = await frame.evaluate(() =>
      [...document.querySelectorAll('.buttons button, wire-view footer button')]
        .filter((button) => button.getBoundingClientRect().bottom > innerHeight)
        .map((button) => button.textContent),
    );
    assert.deepEqual(hidden, []);
    const logs = await frame.evaluate(() =>
      [...document.querySelectorAll('.entries')].map((log) => log.clientHeight),
    );
    assert.ok(Math.min(...logs) * scale >= 90, `${logs} px, ${scale} times: three lines of a log`);
  });
}

/** Font sizes in pixels. */
function sizesOf(selectors: string[]): number[] {
  return selectors.map((selector) =>
    Number.parseFloat(getComputedStyle(document.querySelector(selector)!).fontSize),
  );
}

test('Home takes everything back: levers, trap, step, logs and tape, but not what was typed', async () => {
  const page = await visit.openLesson(await visit.visitor(room));
  await typeInstead(page, '// typed in front of all\n');
  await page.getByRole('button', { name: 'Big screen' }).click();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await page.getByText('running, up to step 2').waitFor();
  for (const lever of ['Slow', 'Hold', 'Split every']) {
    await page.getByRole('button', { name: lever }).click();
    await page.locator('.levers [aria-pressed="true"]', { hasText: lever }).waitFor();
  }
  await page.getByRole('button', { name: 'Traps …' }).click();
  await page.locator('.trap-list button').first().click();
  await page.locator('dialog input[type="radio"]').first().check();
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByRole('button', { name: 'Look' }).click();
  await page.locator('#trap-banner', { hasText: 'A trap is set' }).waitFor();
  const marked = page.frameLocator('#frame iframe').locator('html[data-old]');
  await page
    .frameLocator('#frame iframe')
    .locator('html')
    .evaluate((html) => html.setAttribute('data-old', ''));

  await page.keyboard.press('Home');
  await page.locator('.levers:not(:has([aria-pressed="true"]))').waitFor();
  await page.locator('#trap-banner').waitFor({ state: 'hidden' });
  await page.locator('#stage-state', { hasText: /^running$/ }).waitFor();
  await page.getByText('The starter, before the first step').waitFor();
  await entry(page).nth(1).waitFor();
  assert.equal(await marked.count(), 0, 'the page is another one, with its logs and its tape');
  await page.reload();
  await page.locator('#stage-state', { hasText: /^running$/ }).waitFor();
  await page.getByText('The starter, before the first step').waitFor();
  await page.getByRole('tab', { name: 'My exercise' }).click();
  const lines = page.locator('#editor-host .cm-line');
  assert.deepEqual(await lines.allTextContents(), ['// typed in front of all', '']);
});

test('the stage notes have a window of their own', async () => {
  const page = await visit.openLesson(await visit.visitor());
  const opened = page.context().waitForEvent('page');
  await page.getByRole('button', { name: 'Stage notes' }).click();
  const notes = await opened;
  await notes.getByText('The one sentence:').waitFor();
  assert.equal(await notes.locator('iframe, .cm-editor').count(), 0);
});

test('? tells the keys, Escape closes, and the focus goes back', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.locator('#keys').focus();
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'hidden' });
  assert.equal(await page.locator('#keys:focus').count(), 1);
});
