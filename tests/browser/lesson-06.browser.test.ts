// Lesson 06's page, alone and in a browser: three ways to read one answer, refusals, and leaving in the
// middle, which the server has to hear of at once.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright';
import { servePage } from '../../lessons/page.ts';
import { createRunner } from '../../scripts/course/runner.ts';
import { violations } from './accessible.ts';
import { lessons, listening, tabStops, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = '06-fetch-post';
const DIRECTORY = join(lessons, FOLDER);
const WAYS = ['getReader()', 'async generator', 'TextDecoderStream'];

type Turn = (response: ServerResponse, request: IncomingMessage) => void;

const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/** The page from a server that answers each POST in this way. `asked`: what was posted. */
async function serve(t: TestContext, turn: Turn) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.url !== '/enquiries') return servePage(DIRECTORY, request, response);
    if (request.method !== 'POST') return response.writeHead(405, { Allow: 'POST' }).end();
    asked.push(Buffer.concat(await request.toArray()).toString());
    turn(response, request);
  });
  const origin = await listening(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin, asked };
}

/** Writes bytes one by one, far enough apart for TCP to leave them alone, as a lever does. */
async function writeOneByOne(response: ServerResponse, text: string): Promise<void> {
  for (const byte of Buffer.from(text)) {
    response.write(Uint8Array.of(byte));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await listening(server));
  await new Promise((resolve) => server.close(resolve));
  return Number(port);
}

const answerOf = (page: Page) => page.locator('#answer').textContent();

describe('the page of lesson 06', { concurrency: 3 }, () => {
  let browser: Browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());

  it('asks at once, and shows the same in each of the three ways, however it is cut', async (t) => {
    const text = 'The 🚂 to 中央.\n';
    const { origin, asked } = await serve(t, async (response) => {
      response.writeHead(200, TEXT);
      await writeOneByOne(response, text);
      response.end();
    });
    const { page, entry, press } = await visit(browser);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(origin);
    for (const [index, way] of WAYS.entries()) {
      await page.getByLabel('Read with').selectOption(way);
      await page.getByLabel('Question').fill(`中 ${index}`);
      await press('Ask');
      await entry('pieces', 'done: the server ended it').last().waitFor();
      await page.locator('#answer', { hasText: '中央.' }).waitFor();
      assert.equal(await answerOf(page), text, way);
      assert.equal(asked.at(-1), JSON.stringify({ question: `中 ${index}` }));
      assert.equal(await page.locator('#pieces h2 small').textContent(), 'closed');
    }
    await entry('events', 'it can only GET').waitFor();
    await press('Ask with XMLHttpRequest');
    await page.locator('#progress .entries', { hasText: '200, done' }).waitFor();
    const told = await page.locator('#progress .told, #progress li').allTextContents();
    assert.ok(told.length >= 3, 'it has told of the progress');
    assert.deepEqual(errors, []);
  });

  it('lets the server hear of a stop within 100 ms', async (t) => {
    const runner = createRunner();
    t.after(() => runner.close());
    const port = await freePort();
    const run = runner.start({ directory: DIRECTORY, port, publicPort: port, speed: 1 });
    await run.listening(10_000);
    const timers = async () => (await run.state())!.timers;
    const { page, entry } = await visit(browser);
    await page.goto(run.origin);
    await entry('pieces', '"next "').waitFor();
    const busy = await timers();
    assert.ok(busy > 0, 'the clock of this answer ticks');
    // A witness leaves the page right after the stop. When the server has answered it, a message from
    // the page has had time to get there: from then on it is the server's own time.
    await page.evaluate(async () => {
      (document.querySelector('#stop') as HTMLElement).click();
      await fetch('/', { cache: 'no-store' });
    });
    const heard = performance.now();
    let looks = 0;
    while ((await timers()) >= busy) {
      looks += 1;
      const waited = performance.now() - heard;
      assert.ok(waited < 100 || looks < 3, `${waited.toFixed(0)} ms later it ticks on`);
    }
    await entry('pieces', 'you stopped it').waitFor();
    assert.equal(await page.locator('#pieces .failure').count(), 0);
  });

  it('leaves after one line, in each of the three ways, and says no word of a failure', async (t) => {
    let left = 0;
    const { origin } = await serve(t, (response) => {
      response.writeHead(200, TEXT).write('At noon.\nYou asked');
      response.on('close', () => {
        left += 1;
      });
    });
    const { page, entry, press } = await visit(browser);
    await page.goto(origin);
    for (const [index, way] of WAYS.entries()) {
      await page.getByLabel('Read with').selectOption(way);
      await press('Ask for one line');
      await entry('pieces', 'a line was enough').nth(index).waitFor();
    }
    // The one that the page asked at first was left when the next was asked.
    while (left < 1 + WAYS.length) await page.evaluate(() => fetch('/', { cache: 'no-store' }));
    assert.equal(await page.locator('#pieces .failure').count(), 0);
  });

  it('shows refusals, other types and breaks as what they are', async (t) => {
    const turns: Turn[] = [
      (response) => {
        response.writeHead(400, { 'Content-Type': 'application/json' });
        response.end('{"error":"Ask <b>something</b>."}');
      },
      (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<b>Log in</b>'),
      (response) => {
        response.writeHead(200, TEXT).write('The next ');
        setImmediate(() => response.destroy());
      },
    ];
    let turn = 0;
    const { origin } = await serve(t, (response, request) => turns[turn]!(response, request));
    const { page, entry, press } = await visit(browser);
    await page.goto(origin);
    await entry('pieces', 'Ask <b>something</b>.').waitFor();
    assert.equal(await answerOf(page), '');
    turn = 1;
    await press('Ask');
    await entry('pieces', 'this is text/html, and no answer').waitFor();
    assert.equal(await answerOf(page), '');
    turn = 2;
    await press('Ask');
    await entry('pieces', /network error|Failed to fetch/).waitFor();
    assert.equal(await page.locator('#pieces h2 small').textContent(), 'failed');
  });

  it('is worked by the keyboard alone', async (t) => {
    const { origin, asked } = await serve(t, (response) =>
      response.writeHead(200, TEXT).write('So '),
    );
    const { page, entry } = await visit(browser);
    await page.goto(origin);
    await entry('pieces', '"So "').waitFor();
    assert.deepEqual(await tabStops(page, 1), ['Question']);
    const left = page.waitForEvent('requestfailed');
    await page.keyboard.press('Enter');
    await left;
    await entry('pieces', '"So "').nth(1).waitFor();
    assert.equal(asked.length, 2);
    const stops = await tabStops(page, 9);
    assert.match(stops.shift()!, /^Read with/);
    assert.deepEqual(stops, [
      'The answer',
      'Log of EventSource',
      'Try EventSource',
      'Ask with XMLHttpRequest',
      'Stop XMLHttpRequest',
      'Log of fetch',
      'Ask',
      'Ask for one line',
    ]);
    assert.deepEqual(await tabStops(page, 1), ['Stop']);
    await page.keyboard.press('Enter');
    await entry('pieces', 'you stopped it').last().waitFor();
  });

  for (const [colorScheme, width] of [
    ['light', 1200],
    ['dark', 360],
  ] as const) {
    it(`has nothing that axe objects to, ${colorScheme}, ${width} wide, and no sideways scrolling`, async (t) => {
      const { origin } = await serve(t, (response) => response.writeHead(200, TEXT).write('So '));
      const { page, entry } = await visit(browser, {
        colorScheme,
        viewport: { width, height: 800 },
      });
      await page.goto(origin);
      await entry('pieces', '"So "').waitFor();
      assert.deepEqual(await violations(page), []);
      const overhang = () => document.documentElement.scrollWidth - innerWidth;
      assert.ok((await page.evaluate(overhang)) <= 0);
    });
  }
});
