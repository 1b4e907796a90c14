// Lesson folders: which there are, how one is named, and the sentence for what is missing in one.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  checkLesson,
  findLesson,
  type Lesson,
  lessonFiles,
  lessonSteps,
  lessonTexts,
  listLessons,
  ports,
} from '../../scripts/course/lessons.ts';
import { parts, syllabus } from '../../scripts/course/syllabus.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { firstLesson, makeClone, smallLesson, writeLesson } from './clone.ts';

test('the syllabus numbers its lessons as their folders, part after part', () => {
  assert.equal(syllabus.length, 17);
  for (const [index, { number, folder, part, question }] of syllabus.entries()) {
    assert.equal(number, index + 1);
    assert.match(folder, new RegExp(`^${String(number).padStart(2, '0')}-[a-z-]+$`));
    assert.ok((parts as readonly string[]).includes(part));
    assert.match(question, /\?$/);
  }
  const order = syllabus.map(({ part }) => (parts as readonly string[]).indexOf(part));
  assert.deepEqual(order, [...order].sort());
});

test('a lesson whose folder is complete is available, the others are listed all the same', (t) => {
  const lessons = listLessons(makeClone(t));
  assert.equal(lessons.length, 17);
  assert.deepEqual(
    lessons.filter((lesson) => lesson.available).map((lesson) => lesson.folder),
    ['01-event-stream'],
  );
  assert.equal(lessons[1]!.problem, undefined);
});

test('a folder that the syllabus does not know is listed at the end, by its own text', (t) => {
  const root = makeClone(t);
  writeLesson(root, '21-my-topic', { ...smallLesson, 'README.md': '# Mine\n\n> Why?\n' });
  mkdirSync(join(root, 'lessons', 'notes'));
  const last = listLessons(root).at(-1)!;
  assert.deepEqual(
    { ...last, directory: '' },
    {
      number: 21,
      folder: '21-my-topic',
      title: 'Mine',
      part: 'More',
      question: 'Why?',
      directory: '',
      available: true,
    },
  );
});

test('a clone without lessons lists the syllabus', (t) => {
  const root = makeClone(t);
  rmSync(join(root, 'lessons'), { recursive: true });
  assert.ok(listLessons(root).every((lesson) => !lesson.available));
  assert.throws(
    () => findLesson(root, 'x'),
    new KitError('There is no lesson "x". No lesson is complete in this clone: clone it again.'),
  );
});

for (const name of ['1', '01', '01-event-stream', 'lessons/01-event-stream/', 'event', 'clock']) {
  test(`"${name}" finds the first lesson`, (t) => {
    assert.equal(findLesson(makeClone(t), name).folder, '01-event-stream');
  });
}

test('a part of a name means the lesson that is there before those to come', (t) => {
  assert.equal(findLesson(makeClone(t), 'stream').folder, '01-event-stream');
});

test('a name that no lesson has is refused with what there is', (t) => {
  const root = makeClone(t);
  const one = 'There is 01-event-stream; name it by its number, as 1.';
  for (const name of ['99', 'telephone', 'x', '']) {
    assert.throws(
      () => findLesson(root, name),
      new KitError(`There is no lesson "${name}". ${one}`),
    );
  }
  writeLesson(root, '02-fields', smallLesson);
  writeLesson(root, '03-endings', smallLesson);
  assert.throws(
    () => findLesson(root, '18'),
    new KitError(
      'There is no lesson "18". There are 01-event-stream, 02-fields and 03-endings; name one by its number, as 1.',
    ),
  );
});

test('a lesson that is not written yet is refused by its title', (t) => {
  assert.throws(
    () => findLesson(makeClone(t), '4'),
    new KitError(
      'Lesson 04-resuming, "Missed announcements", is not written yet. There is 01-event-stream; name it by its number, as 1.',
    ),
  );
});

test('a name that may be two lessons is refused with both', (t) => {
  const root = makeClone(t);
  writeLesson(root, '21-event-log', smallLesson);
  assert.throws(
    () => findLesson(root, 'event'),
    new KitError('"event" may be 01-event-stream, 21-event-log: say which one, by its number.'),
  );
});

const place = 'lessons/01-event-stream';
const mend = `write it, or get it back with git checkout -- ${place}`;
const broken: [string, (directory: string) => void, string][] = [
  [
    'a missing file',
    (directory) => rmSync(join(directory, 'checks.ts')),
    `${place}/checks.ts is missing: ${mend}`,
  ],
  [
    'an empty file',
    (directory) => writeFileSync(join(directory, 'README.md'), ''),
    `${place}/README.md is empty: ${mend}`,
  ],
  [
    'a folder in place of a file',
    (directory) => {
      rmSync(join(directory, 'client.js'));
      mkdirSync(join(directory, 'client.js'));
    },
    `${place}/client.js is a folder and should be a file.`,
  ],
  [
    'bytes that are not UTF-8',
    (directory) => writeFileSync(join(directory, 'traps.ts'), new Uint8Array([0x2f, 0xff, 0xfe])),
    `${place}/traps.ts is not UTF-8 text: save it as UTF-8, or get it back from git.`,
  ],
  [
    'a malformed mark',
    (directory) => writeFileSync(join(directory, 'server.ts'), 'a();\n// #endregion\n'),
    `${place}/server.ts:2: This #endregion ends nothing: no region is open here.`,
  ],
];
for (const [what, spoil, sentence] of broken) {
  test(`${what} in a lesson's folder is named in one sentence`, (t) => {
    const root = makeClone(t);
    const lesson = firstLesson(root);
    checkLesson(lesson);
    spoil(lesson.directory);
    assert.throws(() => checkLesson(lesson), new KitError(sentence));
    assert.throws(() => findLesson(root, '1'), new KitError(sentence));
    const listed = listLessons(root)[0]!;
    assert.equal(listed.available, false);
    assert.equal(listed.problem, sentence);
  });
}

test('a file in place of a lesson folder is named in one sentence', (t) => {
  const root = makeClone(t);
  writeFileSync(join(root, 'lessons', '02-fields'), 'a file');
  assert.throws(
    () => findLesson(root, '2'),
    new KitError('lessons/02-fields is not a folder: get it back from the repository.'),
  );
});

test('an exercise has the server and the page, and what else the lesson has, but not its text', (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  writeFileSync(join(lesson.directory, 'proxy.ts'), 'export {};\n');
  writeFileSync(join(lesson.directory, 'card.png'), new Uint8Array([0x89, 0x50, 0xff, 0]));
  writeFileSync(join(lesson.directory, '.DS_Store'), 'x');
  writeFileSync(join(lesson.directory, 'server.ts~'), 'x');
  mkdirSync(join(lesson.directory, 'frameworks'));
  assert.deepEqual(lessonFiles(lesson), [
    'server.ts',
    'client.js',
    'index.html',
    'card.png',
    'proxy.ts',
  ]);
  assert.deepEqual(
    [...lessonTexts(lesson).keys()],
    ['server.ts', 'client.js', 'index.html', 'proxy.ts'],
  );
});

test('the steps of a lesson are those of its files', (t) => {
  assert.deepEqual(
    [...lessonSteps(firstLesson(makeClone(t)))],
    [
      [1, { title: 'Say hello.', further: false, files: ['server.ts'] }],
      [2, { title: 'Say it twice.', further: false, files: ['server.ts', 'index.html'] }],
    ],
  );
});

test('a lesson that has vanished is named when its files are asked for', () => {
  const lesson = { folder: '01-event-stream', directory: '/nowhere/at/all' } as Lesson;
  assert.throws(() => lessonFiles(lesson), {
    name: 'KitError',
    message: `${place} cannot be read (ENOENT): get it back with git checkout -- ${place}`,
  });
});

test('finished lesson and exercise have ports of their own', () => {
  assert.deepEqual(ports(4, 'finished'), { first: 4404, second: 4504 });
  assert.deepEqual(ports(17, 'mine'), { first: 4717, second: 4817 });
});
