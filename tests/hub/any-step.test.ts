// A lesson that any one step completes: what the hub tells of it, and how far a learner is in it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import type { StopData } from '../../public/hub/lesson-data.ts';
import { wayOf } from '../../public/hub/progress.ts';
import { stops } from '../../scripts/hub/lesson-data.ts';

const root = join(import.meta.dirname, '..', '..');
/** As the page gets them. */
const lessons: StopData[] = JSON.parse(JSON.stringify(await stops(root)));
const lesson = lessons.find(({ number }) => number === 17)!;

/** The way of lesson 17, with these steps done. */
function wayWith(...steps: number[]) {
  const done = Object.fromEntries(steps.map((step) => [step, '2026-11-20T12:00:00.000Z']));
  return wayOf(lesson, { lessons: { [lesson.folder]: { done, hints: [] } } });
}

test('the hub knows which steps are enough: the core ones, and not the further', () => {
  assert.deepEqual(lesson.anyOf, [1, 2, 3, 4]);
  assert.equal(lesson.steps, 6);
});

test('any one of them completes the lesson', () => {
  assert.equal(wayWith().way, 'not begun');
  for (const step of [1, 2, 3, 4])
    assert.deepEqual(wayWith(step), { way: 'done', done: 1, steps: 6 });
});

test('a further step alone does not', () => {
  assert.equal(wayWith(5, 6).way, 'under way');
});

test('other lessons need all their steps', () => {
  const first = lessons.find(({ number }) => number === 1)!;
  assert.equal(first.anyOf, undefined);
  const done = { '1': '2026-11-20T12:00:00.000Z' };
  assert.equal(wayOf(first, { lessons: { [first.folder]: { done, hints: [] } } }).way, 'under way');
});
