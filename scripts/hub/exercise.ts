// One open exercise: its folder is watched, and each change is judged. The newest save wins.
import { createHash } from 'node:crypto';
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageHost } from '../checking/page/host.ts';
import { PageMemory } from '../checking/page-memory.ts';
import type { Judging, Report } from '../checking/verdict.ts';
import { type Lesson, lessonTexts } from '../course/lessons.ts';
import { exerciseDirectory, openExercise } from '../course/playground.ts';
import type { Runner } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import type { Live } from './live.ts';

/**
 * The folder of an exercise, made with its starter if it is not there. Unlike opening it, this does
 * not bring back a single file that the learner has deleted.
 *
 * @throws KitError if it cannot be made
 */
export async function exerciseFolder(root: string, lesson: Lesson): Promise<string> {
  const directory = exerciseDirectory(root, lesson);
  if (!existsSync(directory)) await openExercise(root, lesson);
  return directory;
}

/** The checks and all that they stand on are loaded with the first exercise, not with the hub. */
export const loadJudge = () => import('../checking/judge.ts');

/** The judge is loaded so long after the exercise was opened: the page comes first. */
const JUDGE_LOADS = 500; // milliseconds
/** A file that is gone or empty is often just being replaced. */
const SECOND_LOOK = 60; // milliseconds
/** What keeps a program from running is named for good within a second. */
const BLAME = 800; // milliseconds
/** What has changed on disk is told after the verdict, or when that takes long. */
const NEWS_WAIT = 300; // milliseconds
/** The stage follows the verdict, or goes ahead when that takes long. */
const STAGE_WAITS = 1500; // milliseconds

/** Other files than the exercise's own count as well, for its server may import them. */
const CODE = /^\w[\w.-]*\.(ts|js|mjs|html|css|json|txt|svg)$/;

export interface ExerciseOptions {
  lesson: Lesson;
  directory: string;
  runner: Runner;
  live: Live;
  /** Plays the exercise's page. */
  pages: PageHost;
  /** Told of each report that no newer save has overtaken. */
  onReport: (report: Report) => Promise<void>;
  /** Starts the shown exercise anew. */
  restartStage: () => Promise<void>;
  log: (text: string) => void;
}

export class Exercise {
  readonly #options: ExerciseOptions;
  readonly #memory = new PageMemory();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #known = new Map<string, string>();
  #looking: Promise<void> = Promise.resolve();
  /** Files that have changed and are not told of yet. */
  readonly #news = new Set<string>();
  #newsTimer: NodeJS.Timeout | undefined;
  #judging: AbortController | undefined;
  #judged: { run: number; said: Judging[] } | undefined;
  #closed = false;

  constructor(options: ExerciseOptions) {
    this.#options = options;
  }

  /** What was said of the newest version so far, for who comes later. */
  get judged(): { run: number; said: Judging[] } | undefined {
    return this.#judged;
  }

  /** Watches the folder, if it is not watched already, and takes what is there as known. */
  async watch(): Promise<void> {
    if (this.#watcher || this.#closed) return;
    const { directory, log } = this.#options;
    try {
      this.#watcher = watch(directory, (_change, name) => {
        if (name === null || CODE.test(name)) this.#lookSoon(0);
      });
      this.#watcher.on('error', () => this.#unwatch());
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      log(`Saves in your own editor are not seen (${code}): press "Save and judge" in the page.`);
    }
    this.#known = (await this.#hashes()) ?? new Map();
    // Whoever opens an exercise will save soon: the judge need not be loaded only then.
    setTimeout(() => void loadJudge().catch(() => {}), JUDGE_LOADS).unref();
  }

  /** Looks at once whether anything has changed, and if so tells and judges it. */
  look(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#lookInTurn(false);
  }

  /**
   * Judges the exercise as it stands; a judging under way is given up.
   *
   * @param anew with all of its page, though that may be the one that was judged before
   * @returns the number of this judging
   */
  judge({ anew = false } = {}): number {
    const next = nextRun();
    if (anew) this.#memory.forget();
    const { lesson, live } = this.#options;
    this.#judging?.abort();
    const judging = new AbortController();
    this.#judging = judging;
    const judged = { run: next, said: [] as Judging[] };
    this.#judged = judged;
    live.publish('judge-started', { folder: lesson.folder, run: next }, 'key');
    void this.#carryOut(judging.signal, judged);
    return next;
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
    clearTimeout(this.#newsTimer);
    this.#judging?.abort();
  }

  async #carryOut(signal: AbortSignal, judged: { run: number; said: Judging[] }): Promise<void> {
    const { lesson, directory, runner, live, pages, log } = this.#options;
    const on = (judging: Judging) => {
      if (signal.aborted) return;
      judged.said.push(judging);
      live.publish('judging', { folder: lesson.folder, run: judged.run, judging }, 'key');
    };
    const verdict = loadJudge()
      .then(({ judgeExercise }) =>
        judgeExercise(runner, lesson, directory, {
          on,
          signal,
          pages,
          memory: this.#memory,
          blame: BLAME,
        }),
      )
      .then(
        async (report) => {
          if (!signal.aborted) await this.#options.onReport(report);
        },
        (error: Error) => {
          if (signal.aborted) return;
          const isMendable = error instanceof KitError;
          if (!isMendable) log(`Judging ${lesson.folder}: ${error.stack}`);
          const message = isMendable
            ? error.message
            : 'The kit made a mistake while judging; the terminal of npm start says more.';
          on({ kind: 'broken', message });
        },
      )
      .catch((error: Error) =>
        log(`The verdicts on ${lesson.folder} are not kept: ${error.stack}`),
      );
    await Promise.race([verdict, waiting(STAGE_WAITS, signal)]);
    if (signal.aborted) return;
    this.#tellNews();
    try {
      await this.#options.restartStage();
    } catch (error) {
      log(String((error as Error).stack)); // the lesson's own folder may be gone just now
    }
  }

  #lookSoon(milliseconds: number, second = false): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lookInTurn(second), milliseconds);
  }

  #lookInTurn(second: boolean): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#lookNow(second))
      .catch((error: Error) => this.#options.log(String(error.stack)));
    return this.#looking;
  }

  async #lookNow(second: boolean): Promise<void> {
    if (this.#closed) return;
    const found = await this.#hashes();
    if (!found) this.#unwatch(); // the folder itself is gone; opening it again makes it anew
    const now = found ?? new Map<string, string>();
    const names = new Set([...this.#known.keys(), ...now.keys()]);
    const changed = [...names].filter((name) => this.#known.get(name) !== now.get(name));
    if (changed.length === 0) return;
    const isHalf = changed.some((name) => (now.get(name) ?? EMPTY) === EMPTY);
    if (isHalf && !second) return this.#lookSoon(SECOND_LOOK, true);
    this.#known = now;

    this.judge();
    const own = this.#ownFiles();
    for (const name of changed) if (own.includes(name)) this.#news.add(name);
    clearTimeout(this.#newsTimer);
    this.#newsTimer = setTimeout(() => this.#tellNews(), NEWS_WAIT);
  }

  /** Pages fetch the files that they hear of, and the verdict is in more of a hurry. */
  #tellNews(): void {
    clearTimeout(this.#newsTimer);
    const { lesson, live } = this.#options;
    for (const file of this.#news) {
      const hash = this.#known.get(file) ?? null;
      live.publish('exercise', { folder: lesson.folder, file, hash }, 'key');
    }
    this.#news.clear();
  }

  #ownFiles(): string[] {
    try {
      return [...lessonTexts(this.#options.lesson).keys()];
    } catch {
      return [...this.#known.keys()]; // the lesson is broken just now, the exercise is not
    }
  }

  async #hashes(): Promise<Map<string, string> | undefined> {
    const { directory } = this.#options;
    const names = await readdir(directory).catch(() => undefined);
    if (!names) return undefined;
    const hashes = await Promise.all(
      names
        .filter((name) => CODE.test(name))
        .map(async (name) => {
          const bytes = await readFile(join(directory, name)).catch(() => undefined);
          return bytes && ([name, hashOfBytes(bytes)] as const);
        }),
    );
    return new Map(hashes.filter((entry) => entry !== undefined));
  }

  #unwatch(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

let runs = 0;

function nextRun(): number {
  runs += 1;
  return runs;
}

/** The same as the playground's hash of a text, without taking the bytes for text. */
function hashOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const EMPTY = hashOfBytes(new Uint8Array());

function waiting(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    timer.unref();
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
