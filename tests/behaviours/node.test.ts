// FetchEventSource in Node behaves as the browser's EventSource does in Chromium; the same list runs
// there: see browser/behaviours.browser.test.ts.
import { after, before, describe, it } from 'node:test';
import { FetchEventSource } from '../../lessons/08-own-event-source/fetch-event-source.js';
import { type BehaviourServer, startBehaviourServer } from './behaviour-server.ts';
import { behaviours, run } from './behaviours.js';

describe('FetchEventSource in Node', { concurrency: 4 }, () => {
  let server: BehaviourServer;
  before(async () => {
    server = await startBehaviourServer();
  });
  after(() => server.close());

  for (const behaviour of behaviours) {
    it(behaviour.name, async () => {
      const { origin, other } = server;
      await run(behaviour, { Source: FetchEventSource, isNative: false, origin, other });
    });
  }
});
