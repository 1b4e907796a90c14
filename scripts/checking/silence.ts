// Whether a server of ours has said all that it will say.
//
// A check that waits for something in vain would wait to the end of its time. A program without a
// timer, a read under way or anything else that could make it act by itself waits for its clients
// only. If it has had its turn with every request so far, nothing comes any more, and the check need
// not wait either.
import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../course/runner.ts';

/** Real milliseconds between two looks. */
const PAUSE = 6;

export class Silence {
  readonly #run: Run | undefined;
  readonly #takesItsTurn: () => Promise<void>;
  #look: { begun: number; silent: Promise<boolean> } | undefined;

  /**
   * @param run undefined for a server that is not ours: nobody knows what it will do
   * @param takesItsTurn resolves when the server has dealt with every request so far
   */
  constructor(run: Run | undefined, takesItsTurn: () => Promise<void>) {
    this.#run = run;
    this.#takesItsTurn = takesItsTurn;
  }

  /**
   * Resolves when nothing more can come from what has been asked for before this call; never, if
   * `over` is aborted first, or the server goes on to have something to do.
   */
  async falls(over: AbortSignal): Promise<void> {
    const since = performance.now();
    while (this.#run && !over.aborted) {
      await pause(PAUSE);
      if (over.aborted) break;
      // A look that was begun before may have been too early for this request.
      if (this.#look && this.#look.begun < since) await this.#look.silent;
      else if (await this.#lookTogether()) return;
    }
    await new Promise<never>(() => {});
  }

  /** Many may wait at once: one look serves them all. */
  #lookTogether(): Promise<boolean> {
    if (!this.#look) {
      const silent = this.#isSilent()
        .catch(() => false)
        .finally(() => {
          this.#look = undefined;
        });
      this.#look = { begun: performance.now(), silent };
    }
    return this.#look.silent;
  }

  async #isSilent(): Promise<boolean> {
    if (!(await this.#hasNothingToDo())) return false;
    await this.#takesItsTurn();
    // What answers the first question may have been counted before it was put.
    return (await this.#hasNothingToDo()) && (await this.#hasNothingToDo());
  }

  async #hasNothingToDo(): Promise<boolean> {
    const state = await this.#run?.state();
    return state !== undefined && state.sources === 0 && state.busyFor === 0;
  }
}
