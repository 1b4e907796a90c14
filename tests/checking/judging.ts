// Judges variants of lesson 01 as a learner's exercise is judged, and holds what is said against the
// texts that are kept in `fixtures/`.
//
//   UPDATE_FIXTURES=1 node --import tsx --test tests/checking/*.test.ts     writes them anew
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { boardRows } from '../../scripts/checking/board.ts';
import { type JudgeOptions, judgeExercise, type Report } from '../../scripts/checking/judge.ts';
import { deriveVariant } from '../../scripts/course/derive.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { createRunner } from '../../scripts/course/runner.ts';

export const root = join(import.meta.dirname, '..', '..');
export const lesson = findLesson(root, '01');
export const fixtures = join(import.meta.dirname, 'fixtures', lesson.folder);

const runner = createRunner({ spares: 1 });
after(() => runner.close());

/** Judges a directory with a server in it. */
export async function judgeDirectory(
  directory: string,
  options: JudgeOptions & { file?: string } = {},
): Promise<Report> {
  return judgeExercise(runner, lesson, directory, options);
}

/** Judges the finished lesson with some of its files changed, or others added. */
export async function judgeVariant(
  name: string,
  files: Map<string, string>,
  options: JudgeOptions & { file?: string } = {},
): Promise<Report> {
  return judgeDirectory(await deriveVariant(root, lesson, name, files), options);
}

/** The lowest step that fails on its own account; undefined if all is well. */
export function failingStep(report: Report): number | undefined {
  return report.verdicts.find(({ ok, waitsFor }) => ok === false && waitsFor === undefined)?.step;
}

/** Each step, and whether it passes: `1 2 -3 -4`. */
export function steps(report: Report): string {
  const failed = new Set(report.verdicts.filter(({ ok }) => !ok).map(({ step }) => step));
  const all = [...new Set(report.verdicts.map(({ step }) => step))];
  return all.map((step) => (failed.has(step) ? `-${step}` : `${step}`)).join(' ');
}

/** What a learner reads in a terminal of 80 columns, with what varies from run to run left out. */
export function boardText(report: Report): string {
  return boardRows(report.verdicts, { columns: 80, colour: false })
    .replace(/\d+\.\d{3}(?= s\b)/g, '{seconds}')
    .replace(/\d\d:\d\d:\d\d/g, '{time}')
    .replace(/\bport \d+/g, 'port {port}')
    .replace(/more line came/g, 'more lines came')
    .replace(/\d+(?= (of them in|lines came|more lines? came))/g, '{count}');
}

/**
 * Compares what a learner reads with the text that is kept, or keeps it if UPDATE_FIXTURES is set.
 * A slow machine may join what two ticks sent, and the place moves: so there are three attempts.
 */
export async function assertKept(name: string, judge: () => Promise<Report>): Promise<Report> {
  const file = join(fixtures, name);
  for (let attempt = 1; ; attempt++) {
    const report = await judge();
    const text = boardText(report);
    if (process.env.UPDATE_FIXTURES) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return report;
    }
    const kept = existsSync(file) ? readFileSync(file, 'utf8') : '(nothing yet: UPDATE_FIXTURES=1)';
    if (text === kept) return report;
    if (attempt === 3) assert.equal(text, kept, `what a learner reads is not what ${name} keeps`);
  }
}
