// Judges a server by the checks of a lesson: any origin, or files that are run for the purpose.
//
// The checks run side by side. One that fails might owe it to another's clients (a server that keeps
// one variable for all of them), so it is run again alone before it is told, unless the bytes prove
// it. Verdicts are said one by one, as soon as each is sure.
import { createServer } from 'node:net';
import { join, relative, resolve, sep } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Lesson } from '../course/lessons.ts';
import type { Run, Runner, RunProblem } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import { Failure, Unseen } from './failure.ts';
import { type Check, sceneOn } from './language.ts';
import { Ledger, type Outcome } from './ledger.ts';
import { busy, Stage, type Target } from './stage.ts';
import { type Judging, makeReport, type Report } from './verdict.ts';

export type { Target } from './stage.ts';
export type { Judging, Report, Verdict } from './verdict.ts';

export interface JudgeOptions {
  /** The last step that is judged; all, if not given. */
  upTo?: number | undefined;
  /** Is told everything as it happens. */
  on?: ((judging: Judging) => void) | undefined;
  /** Ends the judging, for instance because the files have changed again. */
  signal?: AbortSignal | undefined;
  /** Real milliseconds that a server may take to listen, or be busy; 10 000 if not given. */
  patience?: number | undefined;
}

/** Real milliseconds after which a learner is told that we still wait. */
const PROVISIONAL = 1000;
const PATIENCE = 10_000;
/** Real milliseconds between a process's last byte and the news of its end. */
const DYING = 200;
/** How much faster than real time the clock of an exercise's server runs. */
const SPEED = 50;

/**
 * The checks of a lesson, in the order of its steps.
 *
 * @throws KitError if checks.ts cannot be loaded or has none
 */
export async function loadChecks(lesson: Lesson): Promise<Check[]> {
  const place = `lessons/${lesson.folder}/checks.ts`;
  let module: { checks?: unknown };
  try {
    module = await import(pathToFileURL(join(lesson.directory, 'checks.ts')).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new KitError(`${place} cannot be loaded: ${reason}`);
  }
  if (!Array.isArray(module.checks) || module.checks.length === 0) {
    throw new KitError(`${place} has no checks: it should say export const checks = [ … ].`);
  }
  return (module.checks as Check[]).toSorted((one, other) => one.step - other.step);
}

/**
 * Judges whatever answers at an origin, in any language.
 *
 * @throws KitError if nothing can be reached there
 * @throws the signal's reason if it is aborted
 */
export async function judgeOrigin(
  lesson: Lesson,
  target: Target,
  options: JudgeOptions = {},
): Promise<Report> {
  const judging = await beginJudging(lesson, options);
  await judging.judge(target);
  return judging.finish(target.origin);
}

/**
 * Starts `server.ts` of a directory with a fast clock, judges it, and stops it.
 *
 * @throws the signal's reason if it is aborted
 */
export async function judgeExercise(
  runner: Runner,
  lesson: Lesson,
  directory: string,
  options: JudgeOptions & { speed?: number; file?: string } = {},
): Promise<Report> {
  const judging = await beginJudging(lesson, options);
  const [port, secondPort] = await freePorts();
  const speed = options.speed ?? SPEED;
  const run = runner.start({
    directory,
    ...(options.file !== undefined && { file: options.file }),
    port,
    publicPort: port,
    secondPort,
    speed,
  });
  try {
    if (await judging.waitForListening(run)) {
      await judging.judge({ origin: run.origin, speed, run });
    }
    return judging.finish(shownDirectory(lesson, directory));
  } finally {
    await run.stop();
  }
}

async function beginJudging(lesson: Lesson, options: JudgeOptions): Promise<Judgement> {
  options.signal?.throwIfAborted();
  const begun = performance.now();
  const checks = await loadChecks(lesson);
  const upTo = options.upTo ?? Number.POSITIVE_INFINITY;
  return new Judgement(
    lesson,
    checks.filter((check) => check.step <= upTo),
    options,
    begun,
  );
}

/** One judging, from its beginning to its report. */
class Judgement {
  readonly #lesson: Lesson;
  readonly #checks: Check[];
  readonly #options: JudgeOptions;
  readonly #begun: number;
  readonly #ledger: Ledger;
  readonly #patience: number;

  constructor(lesson: Lesson, checks: Check[], options: JudgeOptions, begun: number) {
    this.#lesson = lesson;
    this.#checks = checks;
    this.#options = options;
    this.#begun = begun;
    this.#patience = options.patience ?? PATIENCE;
    this.#ledger = new Ledger(checks, (verdict) => options.on?.({ kind: 'verdict', verdict }));
  }

  /** Whether the server listens before the patience is at its end; if not, that is its verdict. */
  async waitForListening(run: Run): Promise<boolean> {
    const soon = Math.min(PROVISIONAL, this.#patience);
    let heard = await this.#unlessInterrupted(run, run.listening(soon));
    if (heard === false && soon < this.#patience) {
      this.#say(
        (await isBusy(run))
          ? `The server is busy and does not listen on port ${run.port} yet. Still waiting.`
          : `Nothing listens on port ${run.port} yet. Still waiting.`,
      );
      heard = await this.#unlessInterrupted(run, run.listening(this.#patience - soon));
    }
    if (heard === true) return true;
    if (heard === false) {
      this.#ledger.giveUp(
        (await isBusy(run))
          ? busy(this.#patience).explanation
          : {
              sentence: `Nothing listens on port ${run.port}, ${this.#patience / 1000} s after the start.`,
              advice:
                `End the file with listen(server, ${this.#lesson.number}); it takes the port from ` +
                'the variable PORT of the environment. A port that is written into the code is ' +
                'not the one that is asked.',
            },
      );
    }
    return false;
  }

  /**
   * Runs the checks until each has its verdict.
   *
   * @throws KitError if the target cannot be reached, and is not ours
   */
  async judge(target: Target): Promise<void> {
    const warning = setTimeout(async () => {
      if (!target.run || !(await isBusy(target.run))) return;
      this.#say('The server is busy and does not answer. Still waiting.');
    }, PROVISIONAL);
    try {
      const together = await this.#round(target, this.#checks);
      if (together.unreachable && !target.run) throw unreachable(target, together.unreachable);
      for (let [check] = this.#ledger.doubtful; check; [check] = this.#ledger.doubtful) {
        await this.#round(target, [check]);
      }
    } finally {
      clearTimeout(warning);
    }
  }

  /** Makes the report and says it. */
  finish(target: string): Report {
    const report = makeReport(this.#lesson.folder, target, this.#ledger.verdicts);
    this.#options.on?.({
      kind: 'report',
      report,
      milliseconds: performance.now() - this.#begun,
    });
    return report;
  }

  /** Runs checks side by side with clients of their own. */
  async #round(target: Target, checks: Check[]): Promise<{ unreachable: string | undefined }> {
    const stage = new Stage(target, this.#patience);
    const alone = checks.length === 1;
    const all = checks.map(async (check) => {
      const outcome = await outcomeOf(check, stage, alone);
      if (outcome.kind === 'failed' && (await hasBrokenDown(stage))) return;
      if (!stage.closed) this.#ledger.note(check, outcome);
    });
    try {
      await this.#unlessInterrupted(target.run, Promise.all(all));
      return { unreachable: stage.unreachable };
    } finally {
      stage.close();
    }
  }

  /**
   * Waits for `work`, but no longer than the server lives and the judging is wanted.
   *
   * @returns what `work` gives; undefined if the server has a problem, which is then its verdict
   * @throws the signal's reason
   */
  async #unlessInterrupted<T>(run: Run | undefined, work: Promise<T>): Promise<T | undefined> {
    const { signal } = this.#options;
    const over = new AbortController();
    const problem = new Promise<RunProblem>((resolve) => {
      if (run?.problem) resolve(run.problem);
      else run?.onProblem(resolve);
    });
    const abortion = new Promise<never>((_, reject) => {
      const abort = () => reject(signal!.reason);
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { signal: over.signal });
    });
    try {
      const first = await Promise.race([
        problem.then((problem) => ({ problem })),
        abortion,
        work.then((result) => ({ result })),
      ]);
      if ('result' in first) return first.result;
      this.#ledger.giveUp({
        sentence: first.problem.message,
        excerpt: first.problem.excerpt,
        certain: true,
      });
      return undefined;
    } finally {
      over.abort();
      work.catch(() => {}); // It may still fail when nobody waits for it any more.
    }
  }

  #say(message: string): void {
    this.#options.on?.({ kind: 'provisional', message });
  }
}

async function outcomeOf(check: Check, stage: Stage, alone: boolean): Promise<Outcome> {
  const { scene, leave } = sceneOn(stage);
  try {
    await check.run(scene);
    return { kind: 'passed' };
  } catch (error) {
    if (error instanceof Unseen) return { kind: 'unseen', message: error.message };
    if (!(error instanceof Failure)) throw error;
    const sure = alone || error.explanation.certain === true;
    return { kind: 'failed', explanation: error.explanation, sure };
  } finally {
    leave();
  }
}

/** A connection that breaks may be the first sign of a crash, whose own sentence says more. */
async function hasBrokenDown({ target: { run }, isBroken }: Stage): Promise<boolean> {
  if (!run || !isBroken) return false;
  const deadline = performance.now() + DYING;
  while (!run.problem && performance.now() < deadline) await pause(5);
  return run.problem !== undefined;
}

async function isBusy(run: Run): Promise<boolean> {
  return ((await run.state())?.busyFor ?? 0) > PROVISIONAL / 2;
}

function unreachable(target: Target, cause: string): KitError {
  return new KitError(
    `Nothing answers at ${target.origin} (${cause}): start the server there, or give its address with --url.`,
  );
}

/** A directory as people know it: from the clone's root, where it is below it. */
function shownDirectory(lesson: Lesson, directory: string): string {
  const root = resolve(lesson.directory, '..', '..');
  const path = relative(root, directory);
  return path.startsWith('..') ? directory : path.split(sep).join('/');
}

/** Two ports that nobody listens on at this moment. */
async function freePorts(): Promise<[number, number]> {
  return Promise.all([freePort(), freePort()]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
