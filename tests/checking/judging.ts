// Judges variants of the lessons as a learner's exercise is judged, and holds what is said against
// the texts that are kept in `fixtures/<folder>/`.
//
//   UPDATE_FIXTURES=1 node --import tsx --test tests/checking/*.test.ts     writes them anew
//   LESSON=02 node --import tsx --test tests/checking/*.test.ts             one lesson alone
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { after } from 'node:test';
import { boardRows } from '../../scripts/checking/board.ts';
import { Unseen } from '../../scripts/checking/failure.ts';
import {
  type JudgeOptions,
  judgeExercise,
  judgeOrigin,
  type Report,
  type Verdict,
} from '../../scripts/checking/judge.ts';
import { HeadlessHost } from '../../scripts/checking/page/headless.ts';
import type { PageHost } from '../../scripts/checking/page/host.ts';
import { SLOW } from '../../scripts/checking/page/troubles.ts';
import { provideCertificate } from '../../scripts/course/certificate.ts';
import { deriveVariant } from '../../scripts/course/derive.ts';
import { frameworksAreThere } from '../../scripts/course/frameworks.ts';
import { findLesson, type Lesson, lessonSteps, listLessons } from '../../scripts/course/lessons.ts';
import { createRunner } from '../../scripts/course/runner.ts';

const ELSEWHERE = 'The page is that of the finished lesson: it is not played again.';

export const root = join(import.meta.dirname, '..', '..');

const runner = createRunner({ spares: 1 });
const pages = new HeadlessHost();
/** For a variant with another server and the page of the finished lesson, which is judged elsewhere. */
const noPages: PageHost = {
  show: async () => {
    throw new Unseen(ELSEWHERE);
  },
  close: async () => {},
};
after(() => Promise.all([runner.close(), pages.close()]));

const named = process.env.LESSON
  ? [findLesson(root, process.env.LESSON)]
  : listLessons(root).filter(({ available }) => available);

/** The lesson with packages of its own can be proved where they are, and nowhere else. */
const withoutPackages = (await frameworksAreThere(root)) ? undefined : '17-frameworks';
if (named.some(({ folder }) => folder === withoutPackages)) {
  test.skip(`${withoutPackages} is not proved here: npm run frameworks fetches its packages`);
}

/** The lessons that are there, or the one that LESSON names: each is proved in the same way. */
export const lessons = named.filter(({ folder }) => folder !== withoutPackages);

// As a learner has it who has come to lesson 12, which speaks TLS.
if (lessons.some(({ number }) => number === 12)) await provideCertificate(root);

/** Where the texts of a lesson are kept. */
export function fixturesOf(lesson: Lesson): string {
  return join(import.meta.dirname, 'fixtures', lesson.folder);
}

/**
 * Judges a directory with a server in it. Where a machine was too slow to tell anything about a page,
 * it is asked again.
 */
export async function judgeDirectory(
  lesson: Lesson,
  directory: string,
  options: JudgeOptions & { file?: string } = {},
): Promise<Report> {
  // Where no step is the server's, its program is started for the finished lesson alone.
  const server = directory === lesson.directory || hasServerSteps(lesson);
  const page = { directory, host: options.pages ?? pages };
  for (let attempt = 1; ; attempt++) {
    const report = server
      ? await judgeExercise(runner, lesson, directory, { pages, ...options })
      : await judgeOrigin(lesson, { origin: 'http://127.0.0.1:9', speed: 1, page }, options);
    const wasSlow = report.verdicts.some(({ message }) => message === SLOW);
    if (!wasSlow || attempt === 3) return report;
  }
}

function hasServerSteps(lesson: Lesson): boolean {
  const files = [...lessonSteps(lesson).values()].flatMap((step) => step.files);
  return files.some((file) => file.endsWith('.ts'));
}

/** What is looked at in a browser, and not by itself. */
const PAGE = ['client.js', 'index.html', 'board.js', 'ready-made.js'];

/**
 * Judges a finished lesson with some of its files changed, or others added. Where its page is as it
 * was, the page is not played.
 */
export async function judgeVariant(
  lesson: Lesson,
  name: string,
  files: Map<string, string>,
  options: JudgeOptions & { file?: string } = {},
): Promise<Report> {
  const isPage = PAGE.some((file) => files.has(file));
  const directory = await deriveVariant(root, lesson, name, files);
  return judgeDirectory(lesson, directory, { pages: isPage ? pages : noPages, ...options });
}

/** The lowest step that fails on its own account; undefined if all is well. */
export function failingStep(report: Report): number | undefined {
  return report.verdicts.find(({ ok, waitsFor }) => ok === false && waitsFor === undefined)?.step;
}

/** Each step, and whether it passes: `1 2 -3 -4`. */
export function steps(report: Report): string {
  const failed = new Set(judged(report).flatMap(({ ok, step }) => (ok ? [] : [step])));
  const all = [...new Set(report.verdicts.map(({ step }) => step))];
  return all.map((step) => (failed.has(step) ? `-${step}` : `${step}`)).join(' ');
}

/** The verdicts, but for pages that were not played. */
function judged({ verdicts }: Report): Verdict[] {
  return verdicts.filter(({ message }) => message !== ELSEWHERE);
}

/** All steps of a lesson, as `steps` says it when they pass. */
export function allSteps(lesson: Lesson): string {
  return [...lessonSteps(lesson).keys()].join(' ');
}

/** What a learner reads in a terminal of 80 columns, with what varies from run to run left out. */
export function boardText(report: Report): string {
  return boardRows(judged(report), { columns: 80, colour: false })
    .replace(/\d+\.\d{3}(?= s\b)/g, '{seconds}')
    .replace(/\d\d:\d\d:\d\d/g, '{time}')
    .replace(/\bport \d+/g, 'port {port}')
    .replace(/(localhost|127\.0\.0\.1)([\w.-]*):\d+/g, '$1$2:{port}')
    .replace(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/g, '{uuid}')
    .replace(/(?<=^ *IDs [a-z ]+ {2})[^ ].*$/gm, '{ids}')
    .replace(/more line came/g, 'more lines came')
    .replace(
      /\d+(?= (of them in|lines came|more lines? came|events came, and all|comments and events have come))/g,
      '{count}',
    );
}

/** Ends a kept text. */
const REST = '\n …\n';

/**
 * What is kept: all up to the first failure. Whether a check behind it has passed meanwhile, or
 * waits, depends on which of them was quicker.
 */
function upToFailure(text: string): string {
  const [told] = /^[^✗]*✗[^\n]*\n(?:\n| {4}[^\n]*\n)*/.exec(text) ?? [text];
  return `${told.trimEnd()}\n${REST}`;
}

/**
 * Compares what a learner reads with the text that is kept, or keeps it if UPDATE_FIXTURES is set.
 * A slow machine may join what two ticks sent, and the place moves: so there are three attempts.
 */
export async function assertKept(
  lesson: Lesson,
  name: string,
  judge: (options: Pick<JudgeOptions, 'slower'>) => Promise<Report>,
): Promise<Report> {
  const file = join(fixturesOf(lesson), name);
  for (let attempt = 1; ; attempt++) {
    // It is meant to fail, so a failure is asked again only where it is not the one that was meant.
    const report = await judge({ slower: attempt > 1 });
    const text = upToFailure(boardText(report));
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
