// Lesson 07's page and its parser in a browser: both columns tell the same, and the corpus reads as it
// does in Node.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright';
import { corpus } from '../wire/corpus.ts';
import { violations } from './accessible.ts';
import { type RunningLesson, startLesson, tabStops, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

interface Fed {
  name: string;
  bytes: number[];
  expected: unknown;
}

/** In the page: every stream cut in two at every place. @returns what differs */
async function feedAll(streams: Fed[]): Promise<string[]> {
  const address = '/lessons/07-parser/event-stream-parser.js';
  const { EventStreamParser } = await import(address);
  const different: string[] = [];
  for (const { name, bytes, expected } of streams) {
    const body = Uint8Array.from(bytes);
    for (let cut = 0; cut <= body.length; cut += Math.max(1, Math.floor(body.length / 100))) {
      const events: unknown[] = [];
      let reconnectionTime: number | null = null;
      const parser = new EventStreamParser({
        onEvent: (event: unknown) => events.push(event),
        onRetry: (milliseconds: number) => {
          reconnectionTime = milliseconds;
        },
      });
      parser.feed(body.subarray(0, cut));
      parser.feed(body.subarray(cut));
      parser.end();
      const told = { events, reconnectionTime, lastEventId: parser.lastEventId };
      if (JSON.stringify(told) !== JSON.stringify(expected)) {
        different.push(`${name}, cut at ${cut}: ${JSON.stringify(told)}`);
        break;
      }
    }
  }
  return different;
}

describe('the page of lesson 07', { concurrency: 2 }, () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson('07-parser')]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('tells the same events in both columns, whatever is cut', async () => {
    const { page, entry } = await visit(browser);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(lesson.origin);
    await entry('pieces', 'comment: nothing here is cut where it should be').waitFor();
    await entry('pieces', 'reconnection time: 2000 ms').waitFor();
    await entry('pieces', 'done: the server ended it').waitFor();
    await entry('events', 'closed for good: 204 came').waitFor();
    const told = (log: string) => page.locator(`#${log} .entries li .told`).allTextContents();
    const [left, right] = [await told('events'), await told('pieces')];
    assert.deepEqual(right, left);
    assert.equal(left.length, 16);
    assert.equal(left[3], 'message 4 inside an é, and inside a 😀');
    assert.equal(left[2], 'message 3 between CR\\nand LF');
    assert.deepEqual(complaints, []);
  });

  it('reads the whole corpus in the browser as the standard does', async () => {
    const { page } = await visit(browser);
    // esbuild names functions by a helper that is not in the page.
    await page.addInitScript('globalThis.__name = (named) => named');
    await page.goto(lesson.origin);
    const streams = corpus.map(({ name, bytes, events, lastEventId, reconnectionTime }) => ({
      name,
      bytes: [...bytes],
      expected: {
        events: events.map(({ type, data, lastEventId }) => ({ type, data, lastEventId })),
        reconnectionTime: reconnectionTime ?? null,
        lastEventId,
      },
    }));
    assert.deepEqual(await page.evaluate(feedAll, streams), []);
  });

  it('times long lines, and is usable by keyboard and screen reader', async () => {
    const { page } = await visit(browser, { viewport: { width: 390, height: 844 } });
    await page.goto(lesson.origin);
    assert.deepEqual(await tabStops(page, 7), [
      'Log of EventSource',
      'Connect EventSource',
      'Disconnect EventSource',
      'Log of fetch',
      'Connect fetch',
      'Disconnect fetch',
      'Time long lines',
    ]);
    await page.keyboard.press('Enter');
    await page.getByText(/1 MB: \d+ ms\. 2 MB: \d+ ms\. 4 MB: \d+ ms\./).waitFor();
    assert.deepEqual(await violations(page), []);
  });
});
