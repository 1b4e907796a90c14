// A class of the learner's that takes a stream in pieces and tells what is in it: what a check can
// ask of it. It is fed in a process of its own, so many cuts of many streams cost next to nothing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Otherwise } from '../answer.ts';
import { type Explanation, Failure, seconds, Unseen } from '../failure.ts';
import type { Feeding } from './cuts.ts';
import { everyFeeding } from './cuts.ts';
import { differenceOf, type Expected } from './difference.ts';
import { explainDifference, explainStop, explainThrown, noSuchFile } from './explain.ts';
import type { ModuleProcess } from './module-process.ts';
import type { RunOrder, RunResult } from './reports.ts';

/** A stream that is fed, and what must be told of it, however it is cut. */
export interface FedStream {
  /** Bytes, or text in UTF-8. */
  bytes: string | Uint8Array;
  /** What the listeners must be told, in this order, and by the time that all bytes were fed. */
  told: Expected[];
  /** What `lastEventId` must say afterwards, if that is asked. */
  lastEventId?: string;
  /** Values for the constructor, besides the listeners. */
  options?: Record<string, unknown>;
  /** What is asked about, if not about all that is told: the rest is passed over. */
  heard?: Expected['what'][];
  /** Whether `feed()` must throw, after it has told what it was meant to tell. */
  refused?: boolean;
  /** What to do next, if it is read wrongly even in one piece. */
  otherwise: string;
  /** What to do next, if only a cut makes it wrong, by the bytes before it; else the same. */
  whenCut?: (before: Uint8Array) => string;
}

/** What the checks of one judging share. */
export interface ModuleTarget {
  /** Where the exercise's files are; undefined if only a server was named. */
  directory: string | undefined;
  process: ModuleProcess;
}

/** Milliseconds of processor time for a stream of a few bytes: whatever takes longer never ends. */
const BUDGET = 1000;
/** The same for a stream of a megabyte, several times. */
const LARGE_BUDGET = 8000;
/** So many bytes go into one line, and into many. */
const LARGE = 2_000_000;
const LINES = 32;
/** The size of what TCP carries in one packet. */
const PACKET = 1460;
/**
 * One line may take so many times as long as the same bytes in many lines. Parsers that add one
 * character at a time take up to seven times as long; those that search again take thirty and more.
 */
const TIMES = 12;
const CLEARLY = 30;
/** Between the two a busy machine may be to blame: it is asked so often. */
const ATTEMPTS = 3;

const NO_FILES =
  'This is a check of a file of the exercise, and only a server was named: leave --url out to ' +
  'check the files.';

export class FedModule {
  readonly #target: ModuleTarget;
  readonly #file: string;
  readonly #name: string;

  /**
   * @param file the module, within the exercise
   * @param name the class that it exports
   */
  constructor(target: ModuleTarget, file: string, name: string) {
    this.#target = target;
    this.#file = file;
    this.#name = name;
  }

  /**
   * Each stream is fed in one piece, in two, cut at every byte, and byte by byte; each time the same
   * must be told.
   *
   * @param shared what is so for each of them that does not say it for itself
   * @throws Failure with the bytes of the first that is not, and where they were cut
   */
  async tells(
    shared: Otherwise & Partial<FedStream>,
    streams: readonly (Pick<FedStream, 'bytes' | 'told'> & Partial<FedStream>)[],
  ): Promise<void> {
    const feedings = streams.flatMap((stream) => everyFeeding({ ...shared, ...stream }));
    const { results, stop } = await this.#carryOut(feedings.map(orderOf), BUDGET);
    for (const [index, result] of results.entries()) {
      const feeding = feedings[index]!;
      const explanation = this.#judge(feeding, result);
      if (explanation) throw new Failure(await this.#tried(feeding, explanation));
    }
    const feeding = feedings[stop?.run ?? -1];
    if (stop) throw new Failure(explainStop(stop, this.#place, feeding));
  }

  /**
   * The time must grow with the bytes and not with the square of a line's length: one long line, in
   * pieces as TCP brings them, is timed beside many lines that are as long together.
   */
  async takesLongLines({ otherwise }: Otherwise): Promise<void> {
    const runs = [LINES, 1].map((count) => ({
      bytes: Buffer.from(`data: ${'x'.repeat(LARGE / count)}\n`.repeat(count)).toString('base64'),
      cuts: { every: PACKET },
      options: {},
      times: count === 1 ? 1 : 2, // the first time warms up
    }));
    for (let attempt = 1; ; attempt++) {
      const { results, stop } = await this.#carryOut(runs, LARGE_BUDGET);
      if (stop && stop.kind !== 'loops') {
        throw new Failure(explainStop(stop, this.#place, undefined));
      }
      const [many, one] = results;
      const threw = many?.threw ?? one?.threw;
      if (threw) throw new Failure(explainThrown(threw, this.#place, undefined));
      const times = stop ? Number.POSITIVE_INFINITY : one!.took! / many!.took!;
      if (times <= TIMES) return;
      if (times < CLEARLY && attempt < ATTEMPTS) continue;
      const took = stop ? `more than ${LARGE_BUDGET / 1000} s` : seconds(one!.took!);
      const meant = many ? ` The same bytes in ${LINES} lines take ${seconds(many.took!)}.` : '';
      throw new Failure({
        sentence:
          `One line of 2 MB, in pieces of ${PACKET} bytes, takes ${took}.${meant} ` +
          'They were meant to take about as long.',
        advice: otherwise,
        certain: true,
      });
    }
  }

  get #place() {
    return { directory: this.#target.directory!, file: this.#file, name: this.#name };
  }

  #carryOut(runs: RunOrder[], budget: number, anew = false) {
    const { directory, process } = this.#target;
    if (directory === undefined) throw new Unseen(NO_FILES);
    const file = join(directory, this.#file);
    if (!existsSync(file)) throw new Failure(noSuchFile(this.#place));
    return process.carryOut({ file, name: this.#name, budget, anew, runs });
  }

  #judge(feeding: Feeding, complete: RunResult): Explanation | undefined {
    const { heard } = feeding.stream;
    const told = complete.told.filter(({ what }) => heard?.includes(what) ?? true);
    const result = { ...complete, told };
    if (result.threw && !(feeding.stream.refused && result.threw.piece < feeding.pieces.length)) {
      return explainThrown(result.threw, this.#place, feeding);
    }
    const difference = differenceOf(feeding, result);
    return difference && explainDifference(difference, feeding, result);
  }

  /** The same once more, in a thread where nothing was fed before: is it right there? */
  async #tried(feeding: Feeding, explanation: Explanation): Promise<Explanation> {
    const { results } = await this.#carryOut([orderOf(feeding)], BUDGET, true);
    if (!results[0] || this.#judge(feeding, results[0])) return explanation;
    return {
      ...explanation,
      sentence: `${explanation.sentence} Alone it is right: it goes wrong after other parsers were fed.`,
      advice:
        'Keep everything in fields of the object, as `this.#rest`. What is declared outside of the ' +
        'class belongs to all parsers, and so does a regular expression with the flag `g` or `y`.',
    };
  }
}

function orderOf({ bytes, cuts, stream }: Feeding): RunOrder {
  return { bytes: Buffer.from(bytes).toString('base64'), cuts, options: stream.options ?? {} };
}
