// The button "Cut it a hundred times": a learner's server is started once more, with a fast clock, and
// heard over a wire that is cut again and again. What it came to is told to all pages.
import type { CutTest } from '../checking/cutting.ts';
import type { Lesson } from '../course/lessons.ts';
import type { Runner } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import { exerciseFolder } from './exercise.ts';
import type { Live } from './live.ts';
import { Refusal } from './refusal.ts';

/** Lesson milliseconds in a real one: a thousand seconds in ten. */
const SPEED = 100;
/** Real milliseconds: whatever the server does, it ends. */
const LIMIT = 40_000;
/** No lesson may ask for more than this. */
const MOST: Pick<CutTest, 'events' | 'cuts'> = { events: 2000, cuts: 200 };
/** Real milliseconds between two words of progress. */
const WORD = 250;

export interface CutsOptions {
  root: string;
  runner: Runner;
  live: Live;
  log: (text: string) => void;
}

export class Cuts {
  readonly #options: CutsOptions;
  readonly #running = new Map<string, AbortController>();

  constructor(options: CutsOptions) {
    this.#options = options;
  }

  /**
   * Begins, and returns at once: what comes of it is told by `cutting` events.
   *
   * @throws Refusal 409 while the same lesson is being cut, 404 where there is nothing to cut
   */
  async start(lesson: Lesson): Promise<{ events: number; cuts: number }> {
    const { folder } = lesson;
    const isBusy = () => new Refusal(409, 'It is being cut already: wait for the end.');
    if (this.#running.has(folder)) throw isBusy();
    // Loaded when it is asked for, and not with the hub.
    const cutting = await import('../checking/cutting.ts');
    const asked = await cutting.loadCutTest(lesson);
    if (!asked) throw new Refusal(404, 'Nothing is cut in this lesson.');
    if (this.#running.has(folder)) throw isBusy();
    const leaving = new AbortController();
    this.#running.set(folder, leaving);
    const { root, runner, live, log } = this.#options;
    const whole = {
      path: asked.path,
      events: Math.min(asked.events, MOST.events),
      cuts: Math.min(asked.cuts, MOST.cuts),
    };
    const tell = (message: { cuts: number; events: number; said?: string }) => {
      if (!leaving.signal.aborted)
        live.publish('cutting', { folder, of: whole, ...message }, 'key');
    };
    const carryOut = async () => {
      const { sayCut } = await import('../checking/cutting-count.ts');
      let toldAt = 0;
      const result = await cutting.cutExercise(runner, await exerciseFolder(root, lesson), {
        ...whole,
        speed: SPEED,
        limit: LIMIT,
        signal: leaving.signal,
        onProgress: (progress) => {
          if (performance.now() - toldAt < WORD) return;
          toldAt = performance.now();
          tell(progress);
        },
      });
      tell({ cuts: result.cuts, events: result.sent, said: sayCut(result) });
    };
    tell({ cuts: 0, events: 0 });
    void carryOut()
      .catch((error: Error) => {
        if (!(error instanceof KitError)) log(`Cutting ${folder}: ${error.stack}`);
        const said =
          error instanceof KitError
            ? error.message
            : 'The kit made a mistake while cutting; the terminal of npm start says more.';
        tell({ cuts: 0, events: 0, said });
      })
      .finally(() => this.#running.delete(folder));
    return { events: whole.events, cuts: whole.cuts };
  }

  close(): void {
    for (const leaving of this.#running.values()) leaving.abort();
  }
}
