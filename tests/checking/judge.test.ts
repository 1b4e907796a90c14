// How judging goes: what is said when, and that it can be ended.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type JudgeOptions, type Judging, judgeOrigin } from '../../scripts/checking/judge.ts';
import { applyTrap } from '../../scripts/checking/traps.ts';
import { deriveLesson, deriveVariant } from '../../scripts/course/derive.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { judgeDirectory as judgeAny, root } from './judging.ts';

const lesson = findLesson(root, '01');
const judgeDirectory = (directory: string, options: JudgeOptions = {}) =>
  judgeAny(lesson, directory, options);

test('each verdict is said once, then the report with all of them, and nothing after it', async () => {
  const said: Judging[] = [];
  const on = (judging: Judging) => said.push(judging);
  const report = await judgeDirectory(lesson.directory, { on });
  const verdicts = said.flatMap((one) => (one.kind === 'verdict' ? [one.verdict] : []));
  assert.equal(verdicts.length, report.verdicts.length);
  for (const verdict of verdicts) assert.ok(report.verdicts.includes(verdict));
  const last = said.at(-1)!;
  assert.ok(last.kind === 'report' && last.report === report && last.milliseconds > 0);
  assert.equal(report.target, 'lessons/01-event-stream');
});

test('only the steps that are asked for are judged', async () => {
  const report = await judgeDirectory(lesson.directory, { upTo: 2 });
  assert.deepEqual([...new Set(report.verdicts.map(({ step }) => step))], [1, 2]);
});

test('whoever listens late is first told of, and then judged', async () => {
  const server = 'listen(server, 1);';
  // 0.8 s of real time, for the clock of the program runs 120 times as fast; or some seconds.
  const change = [
    { file: 'server.ts', from: server, to: `setTimeout(() => ${server.slice(0, -1)}, 96_000);` },
  ];
  const files = await applyTrap(root, lesson, { name: 'late', change });
  const directory = await deriveVariant(root, lesson, 'judge-late', files);
  const said: Judging[] = [];
  const report = await judgeDirectory(directory, { on: (judging) => said.push(judging) });
  const [first] = said;
  assert.ok(first?.kind === 'provisional');
  assert.match(first.message, /^Nothing listens on port \d+ yet\. Still waiting\.$/);
  assert.equal(report.failed, 0, 'it is taken back');
});

test('a machine that lets the program wait is not laid to the learner', async () => {
  // As if others had the processor: that is hardly a moment of the lesson, where its clock is not fast.
  const taken = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);';
  const tick = 'const clock = setInterval(() => {';
  const change = [{ file: 'server.ts', from: tick, to: `${tick} ${taken}` }];
  const files = await applyTrap(root, lesson, { name: 'starved', change });
  const directory = await deriveVariant(root, lesson, 'judge-starved', files);
  const said: Judging[] = [];
  const report = await judgeDirectory(directory, { on: (judging) => said.push(judging) });
  assert.equal(report.failed, 0, JSON.stringify(report.verdicts, null, 2));
  assert.ok(said.every((one) => one.kind !== 'verdict' || one.verdict.ok !== false));
});

test('judging ends with its signal, and leaves no process behind', async () => {
  const controller = new AbortController();
  const directory = await deriveLesson(root, lesson, 1);
  const judging = judgeDirectory(directory, {
    signal: controller.signal,
    on: () => controller.abort(new Error('saved again')),
  });
  await assert.rejects(judging, /saved again/);
  await assert.rejects(judgeDirectory(directory, { signal: controller.signal }), /saved again/);
});

test('an origin where nobody is cannot be judged', async () => {
  await assert.rejects(
    judgeOrigin(lesson, { origin: 'http://127.0.0.1:1', speed: 1 }),
    (error) =>
      error instanceof KitError && /^Nothing answers at .* \(ECONNREFUSED\)/.test(error.message),
  );
});
