// The minutes of a lesson before a room, as the table of its stage notes has them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lesson } from './lessons.ts';

export interface StagePart {
  minutes: number;
  /** What is done in them, as Markdown. */
  words: string;
  /** The steps that are written in them. */
  steps: number[];
}

/** The rows of the table below `## On stage` in a lesson's text, in order. */
export function stageParts(text: string): StagePart[] {
  const notes = text.split(/^## +On stage *$/m)[1] ?? '';
  return [...notes.matchAll(/^\| *(\d+) *\| *(.*?) *\|$/gm)].map(([, minutes, words]) => {
    const [, first, second] = /^Steps? (\d+)(?:\+? and (\d+))?\b/.exec(words!) ?? [];
    const steps = [first, second].filter((step) => step !== undefined).map(Number);
    return { minutes: Number(minutes), words: words!, steps };
  });
}

/** The minutes of the whole lesson; undefined if its text has none. */
export function stageMinutes(lesson: Lesson): number | undefined {
  const parts = stageParts(readFileSync(join(lesson.directory, 'README.md'), 'utf8'));
  const sum = parts.reduce((total, { minutes }) => total + minutes, 0);
  return sum > 0 ? sum : undefined;
}
