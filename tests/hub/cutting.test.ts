// "Cut it a hundred times": who may ask for it, what is told, and that it comes to an end.
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folder, startHub } from './clone.ts';

const path = `/api/exercise/${folder}/cut`;
const TEST = "\nexport const cutTest = { path: '/signal', events: 120, cuts: 6 };\n";

/** Says where it is to every client, and knows of nothing that was before. */
const FORGETS = `
import { createServer } from 'node:http';
let count = 0;
const clients = new Set();
setInterval(() => {
  count += 1;
  for (const client of clients) client.write('id: ' + count + '\\ndata: signal ' + count + '\\n\\n');
}, 1000);
createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  setTimeout(() => clients.add(response), 5000);
  response.on('close', () => clients.delete(response));
}).listen(process.env.PORT, '127.0.0.1');
`;

async function openExercise(t: TestContext, server: string) {
  const hub = await startHub(t);
  const lesson = join(hub.root, 'lessons', folder);
  appendFileSync(join(lesson, 'checks.ts'), TEST);
  const { json } = await hub.keyed('GET', `/api/exercise/${folder}`);
  writeFileSync(join(json.directory, 'server.ts'), server);
  const live = hub.live({ 'x-kit-key': hub.key });
  await live.isHere();
  return { hub, live };
}

test('the count is told as it goes on, and then the result in a sentence', async (t) => {
  const { hub, live } = await openExercise(t, FORGETS);
  const { status, json } = await hub.keyed('POST', path, {});
  assert.deepEqual({ status, json }, { status: 200, json: { events: 120, cuts: 6 } });
  const again = await hub.keyed('POST', path, {});
  assert.equal(again.status, 409);
  assert.match(again.json.error, /being cut already/);
  const { said, cuts, of } = await live.hears('cutting', (message) => message.said !== undefined);
  assert.equal(cuts, 6);
  assert.deepEqual([of.events, of.cuts], [120, 6]);
  assert.match(said, /^\d+ announcements, 6 cuts: \d+ were lost\.$/);
  assert.deepEqual(hub.mistakes, []);
});

test('a program that does not run is told of', async (t) => {
  const { hub, live } = await openExercise(t, 'this is no program');
  await hub.keyed('POST', path, {});
  const { said } = await live.hears('cutting', (message) => message.said !== undefined);
  assert.match(said, /^server\.ts:1:/);
});

test('it needs the key, and a lesson that asks for it', async (t) => {
  const hub = await startHub(t);
  assert.equal((await hub.ask('POST', path, { body: {} })).status, 403);
  const { status, json } = await hub.keyed('POST', path, {});
  assert.equal(status, 404);
  assert.match(json.error, /Nothing is cut in this lesson/);
});
