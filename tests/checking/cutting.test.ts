// A thousand announcements while the wire is cut at random bytes a hundred times: nothing is lost,
// nothing comes twice, all comes in its order. And where an answer is wrong, it is counted.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type CutResult, cutExercise, loadCutTest } from '../../scripts/checking/cutting.ts';
import { compareHeard, type Heard, sayCut } from '../../scripts/checking/cutting-count.ts';
import { applyTrap, loadTraps } from '../../scripts/checking/traps.ts';
import { deriveVariant } from '../../scripts/course/derive.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { createRunner } from '../../scripts/course/runner.ts';
import { root } from './judging.ts';

const lesson = findLesson(root, '04');
const runner = createRunner();
after(() => runner.close());

/** Real milliseconds: ten times what it takes. */
const LIMIT = 120_000;
/** So often, where a machine is so slow that a client comes back too late for what is kept. */
const ATTEMPTS = 4;
const SPEED = 120;

/** The same random numbers each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function cut(
  directory: string,
  asked: { events: number; cuts: number; speed?: number },
): Promise<CutResult> {
  const { path } = (await loadCutTest(lesson))!;
  for (let attempt = 1; ; attempt++) {
    const random = randomFrom(attempt);
    const speed = (asked.speed ?? SPEED) / attempt;
    const options = { ...asked, path, random, speed, limit: LIMIT };
    const result = await cutExercise(runner, directory, options);
    if (result.resets === 0 || attempt === ATTEMPTS) return result;
  }
}

async function trapped(name: string): Promise<string> {
  const trap = (await loadTraps(lesson)).find((one) => one.name === name)!;
  return deriveVariant(root, lesson, `cut-${name}`, await applyTrap(root, lesson, trap));
}

// They wait for most of their time, and wait together.
describe('a wire that is cut', { concurrency: 3 }, () => {
  test('a thousand announcements and a hundred cuts: nothing lost, nothing twice, all in order', async () => {
    const { sent, cuts, lost, doubled, disordered, resets, stopped } = await cut(lesson.directory, {
      events: 1000,
      cuts: 100,
    });
    assert.deepEqual(
      { cuts, lost, doubled, disordered, resets, stopped },
      { cuts: 100, lost: 0, doubled: 0, disordered: 0, resets: 0, stopped: undefined },
    );
    assert.ok(sent > 980, `${sent} were heard or lost`);
  });

  test('what is announced between snapshot and subscription is counted as lost', async () => {
    const result = await cut(await trapped('replays-then-subscribes'), { events: 150, cuts: 15 });
    assert.ok(result.lost > 5, JSON.stringify(result));
    assert.equal(result.doubled, 0);
    assert.match(sayCut(result), /^\d+ announcements, 15 cuts: \d+ were lost\.$/);
  });

  test('what is replayed once more is counted as doubled', async () => {
    const result = await cut(await trapped('last-one-again'), { events: 150, cuts: 15 });
    assert.ok(result.doubled > 5, JSON.stringify(result));
    assert.match(sayCut(result), /^\d+ announcements, 15 cuts: \d+ came twice\.$/);
  });
});

const events = (...numbers: (number | 'reset')[]): Heard[] =>
  numbers.map((number) =>
    number === 'reset'
      ? { type: 'reset', id: '', data: '' }
      : { type: 'message', id: String(number), data: `No. ${number}` },
  );
const SENT = events(1, 2, 3, 4, 5, 6, 7, 8, 9);
const NOTHING = { lost: 0, doubled: 0, disordered: 0, resets: 0, told: 0 };

test('what is heard is counted from the first to the last event that the client has heard', () => {
  assert.deepEqual(compareHeard(SENT, events(3, 4, 5, 6)), { ...NOTHING, sent: 4 });
  assert.deepEqual(compareHeard(SENT, []), { ...NOTHING, sent: 0 });
});

test('lost, doubled and late ones are told apart', () => {
  assert.deepEqual(compareHeard(SENT, events(2, 3, 6, 7)), { ...NOTHING, sent: 6, lost: 2 });
  assert.deepEqual(compareHeard(SENT, events(2, 3, 3, 4, 2)), { ...NOTHING, sent: 3, doubled: 2 });
  assert.deepEqual(compareHeard(SENT, events(2, 4, 3, 5)), { ...NOTHING, sent: 4, disordered: 1 });
});

test('what is missing at a reset has been told, and is not lost', () => {
  assert.deepEqual(compareHeard(SENT, events(2, 3, 'reset', 7, 8)), {
    ...NOTHING,
    sent: 7,
    resets: 1,
    told: 3,
  });
});

test('where all say the same, the IDs tell them apart', () => {
  const same = SENT.map((event) => ({ ...event, data: 'Mind the gap.' }));
  assert.equal(compareHeard(same, same.slice(2, 5)).sent, 3);
  assert.equal(compareHeard(same, [...same.slice(2, 4), same[5]!]).lost, 1);
});

test('the result is a sentence', () => {
  const result = { ...NOTHING, sent: 1000, cuts: 100 };
  const fine =
    '1000 announcements, 100 cuts: none was lost, none came twice, and all came in their order.';
  assert.equal(sayCut(result), fine);
  assert.equal(
    sayCut({ ...result, lost: 31, doubled: 1, disordered: 2 }),
    '1000 announcements, 100 cuts: 31 were lost, 1 came twice and 2 came out of order.',
  );
  assert.equal(
    sayCut({ ...result, resets: 1, told: 4, stopped: 'Time was up after 60 s.' }),
    `Time was up after 60 s. ${fine} The server said \`reset\` once; the 4 that were missing then do not count as lost.`,
  );
});
