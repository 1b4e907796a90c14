// The routes for workshops in README.md: their minutes are those of the lessons' stage notes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { lessonSteps, listLessons } from '../../scripts/course/lessons.ts';
import { stageParts } from '../../scripts/course/stage-minutes.ts';

const kit = join(import.meta.dirname, '../..');
const readme = readFileSync(join(kit, 'README.md'), 'utf8');
const lessons = listLessons(kit).filter(({ available }) => available);
const partsOf = (directory: string) =>
  stageParts(readFileSync(join(directory, 'README.md'), 'utf8'));

/** The routes: a heading `### Name, 45 minutes`, and the rows of the table below it. */
const routes = readme
  .split(/^## +/m)
  .find((section) => section.startsWith('Workshops'))
  ?.split(/^### +/m)
  .slice(1)
  .map((section) => ({
    name: section.slice(0, section.indexOf('\n')),
    total: Number(/(\d+) minutes/.exec(section)?.[1]),
    rows: [...section.matchAll(/^\| *(\d+) *\| *(.*?) *\|$/gm)].map(([, minutes, what]) => ({
      minutes: Number(minutes),
      what: what!,
    })),
  }));

test('there are three routes: 45 minutes, half a day and a day', () => {
  assert.deepEqual(
    routes?.map(({ total }) => total),
    [45, 210, 420],
  );
});

for (const { name, total, rows } of routes ?? []) {
  test(`${name}: the minutes add up`, () => {
    const sum = rows.reduce((minutes, row) => minutes + row.minutes, 0);
    assert.equal(sum, total);
  });

  test(`${name}: each lesson takes the minutes that its stage notes have`, () => {
    const named = rows.filter(({ what }) => /^\[?\d\d /.test(what));
    assert.ok(named.length > 0);
    for (const { minutes, what } of named) {
      const lesson = lessons.find(({ number }) => number === Number(/\d\d/.exec(what)![0]));
      assert.ok(lesson, what);
      assert.equal(minutes, minutesOf(lesson.directory, what), what);
    }
  });
}

/** The whole lesson, or those of its steps that are named: `steps 1, 2 and 4`. */
function minutesOf(directory: string, what: string): number {
  const list = /steps? ([\d, and]+)$/.exec(what)?.[1];
  const wanted = list?.match(/\d+/g)?.map(Number);
  return partsOf(directory)
    .filter(({ steps }) => !wanted || steps.some((step) => wanted.includes(step)))
    .reduce((sum, { minutes }) => sum + minutes, 0);
}

test('the stage notes of every lesson have minutes, and a row for each step that is not a further one', () => {
  for (const lesson of lessons) {
    const parts = partsOf(lesson.directory);
    const told = new Set(parts.flatMap(({ steps }) => steps));
    for (const [step, { further }] of lessonSteps(lesson)) {
      if (!further) assert.ok(told.has(step), `${lesson.folder}: step ${step} has no minutes`);
    }
    const sum = parts.reduce((minutes, part) => minutes + part.minutes, 0);
    assert.ok(sum >= 20 && sum <= 60, `${lesson.folder} takes ${sum} minutes`);
  }
});
