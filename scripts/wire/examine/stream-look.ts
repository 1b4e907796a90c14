// One look at a stream: the exchange, its body as it is meant (not compressed), and its events.
//
// A look bears whatever a server sends. It stops when too much has come, and says so.
import { concat } from '../bytes.ts';
import { EventStreamReader, type StreamEvent } from '../event-stream.ts';
import { type Ending, type Exchange, openExchange, type Piece } from '../exchange.ts';
import { count } from '../finding.ts';
import type { Look } from '../findings-head.ts';
import { headerValue, type ResponseHead } from '../http.ts';
import { canDecode, codingOf, Decoder } from './decoding.ts';
import { type Inquiry, requestOf } from './inquiry.ts';

/** Bytes of a body after which a look stops, compressed or not. */
export const MOST_BYTES = 4 * 1024 * 1024;
/** Lines after which it stops: a line costs more memory than its bytes. */
const MOST_LINES = 20_000;
/** What comes within so many milliseconds came at one moment. */
const MOMENT = 5;

export interface LookOptions {
  insecure?: boolean;
  /** Sent as `Last-Event-ID`, if it is not empty. */
  lastEventId?: string;
}

/** Opens a stream and reads it. */
export class StreamLook {
  readonly exchange: Exchange;
  readonly inquiry: Inquiry;
  readonly reader: EventStreamReader;
  /** The body as it came, no longer compressed. */
  readonly pieces: Piece[] = [];
  /** Why it stopped, if too much came: one sentence. */
  tooMuch: string | undefined;
  /** Why the body could not be read through, if it could not: one sentence. */
  undecodable: string | undefined;

  readonly #watchers = new Set<() => void>();
  #length = 0;
  #decoder: Decoder | undefined;
  #chosen = false;
  #ended = false;
  #onEvent: ((event: StreamEvent) => void) | undefined;
  /** Until when was looked, if it was left. */
  #leftAt: number | undefined;
  /** Whether it was left while bytes that had come were still to be unfolded: their end is not known. */
  #leftUnread = false;

  constructor(inquiry: Inquiry, options: LookOptions = {}) {
    const { lastEventId = '', insecure = false } = options;
    this.inquiry = inquiry;
    this.reader = new EventStreamReader({ lastEventId });
    const further: Record<string, string> =
      lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId };
    this.exchange = openExchange(requestOf(inquiry, further), { limit: MOST_BYTES, insecure });
    this.exchange.onPiece((piece) => this.#receive(piece));
    void this.#follow();
  }

  get head(): ResponseHead | undefined {
    return this.exchange.head;
  }

  get events(): readonly StreamEvent[] {
    return this.reader.events;
  }

  /** The body so far, no longer compressed. */
  get body(): Uint8Array {
    return concat(this.pieces.map((piece) => piece.bytes));
  }

  /** How it ended; undefined while it is open, or while what came is still being unfolded. */
  get ending(): Ending | undefined {
    return this.#ended ? this.#howItEnded : undefined;
  }

  /** Milliseconds since it was opened. */
  get now(): number {
    return this.exchange.now;
  }

  /** The moments at which events came, in milliseconds since it was opened. */
  get moments(): number[] {
    const moments: number[] = [];
    for (const { at } of this.events) {
      if (moments.length === 0 || at - moments.at(-1)! > MOMENT) moments.push(at);
    }
    return moments;
  }

  /** Calls `listener` with each event to come. */
  onEvent(listener: (event: StreamEvent) => void): void {
    this.#onEvent = listener;
  }

  /**
   * Waits for a condition, and looks at it again whenever something has come.
   *
   * @param milliseconds the deadline
   * @returns whether it was met; false at the deadline, or when the stream has ended without
   */
  until(condition: (look: this) => boolean, milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (met: boolean) => {
        clearTimeout(deadline);
        this.#watchers.delete(look);
        resolve(met);
      };
      const look = () => {
        if (condition(this)) settle(true);
        else if (this.#ended) settle(false);
      };
      // Timers come before arrivals: after a busy moment, what lies in the socket is read first.
      const deadline = setTimeout(() => setImmediate(() => settle(condition(this))), milliseconds);
      this.#watchers.add(look);
      look();
    });
  }

  /** Leaves, as a client does that has seen enough. */
  leave(): void {
    this.#leftAt ??= this.now;
    if (this.#decoder && !this.#ended) this.#leftUnread = true;
    this.#decoder?.stop();
    this.exchange.leave();
  }

  /**
   * What is known of this look, for the list of findings.
   *
   * @param watched how long was looked, in milliseconds, if it was until a deadline
   */
  facts(watched?: number): Look {
    const { method } = this.inquiry;
    const { connectedAt, headAt, endedAt } = this.exchange;
    const head = this.head && withoutCoding(this.head);
    const ending = this.tooMuch ? 'flooded' : this.#howItEnded;
    const until = this.#leftAt === undefined ? undefined : Math.max(this.#leftAt, watched ?? 0);
    const { pieces } = this;
    return { method, head, connectedAt, headAt, endedAt, ending, pieces, watched: until };
  }

  get #howItEnded(): Ending | undefined {
    return this.#leftUnread ? 'left' : this.exchange.ending;
  }

  /** Waits for the exchange's end, and tells those who wait of each step on the way. */
  async #follow(): Promise<void> {
    await this.exchange.until(({ ending }) => {
      this.#look();
      return ending !== undefined;
    }, FOR_EVER);
    await this.#decoder?.finish();
    if (this.exchange.ending === 'flooded') this.#stopFor(this.exchange.cause ?? '');
    // Where we left, the rest of the body is unknown and not its end.
    if (this.#howItEnded !== 'left') this.reader.end(this.exchange.endedAt);
    this.#ended = true;
    this.#look();
  }

  #receive(piece: Piece): void {
    if (!this.#chosen) {
      this.#chosen = true;
      this.#chooseDecoder();
    }
    if (this.undecodable) return;
    if (this.#decoder) this.#decoder.feed(piece.bytes);
    else this.#take(piece.bytes, piece.at);
  }

  #chooseDecoder(): void {
    const coding = codingOf(this.head && headerValue(this.head, 'content-encoding'));
    if (coding === undefined) return;
    if (!canDecode(coding)) {
      this.undecodable = `The body came as \`${coding}\`, which cannot be read here.`;
      return;
    }
    this.#decoder = new Decoder(
      coding,
      (bytes) => this.#take(bytes, this.now),
      (reason) => {
        this.undecodable = `The answer says \`Content-Encoding: ${coding}\`, and its bytes are none (${reason}).`;
        this.#look();
      },
    );
  }

  #take(bytes: Uint8Array, at: number): void {
    if (this.tooMuch !== undefined) return;
    this.pieces.push({ offset: this.#length, bytes, at });
    this.#length += bytes.length;
    const came = this.reader.feed(bytes, at);
    for (const event of came) this.#onEvent?.(event);
    if (this.#length > MOST_BYTES || this.reader.lines.length > MOST_LINES) this.#stopFor();
    this.#look();
  }

  #stopFor(cause?: string): void {
    if (this.tooMuch !== undefined) return;
    const { lines } = this.reader;
    const came = `${mebibytes(this.#length)} in ${count(lines.length, 'line')} came`;
    const unfolded = this.#decoder ? ' out of what was compressed' : '';
    this.tooMuch =
      cause && this.#length === 0
        ? `${cause} The look stopped there.`
        : `${came}${unfolded} within ${(this.now / 1000).toFixed(3)} s. The look stopped there.`;
    this.leave();
  }

  #look(): void {
    for (const look of [...this.#watchers]) look();
  }
}

/** The longest wait that a timer knows, in milliseconds. */
const FOR_EVER = 2 ** 31 - 1;

function mebibytes(bytes: number): string {
  if (bytes < 10_000) return count(bytes, 'byte');
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** The head as it would be without compression. The body is read through, so findings may read it. */
function withoutCoding(head: ResponseHead): ResponseHead {
  const headers = head.headers.filter(({ name }) => name.toLowerCase() !== 'content-encoding');
  return { ...head, headers };
}
