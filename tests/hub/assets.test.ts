// The files that the pages load: built once, and again when a source has changed.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeClone, startHub } from './clone.ts';

const kept = (root: string) => join(root, '.kit', 'built', 'hub.json');

test("the page's scripts are built, kept, and not built again for the next hub", async (t) => {
  const hub = await startHub(t);
  for (const name of ['map.js', 'lesson.js', 'live-worker.js']) {
    const { status, headers, text } = await hub.ask('GET', `/hub/${name}`);
    assert.equal(status, 200, `${name}: ${text.slice(0, 300)}`);
    assert.match(headers['content-type']!, /^text\/javascript/);
    assert.ok(text.length > 500);
  }
  const marked = readFileSync(kept(hub.root), 'utf8').replace('"map":"', '"map":"/*kept*/');
  writeFileSync(kept(hub.root), marked);
  const next = await startHub(t, { root: hub.root });
  assert.match((await next.ask('GET', '/hub/map.js')).text, /^\/\*kept\*\//);
});

test('a changed source is built anew, without a restart', async (t) => {
  const hub = await startHub(t);
  await hub.ask('GET', '/hub/map.js');
  appendFileSync(join(hub.root, 'public/hub/map.ts'), '\nconsole.log("a new line");\n');
  assert.match((await hub.ask('GET', '/hub/map.js')).text, /a new line/);
});

test('a source that cannot be built is a sentence, and mending it needs no restart', async (t) => {
  const hub = await startHub(t);
  const file = join(hub.root, 'public/hub/map.ts');
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, `${whole}\nconst = ;`);
  const { status, json } = await hub.ask('GET', '/hub/map.js');
  assert.equal(status, 500);
  assert.match(json.error, /^The hub's page could not be built\. .*public\/hub\/map\.ts:\d+/s);
  writeFileSync(file, whole);
  assert.equal((await hub.ask('GET', '/hub/map.js')).status, 200);
});

test('a kept build that is broken is made anew', async (t) => {
  const hub = await startHub(t);
  await hub.ask('GET', '/hub/map.js');
  for (const text of ['', '{"outputs":', '{"outputs":{}}', 'null']) {
    writeFileSync(kept(hub.root), text);
    const next = await startHub(t, { root: hub.root });
    assert.equal((await next.ask('GET', '/hub/map.js')).status, 200, text);
  }
});

test('a browser that has a file already is told so', async (t) => {
  const hub = await startHub(t);
  for (const path of ['/public/tokens.css', '/hub/hub.css', '/hub/map.js']) {
    const first = await hub.ask('GET', path);
    assert.equal(first.status, 200, path);
    const again = await hub.ask('GET', path, { headers: { 'if-none-match': first.headers.etag! } });
    assert.equal(again.status, 304);
    assert.equal(again.text, '');
  }
});

test('fonts have their type; sources and folders are not served', async (t) => {
  const hub = await startHub(t);
  const font = await hub.ask('GET', '/public/fonts/ibm-plex-mono-latin-400-normal.woff2');
  assert.equal(font.headers['content-type'], 'font/woff2');
  for (const path of ['/public/hub/map.ts', '/public/fonts', '/public/hub', '/hub/map.ts']) {
    assert.equal((await hub.ask('GET', path)).status, 404, path);
  }
});

test('in a clone that cannot be written the hub still shows the course, and says what is the matter', async (t) => {
  const root = makeClone();
  writeFileSync(join(root, '.kit'), 'a file where the folder should be');
  const hub = await startHub(t, { root });
  assert.match(hub.warning!, /^This clone cannot be written, so lessons can be read/);
  assert.equal((await hub.ask('GET', '/')).status, 200);
  assert.equal((await hub.ask('GET', '/hub/map.js')).status, 200);
  assert.ok(!existsSync(kept(root)));
});

test('the key is for its owner alone, and a broken one is replaced', async (t) => {
  const hub = await startHub(t);
  const file = join(hub.root, '.kit', 'key');
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, 'utf8').trim(), hub.key);
  assert.match(hub.key, /^[\w-]{43}$/);
  assert.equal((await startHub(t, { root: hub.root })).key, hub.key);
  for (const broken of ['', 'short', 'x'.repeat(44), `${hub.key} ${hub.key}`]) {
    rmSync(file);
    writeFileSync(file, broken, { mode: 0o644 });
    const next = await startHub(t, { root: hub.root });
    assert.notEqual(next.key, hub.key);
    assert.match(next.key, /^[\w-]{43}$/);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  }
});
