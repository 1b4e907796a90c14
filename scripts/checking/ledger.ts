// Keeps the outcomes of a lesson's checks and says each verdict as soon as it is sure.
//
// A pass is sure at once. A failure is told only when all earlier steps have passed: before that, a
// learner has something else to do, and the later step says no more than that it waits. Not so in a
// lesson of which any one step is enough: there each is told for itself.

import { type Explanation, explained } from './failure.ts';
import type { Check } from './language.ts';
import type { Verdict } from './verdict.ts';

export type Outcome =
  | { kind: 'passed' }
  | { kind: 'unseen'; message: string }
  | { kind: 'failed'; explanation: Explanation; sure: boolean };

interface Entry {
  check: Check;
  outcome?: Outcome;
  verdict?: Verdict;
}

export class Ledger {
  readonly #entries: Entry[];
  readonly #say: (verdict: Verdict) => void;
  #anyOrder: boolean;

  /**
   * @param say is told each verdict once
   * @param anyOrder whether no step waits for another: every failure is told
   */
  constructor(
    checks: readonly Check[],
    say: (verdict: Verdict) => void,
    { anyOrder = false }: { anyOrder?: boolean } = {},
  ) {
    this.#entries = checks.map((check) => ({ check }));
    this.#say = say;
    this.#anyOrder = anyOrder;
  }

  /** All verdicts so far, in the order of the checks. */
  get verdicts(): Verdict[] {
    return this.#entries.flatMap(({ verdict }) => (verdict ? [verdict] : []));
  }

  /** The checks that have no verdict yet. */
  get undecided(): Check[] {
    return this.#entries.filter(({ verdict }) => !verdict).map(({ check }) => check);
  }

  /** The checks whose turn it is, those of the first step that is not done, that are not sure to fail. */
  get doubtful(): Check[] {
    const step = this.#firstOpenStep();
    return this.#entries
      .filter(({ check, outcome, verdict }) => {
        return this.#isDue(check, step) && !verdict && outcome?.kind === 'failed' && !outcome.sure;
      })
      .map(({ check }) => check);
  }

  /** Takes the outcome of a check; a later one takes the place of an earlier. */
  note(check: Check, outcome: Outcome): void {
    const entry = this.#entries.find((one) => one.check === check)!;
    if (entry.verdict) return;
    entry.outcome = outcome;
    if (outcome.kind === 'passed') this.#give(entry, { ok: true });
    if (outcome.kind === 'unseen') this.#give(entry, { ok: null, message: outcome.message });
    this.#tellFailures();
  }

  /** Ends it all: what has no verdict yet fails, the first of them with this explanation. */
  giveUp(explanation: Explanation): void {
    this.#anyOrder = false; // one problem is told once
    for (const entry of this.#entries) {
      if (!entry.verdict) entry.outcome = { kind: 'failed', explanation, sure: true };
    }
    this.#tellFailures();
  }

  #tellFailures(): void {
    const step = this.#firstOpenStep();
    const failing = this.#entries.filter(
      (entry) => !entry.verdict && entry.outcome?.kind === 'failed',
    );
    for (const entry of failing.filter(({ check }) => this.#isDue(check, step))) {
      if (entry.outcome?.kind !== 'failed' || !entry.outcome.sure) continue;
      this.#give(entry, { ok: false, ...explained(entry.outcome.explanation) });
    }
    if (this.#anyOrder) return;
    if (!this.verdicts.some((verdict) => verdict.step === step && verdict.ok === false)) return;
    for (const entry of failing.filter(({ check }) => check.step > step)) {
      const message = `Not yet: step ${step} comes first.`;
      this.#give(entry, { ok: false, message, waitsFor: step });
    }
  }

  /** Whether a failure of this check is told now, the first open step being this one. */
  #isDue(check: Check, step: number): boolean {
    return this.#anyOrder || check.step === step;
  }

  #give(entry: Entry, rest: Omit<Verdict, 'step' | 'title'>): void {
    entry.verdict = { step: entry.check.step, title: entry.check.title, ...rest };
    this.#say(entry.verdict);
  }

  /** The lowest step with a check that has not passed; Infinity if there is none. */
  #firstOpenStep(): number {
    const open = this.#entries.filter(({ verdict }) => !verdict || verdict.ok === false);
    return Math.min(...open.map(({ check }) => check.step));
  }
}
