// How much a program may print before it is stopped. More is a loop that has gone wild: nobody can
// read it, and a page that shows it would freeze.

const MOST_BYTES = 1024 * 1024;
const MOST_LINES = 5000;

/** Measures output by the second. */
export class FloodGauge {
  #since = 0;
  #bytes = 0;
  #lines = 0;

  /**
   * Takes in what was printed.
   * @param {string | Uint8Array} piece
   * @param {number} now real milliseconds, of any clock
   * @returns {string | undefined} what was too much within one second, in words
   */
  add(piece, now) {
    if (now - this.#since > 1000) {
      this.#since = now;
      this.#bytes = 0;
      this.#lines = 0;
    }
    this.#bytes += piece.length;
    if (this.#bytes > MOST_BYTES) return '1 MB';
    const lineFeed = /** @type {never} */ (typeof piece === 'string' ? '\n' : 10);
    for (let at = piece.indexOf(lineFeed); at >= 0; at = piece.indexOf(lineFeed, at + 1)) {
      this.#lines++;
    }
    return this.#lines > MOST_LINES ? '5,000 lines' : undefined;
  }
}
