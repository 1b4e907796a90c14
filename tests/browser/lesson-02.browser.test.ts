// Lesson 02's page, alone and in a browser: which listener hears what, and what the board shows.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
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

const FOLDER = '02-fields';

/** A server that hands out the page, and answers whoever asks for departures in the test's words. */
async function serve(answer: (request: IncomingMessage, number: number) => string | undefined) {
  let number = 0;
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/departures?')) {
      return servePage(join(lessons, FOLDER), request, response);
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    if (request.headers.accept !== 'text/event-stream') return response.end();
    number += 1;
    const text = answer(request, number);
    if (text === undefined) return response.flushHeaders();
    response.write(text, () => number === 1 && text.endsWith('!') && response.destroy());
  });
  const origin = await listening(server);
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin, close };
}

// Most of the time is spent waiting for news: the tests wait together.
describe('the page of lesson 02', { concurrency: 3 }, () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson(FOLDER)]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('writes what each listener hears onto the board, and every event into the log', async () => {
    const { page, entry } = await visit(browser);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(lesson.origin);
    const row = page.locator('#board tr', { hasText: 'Night Mail' });
    await page.getByText('5 min late').waitFor();
    await entry('events', /platform\s*4/).waitFor();
    const cells = await row.locator('td').allTextContents();
    assert.deepEqual(cells, ['21:40', 'Skerry', 'Night Mail', '1', '5 min late']);
    assert.equal(
      await page.locator('#notice').textContent(),
      'The tea room is open.\nThe tea is hot.',
    );
    for (const text of [/departure\s*1/, /message\s*2.*open\.\\nThe tea/, /delay\s*3/]) {
      assert.equal(await entry('events', text).count(), 1, String(text));
    }
    assert.equal(await entry('events', 'the departures of north').count(), 0);
    await entry('pieces', ': the departures of north\\n\\n').waitFor();
    const connections = page.locator('[data-connections]');
    assert.equal(await connections.textContent(), '2 of 6 connections in use');
    assert.deepEqual(complaints, []);
  });

  it('asks both ways for the station that is typed, and clears the board', async () => {
    const { page, entry, press } = await visit(browser);
    await page.goto(lesson.origin);
    await page.locator('#board', { hasText: 'Night Mail' }).waitFor();
    await page.getByLabel('Station').fill('south');
    await press('Ask');
    await page.locator('#board', { hasText: 'Boat Train' }).waitFor();
    assert.equal(await page.locator('#place').textContent(), 'south');
    assert.doesNotMatch((await page.locator('#board').textContent())!, /Night Mail/);
    for (const log of ['events', 'pieces'] as const) {
      await entry(log, 'asks for /departures?station=south').waitFor();
    }
    assert.equal(new URL(page.url()).search, '', 'the form has loaded no other page');
  });

  it('says that a station that is not there is closed for good, and shows the sentence', async () => {
    const { page, entry } = await visit(browser);
    await page.goto(`${lesson.origin}/?station=no%26where`);
    await entry('events', 'asks for /departures?station=no%26where').waitFor();
    await entry('events', 'closed for good').waitFor();
    await entry('pieces', '404 text/plain').waitFor();
    await entry('pieces', 'There is no such station.').waitFor();
    assert.equal(await page.locator('#place').textContent(), 'no&where');
  });

  it('shows markup from the stream and from the query as text', async () => {
    const train = '<img src=x onerror="document.title=1">';
    const data = JSON.stringify({ train, to: '<i>Ely</i>', time: '<b>7', platform: '<s>2</s>' });
    const server = await serve(() => `event: departure\ndata: ${data}\n\ndata: <u>Gap</u>\n\n`);
    const { page } = await visit(browser);
    await page.goto(`${server.origin}/?station=${encodeURIComponent('<h1>north</h1>')}`);
    await page.locator('#notice', { hasText: '<u>Gap</u>' }).waitFor();
    const cells = await page.locator('#board td').allTextContents();
    assert.deepEqual(cells, ['<b>7', '<i>Ely</i>', train, '<s>2</s>', '']);
    assert.equal(await page.locator('#place').textContent(), '<h1>north</h1>');
    assert.equal(await page.locator('.departures :is(i, s, u, img, h1)').count(), 0);
    assert.equal(await page.title(), 'The departure board');
    server.close();
  });

  it('comes back after the time that retry says, with the last ID, and keeps the board', async () => {
    const ids: unknown[] = [];
    const server = await serve((request, number) => {
      ids.push(request.headers['last-event-id']);
      const event = 'event: delay\nid: 7\ndata: {"train":"Owl","minutes":9}\n\n';
      return number === 1 ? `retry: 50\n\n${event}id: 8\ndata: cut!` : undefined;
    });
    const { page, entry } = await visit(browser);
    await page.goto(server.origin);
    await entry('events', 'the connection is gone; the browser will ask again').waitFor();
    await entry('events', 'open').nth(1).waitFor({ timeout: 2500 }); // by itself it takes 3 s
    assert.deepEqual(ids, [undefined, '7']);
    assert.match((await page.locator('#board').textContent())!, /Owl.*9 min late/);
    server.close();
  });

  it('is worked by the keyboard alone', async () => {
    const { page, entry } = await visit(browser);
    await page.goto(lesson.origin);
    await entry('events', 'open').waitFor();
    assert.deepEqual(await tabStops(page, 8), [
      'Station',
      'Ask',
      'Log of EventSource',
      'Connect EventSource',
      'Disconnect EventSource',
      'Log of fetch',
      'Connect fetch',
      'Disconnect fetch',
    ]);
    await page.keyboard.press('Enter');
    await entry('pieces', 'you left').waitFor();
    await page.getByLabel('Station').focus();
    await page.keyboard.type('x');
    await page.keyboard.press('Enter');
    await entry('pieces', /station=(x|northx|xnorth)$/).waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1200, 800, 360]) {
      it(`has nothing that axe objects to, ${colorScheme}, ${width} wide, and no sideways scrolling`, async () => {
        const { page } = await visit(browser, { colorScheme, viewport: { width, height: 800 } });
        await page.goto(lesson.origin);
        await page.locator('#board tr').nth(1).waitFor();
        assert.deepEqual(await violations(page), []);
        const overhang = () => document.documentElement.scrollWidth - innerWidth;
        assert.ok((await page.evaluate(overhang)) <= 0);
      });
    }
  }

  it('does not move for those who have asked for no motion', async () => {
    const { page, entry } = await visit(browser, { reducedMotion: 'reduce' });
    await page.goto(lesson.origin);
    await entry('events', 'departure').first().waitFor();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });
});
