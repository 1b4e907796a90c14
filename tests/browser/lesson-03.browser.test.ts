// Lesson 03's page, alone and in a browser: what its signal and its two columns say of every ending.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright';
import { servePage } from '../../lessons/page.ts';
import { violations } from './accessible.ts';
import {
  lessons,
  listening,
  type RunningLesson,
  startLesson,
  tabStops,
  visit,
} from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = '03-endings';

type Turn = (response: ServerResponse, request: IncomingMessage) => void;

const STREAM = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

/** An event stream that says this and stays open. */
const says = (body: string): Turn => {
  return (response) => response.writeHead(200, STREAM).write(body);
};
/** The same, and its end. */
const ends = (body: string): Turn => {
  return (response) => response.writeHead(200, STREAM).end(body);
};
const refuses = (status: number, type = 'text/plain'): Turn => {
  return (response) => response.writeHead(status, { 'Content-Type': type }).end('Not now.\n');
};

/** The page from a server that takes its turns one by one; the last is for all EventSources to come. */
async function serve(t: TestContext, ...turns: [Turn, ...Turn[]]) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/countdown') return servePage(join(lessons, FOLDER), request, response);
    const isFetch = request.headers.accept !== 'text/event-stream';
    if (isFetch) return response.writeHead(204).end();
    const turn = turns[Math.min(asked.length, turns.length - 1)]!;
    asked.push(request.headers['last-event-id'] as string | undefined);
    turn(response, request);
  });
  const origin = await listening(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin, asked };
}

/** What the signal has shown since the page was there, each change once. */
async function watchSignal(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => {
      const text = document.querySelector('#aspect')?.textContent;
      if (text && seen.at(-1) !== text) seen.push(text);
    }).observe(document, { subtree: true, childList: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
}

// Most of the time is spent waiting for the train: the tests wait together.
describe('the page of lesson 03', { concurrency: 3 }, () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson(FOLDER)]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('counts down on both sides, closes on bye, and does not ask again', async () => {
    const { page, entry } = await visit(browser);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    let requests = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/countdown')) requests += 1;
    });
    const signal = await watchSignal(page);
    await page.goto(lesson.origin);
    await entry('events', '10 min').waitFor();
    assert.equal(
      await page.locator('[data-connections]').textContent(),
      '2 of 6 connections in use',
    );
    await entry('events', 'bye: this page has closed it').waitFor();
    await entry('pieces', 'done: the server ended it').waitFor();
    assert.deepEqual(await signal(), ['2 CLOSED', '0 CONNECTING', '1 OPEN', '2 CLOSED']);
    assert.equal(await page.locator('#sign').textContent(), 'The last train has left.');
    assert.equal(
      await page.locator('[data-connections]').textContent(),
      '0 of 6 connections in use',
    );
    assert.equal(requests, 2);
    assert.deepEqual(complaints, []);
  });

  it('leaves it to the browser to come back after an end without bye', async (t) => {
    const { origin, asked } = await serve(
      t,
      ends('retry: 100\n\nid: 5\ndata: 5 min\n\n'),
      says('id: 4\ndata: 4 min\n\n'),
    );
    const { page, entry } = await visit(browser);
    const signal = await watchSignal(page);
    await page.goto(origin);
    await entry('events', 'the stream is over; the browser will ask again').waitFor();
    await entry('events', '4 min').waitFor();
    assert.deepEqual(await signal(), [
      '2 CLOSED',
      '0 CONNECTING',
      '1 OPEN',
      '0 CONNECTING',
      '1 OPEN',
    ]);
    assert.deepEqual(asked, [undefined, '5']);
  });

  it('takes a 204 for the end of the show, if bye was lost', async (t) => {
    const { origin, asked } = await serve(
      t,
      ends('retry: 100\n\nid: 1\ndata: 1 min\n\n'),
      (response) => response.writeHead(204).end(),
    );
    const { page, entry } = await visit(browser);
    await page.clock.install();
    await page.goto(origin);
    await entry('events', 'closed for good; the browser will not ask again').waitFor();
    await entry('events', 'the last train has left').waitFor();
    assert.equal(await page.locator('#aspect').textContent(), '2 CLOSED');
    await page.clock.runFor(600_000); // no timer of the page is left that would ask
    assert.deepEqual(asked, [undefined, '1']);
    assert.equal(await page.locator('#events h2').textContent(), ' EventSource closed');
  });

  it('makes a new one after each refusal, and waits twice as long each time', async (t) => {
    const { origin, asked } = await serve(
      t,
      refuses(503),
      refuses(404),
      refuses(200, 'text/html'),
      says('id: 10\ndata: 10 min\n\n'),
    );
    const { page, entry } = await visit(browser);
    await page.clock.install();
    await page.goto(origin);
    for (const seconds of [1, 2, 4]) {
      await entry('events', `a new EventSource in ${seconds} s`).waitFor();
      await page.clock.runFor(seconds * 1000);
    }
    await entry('events', '10 min').waitFor();
    assert.equal(await page.locator('#aspect').textContent(), '1 OPEN');
    assert.deepEqual(asked, [undefined, undefined, undefined, undefined]);
  });

  it('waits no longer than half a minute, and begins anew with a second when it was open', async (t) => {
    const opens = ends('retry: 100\n\nid: 5\ndata: 5 min\n\n');
    const { origin } = await serve(t, ...refusals(6), opens, refuses(503));
    const { page, entry } = await visit(browser);
    await page.clock.install();
    await page.goto(origin);
    for (const seconds of [1, 2, 4, 8, 16, 30]) {
      await entry('events', `a new EventSource in ${seconds} s`).waitFor();
      await page.clock.runFor(seconds * 1000);
    }
    await entry('events', '5 min').waitFor();
    await entry('events', 'a new EventSource in 1 s').nth(1).waitFor();
  });

  it('forgets the new one if Disconnect is pressed, and says so', async (t) => {
    const { origin, asked } = await serve(t, refuses(503));
    const { page, entry, press } = await visit(browser);
    await page.clock.install();
    await page.goto(origin);
    await entry('events', 'a new EventSource in 1 s').waitFor();
    await press('Disconnect EventSource');
    await entry('events', 'you closed it').waitFor();
    const before = asked.length; // on a slow machine the second may have passed already
    await page.clock.runFor(60_000);
    assert.equal(asked.length, before);
  });

  it('connects twice without listening twice', async (t) => {
    const { origin, asked } = await serve(t, says('id: 10\ndata: 10 min\n\n'));
    const { page, entry, press } = await visit(browser);
    await page.goto(origin);
    await entry('events', 'open').waitFor();
    const left = page.waitForEvent('requestfailed');
    await press('Connect EventSource');
    await left;
    await entry('events', '10 min').nth(1).waitFor();
    assert.equal(asked.length, 2);
  });

  it('shows the same endings as fetch sees them', async () => {
    const mortal = await startLesson(FOLDER);
    const { page, entry, press } = await visit(browser);
    await page.goto(mortal.origin);
    await entry('pieces', '200 text/event-stream').waitFor();
    await press('Connect, having heard 1');
    await entry('pieces', '204 No Content').waitFor();
    await entry('pieces', 'no body to read').waitFor();
    await page.getByLabel('Ask for').selectOption('/repairs');
    await press('Connect fetch');
    await entry('pieces', '503 text/plain').waitFor();
    await entry('pieces', '"The line is under repair. Come back later.\\n"').waitFor();
    await page.getByLabel('Ask for').selectOption('/nowhere');
    await press('Connect fetch');
    await entry('pieces', '404 text/plain').waitFor();
    await page.getByLabel('Ask for').selectOption('/countdown');
    await press('Connect fetch');
    await entry('pieces', '10 min').last().waitFor();
    await mortal.stop();
    await entry('pieces', 'broken: network error').waitFor();
  });

  it('says in a sentence that EventSource is missing, where it is', async () => {
    const { page, entry } = await visit(browser);
    await page.addInitScript(() => Reflect.deleteProperty(window, 'EventSource'));
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(lesson.origin);
    await entry('events', 'this browser has no EventSource').waitFor();
    await entry('pieces', '10 min').waitFor();
    assert.deepEqual(errors, []);
  });

  it('is worked by the keyboard alone', async (t) => {
    const { origin } = await serve(t, says('id: 10\ndata: 10 min\n\n'));
    const { page, entry } = await visit(browser);
    await page.goto(origin);
    await entry('events', '10 min').waitFor();
    assert.deepEqual(await tabStops(page, 3), [
      'Ask for',
      'Log of EventSource',
      'Connect EventSource',
    ]);
    assert.deepEqual(await tabStops(page, 1), ['Disconnect EventSource']);
    await page.keyboard.press('Enter');
    await entry('events', 'you closed it').waitFor();
    assert.deepEqual(await tabStops(page, 4), [
      'Log of fetch',
      'Connect fetch',
      'Connect, having heard 1',
      'Disconnect fetch',
    ]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1200, 800, 360]) {
      it(`has nothing that axe objects to, ${colorScheme}, ${width} wide, and no sideways scrolling`, async (t) => {
        const { origin } = await serve(
          t,
          ends('retry: 100\n\nid: 5\ndata: 5 min\n\n'),
          refuses(503),
        );
        const { page, entry } = await visit(browser, {
          colorScheme,
          viewport: { width, height: 800 },
        });
        await page.goto(origin);
        await entry('events', 'a new EventSource').first().waitFor();
        for (const aspect of ['CLOSED', 'OPEN', 'CONNECTING']) {
          await page.locator('#semaphore').evaluate((signal, name) => {
            (signal as HTMLElement).dataset.aspect = name;
          }, aspect);
          assert.deepEqual(await violations(page), [], aspect);
        }
        const overhang = () => document.documentElement.scrollWidth - innerWidth;
        assert.ok((await page.evaluate(overhang)) <= 0);
      });
    }
  }

  it('does not move for those who have asked for no motion', async (t) => {
    const { origin } = await serve(t, says('id: 10\ndata: 10 min\n\n'));
    const { page, entry } = await visit(browser, { reducedMotion: 'reduce' });
    await page.goto(origin);
    await entry('events', '10 min').waitFor();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });
});

function refusals(count: number): [Turn, ...Turn[]] {
  return Array.from({ length: count }, () => refuses(503)) as [Turn, ...Turn[]];
}
