// How much time this process has lost: a machine with too much to do lets it wait for its turn, and
// what came meanwhile seems to have come all at once. Whoever judges a rhythm must know.

import { processorTime } from '../course/runner/processor-time.js';

const PERIOD = 5; // real milliseconds between two looks at the clock

/** Measures from now on until it is closed. */
export class Stalls {
  #lost = 0;
  #last = performance.now();
  readonly #waitedBefore = processorTime().waited;
  readonly #looking: NodeJS.Timeout;

  constructor() {
    this.#looking = setInterval(() => this.#look(), PERIOD);
    this.#looking.unref();
  }

  /** Real milliseconds that were lost so far. */
  get lost(): number {
    this.#look();
    return Math.max(this.#lost, processorTime().waited - this.#waitedBefore);
  }

  close(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    const now = performance.now();
    // A timer is a millisecond late without any reason.
    this.#lost += Math.max(0, now - this.#last - PERIOD - 1);
    this.#last = now;
  }
}
