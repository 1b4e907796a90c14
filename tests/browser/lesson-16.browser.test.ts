// Lesson 16's page, alone and in a browser, against the finished server: the browser's own WebSocket is
// the judge of its handshake and its frames.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright';
import { startRelay } from '../../scripts/wire/relay.ts';
import { violations } from './accessible.ts';
import { type RunningLesson, startLesson, tabStops, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

describe('the page of lesson 16', () => {
  let browser: Browser;
  let lesson: RunningLesson;
  let relay: Awaited<ReturnType<typeof startRelay>>;
  let page: Page;
  let press: (name: string) => Promise<void>;
  const errors: string[] = [];
  const message = (hasText: string | RegExp) => page.locator('#messages li', { hasText });

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson('16-websocket')]);
    relay = await startRelay({ port: 0, target: Number(new URL(lesson.origin).port) });
    ({ page, press } = await visit(browser, { viewport: { width: 1200, height: 700 } }));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`http://localhost:${relay.port}`);
  });
  after(async () => {
    await browser.close();
    await relay.close();
    await lesson.stop();
  });

  it('has the same board on both sides, and one of the six connections', async () => {
    await message('"train"').first().waitFor();
    await page.locator('#events li', { hasText: '"train"' }).first().waitFor();
    assert.match((await page.locator('#sign').textContent())!, /, platform \d$/);
    const connections = await page.locator('[data-connections]').textContent();
    assert.equal(connections, '1 of 6 connections in use');
  });

  it('sends telegrams of any length through the relay, and has them repeated', async () => {
    for (const words of ['中央 🚂', 'x'.repeat(126), 'y'.repeat(70_000)]) {
      await page.getByLabel('Telegram').fill(words);
      await press('Send');
      await message(new RegExp(`message ${words.slice(0, 60)}`))
        .first()
        .waitFor();
    }
    await page.getByLabel('Telegram').fill('z'.repeat(100_001));
    await press('Send');
    await message('closed: 1009').waitFor();
    await message('a new WebSocket in 1 s').waitFor();
    await message(/^\+\S+open$/)
      .nth(1)
      .waitFor();
  });

  it('makes a new WebSocket when the old one was cut, as the browser does for EventSource', async () => {
    assert.equal(relay.cut(), 2);
    await message('closed: 1006').waitFor();
    await page.locator('#events li', { hasText: 'the browser will ask again by itself' }).waitFor();
    await message(/^\+\S+open$/)
      .nth(2)
      .waitFor();
    await press('Disconnect WebSocket');
    await message('you closed it').waitFor();
    await press('Send');
    await message('not connected: nothing is sent').waitFor();
    await press('Connect WebSocket');
  });

  it('measures what can be measured each time that the table is opened', async () => {
    await page.keyboard.press('Shift+Tab');
    await press('The usual table');
    const cell = (id: string, hasText: RegExp) => page.locator(`#claim-${id}`, { hasText });
    await cell('round-trip', /^WebSocket \d+\.\d ms, POST \d+\.\d ms, median of 20$/).waitFor();
    await cell('push', /^WebSocket \d+ ms old, EventSource \d+ ms old$/).waitFor();
    await cell('many', /^8 of 8 WebSockets were open at once$/).waitFor();
    await cell('extensions', /^here: no compression$/).waitFor();
    for (const width of [1200, 360]) {
      await page.setViewportSize({ width, height: 700 });
      assert.deepEqual(await violations(page), [], `the table, ${width} wide`);
    }
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#claims').isVisible(), false);
  });

  it('is reached by the keyboard, and nobody objects to it', async () => {
    await page.locator('#words').focus();
    assert.deepEqual(await tabStops(page, 3), [
      'Send',
      'Connect WebSocket',
      'Disconnect WebSocket',
    ]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], colorScheme);
    }
    const overhang = () => document.documentElement.scrollWidth - innerWidth;
    assert.ok((await page.evaluate(overhang)) <= 0);
    assert.deepEqual(errors, []);
  });
});
