// Feels the pulse of a page under check. A page that does not answer may be in a loop without end,
// or the machine may be slow: that is decided against a witness, the browser around the page, which
// has to answer again and again while the page does not.
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two beats. */
const BEAT = 200;
/** Milliseconds after which the witness is asked. */
const SILENT = 500;
/** Milliseconds of silence after which a page is given up … */
const FROZEN = 2000;
/** … and so many times longer than the witness ever took, for then the whole machine is slow. */
const SLOWER = 20;
/** So often the witness has to answer meanwhile. */
const WITNESSED = 5;
/** Milliseconds that the witness has for one answer. */
const WITNESS = 1000;
/** So often the witness may be silent too. */
const DEAF = 6;

/** `frozen`: it is there and does not answer. `lost`: nobody is there to answer. */
export type Stopped = 'frozen' | 'lost';

export interface Patient {
  /** Resolves when the page has answered. */
  answers: () => Promise<unknown>;
  witness: (milliseconds: number) => Promise<boolean>;
}

/**
 * Resolves when the page answers no more.
 *
 * @param signal ends the watching; the promise then never resolves
 */
export async function untilItStops(
  { answers, witness }: Patient,
  signal: AbortSignal,
): Promise<Stopped> {
  while (!signal.aborted) {
    const since = performance.now();
    const beat = answers().then(() => true as const);
    let witnessed = 0;
    let slowest = 0;
    let deaf = 0;
    for (let wait = SILENT; !(await first(beat, wait)); wait = BEAT) {
      if (signal.aborted) break;
      const asked = performance.now();
      if (await witness(WITNESS)) witnessed += 1;
      else deaf += 1;
      if (deaf >= DEAF) return 'lost';
      slowest = Math.max(slowest, performance.now() - asked);
      const isLong = performance.now() - since >= Math.max(FROZEN, SLOWER * slowest);
      // One more look, for the answer may have come while the witness spoke.
      if (isLong && witnessed >= WITNESSED && !(await first(beat, BEAT))) return 'frozen';
    }
    if (!signal.aborted) await pause(BEAT, undefined, { signal }).catch(() => {});
  }
  return new Promise(() => {});
}

/** Whether the beat comes within so many milliseconds. */
async function first(beat: Promise<true>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  return Promise.race([beat, late]).finally(() => clearTimeout(timer));
}
