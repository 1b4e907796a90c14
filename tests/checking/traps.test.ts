// Every wrong answer of the lesson's list fails at its step, and in the words that are kept.
import assert from 'node:assert/strict';
import test from 'node:test';
import { applyTrap, loadTraps, trap } from '../../scripts/checking/traps.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { assertKept, failingStep, judgeVariant, lesson, root } from './judging.ts';

const traps = await loadTraps(lesson);

for (const trap of traps) {
  test(`the trap ${trap.name} fails at step ${trap.step}, in words that are kept`, async () => {
    const files = await applyTrap(root, lesson, trap);
    const report = await assertKept(`${trap.name}.txt`, () => judgeVariant(trap.name, files));
    const failing = report.verdicts.find(({ ok, waitsFor }) => ok === false && !waitsFor);
    assert.equal(failingStep(report), trap.step, JSON.stringify(report.verdicts, null, 2));
    assert.equal(failing?.finding, trap.finding);
  });
}

test('a trap that no longer fits the finished file is refused with the text it looked for', async () => {
  const change = [{ file: 'server.ts', from: 'text/event-streaming', to: '' }];
  await assert.rejects(
    applyTrap(root, lesson, { name: 'misfit', change }),
    (error) => error instanceof KitError && /0 times: "text\/event-streaming"/.test(error.message),
  );
});

test('a text that is there twice is refused as well', async () => {
  const change = [{ file: 'server.ts', from: 'response', to: 'answer' }];
  await assert.rejects(
    applyTrap(root, lesson, { name: 'misfit', change }),
    (error) =>
      error instanceof KitError && /must be there once and is there \d+ times/.test(error.message),
  );
});

test('a trap needs a name that a folder can have', () => {
  const [first] = traps;
  assert.throws(() => trap({ ...first!, name: 'No Good' }), KitError);
  assert.throws(() => trap({ ...first!, name: 'step-2' }), KitError);
});
