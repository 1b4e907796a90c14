// A stage for the tests of the pages' components: a page in a frame, and around it a scripted hub.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Frame, type Page } from 'playwright';
import { servePage } from '../../lessons/page.ts';
import { findBrowser } from '../../scripts/checking/browser.ts';
import type { WireFacts, WireRecord } from '../../scripts/wire/records.ts';

const PAGE = join(import.meta.dirname, 'fixtures', 'wire-page');
const START = Date.UTC(2026, 10, 20, 14, 3, 26); // when a scripted connection begins

/** A hub that hands over a port, as the kit's own does; what it is told back is kept in `told`. */
const hubPage = (frame: string) => `<!doctype html><html lang="en"><title>A scripted hub</title>
<style>* { margin: 0 } iframe { display: block; width: 100vw; height: 100dvh; border: 0 }</style>
<script>
  window.told = [];
  addEventListener('message', ({ data, origin, source }) => {
    if (data?.type !== 'down-the-wire:ready' || location.search === '?silent') return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (message) => told.push(message.data);
    window.port = port1;
    source.postMessage({ type: 'down-the-wire:wire' }, origin, [port2]);
  });
</script>
<main><iframe title="The page" src="${frame}"></iframe></main></html>`;

export interface Look {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
}

export async function startBrowser(): Promise<Browser> {
  const found = await findBrowser();
  if (!found) throw new Error('No browser of the Chromium family is installed here.');
  return chromium.launch(found);
}

export class Stage {
  readonly browser: Browser;
  /** The page alone. */
  readonly origin: string;
  /** The page in the frame of a hub. */
  readonly hub: string;
  readonly #servers: Server[];

  private constructor(browser: Browser, servers: Server[]) {
    this.browser = browser;
    this.#servers = servers;
    [this.origin, this.hub] = servers.map(originOf) as [string, string];
  }

  static async open(): Promise<Stage> {
    const page = await serve((request, response) => servePage(PAGE, request, response));
    const hub = await serve((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(hubPage(originOf(page)));
    });
    return new Stage(await startBrowser(), [page, hub]);
  }

  /** The page in a hub's frame, its port in place. Close the page to be rid of it. */
  async enter(look: Look = {}): Promise<Scene> {
    const { width = 1040, height = 520, ...rest } = look;
    const page = await this.browser.newPage({ viewport: { width, height }, ...rest });
    await page.goto(this.hub);
    await page.waitForFunction('window.port');
    return new Scene(page, page.frames()[1]!);
  }

  async close(): Promise<void> {
    await this.browser.close();
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}

/** One page in its frame, and the words that the hub says to it. */
export class Scene {
  readonly page: Page;
  readonly frame: Frame;
  readonly #offsets = new Map<number, number>();

  constructor(page: Page, frame: Frame) {
    this.page = page;
    this.frame = frame;
  }

  /** What the frame has said to the hub. */
  told(): Promise<unknown[]> {
    return this.page.evaluate('window.told');
  }

  say(message: object): Promise<void> {
    return this.page.evaluate((words) => {
      (window as unknown as { port: MessagePort }).port.postMessage(words);
    }, message);
  }

  pair(exchange: number, reader: string, label: string): Promise<void> {
    return this.say({ kind: 'paired', exchange, reader, label });
  }

  /** Something passes on the wire, `after` milliseconds after the exchange began. */
  async pass(exchange: number, after: number, ...facts: WireFacts[]): Promise<void> {
    for (const fact of facts) {
      const record: WireRecord = { connection: exchange, exchange, at: START + after, ...fact };
      await this.say({ kind: 'record', record });
    }
  }

  /** A piece of the body passes, behind those that have passed. */
  async piece(exchange: number, after: number, text: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(text as string);
    const offset = this.#offsets.get(exchange) ?? 0;
    this.#offsets.set(exchange, offset + bytes.length);
    const before = `${bytes.length.toString(16)}\r\n`;
    const framing = { before, after: '\r\n' };
    await this.pass(exchange, after, {
      kind: 'piece',
      offset,
      bytes: bytes.toString('base64'),
      framing,
    });
  }

  /** Runs `words` on a log of the page, as a lesson's script would. */
  log(id: 'events' | 'pieces', method: string, ...words: unknown[]): Promise<void> {
    return this.frame.evaluate(
      ([log, name, args]) => {
        const element = document.querySelector(`#${log}`) as unknown as Record<
          string,
          (...rest: unknown[]) => void
        >;
        element[name]?.(...args);
      },
      [id, method, words] as const,
    );
  }

  /** What is lit on the tape, as text. */
  lit(): Promise<string> {
    return this.frame.evaluate(() =>
      [...document.querySelectorAll('.atom.lit')].map((atom) => atom.textContent).join(''),
    );
  }
}

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function originOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
