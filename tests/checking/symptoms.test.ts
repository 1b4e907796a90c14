// The index of symptoms: nothing is left out of it, and everything in it leads somewhere.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findingSymptoms, symptomTable } from '../../scripts/checking/symptom-words.ts';
import { listSymptoms, symptomMarkdown, withSymptoms } from '../../scripts/checking/symptoms.ts';
import { loadTraps } from '../../scripts/checking/traps.ts';
import { listLessons } from '../../scripts/course/lessons.ts';
import { findingTable } from '../../scripts/wire/findings.ts';
import { root } from './judging.ts';

const course = listLessons(root);
const symptoms = await listSymptoms(course);

/** What the course promises to those who look something up. */
const PROMISED: [RegExp, number][] = [
  [/all events come at once/i, 5],
  [/one too late/, 5],
  [/replays .* for ever/, 3],
  [/seventh tab/, 12],
  [/characters are broken/i, 6],
  [/development server/, 17],
  [/JSON\.parse/, 7],
  [/twice/, 4],
  [/console speaks of CORS/, 10],
];

test('every trap of every lesson says what one sees of it', async () => {
  for (const lesson of course.filter(({ available }) => available)) {
    for (const { name, symptom } of await loadTraps(lesson)) {
      assert.ok(symptom && symptom in symptomTable, `${lesson.folder}: the trap ${name}`);
    }
  }
});

test('every trap and every finding stands in the index once', async () => {
  const lessons = course.filter(({ available }) => available);
  const traps = (await Promise.all(lessons.map(loadTraps))).flat().length;
  assert.equal(symptoms.flatMap(({ causes }) => causes).length, traps);
  const findings = symptoms.flatMap((symptom) => symptom.findings).sort();
  assert.deepEqual(findings, Object.keys(findingTable).sort());
});

test('every symptom has a cause or a finding, and a lesson', () => {
  assert.deepEqual(
    symptoms.map(({ id }) => id),
    Object.keys(symptomTable),
    'a symptom that nothing causes has no place in the table',
  );
  for (const { lesson } of Object.values(findingSymptoms)) {
    assert.ok(course.some(({ number }) => number === lesson));
  }
});

test('what bites everybody leads to its lesson', () => {
  for (const [words, lesson] of PROMISED) {
    const found = symptoms.filter((symptom) => words.test(symptom.words));
    assert.equal(found.length, 1, String(words));
    assert.ok(
      found[0]!.lessons.some(({ number }) => number === lesson),
      `${words} leads to ${found[0]!.lessons.map(({ number }) => number)}`,
    );
  }
});

test('the table of the README has a row for each, and a text without its marks is left alone', () => {
  const rows = symptomMarkdown(symptoms).trim().split('\n').slice(2);
  assert.equal(rows.length, symptoms.length);
  assert.equal(withSymptoms('# A title\n', symptoms), undefined);
});
