// The proof of each lesson: step k passes the checks up to k, and fails those of k + 1.
import assert from 'node:assert/strict';
import test from 'node:test';
import { loadChecks } from '../../scripts/checking/judge.ts';
import { PageMemory } from '../../scripts/checking/page-memory.ts';
import { deriveLesson } from '../../scripts/course/derive.ts';
import { lessonSteps } from '../../scripts/course/lessons.ts';
import { allSteps, failingStep, judgeDirectory, lessons, root, steps } from './judging.ts';

for (const lesson of lessons) {
  const { folder } = lesson;
  const memory = new PageMemory(); // a step of the server alone has the page of the one before

  for (let step = 0; step < lessonSteps(lesson).size; step++) {
    test(`${folder}: after step ${step} the checks up to ${step} pass and step ${step + 1} fails`, async () => {
      const directory = await deriveLesson(root, lesson, step);
      const judge = (slower: boolean) =>
        judgeDirectory(lesson, directory, { memory, upTo: step + 1, slower });
      // The failure is meant; only another one is asked again.
      let report = await judge(false);
      if (failingStep(report) !== step + 1) report = await judge(true);
      assert.equal(failingStep(report), step + 1, JSON.stringify(report.verdicts, null, 2));
    });
  }

  test(`${folder}: the finished lesson passes, in its own folder, marks and all`, async () => {
    const report = await judgeDirectory(lesson, lesson.directory);
    assert.equal(steps(report), allSteps(lesson), JSON.stringify(report.verdicts, null, 2));
    assert.equal(report.failed, 0);
    assert.equal(report.passed, report.verdicts.length);
  });

  test(`${folder}: every step has a check, and no check a step that is not there`, async () => {
    const checked = new Set((await loadChecks(lesson)).map(({ step }) => step));
    assert.deepEqual([...checked], [...lessonSteps(lesson).keys()]);
  });
}
