// Lesson 05's page in a browser: its lamp, its watchdog, and its two ways to the stream; and the proxy
// that is one of them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser } from 'playwright';
import { createProxy } from '../../lessons/05-keeping-alive/proxy.ts';
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

const FOLDER = '05-keeping-alive';
const STREAM = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };
const LAMP = 'event: lamp\ndata: lit\n\n';
const TRAIN = 'id: 7\ndata: Train 7 has passed.\n\n';

/** The page from a server that says what the test says, to the last EventSource that came. */
async function serve(t: TestContext, status = 200) {
  const asked: string[] = [];
  const left: string[] = [];
  let last: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const url = request.url!;
    if (url === '/proxy') return response.end();
    if (!url.startsWith('/lamp')) return servePage(join(lessons, FOLDER), request, response);
    if (request.headers.accept !== 'text/event-stream') return response.writeHead(204).end();
    asked.push(url);
    response.on('close', () => left.push(url));
    response.writeHead(status, STREAM);
    if (status !== 200) return response.end();
    response.flushHeaders();
    last = response;
  });
  const origin = await listening(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin, asked, left, say: (text: string) => last!.write(text) };
}

describe('the page of lesson 05', { concurrency: 3 }, () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson(FOLDER)]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('opens at once, by the direct way, compressed, and by the proxy', async () => {
    const { page, entry, press } = await visit(browser);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const proxied = page.waitForResponse((response) => response.url().endsWith('/proxy'));
    await page.goto(lesson.origin);
    const ways = [
      ['/lamp', 'direct'],
      ['/lamp?gzip', 'direct'],
      ['/lamp', 'proxy'],
      ['/lamp?gzip', 'proxy'],
    ] as const;
    await (await proxied).finished();
    for (const [index, [address, way]] of ways.entries()) {
      await page.getByLabel('Ask for').selectOption(address);
      await page.getByLabel('by', { exact: true }).selectOption(way);
      await press('Connect EventSource');
      await press('Connect fetch');
      // Both have connected once by themselves.
      await entry('events', /^\+\S+open$/)
        .nth(index + 1)
        .waitFor();
      await entry('pieces', '": the lamp is there\\n\\n"')
        .nth(index + 1)
        .waitFor();
    }
    assert.equal(await entry('events', ': the lamp').count(), 0, 'no EventSource sees a comment');
    assert.equal(
      await page.locator('[data-connections]').textContent(),
      '2 of 6 connections in use',
    );
    assert.deepEqual(complaints, []);
  });

  it('shows by its signal how long ago a lamp was, and leaves a connection that has stalled', async (t) => {
    const { origin, asked, left, say } = await serve(t);
    const { page, entry } = await visit(browser);
    await page.clock.install();
    await page.goto(origin);
    await entry('events', /open$/).waitFor();
    const signal = async () => [
      await page.locator('#aspect').textContent(),
      await page.locator('#age').textContent(),
    ];
    assert.deepEqual(await signal(), ['UNKNOWN', 'not yet heard']);

    for (let beat = 1; beat <= 3; beat++) {
      say(beat === 2 ? TRAIN : LAMP);
      await entry('events', beat === 2 ? 'Train 7' : 'lamp lit')
        .last()
        .waitFor();
      assert.equal(await entry('events', 'lit').count(), Math.ceil(beat / 2));
      assert.match((await signal()).join(), /^LIT,[01] s ago$/);
      await page.clock.runFor(30_000);
      // The age is shown at whole seconds of the page's clock, and the lamp came between two.
      assert.match((await signal()).join(), /^LIT,(29|30|31) s ago$/);
    }
    assert.equal(await page.locator('#sign').textContent(), 'Train 7 has passed.');
    assert.deepEqual(asked, ['/lamp']);

    say(': still there\n\n'); // a comment feeds nobody
    await page.clock.runFor(5000);
    await entry('events', 'nothing heard for 35 s: a new EventSource').waitFor();
    await entry('events', /open$/).nth(1).waitFor();
    assert.deepEqual(asked, ['/lamp', '/lamp?lastEventId=7']);
    assert.deepEqual(left, ['/lamp'], 'the old one does not hang on');
  });

  it('tries again in the end where the browser has given up, and not after Disconnect', async (t) => {
    const { origin, asked } = await serve(t, 504);
    const { page, entry, press } = await visit(browser);
    await page.clock.install();
    await page.goto(origin);
    await entry('events', 'closed for good').waitFor();
    await page.clock.runFor(35_000);
    await entry('events', 'closed for good').nth(1).waitFor();
    assert.equal(asked.length, 2);
    await press('Disconnect EventSource');
    assert.equal(await page.locator('#aspect').textContent(), 'DARK');
    await page.clock.runFor(600_000);
    assert.equal(asked.length, 2);
  });

  it('is worked by the keyboard, and has nothing that axe objects to, however wide', async (t) => {
    const { origin, say } = await serve(t);
    const { page, entry } = await visit(browser);
    await page.goto(origin);
    await entry('events', /open$/).waitFor();
    say(LAMP + TRAIN);
    await entry('events', 'Train 7').waitFor();
    assert.deepEqual(await tabStops(page, 5), [
      'Ask for',
      'by',
      'Log of EventSource',
      'Connect EventSource',
      'Disconnect EventSource',
    ]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1440, 800, 360]) {
        await page.setViewportSize({ width, height: 800 });
        assert.deepEqual(await violations(page), [], `${colorScheme}, ${width} wide`);
        const overhang = () => document.documentElement.scrollWidth - innerWidth;
        assert.ok((await page.evaluate(overhang)) <= 0, `sideways scrolling at ${width}`);
      }
    }
  });
});

describe('the proxy of lesson 05', () => {
  /** A proxy in front of a server that answers every request like this. */
  async function front(
    t: TestContext,
    answer: (response: ServerResponse, path: string) => void,
    limit?: number,
  ): Promise<string> {
    const server = createServer((request, response) => answer(response, request.url!));
    const origin = `http://127.0.0.1:${new URL(await listening(server)).port}`;
    const proxy = createProxy(origin, limit).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    t.after(() => {
      for (const one of [proxy, server]) {
        one.closeAllConnections();
        one.close();
      }
    });
    return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  }

  it('gathers 4096 bytes of any answer before it passes on a byte, head included', async (t) => {
    let more = () => {};
    const origin = await front(t, (response, path) => {
      if (path !== '/stream') return response.end('small');
      response.writeHead(200, { 'Content-Type': 'application/x' });
      response.write('a'.repeat(4095));
      more = () => response.write('b');
    });
    let came = false;
    const streaming = fetch(`${origin}/stream`).then((response) => {
      came = true;
      return response;
    });
    // Another answer has gone all the way since.
    assert.equal(await (await fetch(`${origin}/other`)).text(), 'small');
    assert.equal(came, false);
    more();
    const { value } = await (await streaming).body!.getReader().read();
    assert.equal(value!.byteLength, 4096);
  });

  it('passes on at once what asks for it, and compresses what does not forbid it', async (t) => {
    const origin = await front(t, (response, path) => {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'X-Accel-Buffering': 'no',
        'Cache-Control': path === '/as-it-is' ? 'no-store, no-transform' : 'no-store',
      });
      response.write(LAMP);
    });
    const plain = await fetch(`${origin}/as-it-is`);
    const { value } = await plain.body!.getReader().read();
    assert.equal(Buffer.from(value!).toString(), LAMP);
    assert.deepEqual(
      ['content-encoding', 'x-accel-buffering', 'access-control-allow-origin'].map((name) =>
        plain.headers.get(name),
      ),
      [null, null, '*'],
    );
    assert.equal((await fetch(`${origin}/any`)).headers.get('content-encoding'), 'gzip');
  });

  it('answers for a server that says nothing, and cuts one that falls silent', async (t) => {
    const origin = await front(
      t,
      (response, path) => {
        if (path === '/nothing') return;
        response.writeHead(200, { 'X-Accel-Buffering': 'no' }).write(LAMP);
      },
      200,
    );
    const nothing = await fetch(`${origin}/nothing`);
    assert.equal(nothing.status, 504);
    assert.match(await nothing.text(), /has said nothing/);
    let silent = await fetch(`${origin}/silent`);
    while (silent.status === 504) silent = await fetch(`${origin}/silent`); // a slow machine is silent too
    await assert.rejects(silent.text(), /terminated/);
  });

  it('leaves the server when its client leaves', async (t) => {
    let closed: Promise<unknown> = Promise.reject(new Error('nobody has asked'));
    closed.catch(() => {});
    const origin = await front(t, (response) => {
      closed = once(response, 'close');
      response.writeHead(200, { 'X-Accel-Buffering': 'no' }).write(LAMP);
    });
    const leaving = new AbortController();
    await fetch(origin, { signal: leaving.signal });
    leaving.abort();
    await closed;
  });
});
