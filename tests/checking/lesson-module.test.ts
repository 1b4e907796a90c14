// A lesson's checks.ts and traps.ts as they are on disk now, and what is said of broken ones.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadChecks } from '../../scripts/checking/judge.ts';
import { loadTraps } from '../../scripts/checking/traps.ts';
import type { Lesson } from '../../scripts/course/lessons.ts';

const root = mkdtempSync(join(tmpdir(), 'down-the-wire-modules-'));
const directory = join(root, 'lessons', '41-flags');
mkdirSync(directory, { recursive: true });
writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
symlinkSync(join(import.meta.dirname, '../../scripts'), join(root, 'scripts'), 'junction');
after(() => rmSync(root, { recursive: true, force: true }));

const lesson: Lesson = {
  number: 41,
  folder: '41-flags',
  title: 'The flags',
  part: 'More',
  question: '',
  directory,
  available: true,
};

const LANGUAGE = "import { check } from '../../scripts/checking/language.ts';\n";
const CHECKS = `${LANGUAGE}export const checks = [check(1, 'It is so', async () => {})];\n`;

function write(file: 'checks.ts' | 'traps.ts', text: string): void {
  writeFileSync(join(directory, file), text);
}

async function sentenceOf(loading: Promise<unknown>): Promise<string> {
  const error = await loading.then(
    () => assert.fail('it was loaded'),
    (error: Error) => error,
  );
  assert.equal(error.constructor.name, 'KitError', error.stack);
  return error.message;
}

const BROKEN: Record<string, { text: string; said: string }> = {
  'a bracket too many': {
    text: `${LANGUAGE}export const checks = [\n  check(1, 'It is so', async () => {})],\n];\n`,
    said: 'lessons/41-flags/checks.ts:4:1: Identifier is expected here, not "]". Mend it and save again.',
  },
  'a name that is not exported': {
    text: "import { chekc } from '../../scripts/checking/language.ts';\nexport const checks = [chekc];\n",
    said: 'lessons/41-flags/checks.ts:1:10: "../../scripts/checking/language.ts" has nothing that is called "chekc". Mend the name and save again.',
  },
  'an error of its own': {
    text: "// Flags.\nexport const checks: string[] = [];\nthrow new Error('No flags today.');\n",
    said: 'lessons/41-flags/checks.ts:3:7: Error: No flags today. The file threw this while it was loaded; mend it and save it.',
  },
  'a package that is not there': {
    text: "import chalk from 'chalk';\nexport const checks = [chalk];\n",
    said: 'lessons/41-flags/checks.ts:1:19: The package "chalk" is not installed. Lessons use what Node brings along, as in "node:http".',
  },
  'no list': {
    text: 'export const check = [];\n',
    said: 'lessons/41-flags/checks.ts has no checks: it should say export const checks = [ … ].',
  },
};

for (const [name, { text, said }] of Object.entries(BROKEN)) {
  test(`checks with ${name} are named with their place, and loaded as soon as they are mended`, async () => {
    write('checks.ts', text);
    assert.equal(await sentenceOf(loadChecks(lesson)), said);
    write('checks.ts', `${CHECKS}// after ${name}\n`);
    assert.equal((await loadChecks(lesson))[0]?.title, 'It is so');
  });
}

test('what is changed in working checks counts at once', async () => {
  write('checks.ts', CHECKS);
  assert.equal((await loadChecks(lesson)).length, 1);
  write('checks.ts', CHECKS.replace('It is so', 'It is otherwise'));
  assert.equal((await loadChecks(lesson))[0]?.title, 'It is otherwise');
  write('checks.ts', CHECKS);
  assert.equal((await loadChecks(lesson))[0]?.title, 'It is so');
});

test('traps that were broken are loaded as soon as they are mended', async () => {
  write('traps.ts', 'export const traps = [\n');
  assert.equal(
    await sentenceOf(loadTraps(lesson)),
    'lessons/41-flags/traps.ts:2:1: The file ends too early: a } or ) or ] is missing before. Mend it and save again.',
  );
  write(
    'traps.ts',
    "import { trap } from '../../scripts/checking/traps.ts';\nexport const traps = [\n  trap({ name: 'Half mast' } as never)];\n",
  );
  assert.equal(
    await sentenceOf(loadTraps(lesson)),
    'lessons/41-flags/traps.ts:3:3: A trap is called "Half mast": use small letters, digits and hyphens, and not step-N.',
  );
  write('traps.ts', 'export const traps = [];\n');
  assert.deepEqual(await loadTraps(lesson), []);
});
