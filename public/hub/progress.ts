// What the learner has done, as the `progress` events tell it, and how far that is in each lesson.
import type { StopData } from './lesson-data.ts';

/** As scripts/checking/progress.ts keeps it. */
export interface Progress {
  lessons: Record<string, LessonProgress>;
  /** A sentence, if the file was broken and has been put aside. */
  notice?: string;
}

export interface LessonProgress {
  /** When each step passed for the first time. */
  done: Record<string, string>;
  latest?: { steps: Record<string, boolean | null> };
  /** As `2.1`: the first hint of step 2. */
  hints: string[];
}

export type Way = 'not begun' | 'under way' | 'done' | 'to come' | 'cannot be opened';

/** How far one lesson is, in a word and in steps. */
export function wayOf(
  { folder, available, problem, steps = 0, anyOf }: StopData,
  progress: Progress | undefined,
): { way: Way; done: number; steps: number } {
  if (!available) return { way: problem ? 'cannot be opened' : 'to come', done: 0, steps };
  const passed = progress?.lessons[folder]?.done ?? {};
  const done = Object.keys(passed).length;
  if (anyOf?.some((step) => passed[step] !== undefined)) return { way: 'done', done, steps };
  if (steps > 0 && done >= steps) return { way: 'done', done: steps, steps };
  return { way: done > 0 ? 'under way' : 'not begun', done, steps };
}

/** The words for it: "2 of 4 steps". */
export function wordsOf({ way, done, steps }: { way: Way; done: number; steps: number }): string {
  return way === 'under way' && steps > 0 ? `${done} of ${steps} steps` : way;
}

/** Where to go on: the first lesson under way, else the first that is not done; undefined at the end. */
export function nextLesson(
  lessons: StopData[],
  progress: Progress | undefined,
): StopData | undefined {
  const open = lessons.filter(({ available }) => available);
  const byWay = (wanted: Way) => open.find((lesson) => wayOf(lesson, progress).way === wanted);
  return byWay('under way') ?? byWay('not begun');
}
