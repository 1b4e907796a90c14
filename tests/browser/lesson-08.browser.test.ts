// Lesson 08's page, alone and in a browser: who is refused, who is served, and what each side says of it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright';
import { violations } from './accessible.ts';
import { type RunningLesson, startLesson, tabStops, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = '08-own-event-source';

// Most of the time is spent waiting for the server: the tests wait together.
describe('the page of lesson 08', { concurrency: 4 }, () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson(FOLDER)]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  async function open(look: Parameters<Browser['newPage']>[0] = {}) {
    const { page, press } = await visit(browser, look);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const asked: { method: string; token: string; id: string | undefined }[] = [];
    page.on('request', async (request) => {
      if (!request.url().endsWith('/events')) return;
      const headers = request.headers();
      const { authorization: token = '', 'last-event-id': id } = headers;
      asked.push({ method: request.method(), token, id });
    });
    await page.goto(lesson.origin);
    const left = (hasText: string) => page.locator('#events .entries li', { hasText });
    const right = (hasText: string) => page.locator('#own .entries li', { hasText });
    return { page, press, left, right, asked, errors };
  }

  it('refuses EventSource, serves FetchEventSource, and gives each of its requests a new token', async () => {
    const { left, right, asked, errors } = await open();
    await left('error: closed for good').waitFor();
    await right('6 of 24').waitFor();
    await right('it will ask again in 1.0 s, status 200').waitFor();
    await right('7 of 24').waitFor();
    const own = asked.filter(({ token }) => token !== '');
    assert.deepEqual(
      own.map(({ id }) => id),
      [undefined, '6'],
    );
    assert.equal(new Set(own.map(({ token }) => token)).size, 2);
    assert.equal(asked.length - own.length, 1, 'EventSource has asked once, without a token');
    assert.equal(await right('1 of 24').count(), 1);
    assert.deepEqual(errors, []);
  });

  it('says a POST once, and closes when its answer ends', async () => {
    const { press, right, asked } = await open();
    await right('1 of 24').waitFor();
    await press('Connect by POST');
    await right('error: closed for good').waitFor();
    assert.equal(await right('6 of 24').count(), 1);
    assert.equal(asked.filter(({ method }) => method === 'POST').length, 1);
  });

  it('hears a 503 with its time on the right, and gives up on the left', async () => {
    const { page, press, left, right } = await open();
    await page.getByLabel('Ask for').selectOption('/busy');
    await press('Connect EventSource');
    await left('error: closed for good').nth(1).waitFor();
    await press('Connect FetchEventSource');
    await right('in 5.0 s, status 503').waitFor();
    await press('Disconnect FetchEventSource');
    await right('you closed it').waitFor();
    assert.equal(await page.locator('#own').getAttribute('data-state'), 'closed');
  });

  it('gives a silent connection up on the right, and waits for ever on the left', async () => {
    const { page, press, left, right } = await open();
    await page.getByLabel('Ask for').selectOption('/silence');
    await press('Connect EventSource');
    await press('Connect FetchEventSource');
    await left('the last that is heard').waitFor();
    await right('nothing was heard for 4000 ms').waitFor();
    await right('the last that is heard').nth(1).waitFor();
    assert.equal(await left('the last that is heard').count(), 1);
    assert.equal(await page.locator('#events').getAttribute('data-state'), 'open');
  });

  it('is worked by the keyboard alone', async () => {
    const { page, right } = await open();
    await right('1 of 24').waitFor();
    assert.deepEqual(await tabStops(page, 4), [
      'Ask for',
      'Log of EventSource',
      'Connect EventSource',
      'Disconnect EventSource',
    ]);
    assert.deepEqual(await tabStops(page, 4), [
      'Log of FetchEventSource',
      'Connect FetchEventSource',
      'Connect by POST',
      'Disconnect FetchEventSource',
    ]);
    await page.keyboard.press('Enter');
    await right('you closed it').waitFor();
  });

  for (const [colorScheme, width] of [
    ['light', 1200],
    ['dark', 360],
  ] as const) {
    it(`has nothing that axe objects to, ${colorScheme}, ${width} wide, and no sideways scrolling`, async () => {
      const { page, right } = await open({ colorScheme, viewport: { width, height: 800 } });
      await right('1 of 24').waitFor();
      assert.deepEqual(await violations(page), []);
      const overhang = () => document.documentElement.scrollWidth - innerWidth;
      assert.ok((await page.evaluate(overhang)) <= 0);
    });
  }
});
