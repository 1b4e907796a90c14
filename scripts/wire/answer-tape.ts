// What passes of one answer, turned into records: head, pieces, events, comments, findings, end.
//
// It sees bytes as the client gets them, after the levers. It keeps no body: an event's bytes are
// forgotten when the event is over, and an event that grows without end is no longer read.
import type { Span } from './bytes.ts';
import { EventStreamReader } from './event-stream.ts';
import type { Ending } from './exchange.ts';
import {
  type Framing,
  headerValue,
  mediaType,
  type Part,
  type RequestHead,
  type ResponseHead,
} from './http.ts';
import { PassingFindings } from './passing-findings.ts';
import { PieceUnderWay } from './piece-under-way.ts';
import type { WireFacts } from './records.ts';
import { FrameReader } from './websocket.ts';

/** An event longer than this is passed on and not read: a tape must not fill the memory. */
const LONGEST_EVENT = 4 * 1024 * 1024;

/** Of a request's body so much is shown. */
const SHOWN_OF_REQUEST = 16 * 1024;

/** Of a WebSocket's frame so much is shown. */
const SHOWN_OF_FRAME = 4 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** Something in the body that is over with the byte before `end`. */
interface Sight {
  end: number;
  facts: WireFacts;
  /** Of an event: where its bytes begin and where the blank line does that closes it. */
  event?: Span;
}

/** The tape of one exchange. */
export class AnswerTape {
  readonly #emit: (facts: WireFacts) => void;
  readonly #request: RequestHead | undefined;
  #framing: Framing['kind'] = 'none';
  #stream = false;
  #headPassed = false;
  /** Those who read the frames of a WebSocket, each in its direction. */
  #frames: { up: FrameReader; down: FrameReader } | undefined;
  #ended = false;
  #reader: EventStreamReader | undefined;
  #findings: PassingFindings | undefined;
  readonly #begun = performance.now();
  /** What has been read and has not passed yet. */
  #sights: Sight[] = [];
  #readTo = 0;
  #passedTo = 0;

  /** The next event is to be cut. */
  armed = false;

  /**
   * @param emit takes each record
   * @param request what was asked; undefined where a server speaks unasked
   */
  constructor(emit: (facts: WireFacts) => void, request?: RequestHead, text = '') {
    this.#emit = emit;
    this.#request = request;
    if (!request) return;
    const { method, target } = request;
    const length = Number(headerValue(request, 'content-length'));
    emit({
      kind: 'request',
      method,
      target,
      accept: headerValue(request, 'accept') ?? '',
      text,
      ...(length >= 0 && { bodyLength: length }),
    });
  }

  /** Says that some of the request's body has come from the client. */
  asks({ bytes, offset }: Part<RequestHead>): void {
    const shown = bytes.subarray(0, Math.max(0, SHOWN_OF_REQUEST - offset));
    if (this.#ended || shown.length === 0) return;
    this.#emit({ kind: 'request-piece', offset, bytes: Buffer.from(shown).toString('base64') });
  }

  /** Whether the levers act on this answer: an event stream, or a body of unknown length. */
  get stream(): boolean {
    return this.#stream;
  }

  /** Whether the client is in the middle of a stream, or of a WebSocket. */
  get openStream(): boolean {
    return (this.#stream || this.#frames !== undefined) && this.#headPassed && !this.#ended;
  }

  /** Whether its events are read. */
  get readsEvents(): boolean {
    return this.#reader !== undefined;
  }

  /** Whether the end of the connection would look like the end of the body. */
  get endsWithConnection(): boolean {
    return this.#framing === 'until-close';
  }

  /** Says what has come from the server, before it passes: what kind of answer this is. */
  arrive(head: ResponseHead, framing: Framing): void {
    if (head.status < 200 && head.status !== 101) return;
    const events = mediaType(head) === 'text/event-stream';
    const { kind } = framing;
    this.#framing = kind;
    if (kind === 'opaque' && headerValue(head, 'upgrade')?.toLowerCase() === 'websocket') {
      const keep = SHOWN_OF_FRAME;
      this.#frames = { up: new FrameReader({ keep }), down: new FrameReader({ keep }) };
    }
    this.#stream = kind === 'chunked' || kind === 'until-close' || (kind === 'length' && events);
    const encoded = headerValue(head, 'content-encoding') !== undefined;
    if (!events || !this.#stream || encoded || head.status !== 200) return;
    const lastEventId = this.#request && headerValue(this.#request, 'last-event-id');
    this.#reader = new EventStreamReader({
      keep: 1,
      lastEventId: Buffer.from(lastEventId ?? '', 'latin1').toString('utf8'),
    });
  }

  /**
   * Where to cut, if these bytes would complete an event: at least one byte into it and before its
   * blank line. They are read by this.
   *
   * @returns how many bytes of the part may pass; undefined where no event ends
   */
  cutInside(part: Part<ResponseHead>): number | undefined {
    if (part.kind !== 'body') return undefined;
    this.#read(part);
    const event = this.#sights.find((sight) => sight.event)?.event;
    if (!event) return undefined;
    const inside = event.start + Math.max(1, Math.floor((event.end - event.start) / 2));
    return Math.max(0, inside - part.offset);
  }

  /** Says what has passed to the client in one write. */
  passed(parts: Part<ResponseHead>[]): void {
    if (this.#ended) return;
    let piece = new PieceUnderWay();
    const passed: Uint8Array[] = [];
    const flush = () => {
      const facts = piece.facts();
      if (facts) this.#emit(facts);
      piece = new PieceUnderWay();
      this.#emitSights();
      for (const bytes of passed.splice(0)) this.#findings?.feed(bytes, this.#now);
    };
    for (const part of parts) {
      if (part.kind === 'head') this.#passHead(part);
      if (part.kind === 'opaque') this.passedOpaque('down', part.bytes);
      if (part.kind === 'body' || part.kind === 'framing') {
        if (!piece.takes(part)) flush();
        piece.add(part);
        this.#read(part);
        if (part.kind === 'body') {
          this.#passedTo = part.offset + part.bytes.length;
          passed.push(part.bytes);
        }
      }
    }
    flush();
    if (parts.at(-1)?.end) this.end('complete');
    const malformed = parts.find((part) => part.malformed !== undefined)?.malformed;
    if (malformed !== undefined) this.end('malformed', malformed);
  }

  /** Says that bytes of another protocol have passed, after an upgrade: frames, where they can be read. */
  passedOpaque(direction: 'up' | 'down', bytes: Uint8Array): void {
    if (this.#framing !== 'opaque') return;
    if (!this.#frames) this.#emit({ kind: 'sealed', direction, length: bytes.length });
    for (const frame of this.#frames?.[direction].feed(bytes) ?? []) {
      const { opcode, final, masked, length } = frame;
      const payload = Buffer.from(frame.payload).toString('base64');
      this.#emit({ kind: 'frame', direction, opcode, final, masked, length, payload });
    }
  }

  /** Says that a lever has cut it: for the client a cut, and no fault of the server's. */
  endByLever(): void {
    this.#findings?.end('left', this.#now);
    this.#findings = undefined;
    this.end('cut');
  }

  /** Says how it ended. Only the first word counts. */
  end(how: Ending, cause?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#findings?.end(how, this.#now);
    this.#findings = undefined;
    const unfinished = this.#unfinished();
    this.#emit({
      kind: 'end',
      how,
      ...(unfinished && { unfinished }),
      ...(cause !== undefined && { cause }),
    });
    this.#reader = undefined;
  }

  #passHead(part: Part<ResponseHead>): void {
    const { head, text = '' } = part;
    if (!head) return;
    if (head.status >= 200 || head.status === 101) this.#headPassed = true;
    const contentType = headerValue(head, 'content-type') ?? '';
    this.#emit({ kind: 'head', status: head.status, text, contentType });
    if (head.status >= 200) this.#lookAtHead(head);
  }

  /** A client that asked for an event stream should be given one; what others get is their matter. */
  #lookAtHead(head: ResponseHead): void {
    const request = this.#request;
    const accept = request && headerValue(request, 'accept');
    if (!accept?.includes('text/event-stream') || request?.method === 'HEAD') return;
    const findings = new PassingFindings(request?.method ?? 'GET', (finding, text) =>
      this.#emit({ kind: 'finding', finding, text }),
    );
    findings.head(head, this.#now);
    if (this.#reader) this.#findings = findings;
  }

  /** Milliseconds since the request. */
  get #now(): number {
    return performance.now() - this.#begun;
  }

  /** Reads body bytes, once, line by line: so one block at most is closed by each feed. */
  #read(part: Part<ResponseHead>): void {
    if (part.kind !== 'body') return;
    const { bytes, offset } = part;
    let start = Math.max(0, this.#readTo - offset);
    this.#readTo = Math.max(this.#readTo, offset + bytes.length);
    while (this.#reader && start < bytes.length) {
      let end = start;
      while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end++;
      if (bytes[end] === CR && bytes[end + 1] === LF) end++;
      this.#readLine(this.#reader, bytes.subarray(start, end + 1));
      start = end + 1;
    }
  }

  #readLine(reader: EventStreamReader, bytes: Uint8Array): void {
    const before = reader.offset;
    const [event] = reader.feed(bytes);
    const end = reader.offset;
    const line = reader.lines.at(-1);
    // A line that is over by these bytes; the LF that follows a CR of an earlier piece ends nothing.
    if (line?.kind === 'comment' && line.terminator.start >= before) {
      this.#sights.push({ end, facts: { kind: 'comment', span: { ...line.span } } });
    }
    if (event) {
      const { type, data, lastEventId, span } = event;
      const blank = reader.blocks.at(-1)?.blank?.span.start ?? span.end;
      this.#sights.push({
        end,
        facts: { kind: 'event', span: { ...span }, type, data, lastEventId },
        event: { start: span.start, end: blank },
      });
    }
    const unfinished = reader.unfinishedSpan;
    if (unfinished && unfinished.end - unfinished.start > LONGEST_EVENT) this.#reader = undefined;
  }

  #emitSights(): void {
    while (this.#sights.length > 0 && this.#sights[0]!.end <= this.#passedTo) {
      this.#emit(this.#sights.shift()!.facts);
    }
  }

  #unfinished(): Span | undefined {
    // Bytes that were read and are kept back by a cut: the event is over here, not for the client.
    const cut = this.#sights.find((sight) => sight.event)?.event;
    return cut ? { start: cut.start, end: this.#passedTo } : this.#reader?.unfinishedSpan;
  }
}
