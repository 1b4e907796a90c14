// Lesson 17 in the hub without its packages: the page says what is missing, and whoever has the key
// may fetch it.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { FAKE_NPM, OFFLINE_NPM } from '../course/fake-npm.ts';
import { makeClone, startHub } from './clone.ts';

const FOLDER = '17-frameworks';
const kit = join(import.meta.dirname, '..', '..');

/** A hub whose clone has the lesson and none of its packages. */
async function startWithout(t: TestContext, npm: string) {
  const root = makeClone();
  cpSync(join(kit, 'lessons', FOLDER), join(root, 'lessons', FOLDER), {
    recursive: true,
    filter: (path) => basename(path) !== 'node_modules',
  });
  mkdirSync(join(root, '.kit'), { recursive: true });
  writeFileSync(join(root, '.kit', 'npm.cjs'), npm);
  const before = process.env.npm_execpath;
  process.env.npm_execpath = join(root, '.kit', 'npm.cjs');
  t.after(() => {
    if (before === undefined) delete process.env.npm_execpath;
    else process.env.npm_execpath = before;
  });
  return startHub(t, { root });
}

const FETCH = `/api/lessons/${FOLDER}/packages`;

test('the page says what is missing, and how much that is; with the key it is fetched', async (t) => {
  const hub = await startWithout(t, FAKE_NPM);
  const page = async () => (await hub.ask('GET', `/lessons/${FOLDER}`)).text;
  assert.match(await page(), /packages that are not here yet\s.*126 packages, 33 MB, once/);
  assert.equal((await hub.ask('POST', FETCH, { body: {} })).status, 403, 'not without the key');
  const { status, json } = await hub.keyed('POST', FETCH, {});
  assert.deepEqual([status, json], [200, { fetched: true }]);
  assert.doesNotMatch(await page(), /packages that are not here/);
  assert.deepEqual((await hub.keyed('POST', FETCH, {})).json, { fetched: false });
  assert.deepEqual(hub.mistakes, []);
});

test('without a network one sentence says so, and the lesson is there all the same', async (t) => {
  const hub = await startWithout(t, OFFLINE_NPM);
  const { status, json } = await hub.keyed('POST', FETCH, {});
  assert.equal(status, 502);
  assert.match(json.error, /^The packages of lesson 17 could not be fetched .* All the rest/);
  assert.equal((await hub.ask('GET', `/lessons/${FOLDER}`)).status, 200);
});

test('a lesson without packages of its own has none to fetch', async (t) => {
  const hub = await startHub(t);
  assert.deepEqual((await hub.keyed('POST', '/api/lessons/31-signal/packages', {})).json, {
    fetched: false,
  });
});
