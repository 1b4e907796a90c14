// The proof of the lesson: step k passes the checks up to k, and fails those of k + 1.
import assert from 'node:assert/strict';
import test from 'node:test';
import { deriveLesson } from '../../scripts/course/derive.ts';
import { lessonSteps } from '../../scripts/course/lessons.ts';
import { failingStep, judgeDirectory, lesson, root, steps } from './judging.ts';

const last = lessonSteps(lesson).size;

for (let step = 0; step < last; step++) {
  test(`after step ${step} the checks up to ${step} pass and step ${step + 1} fails`, async () => {
    const report = await judgeDirectory(await deriveLesson(root, lesson, step));
    assert.equal(failingStep(report), step + 1, JSON.stringify(report.verdicts, null, 2));
  });
}

test('the finished lesson passes, in its own folder, marks and all', async () => {
  const report = await judgeDirectory(lesson.directory);
  assert.equal(steps(report), '1 2 3 4', JSON.stringify(report.verdicts, null, 2));
  assert.equal(report.failed, 0);
  assert.equal(report.passed, report.verdicts.length);
});

test('every step of the lesson has a check, and no check a step that is not there', async () => {
  const { loadChecks } = await import('../../scripts/checking/judge.ts');
  const checked = new Set((await loadChecks(lesson)).map(({ step }) => step));
  assert.deepEqual([...checked], [...lessonSteps(lesson).keys()]);
});
