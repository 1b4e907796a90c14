// Examining a stream from the hub: who may, what is told, and that it ends when the page leaves.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { EventStreamReader } from '../../scripts/wire/event-stream.ts';
import { resumes } from '../wire/examine-streams.ts';
import { freePort, httpServer, promised } from '../wire/sockets.ts';
import { startHub } from './clone.ts';

function told(text: string): { type: string; data: Record<string, unknown> }[] {
  return new EventStreamReader()
    .feed(Buffer.from(text))
    .map(({ type, data }) => ({ type, data: JSON.parse(data) }));
}

/** Those of the report, with which the answer ends. */
function findingsIn(text: string): Record<string, unknown>[] {
  const { type, data } = told(text).at(-1)!;
  assert.equal(type, 'report');
  return data.findings as Record<string, unknown>[];
}

test('the hub examines a stream for whoever has the key, and tells what it sees', async (context) => {
  const hub = await startHub(context);
  const port = await httpServer(context, resumes());
  const url = `http://127.0.0.1:${port}/events`;
  const stranger = await hub.ask('POST', '/api/examine', { body: { url } });
  assert.equal(stranger.status, 403);

  const answer = await hub.keyed('POST', '/api/examine', { url, seconds: 0.5 });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'text/event-stream');
  const events = told(answer.text);
  const [paired] = events;
  assert.deepEqual(paired, {
    type: 'paired',
    data: { exchange: 1, reader: 'First look', label: 'A1' },
  });
  const kinds = events
    .filter(({ type, data }) => type === 'record' && data.exchange === 1)
    .map(({ data }) => data.kind);
  assert.deepEqual(kinds.slice(0, 4), ['request', 'head', 'piece', 'event']);
  assert.equal(kinds.at(-1), 'end');
  assert.ok(events.some(({ type, data }) => type === 'seen' && data.data === 'train 1'));
  assert.ok(events.some(({ type, data }) => type === 'said' && /goes on/.test(`${data.sentence}`)));
  const last = events.at(-1);
  assert.equal(last?.type, 'report');
  assert.deepEqual([last?.data.status, last?.data.findings], [200, []]);
  assert.deepEqual(hub.mistakes, []);
});

test('a finding comes with its bytes and the caret', async (context) => {
  const hub = await startHub(context);
  const port = await httpServer(context, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.end('retry: 2s\n\n');
  });
  const answer = await hub.keyed('POST', '/api/examine', {
    url: `http://127.0.0.1:${port}/`,
    seconds: 0.3,
  });
  const [finding] = findingsIn(answer.text);
  assert.equal(finding?.id, 'bad-retry');
  assert.deepEqual([finding?.offset, finding?.lines], [8, ['retry: 2s\\n']]);
  assert.equal(finding?.caret, '        ^');
});

test('what cannot be asked is refused in one sentence, and silence is a finding', async (context) => {
  const hub = await startHub(context);
  const refused: [object, RegExp][] = [
    [{}, /"url" is missing/],
    [{ url: 'localhost:3000' }, /write it as http:\/\/localhost:3000/],
    [{ url: 'http://x/', seconds: 0 }, /more than 0 and up to 60 seconds/],
    [{ url: 'http://x/', headers: 'A: b' }, /is no list of lines/],
    [{ url: 'http://x/', headers: ['A b'] }, /is not a header/],
    [{ url: 'http://x/', body: 'x' }, /A GET has no body/],
  ];
  for (const [wish, sentence] of refused) {
    const { status, json } = await hub.keyed('POST', '/api/examine', wish);
    assert.ok(status === 400 || status === 422, String(status));
    assert.match(json.error, sentence);
  }
  const answer = await hub.keyed('POST', '/api/examine', {
    url: `http://127.0.0.1:${await freePort()}/`,
    seconds: 0.3,
  });
  const [finding] = findingsIn(answer.text);
  assert.equal(finding?.id, 'unreachable');
});

test('when the page leaves, the stream is left too', async (context) => {
  const hub = await startHub(context);
  const opened = promised<void>('the stream was opened');
  const left = promised<void>('the stream was left');
  const port = await httpServer(context, (request, response) => {
    resumes()(request, response);
    opened.resolve();
    response.on('close', () => left.resolve());
  });
  const body = JSON.stringify({ url: `http://127.0.0.1:${port}/`, seconds: 60 });
  const request = httpRequest({
    host: '127.0.0.1',
    port: hub.port,
    method: 'POST',
    path: '/api/examine',
    headers: {
      host: `localhost:${hub.port}`,
      'x-kit-key': hub.key,
      'content-type': 'application/json',
    },
  });
  request.on('error', () => {});
  request.end(body);
  await opened.promise;
  request.destroy();
  await left.promise;
});
