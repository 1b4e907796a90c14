// Requests with a body, as checks send them, and what a server is given of them.
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { sceneOn } from '../../scripts/checking/language.ts';
import { Stage } from '../../scripts/checking/stage.ts';

const within = 5000;
const otherwise = 'Answer.';

async function sceneAt(t: TestContext, listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stage = new Stage({ origin: `http://127.0.0.1:${port}`, speed: 1 });
  t.after(() => {
    stage.close();
    server.closeAllConnections();
    server.close();
  });
  return sceneOn(stage).scene;
}

test('a body goes with its method, its headers and its length', async (t) => {
  const scene = await sceneAt(t, async (request, response) => {
    const { method, headers } = request;
    const body = Buffer.concat(await request.toArray()).toString();
    response.end(JSON.stringify([method, headers['content-length'], headers['x-desk'], body]));
  });
  const answer = scene.send('/enquiries', { headers: { 'X-Desk': '1' }, body: '中' });
  await answer.headComes({ within, otherwise });
  await answer.exchange.until(() => answer.ending, within);
  assert.equal(Buffer.from(answer.exchange.body).toString(), '["POST","3","1","中"]');
});

test('pieces of a body arrive one by one, cut wherever the check cuts them', async (t) => {
  const came: string[] = [];
  const scene = await sceneAt(t, async (request, response) => {
    if (request.url !== '/enquiries') return void response.end();
    for await (const piece of request) came.push(piece.toString('hex'));
    response.end('done');
  });
  const train = Buffer.from('🚂');
  const body = ['{', train.subarray(0, 3), train.subarray(3), '}'];
  const answer = scene.send('/enquiries', { body });
  await answer.headComes({ within, otherwise });
  assert.deepEqual(came, ['7b', 'f09f9a', '82', '7d']);
});

test('a request goes to a second origin, where one is named', async (t) => {
  const scene = await sceneAt(t, (_request, response) => response.end('first'));
  const second = createServer((request, response) => response.end(`second, ${request.method}`));
  await new Promise<void>((resolve) => second.listen(0, '127.0.0.1', resolve));
  t.after(() => second.close());
  const origin = `http://127.0.0.1:${(second.address() as AddressInfo).port}`;
  const answer = scene.send('/', { origin, method: 'OPTIONS' });
  await answer.headComes({ within, otherwise });
  await answer.exchange.until(() => answer.ending, within);
  assert.equal(Buffer.from(answer.exchange.body).toString(), 'second, OPTIONS');
});

test('who says how the body is framed is taken at their word, and may leave it unfinished', async (t) => {
  const scene = await sceneAt(t, (request, response) => {
    request.once('data', (piece) => response.end(`${request.headers['content-length']} ${piece}`));
  });
  const answer = scene.send('/', { headers: { 'Content-Length': '9' }, body: 'abc' });
  await answer.headComes({ within, otherwise });
  await answer.exchange.until(() => answer.exchange.body.length >= 5, within);
  assert.equal(Buffer.from(answer.exchange.body).toString(), '9 abc');
});

test('a request that is never answered is told by its method', async (t) => {
  const scene = await sceneAt(t, (request, response) => {
    if (request.url === '/') response.end();
  });
  const answer = scene.send('/enquiries', { method: 'DELETE' });
  await assert.rejects(
    answer.headComes({ within: 100, otherwise }),
    /No byte of an answer to `DELETE \/enquiries` came within 0\.1 s/,
  );
});
