// A small clone of the kit with one lesson, a hub on it, and a client that asks as a browser would,
// or as no browser ever would.
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createHub, type Hub, type HubOptions } from '../../scripts/hub/hub.ts';
import { EventStreamReader } from '../../scripts/wire/event-stream.ts';

const kit = join(import.meta.dirname, '../..');

export const folder = '31-signal';

// Removed last of all: what a test has started may still write there while it ends.
const clones: string[] = [];
process.on('exit', () => {
  for (const root of clones) rmSync(root, { recursive: true, force: true, maxRetries: 3 });
});

/**
 * A folder with the lesson of the fixtures, and all that a hub needs besides.
 *
 * @param scripts copied for a test that starts a command there; else linked
 */
export function makeClone({ scripts = 'link' as 'link' | 'copy' } = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'down-the-wire-hub-')));
  clones.push(root);
  mkdirSync(join(root, 'lessons'));
  cpSync(join(import.meta.dirname, 'fixtures', folder), join(root, 'lessons', folder), {
    recursive: true,
  });
  cpSync(join(kit, 'lessons/page.ts'), join(root, 'lessons/page.ts'));
  cpSync(join(kit, 'package.json'), join(root, 'package.json'));
  cpSync(join(kit, 'package-lock.json'), join(root, 'package-lock.json'));
  cpSync(join(kit, 'public'), join(root, 'public'), { recursive: true });
  if (scripts === 'copy') cpSync(join(kit, 'scripts'), join(root, 'scripts'), { recursive: true });
  else symlinkSync(join(kit, 'scripts'), join(root, 'scripts'), 'junction');
  symlinkSync(join(kit, 'node_modules'), join(root, 'node_modules'), 'junction');
  return root;
}

export interface TestHub extends Hub {
  root: string;
  /** What the hub has logged as its own mistakes. */
  mistakes: string[];
  ask: (method: string, path: string, question?: Question) => Promise<Answer>;
  /** The same with the key. */
  keyed: (method: string, path: string, body?: unknown) => Promise<Answer>;
  live: (headers?: Record<string, string>) => LiveClient;
}

interface Question {
  headers?: Record<string, string>;
  /** Sent as JSON, if it is no text already. */
  body?: unknown;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the hub has answered
  json: any;
}

/** Starts a hub on free ports, and ends it after the test. */
export async function startHub(
  test: TestContext,
  { root = makeClone(), ...options }: Partial<HubOptions> = {},
): Promise<TestHub> {
  const mistakes: string[] = [];
  const [finished, mine] = [await freePorts(), await freePorts()];
  const hub = await createHub({
    root,
    port: 0,
    ports: (_number, which) => (which === 'finished' ? finished : mine),
    log: (text) => mistakes.push(text),
    ...options,
  });
  const clients: LiveClient[] = [];
  test.after(async () => {
    for (const client of clients) client.leave();
    for (const mistake of mistakes) test.diagnostic(mistake);
    await hub.close();
  });
  const ask: TestHub['ask'] = (method, path, question) =>
    askRaw(hub.port, method, path, {
      ...question,
      headers: { host: `localhost:${hub.port}`, ...question?.headers },
    });
  return {
    ...hub,
    root,
    mistakes,
    ask,
    keyed: (method, path, body) => ask(method, path, { headers: { 'x-kit-key': hub.key }, body }),
    live: (headers) => {
      const client = new LiveClient(hub.port, headers);
      clients.push(client);
      return client;
    },
  };
}

/** Sends a request whose path and headers are taken as they are. */
export function askRaw(
  port: number,
  method: string,
  path: string,
  { headers = {}, body }: Question = {},
): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: {
          ...(text !== undefined && {
            'content-type': 'application/json',
            ...(!headers['transfer-encoding'] && { 'content-length': Buffer.byteLength(text) }),
          }),
          ...headers,
        },
      },
      async (response) => {
        const parts: Buffer[] = [];
        for await (const part of response) parts.push(part);
        const answer = Buffer.concat(parts).toString();
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text: answer,
          get json() {
            return JSON.parse(answer);
          },
        });
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}

interface Told {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type has its own shape
  data: any;
}

/** A client of GET /live. */
export class LiveClient {
  readonly told: Told[] = [];
  readonly #reader = new EventStreamReader({ keep: 1 });
  readonly #news = new Set<() => void>();
  readonly #request;
  response: IncomingMessage | undefined;
  ended = false;

  constructor(port: number, headers: Record<string, string> = {}) {
    this.#request = httpRequest({
      host: '127.0.0.1',
      port,
      path: '/live',
      agent: false,
      headers: { host: `localhost:${port}`, ...headers },
    });
    this.#request.on('error', () => this.#end());
    this.#request.on('response', (response) => {
      this.response = response;
      response.on('data', (piece: Buffer) => {
        for (const event of this.#reader.feed(piece)) {
          this.told.push({ type: event.type, data: JSON.parse(event.data) });
        }
        this.#tell();
      });
      response.on('error', () => this.#end());
      response.on('close', () => this.#end());
    });
    this.#request.end();
  }

  get lastEventId(): string {
    return this.#reader.lastEventId;
  }

  /** Waits until it stands where the hub stands: the snapshot is over. */
  async isHere(): Promise<void> {
    await this.until('the snapshot', () => this.lastEventId !== '');
  }

  /** Waits for something that has been told, now or before. */
  async hears(
    type: string,
    fits: (data: Told['data']) => unknown = () => true,
  ): Promise<Told['data']> {
    const found = () => this.told.find((told) => told.type === type && fits(told.data));
    await this.until(`an event ${type}`, () => found() !== undefined);
    return found()!.data;
  }

  until(what: string, condition: () => boolean, milliseconds = 15_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#news.delete(look);
        const last = this.told.slice(-5).map((told) => JSON.stringify(told).slice(0, 300));
        reject(new Error(`waited in vain for ${what}; last told: ${last.join('\n')}`));
      }, milliseconds);
      const look = () => {
        if (!condition()) return;
        clearTimeout(deadline);
        this.#news.delete(look);
        resolve();
      };
      this.#news.add(look);
      look();
    });
  }

  leave(): void {
    this.#request.destroy();
  }

  #end(): void {
    this.ended = true;
    this.#tell();
  }

  #tell(): void {
    for (const look of [...this.#news]) look();
  }
}

/** Two ports that nobody listens on just now. */
export async function freePorts(): Promise<{ first: number; second: number }> {
  const servers = [createServer(), createServer()];
  const found: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    found.push((server.address() as { port: number }).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return { first: found[0]!, second: found[1]! };
}

/** Waits until a condition holds; for what nobody announces. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  milliseconds = 10_000,
): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
