// What axe says of the hub's pages: light and dark, wide and narrow, with what can be opened open.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright';
import { violations } from './accessible.ts';
import { FOLDER, typeInstead, Visit } from './hub-visit.ts';

const OTHERS = ['02-fields', '03-endings'];

let visit: Visit;
before(async () => {
  visit = await Visit.open({ lessons: [FOLDER, ...OTHERS] });
});
afterEach(async () => {
  await visit.leave();
  assert.deepEqual(visit.mistakes, []);
});
after(() => visit.close());

const looks = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const;

const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

for (const look of looks) {
  const words = `${look.colorScheme}, ${look.viewport.width} pixels`;

  test(`axe finds nothing on the map: ${words}`, async () => {
    const page = await visit.open(await visit.visitor(look), '');
    await page.locator('#live[data-state="connected"]').waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal(await widthOf(page), look.viewport.width, 'nothing sticks out');
  });

  test(`axe finds nothing on a lesson that was judged: ${words}`, async () => {
    const page = await visit.openLesson(await visit.visitor(look));
    await page.locator('#now button', { hasText: 'hint' }).first().click();
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.locator('.flap[data-state="failed"] .say').waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal(await widthOf(page), look.viewport.width, 'nothing sticks out');
  });
}

for (const look of [looks[0], looks[3]]) {
  test(`axe finds nothing on the index of symptoms: ${look.colorScheme}, ${look.viewport.width} pixels`, async () => {
    const page = await visit.open(await visit.visitor(look), 'symptoms');
    await page.locator('#live[data-state="connected"]').waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal(await widthOf(page), look.viewport.width, 'nothing sticks out');
  });
}

test('a symptom is found from the map by the keyboard alone, and leads to its lesson', async () => {
  const page = await visit.open(await visit.visitor(), '');
  await page.getByRole('link', { name: 'by what you see' }).focus();
  await page.keyboard.press('Enter');
  const field = page.getByLabel('What do you see?');
  await field.focus();
  await page.keyboard.type('replays');
  await page.locator('#found', { hasText: /^2 of/ }).waitFor();
  assert.deepEqual(await page.locator('.symptom:visible h2').allTextContents(), [
    'Events come twice',
    'The stream replays from its start for ever',
  ]);
  await page.keyboard.type(' zeppelin');
  await page.locator('#none').waitFor();
  assert.equal(await page.locator('.symptom:visible').count(), 0);
  await field.fill('for ever');
  await page.getByRole('link', { name: 'The last train' }).last().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/lessons/03-endings');
  await page.locator('#editor-host .cm-content').waitFor();
});

for (const [index, look] of [looks[0], looks[3]].entries()) {
  const folder = OTHERS[index]!;
  test(`axe finds nothing on ${folder}, with all its steps open: ${look.colorScheme}, ${look.viewport.width} pixels`, async () => {
    const page = await visit.openLesson(await visit.visitor(look), folder);
    await page.locator('#steps details').evaluateAll((steps) => {
      for (const step of steps) step.setAttribute('open', '');
    });
    await page.locator('.ask-hint').first().dispatchEvent('click');
    assert.deepEqual(await violations(page), []);
    assert.equal(await widthOf(page), look.viewport.width, 'nothing sticks out');
    const [code] = await page
      .locator('#editor-host .cm-scroller')
      .evaluateAll((boxes) => boxes.map((box) => box.scrollWidth - box.clientWidth));
    assert.equal(code, 0, 'long lines of code go on below');
  });
}

test('Tab alone leads to everything that can be pressed, and through the page on the stage', async () => {
  const page = await visit.openLesson(await visit.visitor(), OTHERS[0]);
  await page.frameLocator('#frame iframe').locator('#events li').nth(2).waitFor();
  let frames = 0;
  for (let turn = 0; turn < 150; turn++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const { activeElement: element } = document;
      const been = element?.hasAttribute('data-been') ?? false;
      element?.setAttribute('data-been', '');
      if (element?.matches('.cm-content')) return 'editor';
      if (element?.matches('iframe')) return 'frame';
      return been && element?.matches('.skips a') ? 'round' : '';
    });
    if (at === 'frame') frames += 1;
    if (at === 'editor') await page.keyboard.press('Escape'); // as the line under it says
    if (at === 'round') break;
  }
  const missed = await page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        'a[href], button, input, summary, [tabindex="0"], iframe',
      ),
    ]
      .filter(
        (element) =>
          element.tabIndex >= 0 &&
          !element.hasAttribute('data-been') &&
          element.checkVisibility({ visibilityProperty: true }),
      )
      .map((element) => element.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(missed, []);
  assert.ok(frames >= 10, `${frames} stops in the frame`);
});

test('page and editor follow the scheme of the system while they are open', async () => {
  const page = await visit.openLesson(await visit.visitor({ colorScheme: 'light' }));
  const colours = () =>
    page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector('#editor-host .cm-editor')!).color,
    ]);
  assert.deepEqual(await colours(), ['rgb(244, 239, 228)', 'rgb(34, 38, 45)']);
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(await colours(), ['rgb(20, 23, 28)', 'rgb(236, 232, 221)']);
});

test('axe finds nothing in the code by steps, on the big screen', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.getByRole('button', { name: 'Big screen' }).click();
  await page.keyboard.press('PageDown');
  await page.locator('#code .cm-changedLine').first().waitFor();
  assert.deepEqual(await violations(page), []);
});

test('axe finds nothing in the dialogs', async () => {
  const page = await visit.openLesson(await visit.visitor());
  for (const open of ['Traps …', 'Reset …']) {
    await page.getByRole('button', { name: open }).click();
    assert.deepEqual(await violations(page), [], open);
    await page.keyboard.press('Escape');
  }
});

test('axe finds nothing while two versions are shown', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.route('**/api/exercise/*/server.ts', (route) =>
    route.fulfill({
      status: 409,
      json: { error: 'changed', hash: 'f'.repeat(64), text: '// theirs\n', deleted: false },
    }),
  );
  await typeInstead(page, '// mine\n');
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByRole('group', { name: 'Two versions of server.ts' }).waitFor();
  assert.deepEqual(await violations(page), []);
});

test('axe finds nothing where the key is missing, and where nothing is', async () => {
  const context = await visit.visitor();
  const page = await context.newPage();
  await page.goto(visit.hub.address);
  await page.getByText('Your progress needs your key').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.goto(`${visit.hub.address}lessons/99-nowhere`);
  assert.deepEqual(await violations(page), []);
});
