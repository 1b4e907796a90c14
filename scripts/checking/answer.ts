// One answer of the server, and what a check can ask of it. Each question that is answered with no
// ends the check with a Failure: what came, what was meant, what to do next.

import { visible } from '../wire/bytes.ts';
import { EventStreamReader, type StreamEvent } from '../wire/event-stream.ts';
import { canDecode, codingOf, decodedSoFar } from '../wire/examine/decoding.ts';
import type { Exchange } from '../wire/exchange.ts';
import { headerValue, mediaType, type ResponseHead } from '../wire/http-head.ts';
import {
  explainLateHead,
  explainNoEvent,
  explainNoHead,
  headExcerpt,
  wrongInHead,
  wrongInStream,
} from './diagnosis.ts';
import { aboutSeconds, Failure, seconds } from './failure.ts';
import type { Stage } from './stage.ts';

/** What to do next if the question is answered with no. */
export interface Otherwise {
  otherwise: string;
}

/** A head that came later than this (lesson milliseconds) did not come at once. */
const AT_ONCE = 500;

/** How often a head is asked for anew, where a slow machine may be why it was late. */
const ATTEMPTS = 4;

/** After so many gaps between events the rhythm is judged for good. */
const GAPS = 10;

/** Where so much of the time was lost, that was no rhythm of the server's. */
const DISTURBED = 0.1;

/** So often a rhythm is taken, where a busy machine disturbs it. */
const TRIALS = 6;

export class Answer {
  readonly stage: Stage;
  readonly exchange: Exchange;
  readonly path: string;
  readonly method: string;
  readonly #reader = new EventStreamReader();
  #fed = 0;
  /** Whether the body is not of the coding that its head names. */
  isGarbled = false;

  constructor(stage: Stage, exchange: Exchange, path: string, method = 'GET') {
    this.stage = stage;
    this.exchange = exchange;
    this.path = path;
    this.method = method;
  }

  /**
   * All that has come so far, read by the rules; what came compressed, as far as it can be read yet.
   * Times are real milliseconds since the request.
   */
  get reader(): EventStreamReader {
    const { pieces } = this.exchange;
    const coding = this.coding;
    if (coding !== undefined && this.#fed < pieces.length) this.#decode(coding);
    for (; this.#fed < pieces.length; this.#fed++) {
      const piece = pieces[this.#fed]!;
      this.#reader.feed(piece.bytes, piece.at);
    }
    return this.#reader;
  }

  /** The Content-Encoding of the answer; undefined where its bytes are what they say. */
  get coding(): string | undefined {
    const { head } = this.exchange;
    return head && codingOf(headerValue(head, 'content-encoding'));
  }

  /** The last pieces are on it: all is decoded anew, for what comes of them may have begun before. */
  #decode(coding: string): void {
    const { pieces, body } = this.exchange;
    this.#fed = pieces.length;
    if (!canDecode(coding)) return;
    try {
      const decoded = decodedSoFar(coding, body);
      this.#reader.feed(decoded.subarray(this.#reader.offset), pieces.at(-1)!.at);
    } catch {
      this.isGarbled = true;
    }
  }

  /** The events that have come so far. Their `at` is in real milliseconds since the request. */
  get events(): StreamEvent[] {
    return this.reader.events;
  }

  /** How the exchange ended, if it has. */
  get ending(): Exchange['ending'] {
    return this.exchange.ending;
  }

  /** Lesson milliseconds of a moment of this exchange. */
  lesson(at: number): number {
    return this.stage.lesson(at);
  }

  /** Ends it as a client does that leaves the page. */
  leave(): void {
    this.exchange.leave();
  }

  /** Waits for the head, `within` lesson milliseconds. */
  async headComes({ within, otherwise }: Otherwise & { within: number }): Promise<ResponseHead> {
    const head = await this.stage.comes(this, (answer) => answer.exchange.head, within);
    if (head) return head;
    throw new Failure(explainNoHead(this, within, otherwise));
  }

  /** The head must come before the body has anything to say, and at once. */
  async headComesAtOnce({ otherwise }: Otherwise): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const answer = attempt === 1 ? this : this.stage.get(this.path);
      // The witness asks later. If it is answered and this one is not, the head is being held back.
      const witness = this.stage.get('/', { Accept: '*/*' });
      await answer.headComes({ within: 3 * 1000, otherwise });
      if (this.lesson(answer.exchange.headAt!) <= AT_ONCE) return;
      const last = attempt === ATTEMPTS;
      if (answer.#isOvertakenBy(witness) || (last && !witness.exchange.head)) {
        throw new Failure(explainLateHead(answer, otherwise));
      }
      if (last) return; // The witness was as slow: it is the machine.
    }
  }

  #isOvertakenBy(witness: Answer): boolean {
    if (!witness.exchange.head) return false;
    const own = this.exchange.openedAt + this.exchange.headAt!;
    const other = witness.exchange.openedAt + witness.exchange.headAt!;
    return this.lesson(own - other) > AT_ONCE;
  }

  /**
   * The head must be one that EventSource takes: 200, and the type of an event stream.
   *
   * @param next what to do where the status is another one; else what is said of any server
   */
  isAnEventStream(next?: Otherwise): void {
    const wrong = wrongInHead(this);
    if (!wrong) return;
    const { status } = this.exchange.head!;
    if (!next || status === 200) throw new Failure({ ...wrong, certain: true });
    throw new Failure({
      ...wrong,
      sentence: `\`${visible(this.path)}\` was asked for. ${wrong.sentence}`,
      advice: next.otherwise,
      certain: true,
    });
  }

  /** The answer must not pass for an event stream. */
  isNoEventStream({ otherwise }: Otherwise): void {
    const { head } = this.exchange;
    if (!head || mediaType(head) !== 'text/event-stream') return;
    throw new Failure({
      sentence: `\`${this.path}\` was answered with an event stream. Only the path of the stream itself was meant to be one.`,
      excerpt: headExcerpt(this, 'content-type'),
      advice: otherwise,
      certain: true,
    });
  }

  /** Any answer will do: 404 is an answer too. */
  async isAnswered({ within = 3000, otherwise }: Otherwise & { within?: number }): Promise<void> {
    await this.headComes({ within, otherwise });
  }

  /** Waits for the event of that number (1 is the first), `within` lesson milliseconds. */
  async eventComes(
    number: number,
    { within, otherwise }: Otherwise & { within: number },
  ): Promise<StreamEvent> {
    const event = await this.stage.comes(this, (answer) => answer.events[number - 1], within);
    if (event) return event;
    if (this.events.length === 0) throw new Failure(explainNoEvent(this, within, otherwise));
    throw new Failure(this.#explainSilence(within, otherwise));
  }

  /** No byte so far may be one that costs a client an event. */
  everyLineIsUnderstood(): void {
    const wrong = wrongInStream(this);
    if (wrong) throw new Failure({ ...wrong, certain: true });
  }

  /**
   * Events must come in this rhythm (lesson milliseconds), as far as a busy machine can keep it.
   *
   * @returns the events that it was judged by, two at least
   */
  async eventsCome({
    every,
    otherwise,
  }: Otherwise & { every: number }): Promise<[StreamEvent, ...StreamEvent[]]> {
    const first = await this.eventComes(1, { within: 3 * every, otherwise });
    let from = 0;
    let lost = await this.stage.lost();
    let trials = 1;
    for (let count = 2; ; count++) {
      await this.eventComes(count, { within: 3 * every, otherwise });
      const events = this.events.slice(from);
      const rhythm = judgeRhythm(events, this.stage.real(every));
      if (rhythm === 'open') continue;
      // A machine that is too busy has a rhythm of its own: try again from here.
      const lostNow = await this.stage.lost();
      const span = events.at(-1)!.at - events[0]!.at;
      const isFlood = rhythm === 'fast' && events.length > 100; // no machine is so slow
      if (isFlood || lostNow - lost < span * DISTURBED || trials === TRIALS) {
        if (rhythm === 'right') return [first, ...this.events.slice(1)];
        throw new Failure(this.#explainRhythm(rhythm, events, every, otherwise));
      }
      from = this.events.length - 1;
      lost = lostNow;
      count = from + 1;
      trials++;
    }
  }

  /**
   * One of so many events must say something else than the first. A tick that comes late may say
   * the same second as the next one, so two are not enough.
   */
  async dataChanges({ within, otherwise }: Otherwise & { within: number }): Promise<void> {
    for (let count = 2; count <= within; count++) {
      await this.eventComes(count, { within: 5000, otherwise });
      if (this.events.some(({ data }) => data !== this.events[0]!.data)) return;
    }
    throw new Failure({
      sentence: `${this.events.length} events came, and all of them say the same.`,
      excerpt: this.timetable(),
      advice: otherwise,
    });
  }

  #explainRhythm(
    rhythm: 'slow' | 'fast' | 'uneven',
    events: StreamEvent[],
    every: number,
    otherwise: string,
  ) {
    const [first, last] = [events[0]!, events.at(-1)!];
    const span = this.lesson(last.at - first.at);
    const gap = span / (events.length - 1);
    // Of a flood the most come at once, however long a busy machine makes a few of them wait.
    const isFlood = gap < 1 || (events.length > 100 && usualGap(events) < this.stage.real(1));
    const often = isFlood ? 'more than a thousand a second' : `one every ${seconds(gap)}`;
    const meant = `one every ${aboutSeconds(every)} was meant`;
    const sentence =
      rhythm === 'uneven'
        ? `The events come in bursts: ${meant}.`
        : `The events come too ${rhythm === 'fast' ? 'often' : 'seldom'}: ${events.length} of them in ${seconds(span)}, ${often}; ${meant}.`;
    return {
      sentence,
      excerpt: this.#rows().join('\n'),
      advice: otherwise,
      at: this.lesson(last.at),
      offset: last.span.start,
      // So many in so short a time are nobody else's.
      certain: events.length > 100,
    };
  }

  #explainSilence(within: number, otherwise: string) {
    const { events, ending } = this;
    const last = events.at(-1)!;
    const came = events.length === 1 ? 'One event came' : `${events.length} events came`;
    const then =
      ending === 'complete' || ending === 'closed'
        ? 'and then the server ended the response'
        : ending === 'cut'
          ? 'and then the connection broke off'
          : ending === 'flooded'
            ? 'and then more bytes than anyone can read'
            : `and then none for ${aboutSeconds(within)}`;
    return {
      sentence: `${came}, ${then}. Another event was meant to come.`,
      excerpt: this.timetable(),
      advice: otherwise,
      at: this.lesson(this.exchange.endedAt ?? last.at),
      offset: last.span.end,
    };
  }

  /** The last events, each with its time, and the end if it has come. */
  timetable(): string {
    const rows = this.#rows();
    const { ending, endedAt } = this.exchange;
    if (ending && ending !== 'left') {
      const how = ending === 'cut' || ending === 'malformed' ? 'it broke off' : 'the end';
      rows.push(`    +${seconds(this.lesson(endedAt!))}  (${how})`);
    }
    return rows.join('\n');
  }

  #rows(): string[] {
    return this.events.slice(-4).map((event) => {
      const data = event.data.length > 48 ? `${event.data.slice(0, 47)}…` : event.data;
      const type = event.type === 'message' ? '' : `event: ${visible(event.type)}, `;
      return `    +${seconds(this.lesson(event.at))}  ${type}data: ${visible(data)}`;
    });
  }
}

/** Real milliseconds between most events and those before them: the median. */
function usualGap(events: StreamEvent[]): number {
  const gaps = events.slice(1).map((event, index) => event.at - events[index]!.at);
  return gaps.sort((one, other) => one - other)[Math.floor(gaps.length / 2)]!;
}

/** Real milliseconds throughout. `open`: more events are needed to tell. */
function judgeRhythm(
  events: StreamEvent[],
  every: number,
): 'right' | 'open' | 'slow' | 'fast' | 'uneven' {
  const gaps = events.slice(1).map((event, index) => event.at - events[index]!.at);
  if (gaps.length < 1) return 'open';
  const near = (gap: number) => gap > every * 0.8 && gap < every * 1.25;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  // The first event is often late, for all that is done for the first time takes its time: then the
  // first gap is short.
  const soFar = mean > every * 0.7 && mean < every * 1.4;
  if (near(gaps.at(-1)!) && (near(gaps.at(-2) ?? every) || (gaps.length === 2 && soFar))) {
    return 'right';
  }
  const steady = gaps.filter((gap) => gap > every * 0.5 && gap < every * 1.6).length;
  const mostly = steady >= gaps.length / 2;
  if (gaps.length >= 4) {
    if (mostly && mean > every * 0.8 && mean < every * 1.25) return 'right';
    if (Math.min(...gaps) > every * 1.6) return 'slow';
  }
  if (gaps.length < GAPS) return 'open';
  if (mean < every * 0.75) return 'fast';
  if (mean > every * 1.33) return 'slow';
  return mostly ? 'right' : 'uneven';
}
