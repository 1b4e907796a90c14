// What a learner has done, in .kit/progress.json: the same for terminal and hub, and kept over
// restarts, new versions and resets.
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { kitFolder, shownPath, writeWhole } from '../course/writing.ts';
import type { Report } from './verdict.ts';

/** What is known of one lesson. */
export interface LessonProgress {
  /** When each step passed for the first time (ISO 8601), by its number. Never taken back. */
  done: Record<string, string>;
  /** The last report: which steps passed, failed (false) or could not be seen (null). */
  latest?: { at: string; steps: Record<string, boolean | null> };
  /** Hints that were opened, as `2.1`: the first hint of step 2. */
  hints: string[];
  /** What was predicted of each trap. */
  predictions: Record<string, { choice: number; right: boolean; at: string }>;
}

export interface Progress {
  lessons: Record<string, LessonProgress>;
  /** A sentence, if the file was broken and has been put aside. */
  notice?: string;
}

/** Reads and writes of one file stand in line: each writes what it read, changed. */
const lines = new Map<string, Promise<unknown>>();

/**
 * What the learner has done so far. A file that cannot be read as progress is renamed, never
 * deleted, and `notice` says so.
 *
 * @throws KitError if the clone cannot be written
 */
export function readProgress(root: string): Promise<Progress> {
  return inLine(root, () => read(root));
}

/** The progress of one lesson; empty if there is none. */
export function progressOf(progress: Progress, folder: string): LessonProgress {
  return progress.lessons[folder] ?? { done: {}, hints: [], predictions: {} };
}

/**
 * Notes which steps of the learner's exercise pass. A step is done once all its checks have been
 * seen to pass, and stays so.
 *
 * @returns the progress with it
 */
export function recordReport(root: string, report: Report): Promise<Progress> {
  return change(root, report.lesson, (lesson, now) => {
    const steps = stepsOf(report);
    for (const [step, ok] of Object.entries(steps)) {
      if (ok === true) lesson.done[step] ??= now;
    }
    lesson.latest = { at: now, steps };
  });
}

/** Notes that a hint was opened: `number` counts the hints of `step` from 1. */
export function recordHint(
  root: string,
  folder: string,
  step: number,
  number: number,
): Promise<Progress> {
  return change(root, folder, (lesson) => {
    const hint = `${step}.${number}`;
    if (!lesson.hints.includes(hint)) lesson.hints.push(hint);
  });
}

/** Notes what a learner said a trap would do. The first prediction counts. */
export function recordPrediction(
  root: string,
  folder: string,
  trap: string,
  prediction: { choice: number; right: boolean },
): Promise<Progress> {
  return change(root, folder, (lesson, now) => {
    const { choice, right } = prediction;
    lesson.predictions[trap] ??= { choice, right, at: now };
  });
}

/** Each step of a report: false if one of its checks failed, else null if one could not be seen. */
export function stepsOf(report: Report): Record<string, boolean | null> {
  const steps: Record<string, boolean | null> = {};
  for (const { step, ok } of report.verdicts) {
    const before = steps[step];
    if (before === undefined || ok === false || before === true) steps[step] = ok;
  }
  return steps;
}

function change(
  root: string,
  folder: string,
  work: (lesson: LessonProgress, now: string) => void,
): Promise<Progress> {
  return inLine(root, async () => {
    const progress = await read(root);
    const lesson = progressOf(progress, folder);
    work(lesson, new Date().toISOString());
    progress.lessons[folder] = lesson;
    const text = `${JSON.stringify({ lessons: progress.lessons }, undefined, 2)}\n`;
    await writeWhole(root, await fileOf(root), text);
    return progress;
  });
}

async function read(root: string): Promise<Progress> {
  const file = await fileOf(root);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return { lessons: {} };
  }
  const lessons = lessonsIn(text);
  if (lessons) return { lessons };
  const aside = `${file.replace(/\.json$/, '')}-broken-${new Date().toISOString().replace(/\D/g, '')}.json`;
  await rename(file, aside);
  return {
    lessons: {},
    notice:
      `${shownPath(root, file)} could not be read as progress and is kept as ` +
      `${shownPath(root, aside)}. Progress begins anew; repair that file and rename it to get the old one back.`,
  };
}

/** The lessons of the file's text, or undefined if any part of it is not what this kit writes. */
function lessonsIn(text: string): Record<string, LessonProgress> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !isRecord(value.lessons)) return undefined;
  const sound = Object.values(value.lessons).every(
    (lesson) =>
      isRecord(lesson) &&
      isRecord(lesson.done) &&
      Array.isArray(lesson.hints) &&
      isRecord(lesson.predictions) &&
      (lesson.latest === undefined || (isRecord(lesson.latest) && isRecord(lesson.latest.steps))),
  );
  return sound ? (value.lessons as Record<string, LessonProgress>) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function fileOf(root: string): Promise<string> {
  return join(await kitFolder(root), 'progress.json');
}

function inLine<T>(root: string, work: () => Promise<T>): Promise<T> {
  const result = (lines.get(root) ?? Promise.resolve()).then(work);
  lines.set(
    root,
    result.catch(() => {}),
  );
  return result;
}
