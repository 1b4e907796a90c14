// The page that examines a stream of one's own, in Chromium: by keyboard, with the tape of the lessons.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Page } from 'playwright';
import { httpServer } from '../wire/sockets.ts';
import { violations } from './accessible.ts';
import { Visit } from './hub-visit.ts';

describe('the page that examines a stream', { timeout: 90_000 }, () => {
  let visit: Visit;
  before(async () => {
    visit = await Visit.open();
  });
  afterEach(() => visit.leave());
  after(() => visit.close());

  const isDone = (page: Page) =>
    page.locator('#sum', { hasText: 'Done' }).waitFor({ timeout: 30_000 });

  test('shows the wire, the events and the findings of an address that is typed', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.end('data: <b>bold</b>\n\nretry: 2s\n\n');
    });
    const page = await visit.open(await visit.visitor(), 'examine');
    await page.locator('#url').focus();
    await page.keyboard.type(`http://127.0.0.1:${port}/events`);
    await page.keyboard.press('Enter');
    await isDone(page);
    assert.match(`${await page.locator('#sum').textContent()}`, /Done: 1 event, 1 error/);
    assert.match(`${await page.locator('wire-view .tape').textContent()}`, /retry: 2s/);
    assert.match(`${await page.locator('wire-view .tape').textContent()}`, /GET \/events/);
    assert.equal(await page.locator('#events td').last().textContent(), '<b>bold</b>');
    const finding = page.locator('.diagnosis.error');
    assert.match(`${await finding.textContent()}`, /bad-retry/);
    assert.match(
      `${await finding.locator('pre').textContent()}`,
      /\n +\^ byte \d+, \+.*: digits only/,
    );
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(visit.mistakes, []);
  });

  test('says what cannot be asked, and asks for the key where there is none', async () => {
    const page = await visit.open(await visit.visitor(), 'examine');
    await page.locator('#url').fill('localhost:3000/events');
    await page.locator('#go').click();
    await page.locator('#problem', { hasText: 'write it as http://localhost:3000' }).waitFor();

    const stranger = await (await visit.visitor()).newPage();
    await stranger.goto(`${visit.hub.address}examine`);
    assert.ok(await stranger.locator('#key-notice').isVisible());
    await stranger.locator('#url').fill('http://localhost:3000/events');
    await stranger.locator('#go').click();
    await stranger.locator('#problem', { hasText: 'needs the key' }).waitFor();
  });

  test('is found from the map, fits a narrow screen, and reads in the dark', async () => {
    const context = await visit.visitor({
      viewport: { width: 390, height: 800 },
      colorScheme: 'dark',
    });
    const page = await visit.open(context, '');
    await page.getByRole('link', { name: 'Examine a stream' }).click();
    await page.waitForURL(/\/examine$/);
    await page.locator('summary', { hasText: 'How it is asked' }).click();
    assert.ok(await page.locator('#origin').isVisible());
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
    assert.deepEqual(await violations(page), []);
  });
});
