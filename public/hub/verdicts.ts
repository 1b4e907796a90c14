// What is known about each step of the exercise: one owner of it, from which board, steps and
// "what now" are drawn.
import type { Live } from './live.ts';
import type { Judging, JudgingMessage, Verdict } from './protocol.ts';

/**
 * `waiting`: not judged yet. `later`: it does not pass, and neither does one before it, so it is not
 * its turn. `unseen`: it cannot be seen from here.
 */
export type RowState = 'waiting' | 'judging' | 'passed' | 'failed' | 'later' | 'unseen';

export interface Row {
  step: number;
  title: string;
  state: RowState;
  verdict?: Verdict;
}

/** The whole of a judging, as far as it has come. */
export interface Outcome {
  rows: Row[];
  /** Whether checks are running. */
  running: boolean;
  /** They have only just begun: the rows are still those of before, and may be right in a blink. */
  calm: boolean;
  /** Which judging this is, once there is one. */
  run?: number | string;
  /** Whether anything has been judged at all. */
  judged: boolean;
  /** Said while it runs and nothing is final. */
  provisional?: string;
  /** Why nothing could be judged: not the learner's doing, and final. */
  broken?: string;
  /** How long the last complete judging took. */
  milliseconds?: number;
  /** Set for one moment: this change is the report. */
  complete: boolean;
}

/**
 * Milliseconds for which the board keeps what it shows while checks run. Most judgings are over by
 * then, and only what has changed turns; a row that turned twice would say less and cost a frame.
 */
const CALM = 150;

/** Follows the verdicts of one lesson. */
export class Verdicts {
  readonly #steps: { step: number; title: string }[];
  readonly #listeners = new Set<(outcome: Outcome) => void>();
  #run: number | string | undefined;
  #verdicts: Verdict[] = [];
  /** Which steps have been judged in this run: the others keep what the last run said. */
  #fresh = new Set<number>();
  #passedBefore = new Set<number>();
  #running = false;
  #provisional: string | undefined;
  #broken: string | undefined;
  #milliseconds: number | undefined;
  /** What is shown until the calm ends. */
  #before: Row[] | undefined;
  #calmTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(live: Live, folder: string, steps: { step: number; title: string }[]) {
    this.#steps = steps;
    live.on<JudgingMessage>('judge-started', (message) => {
      if (message.folder === folder) this.#begin(message.run);
    });
    live.on<JudgingMessage>('judging', (message) => {
      if (message.folder === folder) this.#take(message.run, message.judging);
    });
    // A judging that is cut short by the hub's end is not running any more.
    live.onState((state) => {
      if (state === 'away' && this.#running) this.#stop();
    });
  }

  /** Calls back with the outcome, now and whenever it changes. */
  onChange(listener: (outcome: Outcome) => void): void {
    this.#listeners.add(listener);
    listener(this.outcome());
  }

  /** Says which steps passed before this page was opened. */
  remember(passed: number[]): void {
    this.#endCalm();
    this.#passedBefore = new Set(passed);
    this.#tell(false);
  }

  /** Says that the exercise is another one now: nothing that was judged holds for it. */
  clear(): void {
    this.#endCalm();
    this.#verdicts = [];
    this.#passedBefore.clear();
    this.#broken = undefined;
    this.#milliseconds = undefined;
    this.#tell(false);
  }

  outcome(complete = false): Outcome {
    return {
      rows: this.#before ?? this.#rows(),
      running: this.#running,
      calm: this.#before !== undefined,
      ...(this.#run !== undefined && { run: this.#run }),
      judged: this.#verdicts.length > 0,
      ...(this.#provisional !== undefined && { provisional: this.#provisional }),
      ...(this.#broken !== undefined && { broken: this.#broken }),
      ...(this.#milliseconds !== undefined && { milliseconds: this.#milliseconds }),
      complete,
    };
  }

  #begin(run: number | string): void {
    this.#before ??= this.#rows();
    clearTimeout(this.#calmTimer);
    this.#calmTimer = setTimeout(() => {
      this.#endCalm();
      this.#tell(false);
    }, CALM);
    this.#run = run;
    this.#running = true;
    this.#fresh.clear();
    this.#provisional = undefined;
    this.#broken = undefined;
    this.#tell(false);
  }

  #take(run: number | string, judging: Judging): void {
    if (this.#run === undefined) this.#begin(run);
    if (run !== this.#run) return; // an older run that a save has overtaken
    if (judging.kind === 'provisional') {
      this.#provisional = judging.message;
      this.#endCalm();
      this.#tell(false);
    } else if (judging.kind === 'verdict') {
      this.#takeVerdict(judging.verdict);
      if (!this.#before) this.#tell(false);
    } else if (judging.kind === 'broken') {
      // What an earlier version was told does not hold for this one.
      this.#verdicts = this.#verdicts.filter(({ step }) => this.#fresh.has(step));
      this.#broken = judging.message;
      this.#stop(true);
    } else {
      this.#verdicts = judging.report.verdicts;
      this.#milliseconds = judging.milliseconds;
      this.#stop(true);
    }
  }

  /** The first verdict on a step takes the place of all that the last run said of it. */
  #takeVerdict(verdict: Verdict): void {
    if (!this.#fresh.has(verdict.step)) {
      this.#fresh.add(verdict.step);
      this.#verdicts = this.#verdicts.filter(({ step }) => step !== verdict.step);
    }
    this.#verdicts = [...this.#verdicts, verdict].sort((one, other) => one.step - other.step);
    this.#provisional = undefined;
  }

  #endCalm(): void {
    clearTimeout(this.#calmTimer);
    this.#before = undefined;
  }

  #stop(complete = false): void {
    this.#endCalm();
    this.#running = false;
    this.#provisional = undefined;
    this.#tell(complete);
  }

  #tell(complete: boolean): void {
    const outcome = this.outcome(complete);
    for (const listener of this.#listeners) listener(outcome);
  }

  #rows(): Row[] {
    const firstFailed = this.#verdicts.find(
      ({ ok, waitsFor }) => ok === false && waitsFor === undefined,
    );
    const rows: Row[] = [];
    for (const { step, title } of this.#steps) {
      const own = this.#verdicts.filter((verdict) => verdict.step === step);
      if (own.length === 0) rows.push({ step, title, state: this.#unjudged(step) });
      for (const verdict of own) {
        const stale = this.#running && !this.#fresh.has(step);
        const state = stale ? 'judging' : stateOf(verdict, firstFailed);
        rows.push({ step, title: verdict.title, state, verdict });
      }
    }
    return rows;
  }

  #unjudged(step: number): RowState {
    if (this.#running) return 'judging';
    return this.#passedBefore.has(step) ? 'passed' : 'waiting';
  }
}

function stateOf(verdict: Verdict, firstFailed: Verdict | undefined): RowState {
  if (verdict.ok === true) return 'passed';
  if (verdict.ok === null) return 'unseen';
  return verdict === firstFailed ? 'failed' : 'later';
}

/**
 * The step that is to be done now: the first that does not pass, else the first that could not be
 * seen; undefined when all have been seen to pass.
 */
export function stepToDo(rows: Row[]): number | undefined {
  const open = rows.filter(({ state }) => state !== 'passed');
  return (open.find(({ state }) => state !== 'unseen') ?? open[0])?.step;
}

/** One word for a step that may have several checks: it is as good as the worst of them. */
export function stateOfStep(rows: Row[], step: number): RowState {
  const states = rows.filter((row) => row.step === step).map(({ state }) => state);
  const order: RowState[] = ['failed', 'judging', 'later', 'waiting', 'unseen', 'passed'];
  return order.find((state) => states.includes(state)) ?? 'waiting';
}

/** The words and signs that say a state, for the board and for the list of steps. */
export const STATE_WORDS: Record<RowState, { sign: string; word: string }> = {
  waiting: { sign: '·', word: 'not yet' },
  judging: { sign: '…', word: 'looking' },
  passed: { sign: '✓', word: 'passed' },
  failed: { sign: '✗', word: 'failed' },
  later: { sign: '·', word: 'not yet' },
  unseen: { sign: '?', word: 'cannot be seen' },
};
