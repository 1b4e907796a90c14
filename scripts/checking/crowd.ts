// Many clients of one stream: they come, they hear an event, all but two leave. The first and the
// last to come stay. Whatever the server ties to the wrong client shows in one of these two, and
// what it keeps for those who left shows in the counts of its process.
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { type Explanation, Failure, seconds, Unseen } from './failure.ts';
import { type Counts, JOURNEY, type Stage } from './stage.ts';

export interface CrowdAdvice {
  /** For a server that lets one client's leaving end another's stream. */
  otherwise: string;
}

/** So many events a stayer must have heard before another's silence, or a leak, is believed. */
const EVENTS = 3;

/** Real milliseconds that a server may take to see that a client has left. */
const NOTICE = 150;

export class Crowd {
  readonly stage: Stage;
  readonly #path: string;
  readonly #size: number;
  readonly #first: Answer;
  #others: Answer[] = [];
  #before: Counts | undefined;
  #askedBefore = 0;
  #left = 0;
  #leftAt = 0;
  #atLeaving: Counts | undefined;

  /**
   * @param first a client that is there already, and stays
   * @param size how many clients there are in all, the first included
   */
  constructor(stage: Stage, first: Answer, size: number) {
    this.stage = stage;
    this.#first = first;
    this.#path = first.path;
    this.#size = size;
  }

  /** The first has been answered; then the others come, and each hears an event. */
  async comeAndHearAnEvent({ within, otherwise }: CrowdAdvice & { within: number }): Promise<void> {
    await this.#first.headComes({ within, otherwise });
    await this.stage.isAnswered();
    const { ending, events } = this.#first;
    // A stream that is over, or too much to read, need not be tried with many clients.
    if (ending) await this.#first.eventComes(events.length + 1, { within, otherwise });
    this.#askedBefore = this.stage.asked;
    this.#before = await this.stage.counts();
    const heardBefore = this.#first.events.length;
    this.#others = Array.from({ length: this.#size - 1 }, () => this.stage.get(this.#path));
    const hear = (client: Answer, count: number) =>
      this.stage.comes(client, (one) => one.events[count], within);
    const [first, ...heard] = await Promise.all([
      hear(this.#first, heardBefore),
      ...this.#others.map((client) => hear(client, 0)),
    ]);
    const deaf = heard.indexOf(undefined);
    if (first && deaf < 0) return;
    if (!first && heard.every((event) => event === undefined)) {
      await this.#first.eventComes(1, { within: 0, otherwise });
    }
    throw new Failure(
      first
        ? { ...this.#explainDeaf(deaf), advice: otherwise }
        : {
            ...sharedClients('the first client', `${this.#size - 1} more came`),
            advice: otherwise,
          },
    );
  }

  /** All leave but the first and the last to come. */
  async leaveButForFirstAndLast(): Promise<void> {
    const leaving = this.#others.slice(0, -1);
    this.#left = leaving.length;
    this.#leftAt = performance.now();
    for (const client of leaving) client.leave();
    await this.#serverNotices();
  }

  /** Those who stayed must go on to hear events. */
  async stayersHearMore({ within, otherwise }: CrowdAdvice & { within: number }): Promise<void> {
    const stayers = [this.#first, this.#others.at(-1)!] as const;
    const hear = (count: number) =>
      stayers.map((client) =>
        this.stage.comes(client, () => this.#heardSinceLeaving(client) >= count, within),
      );
    const [first, last] = await Promise.all(hear(1));
    if (first && last) return;
    const silent = first ? 'the one that had come last' : 'the one that had come first';
    const witness = first ? stayers[0] : stayers[1];
    const witnessed = await this.stage.comes(
      witness,
      () => this.#heardSinceLeaving(witness) >= EVENTS,
      EVENTS * within,
    );
    // It may have been slow, and no more than that: the witness has given it time.
    if (stayers.every((client) => this.#heardSinceLeaving(client) > 0)) return;
    throw new Failure({
      ...sharedClients(
        first || last ? silent : 'every client that had stayed',
        `${this.#left} others left`,
        witnessed ? `the other one has heard ${EVENTS} events since` : undefined,
      ),
      advice: otherwise,
    });
  }

  /**
   * What the server kept for those who left must go: at once, or at the next event.
   *
   * @param options `writes`: whether what is written to those who are gone counts; not where others in
   *   the same program may do that
   * @throws Unseen if the server's process is not ours
   */
  async leaveNothingBehind({
    within,
    otherwise,
    writes = true,
  }: CrowdAdvice & { within: number; writes?: boolean }): Promise<void> {
    if (!this.#before || !this.#atLeaving) {
      throw new Unseen(
        'Those who stayed go on to hear events. Whether the timers of those who left have stopped ' +
          'cannot be seen from here: only a server that the kit has started itself shows its timers.',
      );
    }
    const witness = this.#others.at(-1)!;
    let earlier = this.#atLeaving;
    let since = this.#leftAt;
    for (let event = 1; ; event++) {
      await this.stage.comes(witness, () => heardSince(witness, since) > 0, within);
      if (largest(await this.#growthSince(earlier, writes)) < this.#left / 4) return;
      // Those who left were served before the last to come, but for what was still on its way.
      await this.stage.journey();
      const growth = await this.#growthSince(earlier, writes);
      if (largest(growth) < this.#left / 4) return;
      if (event >= EVENTS) {
        if (largest(growth) < this.#left / 2) return;
        throw new Failure({
          ...this.#explainLeak(growth, otherwise),
          certain: this.#isOurDoing(growth),
        });
      }
      earlier = (await this.stage.counts()) ?? earlier;
      since = performance.now();
    }
  }

  #heardSinceLeaving(client: Answer): number {
    return heardSince(client, this.#leftAt);
  }

  /** The closing of a connection is on its way for some milliseconds. */
  async #serverNotices(): Promise<void> {
    const deadline = performance.now() + NOTICE;
    do {
      await pause(2);
      this.#atLeaving = await this.stage.counts();
      if (!this.#before || !this.#atLeaving) break;
      // Sockets close by themselves when a client closes; where they do not, the leak is told later.
    } while (
      this.#atLeaving.sockets - this.#before.sockets > this.#left / 4 &&
      performance.now() < deadline
    );
    this.#leftAt = performance.now();
  }

  /** Timers and sockets that are there beyond those of the first client, and writes in vain. */
  async #growthSince(earlier: Counts, writes: boolean): Promise<Growth> {
    const before = this.#before!;
    const now = await this.stage.counts();
    if (!now) throw new Unseen('The server has gone before its timers could be counted.');
    return {
      timers: now.timers - before.timers,
      sockets: now.sockets - before.sockets,
      writes: writes ? now.writesAfterClose - earlier.writesAfterClose : 0,
    };
  }

  /** Whether what other checks have asked for meanwhile is too little to explain it. */
  #isOurDoing(growth: Growth): boolean {
    const others = this.stage.asked - this.#askedBefore - this.#others.length;
    return largest(growth) - 2 * others >= this.#left / 2;
  }

  #explainLeak(growth: Growth, advice: string): Explanation {
    // The two who stayed hold something too: what can be laid to those who left is told.
    const most = (count: number) => Math.min(count, this.#left);
    const since = seconds(this.stage.lesson(performance.now() - this.#leftAt));
    const kept = [
      growth.timers >= this.#left / 2 && `${most(growth.timers)} more timers run than before`,
      growth.sockets >= this.#left / 2 && `${most(growth.sockets)} connections are still open`,
      growth.writes >= this.#left / 2 &&
        `every tick still writes to ${most(growth.writes)} clients that are gone`,
    ].filter((part) => part !== false);
    return {
      sentence:
        `${this.#left} clients came, heard an event and left. ${since} later ` +
        `${list(kept)}. What is done for a client was meant to stop when it leaves.`,
      advice,
    };
  }

  #explainDeaf(index: number): Explanation {
    return {
      sentence:
        `${this.#size} clients came for ${this.#path}. The first hears events; ` +
        `number ${index + 2} has heard none. Each was meant to have a stream of its own.`,
      finding: 'shared-clients',
    };
  }
}

/**
 * Events that a client has heard since a moment of `performance.now()`. One that came right after it
 * may have been sent before, and does not count.
 */
function heardSince(client: Answer, moment: number): number {
  const { openedAt } = client.exchange;
  return client.events.filter(({ at }) => openedAt + at > moment + JOURNEY).length;
}

interface Growth {
  timers: number;
  sockets: number;
  writes: number;
}

function largest(growth: Growth): number {
  return Math.max(growth.timers, growth.sockets, growth.writes);
}

function sharedClients(who: string, when: string, but?: string): Explanation {
  return {
    sentence:
      `When ${when}, the stream of ${who} stopped${but ? `, while ${but}` : ''}. ` +
      'What one client does was meant to be nothing to another.',
    finding: 'shared-clients',
  };
}

function list(parts: string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
