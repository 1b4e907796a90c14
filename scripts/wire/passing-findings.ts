// Findings on an event stream while it passes: each is told once, as soon as the block that shows it
// is complete.
//
// The list of findings looks at a whole body. A stream may go on for days, so its beginning is kept
// and looked at, and no more: a server that goes wrong does so from the start.
import { EventStreamReader } from './event-stream.ts';
import type { Ending } from './exchange.ts';
import {
  describeFinding,
  type Finding,
  findingsInHead,
  findingsInStream,
  type Look,
} from './findings.ts';
import type { ResponseHead } from './http.ts';

/** Bytes of a body that are kept and looked at. */
const LOOKED_AT = 256 * 1024;
/** So much is looked at again at each block. */
const AT_ONCE = 8 * 1024;
/** With more, looking takes at most one part in so many of the time. */
const SHARE = 20;

/** Looks at one answer. */
export class PassingFindings {
  readonly #tell: (finding: Finding, text: string) => void;
  readonly #method: string;
  #head: ResponseHead | undefined;
  readonly #reader = new EventStreamReader();
  readonly #told = new Set<string>();
  #kept = Buffer.alloc(4096);
  #length = 0;
  /** Blocks that have been looked at. */
  #blocks = 0;
  #lookAgainAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param method of the request
   * @param tell takes each finding with its text for people
   */
  constructor(method: string, tell: (finding: Finding, text: string) => void) {
    this.#method = method;
    this.#tell = tell;
  }

  /** Looks at the head. `at`: milliseconds since the request, as below. */
  head(head: ResponseHead, at: number): void {
    this.#head = head;
    this.#tellAll(findingsInHead(head, { method: this.#method, headAt: at }));
  }

  /** Takes the next bytes of the body. */
  feed(bytes: Uint8Array, at: number): void {
    const room = LOOKED_AT - this.#length;
    if (room <= 0) return;
    const taken = bytes.subarray(0, room);
    this.#keep(taken);
    this.#reader.feed(taken, at);
    if (this.#reader.blocks.length > this.#blocks) this.#lookSoon();
  }

  /** Says how the answer ended. */
  end(ending: Ending, at: number): void {
    clearTimeout(this.#timer);
    // Of a longer body the end has not been seen, so nothing can be said of it.
    if (this.#length >= LOOKED_AT) {
      if (this.#reader.blocks.length > this.#blocks) this.#look();
      return;
    }
    this.#reader.end(at);
    this.#tellAll(this.#inBody({ ending, endedAt: at }));
  }

  #inBody(look: Look): Finding[] {
    return findingsInStream(this.#reader, this.#body, {
      method: this.#method,
      head: this.#head,
      ...look,
    });
  }

  get #body(): Uint8Array {
    return this.#kept.subarray(0, this.#length);
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#kept.length) {
      const larger = Buffer.alloc(Math.min(LOOKED_AT, Math.max(length, this.#kept.length * 2)));
      larger.set(this.#body);
      this.#kept = larger;
    }
    this.#kept.set(bytes, this.#length);
    this.#length = length;
  }

  /** Each look is at all that is kept: a fast stream is looked at now and then, not at each event. */
  #lookSoon(): void {
    if (this.#timer) return;
    const wait = this.#lookAgainAt - performance.now();
    if (wait <= 0 || this.#length <= AT_ONCE) this.#look();
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#look();
      }, wait);
      this.#timer.unref();
    }
  }

  #look(): void {
    const start = performance.now();
    this.#blocks = this.#reader.blocks.length;
    this.#tellAll(this.#inBody({}));
    const now = performance.now();
    this.#lookAgainAt = now + (now - start) * SHARE;
  }

  #tellAll(findings: Finding[]): void {
    for (const finding of findings) {
      const name = `${finding.id} ${finding.span?.start}`;
      if (this.#told.has(name)) continue;
      this.#told.add(name);
      this.#tell(finding, describeFinding(finding, this.#body));
    }
  }
}
