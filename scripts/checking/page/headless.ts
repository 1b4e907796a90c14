// Plays pages in an installed browser that shows no window. It is started when it is first needed
// and kept warm. Each page has a tab and a context to itself, and so a process of its own. To make
// a tab costs twice what it costs to load a lesson's page, so one that is still well is used again:
// the next page has another name, and so shares no storage and no process with the last.
import type { Browser, Page } from 'playwright';
import { type Browser as Found, findBrowser } from '../browser.ts';
import { Unseen } from '../failure.ts';
import type { PageHost, Playing, Showing } from './host.ts';

/** Milliseconds for a tab to go back to an empty page; one that does not is closed. */
const EMPTYING = 1000;

/** Milliseconds without a page after which the browser is let go. */
const IDLE = 120_000;

const NONE =
  'This is a check of the page, and no browser was found to play it: install Chrome, Chromium or ' +
  'Edge, or open the hub with npm start and check there.';

const WENT_AWAY =
  'The browser that played the page went away in the middle of the check: check again.';

interface Warm {
  browser: Browser;
  /** A page that does nothing; that it answers shows that the browser is alive. */
  witness: Page;
}

export interface HeadlessOptions {
  find?: () => Promise<Found | undefined>;
  /** Told of each browser that is started. */
  onStart?: (browser: Browser) => void;
  /** Milliseconds without a page after which the browser is let go. */
  idle?: number;
}

export class HeadlessHost implements PageHost {
  readonly #find: () => Promise<Found | undefined>;
  readonly #idle: number;
  readonly #onStart: (browser: Browser) => void;
  #warm: Promise<Warm> | undefined;
  /** Empty tabs that are ready for whoever comes next, and one that is being made. */
  #empty: Page[] = [];
  #spare: Promise<Page> | undefined;
  #shown = 0;
  #rest: NodeJS.Timeout | undefined;
  readonly #removing = new Set<Promise<unknown>>();
  #closed = false;

  constructor({ find = findBrowser, idle = IDLE, onStart = () => {} }: HeadlessOptions = {}) {
    this.#find = find;
    this.#idle = idle;
    this.#onStart = onStart;
  }

  /** Whether there is a browser at all. */
  async available(): Promise<boolean> {
    return (await this.#find()) !== undefined;
  }

  /** Starts the browser before it is needed. What goes wrong is said when it is needed. */
  warm(): void {
    this.#browser().catch(() => {});
  }

  async show({ port, path }: Playing): Promise<Showing> {
    if (this.#closed) throw new Unseen(WENT_AWAY);
    clearTimeout(this.#rest);
    this.#shown += 1;
    try {
      const { browser, witness } = await this.#browser();
      const page = await this.#takePage(browser);
      let isGone = false;
      let stopWatching = () => {};
      const gone = new Promise<string>((resolve) => {
        const goes = (reason: string) => {
          isGone = true;
          resolve(reason);
        };
        const disconnects = () => goes(WENT_AWAY);
        const crashes = () => goes('The page crashed: it used up the memory that it may have.');
        browser.on('disconnected', disconnects);
        page.on('crash', crashes);
        stopWatching = () => {
          browser.off('disconnected', disconnects);
          page.off('crash', crashes);
        };
      });
      page.goto(`http://127.0.0.1:${port}${path}`, { waitUntil: 'commit' }).catch(() => {});
      let removed = false;
      return {
        gone,
        witness: (milliseconds) => answers(witness.evaluate('1'), milliseconds),
        remove: () => {
          if (removed) return;
          removed = true;
          stopWatching();
          this.#remove(page, !isGone);
          this.#leave();
        },
      };
    } catch (error) {
      this.#leave();
      if (error instanceof Unseen) throw error;
      if (this.#closed) throw new Unseen(WENT_AWAY);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    clearTimeout(this.#rest);
    const warm = this.#warm;
    this.#forgetBrowser();
    const { browser } = (await warm?.catch(() => undefined)) ?? {};
    await Promise.allSettled(this.#removing);
    await browser?.close().catch(() => {});
  }

  async #browser(): Promise<Warm> {
    this.#warm ??= this.#start();
    const warm = this.#warm;
    try {
      const { browser } = await warm;
      if (browser.isConnected()) return await warm;
    } catch (error) {
      if (this.#warm === warm) this.#warm = undefined;
      throw error;
    }
    // It was killed by somebody meanwhile. The next one is another.
    if (this.#warm === warm) this.#forgetBrowser();
    return this.#browser();
  }

  #forgetBrowser(): void {
    this.#warm = this.#spare = undefined;
    this.#empty = [];
  }

  async #start(): Promise<Warm> {
    const found = await this.#find();
    if (!found) throw new Unseen(NONE);
    const { chromium } = await import('playwright');
    try {
      const browser = await chromium.launch({
        ...found,
        // Whoever runs this process ends it, and the browser with it: see close().
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
      this.#onStart(browser);
      const witness = await browser.newPage();
      this.#prepareSpare(browser);
      return { browser, witness };
    } catch (error) {
      const reason = (error as Error).message.split('\n', 1)[0];
      throw new Unseen(
        `The browser at ${found.executablePath} did not start, so the page could not be played: ${reason}`,
      );
    }
  }

  #prepareSpare(browser: Browser): void {
    const spare = newPage(browser);
    spare.catch(() => {});
    this.#spare = spare;
  }

  async #takePage(browser: Browser): Promise<Page> {
    const empty = this.#empty.pop();
    if (empty) return empty;
    const spare = this.#spare;
    this.#spare = undefined;
    const page = await (spare?.catch(() => newPage(browser)) ?? newPage(browser));
    setTimeout(() => {
      const isReady = this.#spare !== undefined || this.#empty.length > 0;
      if (!isReady && !this.#closed && browser.isConnected()) this.#prepareSpare(browser);
    }, 300).unref(); // not now: the page that was just taken has better use for the processor
    return page;
  }

  #remove(page: Page, isWell: boolean): void {
    const removing = (async () => {
      // The browser may have been let go meanwhile, and its tabs with it.
      const canStay = isWell && !this.#closed && (await isEmptied(page));
      if (canStay && (await this.#isCurrent(page))) this.#empty.push(page);
      else await page.context().close();
    })().catch(() => {});
    this.#removing.add(removing);
    void removing.then(() => this.#removing.delete(removing));
  }

  async #isCurrent(page: Page): Promise<boolean> {
    const warm = await this.#warm?.catch(() => undefined);
    return warm !== undefined && page.context().browser() === warm.browser;
  }

  #leave(): void {
    this.#shown -= 1;
    if (this.#shown > 0 || this.#closed) return;
    this.#rest = setTimeout(() => void this.#letGo(), this.#idle);
    this.#rest.unref();
  }
}

/** Whether the tab has left what it showed: one that is busy without end does not. */
async function isEmptied(page: Page): Promise<boolean> {
  try {
    await page.goto('about:blank', { timeout: EMPTYING });
    return (await page.evaluate('location.href')) === 'about:blank';
  } catch {
    return false;
  }
}

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  return context.newPage();
}

async function answers(question: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const answered = question.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
