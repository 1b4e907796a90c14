// Lesson 16's server, made by hand, with a client that others have made: the ws package.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { type RunningLesson, startLesson } from '../browser/lesson-program.ts';

describe("lesson 16 and the ws package's client", () => {
  let lesson: RunningLesson;
  const clients: WebSocket[] = [];

  before(async () => {
    lesson = await startLesson('16-websocket');
  });
  after(async () => {
    for (const client of clients) client.terminate();
    await lesson.stop();
  });

  /** A client that is open; compression is offered, as browsers do, and declined. */
  async function open(): Promise<WebSocket> {
    const client = new WebSocket(`${lesson.origin.replace('http', 'ws')}/telegraph`);
    clients.push(client);
    await once(client, 'open');
    return client;
  }

  /** Resolves when this text has come. */
  function hears(client: WebSocket, text: string): Promise<void> {
    return new Promise((resolve) => {
      client.on('message', (data: Buffer) => String(data) === text && resolve());
    });
  }

  for (const length of [0, 125, 126, 65_535, 65_536]) {
    it(`repeats a text of ${length} bytes`, async () => {
      const client = await open();
      const heard = hears(client, 'x'.repeat(length));
      client.send('x'.repeat(length));
      await heard;
    });
  }

  it('joins fragments, answers a ping between them, and sends its board', async () => {
    const client = await open();
    const pong = once(client, 'pong');
    const heard = hears(client, 'to 中央 in three');
    const board = new Promise((resolve) => {
      client.on('message', (data: Buffer) => String(data).startsWith('{') && resolve(data));
    });
    client.send('to 中', { fin: false, binary: false });
    client.ping('and now?');
    client.send('央 in', { fin: false });
    client.send(' three', { fin: true });
    assert.equal(String((await pong)[0]), 'and now?');
    await heard;
    assert.ok(JSON.parse(String(await board)).train);
  });

  for (const [what, act, meant] of [
    ['a Close of the client', (client: WebSocket) => client.close(4002, 'bye'), 4002],
    ['binary data', (client: WebSocket) => client.send(Buffer.from('x')), 1003],
    ['a message over the limit', (client: WebSocket) => client.send('x'.repeat(100_001)), 1009],
  ] as const) {
    it(`closes with ${meant} at ${what}`, async () => {
      const client = await open();
      const closed = once(client, 'close');
      act(client);
      assert.equal((await closed)[0], meant);
    });
  }
});
