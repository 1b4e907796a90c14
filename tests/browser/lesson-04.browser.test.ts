// Lesson 04's page, alone and in a browser: what is missing, what came twice, and who remembers the ID.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser } from 'playwright';
import { servePage } from '../../lessons/page.ts';
import { violations } from './accessible.ts';
import { lessons, listening, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = '04-resuming';
const STREAM = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

const announcements = (run: string, ...numbers: number[]) =>
  numbers.map((one) => `id: ${run}-${one}\ndata: No. ${one}, 12:00: Mind the gap.\n\n`).join('');

interface Asked {
  header: string | undefined;
  query: string | null;
}

/** The page from a server that answers each EventSource in its turn, and ends the answer if asked to. */
async function serve(t: TestContext, ...turns: string[]) {
  const asked: Asked[] = [];
  const open: ServerResponse[] = [];
  const byFetch: Asked[] = [];
  const server = createServer((request, response) => {
    const url = new URL(`http://localhost${request.url}`);
    if (url.pathname === '/history') return response.end('[{"number":1}]');
    if (url.pathname !== '/announcements') {
      return servePage(join(lessons, FOLDER), request, response);
    }
    const header = request.headers['last-event-id'] as string | undefined;
    const one = { header, query: url.searchParams.get('lastEventId') };
    if (request.headers.accept !== 'text/event-stream') {
      byFetch.push(one);
      return response.writeHead(200, STREAM).write(': nothing new\n\n');
    }
    const turn = turns[Math.min(asked.length, turns.length - 1)]!;
    asked.push(one);
    open.push(response);
    response.writeHead(200, STREAM).write(`retry: 50\n\n${turn}`);
  });
  const origin = await listening(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin, asked, byFetch, cut: () => open.at(-1)!.destroy() };
}

describe('the page of lesson 04', { concurrency: 2 }, () => {
  let browser: Browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());

  it('counts what is missing and what comes twice', async (t) => {
    const { origin, asked, cut } = await serve(
      t,
      announcements('a', 3, 4),
      announcements('a', 4, 7),
    );
    const { page, entry } = await visit(browser);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(origin);
    await page.getByText('heard 2 · missing 0 · twice 0').waitFor();
    cut();
    await entry('events', 'the browser will ask again').waitFor();
    await page.getByText('heard 4 · missing 2 · twice 1').waitFor();
    assert.equal(await page.locator('#sign').textContent(), 'No. 7');
    assert.deepEqual(asked.at(-1), { header: 'a-4', query: null });
    assert.deepEqual(errors, []);
  });

  it('says that some announcements are missing when it hears reset, and counts anew', async (t) => {
    const { origin, cut } = await serve(
      t,
      announcements('a', 3, 4),
      `event: reset\ndata: Some announcements are missing.\n\n${announcements('b', 1, 2)}`,
    );
    const { page, entry } = await visit(browser);
    await page.goto(origin);
    await entry('events', 'No. 4').waitFor();
    assert.equal(await page.locator('#notice').textContent(), '');
    cut();
    await page.getByRole('status').filter({ hasText: 'Some announcements are missing.' }).waitFor();
    await entry('events', 'reset').waitFor();
    await page.getByText('heard 4 · missing 0 · twice 0').waitFor();
  });

  it('goes on after a reload, and after Connect, with the ID in the URL; the header is newer', async (t) => {
    const { origin, asked, cut } = await serve(
      t,
      announcements('a', 3, 4),
      announcements('a', 5),
      announcements('a', 6),
      announcements('a', 7),
    );
    const { page, entry, press } = await visit(browser);
    await page.goto(origin);
    await entry('events', 'No. 4').waitFor();
    await press('Reload this page');
    await entry('events', 'No. 5').waitFor();
    cut();
    await entry('events', 'No. 6').waitFor();
    await press('Connect EventSource');
    await entry('events', 'No. 7').waitFor();
    assert.deepEqual(asked, [
      { header: undefined, query: null },
      { header: undefined, query: 'a-4' },
      { header: 'a-5', query: 'a-4' },
      { header: undefined, query: 'a-6' },
    ]);
    assert.equal(await page.locator('#notice').textContent(), '');
  });

  it('lets fetch say the first ID that the page has heard, and asks what is kept', async (t) => {
    const { origin, byFetch } = await serve(t, announcements('a', 3, 4));
    const { page, entry, press } = await visit(browser);
    await page.goto(origin);
    await entry('events', 'No. 4').waitFor();
    await press('Connect, having heard a-3');
    await entry('pieces', 'nothing new').nth(1).waitFor();
    assert.deepEqual(byFetch.at(-1), { header: 'a-3', query: null });
    await press('What is kept?');
    await entry('pieces', '"[{"number":1}]"').waitFor();
    await press('Disconnect EventSource');
    await entry('events', 'you closed it').waitFor();
  });

  for (const [colorScheme, width] of [
    ['light', 1200],
    ['dark', 360],
  ] as const) {
    it(`has nothing that axe objects to, ${colorScheme}, ${width} wide, and no sideways scrolling`, async (t) => {
      const reset = 'event: reset\ndata: Some announcements are missing.\n\n';
      const { origin } = await serve(t, reset + announcements('mwotzra8', 118, 119));
      const { page, entry } = await visit(browser, {
        colorScheme,
        viewport: { width, height: 800 },
      });
      await page.goto(origin);
      await entry('events', 'No. 119').waitFor();
      assert.deepEqual(await violations(page), []);
      const overhang = () => document.documentElement.scrollWidth - innerWidth;
      assert.ok((await page.evaluate(overhang)) <= 0);
    });
  }
});
