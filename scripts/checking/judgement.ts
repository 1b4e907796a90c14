// One judging, from its first word to its report.
//
// The checks run side by side. One that fails might owe it to another's clients (a server that keeps
// one variable for all of them), so it is run again alone before it is told, unless the bytes prove
// it. Verdicts are said one by one, as soon as each is sure.
import { setTimeout as pause } from 'node:timers/promises';
import type { Lesson } from '../course/lessons.ts';
import type { Run, RunProblem } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import { Failure, Unseen } from './failure.ts';
import { type Check, type Scene, sceneOn } from './language.ts';
import { Ledger, type Outcome } from './ledger.ts';
import type { PageHost } from './page/host.ts';
import type { PageMemory } from './page-memory.ts';
import { busy, Stage, type Target } from './stage.ts';
import { type Judging, makeReport, type Report } from './verdict.ts';

export interface JudgeOptions {
  /** The last step that is judged; all, if not given. */
  upTo?: number | undefined;
  /** Is told everything as it happens. */
  on?: ((judging: Judging) => void) | undefined;
  /** Ends the judging, for instance because the files have changed again. */
  signal?: AbortSignal | undefined;
  /** Real milliseconds that a server may take to listen, or be busy; 10 000 if not given. */
  patience?: number | undefined;
  /**
   * Real milliseconds since the start within which the step that is too much for a program must be
   * found; else it is the first that is not judged. 5000 if not given.
   */
  blame?: number | undefined;
  /** Whether no step waits for another: `export const anyStep = true` in checks.ts. */
  anyOrder?: boolean | undefined;
  /**
   * Whether a failure that the machine may be to blame for is asked again with a slower clock; true
   * if not given.
   */
  slower?: boolean | undefined;
  /** Plays the pages; without it a browser is started for this judging alone, if it is needed. */
  pages?: PageHost | undefined;
  /** What earlier judgings have found out about the page; without it all is asked anew. */
  memory?: PageMemory | undefined;
}

/** Real milliseconds after which a learner is told that we still wait: it is read within a second. */
const PROVISIONAL = 700;
const PATIENCE = 10_000;
/**
 * Lesson milliseconds that may be lost to other programs while checks run, or that part of the time
 * that they have run: a browser beside it takes as much. With more, what was sent in time may have
 * come late.
 */
const DISTURBANCE = 1500;
const DISTURBED_PART = 0.35;
/**
 * Lesson milliseconds that a program may work while checks run: most need half of it. With more, the
 * processor was too slow for so fast a clock.
 */
const TOIL = 8000;
/** Real milliseconds between a process's last byte and the news of its end. */
const DYING = 200;
/** One judging. */
export class Judgement {
  readonly #lesson: Lesson;
  readonly #options: JudgeOptions;
  readonly #ledger: Ledger;
  readonly #patience: number;
  readonly #begun = performance.now();

  constructor(lesson: Lesson, checks: Check[], options: JudgeOptions) {
    this.#lesson = lesson;
    this.#options = options;
    this.#patience = options.patience ?? PATIENCE;
    const upTo = options.upTo ?? Number.POSITIVE_INFINITY;
    const wanted = checks.filter(({ step }) => step <= upTo);
    this.#ledger = new Ledger(wanted, (verdict) => options.on?.({ kind: 'verdict', verdict }), {
      anyOrder: options.anyOrder ?? false,
    });
  }

  /** Takes what is known of the page already for found out. */
  recall(): void {
    for (const check of this.undecided()) {
      const outcome = this.#options.memory?.recall(check);
      if (outcome) this.#ledger.note(check, outcome);
    }
  }

  /** The checks that have no verdict yet. */
  undecided(): Check[] {
    return this.#ledger.undecided;
  }

  /** What has no verdict yet fails, the first of it with this problem. */
  giveUp({ message, excerpt }: Pick<RunProblem, 'message' | 'excerpt'>): void {
    this.#ledger.giveUp({ sentence: message, excerpt, certain: true });
  }

  /**
   * Waits until the server listens, and says so while it does not. Silence at the end of the
   * patience is its verdict.
   */
  async waitForListening(run: Run): Promise<{ heard: boolean; problem?: RunProblem | undefined }> {
    const soon = Math.min(PROVISIONAL, this.#patience);
    const first = await this.#unlessInterrupted(run, this.#listens(run, soon));
    if (first.problem || first.result) return { heard: first.result === true, ...first };
    if (soon < this.#patience) {
      this.#say(
        (await isBusy(run))
          ? `The server is busy and does not listen on port ${run.port} yet. Still waiting.`
          : `Nothing listens on port ${run.port} yet. Still waiting.`,
      );
      const rest = this.#patience - soon;
      const second = await this.#unlessInterrupted(run, this.#listens(run, rest));
      if (second.problem || second.result) return { heard: second.result === true, ...second };
    }
    this.#ledger.giveUp(
      (await isBusy(run))
        ? busy(this.#patience).explanation
        : {
            sentence: `Nothing listens on port ${run.port}, ${this.#patience / 1000} s after the start.`,
            advice:
              `End the file with \`listen(server, ${this.#lesson.number})\`: it takes the port from ` +
              'the variable `PORT`. A port that is written into the code is another one.',
          },
    );
    return { heard: false };
  }

  /** A program that ends while we wait listens no more; the reason follows in a moment. */
  async #listens(run: Run, milliseconds: number): Promise<boolean> {
    const deadline = performance.now() + milliseconds;
    if (await run.listening(milliseconds)) return true;
    while (!run.problem && performance.now() < deadline) await pause(5);
    return false;
  }

  /**
   * Runs checks, until each has its verdict or the program has a problem. A failure that the machine
   * may be to blame for is no verdict where the clock can run slower.
   *
   * @param last whether no slower clock is left
   * @returns the problem, if there is one; `disturbed`: some failures are no verdicts yet
   * @throws KitError if the target cannot be reached, and is not ours
   * @throws the signal's reason
   */
  async judge(
    target: Target,
    checks: Check[],
    last = true,
  ): Promise<{ problem?: RunProblem | undefined; disturbed?: boolean }> {
    const warning = setTimeout(async () => {
      if (!target.run || !(await isBusy(target.run))) return;
      this.#say('The server is busy and does not answer. Still waiting.');
    }, PROVISIONAL);
    try {
      const { unreachable, problem, disturbed } = await this.#round(target, checks, last);
      if (problem) return { problem };
      if (unreachable && !target.run) throw cannotReach(target, unreachable);
      let isDisturbed = disturbed;
      for (let [check] = this.#ledger.doubtful; check; [check] = this.#ledger.doubtful) {
        if (isDisturbed) return { disturbed: true };
        const { problem, disturbed } = await this.#round(target, [check], last);
        if (problem) return { problem };
        isDisturbed = disturbed;
      }
      return {};
    } finally {
      clearTimeout(warning);
    }
  }

  /** Makes the report and says it. */
  finish(target: string): Report {
    const report = makeReport(this.#lesson.folder, target, this.#ledger.verdicts);
    const milliseconds = performance.now() - this.#begun;
    this.#options.on?.({ kind: 'report', report, milliseconds });
    return report;
  }

  /** Runs checks side by side with clients of their own. */
  async #round(
    target: Target,
    checks: Check[],
    last: boolean,
  ): Promise<{
    unreachable?: string | undefined;
    problem?: RunProblem | undefined;
    disturbed: boolean;
  }> {
    const stage = new Stage(target, this.#patience);
    const alone = checks.length === 1;
    let disturbed = false;
    const begun = performance.now();
    const [lostBefore, workedBefore] = last ? [0, 0] : [await stage.lost(), await stage.worked()];
    const all = checks.map(async (check) => {
      const { outcome, isOfPage } = await outcomeOf(check, stage, alone);
      if (outcome.kind === 'failed' && (await hasBrokenDown(stage))) return;
      if (outcome.kind === 'failed' && !last && !isOfPage && !outcome.explanation.certain) {
        const lost = stage.lesson((await stage.lost()) - lostBefore);
        const limit = stage.lesson(performance.now() - begun) * DISTURBED_PART;
        if (
          lost > Math.max(DISTURBANCE, limit) ||
          stage.lesson((await stage.worked()) - workedBefore) > TOIL
        ) {
          disturbed = true;
          outcome.sure = false;
        }
      }
      // A page is played against a server of its own: no other check's clients are there.
      if (outcome.kind === 'failed' && isOfPage && this.#options.anyOrder) outcome.sure = true;
      if (stage.closed) return;
      this.#ledger.note(check, outcome);
      if (isOfPage) this.#options.memory?.remember(check, outcome);
    });
    try {
      const { problem } = await this.#unlessInterrupted(target.run, Promise.all(all));
      return { unreachable: stage.unreachable, problem, disturbed };
    } finally {
      stage.close();
    }
  }

  /**
   * Waits for `work`, but no longer than the program lives and the judging is wanted.
   *
   * @returns what `work` gives, or the program's problem
   * @throws the signal's reason
   */
  async #unlessInterrupted<T>(
    run: Run | undefined,
    work: Promise<T>,
  ): Promise<{ result?: T; problem?: RunProblem }> {
    const { signal } = this.#options;
    const over = new AbortController();
    const problem = new Promise<RunProblem>((resolve) => run?.onProblem(resolve));
    const abortion = new Promise<never>((_, reject) => {
      const abort = () => reject(signal!.reason);
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { signal: over.signal });
    });
    try {
      const settled = await Promise.race([
        problem.then((problem) => ({ problem })),
        abortion,
        work.then((result) => ({ result })),
      ]);
      // Work that breaks off because of the problem may be the first to say so.
      return run?.problem ? { problem: run.problem } : settled;
    } finally {
      over.abort();
      work.catch(() => {}); // It may still fail when nobody waits for it any more.
    }
  }

  #say(message: string): void {
    this.#options.on?.({ kind: 'provisional', message });
  }
}

async function outcomeOf(
  check: Check,
  stage: Stage,
  alone: boolean,
): Promise<{ outcome: Outcome; isOfPage: boolean }> {
  const { scene, leave, isOfPage } = sceneOn(stage);
  const outcome = await carryOut(check, scene, alone).finally(leave);
  return { outcome, isOfPage: isOfPage() };
}

async function carryOut(check: Check, scene: Scene, alone: boolean): Promise<Outcome> {
  try {
    await check.run(scene);
    await scene.page.isWell();
    return { kind: 'passed' };
  } catch (error) {
    if (error instanceof Unseen) return { kind: 'unseen', message: error.message };
    if (!(error instanceof Failure)) throw error;
    const { explanation } = error;
    const sure = alone || explanation.certain === true || explanation.unshared === true;
    return { kind: 'failed', explanation, sure };
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

function cannotReach(target: Target, cause: string): KitError {
  return new KitError(
    `Nothing answers at ${target.origin} (${cause}): start the server there, or give its address with --url.`,
  );
}
