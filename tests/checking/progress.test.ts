// Progress: kept over everything, shared by whoever writes, and never lost with a broken file.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import {
  readProgress,
  recordHint,
  recordPrediction,
  recordReport,
  stepsOf,
} from '../../scripts/checking/progress.ts';
import { makeReport } from '../../scripts/checking/verdict.ts';

const LESSON = '01-event-stream';

function clone(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'progress-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function report(...steps: [number, boolean | null][]) {
  const verdicts = steps.map(([step, ok]) => ({ step, ok, title: `check of ${step}` }));
  return makeReport(LESSON, 'playground/01-event-stream', verdicts);
}

test('a clone without progress has none', async (t) => {
  assert.deepEqual(await readProgress(clone(t)), { lessons: {} });
});

test('a step is done when all its checks pass, and stays done when they fail later', async (t) => {
  const root = clone(t);
  await recordReport(root, report([1, true], [1, true], [2, true], [2, false]));
  const first = (await readProgress(root)).lessons[LESSON]!;
  assert.deepEqual(Object.keys(first.done), ['1']);
  await recordReport(root, report([1, false], [2, true]));
  const second = (await readProgress(root)).lessons[LESSON]!;
  assert.deepEqual(Object.keys(second.done), ['1', '2']);
  assert.equal(second.done[1], first.done[1], 'the first time counts');
  assert.deepEqual(second.latest?.steps, { 1: false, 2: true });
});

test('a step with a check that could not be seen is not done, whatever the others say', async (t) => {
  const unseen = report(
    [1, null],
    [1, true],
    [2, true],
    [2, null],
    [3, null],
    [3, false],
    [4, true],
  );
  assert.deepEqual(stepsOf(unseen), { 1: null, 2: null, 3: false, 4: true });
  const { lessons } = await recordReport(clone(t), unseen);
  assert.deepEqual(Object.keys(lessons[LESSON]!.done), ['4']);
});

test('writes at the same moment are all kept', async (t) => {
  const root = clone(t);
  await Promise.all([
    recordHint(root, LESSON, 1, 1),
    recordHint(root, LESSON, 2, 1),
    recordHint(root, LESSON, 1, 1),
    recordReport(root, report([1, true])),
    recordPrediction(root, LESSON, 'no-flush', { choice: 0, right: false }),
  ]);
  const lesson = (await readProgress(root)).lessons[LESSON]!;
  assert.deepEqual(lesson.hints, ['1.1', '2.1']);
  assert.deepEqual(Object.keys(lesson.done), ['1']);
  assert.equal(lesson.predictions['no-flush']?.right, false);
});

test('the first prediction counts', async (t) => {
  const root = clone(t);
  await recordPrediction(root, LESSON, 'no-flush', { choice: 0, right: false });
  await recordPrediction(root, LESSON, 'no-flush', { choice: 1, right: true });
  const lesson = (await readProgress(root)).lessons[LESSON]!;
  assert.equal(lesson.predictions['no-flush']?.choice, 0);
});

for (const broken of ['{"lessons": {', '[]', '{"lessons":{"01-event-stream":{"done":7}}}', '']) {
  test(`a file that holds ${broken || 'nothing'} is put aside, and that is said`, async (t) => {
    const root = clone(t);
    const folder = join(root, '.kit');
    mkdirSync(folder);
    writeFileSync(join(folder, 'progress.json'), broken);
    const { lessons, notice } = await readProgress(root);
    assert.deepEqual(lessons, {});
    const aside = readdirSync(folder).find((name) => name.startsWith('progress-broken-'))!;
    assert.equal(readFileSync(join(folder, aside), 'utf8'), broken);
    assert.match(notice!, new RegExp(`^\\.kit/progress\\.json .* kept as \\.kit/${aside}\\.`));
    await recordHint(root, LESSON, 1, 1);
    assert.equal((await readProgress(root)).notice, undefined, 'it is said once');
  });
}
