// Lesson 09's page, alone and in a browser: tokens as text, every way in which an answer can end, and a
// stop that saves the server work.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser } from 'playwright';
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

const FOLDER = '09-token-stream';
const STREAM = { 'Content-Type': 'text/event-stream' };
const DONE = 'data: {"usage":{"tokens":2}}\n\ndata: [DONE]\n\n';
const delta = (text: string) => `data: ${JSON.stringify({ delta: text })}\n\n`;

type Turn = (response: ServerResponse, request: IncomingMessage) => void;

const says = (...parts: string[]): Turn => {
  return (response) => response.writeHead(200, STREAM).end(parts.join(''));
};

/** The page from a server that answers one question after the other in these ways. */
async function serve(t: TestContext, ...turns: [Turn, ...Turn[]]) {
  let asked = 0;
  const server = createServer((request, response) => {
    if (request.url === '/meter') {
      response.writeHead(200, STREAM).write('data: {"ordered":60,"made":12}\n\n');
    } else if (request.url === '/answers') {
      const turn = turns[Math.min(asked, turns.length - 1)]!;
      asked += 1;
      turn(response, request);
    } else void servePage(join(lessons, FOLDER), request, response);
  });
  const origin = await listening(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin };
}

describe('the page of lesson 09', { concurrency: 3 }, () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson(FOLDER)]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('has the answer typed, and saves what a stop leaves unmade', async () => {
    const { page, entry, press } = await visit(browser);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(lesson.origin);
    const saved = page.locator('#meter', { hasText: 'tokens made' });
    await page.locator('#paper', { hasText: /^the desk\. The cat/ }).waitFor();
    await press('Stop');
    await entry('pieces', 'you stopped it').waitFor();
    // The meter tells of itself, and stands still: a token that was made later would be told of.
    await saved.filter({ hasText: 'saved' }).waitFor();
    const witness = await visit(browser);
    await witness.page.goto(lesson.origin);
    await witness.page.getByLabel('Question').fill('Why all this snow?');
    await witness.press('Ask');
    await witness.entry('pieces', 'The typewriter is stuck').first().waitFor();
    // Two answers were stopped, and nine tokens were all that could be made of the third.
    const meter = await witness.page.waitForFunction(
      (all) => {
        const text = document.querySelector('#meter')?.textContent ?? '';
        const [, made, rest] = /^(\d+) tokens made, (\d+) saved$/.exec(text) ?? [];
        return Number(made) + Number(rest) === all && { rest: Number(rest) };
      },
      60 + 60 + 9,
    );
    const { rest } = (await meter.jsonValue()) as { rest: number };
    assert.ok(rest > 60, `${rest} of 120 tokens are saved`);
    assert.deepEqual(complaints, []);
  });

  it('tells each end by its name, and leaves on the paper what has come', async (t) => {
    let cut = () => {};
    const { origin } = await serve(
      t,
      says(delta('The <b>cat</b> '), delta('sleeps.'), DONE),
      says(delta('Half an ')),
      says(delta('Snow '), 'data: {"error":"It is stuck."}\n\n'),
      (response) => {
        response.writeHead(422, { 'Content-Type': 'application/json' });
        response.end('{"error":"No such word."}');
      },
      (response) => {
        response.writeHead(200, STREAM).write(delta('Then '));
        cut = () => response.socket!.end(); // the connection, and not the answer
      },
    );
    const { page, entry, press } = await visit(browser);
    await page.goto(origin);
    const paper = () => page.locator('#paper').textContent();
    const state = () => page.locator('#pieces h2 small').textContent();
    await entry('pieces', 'done: 2 tokens').waitFor();
    assert.equal(await paper(), 'The <b>cat</b> sleeps.');
    assert.equal(await state(), 'closed');
    for (const [end, left] of [
      ['the answer ended without [DONE]', 'Half an '],
      [/^[^{]*It is stuck\.$/, 'Snow '],
      ['No such word.', ''],
      [/network error|Failed to fetch/, 'Then '],
    ] as const) {
      await press('Ask');
      await page.waitForFunction((text) => {
        return document.querySelector('#paper')?.textContent === text;
      }, left);
      cut();
      await entry('pieces', end).waitFor();
      assert.equal(await paper(), left);
      assert.equal(await state(), 'failed');
    }
    await page.locator('#meter', { hasText: '12 tokens made, 48 saved' }).waitFor();
  });

  it('is worked by the keyboard alone', async (t) => {
    const { origin } = await serve(t, (response) => {
      response.writeHead(200, STREAM).write(delta('So '));
    });
    const { page, entry } = await visit(browser);
    await page.goto(origin);
    await page.locator('#paper', { hasText: 'So' }).waitFor();
    assert.deepEqual(await tabStops(page, 7), [
      'Question',
      'The answer',
      'Log of EventSource',
      'Watch the meter',
      'Leave the meter',
      'Log of fetch',
      'Ask',
    ]);
    assert.deepEqual(await tabStops(page, 1), ['Stop']);
    await page.keyboard.press('Enter');
    await entry('pieces', 'you stopped it').waitFor();
  });

  for (const [colorScheme, width] of [
    ['light', 1200],
    ['dark', 360],
  ] as const) {
    it(`has nothing that axe objects to, ${colorScheme}, ${width} wide, and no sideways scrolling`, async (t) => {
      const { origin } = await serve(t, says(...Array(60).fill(delta('platform ')), DONE));
      const { page, entry } = await visit(browser, {
        colorScheme,
        viewport: { width, height: 480 },
      });
      await page.goto(origin);
      await entry('pieces', 'done: 2 tokens').waitFor();
      assert.deepEqual(await violations(page), []);
      const overhang = () => document.documentElement.scrollWidth - innerWidth;
      assert.ok((await page.evaluate(overhang)) <= 0);
    });
  }
});
