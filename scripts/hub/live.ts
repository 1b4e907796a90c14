// The hub's own event stream: GET /live. The kit is its own example of what it teaches.
//
// Every event has an id and stays for a while in a bounded history, so that a client that lost its
// connection goes on where it stopped. What it missed may be gone: then it is told `reset` and gets
// a snapshot of how things stand. What waits for a slow client waits in that history and nowhere
// else; one that has fallen out of it is let go, and comes back by its id.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LiveEvents, LiveType } from './live-events.ts';

/** Characters that are written at once before looking whether the client reads them. */
const AT_ONCE = 64 * 1024;

/** Who may see an event: everybody on this machine, or who holds the key. */
export type Audience = 'all' | 'key';

interface Kept {
  number: number;
  audience: Audience;
  text: string;
}

interface Client {
  response: ServerResponse;
  keyed: boolean;
  /** The number of the last event written to it. */
  sent: number;
}

export interface LiveOptions {
  /** Bytes of events kept for those who come back. */
  history?: number;
  /** Milliseconds between two heartbeats. */
  heartbeat?: number;
  /** Told when the first client comes (true) and when the last one leaves (false). */
  onWatched?: (watched: boolean) => void;
}

/** Writes one event of the snapshot to the client that has just come. */
export type Tell = <T extends LiveType>(type: T, data: LiveEvents[T], audience: Audience) => void;

/** One live stream, many clients. */
export class Live {
  // Numbers start anew with each process: this part tells whose numbers they are.
  readonly #series = randomBytes(6).toString('base64url');
  readonly #clients = new Set<Client>();
  readonly #snapshot: (tell: Tell) => void | Promise<void>;
  readonly #options: Required<LiveOptions>;
  #history: Kept[] = [];
  #historyLength = 0;
  #last = 0;
  #flushing = false;
  #heartbeat?: NodeJS.Timeout | undefined;

  /** @param snapshot tells a client that has just come, or lost too much, how things stand */
  constructor(snapshot: (tell: Tell) => void | Promise<void>, options: LiveOptions = {}) {
    this.#snapshot = snapshot;
    this.#options = {
      history: 4 * 1024 * 1024,
      heartbeat: 15_000,
      onWatched: () => {},
      ...options,
    };
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Tells every client that may see it, and keeps it for those who come back. */
  publish<T extends LiveType>(type: T, data: LiveEvents[T], audience: Audience): void {
    const number = ++this.#last;
    const text = `event: ${type}\nid: ${this.#series}-${number}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#history.push({ number, audience, text });
    this.#historyLength += text.length;
    while (this.#historyLength > this.#options.history && this.#history.length > 1) {
      this.#historyLength -= this.#history.shift()!.text.length;
    }
    // One write a turn and client, however many events come in it.
    if (this.#flushing || this.#clients.size === 0) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      for (const client of this.#clients) this.#catchUp(client);
    });
  }

  /**
   * Answers GET /live: from `Last-Event-ID` on if that is still known, else with a snapshot.
   *
   * @param keyed whether this client may see what needs the key
   */
  async connect(request: IncomingMessage, response: ServerResponse, keyed: boolean): Promise<void> {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
    });
    // The head alone would wait for the first event; Firefox calls a stream open at its first byte.
    response.write(': the hub is listening\n\n');
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const client: Client = { response, keyed, sent: this.#last };
    const lastEventId = request.headers['last-event-id'];
    const resumeAt = this.#numberOf(lastEventId);
    if (resumeAt !== undefined) {
      client.sent = resumeAt;
    } else {
      if (lastEventId !== undefined) response.write('event: reset\ndata: {}\n\n');
      await this.#snapshot((type, data, audience) => {
        if (!mayRead(client, audience) || response.destroyed) return;
        response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
      });
      // No event, but from here on the client knows where it stands. What was published while the
      // snapshot was gathered is sent again: better twice than never.
      response.write(`id: ${this.#series}-${client.sent}\n\n`);
    }
    if (response.destroyed) return;
    this.#join(client);
    this.#catchUp(client);
  }

  /** Ends every stream; the clients come back by themselves if there is something to come back to. */
  close(): void {
    for (const client of [...this.#clients]) {
      this.#leave(client);
      client.response.end();
    }
  }

  #join(client: Client): void {
    this.#clients.add(client);
    client.response.on('close', () => this.#leave(client));
    client.response.on('drain', () => this.#catchUp(client));
    if (this.#clients.size === 1) {
      this.#heartbeat = setInterval(() => {
        for (const { response } of this.#clients) {
          if (!response.writableNeedDrain) response.write(':\n\n');
        }
      }, this.#options.heartbeat);
      this.#heartbeat.unref();
      this.#options.onWatched(true);
    }
  }

  #leave(client: Client): void {
    if (!this.#clients.delete(client) || this.#clients.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#options.onWatched(false);
  }

  #catchUp(client: Client): void {
    const { response } = client;
    const first = this.#history[0]?.number ?? this.#last + 1;
    // It has lost events before they could be written: it must not go on as if it had not.
    if (client.sent + 1 < first) return void response.destroy();
    while (client.sent < this.#last && !response.writableNeedDrain && !response.destroyed) {
      let text = '';
      for (let index = client.sent + 1 - first; index < this.#history.length; index += 1) {
        const { audience, number, text: event } = this.#history[index]!;
        if (mayRead(client, audience)) text += event;
        client.sent = number;
        if (text.length > AT_ONCE) break;
      }
      if (text !== '') response.write(text);
    }
  }

  /** The number in an id, if everything after it is still here. */
  #numberOf(id: string | string[] | undefined): number | undefined {
    if (typeof id !== 'string') return undefined;
    const mark = id.lastIndexOf('-');
    const digits = id.slice(mark + 1);
    if (id.slice(0, mark) !== this.#series || !/^\d{1,15}$/.test(digits)) return undefined;
    const number = Number(digits);
    const first = this.#history[0]?.number ?? this.#last + 1;
    return number <= this.#last && number + 1 >= first ? number : undefined;
  }
}

function mayRead(client: Client, audience: Audience): boolean {
  return audience === 'all' || client.keyed;
}
