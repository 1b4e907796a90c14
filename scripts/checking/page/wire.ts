// One request of the page under check, and the answer that the check writes to it.
import type { ServerResponse } from 'node:http';
import { EventStreamReader } from '../../wire/event-stream.ts';
import type { Otherwise } from '../answer.ts';
import { aboutSeconds, Failure } from '../failure.ts';
import { explainSent } from './explain.ts';
import type { Reply } from './replies.ts';
import type { Seen } from './scripted-server.ts';

/** What a wire needs of the page that it belongs to. */
export interface WireOwner {
  /** Waits for something to become so; the page's own troubles end it with a Failure. */
  comes<T>(look: () => T | undefined | false, within: number): Promise<T | undefined>;
  /** Told of the text that is sent, with some of the text before it. */
  sending(text: string): void;
  /** Told of every request, and of its end. */
  changed(): void;
}

/** Characters before a piece that what it completes may have begun in. */
const CONTEXT = 200;

/** What a wire writes to: an answer of HTTP's, or a WebSocket that takes it as frames. */
export type Written = Pick<ServerResponse, 'socket'> & {
  on(event: 'close' | 'error', listener: () => void): unknown;
  writeHead(status: number, headers: Record<string, string>): unknown;
  flushHeaders(): void;
  write(bytes: Uint8Array): unknown;
  end(): unknown;
};

export class Wire {
  /** What the page has asked. */
  readonly seen: Seen;
  readonly #response: Written;
  readonly #owner: WireOwner;
  readonly #reader = new EventStreamReader();
  readonly #decoder = new TextDecoder();
  /** When something was sent last, in milliseconds of performance.now(). */
  spokenAt = 0;
  #sent = '';
  #left = false;
  #over = false;

  constructor(seen: Seen, response: Written, owner: WireOwner) {
    this.seen = seen;
    this.#response = response;
    this.#owner = owner;
    response.on('close', () => {
      if (!this.#over) this.#left = true;
      this.#over = true;
      owner.changed();
    });
    response.on('error', () => {}); // the page may leave in the middle of a write
  }

  /** The last event ID that came with the request; empty if none did. */
  get lastEventId(): string {
    return this.seen.lastEventId;
  }

  /** The parameters of the request's query. */
  get query(): URLSearchParams {
    return this.seen.query;
  }

  /** Whether the page has left before the answer was over. */
  get left(): boolean {
    return this.#left;
  }

  /** Whether the connection still stands. */
  get open(): boolean {
    return !this.#over;
  }

  /** All that was sent of the body, but for the half of a character at its end. */
  get sent(): string {
    return this.#sent;
  }

  /** The type of the last whole event that was sent, if any. */
  get lastEventType(): string | undefined {
    return this.#reader.events.at(-1)?.type;
  }

  /** Answers with a reply; said by the scripted server, once. */
  begin(reply: Reply): void {
    if (reply.status === 0 || this.#over) return;
    this.#response.writeHead(reply.status, reply.headers);
    this.#response.flushHeaders();
    if (reply.body.length > 0) this.send(reply.body);
    if (reply.whole) this.end();
  }

  /**
   * Sends a piece of the body, byte for byte: `wire.send('data: now\n\n')`. Bytes may be cut anywhere,
   * inside a character too.
   */
  send(piece: string | Uint8Array): void {
    if (this.#over) return;
    const bytes = Buffer.from(piece as string);
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#sent += text;
    this.spokenAt = performance.now();
    this.#reader.feed(bytes);
    this.#owner.sending(this.#sent.slice(-text.length - CONTEXT)); // markup may have been cut
    this.#response.write(bytes);
  }

  /** Ends the answer as a server does that has said all. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#response.end();
  }

  /** Breaks the connection off, as a cable that is pulled. */
  cut(): void {
    if (this.#over) return;
    this.#over = true;
    this.#response.socket?.resetAndDestroy();
  }

  /** The page must leave: close its EventSource, or abort its fetch. `within` milliseconds. */
  async isLeft({ within, otherwise }: Otherwise & { within: number }): Promise<void> {
    if (await this.#owner.comes(() => this.#left, within)) return;
    const { path, reader } = this.seen;
    throw new Failure({
      sentence: `The page still holds its connection to ${path}${reader === 'EventSource' ? ', an EventSource' : ''}, ${aboutSeconds(within)} later. It was meant to close it.`,
      ...(this.#sent !== '' && { excerpt: explainSent(path, this.#sent) }),
      advice: otherwise,
      certain: true,
    });
  }
}
