// One list of behaviours, played in Chromium against the browser's own EventSource and against
// FetchEventSource. In Node it runs in behaviours/node.test.ts.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright';
import { type BehaviourServer, startBehaviourServer } from '../behaviours/behaviour-server.ts';
import { startBrowser } from './wire-stage.ts';

const folder = join(import.meta.dirname, '..', 'behaviours');
const scripts = readdirSync(folder)
  .filter((name) => name.endsWith('.js'))
  .map((name) => [`/${name}`, readFileSync(join(folder, name), 'utf8')]);
const page = `<!doctype html><html lang="en"><title>Behaviours</title><script type="module">
import { behaviours, run } from '/behaviours.js';
import { FetchEventSource } from '/lessons/08-own-event-source/fetch-event-source.js';
globalThis.play = async (name, isNative, origin, other) => {
  const Source = isNative ? EventSource : FetchEventSource;
  const failures = [];
  for (const behaviour of behaviours) {
    if (name && behaviour.name !== name) continue;
    await run(behaviour, { Source, isNative, origin, other }).catch((error) => {
      failures.push(behaviour.name + ': ' + error.message);
    });
  }
  return { failures, count: behaviours.length };
};
</script>`;

describe('in Chromium', () => {
  let server: BehaviourServer;
  let browser: Browser;

  before(async () => {
    const files = { '/': page, ...Object.fromEntries(scripts) };
    [server, browser] = await Promise.all([startBehaviourServer(files), startBrowser()]);
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  for (const isNative of [true, false]) {
    const name = isNative ? 'EventSource' : 'FetchEventSource';
    it(`${name} behaves as the list says`, async () => {
      const tab: Page = await browser.newPage();
      await tab.goto(server.origin);
      const { failures, count } = await tab.evaluate(
        ([isNative, origin, other]) =>
          (globalThis as unknown as { play: PlayAll }).play('', isNative, origin, other),
        [isNative, server.origin, server.other] as const,
      );
      assert.deepEqual(failures, []);
      assert.ok(count > 40);
      await tab.close();
    });
  }
});

type PlayAll = (
  name: string,
  isNative: boolean,
  origin: string,
  other: string,
) => Promise<{ failures: string[]; count: number }>;
