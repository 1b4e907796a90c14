// The hub's own event stream: ids, resuming, what is too old, who may see what, who is let go.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Live, type LiveOptions } from '../../scripts/hub/live.ts';
import type { StageEvent } from '../../scripts/hub/live-events.ts';
import { eventually, LiveClient } from './clone.ts';

const stage: StageEvent = {
  which: 'finished',
  folder: '31-signal',
  origin: 'http://localhost:4431',
  state: 'running',
  levers: { slow: 0, split: 0, hold: 0 },
  connections: 0,
};

/** A live stream on a server of its own; `x-kit-key: yes` is its key. */
async function startLive(test: TestContext, options: LiveOptions = {}) {
  const live = new Live((tell) => {
    tell('stage', stage, 'all');
    tell('progress', { lessons: {} }, 'key');
  }, options);
  const server = createServer((request, response) => {
    void live.connect(request, response, request.headers['x-kit-key'] === 'yes');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as { port: number }).port;
  const clients: LiveClient[] = [];
  test.after(() => {
    for (const client of clients) client.leave();
    live.close();
    server.close();
    server.closeAllConnections();
  });
  const join = async (headers: Record<string, string> = {}) => {
    const client = new LiveClient(port, { 'x-kit-key': 'yes', ...headers });
    clients.push(client);
    await eventually('the head', () => client.response);
    return client;
  };
  /** Publishes an event that is told apart by its number. */
  const say = (run: number) => live.publish('judge-started', { folder: 'x', run }, 'key');
  return { live, port, join, say };
}

const runsOf = (client: LiveClient) =>
  client.told.filter(({ type }) => type === 'judge-started').map(({ data }) => data.run);

test('a newcomer gets a snapshot, and then what happens', async (t) => {
  const { join, say } = await startLive(t);
  say(1);
  const client = await join();
  await client.isHere();
  assert.equal(client.response!.headers['content-type'], 'text/event-stream');
  assert.equal(client.response!.headers['cache-control'], 'no-store');
  say(2);
  await client.hears('judge-started');
  assert.deepEqual(
    client.told.map(({ type }) => type),
    ['stage', 'progress', 'judge-started'],
  );
  assert.deepEqual(runsOf(client), [2]);
});

test('who comes back with its last event ID gets all that it missed, and nothing twice', async (t) => {
  const { join, say } = await startLive(t);
  const first = await join();
  await first.isHere();
  say(1);
  say(2);
  await first.hears('judge-started', ({ run }) => run === 2);
  first.leave();
  for (const run of [3, 4, 5]) say(run);
  const again = await join({ 'last-event-id': first.lastEventId });
  await again.hears('judge-started', ({ run }) => run === 5);
  say(6);
  await again.hears('judge-started', ({ run }) => run === 6);
  assert.deepEqual(runsOf(again), [3, 4, 5, 6]);
  assert.ok(!again.told.some(({ type }) => type === 'stage' || type === 'reset'));
});

test('who has seen everything gets nothing again', async (t) => {
  const { join, say } = await startLive(t);
  const first = await join();
  say(1);
  await first.hears('judge-started');
  const again = await join({ 'last-event-id': first.lastEventId });
  say(2);
  await again.hears('judge-started');
  assert.deepEqual(runsOf(again), [2]);
});

test('who was away for too long is told to begin anew, and gets a snapshot', async (t) => {
  const { join, say } = await startLive(t, { history: 500 });
  const first = await join();
  await first.isHere();
  const { lastEventId } = first;
  first.leave();
  for (let run = 1; run <= 50; run += 1) say(run);
  const again = await join({ 'last-event-id': lastEventId });
  await again.isHere();
  assert.deepEqual(
    again.told.map(({ type }) => type),
    ['reset', 'stage', 'progress'],
  );
  say(51);
  await again.hears('judge-started');
  assert.deepEqual(runsOf(again), [51]);
});

test('an id of another hub, or no id of any hub, is too old as well', async (t) => {
  const { join, say } = await startLive(t);
  const client = await join();
  say(1);
  await client.hears('judge-started');
  const [series] = client.lastEventId.split(/-(?=\d+$)/);
  for (const id of ['AAAAAAAA-1', '1', 'x', `${series}-99`, `${series}--1`, `${series}-1e0`]) {
    const again = await join({ 'last-event-id': id });
    await again.isHere();
    assert.equal(again.told[0]?.type, 'reset', id);
  }
});

test('without the key one sees what is open to all, and no more', async (t) => {
  const { live, join, say } = await startLive(t);
  const client = await join({ 'x-kit-key': 'no' });
  await client.isHere();
  say(1);
  live.publish('stage', { ...stage, which: 'mine' }, 'key');
  live.publish('stage', { ...stage, state: 'stopped' }, 'all');
  await client.hears('stage', ({ state }) => state === 'stopped');
  assert.deepEqual(
    client.told.map(({ type, data }) => [type, data.state]),
    [
      ['stage', 'running'],
      ['stage', 'stopped'],
    ],
  );
  // Neither when it comes back.
  const again = await join({ 'x-kit-key': 'no', 'last-event-id': client.lastEventId });
  say(2);
  live.publish('stage', stage, 'all');
  await again.hears('stage');
  assert.deepEqual(runsOf(again), []);
});

test('a client that does not read is let go, the others hear everything, and it can come back', async (t) => {
  const { live, port, join, say } = await startLive(t, { history: 8_000_000 });
  const reading = await join();
  await reading.isHere();
  const idle: Socket = connect(port, '127.0.0.1');
  t.after(() => idle.destroy());
  idle.on('error', () => {});
  idle.pause();
  idle.write('GET /live HTTP/1.1\r\nHost: x\r\nx-kit-key: yes\r\n\r\n');
  await eventually('two clients', () => live.clients === 2);
  let run = 0;
  await eventually('the idle client to be let go', () => {
    for (let count = 0; count < 20; count += 1) {
      live.publish(
        'output',
        { which: 'mine', folder: 'x', stream: 'stdout', text: 'x'.repeat(50_000) },
        'key',
      );
    }
    say(++run);
    return live.clients === 1;
  });
  await reading.hears('judge-started', (data) => data.run === run);
  assert.deepEqual(
    runsOf(reading),
    Array.from({ length: run }, (_, index) => index + 1),
  );
});

test('a heartbeat keeps the connection alive while nothing happens', async (t) => {
  const { port } = await startLive(t, { heartbeat: 20 });
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  let text = '';
  socket.on('data', (piece) => {
    text += piece;
  });
  socket.write('GET /live HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually(
    'two heartbeats',
    () => text.split('\n:\n\n').length > 2 || text.split('\r\n:\n\n').length > 2,
  );
});

test('it is told when anybody looks, and when nobody does any more', async (t) => {
  const looks: boolean[] = [];
  const { join, live } = await startLive(t, { onWatched: (watched) => looks.push(watched) });
  const [one, other] = [await join(), await join()];
  await eventually('both', () => live.clients === 2);
  one.leave();
  await eventually('one to leave', () => live.clients === 1);
  other.leave();
  await eventually('the other to leave', () => live.clients === 0);
  assert.deepEqual(looks, [true, false]);
});
