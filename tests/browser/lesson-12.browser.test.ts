// Lesson 12's page in a browser: the limit of six, reached for real and by two tabs of one profile;
// the same over HTTP/2; and one stream for all tabs, by a lock and by a worker, whoever leaves.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright';
import { provideCertificate } from '../../scripts/course/certificate.ts';
import { violations } from './accessible.ts';
import { lessons, type RunningLesson, startLesson } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

/** Tabs of one profile, each with nothing open, and the words to speak of them. */
async function tabsOf(context: BrowserContext, address: string, count: number) {
  const complaints: string[] = [];
  const tabs = [];
  for (let number = 0; number < count; number++) {
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address);
    const tab = {
      page,
      press: (name: string) => page.getByRole('button', { name, exact: true }).click(),
      shows: (place: string, hasText: string | RegExp) =>
        page.locator(place, { hasText }).waitFor(),
    };
    await tab.press('Disconnect all');
    await tab.press('Disconnect fetch');
    await tab.shows('#sign', '0 open, 0 waiting');
    tabs.push(tab);
  }
  return { tabs, complaints };
}

/** How many streams the server has, as it tells one that comes from outside of any browser. */
async function streamsAt(origin: string): Promise<number> {
  const leaving = new AbortController();
  const response = await fetch(`${origin}/arrivals`, { signal: leaving.signal });
  const { value } = await response.body!.getReader().read();
  leaving.abort();
  return Number(/taken: (\d+)/.exec(Buffer.from(value!).toString())![1]) - 1;
}

/** Resolves when the server has so many: who has left is noticed a moment later. */
async function settlesAt(origin: string, count: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (let streams = -1; streams !== count; ) {
    assert.ok(performance.now() < deadline, `${streams} streams are open, and not ${count}`);
    streams = await streamsAt(origin);
  }
}

/** Something that is heard from now on. */
async function hearsMore(page: Page): Promise<void> {
  const before = await page.locator('#heard').textContent();
  await page.waitForFunction(
    (text) => document.querySelector('#heard')?.textContent !== text,
    before,
  );
}

describe('the page of lesson 12', () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    await provideCertificate(join(lessons, '..'));
    [browser, lesson] = await Promise.all([startBrowser(), startLesson('12-connection-limit')]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('waits with the seventh stream, whichever tab it is of, until one of the six is closed', async () => {
    const context = await browser.newContext();
    const { tabs, complaints } = await tabsOf(context, lesson.origin, 2);
    const [first, second] = [tabs[0]!, tabs[1]!];
    await first.press('Connect six');
    await first.shows('#sign', '6 open, 0 waiting');
    await first.press('Connect one');
    await first.shows('#sign', '6 open, 1 waiting');
    await second.press('Connect one');
    await second.shows('#sign', '0 open, 1 waiting');
    await first.shows('[data-connections]', '6 of 6 connections in use, 2 more wait');
    await settlesAt(lesson.origin, 6); // the server has not heard of the two
    const rows = await first.page.locator('#platforms li').allTextContents();
    assert.deepEqual([rows.length, rows.at(-1)], [7, 'A8 waits']);

    await first.press('Disconnect oldest');
    await first.shows('#sign', '6 open, 0 waiting'); // whoever has waited longest
    await second.shows('#sign', '0 open, 1 waiting');
    await first.press('Disconnect oldest');
    await first.shows('#sign', '5 open, 0 waiting');
    await second.shows('#sign', '1 open, 0 waiting');
    await settlesAt(lesson.origin, 6);
    await second.press('Disconnect all'); // axe asks for something as well, and would wait
    assert.deepEqual(await violations(first.page), []);
    assert.deepEqual(complaints, []);
    await context.close();
    await settlesAt(lesson.origin, 0);
  });

  it('has a hundred streams on one connection over HTTP/2, and the server tells of their frames', async () => {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 390, height: 800 },
      colorScheme: 'dark',
    });
    const from = await context.newPage();
    await from.goto(lesson.origin);
    await from.locator('#second', { hasText: 'the browser will warn you' }).waitFor();
    const link = from.getByRole('link', { name: 'The same over HTTP/2' });
    const address = (await link.getAttribute('href'))!;
    assert.match(address, /^https:\/\/localhost:\d+$/);
    await from.close();

    const { tabs, complaints } = await tabsOf(context, address, 1);
    const { page, press, shows } = tabs[0]!;
    await shows('.protocol', 'This page came over HTTP/2.');
    await press('Connect one');
    await press('Connect six');
    await shows('#sign', '7 open, 0 waiting');
    await shows('[data-connections]', '7 streams on one connection');
    await shows(
      '#frames',
      /< HEADERS, stream \d+: GET \/arrivals> HEADERS, stream \d+: 200> DATA, /,
    );
    await press('Disconnect oldest');
    await shows('#frames', /< RST_STREAM, stream \d+: code 8/);
    assert.deepEqual(await violations(page), []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);

    // One of the hundred is that of the frames.
    for (let count = 0; count < 16; count++) await press('Connect six');
    await shows('#sign', '99 open, 3 waiting');
    assert.deepEqual(complaints, []);
    await context.close();
    await settlesAt(lesson.origin, 0);
  });

  it('shares one stream by a lock, and the next tab has it when the first is closed or leaves', async () => {
    const context = await browser.newContext();
    const { tabs, complaints } = await tabsOf(context, lesson.origin, 3);
    const [first, second, third] = [tabs[0]!, tabs[1]!, tabs[2]!];
    await first.press('Share by lock');
    await first.shows('#role', 'This tab leads');
    await second.press('Share by lock');
    await second.shows('#role', 'This tab follows');
    await third.press('Share by lock');
    await third.shows('#role', 'This tab follows');
    for (const { page } of tabs) await hearsMore(page);
    await settlesAt(lesson.origin, 1);

    await first.page.close();
    await second.shows('#role', 'This tab leads');
    for (const { page } of [second, third]) await hearsMore(page);
    await settlesAt(lesson.origin, 1);

    await second.press('Disconnect all');
    await third.shows('#role', 'This tab leads');
    await hearsMore(third.page);
    await second.press('Share by lock'); // and again, from the end of the queue
    await second.shows('#role', 'This tab follows');
    await hearsMore(second.page);
    await settlesAt(lesson.origin, 1);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it('shares one stream by a worker, which ends with the last tab that listens', async () => {
    const context = await browser.newContext();
    const { tabs, complaints } = await tabsOf(context, lesson.origin, 2);
    const [first, second] = [tabs[0]!, tabs[1]!];
    for (const tab of tabs) await tab.press('Share by worker');
    for (const { page } of tabs) await hearsMore(page);
    await settlesAt(lesson.origin, 1);
    await first.page.close();
    await hearsMore(second.page);
    await second.press('Disconnect all');
    await settlesAt(lesson.origin, 0);
    await second.press('Share by worker');
    await hearsMore(second.page);
    await settlesAt(lesson.origin, 1);
    assert.deepEqual(complaints, []);
    await context.close();
    await settlesAt(lesson.origin, 0);
  });
});
