// Lesson 14: its page, alone and in a browser; and a log of a million lines, followed while it grows.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright';
import { openExchange } from '../../scripts/wire/exchange.ts';
import { violations } from './accessible.ts';
import { type RunningLesson, startLesson, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = '14-log-follow';
const LINES = 1_000_000;
const AT_ONCE = 100_000;
const PATIENCE = 60_000; // milliseconds

describe('lesson 14', () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson(FOLDER)]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('shows a build in colours, its markup as text, and follows the log through all that happens to it', async () => {
    const { page, entry, press } = await visit(browser);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(lesson.origin);
    await entry('events', 'open').waitFor();
    await press('Start a build');
    const screen = page.locator('#screen li');
    await screen.filter({ hasText: '1 failed, 2 passed' }).waitFor();
    assert.equal(await page.locator('#sign').textContent(), '10 lines');
    assert.equal(await page.locator('#screen b').count(), 0);
    assert.equal(
      await screen.filter({ hasText: 'stiff' }).textContent(),
      'src/lever.ts: warning: <b>lever 7</b> is stiff',
    );
    assert.equal(await page.locator('#screen .yellow').textContent(), 'warning:');
    assert.equal(await page.locator('#screen .red.bold').textContent(), '1 failed');
    await screen.filter({ hasText: /^\[==========\] 100 %$/ }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], colorScheme);
    }

    await press('Put it away');
    await press('Write half a line');
    await entry('pieces', /^.{0,9}POST .*204$/)
      .nth(2)
      .waitFor();
    assert.equal(await page.locator('#sign').textContent(), '10 lines');
    await press('Write half a line');
    await screen.filter({ hasText: 'The 21:40 to Skerry has passed.' }).waitFor();
    await press('Empty the log');
    await page.locator('#sign', { hasText: '0 lines' }).waitFor();
    await page.getByLabel('Follow').selectOption('../build.log');
    await entry('events', 'closed for good').waitFor();
    await entry('pieces', '404').first().waitFor();
    assert.deepEqual(complaints, []);
    await page.setViewportSize({ width: 360, height: 800 });
    const overhang = () => document.documentElement.scrollWidth - innerWidth;
    assert.ok((await page.evaluate(overhang)) <= 0);
    await page.close();
  });

  it('loses no line of a million that are written while it is followed and cut, and doubles none', async () => {
    const path = '/log?name=signals';
    let written = 0;
    const writing = (async () => {
      while (written < LINES) {
        const first = written;
        const body = Array.from({ length: AT_ONCE }, (_, nth) => `${first + nth} 中\n`).join('');
        const exchange = openExchange({ origin: lesson.origin, path, method: 'POST', body });
        await exchange.until(({ ending }) => ending, PATIENCE);
        assert.equal(exchange.head?.status, 204);
        written += AT_ONCE;
      }
    })();

    let next = 0;
    let lastEventId = '';
    for (let connection = 0; next < LINES; connection++) {
      assert.ok(connection < 100, `only ${next} lines came`);
      const response = await fetch(lesson.origin + path, {
        headers: lastEventId ? { 'Last-Event-ID': lastEventId } : {},
      });
      const decoder = new TextDecoder();
      let rest = '';
      let taken = 0;
      for await (const piece of response.body!) {
        const blocks = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) {
          const [id, data] = block.split('\n');
          if (!data) continue; // retry
          assert.equal(data, `data: ${next} 中`);
          lastEventId = id!.slice('id: '.length);
          next++;
        }
        taken += piece.length;
        // Cut at a place that nobody has chosen, in the middle of a line most of the time.
        if (next >= LINES || taken > 8_000_000) break;
      }
    }
    assert.equal(next, LINES);
    await writing;
  });
});
