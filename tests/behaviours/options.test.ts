// What FetchEventSource can do beyond EventSource, as far as the lesson's checks do not look at it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type Failure,
  FetchEventSource,
} from '../../lessons/08-own-event-source/fetch-event-source.js';
import { type BehaviourServer, startBehaviourServer, type Turn } from './behaviour-server.ts';
import { run, type Scene } from './playing.js';

const ENDS: Turn = { send: 'retry: 20\n\n', after: 'end' };

describe('the options of FetchEventSource', { concurrency: 4 }, () => {
  let server: BehaviourServer;
  before(async () => {
    server = await startBehaviourServer();
  });
  after(() => server.close());

  function behaves(name: string, play: (scene: Scene) => unknown) {
    it(name, async () => {
      const { origin, other } = server;
      await run({ name, run: play }, { Source: FetchEventSource, isNative: false, origin, other });
    });
  }

  behaves('reconnect may come back where EventSource gives up', async ({ play, until }) => {
    const failures: Partial<Failure>[] = [];
    let token = 0;
    const init = {
      headers: () => ({ Authorization: `Bearer ${++token}` }),
      reconnect: (failure: Failure) => {
        failures.push({ ...failure, response: undefined });
        return failure.response?.status === 401 ? 0 : undefined;
      },
    };
    const { words, seen } = await play([{ status: 401, after: 'end' }, {}], { init });
    await until(() => words().length === 2);
    assert.deepEqual(words(), ['error 0', 'open 1']);
    assert.equal((await seen())[1].headers.authorization, 'Bearer 2');
    assert.deepEqual(failures, [
      { response: undefined, error: undefined, count: 1, wait: undefined },
    ]);
  });

  behaves('reconnect may give up where EventSource comes back', async ({ play, until, quiet }) => {
    const init = { reconnect: ({ count }: Failure) => (count === 2 ? false : undefined) };
    const { words } = await play([ENDS, { after: 'drop' }], { init });
    await until(() => words().length === 3);
    await quiet();
    assert.deepEqual(words(), ['open 1', 'error 0', 'error 2']);
  });

  behaves(
    'reconnect is not asked about a POST that may not be repeated',
    async ({ play, until, quiet }) => {
      const init = { method: 'post', body: 'buy', reconnect: () => 0 };
      const { words, seen } = await play([ENDS], { init });
      await until(() => words().length === 2);
      await quiet();
      assert.deepEqual(words(), ['open 1', 'error 2']);
      assert.deepEqual(
        (await seen()).map(({ method }: { method: string }) => method),
        ['POST'],
      );
    },
  );

  behaves('a signal closes it, as close() does', async ({ play, until, quiet }) => {
    const leaving = new AbortController();
    const { source, words, seen } = await play([{}], { init: { signal: leaving.signal } });
    await until(() => words().length === 1);
    leaving.abort();
    assert.equal(source.readyState, 2);
    await until(async () => (await seen())[0].left);
    await quiet();
    assert.deepEqual(words(), ['open 1']);
  });

  behaves('a signal that was aborted before leaves nothing to ask', async ({ play, quiet }) => {
    const { source, words, seen } = await play([{}], { init: { signal: AbortSignal.abort() } });
    await quiet();
    assert.deepEqual([source.readyState, words(), await seen()], [2, [], []]);
  });

  behaves('an ID of an earlier life goes with the first request', async ({ play, until }) => {
    const { words, log, seen } = await play([{ send: 'data: 1\n\n' }], {
      init: { lastEventId: '7' },
    });
    await until(() => words().length === 2);
    assert.equal((await seen())[0].headers['last-event-id'], '7');
    assert.equal(log[1].event.lastEventId, '7');
  });

  behaves('headers that fail are tried again, as a connection is', async ({ play, until }) => {
    let asked = 0;
    const headers = async () => {
      asked += 1;
      if (asked === 1) throw new Error('no token today');
      return {};
    };
    const errors: unknown[] = [];
    const reconnect = ({ error }: Failure) => {
      errors.push(error);
      return 10;
    };
    const { words } = await play([{}], { init: { headers, reconnect } });
    await until(() => words().length === 2);
    assert.deepEqual(words(), ['error 0', 'open 1']);
    assert.match(String(errors[0]), /no token today/);
  });

  behaves('what fetch would never take is said by the constructor', ({ Source, origin }) => {
    const wrong = [{ method: 'a b' }, { headers: { 'a b': 'c' } }, { body: 'with a GET' }];
    for (const init of wrong) assert.throws(() => new Source(origin, init), TypeError);
  });
});
