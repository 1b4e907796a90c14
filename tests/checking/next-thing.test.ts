// The last words of a judging: how it stands, and what to do now.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { nextThing } from '../../scripts/checking/next-thing.ts';
import type { Report } from '../../scripts/checking/verdict.ts';
import { findLesson, lessonSteps } from '../../scripts/course/lessons.ts';

const root = join(import.meta.dirname, '..', '..');
const [first, second, last] = ['01', '02', '17'].map((number) => findLesson(root, number));

/** A report in which these steps pass, of so many. */
function passing(passed: number[], steps: number, target = 'playground/x'): Report {
  const verdicts = Array.from({ length: steps }, (_, index) => {
    const ok = passed.includes(index + 1);
    return { step: index + 1, title: '', ok, ...(ok ? {} : { sentence: 'No.' }) };
  });
  const failed = steps - passed.length;
  return { lesson: 'x', target, passed: passed.length, failed, verdicts } as unknown as Report;
}

test('the first step that fails is next, with its title and its files', () => {
  const course = { lesson: first!, anyStep: false, following: second };
  const { title, files } = lessonSteps(first!).get(2)!;
  assert.equal(
    nextThing(passing([1], 4), course),
    `1 of 4 checks pass. Next: step 2, "${title.replace(/\.$/, '')}" in ${files.join(' and ')}.`,
  );
});

test('a lesson that is done leads to the next one, and a part of it to the rest', () => {
  const course = { lesson: first!, anyStep: false, following: second };
  assert.match(nextThing(passing([1, 2, 3, 4], 4), course), /is done\. Next: npm run check -- 2$/);
  assert.match(nextThing(passing([1, 2], 2), course), /Next: step 3, without --step\.$/);
});

test('where one step is enough, one is enough', () => {
  const course = { lesson: last!, anyStep: true, following: undefined };
  assert.match(nextThing(passing([], 6), course), /Next: step 1, /);
  assert.equal(
    nextThing(passing([3], 6), course),
    '1 of 6 checks pass. Step 3 is done, and one is enough for lesson 17.',
  );
  assert.match(nextThing(passing([5, 6], 6), course), /Next: step 1, /, 'a further one is not');
});

test('of a server that is not an exercise only the count is told', () => {
  const course = { lesson: last!, anyStep: true, following: undefined };
  const report = passing([1, 2, 3, 4, 5, 6], 6, 'http://localhost:8000');
  assert.equal(nextThing(report, course), '6 of 6 checks pass.');
});
