// What README.md says is so: the lessons, the commands, the links, the pictures.
//
//   UPDATE_README=1 node --import tsx --test tests/course/readme.test.ts     writes the table anew
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { listSymptoms, withSymptoms } from '../../scripts/checking/symptoms.ts';
import { lessonTable, withLessonTable } from '../../scripts/course/lesson-table.ts';
import { listLessons } from '../../scripts/course/lessons.ts';
import { syllabus } from '../../scripts/course/syllabus.ts';
import { TYPESCRIPT } from '../typescript.ts';

const kit = join(import.meta.dirname, '../..');
const file = join(kit, 'README.md');
const lessons = listLessons(kit);
const symptoms = await listSymptoms(lessons);
if (process.env.UPDATE_README) {
  const text = readFileSync(file, 'utf8');
  const updated = withSymptoms(withLessonTable(text, lessons) ?? text, symptoms);
  if (updated !== undefined) writeFileSync(file, updated);
}
const readme = readFileSync(file, 'utf8');
const { scripts } = JSON.parse(readFileSync(join(kit, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Those that npm calls by itself, when it makes a package. */
const FOR_NPM = ['prepack', 'postpack'];

test('the table has every lesson of the syllabus, and links those that are there', () => {
  const table = lessonTable(lessons);
  assert.equal(
    withLessonTable(readme, lessons),
    readme,
    `The table of lessons in README.md is out of date. UPDATE_README=1 npm test -- course/readme writes this one:\n\n${table}`,
  );
  for (const { number, title, question } of syllabus) {
    const row = table.split('\n').find((line) => line.includes(` ${question} `))!;
    assert.ok(row.startsWith(`| ${String(number).padStart(2, '0')} | `) && row.includes(title));
    const isThere = lessons.find((lesson) => lesson.number === number)!.available;
    assert.equal(row.includes('](lessons/'), isThere);
    assert.equal(row.endsWith('| to come |'), !isThere);
  }
});

test('the index of symptoms is that of the traps and the findings', () => {
  assert.equal(
    withSymptoms(readme, symptoms),
    readme,
    'The index in README.md is out of date: UPDATE_README=1 npm test -- course/readme writes it.',
  );
});

test('a text without a place for the table is left alone', () => {
  assert.equal(withLessonTable('# A title\n', lessons), undefined);
  assert.equal(withLessonTable('<!-- /lessons --> <!-- lessons -->', lessons), undefined);
});

/** The rows of the commands: what is typed, by the name of the script. */
const typed = new Map(
  [...readme.matchAll(/^\| `(npm (?:run )?([\w-]+).*?)` \|/gm)].map(([, line, name]) => [
    name!,
    line!,
  ]),
);

test('the commands are the scripts of package.json', () => {
  const names = Object.keys(scripts).filter((name) => !FOR_NPM.includes(name));
  assert.deepEqual([...typed.keys()].sort(), names.sort());
  for (const [name, line] of typed) {
    const withoutRun = name === 'start' || name === 'test';
    assert.equal(line.startsWith('npm run '), !withoutRun, line);
  }
});

test('each command knows what the table says of it', async () => {
  const helps = [...typed].map(async ([name, line]) => {
    const words = ['--import', TYPESCRIPT, `scripts/${name}.ts`, '--help'];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: kit });
    const usage = stdout.split('\n', 1)[0]!;
    for (const flag of line.match(/--[a-z-]+( [A-Z]+)?/g) ?? []) {
      assert.ok(
        usage.includes(flag),
        `README.md has ${flag} for ${name}, and its help says ${usage}`,
      );
    }
  });
  await Promise.all(helps);
});

test('every command that the text names is there', () => {
  for (const [, name] of readme.matchAll(/`npm run ([\w-]+)/g)) assert.ok(scripts[name!], name);
  for (const [, path] of readme.matchAll(/`node ([\w/.-]+)`/g)) {
    assert.ok(existsSync(join(kit, path!)), path);
  }
});

for (const name of ['README.md', 'CONTRIBUTING.md']) {
  test(`the files that ${name} links are there`, () => {
    const text = readFileSync(join(kit, name), 'utf8');
    const links = [...text.matchAll(/\]\(([^)]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
      .map((match) => (match[1] ?? match[2])!)
      .filter((link) => !/^https?:/.test(link));
    const missing = links.filter((link) => !existsSync(join(kit, link)));
    assert.deepEqual(missing, []);
  });
}

test('the pictures are PNG files that do not keep anybody waiting, with words for who cannot see them', () => {
  const pictures = [...readme.matchAll(/public\/pictures\/[\w-]+\.png/g)].map(([path]) => path);
  assert.ok(pictures.length >= 2, 'one for the day, one for the night');
  for (const path of pictures) {
    const bytes = readFileSync(join(kit, path));
    assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
    assert.ok(statSync(join(kit, path)).size < 600_000, `${path} is too large`);
  }
  for (const [image] of readme.matchAll(/<img\b[^>]*>/g)) assert.match(image, /alt="[^"]{40,}"/);
});
