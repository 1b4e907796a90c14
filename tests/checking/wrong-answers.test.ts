// Wrong answers beyond the lessons' traps: each fails at its step, and the exact text that a learner
// reads is kept. Does it say what came, what was meant, and what to do?
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import type { JudgeOptions } from '../../scripts/checking/judge.ts';
import { applyTrap } from '../../scripts/checking/traps.ts';
import { assertKept, failingStep, judgeVariant, lessons, root } from './judging.ts';
import type { WrongAnswer } from './wrong-answers/wrong-answer.ts';

for (const lesson of lessons) {
  const list = join(import.meta.dirname, 'wrong-answers', `${lesson.folder}.ts`);
  if (!existsSync(list)) continue;
  const { wrongAnswers } = (await import(pathToFileURL(list).href)) as {
    wrongAnswers: WrongAnswer[];
  };
  for (const { name, step, change, finding, patience } of wrongAnswers) {
    test(`${lesson.folder}: ${name} fails at step ${step}, in words that are kept`, async () => {
      const changes = change.map((one) => ({ file: 'server.ts', ...one }));
      const files = await applyTrap(root, lesson, { name, change: changes });
      const judge = (options: JudgeOptions) =>
        judgeVariant(lesson, `wrong-${name}`, files, { patience, upTo: step, ...options });
      const report = await assertKept(lesson, `wrong/${name}.txt`, judge);
      const failing = report.verdicts.find(({ ok, waitsFor }) => ok === false && !waitsFor);
      assert.equal(failingStep(report), step, JSON.stringify(report.verdicts, null, 2));
      assert.equal(failing?.finding, finding);
    });
  }
}
