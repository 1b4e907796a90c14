// The control channel: how the agent in the page and this process talk. It has a port of its own,
// so that the page's six connections are left to the page, and it uses what the kit teaches: reports
// come by fetch, commands go by an event stream.
//
// Who may use it: the one page. Its path holds a token that cannot be guessed, Host must be the
// loopback address, and Origin must be the page's.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Command, Report } from './reports.ts';

/** Milliseconds after which a page that has gone away is not waited for any more. */
const AWAY = 1000;
/** Bytes of one report; what a page can show is far less. */
const LARGEST = 4 * 1024 * 1024;

interface Visit {
  name: string;
  commands: ServerResponse | undefined;
  /** What could not be said yet. */
  waiting: string[];
}

export class Control {
  readonly #token = randomBytes(24).toString('base64url');
  readonly #server: Server;
  readonly #isOrigin: (origin: string) => boolean;
  readonly #onReport: (report: Report) => void;
  readonly #onLost: () => void;
  readonly #asked = new Map<number, (result: unknown) => void>();
  #port = 0;
  #visit: Visit | undefined;
  #visits = 0;
  #ids = 0;
  #away: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param isOrigin whether an Origin is the page's
   * @param onReport told each report of the page that is loaded now
   * @param onLost told when the page has gone and none has come in its place
   */
  constructor(
    isOrigin: (origin: string) => boolean,
    onReport: (report: Report) => void,
    onLost: () => void,
  ) {
    this.#isOrigin = isOrigin;
    this.#onReport = onReport;
    this.#onLost = onLost;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Where the agent reaches it: for the agent alone. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}/${this.#token}`;
  }

  /** How often the page has been loaded. */
  get visits(): number {
    return this.#visits;
  }

  /** Tells the page to do something. */
  tell(command: Command, id = 0): void {
    const visit = this.#visit;
    if (!visit) return;
    const text = `data: ${JSON.stringify({ id, ...command })}\n\n`;
    if (visit.commands) visit.commands.write(text);
    else visit.waiting.push(text);
  }

  /** Resolves with what the page answers; undefined if it is loaded anew; never, if it is silent. */
  ask(command: Command): Promise<unknown> {
    const id = ++this.#ids;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.tell(command, id);
    });
  }

  close(): void {
    clearTimeout(this.#away);
    this.#closed = true;
    this.#asked.clear();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const { host, origin } = request.headers;
    const [, token, what, visit] = (request.url ?? '').split('/');
    const known =
      host === `127.0.0.1:${this.#port}` &&
      token === this.#token &&
      origin !== undefined &&
      this.#isOrigin(origin) &&
      visit !== undefined &&
      /^[\w-]{1,40}$/.test(visit);
    if (!known) {
      response.writeHead(403, { 'Content-Type': 'text/plain' });
      response.end('This channel is for one page of the kit, while it is checked.\n');
      return;
    }
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'GET' && what === 'commands') this.#open(visit, response);
    else if (request.method === 'POST' && what === 'reports') {
      await this.#take(visit, request, response);
    } else response.writeHead(404).end();
  }

  #open(name: string, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(':\n\n');
    const visit = this.#known(name);
    if (!visit) return void response.end();
    visit.commands = response;
    clearTimeout(this.#away);
    for (const text of visit.waiting.splice(0)) response.write(text);
    response.on('close', () => {
      if (visit.commands !== response) return;
      visit.commands = undefined;
      if (this.#visit !== visit || this.#closed) return; // another page is there already
      clearTimeout(this.#away);
      this.#away = setTimeout(this.#onLost, AWAY);
    });
  }

  async #take(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    let length = 0;
    try {
      for await (const part of request) {
        parts.push(part);
        length += part.length;
        if (length > LARGEST) return void request.destroy();
      }
    } catch {
      return; // the page has gone in the middle of it
    }
    response.writeHead(204).end();
    let reports: Report[];
    try {
      reports = JSON.parse(Buffer.concat(parts).toString('utf8'));
    } catch {
      return;
    }
    for (const report of reports) {
      if (report.kind === 'hello') this.#begin(name);
      if (this.#visit?.name !== name) return; // a page that has been left behind
      if (report.kind === 'done') {
        this.#asked.get(report.id)?.(report.result);
        this.#asked.delete(report.id);
      } else this.#onReport(report);
    }
  }

  /** The stream of commands may be opened before the first report is read. */
  #known(name: string): Visit | undefined {
    if (!this.#visit) this.#begin(name);
    return this.#visit?.name === name ? this.#visit : undefined;
  }

  #begin(name: string): void {
    if (this.#visit?.name === name) return;
    // Who has asked the page before this one is not answered any more.
    for (const answer of this.#asked.values()) answer(undefined);
    this.#asked.clear();
    this.#visits += 1;
    this.#visit = { name, commands: undefined, waiting: [] };
  }
}
