// Examines somebody's event stream: opens it, comes back to it, opens it twice at once, and says what
// is wrong with it.
//
// It takes what comes, however hostile, and is done within a given time. It never has more than four
// connections open, and sends no method that was not asked for, except for a browser's preflight.
import type { StreamEvent } from '../event-stream.ts';
import { type Finding, quote } from '../finding.ts';
import { headerValue } from '../http.ts';
import { lacksVary, noVary } from './cors.ts';
import { type Inquiry, isSafe } from './inquiry.ts';
import { howItEnded, judgeFirstLook } from './judging.ts';
import { pageOf, reach, type Step } from './reaching.ts';
import { canTell, judgeResuming } from './resuming.ts';
import { lookAtTwo } from './sharing.ts';
import { type LookOptions, StreamLook } from './stream-look.ts';

/** What happens, to be shown as it happens. */
export type Sight =
  | Step
  | { kind: 'further'; look: StreamLook; why: 'again' | 'two' | 'stranger' }
  | { kind: 'head'; look: StreamLook }
  | { kind: 'event'; event: StreamEvent; number: number }
  | { kind: 'over'; look: StreamLook; sentence: string }
  | { kind: 'said'; sentence: string };

export interface ExamineOptions {
  /** How long a look lasts at most, in milliseconds. */
  look: number;
  /** How long all of it may take, in milliseconds; four looks and a second, if not given. */
  whole?: number;
  /** A request that is not safe may be sent again. */
  again?: boolean;
  /** Any certificate will do. */
  insecure?: boolean;
  on?: (sight: Sight) => void;
  /** Ends it early. */
  signal?: AbortSignal;
}

/** What there is to say. */
export interface Examination {
  /** The status of the last answer; undefined where there was none. */
  status: number | undefined;
  /** How many events the first look has seen. */
  events: number;
  /** Worst first. */
  findings: Finding[];
  /** What is worth saying and is no finding: one sentence each. */
  remarks: string[];
  /** What the findings' spans count in. */
  body: Uint8Array;
}

/** Enough of a stream: so many events, at so many moments. */
const ENOUGH_EVENTS = 200;
const ENOUGH_MOMENTS = 16;
/** So many moments are no burst. */
const SEVERAL = 3;

const ORDER = ['error', 'warning', 'note'];

/**
 * Examines a stream.
 *
 * @throws KitError if the request cannot be put on a wire
 */
export async function examine(inquiry: Inquiry, options: ExamineOptions): Promise<Examination> {
  return new Examiner(inquiry, options).examine();
}

class Examiner {
  readonly #inquiry: Inquiry;
  readonly #options: ExamineOptions;
  #overAt: number;
  readonly #findings: Finding[] = [];
  readonly #remarks: string[] = [];

  constructor(inquiry: Inquiry, options: ExamineOptions) {
    this.#inquiry = inquiry;
    this.#options = options;
    this.#overAt = performance.now() + (options.whole ?? options.look * 4 + 1000);
  }

  async examine(): Promise<Examination> {
    const { insecure = false, look: patience } = this.#options;
    this.#noteRequest();
    const reached = await reach(this.#inquiry, {
      insecure,
      patience,
      left: () => this.#left,
      on: (step) => this.#on(step),
    });
    this.#findings.push(...reached.findings);
    this.#remarks.push(...reached.remarks);
    const { look } = reached;
    if (!look) return this.#examination();
    const stop = () => {
      this.#overAt = 0;
      look.leave();
    };
    this.#options.signal?.addEventListener('abort', stop);
    if (this.#options.signal?.aborted) stop();
    try {
      await this.#lookFirst(look);
      await this.#lookFurther(look);
    } finally {
      look.leave();
      this.#options.signal?.removeEventListener('abort', stop);
    }
    return this.#examination(look);
  }

  get #left(): number {
    return this.#overAt - performance.now();
  }

  #on(sight: Sight): void {
    this.#options.on?.(sight);
  }

  #say(sentence: string): void {
    this.#on({ kind: 'said', sentence });
  }

  #noteRequest(): void {
    const { origin, url } = this.#inquiry;
    if (origin !== undefined && origin === url.origin) {
      this.#remarks.push(
        `${quote(origin, 100)} is the stream's own origin: a browser asks nobody's leave there.`,
      );
    }
    if (this.#options.insecure && url.protocol === 'https:') {
      this.#remarks.push('The certificate was not looked at. Browsers will look.');
    }
  }

  #examination(look?: StreamLook): Examination {
    const findings = this.#findings
      .map((one, index) => ({ one, index }))
      .sort((a, b) => ORDER.indexOf(a.one.level) - ORDER.indexOf(b.one.level) || a.index - b.index)
      .map(({ one }) => one);
    return {
      status: look?.head?.status,
      events: look?.events.length ?? 0,
      findings,
      remarks: this.#remarks,
      body: look?.body ?? new Uint8Array(0),
    };
  }

  // ---- the first look

  async #lookFirst(look: StreamLook): Promise<void> {
    this.#on({ kind: 'head', look });
    let number = 0;
    const show = (event: StreamEvent) => this.#on({ kind: 'event', event, number: ++number });
    for (const event of look.events) show(event);
    look.onEvent(show);

    const watched = this.#options.look;
    const enough = () =>
      look.events.length >= ENOUGH_EVENTS && look.moments.length >= ENOUGH_MOMENTS;
    const mayAskAgain = isSafe(this.#inquiry.method) || this.#options.again === true;
    const until = Math.max(0, Math.min(watched - look.now, this.#left));
    const early = await look.until(
      () =>
        look.tooMuch !== undefined || look.undecodable !== undefined || (mayAskAgain && enough()),
      until,
    );
    const open = look.ending === undefined;
    if (open) look.leave();
    this.#on({ kind: 'over', look, sentence: howItEnded(look, early) });
    const judged = judgeFirstLook(look, watched, open && !early);
    this.#findings.push(...judged.findings);
    this.#remarks.push(...judged.remarks);
  }

  // ---- the further looks

  async #lookFurther(first: StreamLook): Promise<void> {
    const { inquiry, head } = first;
    if (this.#left <= 0) return;
    if (head?.status !== 200 || first.undecodable !== undefined) return;
    if (!isSafe(this.#inquiry.method) && !this.#options.again) {
      this.#say(
        `${this.#inquiry.method} was sent once. Whether it resumes, and what two clients do to each ` +
          'other, was not tried: --again allows it.',
      );
      return;
    }
    const again = first.events.length > 0 ? await this.#lookAgain(first) : undefined;
    if (first.tooMuch === undefined) await this.#lookAtTwo(first, again);
    else again?.leave();
    const page = pageOf(inquiry);
    if (page && inquiry.method === 'GET' && lacksVary(head, page)) {
      await this.#lookWithoutOrigin(inquiry, page);
    }
  }

  #open(
    inquiry: Inquiry,
    why: 'again' | 'two' | 'stranger',
    options: LookOptions = {},
  ): StreamLook {
    const { insecure = false } = this.#options;
    const look = new StreamLook(inquiry, { ...options, insecure });
    this.#on({ kind: 'further', look, why });
    return look;
  }

  /** Comes back, as a client does that lost the connection. The look is left open. */
  async #lookAgain(first: StreamLook): Promise<StreamLook | undefined> {
    const { lastEventId } = first.reader;
    if (lastEventId === '' || /[\r\n\0]/.test(lastEventId)) return undefined;
    const again = this.#open(first.inquiry, 'again', { lastEventId });
    const heldBack = this.#findings.find(({ id, level }) => id === 'held-back' && level === 'note');
    const patience = Math.max(0, Math.min(this.#options.look, this.#left));
    await again.until(() => !heldBack && canTell(first, again), patience);
    const { said, finding: found } = judgeResuming(first, again, lastEventId);
    this.#say(said);
    if (found) this.#findings.push(found);
    if (heldBack && comesOneByOne(first, again)) this.#becomeWarning(heldBack, again);
    return again;
  }

  #becomeWarning(note: Finding, again: StreamLook): void {
    const message =
      `${note.message.split('. ', 1)[0]!.replace(/\.$/, '')}, and at the next look ` +
      `${again.events.length} came one by one. Something holds them back at times.`;
    this.#findings[this.#findings.indexOf(note)] = { ...note, level: 'warning', message };
  }

  async #lookAtTwo(alone: StreamLook, older: StreamLook | undefined): Promise<void> {
    const { said, finding: found } = await lookAtTwo({
      alone,
      older,
      open: () => this.#open(alone.inquiry, 'two'),
      patience: this.#options.look,
      left: () => this.#left,
    });
    for (const sentence of said) this.#say(sentence);
    if (found) this.#findings.push(found);
  }

  /** Whether the leave is the same for everybody, or follows the origin. */
  async #lookWithoutOrigin(
    inquiry: Inquiry,
    page: NonNullable<ReturnType<typeof pageOf>>,
  ): Promise<void> {
    const { origin: _, ...stranger } = inquiry;
    const look = this.#open(stranger, 'stranger');
    const patience = Math.max(0, Math.min(this.#options.look, this.#left));
    await look.until(({ head }) => head !== undefined, patience);
    look.leave();
    if (!look.head) return;
    const without = headerValue(look.head, 'access-control-allow-origin');
    if (without !== page.origin) {
      this.#findings.push(noVary(page, without, look.exchange.headAt));
    }
  }
}

/** Whether all events of the first look came in bursts, and those of the second one by one. */
function comesOneByOne(first: StreamLook, again: StreamLook): boolean {
  const { events, moments } = again;
  return (
    first.moments.length === 1 && moments.length >= SEVERAL && moments.length >= events.length - 1
  );
}
