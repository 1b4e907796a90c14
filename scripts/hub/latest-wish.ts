// One thing after the other, and only the newest: what is wished for in between is left out.

/** Carries out wishes in turn. */
export class LatestWish {
  #turn: Promise<void> = Promise.resolve();
  #count = 0;
  #giveWay = () => {};

  /**
   * Carries out a wish once the one before is done or has given way, unless a newer one has come by
   * then.
   *
   * @param carryOut asks, after each wait, whether it is still wished for
   * @param onFailure told why it failed, if it is still wished for
   * @returns resolves when nothing is under way any more
   */
  async carryOut(
    carryOut: (isCurrent: () => boolean) => Promise<void>,
    onFailure: (error: unknown) => void,
  ): Promise<void> {
    this.#count += 1;
    const own = this.#count;
    const isCurrent = () => own === this.#count;
    this.#giveWay();
    this.#turn = this.#turn.then(async () => {
      if (!isCurrent()) return;
      const overtaken = new Promise<void>((resolve) => {
        this.#giveWay = resolve;
      });
      try {
        await Promise.race([carryOut(isCurrent), overtaken]);
      } catch (error) {
        if (isCurrent()) onFailure(error);
      }
    });
    await this.settled();
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    let turn: Promise<void>;
    do {
      turn = this.#turn;
      await turn;
    } while (turn !== this.#turn);
  }
}
