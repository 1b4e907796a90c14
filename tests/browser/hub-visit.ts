// A hub of its own on a small clone, and a browser that visits it.
import { spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { createHub, type Hub, type HubOptions } from '../../scripts/hub/hub.ts';
import { freePorts } from '../hub/clone.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { startBrowser } from './wire-stage.ts';

const KIT = join(import.meta.dirname, '../..');

export const FOLDER = '01-event-stream';

export interface VisitOptions {
  /** The folders of the lessons that are in the clone. */
  lessons?: string[];
  headless?: HubOptions['headless'];
}

/** A clone with one lesson or more, its hub, and a browser. */
export class Visit {
  readonly root: string;
  readonly browser: Browser;
  readonly #start: (port: number) => Promise<Hub>;
  readonly #ports: Map<number, LessonPorts>;
  readonly #contexts: BrowserContext[] = [];
  /** What went wrong in any of the pages, and is no part of what is tested. */
  readonly mistakes: string[] = [];
  hub: Hub;
  #liveStreams = 0;

  private constructor(
    root: string,
    browser: Browser,
    ports: Map<number, LessonPorts>,
    start: (port: number) => Promise<Hub>,
    hub: Hub,
  ) {
    this.root = root;
    this.browser = browser;
    this.#ports = ports;
    this.#start = start;
    this.hub = hub;
    // The hub runs in this process, and Node tells of each request that its servers get.
    subscribe('http.server.request.start', (message) => {
      const { request } = message as { request: IncomingMessage };
      if (request.url === '/live') this.#liveStreams++;
    });
  }

  static async open({ lessons = [FOLDER], headless }: VisitOptions = {}): Promise<Visit> {
    const root = makeClone(lessons);
    const ports = new Map<number, LessonPorts>();
    for (const folder of lessons) {
      const own = { finished: await freePorts(), mine: await freePorts() };
      ports.set(Number.parseInt(folder, 10), own);
    }
    const start = (port: number) =>
      createHub({
        root,
        port,
        ports: (number, which) => ports.get(number)![which],
        log: console.error,
        ...(headless && { headless }),
      });
    const [browser, hub] = await Promise.all([startBrowser(), start(0)]);
    return new Visit(root, browser, ports, start, hub);
  }

  /** Where the stages of the first lesson are. */
  get ports(): LessonPorts {
    return this.#ports.values().next().value!;
  }

  /** How many live streams have been opened so far. */
  get liveStreams(): number {
    return this.#liveStreams;
  }

  /** The learner's copy of a file. */
  exercise(file: string, folder = FOLDER): string {
    return join(this.root, 'playground', folder, file);
  }

  /** A browser of its own: what one context keeps, another does not see. */
  async visitor(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    if (this.#contexts.length === 0) this.mistakes.length = 0; // another test's
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
  async openLesson(context: BrowserContext, folder = FOLDER): Promise<Page> {
    const page = await this.open(context, `lessons/${folder}`);
    await page.locator('#editor-host .cm-content').waitFor();
    return page;
  }

  /** Ends the hub and starts another at the same address, as after a crash. */
  async comeBack(): Promise<void> {
    this.hub = await this.#start(this.hub.port);
  }

  /**
   * Runs a command of the kit on this clone, as in a terminal.
   *
   * @param name such as `check`
   */
  async terminal(name: string, ...words: string[]): Promise<{ code: number | null; out: string }> {
    // A command finds its clone by where it lies itself, and the scripts of this one are linked.
    const desk = `${this.root}-terminal`;
    if (!existsSync(desk)) {
      for (const copied of ['scripts', 'lessons', 'public', 'package.json']) {
        cpSync(join(copied === 'scripts' ? KIT : this.root, copied), join(desk, copied), {
          recursive: true,
        });
      }
      for (const linked of ['.kit', 'playground', 'node_modules']) {
        symlinkSync(join(this.root, linked), join(desk, linked), 'junction');
      }
    }
    const child = spawn(
      process.execPath,
      ['--import', TYPESCRIPT, join('scripts', `${name}.ts`), ...words],
      { cwd: desk, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let out = '';
    child.stdout.on('data', (piece) => (out += piece));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, out };
  }

  /** Closes what one test has opened. */
  async leave(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.leave();
    await Promise.all([this.browser.close(), this.hub.close()]);
    for (const folder of [`${this.root}-terminal`, this.root]) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

type Ports = Awaited<ReturnType<typeof freePorts>>;
type LessonPorts = { finished: Ports; mine: Ports };

function makeClone(lessons: string[]): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'down-the-wire-visit-')));
  const copied = ['lessons/page.ts', 'package.json', 'package-lock.json', 'public'];
  for (const folder of lessons) copied.push(join('lessons', folder));
  for (const name of copied) cpSync(join(KIT, name), join(root, name), { recursive: true });
  // Linked, so that checks speak the language of the very hub that runs in this process.
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
