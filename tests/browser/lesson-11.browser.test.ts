// Lesson 11's page, alone and in a browser: a ticket and a token at the gate of another origin, and the
// table of all combinations, filled by this browser and held against the standards.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright';
import { violations } from './accessible.ts';
import { listening, type RunningLesson, startLesson, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

describe('the page of lesson 11', () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson('11-credentials')]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('is refused without a ticket, lets in with one, and with a token as somebody else', async () => {
    const { page, entry, press } = await visit(browser, { viewport: { width: 390, height: 800 } });
    await page.goto(lesson.origin);
    await entry('pieces', 'Show your ticket').waitFor();
    const rows = page.locator('#events-refused dd');
    await rows.filter({ hasText: 'answered 401' }).waitFor();
    assert.deepEqual(await violations(page), []);
    await press('Buy a ticket');
    await entry('pieces', 'the till says 201').waitFor();
    await press('Connect EventSource');
    await entry('events', 'Journey 1 of passenger 1').waitFor();
    await press('Connect fetch');
    await entry('pieces', 'Journey 1 of passenger 1').waitFor();
    const asked = page.waitForRequest((one) => 'authorization' in one.headers());
    await press('with a token');
    await entry('pieces', 'Journey 1 of bearer 1').waitFor();
    const headers = await (await asked).allHeaders();
    assert.equal(headers.cookie, undefined);
    assert.equal(await page.evaluate(() => document.cookie), '');
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  });

  it('fills its table with what this browser does, and that is what the standards say', async () => {
    const { page, press } = await visit(browser);
    await page.goto(lesson.origin);
    await press('All combinations');
    await page.locator('#summary[data-state=done]').waitFor();
    assert.equal(await page.locator('#summary').textContent(), '75 of 75 as the standards say');
    const cell = (table: number, row: number, column: number) =>
      page
        .locator('#tables table')
        .nth(table)
        .locator('tbody tr')
        .nth(row)
        .locator('td')
        .nth(column);
    // Rows: nothing, *, * and credentials, ours, ours and credentials.
    assert.equal(await cell(0, 0, 0).textContent(), 'all cookies; read');
    assert.equal(await cell(1, 0, 1).textContent(), 'all cookies; refused');
    assert.equal(await cell(1, 2, 4).textContent(), 'all cookies; refused');
    assert.equal(await cell(1, 4, 1).textContent(), 'all cookies; read');
    assert.equal(await cell(1, 4, 3).textContent(), 'no cookie; read');
    assert.match((await cell(2, 4, 4).textContent())!, /^(no cookie|cookie SameSite=none); read$/);
    assert.deepEqual(await violations(page), []);
  });

  it('says so where a frame of another site keeps cookies from it, and counts on none there', async (t) => {
    const mine = lesson.origin.replace('localhost', '127.0.0.1');
    const around = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><iframe src="${mine}" width="900" height="700"></iframe>`);
    });
    const origin = await listening(around);
    t.after(() => {
      around.closeAllConnections();
      around.close();
    });
    const { page } = await visit(browser);
    await page.goto(origin);
    const frame = page.frameLocator('iframe');
    await frame.getByRole('link', { name: /open the page in a tab of its own/ }).waitFor();
    await frame.getByRole('button', { name: 'All combinations' }).click();
    await frame.locator('#summary[data-state=done]').waitFor();
    assert.equal(await frame.locator('#summary').textContent(), '75 of 75 as the standards say');
    assert.match((await frame.locator('td').first().textContent())!, /^(no|cookie SameSite=none)/);
  });
});
