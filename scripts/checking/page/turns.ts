// Lets so many work at a time, and the others wait for their turn. Each page that is played takes a
// process, and more of them than a small machine has room for would only slow each other down.

export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param atOnce how many may work at a time */
  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Waits for a turn.
   *
   * @param signal gives up the place in the queue
   * @returns what ends the turn; to be called once, later calls do nothing
   * @throws the signal's reason
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#comesFree(signal);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#passOn();
    };
  }

  #comesFree(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(next), 1);
        reject(signal.reason);
      };
      this.#waiting.push(next);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** A turn that ends is the next one's. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
