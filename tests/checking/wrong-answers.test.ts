// Wrong answers beyond the lesson's traps: each fails at its step, and the exact text that a learner
// reads is kept. Does it say what came, what was meant, and what to do?
import assert from 'node:assert/strict';
import test from 'node:test';
import { applyTrap } from '../../scripts/checking/traps.ts';
import { assertKept, failingStep, judgeVariant, lesson, root } from './judging.ts';
import { wrongAnswers } from './wrong-answers.ts';

for (const { name, step, change, finding, patience } of wrongAnswers) {
  test(`${name} fails at step ${step}, in words that are kept`, async () => {
    const changes = change.map((one) => ({ file: 'server.ts', ...one }));
    const files = await applyTrap(root, lesson, { name, change: changes });
    const report = await assertKept(`wrong/${name}.txt`, () =>
      judgeVariant(`wrong-${name}`, files, { patience }),
    );
    const failing = report.verdicts.find(({ ok, waitsFor }) => ok === false && !waitsFor);
    assert.equal(failingStep(report), step, JSON.stringify(report.verdicts, null, 2));
    assert.equal(failing?.finding, finding);
  });
}
