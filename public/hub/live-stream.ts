// The hub's event stream, read as lessons 06 to 08 teach it: over fetch, for the key goes in a
// header and EventSource sends none. It comes back by itself, with growing waits and the last event ID.
import { EventStreamReader } from '../../scripts/wire/event-stream.ts';

/** `refused`: the key that was sent is not this hub's; the stream goes on without it. */
export type LiveState = 'connecting' | 'connected' | 'away' | 'refused';

export interface LiveEvent {
  type: string;
  data: unknown;
}

const FIRST_WAIT = 250; // milliseconds
const LONGEST_WAIT = 4000;
/** The hub sends a comment every 15 s. Twice missed, and a connection that looks open is dead. */
const SILENCE = 40_000;

/** One connection to /live at a time, for as long as it is wanted. */
export class LiveStream {
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #onState: (state: LiveState) => void;
  #key: string | undefined;
  #refusedKey: string | undefined;
  #lastEventId = '';
  #connection: AbortController | undefined;
  #wait = FIRST_WAIT;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  constructor(onEvent: (event: LiveEvent) => void, onState: (state: LiveState) => void) {
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  /** Starts, or starts again if the key is another one. */
  start(key: string | undefined): void {
    if (this.#running && key === this.#key) return;
    this.#key = key;
    this.#refusedKey = undefined;
    // With another key another share of the events is sent: what came before is no base for it.
    this.#lastEventId = '';
    this.#running = true;
    this.#wait = FIRST_WAIT;
    this.#connect();
  }

  /** Tries again at once if it is waiting: somebody looks. */
  hurry(): void {
    if (this.#running && this.#timer !== undefined) this.#connect();
  }

  /** Closes the connection for good. */
  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#connection?.abort();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#connection?.abort();
    const connection = new AbortController();
    this.#connection = connection;
    try {
      await this.#read(connection);
    } catch {
      // Whatever ended it, the answer is the same: come back.
    }
    if (!this.#running || this.#connection !== connection) return;
    this.#onState('away');
    this.#timer = setTimeout(() => this.#connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  /** Reads one connection to its end. */
  async #read(connection: AbortController): Promise<void> {
    const key = this.#key === this.#refusedKey ? undefined : this.#key;
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (key !== undefined) headers['x-kit-key'] = key;
    if (this.#lastEventId !== '') headers['last-event-id'] = this.#lastEventId;
    const response = await fetch('/live', {
      headers,
      cache: 'no-store',
      signal: connection.signal,
    });
    if (response.status === 403 && key !== undefined) {
      await response.body?.cancel();
      this.#refusedKey = key;
      this.#onState('refused');
      return this.#read(connection);
    }
    const type = response.headers.get('content-type') ?? '';
    if (response.status !== 200 || !type.startsWith('text/event-stream') || !response.body) {
      await response.body?.cancel();
      throw new Error(`The hub answered /live with ${response.status} ${type}.`);
    }
    this.#onState(this.#refusedKey === undefined ? 'connected' : 'refused');
    await this.#readBody(response.body, connection);
  }

  async #readBody(body: ReadableStream<Uint8Array>, connection: AbortController): Promise<void> {
    const events = new EventStreamReader({ lastEventId: this.#lastEventId, keep: 1 });
    const reader = body.getReader();
    let silence = setTimeout(() => connection.abort(), SILENCE);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => connection.abort(), SILENCE);
        this.#wait = FIRST_WAIT;
        for (const event of events.feed(value)) this.#pass(event.type, event.data);
        this.#lastEventId = events.lastEventId;
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #pass(type: string, text: string): void {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return; // Not ours: every event of the hub is JSON.
    }
    this.#onEvent({ type, data });
  }
}
