// Pages under check in the hub's own tab: which tab plays them, and what a page that loops, or a tab
// that goes away, does to everything else.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright';
import { HeadlessHost } from '../../scripts/checking/page/headless.ts';
import type { Verdict } from '../../scripts/checking/verdict.ts';
import { folder, type LiveClient, makeClone, startHub, type TestHub } from '../hub/clone.ts';
import { startBrowser } from './wire-stage.ts';

/** A second step, on the page. */
const CHECKS = `
import { check, stream } from '../../scripts/checking/language.ts';

export const checks = [
  check(1, 'The head says that an event stream follows', async ({ watch }) => {
    await watch('/signal').headComesAtOnce({ otherwise: 'Call flushHeaders.' });
  }),
  check(2, 'The page shows the signal', async ({ page }) => {
    const lamp = await page.open({ '/signal': stream('retry: 20') });
    const wire = await lamp.request('/signal', { within: 5000, otherwise: 'Ask for it.' });
    wire.send('data: clear\\n\\n');
    await lamp.shows('clear', { within: 20_000, otherwise: 'Show it.' });
  }),
];
`;

const RIGHT = `new EventSource('/signal').onmessage = (event) => document.body.append(event.data);`;
const SILENT = `new EventSource('/signal');`;
const LOOP = `new EventSource('/signal').onmessage = () => { for (;;); };`;

const NONE = new HeadlessHost({ find: async () => undefined });

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : '';
}

/** The addresses of the pages under check that a tab plays from now on. */
function pagesSeenIn(tab: Page): string[] {
  const seen: string[] = [];
  tab.on('framenavigated', (frame) => {
    if (hostOf(frame.url()).startsWith('page-')) seen.push(frame.url());
  });
  return seen;
}

describe('a page under check in the hub', () => {
  let browser: Browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());

  class Desk {
    readonly hub: TestHub;
    readonly context: BrowserContext;
    readonly #live: LiveClient;
    /** The judging that came last: the next one has a greater number. */
    #run = 0;

    private constructor(hub: TestHub, context: BrowserContext) {
      this.hub = hub;
      this.context = context;
      this.#live = hub.live({ 'x-kit-key': hub.key });
    }

    static async open(test: TestContext, headless = NONE): Promise<Desk> {
      const root = makeClone();
      const lesson = join(root, 'lessons', folder);
      writeFileSync(join(lesson, 'checks.ts'), CHECKS);
      const exercise = join(root, 'playground', folder);
      mkdirSync(exercise, { recursive: true });
      cpSync(join(lesson, 'server.ts'), join(exercise, 'server.ts')); // with nothing left to do
      const hub = await startHub(test, { root, headless });
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      test.after(() => context.close());
      await hub.keyed('GET', `/api/exercise/${folder}`);
      return new Desk(hub, context);
    }

    async tab(): Promise<Page> {
      const page = await this.context.newPage();
      await page.goto(`${this.hub.address}lessons/${folder}#key=${this.hub.key}`);
      await page.locator('#live[data-state="connected"]').waitFor({ state: 'attached' });
      return page;
    }

    /** Saves that script into the exercise, as the learner's own editor does, and awaits the report. */
    async judge(script: string): Promise<Verdict> {
      const before = this.#run;
      writeFileSync(join(this.hub.root, 'playground', folder, 'client.js'), script);
      const report = () =>
        this.#live.told.find(
          ({ type, data }) =>
            type === 'judging' && data.run > before && data.judging.kind === 'report',
        )?.data;
      // A browser without a window may have to be started for it.
      await this.#live.until('a report', () => report() !== undefined, 60_000);
      this.#run = report().run;
      return report().judging.report.verdicts.at(-1);
    }
  }

  test('is played in a frame of the tab, small and seen, and the frame goes when it is over', async (t) => {
    const desk = await Desk.open(t);
    const tab = await desk.tab();
    const seen = pagesSeenIn(tab);
    assert.deepEqual(await desk.judge(RIGHT), {
      step: 2,
      title: 'The page shows the signal',
      ok: true,
    });
    await tab.locator('.page-checks iframe').waitFor({ state: 'detached' });
    await tab.locator('.flap[data-step="2"][data-state="passed"]').waitFor();
    assert.equal(seen.length, 1);
  });

  test('is played as well while the board is put away, as the big screen does', async (t) => {
    const desk = await Desk.open(t);
    const tab = await desk.tab();
    await tab.evaluate("document.querySelector('#board').style.display = 'none'");
    const box = tab.evaluate<DOMRect>(`new Promise((resolve) => {
      new MutationObserver(() => {
        const frame = document.querySelector('.page-checks iframe');
        if (frame) resolve(frame.getBoundingClientRect().toJSON());
      }).observe(document.body, { subtree: true, childList: true });
    })`);
    assert.equal((await desk.judge(RIGHT)).ok, true);
    const { left, top, right, bottom, width } = await box;
    const isSeen = left > 0 && top > 0 && right < 1440 && bottom < 900 && width > 100;
    assert.ok(isSeen, JSON.stringify(await box));
  });

  test('is played in one tab, however many are open', async (t) => {
    const desk = await Desk.open(t);
    const tabs = [await desk.tab(), await desk.tab(), await desk.tab()];
    const seen = tabs.map(pagesSeenIn);
    assert.equal((await desk.judge(RIGHT)).ok, true);
    assert.equal(seen.flat().length, 1);
  });

  test('that loops for ever leaves the tab alive, is taken away and named; the mended one passes', async (t) => {
    const desk = await Desk.open(t);
    const tab = await desk.tab();
    await tab.evaluate(() => {
      const watch = window as unknown as { gap: number };
      watch.gap = 0;
      let last = performance.now();
      setInterval(() => {
        watch.gap = Math.max(watch.gap, performance.now() - last);
        last = performance.now();
      }, 10);
    });
    const failed = await desk.judge(LOOP);
    assert.equal(failed.ok, false);
    assert.match(failed.message ?? '', /its script is in a loop that never ends\./);
    const gap = await tab.evaluate(() => (window as unknown as { gap: number }).gap);
    assert.ok(gap < 1000, `the tab has stood still for ${gap} ms`);
    await tab.locator('.page-checks iframe').waitFor({ state: 'detached' });
    assert.equal((await desk.judge(RIGHT)).ok, true);
  });

  test('whose frame is taken out, or whose tab is closed, is not blamed', async (t) => {
    const desk = await Desk.open(t);
    const tab = await desk.tab();
    const gone =
      'The tab of the hub that played the page was closed, or left the lesson, in the middle of ' +
      'the check: check again.';
    const first = desk.judge(SILENT);
    await tab.frameLocator('.page-checks iframe').locator('body').waitFor({ state: 'attached' });
    await tab.evaluate(() => document.querySelector('.page-checks iframe')?.remove());
    assert.deepEqual(await first, {
      step: 2,
      title: 'The page shows the signal',
      ok: null,
      message: gone,
    });
    const second = desk.judge(`${SILENT} // once more`);
    await tab.frameLocator('.page-checks iframe').locator('body').waitFor({ state: 'attached' });
    await tab.goto(`${desk.hub.address}`);
    assert.equal((await second).message, gone);
  });

  test('is said to be unseen where there is neither a tab nor a browser, and played where there is one', async (t) => {
    const desk = await Desk.open(t);
    assert.equal(
      (await desk.judge(RIGHT)).message,
      'This is a check of the page, and nobody was there to play it: open the lesson in a tab of ' +
        'the hub, keep it in front, and check again.',
    );
    const other = await Desk.open(t, new HeadlessHost());
    assert.equal((await other.judge(RIGHT)).ok, true);
  });

  test('is left to the browser without a window while every tab is hidden', async (t) => {
    const desk = await Desk.open(t, new HeadlessHost());
    const tab = await desk.tab();
    await tab.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })");
    const shown = pagesSeenIn(tab);
    assert.equal((await desk.judge(RIGHT)).ok, true);
    assert.deepEqual(shown, []);
  });

  test('is claimed with the key alone, and only while it is offered', async (t) => {
    const desk = await Desk.open(t);
    const path = '/api/page-check/1/claim';
    const offer = { visible: true };
    assert.deepEqual((await desk.hub.keyed('POST', path, offer)).json, { yours: false });
    assert.equal((await desk.hub.ask('POST', path, { body: offer })).status, 403);
  });
});
