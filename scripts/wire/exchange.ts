// One HTTP/1.1 request, written byte for byte to a socket, and its answer as it really came: head,
// body, pieces, each with its place and its time.
//
// Never through fetch or http.request: those add headers, take chunks apart, join pieces and hide
// how an answer ended, which is what the kit is there to show.
import type { Socket } from 'node:net';
import { KitError } from '../kit-error.ts';
import { concat } from './bytes.ts';
import { causeOf, dial, wasReset } from './dial.ts';
import { type Part, type ResponseHead, ResponseReader } from './http.ts';

/** What to ask. */
export interface ExchangeRequest {
  /** `http://localhost:4401`; what follows the port is not used. */
  origin: string;
  /** As it goes on the wire, `/clock?of=noon`. Characters that are not ASCII go as UTF-8. */
  path: string;
  /** GET if not given. */
  method?: string;
  /** Sent in this order, after `Host` (unless it is among them), and nothing else with them. */
  headers?: Record<string, string>;
  /** `Content-Length` is added for it, unless the headers say how long it is. */
  body?: string | Uint8Array;
}

export interface ExchangeOptions {
  /** Bytes of body after which the exchange ends as `flooded`; 8 MiB if not given. */
  limit?: number;
  /** Take any certificate. */
  insecure?: boolean;
}

/** Bytes that came at one moment. `at`: milliseconds since `openExchange`, fractions kept. */
export interface Piece {
  offset: number;
  bytes: Uint8Array;
  at: number;
}

/**
 * How an exchange ended: `complete` by its length or last chunk; `closed` with the connection, where
 * that is how such a body ends; `cut` before the end; `refused` before anything could be asked;
 * `left` by us; `flooded` at the limit; `malformed` by bytes that are no HTTP.
 */
export type Ending = 'complete' | 'closed' | 'cut' | 'refused' | 'left' | 'flooded' | 'malformed';

/** Chunks of one byte make six of each; more framing than this is no honest body. */
const FRAMING_FACTOR = 8;
const FRAMING_ALLOWANCE = 256 * 1024;
const LIMIT = 8 * 1024 * 1024;

/**
 * Asks, and returns at once; what comes is seen on the exchange that is returned.
 *
 * @throws KitError if the origin, method, path or a header cannot be put on a wire
 */
export function openExchange(request: ExchangeRequest, options: ExchangeOptions = {}): Exchange {
  return new Exchange(request, options);
}

/** One request and its answer. Made by `openExchange`. */
export class Exchange {
  /** The request, byte for byte. */
  readonly sent: Uint8Array;
  /** When it was opened: milliseconds of `performance.now()`. */
  readonly openedAt = performance.now();
  /** The answer's head, once it is complete. */
  readonly head?: ResponseHead;
  readonly headAt?: number;
  /** When the connection was there and the request was written to it. */
  readonly connectedAt?: number;
  /** The body as it came, without chunk framing. */
  readonly pieces: Piece[] = [];
  /** All that came, head and framing included. */
  readonly raw: Piece[] = [];
  readonly ending?: Ending;
  readonly endedAt?: number;
  /** Why, where there is more to say: `ECONNREFUSED`, or a sentence. */
  readonly cause?: string;

  readonly #reader = new ResponseReader();
  readonly #limit: number;
  readonly #dialling = new AbortController();
  readonly #watchers = new Set<() => void>();
  readonly #listeners: ((piece: Piece) => void)[] = [];
  #socket: Socket | undefined;
  #bodyLength = 0;
  #rawLength = 0;
  #body: { pieces: number; bytes: Uint8Array } | undefined;

  constructor(request: ExchangeRequest, options: ExchangeOptions) {
    const url = readOrigin(request.origin);
    this.sent = requestBytes(request, url.host);
    this.#limit = options.limit ?? LIMIT;
    this.#reader.expect(request.method ?? 'GET');
    void this.#connect(url, options.insecure ?? false);
  }

  /** The body so far. */
  get body(): Uint8Array {
    if (this.#body?.pieces !== this.pieces.length) {
      const bytes = concat(this.pieces.map((piece) => piece.bytes));
      this.#body = { pieces: this.pieces.length, bytes };
    }
    return this.#body!.bytes;
  }

  /** Milliseconds since this exchange was opened, fractions kept. */
  get now(): number {
    return performance.now() - this.openedAt;
  }

  /** Calls `listener` with each piece of the body to come. */
  onPiece(listener: (piece: Piece) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Waits for a condition. It is looked at now, and again at each arrival and at the end; nothing is
   * polled.
   *
   * @param condition anything but undefined and false is an answer
   * @param milliseconds the deadline
   * @returns what the condition gave; undefined at the deadline, or when the exchange has ended and
   *   the condition is still not met
   * @throws what the condition throws
   */
  until<Found>(
    condition: (exchange: this) => Found | undefined | false,
    milliseconds: number,
  ): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(deadline);
        this.#watchers.delete(look);
        act();
      };
      const look = () => {
        try {
          const found = condition(this);
          if (found !== undefined && found !== false) settle(() => resolve(found));
          else if (this.ending) settle(() => resolve(undefined));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const deadline = setTimeout(() => settle(() => resolve(undefined)), milliseconds);
      this.#watchers.add(look);
      look();
    });
  }

  /**
   * Sends more of the request's body, byte for byte, in a write of its own. The request's headers have
   * to announce it: a `Content-Length` for the whole, or `Transfer-Encoding: chunked`.
   */
  send(bytes: string | Uint8Array): void {
    if (!this.ending) this.#socket?.write(bytes);
  }

  /** Reads no more, as a client does that is busy or asleep: the connection stands, and fills up. */
  pause(): void {
    this.#socket?.pause();
  }

  /** Reads on after `pause`. */
  resume(): void {
    this.#socket?.resume();
  }

  /** Closes the connection now, as a client does that has seen enough. */
  leave(): void {
    this.#end('left');
  }

  async #connect(url: URL, insecure: boolean): Promise<void> {
    const secure = url.protocol === 'https:';
    try {
      const socket = await dial(
        {
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: Number(url.port) || (secure ? 443 : 80),
          ...(secure && { tls: { insecure } }),
        },
        this.#dialling.signal,
      );
      if (this.ending) socket.destroy();
      else this.#converse(socket);
    } catch (error) {
      this.#end('refused', causeOf(error));
    }
  }

  #converse(socket: Socket): void {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('end', () => {
      if (wasReset(socket)) this.#end('cut', 'ECONNRESET');
      else this.#finish();
    });
    socket.on('error', (error) => this.#end('cut', causeOf(error)));
    socket.on('close', () => this.#finish());
    socket.write(this.sent);
    this.#set({ connectedAt: this.now });
  }

  #receive(bytes: Buffer): void {
    if (this.ending) return;
    const at = this.now;
    this.raw.push({ offset: this.#rawLength, bytes, at });
    this.#rawLength += bytes.length;

    const body: Uint8Array[] = [];
    let complete = false;
    for (const part of this.#reader.feed(bytes)) {
      this.#takeHead(part, at);
      if (part.kind === 'body') body.push(part.bytes);
      // After an upgrade all that comes is taken for one body without an end.
      if (part.kind === 'opaque' && !this.#reader.malformed) body.push(part.bytes);
      complete = part.end === true;
      if (complete) break;
    }
    this.#takePiece(body, at);

    if (complete) this.#end('complete');
    else if (this.#reader.malformed) this.#end('malformed', this.#reader.malformed);
    else if (this.#isFlooded()) {
      this.#end('flooded', `More than ${this.#limit} bytes came.`);
    } else this.#look();
  }

  #takeHead(part: Part<ResponseHead>, at: number): void {
    // 100 Continue and the like announce an answer, they are none.
    if (!part.head || (part.head.status < 200 && part.head.status !== 101)) return;
    this.#set({ head: part.head, headAt: at });
  }

  #takePiece(parts: Uint8Array[], at: number): void {
    if (parts.length === 0) return;
    const bytes = parts.length === 1 ? parts[0]! : concat(parts);
    const piece = { offset: this.#bodyLength, bytes, at };
    this.#bodyLength += bytes.length;
    this.pieces.push(piece);
    for (const listener of this.#listeners) listener(piece);
  }

  #isFlooded(): boolean {
    return (
      this.#bodyLength > this.#limit ||
      this.#rawLength > this.#limit * FRAMING_FACTOR + FRAMING_ALLOWANCE
    );
  }

  #finish(): void {
    const how = this.#reader.finish();
    if (how === 'closed' || (how === 'opaque' && this.head)) this.#end('closed');
    else if (this.#rawLength === 0) {
      this.#end('cut', 'The connection was closed before any byte of an answer.');
    } else this.#end('cut', 'The connection was closed before the end of the answer.');
  }

  #end(ending: Ending, cause?: string): void {
    if (this.ending) return;
    this.#set({ ending, endedAt: this.now, ...(cause !== undefined && { cause }) });
    this.#dialling.abort();
    this.#socket?.destroy();
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#watchers]) look();
  }

  /** The fields are read-only for all but this class. */
  #set(
    fields: Partial<
      Pick<Exchange, 'head' | 'headAt' | 'connectedAt' | 'ending' | 'endedAt' | 'cause'>
    >,
  ): void {
    Object.assign(this, fields);
  }
}

function readOrigin(origin: string): URL {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new KitError(
      `"${origin}" is not an address to ask: write it as http://localhost:4401 or https://host.`,
    );
  }
  return url;
}

function requestBytes(request: ExchangeRequest, host: string): Uint8Array {
  const { method = 'GET', path, headers = {}, body } = request;
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) {
    throw new KitError(`"${method}" is not a method: one word such as GET or POST was expected.`);
  }
  if (!/^[^\s\x00-\x1f\x7f]+$/.test(path)) {
    throw new KitError(
      `"${path}" is not a path: write it as /clock, and spaces and line breaks as %20 and %0A.`,
    );
  }
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!names.includes('host')) lines.push(`Host: ${host}`);
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || /[\r\n\0]/.test(value)) {
      throw new KitError(
        `The header "${name}" cannot be sent: its name is one word, its value one line.`,
      );
    }
    lines.push(`${name}: ${value}`);
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes && !names.includes('content-length') && !names.includes('transfer-encoding')) {
    lines.push(`Content-Length: ${bytes.length}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  return bytes ? concat([head, bytes]) : head;
}
