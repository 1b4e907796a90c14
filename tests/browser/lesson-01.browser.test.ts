// Lesson 01's page, alone and in a browser: what its two columns say when streams open, end, break.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright';
import { servePage } from '../../lessons/page.ts';
import { violations } from './accessible.ts';
import { lessons, listening, type RunningLesson, startLesson, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = '01-event-stream';
const LESSON = join(lessons, FOLDER);

// Most of the time is spent waiting for the clock: the tests wait together.
describe('the page of lesson 01', { concurrency: 3 }, () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson(FOLDER)]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('hears the clock on both sides, and shows it on the sign', async () => {
    const { page, entry } = await visit(browser);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(lesson.origin);
    await entry('pieces', '200 text/event-stream').waitFor();
    await entry('events', /message\s*\d\d:\d\d:\d\d$/)
      .nth(1)
      .waitFor();
    await entry('pieces', /^\+\d\.\d{3}"data: \d\d:\d\d:\d\d\\n\\n"$/)
      .nth(1)
      .waitFor();
    const entries = await page.locator('#events .entries li').allTextContents();
    assert.match(entries[1]!, /open$/); // before the first event
    assert.ok(entries.at(-1)!.endsWith((await page.locator('#clock').textContent())!));
    assert.equal(
      await page.locator('[data-connections]').textContent(),
      '2 of 6 connections in use',
    );
    assert.deepEqual(complaints, []);
  });

  it('leaves and connects by its buttons, and connects twice without listening twice', async () => {
    const { page, entry, press } = await visit(browser);
    let open = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/clock')) open += 1;
    });
    page.on('requestfailed', () => {
      open -= 1;
    });
    await page.goto(lesson.origin);
    await entry('events', 'open').waitFor();
    await press('Disconnect EventSource');
    await entry('events', 'you closed it').waitFor();
    await press('Disconnect fetch');
    await entry('pieces', 'you left').waitFor();
    const connections = page.locator('[data-connections]');
    assert.equal(await connections.textContent(), '0 of 6 connections in use');
    for (const reader of ['EventSource', 'fetch']) {
      await press(`Connect ${reader}`);
      await press(`Connect ${reader}`);
    }
    await entry('events', 'message').first().waitFor();
    await entry('pieces', 'data:').first().waitFor();
    assert.equal(open, 2);
    assert.equal(await connections.textContent(), '2 of 6 connections in use');
    assert.equal(await entry('pieces', 'broken').count(), 0);
  });

  it('shows how the left side comes back by itself, and the right side does not', async () => {
    const mortal = await startLesson(FOLDER);
    const { page, entry } = await visit(browser);
    await page.goto(mortal.origin);
    await entry('events', 'open').waitFor();
    await entry('pieces', '200').waitFor();
    await mortal.stop();
    await entry('events', 'the connection is gone; the browser will ask again').waitFor();
    await entry('pieces', 'broken: network error').waitFor();
    const risen = await startLesson(FOLDER, new URL(mortal.origin).port);
    await entry('events', 'open').nth(1).waitFor({ timeout: 10_000 });
    assert.equal(await page.locator('#events h2').textContent(), ' EventSource open');
    assert.equal(await page.locator('#pieces h2').textContent(), ' fetch failed');
    await risen.stop();
  });

  it('shows plain text in its pieces on the right, and a refusal on the left', async () => {
    const finish: (() => void)[] = [];
    let bothAsk = () => {};
    const bothHaveAsked = new Promise<void>((resolve) => {
      bothAsk = resolve;
    });
    const starter = createServer((request, response) => {
      if (request.url !== '/clock') return servePage(LESSON, request, response);
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.write('One piece now, ');
      if (finish.push(() => response.end('one piece later.\n')) === 2) bothAsk();
    });
    const origin = await listening(starter);
    const { page, entry } = await visit(browser);
    await page.goto(origin);
    await entry('pieces', '"One piece now, "').waitFor();
    await bothHaveAsked;
    for (const end of finish) end();
    await entry('pieces', '"one piece later.\\n"').waitFor();
    await entry('pieces', 'the server ended it').waitFor();
    await entry('events', 'closed for good: this was no event stream').waitFor();
    starter.closeAllConnections();
    starter.close();
  });

  it('is worked by the keyboard alone', async () => {
    const { page, entry } = await visit(browser);
    await page.goto(lesson.origin);
    await entry('events', 'open').waitFor();
    const reached: string[] = [];
    for (let stop = 0; stop < 6; stop++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(() => {
          const at = document.activeElement;
          return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
        }),
      );
      if (reached.at(-1) === 'Disconnect fetch') await page.keyboard.press('Enter');
    }
    assert.deepEqual(reached, [
      'Log of EventSource',
      'Connect EventSource',
      'Disconnect EventSource',
      'Log of fetch',
      'Connect fetch',
      'Disconnect fetch',
    ]);
    await entry('pieces', 'you left').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1200, 360]) {
      it(`has nothing that axe objects to, ${colorScheme}, ${width} wide, and no sideways scrolling`, async () => {
        const { page, entry } = await visit(browser, {
          colorScheme,
          viewport: { width, height: 800 },
        });
        await page.goto(lesson.origin);
        await entry('events', 'message').first().waitFor();
        assert.deepEqual(await violations(page), []);
        const overhang = () => document.documentElement.scrollWidth - innerWidth;
        assert.ok((await page.evaluate(overhang)) <= 0);
      });
    }
  }

  it('does not move for those who have asked for no motion', async () => {
    const { page, entry } = await visit(browser, { reducedMotion: 'reduce' });
    await page.goto(lesson.origin);
    await entry('events', 'message').first().waitFor();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });
});
