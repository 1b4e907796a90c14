// What is remembered of a learner: the same in browser and terminal, and after everything has ended.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { textsAtStep } from '../../scripts/course/derive.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { eventually } from '../hub/clone.ts';
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

test('a check in the terminal is on the map and in the lesson at once, and after a restart', async () => {
  const context = await visit.visitor();
  const map = await visit.open(context, '');
  await map.locator('#live[data-state="connected"]').waitFor();
  const word = map.locator(`.stop[data-folder="${FOLDER}"] .word`);
  assert.equal(await word.textContent(), 'not begun');

  const lesson = findLesson(visit.root, FOLDER);
  mkdirSync(join(visit.root, 'playground'), { recursive: true });
  cpSync(join(visit.root, 'lessons', FOLDER), join(visit.root, 'playground', FOLDER), {
    recursive: true,
    filter: (path) => !/(checks|traps)\.ts$|README\.md$/.test(path),
  });
  for (const [file, text] of textsAtStep(lesson, 2)) writeFileSync(visit.exercise(file), text);
  writeFileSync(
    join(visit.root, 'playground', 'page.ts'),
    "export { listen, servePage } from '../lessons/page.ts';\n",
  );
  const { code, out } = await visit.terminal('check', '01', '--json');
  assert.equal(code, 1, out);
  const passed = JSON.parse(out).verdicts.filter(({ ok }: { ok: boolean }) => ok);
  assert.deepEqual(
    passed.map(({ step }: { step: number }) => step),
    [1, 1, 2],
  );
  await word.filter({ hasText: '2 of 4 steps' }).waitFor();
  await map.locator('.departure .go', { hasText: 'Continue: 2 of 4 steps' }).waitFor();

  await visit.hub.close();
  await map.locator('#live[data-state="away"]').waitFor();
  await visit.comeBack();
  const page = await visit.openLesson(context);
  await page.locator('.flap[data-step="2"][data-state="passed"]').waitFor();
  await page.locator('.flap[data-step="3"][data-state="waiting"]').waitFor();
  await page.locator('.now-line .number', { hasText: '3' }).waitFor();
});

test('hints come one at a time beside the step that is on, and are kept on disk', async () => {
  const page = await visit.openLesson(await visit.visitor());
  await page.locator('.flap[data-step="2"][data-state="passed"]').waitFor(); // what is known is there
  const step = Number(await page.locator('.now-line .number').textContent());
  const shown = page.locator('.now-hint .hint-title');
  for (const number of [1, 2]) {
    const label = number === 1 ? 'A hint (1 of' : `Another hint (${number} of`;
    await page.locator('#now button', { hasText: label }).click();
    await shown.filter({ hasText: `Hint ${number}` }).waitFor();
    assert.equal(await shown.count(), 1, 'one at a time');
  }
  await eventually('the hints on disk', () => {
    const text = readFileSync(join(visit.root, '.kit', 'progress.json'), 'utf8');
    return JSON.parse(text).lessons[FOLDER].hints.sort().join() === `${step}.1,${step}.2`;
  });
});

test("the exercise is opened in one's own editor, with what was typed", {
  skip: process.platform === 'win32' && 'the editor of this test is a shell script',
}, async () => {
  const desk = mkdtempSync(join(tmpdir(), 'editor-'));
  const editor = join(desk, 'code');
  const note = join(desk, 'opened');
  writeFileSync(editor, `#!/bin/sh\ncp "$1" "${note}"\n`);
  chmodSync(editor, 0o755);
  const { PATH, VISUAL } = process.env;
  process.env.PATH = `${desk}${delimiter}${PATH}`;
  process.env.VISUAL = 'code';
  try {
    const page = await visit.openLesson(await visit.visitor());
    await typeInstead(page, '// typed, and not saved\n');
    await page.getByRole('button', { name: 'Open in my editor' }).click();
    await page.getByText('Opened in code.').waitFor();
    assert.equal(readFileSync(note, 'utf8'), '// typed, and not saved\n');
  } finally {
    process.env.PATH = PATH;
    if (VISUAL === undefined) delete process.env.VISUAL;
    else process.env.VISUAL = VISUAL;
  }
});
