// The corpus of event streams, read by the EventSource of a real browser: the events that Chromium
// gives its pages are the events that the corpus expects, and so those of our own reader.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type Browser, chromium } from 'playwright';
import { findBrowser } from '../../scripts/checking/browser.ts';
import { corpus, type ExpectedEvent } from '../wire/corpus.ts';

/** Chromium's reconnection time where a stream sets none, in milliseconds. */
const USUAL_WAIT = 3000;
/** How long the whole corpus may take. */
const DEADLINE = 30_000;

interface Reading {
  events: ExpectedEvent[];
  /** What the server got when the browser came back: the ID, and after how many milliseconds. */
  cameBack?: { lastEventId: string; after: number };
}

const readings: Reading[] = corpus.map(() => ({ events: [] }));
let browser: Browser | undefined;

const server = createServer((request, response) => {
  const [, kind, number] = (request.url ?? '').split('/');
  if (kind === 'stream') play(Number(number), request.headers['last-event-id'], response);
  else response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>');
});

const endedAt = new Map<number, number>();

/** Plays a stream once. The second time, 204 tells the browser not to come back again. */
function play(
  number: number,
  lastEventId: string | string[] | undefined,
  response: ServerResponse,
) {
  const earlier = endedAt.get(number);
  if (earlier !== undefined) {
    // The browser sends UTF-8; Node reads headers as Latin-1.
    const id = Buffer.from(String(lastEventId ?? ''), 'latin1').toString('utf8');
    readings[number]!.cameBack = { lastEventId: id, after: performance.now() - earlier };
    response.writeHead(204).end();
    return;
  }
  response.on('finish', () => endedAt.set(number, performance.now()));
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.end(corpus[number]!.bytes);
}

/** Runs in the page: opens every stream and resolves when the last one is closed for good. */
async function readAll(types: string[][]): Promise<Reading['events'][]> {
  return await Promise.all(
    types.map((typesOfStream, number) => {
      const events: ExpectedEvent[] = [];
      const source = new EventSource(`/stream/${number}`);
      for (const type of new Set(typesOfStream)) {
        source.addEventListener(type, (event) => {
          // The browser's own `open` and `error` carry no data.
          if (!(event instanceof MessageEvent)) return;
          events.push({ type: event.type, data: event.data, lastEventId: event.lastEventId });
        });
      }
      return new Promise<ExpectedEvent[]>((resolve) => {
        source.addEventListener('error', (event) => {
          if (!(event instanceof MessageEvent) && source.readyState === EventSource.CLOSED) {
            resolve(events);
          }
        });
      });
    }),
  );
}

before(
  async () => {
    const found = await findBrowser();
    assert.ok(found, 'no browser: see CONTRIBUTING.md for how the tests find one');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ ...found, headless: true });
    const page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    // Types that no stream means: they would be heard if a field were read wrongly.
    const always = ['message', 'x', 'y', 'open', 'error', 'delay'];
    const types = corpus.map((stream) => [...always, ...stream.events.map((event) => event.type)]);
    const read = await page.evaluate(readAll, types);
    read.forEach((events, number) => {
      readings[number]!.events = events;
    });
  },
  { timeout: DEADLINE },
);

after(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

corpus.forEach((stream, number) => {
  const departure = stream.chromiumDeparts;
  const title = departure
    ? `Chromium departs from the standard: ${stream.name}: ${departure.why}`
    : `Chromium reads the same: ${stream.name}`;
  test(title, () => {
    const reading = readings[number]!;
    assert.deepEqual(reading.events, departure?.events ?? stream.events);
    assert.equal(reading.cameBack?.lastEventId, stream.lastEventId);
  });
});

test('Chromium waits as long as the stream says before it comes back', () => {
  corpus.forEach((stream, number) => {
    const wait = readings[number]!.cameBack!.after;
    const { reconnectionTime, name } = stream;
    if (reconnectionTime === undefined) {
      assert.ok(wait > USUAL_WAIT - 500, `${name}: came back after ${wait} ms`);
    } else {
      assert.ok(wait < USUAL_WAIT - 500, `${name}: came back after ${wait} ms`);
    }
  });
});
