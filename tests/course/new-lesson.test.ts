// `npm run new-lesson`: what a new lesson is called, and that it is proved as it is made.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  findLesson,
  type Lesson,
  listLessons,
  requiredFiles,
} from '../../scripts/course/lessons.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { nameLesson } from '../../scripts/new-lesson/name.ts';

const kit = join(import.meta.dirname, '../..');
const packages = join(kit, 'node_modules');

/** A clone with lesson 01, the commands, and the tests that prove lessons. */
function makeClone(t: TestContext): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'down-the-wire-new-')));
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  mkdirSync(join(root, 'tests'));
  const wanted = ['lessons/01-event-stream', 'lessons/page.ts', 'scripts', 'tests/checking'];
  for (const path of [...wanted, 'public', 'package.json', 'biome.json', 'tsconfig.json']) {
    cpSync(join(kit, path), join(root, path), {
      recursive: true,
      filter: (source) => !source.includes('fixtures'),
    });
  }
  writeFileSync(join(root, 'README.md'), 'Lessons:\n\n<!-- lessons -->\n<!-- /lessons -->\n');
  symlinkSync(packages, join(root, 'node_modules'), 'junction');
  return root;
}

function run(root: string, ...typed: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, typed, {
    cwd: root,
    encoding: 'utf8',
    timeout: 90_000,
  });
  return { status, stdout, stderr };
}

test('a new lesson is complete, passes its own tests, format and types, and is in the table', (t) => {
  const root = makeClone(t);
  const made = run(root, '--import', 'tsx', 'scripts/new-lesson.ts', 'resuming');
  assert.equal(made.stderr, '');
  assert.equal(made.status, 0);
  assert.match(made.stdout, /^lessons\/04-resuming is made: README\.md, server\.ts/);
  assert.match(made.stdout, /^Its \d+ tests pass\./m);

  const lesson = findLesson(root, '04');
  assert.deepEqual(readdirSync(lesson.directory).sort(), [...requiredFiles].sort());
  const kept = readdirSync(join(root, 'tests/checking/fixtures/04-resuming'));
  assert.deepEqual(kept.sort(), ['never-stopped.txt', 'one-newline.txt', 'text-plain.txt']);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  assert.match(readme, /\| 04 \| \[Missed announcements\]\(lessons\/04-resuming\/README\.md\) \|/);

  for (const file of requiredFiles) {
    const text = readFileSync(join(lesson.directory, file), 'utf8');
    assert.doesNotMatch(text, /99|new.lesson/i, `${file} still says what the template is called`);
  }
  const text = readFileSync(join(lesson.directory, 'README.md'), 'utf8');
  assert.ok(text.startsWith(`# ${lesson.title}\n\n> ${lesson.question}\n`));

  const biome = join(packages, '@biomejs/biome/bin/biome');
  const style = run(root, biome, 'check', '--vcs-enabled=false', '--error-on-warnings', 'lessons');
  assert.equal(style.status, 0, style.stdout + style.stderr);
  writeFileSync(
    join(root, 'tsconfig.lesson.json'),
    '{ "extends": "./tsconfig.json", "include": ["lessons/04-resuming"] }',
  );
  const types = run(root, join(packages, 'typescript/bin/tsc'), '-p', 'tsconfig.lesson.json');
  assert.equal(types.status, 0, types.stdout + types.stderr);
});

test('a name that is taken is one sentence, and nothing is written', (t) => {
  const root = makeClone(t);
  assert.deepEqual(run(root, '--import', 'tsx', 'scripts/new-lesson.ts', '01-event-stream'), {
    status: 2,
    stdout: '',
    stderr:
      'lessons/01-event-stream is there already: choose another name, or take that folder away first.\n',
  });
  assert.equal(existsSync(join(root, 'tests/checking/fixtures')), false);
});

/** A course of which lesson 01 alone is written. */
const course: Lesson[] = listLessons(join(kit, 'no-such-folder')).map((lesson) => ({
  ...lesson,
  available: lesson.number === 1,
}));

test('a lesson of the syllabus is known by its folder, with or without the number', () => {
  for (const typed of ['04-resuming', 'resuming', '4', '04', 'lessons/04-resuming/']) {
    const { number, folder, title } = nameLesson(course, typed);
    assert.deepEqual([number, folder, title], [4, '04-resuming', 'Missed announcements'], typed);
  }
});

test('a lesson of one’s own has the next number, or the one that was typed', () => {
  assert.deepEqual(nameLesson(course, 'my-topic'), {
    number: 18,
    folder: '18-my-topic',
    title: 'My topic',
    question: 'What is the question of this lesson?',
  });
  assert.equal(nameLesson(course, '21-my-topic').folder, '21-my-topic');
  assert.equal(nameLesson(course, '2fast').folder, '18-2fast');
});

const wrong = [
  ...['My Topic', '../out', 'a_b', '18-', '-', '', '50', 'café', '21-my\ntopic'].map((typed) => [
    typed,
    `A lesson's folder is named by small letters, digits and hyphens, as my-topic or 21-my-topic, and "${typed}" came.`,
  ]),
  ['04-other', 'Number 04 is taken by 04-resuming: choose another, or leave it out and it is 18.'],
  ['00-nought', "A lesson's number is from 01 to 99, and 0 came: choose another."],
  ['100-many', "A lesson's number is from 01 to 99, and 100 came: choose another."],
  [
    'event-stream',
    'lessons/01-event-stream is there already: choose another name, or take that folder away first.',
  ],
] as [string, string][];
for (const [typed, sentence] of wrong) {
  test(`${JSON.stringify(typed)} is refused with a sentence`, () => {
    assert.throws(() => nameLesson(course, typed), new KitError(sentence));
  });
}
