// A lesson's page, as somebody uses it who has just opened the course.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { deriveLesson } from '../../scripts/course/derive.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { FOLDER, typeInstead, Visit } from './hub-visit.ts';

let visit: Visit;
before(async () => {
  visit = await Visit.open();
});
afterEach(async () => {
  await visit.leave();
  assert.deepEqual(visit.mistakes, []);
});
after(() => visit.close());

/** The server as it stands when that step is done. */
async function serverAt(step: number): Promise<string> {
  const directory = await deriveLesson(visit.root, findLesson(visit.root, '01'), step);
  return readFileSync(`${directory}/server.ts`, 'utf8');
}

test('from the address to a verdict by keyboard alone', async () => {
  const page = await visit.openLesson(await visit.visitor());
  assert.equal(new URL(page.url()).hash, '', 'the key is not left in the address');

  await page.keyboard.press('Tab');
  const skip = page.locator('.skips a:focus');
  for (let turn = 0; turn < 4; turn++) {
    if ((await skip.textContent()) === 'Skip to your exercise') break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  const editor = page.locator('#editor-host .cm-content');
  for (let turn = 0; turn < 12; turn++) {
    await page.keyboard.press('Tab');
    if (await editor.evaluate((content) => content === document.activeElement)) break;
  }
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(await serverAt(1));
  await page.locator('#exercise-files .mark', { hasText: 'unsaved' }).waitFor();
  await page.keyboard.press('ControlOrMeta+s');

  await page.locator('.flap[data-step="1"][data-state="passed"]').first().waitFor();
  await page.locator('.flap[data-step="2"][data-state="failed"] .advice').waitFor();
  await page.getByText(/^judged in \d+ ms$/).waitFor();
  assert.match((await page.locator('#outcome').textContent()) ?? '', /Step 2 failed/);
  assert.equal(await page.locator('#exercise-files .mark').count(), 0);
  assert.equal(await page.locator('.now-line .number').textContent(), '2');
  assert.equal(readFileSync(visit.exercise('server.ts'), 'utf8'), await serverAt(1));

  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.equal(await page.locator('button:focus').textContent(), 'Save and judge');
});

test('when all steps pass, the page says so and leads on', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await typeInstead(page, await serverAt(4));
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText('All steps of this lesson pass.').waitFor();
  await page.locator('.line .done [aria-current="page"]').waitFor();
  const map = await visit.open(page.context(), '');
  await map.locator('.stop.done .word', { hasText: 'done' }).waitFor();
});

test('a verdict shows the bytes, and words in backticks as code', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await typeInstead(page, (await serverAt(4)).replace('text/event-stream', 'text/plain'));
  await page.keyboard.press('ControlOrMeta+s');
  const flap = page.locator('.flap[data-step="1"][data-state="failed"]');
  await flap.locator('pre', { hasText: 'Content-Type: text/plain' }).waitFor();
  await flap.locator('code', { hasText: 'text/event-stream' }).first().waitFor();
});

test('the wire of the stage reaches the view between the columns', async () => {
  const page = await visit.openLesson(await visit.visitor());
  const frame = page.frameLocator('#frame iframe');
  await frame.locator('wire-view', { hasText: 'HTTP/1.1 200 OK' }).waitFor();
  await frame.locator('wire-view', { hasText: 'data: ' }).waitFor();
});

test('a lever stays pressed until it is let go, and a cut is told', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.frameLocator('#frame iframe').locator('wire-view', { hasText: 'data: ' }).waitFor();
  const split = page.getByRole('button', { name: 'Split every' });
  await split.click();
  await page.locator('.levers [aria-pressed="true"]', { hasText: 'Split every' }).waitFor();
  await split.click();
  await page.locator('.levers [aria-pressed="false"]', { hasText: 'Split every' }).waitFor();

  await page.getByRole('button', { name: 'Cut now' }).click();
  await page.getByText(/Cut: \d open streams?\./).waitFor();
});

test('a trap asks for a prediction first, then shows what is right, and can be taken away', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.getByRole('button', { name: 'Traps …' }).click();
  await page.locator('.trap-list button').first().click();
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByText('Choose one of the three first: a guess is enough.').waitFor();
  assert.equal(await page.locator('#trap-banner').isVisible(), false);

  await page.locator('dialog input[type="radio"]').first().check();
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByText('The trap is set on the stage: look at the wire.').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#trap-banner', { hasText: 'A trap is set' }).waitFor();
  await page.getByRole('button', { name: 'Take it away' }).click();
  await page.locator('#trap-banner').waitFor({ state: 'hidden' });
});

test('hints open one at a time, and are still open after a reload', async () => {
  const page = await visit.openLesson(await visit.visitor());
  const hints = page.locator('#steps li[data-step="3"] .hint:visible');
  await page.locator('#steps li[data-step="3"] summary').click();
  const ask = page.locator('#steps li[data-step="3"] .ask-hint');
  assert.equal(await hints.count(), 0);
  await ask.click();
  assert.equal(await hints.count(), 1);
  const noted = page.waitForResponse('**/api/progress/hint');
  await ask.click();
  await noted;
  assert.equal(await hints.count(), 2);

  await page.reload();
  await page.locator('#steps li[data-step="3"] summary').click();
  await hints.nth(1).waitFor();
  assert.equal(await hints.count(), 2);
});

test('mine is shown at its own address, and starts anew after a save', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.getByRole('button', { name: 'mine', exact: true }).click();
  const source = `http://127.0.0.1:${visit.ports.mine.first}/`;
  await page.locator(`#frame iframe[src="${source}"]`).waitFor();
  await typeInstead(page, await serverAt(4));
  await page.keyboard.press('ControlOrMeta+s');
  const events = page.frameLocator('#frame iframe').locator('event-log[reader="EventSource"]');
  await events
    .locator('li', { hasText: /\d\d:\d\d:\d\d/ })
    .first()
    .waitFor();
});

test('a mistake in the syntax is named on the board and on the stage, and the next save mends it', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.getByRole('button', { name: 'mine', exact: true }).click();
  await typeInstead(page, 'const server = ;\n');
  await page.keyboard.press('ControlOrMeta+s');
  await page.locator('.flap[data-state="failed"] .say', { hasText: 'server.ts:1' }).waitFor();
  await page.locator('#frame-word.problem', { hasText: 'server.ts:1' }).waitFor();
  await typeInstead(page, await serverAt(4));
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText('All 5 checks pass.').waitFor();
  await page.locator('#frame-word').waitFor({ state: 'hidden' });
});

test('what the learner prints is shown, as text', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.getByRole('button', { name: 'mine', exact: true }).click();
  await typeInstead(page, `console.log('<b>tick</b>');\n${await serverAt(4)}`);
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByRole('tab', { name: 'Output new' }).click();
  await page.locator('#output pre', { hasText: '<b>tick</b>' }).waitFor();
});

test('Ctrl Enter judges and types nothing', async () => {
  const page = await visit.openLesson(await visit.visitor());
  const editor = page.locator('#editor-host .cm-content');
  const before = await editor.locator('.cm-line').allTextContents();
  await editor.focus();
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.getByText(/^judged in \d+ ms$/).waitFor();
  assert.deepEqual(await editor.locator('.cm-line').allTextContents(), before);
});

test('without the key the course can be read, and a pasted key opens the rest', async () => {
  const context = await visit.visitor();
  const page = await context.newPage();
  await page.goto(`${visit.hub.address}lessons/${FOLDER}`);
  await page.frameLocator('#frame iframe').locator('wire-view', { hasText: 'data: ' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Cut now' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'mine', exact: true }).isDisabled(), true);

  const field = page.getByLabel('Key, or the whole address with the key');
  await field.fill('no-key-at-all');
  await field.press('Enter');
  await page.getByText('is not the key of this clone').waitFor();
  await field.fill(visit.hub.link);
  await field.press('Enter');
  await page.locator('#editor-host .cm-content').waitFor();
  await page.getByRole('button', { name: 'Cut now' }).waitFor();
});

test('two tabs share one live stream', async () => {
  const context = await visit.visitor();
  const before = visit.liveStreams;
  const first = await visit.openLesson(context);
  const second = await visit.openLesson(context);
  const third = await visit.open(context, '');
  for (const page of [first, second, third]) {
    await page.locator('#live[data-state="connected"]').waitFor();
  }
  assert.equal(visit.liveStreams - before, 1);

  // What happens in one is seen in the other.
  await first.getByRole('button', { name: 'Slow' }).click();
  await second.locator('.levers [aria-pressed="true"]', { hasText: 'Slow' }).waitFor();
  await second.getByRole('button', { name: 'Slow' }).click();
});

test('a browser without shared workers has its verdicts all the same', async () => {
  const context = await visit.visitor();
  await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
  const page = await visit.openLesson(context);
  await page.locator('#live[data-state="connected"]').waitFor();
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.getByText(/^judged in \d+ ms$/).waitFor();
});
