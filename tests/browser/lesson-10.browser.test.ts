// Lesson 10's page, alone and in a browser: every refusal from three sides, and the words that the
// page puts into the console's mouth held against those of the console itself.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright';
import { corsCheck, type Entry } from '../../lessons/10-cors/cors-check.js';
import { violations } from './accessible.ts';
import { listening, type RunningLesson, startLesson, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

/** What the console has said about CORS, and nothing of the rest. */
function listen(page: Page): string[] {
  const said: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('CORS')) said.push(message.text());
  });
  return said;
}

/** Waits until the console has said it: it may be a moment later than the page. */
async function hears(page: Page, said: string[], words: string): Promise<void> {
  while (!said.includes(words)) {
    await page.waitForEvent('console', { timeout: 10_000 }).catch(() => {
      assert.fail(`${words} is none of ${said.join('\n')}`);
    });
  }
}

interface Asking {
  method?: string;
  headers?: Record<string, string>;
  credentials?: 'include';
}

describe('the page of lesson 10', () => {
  let browser: Browser;
  let lesson: RunningLesson;

  before(async () => {
    [browser, lesson] = await Promise.all([startBrowser(), startLesson('10-cors')]);
  });
  after(async () => {
    await browser.close();
    await lesson.stop();
  });

  it('reads what it may: boats, a header, an answer, a refusal, and a plan from behind a cache', async () => {
    const { page, entry, press } = await visit(browser);
    const said = listen(page);
    await page.goto(lesson.origin);
    await entry('events', '21:05 Elba').first().waitFor();
    await entry('pieces', '21:05 Elba').first().waitFor();
    assert.equal(await page.locator('#station').textContent(), 'Harbour');
    await press('with Last-Event-ID');
    await entry('pieces', 'id: 2').last().waitFor();
    await press('Ask');
    await entry('pieces', 'Ask the captain').waitFor();
    await press('Ask nothing');
    await entry('pieces', '400 application/json').waitFor();
    await press('Plan, from the cache');
    await entry('pieces', '200 image/svg+xml').waitFor();
    await press('Connect to quay 9');
    await page.locator('#events-refused dd', { hasText: 'The status was 404' }).waitFor();
    assert.deepEqual(said, []);
    assert.deepEqual(await violations(page), []);
  });

  it('shows a refusal from three sides to a stranger, as the console has it, and on a narrow screen', async () => {
    const { page, press } = await visit(browser, { viewport: { width: 390, height: 800 } });
    const said = listen(page);
    await page.goto(lesson.origin.replace('localhost', 'a.localhost'));
    const rows = (side: string) => page.locator(`#${side}-refused dd`);
    for (const side of ['events', 'pieces']) await rows(side).nth(2).waitFor();
    const [told, console, wire] = await rows('events').allTextContents();
    assert.equal(told, 'An error event without a word, and readyState 2.');
    await hears(page, said, console!);
    assert.match(wire!, /^GET \/departures \(Origin: http:\/\/a\.localhost:\d+\), answered 200/);
    await press('Ask');
    await rows('pieces').filter({ hasText: 'never sent' }).waitFor();
    const asked = await rows('pieces').allTextContents();
    assert.equal(asked[0], 'TypeError: Failed to fetch, and nothing else.');
    await hears(page, said, asked[1]!);
    assert.match(asked[2]!, /^OPTIONS \/enquiries /);
    assert.deepEqual(await violations(page), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  });

  it('has the words of the console for each way to be refused', async () => {
    const entries: Entry[] = [];
    const exact = (request: IncomingMessage) => ({
      'access-control-allow-origin': request.headers.origin,
    });
    const answers: Record<string, (request: IncomingMessage) => OutgoingHttpHeaders> = {
      nothing: () => ({}),
      another: () => ({ 'access-control-allow-origin': 'http://x.example' }),
      list: () => ({ 'access-control-allow-origin': 'http://x.example, http://y.example' }),
      any: () => ({ 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }),
      exact,
      status: exact,
      headers: (request) => ({ ...exact(request), 'access-control-allow-headers': 'Accept' }),
    };
    const server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      if (method === 'OPTIONS' && url === '/status') response.statusCode = 404;
      const answer = answers[url.slice(1)]!(request);
      response.writeHead(response.statusCode, answer).end('x');
      const { statusCode: status } = response;
      entries.push({ method, url, headers, status, answer } as Entry);
    });
    const origin = await listening(server);
    const { page } = await visit(browser);
    await page.goto(lesson.origin);
    const said = listen(page);
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    const requests: [string, Asking][] = [
      ...Object.keys(answers).map((path): [string, Asking] => [path, {}]),
      ...Object.keys(answers).map((path): [string, Asking] => [path, json]),
      ['exact', { method: 'DELETE' }],
      ['any', { credentials: 'include' }],
      ['exact', { credentials: 'include' }],
      ['any', { ...json, credentials: 'include' }],
    ];
    try {
      for (const [path, init] of requests) {
        const before = said.length;
        const url = `${origin}/${path}`;
        const failed = await page.evaluate(
          ([at, how]) =>
            fetch(at, how).then(
              () => false,
              () => true,
            ),
          [url, init] as const,
        );
        if (failed) {
          while (said.length === before) await page.waitForEvent('console', { timeout: 5000 });
        }
        const why = corsCheck(entries.at(-1)!, lesson.origin, init.credentials === 'include');
        const words = `Access to fetch at '${url}' from origin '${lesson.origin}' has been blocked by CORS policy: ${why}`;
        assert.deepEqual(said.slice(before), why ? [words] : [], JSON.stringify([path, init]));
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
