// Lesson 13's page, alone and in a browser: what it draws of a server with many clients, and how the
// server says good-bye.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright';
import { openExchange } from '../../scripts/wire/exchange.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { violations } from './accessible.ts';
import { lessons, type RunningLesson, startLesson, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = '13-broadcast';

describe('the page of lesson 13', () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson(FOLDER)]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('hears and draws, and lets the one go that does not read', async () => {
    const { page, entry, press } = await visit(browser);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(lesson.origin);
    await press('Announce one');
    await entry('events', 'Platform 1: mind the gap.').waitFor();
    await entry('pieces', 'Platform 1: mind the gap.').first().waitFor();
    await entry('pieces', 'POST /events: 202').waitFor();

    const bars = page.locator('#loudspeakers li');
    await page.locator('#sign', { hasText: '2 clients' }).waitFor();
    assert.equal(await bars.count(), 2);
    await press('Add one that does not read');
    await page.locator('#sign', { hasText: '3 clients' }).waitFor();
    const figures = page.locator('#figures');
    for (let time = 0; time < 8; time++) {
      if ((await figures.textContent())?.includes('1 let go')) break;
      await press('Read out the timetable');
      await entry('pieces', 'POST /events: 202')
        .nth(7 * time + 7)
        .waitFor();
    }
    await page.locator('#figures', { hasText: '1 let go' }).waitFor();
    await page.locator('#sign', { hasText: '2 clients' }).waitFor();
    await entry('events', 'The Night Mail to Skerry is on time.').last().waitFor();

    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], colorScheme);
    }
    await page.setViewportSize({ width: 360, height: 800 });
    const overhang = () => document.documentElement.scrollWidth - innerWidth;
    assert.ok((await page.evaluate(overhang)) <= 0);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('ends both columns at a shutdown, and the left one will come back', async () => {
    const mortal = await startLesson(FOLDER);
    const { page, entry, press } = await visit(browser);
    await page.goto(mortal.origin);
    await entry('pieces', 'Night Mail').first().waitFor();
    await press('Shut down');
    await entry('events', 'the browser will ask again').waitFor();
    await entry('pieces', 'done: the server ended it').waitFor();
    await entry('pieces', /retry: \d{4}/)
      .last()
      .waitFor();
    await page.close();
    await mortal.stop();
  });
});

it('the server of lesson 13 ends by itself at SIGTERM, its last words said', {
  skip: process.platform === 'win32' ? 'there are no signals here' : false,
}, async () => {
  const server = spawn(
    process.execPath,
    ['--import', TYPESCRIPT, join(lessons, FOLDER, 'server.ts')],
    {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [told] = await once(server.stdout, 'data');
  const origin = /http:\S+/.exec(String(told))![0];
  const client = openExchange({ origin, path: '/events' });
  const deaf = openExchange({ origin, path: '/events' });
  await Promise.all([client, deaf].map((one) => one.until(({ head }) => head, 10_000)));
  deaf.pause();
  server.kill('SIGTERM');
  const [code, signal] = await once(server, 'exit');
  await client.until(({ ending }) => ending, 10_000);
  deaf.leave();
  assert.deepEqual([code, signal], [0, null]);
  assert.equal(client.ending, 'complete');
  assert.match(Buffer.from(client.body).toString(), /\nretry: \d{4}\n\n$/);
});
