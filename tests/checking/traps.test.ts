// Every wrong answer of a lesson's list fails at its step, and in the words that are kept.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { JudgeOptions } from '../../scripts/checking/judge.ts';
import { applyTrap, loadTraps, trap } from '../../scripts/checking/traps.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { assertKept, failingStep, judgeVariant, lessons, root } from './judging.ts';

for (const lesson of lessons) {
  for (const trap of await loadTraps(lesson)) {
    const { name, step } = trap;
    test(`${lesson.folder}: the trap ${name} fails at step ${step}, in words that are kept`, async () => {
      const files = await applyTrap(root, lesson, trap);
      const judge = (options: JudgeOptions) =>
        judgeVariant(lesson, name, files, { upTo: step, ...options });
      const report = await assertKept(lesson, `${name}.txt`, judge);
      const failing = report.verdicts.find(({ ok, waitsFor }) => ok === false && !waitsFor);
      assert.equal(failingStep(report), step, JSON.stringify(report.verdicts, null, 2));
      assert.equal(failing?.finding, trap.finding);
    });
  }
}

const first = findLesson(root, '01');

test('a trap that no longer fits the finished file is refused with the text it looked for', async () => {
  const change = [{ file: 'server.ts', from: 'text/event-streaming', to: '' }];
  await assert.rejects(
    applyTrap(root, first, { name: 'misfit', change }),
    (error) => error instanceof KitError && /0 times: "text\/event-streaming"/.test(error.message),
  );
});

test('a text that is there twice is refused as well', async () => {
  const change = [{ file: 'server.ts', from: 'response', to: 'answer' }];
  await assert.rejects(
    applyTrap(root, first, { name: 'misfit', change }),
    (error) =>
      error instanceof KitError && /must be there once and is there \d+ times/.test(error.message),
  );
});

test('a trap needs a name that a folder can have', async () => {
  const [one] = await loadTraps(first);
  assert.throws(() => trap({ ...one!, name: 'No Good' }), KitError);
  assert.throws(() => trap({ ...one!, name: 'step-2' }), KitError);
});
