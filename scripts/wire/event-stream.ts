// The event stream format, read by the rules of the HTML standard, and each line, field, block and
// event remembered with its place in the bytes.
//
// A client needs only the events. The kit shows people where on the wire an event came from and why
// another never came, so nothing is thrown away here: comments, unknown fields and unfinished
// blocks are kept as they are. No `node:` imports: the browser runs this file as well.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
import { concat, type Span } from './bytes.ts';

/** One line of the stream. Offsets count bytes from the start of the body. */
export interface Line {
  kind: 'field' | 'comment' | 'blank';
  /** The whole line, its terminator included, a byte order mark before it not. */
  span: Span;
  /** CR, LF or CRLF; empty where the line has not ended. */
  terminator: Span;
  /** Of a field: what stands before the colon. */
  name?: string;
  /** Of a field: what follows the colon and one space. Of a comment: all that follows the colon. */
  value?: string;
  nameSpan?: Span;
  /** Where `value` is; empty, and behind the name, for a field without a colon. */
  valueSpan?: Span;
  /** When the byte came that ended it (milliseconds, as given to `feed`). */
  at: number;
}

/** An event as a client is given it. */
export interface StreamEvent {
  type: string;
  data: string;
  lastEventId: string;
  /** Its block, the blank line included. */
  span: Span;
  /** When the byte came that dispatched it. */
  at: number;
  /** The number of its block, counted from 0 over the whole stream. */
  block: number;
}

/** The lines up to a blank one: at most one event. */
export interface Block {
  /** Counted from 0 over the whole stream. */
  number: number;
  /** All lines, the blank one included. */
  lines: Line[];
  span: Span;
  /** When its last line ended. */
  at: number;
  /** The line that closes it; missing while the block is unfinished. */
  blank?: Line;
  /** What it gave the client; missing if it has no data. */
  event?: StreamEvent;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

// Slices are decoded one by one. No mark may be taken from the front of any of them: the standard
// takes one mark from the front of the stream, and every other one is text.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads an event stream piece by piece, however it is cut. */
export class EventStreamReader {
  /** Every line that has ended, in order. */
  readonly lines: Line[] = [];
  /** Every block that a blank line has closed, in order. */
  readonly blocks: Block[] = [];
  /** Every event dispatched, in order. */
  readonly events: StreamEvent[] = [];
  /** Every byte order mark: the one at byte 0 is no part of the text, all others are. */
  readonly byteOrderMarks: Span[] = [];

  readonly #keep: number;
  #offset = 0;
  #at = 0;
  #ended = false;

  /** The bytes of the line that has not ended. They are joined once: `rest + piece` is quadratic. */
  #rest: Uint8Array[] = [];
  #lineStart = 0;
  /** The line that the last byte so far has ended, if that byte is a CR: an LF may belong to it. */
  #endedByReturn: { line: Line; block: Block } | undefined;

  #block: Block | undefined;
  #blockNumber = 0;
  /** The standard's data buffer, event type buffer and last event ID buffer. */
  #data: string[] = [];
  #type = '';
  #idBuffer: string;
  #lastEventId: string;
  #reconnectionTime: number | undefined;

  /**
   * @param options `lastEventId`: the one that an earlier connection of the same client left behind.
   *   `keep`: how many closed blocks are remembered, with their lines and events; all, if not given.
   */
  constructor(options: { lastEventId?: string; keep?: number } = {}) {
    this.#lastEventId = options.lastEventId ?? '';
    this.#idBuffer = this.#lastEventId;
    this.#keep = options.keep ?? Number.POSITIVE_INFINITY;
  }

  /** How many bytes have been fed. */
  get offset(): number {
    return this.#offset;
  }

  /** What a client would send as `Last-Event-ID` if the connection broke now. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** Milliseconds, from the last valid `retry` field; undefined if there was none. */
  get reconnectionTime(): number | undefined {
    return this.#reconnectionTime;
  }

  /**
   * The bytes after the last blank line, or undefined if there are none. Cheap, unlike `unfinished`:
   * it can be asked for after every piece.
   */
  get unfinishedSpan(): Span | undefined {
    const start = this.#block?.span.start ?? this.#lineStart;
    if (start === this.#offset) return undefined;
    return { start, end: this.#offset };
  }

  /**
   * The block that no blank line has closed yet. Its last line may lack a terminator. It is read
   * again at each look, for a line that has not ended changes with each piece.
   */
  get unfinished(): Block | undefined {
    const rest = concat(this.#rest);
    if (rest.length === 0) return this.#block;
    const line = readLine(rest, this.#lineStart, 0, this.#at);
    // A byte order mark, or a part of one, and nothing else: no line has begun.
    if (line.kind === 'blank') return this.#block;
    const number = this.#block?.number ?? this.#blockNumber;
    const start = this.#block?.span.start ?? line.span.start;
    const lines = [...(this.#block?.lines ?? []), line];
    return { number, lines, span: { start, end: line.span.end }, at: this.#at };
  }

  /**
   * Takes the next bytes of the body.
   *
   * A CR ends its line at once, for an event must not wait for the byte after it. If an LF follows,
   * it is added to that line's terminator, and to the spans of its block and event.
   *
   * @param bytes any number of them, cut anywhere
   * @param at when they came, in milliseconds since a moment of your choice
   * @returns the events that they completed
   * @throws Error after `end`
   */
  feed(bytes: Uint8Array, at = 0): StreamEvent[] {
    if (this.#ended) {
      throw new Error(
        'The stream has ended. Make a new EventStreamReader for the next connection.',
      );
    }
    const before = this.#offset;
    const dispatched: StreamEvent[] = [];
    let start = 0;
    this.#at = at;

    if (bytes.length > 0) {
      if (this.#endedByReturn && bytes[0] === LF) {
        this.#addLineFeed(this.#endedByReturn);
        start = 1;
      }
      this.#endedByReturn = undefined;
    }

    for (let index = start; index < bytes.length; index++) {
      const byte = bytes[index];
      if (byte !== LF && byte !== CR) continue;
      const terminator = byte === CR && bytes[index + 1] === LF ? 2 : 1;
      const text = this.#takeRest(bytes.subarray(start, index));
      this.#offset = before + index + terminator;
      const line = readLine(text, this.#lineStart, terminator, at);
      this.#noteByteOrderMarks(text, this.#lineStart);
      this.#lineStart = this.#offset;

      const block = this.#addLine(line);
      if (block.event) dispatched.push(block.event);
      index += terminator - 1;
      start = index + 1;
      if (byte === CR && start === bytes.length && terminator === 1) {
        this.#endedByReturn = { line, block };
      }
    }
    // A copy: whoever reads from a file uses the same memory again for the next piece.
    if (start < bytes.length) this.#rest.push(bytes.slice(start));
    this.#offset = before + bytes.length;
    return dispatched;
  }

  /**
   * Says that the body has ended. What no blank line has closed is no event, and stays in
   * `unfinished` to be looked at.
   */
  end(at = this.#at): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#at = at;
    this.#noteByteOrderMarks(concat(this.#rest), this.#lineStart);
  }

  #takeRest(text: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return text;
    const whole = concat([...this.#rest, text]);
    this.#rest = [];
    return whole;
  }

  #addLine(line: Line): Block {
    this.lines.push(line);
    this.#block ??= {
      number: this.#blockNumber++,
      lines: [],
      span: { start: line.span.start, end: line.span.end },
      at: line.at,
    };
    const block = this.#block;
    block.lines.push(line);
    block.span.end = line.span.end;
    block.at = line.at;

    if (line.kind === 'field') this.#process(line.name ?? '', line.value ?? '');
    else if (line.kind === 'blank') this.#close(block, line);
    return block;
  }

  /** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#processField */
  #process(name: string, value: string): void {
    if (name === 'event') this.#type = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.#idBuffer = value;
    else if (name === 'retry' && /^[0-9]+$/.test(value)) this.#reconnectionTime = Number(value);
  }

  /** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage */
  #close(block: Block, blank: Line): void {
    block.blank = blank;
    // The ID is taken over even where there is no data, and it outlives the event.
    this.#lastEventId = this.#idBuffer;
    // One `data` line, even an empty one, is enough: the standard looks at the buffer before it
    // takes the last line feed away.
    if (this.#data.length > 0) {
      block.event = {
        type: this.#type || 'message',
        data: this.#data.join('\n'),
        lastEventId: this.#lastEventId,
        span: { ...block.span },
        at: blank.at,
        block: block.number,
      };
      this.events.push(block.event);
    }
    this.#data = [];
    this.#type = '';
    this.#block = undefined;
    this.blocks.push(block);
    this.#forget();
  }

  /** Lets go of what is older than `keep` blocks. */
  #forget(): void {
    while (this.blocks.length > this.#keep) {
      const oldest = this.blocks.shift()!;
      this.lines.splice(0, oldest.lines.length);
      if (oldest.event) this.events.shift();
    }
  }

  #addLineFeed({ line, block }: { line: Line; block: Block }): void {
    line.terminator.end++;
    line.span.end++;
    block.span.end++;
    if (block.event) block.event.span.end++;
    this.#lineStart++;
  }

  #noteByteOrderMarks(text: Uint8Array, start: number): void {
    for (let index = text.indexOf(BYTE_ORDER_MARK[0]); index !== -1; ) {
      if (hasByteOrderMark(text, index)) {
        this.byteOrderMarks.push({ start: start + index, end: start + index + 3 });
      }
      index = text.indexOf(BYTE_ORDER_MARK[0], index + 1);
    }
  }
}

/**
 * Reads one line.
 *
 * @param text its bytes without the terminator
 * @param offset where they begin in the body
 * @param terminator how many bytes end it: 0, 1 or 2
 * @param at when it ended
 */
function readLine(text: Uint8Array, offset: number, terminator: number, at: number): Line {
  const skip = offset === 0 && hasByteOrderMark(text, 0) ? BYTE_ORDER_MARK.length : 0;
  const end = offset + text.length;
  const line = {
    span: { start: offset + skip, end: end + terminator },
    terminator: { start: end, end: end + terminator },
    at,
  };
  if (text.length === skip) return { kind: 'blank', ...line };

  const colon = text.indexOf(COLON, skip);
  const nameEnd = colon === -1 ? text.length : colon;
  let valueStart = colon === -1 ? text.length : colon + 1;
  if (colon === skip) {
    return {
      kind: 'comment',
      ...line,
      value: decoder.decode(text.subarray(valueStart)),
      valueSpan: { start: offset + valueStart, end },
    };
  }
  // One space after the colon is for the eye. A second one is data.
  if (text[valueStart] === SPACE) valueStart++;
  return {
    kind: 'field',
    ...line,
    name: decoder.decode(text.subarray(skip, nameEnd)),
    value: decoder.decode(text.subarray(valueStart)),
    nameSpan: { start: offset + skip, end: offset + nameEnd },
    valueSpan: { start: offset + valueStart, end },
  };
}

function hasByteOrderMark(text: Uint8Array, index: number): boolean {
  return BYTE_ORDER_MARK.every((byte, position) => text[index + position] === byte);
}
