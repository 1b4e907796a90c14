// Lesson 17's page in a browser: with React and the ready-made client, and without them.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser } from 'playwright';
import { servePage } from '../../lessons/page.ts';
import { frameworksAreThere } from '../../scripts/course/frameworks.ts';
import { violations } from './accessible.ts';
import { lessons, listening, type RunningLesson, startLesson, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = '17-frameworks';
const isThere = await frameworksAreThere(join(lessons, '..'));
const skip = isThere ? false : 'npm run frameworks fetches the packages of this lesson';

const ADDRESSES = [
  '/departures',
  '/express/departures',
  '/express/piped',
  '/nest/departures',
] as const;

describe('the page of lesson 17', () => {
  let browser: Browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());

  describe('with its packages', { skip }, () => {
    let lesson: RunningLesson;
    before(async () => {
      lesson = await startLesson(FOLDER);
    });
    after(() => lesson.stop());

    it('shows the same trains from each server, directly and through the proxy, by two connections', async () => {
      const { page, entry, press } = await visit(browser);
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(lesson.origin);
      await entry('events', 'departure 1').first().waitFor();
      let connected = 1;
      for (const way of ['direct', 'proxy']) {
        for (const address of ADDRESSES) {
          await page.getByLabel('Ask for').selectOption(address);
          await page.getByLabel('by', { exact: true }).selectOption(way);
          await press('Connect EventSource');
          await press('Connect fetch');
          for (const log of ['events', 'pieces'] as const) {
            await entry(log, 'departure 1 {"train":1,"to":"York"}').nth(connected).waitFor();
          }
          connected++;
          assert.equal(await page.locator('#board .sign').textContent(), '1 York');
        }
      }
      assert.equal(
        await page.locator('[data-connections]').textContent(),
        '2 of 6 connections in use',
      );
      assert.equal(await page.locator('#missing').isVisible(), false);
      assert.deepEqual(complaints, []);
    });

    it('asks once under StrictMode, and leaves when it is told to', async (t) => {
      const { origin, allLeft, asked } = await serve(t);
      const { page, entry, press } = await visit(browser);
      await page.goto(origin);
      await entry('events', 'departure 1').waitFor();
      await entry('pieces', 'departure 1').waitFor();
      assert.equal(asked(), 2);
      await press('Disconnect EventSource');
      await press('Disconnect fetch');
      await page.waitForFunction(() => document.querySelector('#board .sign') === null);
      await allLeft;
      assert.equal(asked(), 2);
    });
  });

  it('listens without its packages, says how they come, and has nothing that axe objects to', async (t) => {
    const { origin } = await serve(t, { packages: false });
    const { page, entry } = await visit(browser);
    await page.goto(origin);
    await entry('events', 'departure 1').waitFor();
    await entry('pieces', 'event: departure').waitFor();
    assert.match((await page.locator('#missing').textContent())!, /npm run frameworks/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 800 });
        assert.deepEqual(await violations(page), [], `${colorScheme}, ${width} wide`);
        const overhang = () => document.documentElement.scrollWidth - innerWidth;
        assert.ok((await page.evaluate(overhang)) <= 0, `sideways scrolling at ${width}`);
      }
    }
  });
});

/** The page from a server with one departure, which counts who asks, and tells when all have left. */
async function serve(t: TestContext, { packages = true } = {}) {
  let asked = 0;
  let open = 0;
  let tellAllLeft = () => {};
  const allLeft = new Promise<void>((resolve) => {
    tellAllLeft = resolve;
  });
  const server = createServer((request, response) => {
    const isPackage = request.url!.startsWith('/public/frameworks/');
    if (isPackage && !packages) return response.writeHead(404).end();
    if (request.url !== '/departures') return servePage(join(lessons, FOLDER), request, response);
    asked++;
    open++;
    response.on('close', () => {
      open--;
      if (open === 0) tellAllLeft();
    });
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write('\nevent: departure\nid: 1\ndata: {"train":1,"to":"York"}\n\n');
  });
  const origin = await listening(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin, asked: () => asked, allLeft };
}
