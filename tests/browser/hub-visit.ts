// A hub of its own on a small clone, and a browser that visits it.

import { subscribe } from 'node:diagnostics_channel';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { createHub, type Hub } from '../../scripts/hub/hub.ts';
import { freePorts } from '../hub/clone.ts';
import { startBrowser } from './wire-stage.ts';

const KIT = join(import.meta.dirname, '../..');

export const FOLDER = '01-event-stream';

/** A clone with one lesson, its hub, and a browser. */
export class Visit {
  readonly root: string;
  readonly browser: Browser;
  readonly #ports: { finished: Ports; mine: Ports };
  readonly #contexts: BrowserContext[] = [];
  /** What went wrong in any of the pages, and is no part of what is tested. */
  readonly mistakes: string[] = [];
  hub: Hub;
  #liveStreams = 0;

  private constructor(root: string, browser: Browser, ports: Visit['ports'], hub: Hub) {
    this.root = root;
    this.browser = browser;
    this.#ports = ports;
    this.hub = hub;
    // The hub runs in this process, and Node tells of each request that its servers get.
    subscribe('http.server.request.start', (message) => {
      const { request } = message as { request: IncomingMessage };
      if (request.url === '/live') this.#liveStreams++;
    });
  }

  static async open(): Promise<Visit> {
    const root = makeClone();
    const ports = { finished: await freePorts(), mine: await freePorts() };
    const [browser, hub] = await Promise.all([startBrowser(), startHub(root, ports, 0)]);
    return new Visit(root, browser, ports, hub);
  }

  get ports() {
    return this.#ports;
  }

  /** How many live streams have been opened so far. */
  get liveStreams(): number {
    return this.#liveStreams;
  }

  /** The learner's copy of a file. */
  exercise(file: string): string {
    return join(this.root, 'playground', FOLDER, file);
  }

  /** A browser of its own: what one context keeps, another does not see. */
  async visitor(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(15_000);
    context.on('weberror', (error) => this.mistakes.push(String(error.error().stack)));
    this.#contexts.push(context);
    return context;
  }

  /** Opens a page of the hub with the key behind its address, as `npm start` does. */
  async open(context: BrowserContext, path = `lessons/${FOLDER}`): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${this.hub.address}${path}#key=${this.hub.key}`);
    return page;
  }

  /** Opens the lesson and waits until the exercise can be edited. */
  async openLesson(context: BrowserContext): Promise<Page> {
    const page = await this.open(context);
    await page.locator('#editor-host .cm-content').waitFor();
    return page;
  }

  /** Ends the hub and starts another at the same address, as after a crash. */
  async comeBack(): Promise<void> {
    this.hub = await startHub(this.root, this.#ports, this.hub.port);
  }

  /** Closes what one test has opened. */
  async leave(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.leave();
    await Promise.all([this.browser.close(), this.hub.close()]);
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Ports = Awaited<ReturnType<typeof freePorts>>;

function startHub(root: string, ports: Visit['ports'], port: number): Promise<Hub> {
  return createHub({ root, port, ports: (_number, which) => ports[which], log: console.error });
}

function makeClone(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'down-the-wire-visit-')));
  mkdirSync(join(root, 'lessons'));
  cpSync(join(KIT, 'lessons', FOLDER), join(root, 'lessons', FOLDER), { recursive: true });
  for (const name of ['lessons/page.ts', 'package.json', 'package-lock.json', 'public']) {
    cpSync(join(KIT, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(KIT, 'scripts'), join(root, 'scripts'), 'junction');
  symlinkSync(join(KIT, 'node_modules'), join(root, 'node_modules'), 'junction');
  return root;
}

/** Replaces what is in the editor, as somebody does who pastes. */
export async function typeInstead(page: Page, text: string): Promise<void> {
  await page.locator('#editor-host .cm-content').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}
