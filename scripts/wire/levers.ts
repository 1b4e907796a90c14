// The levers of a relay, and the gate in which they act on the bytes of an answer.
//
// hold, then slow, then split: as a proxy gathers bytes, a long way delays them, and small packets
// cut them. Whatever is pulled and let go in mid-stream, bytes leave in the order they came.
import { KitError } from '../kit-error.ts';
import { type Part, type ResponseHead, slicePart } from './http.ts';

/** What is done to streams; 0 is off. */
export interface Levers {
  /** Milliseconds by which each piece comes later. */
  slow: number;
  /** Bytes after which the answer is cut into pieces of their own, framing counted. */
  split: number;
  /** Bytes of body that are gathered before they go on, as a buffering proxy does. */
  hold: number;
}

/** All levers off. */
export const NO_LEVERS: Levers = { slow: 0, split: 0, hold: 0 };

/** The most that each lever takes: a minute, and amounts that fit in memory. */
const MOST: Levers = { slow: 60_000, split: 1024 * 1024, hold: 16 * 1024 * 1024 };

/** TCP may join what is written within less time than this (milliseconds). */
const APART = 2;

/** Bytes in the gate, over those that `hold` asks for, at which the server is made to wait. */
const ENOUGH = 256 * 1024;

/**
 * Levers after a change.
 *
 * @throws KitError if a value is not a whole number of the lever's range
 */
export function changeLevers(levers: Levers, change: Partial<Levers>): Levers {
  const changed = { ...levers };
  for (const [name, value] of Object.entries(change)) {
    if (!(name in MOST)) {
      throw new KitError(`"${name}" is not a lever: slow, split or hold was expected.`);
    }
    const lever = name as keyof Levers;
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 0 || value > MOST[lever]) {
      throw new KitError(
        `${lever} cannot be ${JSON.stringify(value)}: a whole number from 0 (off) to ${MOST[lever]} was expected.`,
      );
    }
    changed[lever] = value;
  }
  return changed;
}

/** A part of an answer on its way through the gate. */
export interface Passage<Answer> {
  part: Part<ResponseHead>;
  answer: Answer;
  /** Whether the levers act on it: the body of a stream, and not heads or files. */
  stream: boolean;
}

type Waiting<Answer> = Passage<Answer> & { since: number };

/** Where the bytes of one connection's answers wait until the levers let them go. */
export class Gate<Answer> {
  readonly #pass: (passages: Passage<Answer>[]) => void;
  #levers: Levers;
  /** What the hold lever gathers, and how many bytes of body are in it. */
  #held: Passage<Answer>[] = [];
  #heldBody = 0;
  /** What goes on as soon as it is due. */
  #queue: Waiting<Answer>[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #passedAt = Number.NEGATIVE_INFINITY;
  #blocked = false;
  #finish: (() => void) | undefined;

  /** @param pass writes these to the client, in one write */
  constructor(levers: Levers, pass: (passages: Passage<Answer>[]) => void) {
    this.#levers = levers;
    this.#pass = pass;
  }

  /** Nothing waits and no lever is on: bytes need not go through here. */
  get open(): boolean {
    const { slow, split, hold } = this.#levers;
    return slow + split + hold === 0 && this.#size === 0 && !this.#blocked;
  }

  /** So much waits that the server should wait too. */
  get full(): boolean {
    return this.#blocked || this.#size > this.#levers.hold + ENOUGH;
  }

  /** Takes what has come. */
  push(passages: Passage<Answer>[]): void {
    for (const passage of passages) {
      const { part, stream } = passage;
      this.#size += part.bytes.length;
      if (stream && this.#levers.hold > 0) {
        this.#held.push(passage);
        if (part.kind === 'body') this.#heldBody += part.bytes.length;
      } else {
        this.#releaseAll();
        this.#enqueue(passage);
      }
      if (part.end) this.#releaseAll();
    }
    this.#releaseGathered();
    this.#pump();
  }

  /** Calls `then` when all that waits has passed: the server has closed its side. */
  finish(then: () => void): void {
    this.#finish = then;
    this.#releaseAll();
    this.#pump();
  }

  /** Other levers, from now on and for what waits. */
  change(levers: Levers): void {
    this.#levers = levers;
    if (levers.hold === 0) this.#releaseAll();
    else this.#releaseGathered();
    this.#pump();
  }

  /** The client takes no more for now. */
  block(): void {
    this.#blocked = true;
  }

  /** The client takes more again. */
  unblock(): void {
    this.#blocked = false;
    this.#pump();
  }

  /** Forgets all that waits. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#held = [];
    this.#heldBody = 0;
    this.#queue = [];
    this.#size = 0;
    this.#finish = undefined;
  }

  #enqueue(passage: Passage<Answer>): void {
    this.#queue.push({ ...passage, since: performance.now() });
  }

  #releaseAll(): void {
    for (const passage of this.#held) this.#enqueue(passage);
    this.#held = [];
    this.#heldBody = 0;
  }

  /** Lets whole buffers go: a buffer is sent when it is full, wherever in an event that is. */
  #releaseGathered(): void {
    const { hold } = this.#levers;
    if (hold === 0 || this.#heldBody < hold) return;
    let left = this.#heldBody - (this.#heldBody % hold);
    this.#heldBody -= left;
    const held = this.#held;
    this.#held = [];
    for (const passage of held) {
      const { part } = passage;
      const length = part.kind === 'body' ? part.bytes.length : 0;
      if (left === 0) this.#held.push(passage);
      else if (length <= left) this.#enqueue(passage);
      else {
        this.#enqueue({ ...passage, part: slicePart(part, 0, left) });
        this.#held.push({ ...passage, part: slicePart(part, left) });
      }
      left -= Math.min(left, length);
    }
  }

  /** Passes what is due, and sets one timer for what is not. */
  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#queue.length > 0 && !this.#blocked) {
      const now = performance.now();
      const wait = this.#waitOf(this.#queue[0]!, now);
      if (wait > 0) {
        // Timers fire up to a millisecond early; the loop looks at the clock again then.
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(wait));
        return;
      }
      const batch = this.#takeBatch(now);
      for (const { part } of batch) this.#size -= part.bytes.length;
      this.#passedAt = now;
      this.#pass(batch);
    }
    if (this.#queue.length > 0 || this.#held.length > 0 || this.#blocked) return;
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.();
  }

  #waitOf(passage: Waiting<Answer>, now: number): number {
    if (!passage.stream) return 0;
    const slow = passage.since + this.#levers.slow - now;
    const apart = this.#levers.split > 0 ? this.#passedAt + APART - now : 0;
    return Math.max(slow, apart);
  }

  /** Takes from the queue what goes into one write: at least one passage, all of them due. */
  #takeBatch(now: number): Passage<Answer>[] {
    const { slow, split } = this.#levers;
    const batch: Passage<Answer>[] = [];
    let room = split > 0 && this.#queue[0]!.stream ? split : Number.POSITIVE_INFINITY;
    while (room > 0) {
      const passage = this.#queue[0];
      if (!passage) break;
      if (passage.stream && passage.since + slow > now) break;
      // What is cut and what is not go in writes of their own.
      if (split > 0 && passage.stream !== Number.isFinite(room)) break;
      const { part } = passage;
      if (part.bytes.length > room) {
        batch.push({ ...passage, part: slicePart(part, 0, room) });
        this.#queue[0] = { ...passage, part: slicePart(part, room) };
        break;
      }
      batch.push(passage);
      this.#queue.shift();
      room -= part.bytes.length;
    }
    return batch;
  }
}
