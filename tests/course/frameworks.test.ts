// The packages of lesson 17: fetched once, and where there is no network a sentence says so.
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import {
  frameworksAreThere,
  frameworksFolder,
  provideAtFirstUse,
  provideFrameworks,
} from '../../scripts/course/frameworks.ts';
import type { Lesson } from '../../scripts/course/lessons.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { FAKE_NPM, OFFLINE_NPM } from './fake-npm.ts';

const kit = join(import.meta.dirname, '..', '..');

/** A clone with the list of packages and nothing of them. npm is a script that ends as it is told. */
function clone(t: TestContext, npm: string): string {
  const root = mkdtempSync(join(tmpdir(), 'frameworks-'));
  const before = process.env.npm_execpath;
  process.env.npm_execpath = join(root, 'npm.cjs');
  writeFileSync(join(root, 'npm.cjs'), npm);
  t.after(() => {
    if (before === undefined) delete process.env.npm_execpath;
    else process.env.npm_execpath = before;
    rmSync(root, { recursive: true, force: true });
  });
  const folder = frameworksFolder(root);
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(root, 'public', 'frameworks'), { recursive: true });
  for (const name of ['package.json', 'package-lock.json', 'react.js', 'fetch-event-source.js']) {
    cpSync(join(frameworksFolder(kit), name), join(folder, name));
  }
  return root;
}

test('they are fetched with a word about their size, built for browsers, and not fetched again', async (t) => {
  const root = clone(t, FAKE_NPM);
  const said: string[] = [];
  assert.equal(await frameworksAreThere(root), false);
  assert.equal(await provideFrameworks(root, (line) => said.push(line)), true);
  assert.equal(said.length, 1);
  assert.match(said[0]!, /33 MB, once/);
  assert.ok(existsSync(join(root, 'public', 'frameworks', 'react.js')));
  assert.equal(await frameworksAreThere(root), true);
  assert.equal(await provideFrameworks(root, (line) => said.push(line)), false);
  assert.equal(said.length, 1);

  writeFileSync(join(frameworksFolder(root), 'package-lock.json'), '{}\n');
  assert.equal(await frameworksAreThere(root), false, 'another list is another set of packages');
});

test('without a network one sentence says what to do, and nothing is taken for there', async (t) => {
  const refused = 'request to https://registry.npmjs.org/react failed, reason: no address';
  const root = clone(
    t,
    `console.error('npm error code ENOTFOUND\\nnpm error network ${refused}'); process.exitCode = 1;`,
  );
  await assert.rejects(
    provideFrameworks(root, () => {}),
    (error) => {
      assert.ok(error instanceof KitError);
      assert.equal(
        error.message,
        `The packages of lesson 17 could not be fetched (${refused}). Connect to the network once and ` +
          'type npm run frameworks again. All the rest of the kit works without them.',
      );
      return true;
    },
  );
  assert.equal(await frameworksAreThere(root), false);
});

/** A lesson's folder is all that is asked for. */
const lessonOf = (root: string, folder: string) =>
  ({ directory: join(root, 'lessons', folder) }) as Lesson;

test('they come at the first use of their lesson, and for no other', async (t) => {
  const root = clone(t, FAKE_NPM);
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  await provideAtFirstUse(root, lessonOf(root, '16-websocket'), say);
  assert.deepEqual([said.length, await frameworksAreThere(root)], [0, false]);
  const both = [1, 2].map(() => provideAtFirstUse(root, lessonOf(root, '17-frameworks'), say));
  await Promise.all(both);
  assert.match(said[0]!, /126 packages, 33 MB, once/);
  assert.equal(await frameworksAreThere(root), true);
});

test('a first use without a network says so, and goes on', async (t) => {
  const root = clone(t, OFFLINE_NPM);
  const said: string[] = [];
  await provideAtFirstUse(root, lessonOf(root, '17-frameworks'), (line) => said.push(line));
  assert.match(said.at(-1)!, /^The packages of lesson 17 could not be fetched \(.*no address\)/);
});

test('the list of packages names no registry, so that a mirror serves as well', () => {
  const lock = readFileSync(join(frameworksFolder(kit), 'package-lock.json'), 'utf8');
  assert.doesNotMatch(lock, /"resolved"/);
  const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };
  const contributing = readFileSync(join(kit, 'CONTRIBUTING.md'), 'utf8');
  const [, said] = /frameworks\/package\.json`, (\d+) packages/.exec(contributing) ?? [];
  assert.equal(Number(said), Object.keys(packages).length - 1);
});
