// All stages: two for each lesson that has been opened, the finished one and the learner's own.

import { applyTrap, type Trap } from '../checking/traps.ts';
import { deriveLesson, deriveVariant } from '../course/derive.ts';
import { type Lesson, lessonSteps, lessonTexts } from '../course/lessons.ts';
import type { Runner } from '../course/runner.ts';
import { exerciseFolder } from './exercise.ts';
import type { Live } from './live.ts';
import type { StageEvent, Which } from './live-events.ts';
import { type Program, Stage } from './stage.ts';

const LOOK_EVERY = 30_000; // milliseconds

export interface StagesOptions {
  root: string;
  runner: Runner;
  live: Live;
  ports: (number: number, which: Which) => { first: number; second: number };
  /** Milliseconds without a connection after which a server is put to rest. */
  restAfter?: number;
}

export class Stages {
  readonly #options: StagesOptions;
  readonly #stages = new Map<string, Stage>();
  #looking: NodeJS.Timeout | undefined;

  constructor(options: StagesOptions) {
    this.#options = options;
  }

  /** Those that have been opened, for a snapshot. */
  all(): Stage[] {
    return [...this.#stages.values()];
  }

  /** The stage of a lesson; nothing runs on it until it is shown. */
  of(which: Which, lesson: Lesson): Stage {
    const name = `${which}/${lesson.folder}`;
    let stage = this.#stages.get(name);
    if (!stage) {
      const { runner, live, ports } = this.#options;
      stage = new Stage({
        which,
        lesson,
        ports: ports(lesson.number, which),
        hasSecond: listensTwice(lesson),
        runner,
        live,
      });
      this.#stages.set(name, stage);
    }
    return stage;
  }

  /**
   * Shows the finished lesson.
   *
   * @param step up to which it is shown; the whole lesson without it
   */
  async showFinished(lesson: Lesson, step?: number): Promise<StageEvent> {
    const { root } = this.#options;
    const program: Program =
      step === undefined || step === lastStep(lesson)
        ? { directory: async () => lesson.directory }
        : { step, directory: () => deriveLesson(root, lesson, step) };
    return this.#show(this.of('finished', lesson), program);
  }

  /** Shows the finished lesson as it is: at the step, or with the trap, that it has now. */
  async keepFinished(lesson: Lesson): Promise<StageEvent> {
    const stage = this.of('finished', lesson);
    return stage.program ? this.#show(stage, stage.program) : this.showFinished(lesson);
  }

  /** Shows what happens when one walks into a trap. */
  async showTrap(lesson: Lesson, trap: Trap): Promise<StageEvent> {
    const { root } = this.#options;
    const stage = this.of('finished', lesson);
    const before = stage.program?.trap === undefined ? stage.program : stage.program.before;
    return this.#show(stage, {
      trap: trap.name,
      ...(before && { before }),
      directory: async () =>
        deriveVariant(root, lesson, `trap-${trap.name}`, await applyTrap(root, lesson, trap)),
    });
  }

  /** Shows what was there before the trap. */
  async endTrap(lesson: Lesson): Promise<StageEvent> {
    const stage = this.of('finished', lesson);
    const before = stage.program?.trap === undefined ? stage.program : stage.program.before;
    return before ? this.#show(stage, before) : this.showFinished(lesson);
  }

  /** Shows the learner's own server. */
  async showMine(lesson: Lesson): Promise<StageEvent> {
    const { root } = this.#options;
    return this.#show(this.of('mine', lesson), {
      directory: () => exerciseFolder(root, lesson),
    });
  }

  /** Ends all servers and gives their ports back. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    await Promise.all(this.all().map((stage) => stage.close()));
  }

  async #show(stage: Stage, program: Program): Promise<StageEvent> {
    this.#lookForIdle();
    return stage.show(program);
  }

  /** The clock of resting runs only while something else does. */
  #lookForIdle(): void {
    if (this.#looking) return;
    this.#looking = setInterval(
      async () => {
        const now = performance.now();
        const patience = this.#options.restAfter ?? 5 * 60_000;
        const running = await Promise.all(
          this.all().map((stage) => stage.restIfIdle(now, patience)),
        );
        if (running.some(Boolean)) return;
        clearInterval(this.#looking);
        this.#looking = undefined;
      },
      Math.min(LOOK_EVERY, this.#options.restAfter ?? LOOK_EVERY),
    );
    this.#looking.unref();
  }
}

/** The number of a lesson's last step; 0 if it has none. */
export function lastStep(lesson: Lesson): number {
  return Math.max(0, ...lessonSteps(lesson).keys());
}

/** Whether a lesson's server asks for a second origin, `listen(server, N, { second: true })`. */
function listensTwice(lesson: Lesson): boolean {
  return /\bsecond:\s*true\b/.test(lessonTexts(lesson).get('server.ts') ?? '');
}
