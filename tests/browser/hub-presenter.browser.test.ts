// In front of a room: the big screen, steps by a clicker, notes in a window of their own.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { typeInstead, Visit } from './hub-visit.ts';

let visit: Visit;
before(async () => {
  visit = await Visit.open();
});
afterEach(async () => {
  await visit.leave();
  assert.deepEqual(visit.mistakes, []);
});
after(() => visit.close());

const room = { viewport: { width: 1280, height: 720 } };

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

test('nothing that the room must read is small on the big screen', async () => {
  const page = await visit.openLesson(await visit.visitor(room));
  await page.getByRole('button', { name: 'Big screen' }).click();
  await page.keyboard.press('PageDown');
  await page.locator('#code .cm-line').first().waitFor();
  const sizes = await page.evaluate(() =>
    ['#code .cm-line', '.step-title', '#watch button'].map((selector) =>
      Number.parseFloat(getComputedStyle(document.querySelector(selector)!).fontSize),
    ),
  );
  for (const size of sizes) assert.ok(size >= 20, `${size} px`);
  const overflow = await page.evaluate(() => [
    document.documentElement.scrollWidth - innerWidth,
    document.documentElement.scrollHeight - innerHeight,
  ]);
  assert.deepEqual(overflow, [0, 0]);
});

test('Home sets the demonstration back', async () => {
  const page = await visit.openLesson(await visit.visitor(room));
  await page.getByRole('button', { name: 'Slow' }).click();
  await page.locator('.levers [aria-pressed="true"]').waitFor();
  await page.getByRole('button', { name: 'Big screen' }).click();
  await page.keyboard.press('Home');
  await page.locator('.levers [aria-pressed="true"]').waitFor({ state: 'detached' });
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
