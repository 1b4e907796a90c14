// What CONTRIBUTING.md says is so: the rooms and who may know whom, the packages and their number.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import { requiredFiles } from '../../scripts/course/lessons.ts';

const kit = join(import.meta.dirname, '../..');
const contributing = readFileSync(join(kit, 'CONTRIBUTING.md'), 'utf8');

interface Lock {
  packages: Record<string, { dev?: boolean; devOptional?: boolean; optional?: boolean }>;
}

const manifest = JSON.parse(readFileSync(join(kit, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** The names in the first column of the table that follows a line. `@a/x, y` are two of one scope. */
function packagesBelow(line: string): string[] {
  const table = contributing.slice(contributing.indexOf(line)).split('\n\n')[1]!;
  return table
    .trim()
    .split('\n')
    .slice(2)
    .flatMap((row) => {
      const names = row.split('|')[1]!.trim().split(', ');
      const scope = /^@[^/]+\//.exec(names[0]!)?.[0] ?? '';
      return names.map((name) => (name.startsWith('@') ? name : scope + name));
    });
}

test('every package has a line that says why it is here, and no line is about another', () => {
  assert.deepEqual(packagesBelow('For learners').sort(), Object.keys(manifest.dependencies).sort());
  assert.deepEqual(
    packagesBelow('For those who work on the kit').sort(),
    Object.keys(manifest.devDependencies).sort(),
  );
});

test('a learner gets as many packages as the text says, and not more than 45', () => {
  const lock = JSON.parse(readFileSync(join(kit, 'package-lock.json'), 'utf8')) as Lock;
  const own = Object.entries(lock.packages).filter(([place, entry]) => {
    return place !== '' && !entry.dev && !entry.devOptional && !entry.optional;
  });
  const count = own.length + 1; // esbuild has one package for each system, and one of them is fetched
  const [, said] = /`dependencies`, (\d+) packages/.exec(contributing) ?? [];
  assert.equal(Number(said), count);
  assert.ok(count <= 45);
});

test('the files of a lesson are those that the text lists', () => {
  for (const name of requiredFiles) assert.match(contributing, new RegExp(`^  ${name} `, 'm'));
});

test('every place that the text names is there', () => {
  const places = [...contributing.matchAll(/`((?:lessons|public|scripts|tests)\/[\w./-]*)`/g)];
  assert.ok(places.length >= 8);
  for (const [, place] of places) assert.ok(existsSync(join(kit, place!)), place);
  for (const [, part] of contributing.matchAll(/^npm test -- (\S+)/gm)) {
    const names = readdirSync(join(kit, 'tests'), { recursive: true, encoding: 'utf8' });
    assert.ok(
      names.some((name) => name.replaceAll('\\', '/').startsWith(part!)),
      part,
    );
  }
});

/** Who may import from whom, besides from itself. */
const MAY_KNOW: Record<string, string[]> = {
  'scripts/wire': [],
  'scripts/typescript': [],
  'scripts/course': ['scripts/typescript'],
  'scripts/checking': ['scripts/wire', 'scripts/course', 'lessons'],
  'scripts/hub': ['scripts/wire', 'scripts/course', 'scripts/checking'],
  public: ['scripts/wire'],
};
/** Of the commands' own files all rooms may use these, which know nothing of any room. */
const SHARED = ['scripts/kit-error.ts', 'scripts/command.ts'];

for (const [room, others] of Object.entries(MAY_KNOW)) {
  test(`${[room, ...others].join(', ')}: the first imports from these, and from no other room`, () => {
    const strangers = codeIn(room).flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => posix.join(posix.dirname(file), name))
        .filter((target) => ![room, ...others].includes(roomOf(target)))
        .filter((target) => !SHARED.includes(target))
        .map((target) => `${file} imports ${target}`),
    );
    assert.deepEqual(strangers, []);
  });
}

test('what browsers load imports nothing of Node', () => {
  for (const file of codeIn('public')) {
    for (const name of importsOf(file)) assert.ok(!name.startsWith('node:'), `${file}: ${name}`);
  }
});

test('the servers of a lesson import from Node and page.ts alone, page.ts from Node alone', () => {
  for (const file of codeIn('lessons')) {
    const [, , name, more] = file.split('/');
    const isServer = more === undefined && /\.ts$/.test(file) && !/(checks|traps)\.ts$/.test(file);
    if (!isServer) continue;
    for (const imported of importsOf(file)) {
      const isShared = imported === '../page.ts' && name !== undefined;
      // Lesson 05 has a proxy beside its server: a file of the same folder, under the same rule. Lesson
      // 17 is about packages: two files beside its server have them, and the server does without.
      const isNeighbour =
        /^\.\/[\w-]+\.ts$/.test(imported) && /^(server|express|nest)\.ts$/.test(name!);
      const isFramework = imported.startsWith('#frameworks/') && /^(express|nest)\.ts$/.test(name!);
      assert.ok(
        isShared || isNeighbour || isFramework || imported.startsWith('node:'),
        `${file} imports ${imported}`,
      );
    }
  }
});

function codeIn(folder: string): string[] {
  return readdirSync(join(kit, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.[jt]s$/.test(name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(kit, file), 'utf8');
  const pattern = /^(?:import|export) (?:[^'"`;]*? from )?'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...text.matchAll(pattern)].map((match) => (match[1] ?? match[2])!);
}

function roomOf(file: string): string {
  const folder = dirname(file).split('/');
  return folder[0] === 'scripts' ? folder.slice(0, 2).join('/') : folder[0]!;
}
