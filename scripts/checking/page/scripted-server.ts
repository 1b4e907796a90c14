// The server behind one page under check. It hands out the learner's page as the lesson's own
// server would, with the agent put first into its head; the paths of the check's script it answers
// as the script says. Every request is seen.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { servePage } from '../../../lessons/page.ts';
import type { Answering, Reply } from './replies.ts';
import { answer } from './replies.ts';
import { UpgradedAnswer } from './upgraded-answer.ts';
import { Wire, type WireOwner } from './wire.ts';
import { withAgent } from './with-agent.ts';

/** What made the request; `page` is the browser itself, loading the page's files. */
export type Reader = 'EventSource' | 'fetch' | 'XMLHttpRequest' | 'WebSocket' | 'page';

/** A request as the server has seen it. */
export interface Seen {
  method: string;
  /** Without the query. */
  path: string;
  /** As it came: with the query. */
  target: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  /** The last event ID, decoded; empty if none came. */
  lastEventId: string;
  reader: Reader;
  /** What the page sent along, as text; empty for a GET. */
  body: string;
  /**
   * The same server by the same name at another port: to a browser another origin of the same site.
   * The script's paths are answered there as well.
   */
  elsewhere: string;
  /** Milliseconds of performance.now(). */
  at: number;
  /** Of the requests of this reader for this path, counted from 1. */
  number: number;
  /** The status of the answer, where it was not the script that gave it. */
  status?: number;
}

/** More requests than this in one second are a loop that asks without end. */
export const FLOOD = 100;

/** Real milliseconds that a page may take to run a file that has just come. */
const DIGESTING = 300;

/** The agent marks with it what the page asks by script, for else nothing tells who asked. */
const MARK = 'x-asked-by';

const AGENT = '/.page-check/agent.js';
const agentText = () => readFileSync(join(import.meta.dirname, 'agent.js'), 'utf8');

export class ScriptedServer {
  readonly #directory: string;
  readonly #script: Map<string, Answering>;
  readonly #owner: WireOwner;
  readonly #agentSettings: () => object;
  readonly #server: Server;
  /** The same once more, for what the page asks of another origin. */
  readonly #second: Server;
  readonly #requests: Seen[] = [];
  readonly #wires: Wire[] = [];
  /** Connections that have left HTTP: the server does not know them any more. */
  readonly #upgraded = new Set<Socket>();
  #filesUnderWay = 0;
  #lastFileAt = Number.NEGATIVE_INFINITY;
  #port = 0;
  #secondPort = 0;
  /** The names by which the page may call it. */
  readonly #names: (port: number) => string[];

  /**
   * @param options.directory where the exercise's page is
   * @param options.script what each path answers, without a query
   * @param options.agentSettings put into the agent's script when it is asked for
   * @param options.names the hosts, with port, under which the page may be opened
   */
  constructor(options: {
    directory: string;
    script: Record<string, Answering>;
    owner: WireOwner;
    agentSettings: () => object;
    names: (port: number) => string[];
  }) {
    this.#directory = options.directory;
    this.#script = new Map(Object.entries(options.script));
    this.#owner = options.owner;
    this.#agentSettings = options.agentSettings;
    this.#names = options.names;
    const serve = () => {
      const server = createServer((request, response) => void this.#answer(request, response));
      server.on('upgrade', (request, socket, head) => {
        this.#upgrade(request, socket as Socket, head);
      });
      return server.on('clientError', (_error, socket) => socket.destroy());
    };
    this.#server = serve();
    this.#second = serve();
  }

  /** Listens on a free port of 127.0.0.1. @returns the port */
  async listen(): Promise<number> {
    const ports = await Promise.all([this.#server, this.#second].map(portOf));
    [this.#port = 0, this.#secondPort = 0] = ports;
    return this.#port;
  }

  /** All requests so far, oldest first. */
  get requests(): readonly Seen[] {
    return this.#requests;
  }

  /** The requests for paths of the script, oldest first. */
  get wires(): readonly Wire[] {
    return this.#wires;
  }

  /** Whether the page waits for files of its own, or has had one so lately that it may not have run. */
  get isLoading(): boolean {
    return this.#filesUnderWay > 0 || performance.now() - this.#lastFileAt < DIGESTING;
  }

  /** How many requests came in the last second, if they are more than a page can mean. */
  get flood(): number | undefined {
    const since = performance.now() - 1000;
    let count = 0;
    for (let index = this.#requests.length - 1; index >= 0; index--) {
      if (this.#requests[index]!.at < since) break;
      count++;
    }
    return count > FLOOD ? count : undefined;
  }

  /** Ends it, connections included. */
  close(): void {
    for (const server of [this.#server, this.#second]) {
      server.close();
      server.closeAllConnections();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    // A page elsewhere can reach a loopback port by a name of its own; it gets nothing.
    const names = [this.#port, this.#secondPort].flatMap(this.#names);
    if (!names.includes(request.headers.host?.toLowerCase() ?? '')) {
      response.writeHead(403, { 'Content-Type': 'text/plain' });
      response.end('This address is for one page of the kit, while it is checked.\n');
      return;
    }
    const target = request.url ?? '/';
    const path = target.split('?', 1)[0]!;
    // The agent's own: neither seen nor counted.
    if (path === AGENT) return this.#sendAgent(request, response);
    if (path.startsWith('/.page-check/')) return sendWitness(response);
    if (path === '/favicon.ico') return void response.writeHead(204).end(); // no wish of the page's

    const body = await bodyOf(request);
    const seen = this.#see(request, target, path, body);
    const answering = this.#script.get(path);
    if (answering) {
      const wire = new Wire(seen, response, this.#owner);
      this.#wires.push(wire);
      wire.begin(this.#replyTo(seen, answering));
      return;
    }
    this.#filesUnderWay += 1;
    response.on('finish', () => {
      seen.status = response.statusCode;
    });
    response.on('close', () => {
      this.#filesUnderWay -= 1;
      this.#lastFileAt = performance.now();
    });
    const isIndex = path === '/' || path === '/index.html';
    if (isIndex && request.method === 'GET') return this.#sendIndex(response);
    await servePage(this.#directory, request, response);
  }

  /** A WebSocket: answered by the script, or with 404. */
  #upgrade(request: IncomingMessage, socket: Socket, head: Uint8Array): void {
    this.#upgraded.add(socket);
    socket.on('close', () => this.#upgraded.delete(socket));
    const upgraded = new UpgradedAnswer(request, socket, head);
    if (!this.#names(this.#port).includes(request.headers.host?.toLowerCase() ?? '')) {
      return void socket.destroy();
    }
    const target = request.url ?? '/';
    const path = target.split('?', 1)[0]!;
    const seen = this.#see(request, target, path, '');
    const wire = new Wire(seen, upgraded, this.#owner);
    this.#wires.push(wire);
    wire.begin(this.#replyTo(seen, this.#script.get(path) ?? answer(404)));
  }

  #see(request: IncomingMessage, target: string, path: string, body: string): Seen {
    const headers = headersOf(request);
    const reader = readerOf(headers);
    delete headers[MARK];
    const number =
      this.#requests.filter((one) => one.path === path && one.reader === reader).length + 1;
    const seen: Seen = {
      method: request.method ?? 'GET',
      path,
      target,
      query: new URLSearchParams(target.slice(path.length)),
      headers,
      // Node shows the bytes of a header as latin1; browsers send the id as UTF-8.
      lastEventId: Buffer.from(headers['last-event-id'] ?? '', 'latin1').toString('utf8'),
      reader,
      body,
      elsewhere: `http://${headers.host?.replace(/:\d+$/, '')}:${this.#secondPort}`,
      at: performance.now(),
      number,
    };
    this.#requests.push(seen);
    setImmediate(() => this.#owner.changed()); // when its wire is there
    return seen;
  }

  #replyTo(seen: Seen, answering: Answering): Reply {
    // A page that asks without end is given less and less to ask about.
    if (this.flood) return answer(503);
    if (typeof answering === 'function') return answering(seen);
    if ('status' in answering) return answering;
    return answering[Math.min(seen.number, answering.length) - 1] ?? answer(404);
  }

  async #sendIndex(response: ServerResponse): Promise<void> {
    const text = await readFile(join(this.#directory, 'index.html'), 'utf8').catch(() => undefined);
    const body = withAgent(text ?? NO_INDEX, AGENT);
    response.writeHead(text === undefined ? 404 : 200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(body);
  }

  #sendAgent(request: IncomingMessage, response: ServerResponse): void {
    // It holds the way to the control channel: only the page itself may load it.
    const site = request.headers['sec-fetch-site'];
    const allowed = site === undefined || site === 'same-origin';
    response.writeHead(allowed ? 200 : 403, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'no-store',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    const settings = JSON.stringify(this.#agentSettings());
    response.end(allowed ? agentText().replace("'SETTINGS'", () => settings) : '');
  }
}

/** Listens on a free port of 127.0.0.1. @returns the port */
async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

const NO_INDEX = '<!doctype html><html lang="en"><title>No page</title><p>index.html is missing.';

/** An event stream that ends at once, so that the browser's coming back can be watched. */
function sendWitness(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.end('retry: 20\n\ndata: \n\n');
}

/** So much of a request's body is kept. */
const LONGEST_BODY = 1024 * 1024;

/** The body of a request, once it is there; what came of it, if the page leaves before that. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET' || request.method === 'HEAD') return '';
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request) {
      length += piece.length;
      if (length <= LONGEST_BODY) pieces.push(piece);
    }
  } catch {} // the page has left
  return Buffer.concat(pieces).toString('utf8');
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return headers;
}

function readerOf(headers: Record<string, string>): Reader {
  const mark = headers[MARK];
  if (headers.upgrade?.toLowerCase() === 'websocket') return 'WebSocket';
  if (mark === 'fetch' || mark === 'XMLHttpRequest') return mark;
  return headers.accept === 'text/event-stream' ? 'EventSource' : 'page';
}
