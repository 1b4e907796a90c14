// Reads one direction of an HTTP/1.1 connection, piece by piece, however TCP has cut it.
//
// What comes out are parts: every byte that goes in is in exactly one of them, in order, marked as
// head, body, framing (chunk sizes and the like) or opaque. So a relay can pass on the very bytes
// it was given and still know what each of them is. Bytes that are no HTTP end the reading with a
// sentence and are passed through as opaque; nothing here throws because of what a peer sent.
//
// https://www.rfc-editor.org/rfc/rfc9112
import { concat } from './bytes.ts';
import {
  type Framing,
  latin1,
  type Malformed,
  notAStatusLine,
  quoted,
  type RequestHead,
  type ResponseHead,
  readRequestHead,
  readResponseHead,
  requestFraming,
  responseFraming,
} from './http-head.ts';

export * from './http-head.ts';

/** Some of the bytes that were fed, and what they are. */
export interface Part<Head> {
  kind: 'head' | 'framing' | 'body' | 'opaque';
  bytes: Uint8Array;
  /** Of a body part: where its first byte is in the body, without framing. */
  offset: number;
  /** Of a framing part: it is the line end that closes a chunk. */
  closing?: true;
  /** The head that this part completes, its text, and how its body is framed. */
  head?: Head;
  text?: string;
  framing?: Framing;
  /** The message is complete with this part. */
  end?: true;
  /** The part with which the reading stopped, and why: one sentence. */
  malformed?: string;
}

/**
 * Some bytes of a part, as a part. What it completes, a head or a message, goes with the last byte.
 *
 * @param from the first byte of `part.bytes`
 * @param to the byte after the last
 */
export function slicePart<Head>(
  part: Part<Head>,
  from: number,
  to = part.bytes.length,
): Part<Head> {
  if (from === 0 && to === part.bytes.length) return part;
  const { kind, offset, closing } = part;
  const slice: Part<Head> = {
    ...(to === part.bytes.length && part),
    kind,
    bytes: part.bytes.subarray(from, to),
    offset: kind === 'body' ? offset + from : offset,
  };
  if (closing) slice.closing = true;
  return slice;
}

/** The longest head, and the longest lines of framing, before a message is called malformed. */
export const MAX_HEAD = 64 * 1024;
const MAX_SIZE_LINE = 16 * 1024;

const LF = 0x0a;
const CR = 0x0d;

type State =
  | 'head'
  | 'length'
  | 'until-close'
  | 'size'
  | 'chunk'
  | 'chunk-end'
  | 'trailers'
  | 'opaque';

/** What requests and answers have in common. */
abstract class MessageReader<Head extends object> {
  #state: State = 'head';
  #malformed: string | undefined;
  /** Bytes fed so far. */
  #position = 0;
  /** Bytes of the body so far. */
  #offset = 0;
  /** Bytes of the body, or of the chunk, still to come. */
  #left = 0;
  /** The head, a size line or the trailers, until complete; joined once, for any cut. */
  #gathered: Uint8Array[] = [];
  #gatheredLength = 0;
  /** How many bytes the line so far has, and whether they are a lone CR. */
  #lineLength = 0;
  #lineIsReturn = false;
  #lines = 0;
  #begun = false;

  /** Why the reading stopped, if it did: one sentence. */
  get malformed(): string | undefined {
    return this.#malformed;
  }

  /** How many bytes of the body of the present message have been fed. */
  get bodyLength(): number {
    return this.#offset;
  }

  /** Whether a message has begun and has not ended. */
  get inMessage(): boolean {
    return this.#begun;
  }

  /** From here on the bytes are another protocol's: after an upgrade. */
  becomeOpaque(): void {
    this.#state = 'opaque';
    this.#begun = false;
  }

  /**
   * Takes the next bytes.
   *
   * @returns parts whose bytes, joined, are the bytes given; they share their memory
   */
  feed(bytes: Uint8Array): Part<Head>[] {
    const parts: Part<Head>[] = [];
    let index = 0;
    while (index < bytes.length) {
      const part = this.#step(index === 0 ? bytes : bytes.subarray(index));
      index += part.bytes.length;
      this.#position += part.bytes.length;
      parts.push(part);
    }
    return parts;
  }

  /**
   * Says that the peer has closed its side.
   *
   * @returns `idle` between two messages, `closed` where that is how the body ends, `cut` where it
   *   is not, `opaque` after an upgrade or malformed bytes
   */
  finish(): 'idle' | 'closed' | 'cut' | 'opaque' {
    if (this.#state === 'opaque') return 'opaque';
    if (!this.#begun) return 'idle';
    const closed = this.#state === 'until-close';
    this.#begun = false;
    return closed ? 'closed' : 'cut';
  }

  protected abstract readHead(bytes: Uint8Array, start: number): Head | Malformed;
  /** Where the body ends. */
  protected abstract frame(head: Head): Framing | Malformed;
  /** Whether another head of the same message follows (100 Continue and the like). */
  protected isInterim(_head: Head): boolean {
    return false;
  }
  /** A sentence if a message cannot begin with these bytes. */
  protected refuseStart(_start: Uint8Array): string | undefined {
    return undefined;
  }

  /** One part from the front of `bytes`, which are at least one. */
  #step(bytes: Uint8Array): Part<Head> {
    switch (this.#state) {
      case 'head':
        return this.#stepHead(bytes);
      case 'length':
      case 'chunk':
        return this.#stepBody(bytes.subarray(0, this.#left));
      case 'until-close':
        return this.#stepBody(bytes);
      case 'size':
        return this.#stepSize(bytes);
      case 'chunk-end':
        return this.#stepChunkEnd(bytes);
      case 'trailers':
        return this.#stepTrailers(bytes);
      case 'opaque':
        return this.#part('opaque', bytes);
    }
  }

  #part(kind: Part<Head>['kind'], bytes: Uint8Array): Part<Head> {
    return { kind, bytes, offset: this.#offset };
  }

  #endMessage(part: Part<Head>): Part<Head> {
    part.end = true;
    this.#state = 'head';
    this.#begun = false;
    return part;
  }

  #fail(part: Part<Head>, sentence: string): Part<Head> {
    this.#malformed = sentence;
    part.malformed = sentence;
    this.#state = 'opaque';
    this.#begun = false;
    this.#gathered = [];
    return part;
  }

  /**
   * Gathers bytes up to and including a blank line.
   *
   * @returns how many of `bytes` belong to it, and whether it is complete
   */
  #gatherToBlankLine(bytes: Uint8Array): { length: number; complete: boolean } {
    let length = 0;
    let complete = false;
    while (length < bytes.length && !complete) {
      const byte = bytes[length++]!;
      if (byte === LF) {
        complete = this.#lineLength === 0 || (this.#lineLength === 1 && this.#lineIsReturn);
        // Blank lines before the first line are skipped, they end nothing.
        if (complete && this.#state === 'head' && this.#lines === 0) complete = false;
        else this.#lines++;
        this.#lineLength = 0;
      } else {
        this.#lineIsReturn = byte === CR;
        this.#lineLength++;
      }
    }
    this.#gather(bytes.subarray(0, length));
    return { length, complete };
  }

  #gather(bytes: Uint8Array): void {
    this.#gathered.push(bytes);
    this.#gatheredLength += bytes.length;
  }

  #takeGathered(): Uint8Array {
    const whole = this.#gathered.length === 1 ? this.#gathered[0]! : concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredLength = 0;
    this.#lineLength = 0;
    this.#lines = 0;
    return whole;
  }

  #stepHead(bytes: Uint8Array): Part<Head> {
    const start = this.#position - this.#gatheredLength;
    this.#offset = 0;
    const { length, complete } = this.#gatherToBlankLine(bytes);
    // Line ends alone, left over from an earlier body, begin nothing.
    this.#begun ||= this.#lines > 0 || this.#lineLength > (this.#lineIsReturn ? 1 : 0);
    const part = this.#part('head', bytes.subarray(0, length));
    if (!complete) {
      if (this.#gatheredLength > MAX_HEAD) {
        return this.#fail(part, `The head has no end within ${MAX_HEAD / 1024} KiB.`);
      }
      const refused =
        this.#gatheredLength < 64 || this.#gatheredLength === length
          ? this.refuseStart(concat(this.#gathered).subarray(0, 64))
          : undefined;
      return refused ? this.#fail(part, refused) : part;
    }

    const whole = this.#takeGathered();
    if (whole.length > MAX_HEAD) {
      return this.#fail(part, `The head is longer than ${MAX_HEAD / 1024} KiB.`);
    }
    const head = this.readHead(whole, start);
    if ('malformed' in head) return this.#fail(part, head.malformed);
    part.head = head;
    part.text = latin1(whole);
    const framing = this.frame(head);
    if ('malformed' in framing) return this.#fail(part, framing.malformed);
    part.framing = framing;
    if (this.isInterim(head)) return part;
    return this.#beginBody(part, framing);
  }

  #beginBody(part: Part<Head>, framing: Framing): Part<Head> {
    if (framing.kind === 'none') return this.#endMessage(part);
    if (framing.kind === 'length') {
      if (framing.length === 0) return this.#endMessage(part);
      this.#left = framing.length;
      this.#state = 'length';
    } else if (framing.kind === 'opaque') this.becomeOpaque();
    else this.#state = framing.kind === 'chunked' ? 'size' : 'until-close';
    return part;
  }

  #stepBody(bytes: Uint8Array): Part<Head> {
    const part = this.#part('body', bytes);
    this.#offset += bytes.length;
    if (this.#state === 'until-close') return part;
    this.#left -= bytes.length;
    if (this.#left > 0) return part;
    if (this.#state === 'length') return this.#endMessage(part);
    this.#state = 'chunk-end';
    return part;
  }

  /** `1a;extension\r\n`: how long the next chunk is. */
  #stepSize(bytes: Uint8Array): Part<Head> {
    const end = bytes.indexOf(LF);
    const part = this.#part('framing', end === -1 ? bytes : bytes.subarray(0, end + 1));
    this.#gather(part.bytes);
    if (this.#gatheredLength > MAX_SIZE_LINE) {
      return this.#fail(part, `A chunk size has no end within ${MAX_SIZE_LINE / 1024} KiB.`);
    }
    if (end === -1) return part;
    const line = latin1(this.#takeGathered()).replace(/\r?\n$/, '');
    const size = line.split(';', 1)[0]!.trim();
    if (!/^[0-9a-f]{1,13}$/i.test(size)) {
      return this.#fail(
        part,
        `${quoted(line)} is not a chunk size: a hexadecimal number was expected.`,
      );
    }
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk';
    return part;
  }

  #stepChunkEnd(bytes: Uint8Array): Part<Head> {
    const part = this.#part('framing', bytes.subarray(0, 1));
    part.closing = true;
    const before = this.#takeGathered();
    if (bytes[0] === CR && before.length === 0) {
      this.#gather(part.bytes);
      // Almost always both come together: they make one part.
      if (bytes[1] !== LF) return part;
      this.#takeGathered();
      part.bytes = bytes.subarray(0, 2);
    } else if (bytes[0] !== LF) {
      const found = quoted(latin1(bytes.subarray(0, 16)));
      return this.#fail(part, `${found} follows a chunk: a line end was expected after its bytes.`);
    }
    this.#state = 'size';
    return part;
  }

  #stepTrailers(bytes: Uint8Array): Part<Head> {
    const { length, complete } = this.#gatherToBlankLine(bytes);
    const part = this.#part('framing', bytes.subarray(0, length));
    if (complete) {
      this.#takeGathered();
      return this.#endMessage(part);
    }
    if (this.#gatheredLength > MAX_HEAD) {
      return this.#fail(part, `The trailers have no end within ${MAX_HEAD / 1024} KiB.`);
    }
    return part;
  }
}

/** Reads what a client sends over one connection. */
export class RequestReader extends MessageReader<RequestHead> {
  protected readHead(bytes: Uint8Array, start: number): RequestHead | Malformed {
    return readRequestHead(bytes, start);
  }

  protected frame(head: RequestHead): Framing | Malformed {
    return requestFraming(head);
  }
}

/** Reads what a server sends over one connection. */
export class ResponseReader extends MessageReader<ResponseHead> {
  #methods: string[] = [];

  /** Says what was asked, in order: an answer to HEAD has no body. GET where nothing was said. */
  expect(method: string): void {
    this.#methods.push(method);
  }

  protected readHead(bytes: Uint8Array, start: number): ResponseHead | Malformed {
    return readResponseHead(bytes, start);
  }

  protected frame(head: ResponseHead): Framing | Malformed {
    const method = this.isInterim(head) ? this.#methods[0] : this.#methods.shift();
    return responseFraming(head, method ?? 'GET');
  }

  protected override isInterim(head: ResponseHead): boolean {
    return head.status < 200 && head.status !== 101;
  }

  protected override refuseStart(start: Uint8Array): string | undefined {
    const text = latin1(start).replace(/^[\r\n]+/, '');
    const wanted = 'HTTP/1.'.slice(0, text.length);
    return text.slice(0, wanted.length) === wanted
      ? undefined
      : notAStatusLine(text.split(/\r?\n/, 1)[0]!);
  }
}
