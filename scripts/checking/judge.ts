// Judges a server by the checks of a lesson: any origin, or files that are run for the purpose.
import { relative, resolve, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Lesson } from '../course/lessons.ts';
import type { Runner, RunProblem } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import { freePort } from './free-port.ts';
import { Judgement, type JudgeOptions } from './judgement.ts';
import type { Check } from './language.ts';
import { loadLessonModule } from './lesson-module.ts';
import { HeadlessHost } from './page/headless.ts';
import { Turns } from './page/turns.ts';
import type { Target } from './stage.ts';
import type { Report } from './verdict.ts';

export type { JudgeOptions } from './judgement.ts';
export type { Target } from './stage.ts';
export type { Judging, Report, Verdict } from './verdict.ts';

/** How much faster than real time the clock of an exercise's server runs, unless its lesson says. */
const SPEED = 75;
/** So much slower runs the clock the next times, where the machine may be to blame for a failure. */
const SLOWER = [8, 32];
/** So often another port is taken where somebody else has come first. */
const TAKEN = 2;
/** How many checks may have their pages played at a time. */
const PAGES = 3;
/** Real milliseconds that it may take to find out which step made a program crash. */
const BLAME = 5000;

/**
 * The checks of a lesson, in the order of its steps.
 *
 * @throws KitError if checks.ts cannot be loaded or has none
 */
export async function loadChecks(lesson: Lesson): Promise<Check[]> {
  const place = `lessons/${lesson.folder}/checks.ts`;
  const module = await loadLessonModule(lesson, 'checks.ts');
  if (!Array.isArray(module.checks) || module.checks.length === 0) {
    throw new KitError(`${place} has no checks: it should say export const checks = [ … ].`);
  }
  return (module.checks as Check[]).toSorted((one, other) => one.step - other.step);
}

/** Whether any one step completes the lesson: `export const anyStep = true`. */
export async function isAnyStepEnough(lesson: Lesson): Promise<boolean> {
  return (await loadLessonModule(lesson, 'checks.ts')).anyStep === true;
}

/** Lesson milliseconds in a real one, for a server of this lesson: `export const speed = 100`. */
async function speedFor(lesson: Lesson): Promise<number> {
  const { speed = SPEED } = await loadLessonModule(lesson, 'checks.ts');
  if (typeof speed === 'number' && speed >= 1 && speed <= 1000) return speed;
  throw new KitError(
    `lessons/${lesson.folder}/checks.ts sets the speed to ${JSON.stringify(speed)}: a number from 1 to 1000 is meant.`,
  );
}

/**
 * Judges whatever answers at an origin, in any language.
 *
 * @throws KitError if nothing can be reached there
 * @throws the signal's reason if it is aborted
 */
export async function judgeOrigin(
  lesson: Lesson,
  target: Target,
  options: JudgeOptions = {},
): Promise<Report> {
  options.signal?.throwIfAborted();
  const judgement = new Judgement(lesson, await loadChecks(lesson), {
    ...options,
    anyOrder: await isAnyStepEnough(lesson),
  });
  const { problem } = await judgement.judge(target, judgement.undecided());
  if (problem) judgement.giveUp(problem);
  return judgement.finish(target.origin);
}

/**
 * Starts `server.ts` of a directory with a fast clock, judges it, and stops it.
 *
 * @throws the signal's reason if it is aborted
 */
export async function judgeExercise(
  runner: Runner,
  lesson: Lesson,
  directory: string,
  options: JudgeOptions & { speed?: number; file?: string } = {},
): Promise<Report> {
  options.signal?.throwIfAborted();
  const { pages } = options;
  if (!pages)
    return withOwnBrowser((own) => judgeExercise(runner, lesson, directory, own), options);
  const begun = performance.now();
  const judgement = new Judgement(lesson, await loadChecks(lesson), {
    ...options,
    anyOrder: await isAnyStepEnough(lesson),
  });
  await options.memory?.look(lesson, directory);
  judgement.recall();
  const fullSpeed = options.speed ?? (await speedFor(lesson));
  let speed = fullSpeed;
  let slowed = 0;
  let retaken = 0;

  /** Runs the program once, for some of the checks. `served`: it listened before it broke down. */
  async function judgeOnce(checks: Check[]) {
    const start = async () => {
      const [port, secondPort] = await Promise.all([freePort(), freePort()]);
      const file = options.file !== undefined && { file: options.file };
      return runner.start({ directory, ...file, port, publicPort: port, secondPort, speed });
    };
    const run = await start();
    const { heard, problem } = await judgement.waitForListening(run).catch(stopAndThrow);
    if (!heard) return { run, problem, served: false, disturbed: false };
    const page = { directory, host: pages!, turns: new Turns(PAGES) };
    const target = { origin: run.origin, speed, run, page, startAnew: start };
    const next = options.slower === false ? undefined : SLOWER[slowed];
    const last = next === undefined || speed < next;
    const judged = await judgement.judge(target, checks, last).catch(stopAndThrow);
    return { run, ...judged, served: true };

    async function stopAndThrow(reason: unknown): Promise<never> {
      await run.stop();
      throw reason;
    }
  }

  let checks = judgement.undecided();
  let crash: RunProblem | undefined;
  for (;;) {
    const begunOnce = performance.now();
    const { run, problem, served, disturbed = false } = await judgeOnce(checks);
    // Somebody else was quicker to take the port: it was free when it was asked for.
    if (problem?.kind === 'port' && !served && retaken < TAKEN) {
      await run.stop();
      retaken++;
      continue;
    }
    if (disturbed) {
      await run.stop();
      speed = fullSpeed / SLOWER[slowed]!;
      slowed++;
      checks = judgement.undecided();
      continue;
    }
    crash = problem ?? crash;
    // The checks ran side by side: which of them was too much for the program? Those of the last
    // step are left out, and the others are asked again.
    const last = Math.max(...checks.map(({ step }) => step));
    checks = judgement.undecided().filter(({ step }) => step < last);
    const settled = !problem || !served || checks.length === 0;
    // Another round takes as long as this one, more or less.
    const wouldTake = 2 * performance.now() - begunOnce - begun;
    if (!settled && wouldTake < (options.blame ?? BLAME)) {
      await run.stop();
      continue;
    }
    if (crash) judgement.giveUp(crash);
    const report = judgement.finish(shownDirectory(lesson, directory));
    await nextTurn(); // the report goes out first: looking for what the program has left takes a while
    await run.stop();
    return report;
  }
}

/** For a judging that nobody else lends a browser to: it is started when a check needs it. */
async function withOwnBrowser<Options extends JudgeOptions>(
  judge: (options: Options) => Promise<Report>,
  options: Options,
): Promise<Report> {
  const pages = new HeadlessHost();
  try {
    return await judge({ ...options, pages });
  } finally {
    await pages.close();
  }
}

/** A directory as people know it: from the clone's root, where it is below it. */
function shownDirectory(lesson: Lesson, directory: string): string {
  const root = resolve(lesson.directory, '..', '..');
  const path = relative(root, directory);
  return path.startsWith('..') ? directory : path.split(sep).join('/');
}
