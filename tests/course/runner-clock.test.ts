// The fast clock: a program cannot tell it from a real one, and it keeps time.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { speedUp } from '../../scripts/course/runner/clock.js';
import { TYPESCRIPT } from '../typescript.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'runner-clock.ts');
const SPEED = 50;

interface Seen {
  untouched: boolean;
  dates: Record<string, boolean>;
  scaled: Record<string, number>;
  aborted: Record<string, boolean>;
  timer: Record<string, boolean>;
  /** Real milliseconds of ticks that are 1000 lesson milliseconds apart. */
  moments: Record<string, number[]>;
  /** Whole seconds, as a program reads them that aligns itself to them. */
  aligned: number[];
}

async function look(speed: number): Promise<Seen> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', TYPESCRIPT, FIXTURE],
    String(speed),
  ]);
  return JSON.parse(stdout);
}

let seen: Seen;
before(async () => {
  seen = await look(SPEED);
});

function wrong(answers: Record<string, boolean>): string[] {
  return Object.keys(answers).filter((name) => !answers[name]);
}

test('dates, whatever makes them, are dates', () => {
  assert.deepEqual(wrong(seen.dates), []);
});

test('a timer is a timer in every respect', () => {
  assert.deepEqual(wrong(seen.timer), []);
});

test('a wait that is aborted says so as Node does', () => {
  assert.deepEqual(wrong(seen.aborted), []);
});

test('all clocks run at the same multiple', () => {
  const { passed = 0, ...clocks } = seen.scaled;
  for (const [name, milliseconds] of Object.entries(clocks)) {
    assert.ok(milliseconds >= 499, `${name}: a timer of 500 ms fired after ${milliseconds}`);
    assert.ok(milliseconds <= passed * SPEED + 1, `${name}: ${milliseconds} in ${passed} real ms`);
  }
});

/**
 * How many lesson milliseconds a tick is too long on average, in the quietest stretch of ten: a
 * machine that does something else for a moment is not the clock's fault.
 */
function drift(moments: number[]): number {
  const stretches = moments
    .slice(10)
    .map((moment, index) => ((moment - moments[index]!) / 10) * SPEED - 1000);
  return stretches.reduce((best, each) => (Math.abs(each) < Math.abs(best) ? each : best));
}

for (const way of [
  'setInterval',
  'setTimeout',
  'awaited',
  'scheduler',
  'promisified',
  'iterated',
]) {
  test(`a second by ${way} is a second on average`, async () => {
    let least = drift(seen.moments[way]!);
    for (let again = 0; again < 3 && Math.abs(least) > 10; again++) {
      least = drift((await look(SPEED)).moments[way]!);
    }
    assert.ok(Math.abs(least) <= 10, `off by ${least} ms in each second`);
  });
}

test('a program that aligns itself to the full second ticks once in each', () => {
  assert.equal(new Set(seen.aligned).size, seen.aligned.length);
});

test('a speed of 1 changes nothing at all', () => {
  const things = () => [
    setTimeout,
    setInterval,
    Date,
    Date.now,
    performance.now,
    process.hrtime,
    process.uptime,
    AbortSignal.timeout,
  ];
  const originals = things();
  speedUp(1);
  assert.deepEqual(
    things().map((thing, index) => thing === originals[index]),
    originals.map(() => true),
  );
});
