// The lessons on disk: which there are, what belongs to each, and what is wrong with a folder.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KitError } from '../kit-error.ts';
import { commentStyle } from './marks.ts';
import { type Step, stepTitles } from './regions.ts';
import { syllabus } from './syllabus.ts';
import { codeOf } from './writing.ts';

export interface Lesson {
  number: number;
  folder: string;
  title: string;
  part: string;
  question: string;
  directory: string /* absolute, whether it exists or not */;
  available: boolean /* the folder is there, complete, and its marks can be read */;
  problem?: string /* what is missing or broken in a folder that is there: one sentence */;
}

/** The files that every lesson has, in the order in which it is read. */
export const requiredFiles = [
  'README.md',
  'server.ts',
  'index.html',
  'client.js',
  'checks.ts',
  'traps.ts',
] as const;

const notInExercise = new Set(['README.md', 'checks.ts', 'traps.ts']);
const firstInExercise = ['server.ts', 'client.js', 'index.html'];
const lessonFolder = /^(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)$/;

/**
 * All lessons: those of the syllabus, written or not, then other folders of `lessons/` that are
 * named like one (`21-my-topic`), with the part "More".
 */
export function listLessons(root: string): Lesson[] {
  const known = new Set(syllabus.map((entry) => entry.folder));
  const others = entriesOf(join(root, 'lessons'))
    .filter((name) => lessonFolder.test(name) && !known.has(name))
    .sort()
    .map((folder) => ({
      number: Number(folder.slice(0, 2)),
      folder,
      part: 'More',
      ...headOfText(join(root, 'lessons', folder, 'README.md'), folder),
    }));
  return [...syllabus, ...others].map((entry) => {
    const directory = join(root, 'lessons', entry.folder);
    const lesson: Lesson = { ...entry, directory, available: false };
    if (!kindOf(directory)) return lesson;
    const problem = problemOf(lesson);
    return problem ? { ...lesson, problem } : { ...lesson, available: true };
  });
}

/**
 * The lesson that is meant by `1`, `01`, `01-event-stream`, or a part of its folder or title that
 * no other has (`stream`, `clock`).
 *
 * @throws KitError with what exists, if there is none, if there are several, if it is not written
 *   yet, or with what is missing or broken in its folder
 */
export function findLesson(root: string, name: string): Lesson {
  const lessons = listLessons(root);
  const meant = name.trim().replace(/^(\.\/)?lessons[/\\]|[/\\]$/g, '');
  const found = matching(lessons, meant);
  const [lesson] = found;
  if (!lesson) {
    throw new KitError(`There is no lesson "${name}". ${whatExists(lessons)}`);
  }
  if (found.length > 1) {
    const several = found.map((one) => one.folder).join(', ');
    throw new KitError(`"${name}" may be ${several}: say which one, by its number.`);
  }
  if (lesson.problem) throw new KitError(lesson.problem);
  if (!lesson.available) {
    throw new KitError(
      `Lesson ${lesson.folder}, "${lesson.title}", is not written yet. ${whatExists(lessons)}`,
    );
  }
  return lesson;
}

/**
 * Looks whether a lesson's folder is there and complete and its marks can be read.
 *
 * @throws KitError one sentence that names the first missing or broken file
 */
export function checkLesson(lesson: Lesson): void {
  const problem = problemOf(lesson);
  if (problem) throw new KitError(problem);
}

/**
 * The names of an exercise's files: all of the lesson's but README.md, checks.ts, traps.ts, hidden
 * files and sub-folders. The server comes first, then the page.
 *
 * @throws KitError if the folder cannot be read
 */
export function lessonFiles(lesson: Lesson): string[] {
  let names: string[];
  try {
    names = readdirSync(lesson.directory, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
  } catch (error) {
    throw unreadable(`lessons/${lesson.folder}`, error);
  }
  const rank = (name: string) => firstInExercise.indexOf(name) + 1 || firstInExercise.length + 1;
  return names
    .filter((name) => !notInExercise.has(name) && !/^\.|~$/.test(name))
    .sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
}

/**
 * The finished files of an exercise that are text, by name, marks and all. What is not text (a
 * picture) is left out; it has no steps and is copied as it is.
 *
 * @throws KitError if a file cannot be read, or should be text and is not UTF-8
 */
export function lessonTexts(lesson: Lesson): Map<string, string> {
  const texts = new Map<string, string>();
  for (const name of lessonFiles(lesson)) {
    const text = textOf(lesson, name);
    if (text !== undefined) texts.set(name, text);
  }
  return texts;
}

/**
 * The steps of a lesson by number.
 *
 * @throws KitError `lessons/…/server.ts:12: sentence` for malformed marks
 */
export function lessonSteps(lesson: Lesson): Map<number, Step> {
  return inLesson(lesson, () => stepTitles(lessonTexts(lesson)));
}

/** Runs `work` on files of a lesson, and puts the lesson's folder in front of its `file:line: …`. */
export function inLesson<Result>(lesson: Lesson, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof KitError) || error.message.startsWith('lessons/')) throw error;
    throw new KitError(`lessons/${lesson.folder}/${error.message}`);
  }
}

/** The ports of a lesson and of its second origin: the finished one's, or those of the exercise. */
export function ports(
  number: number,
  which: 'finished' | 'mine',
): { first: number; second: number } {
  const base = which === 'finished' ? 4400 : 4700;
  return { first: base + number, second: base + 100 + number };
}

function matching(lessons: Lesson[], meant: string): Lesson[] {
  const exact = lessons.filter((lesson) => lesson.folder === meant);
  if (exact.length > 0) return exact;
  if (/^\d+$/.test(meant)) return lessons.filter((lesson) => lesson.number === Number(meant));
  const part = meant.toLowerCase();
  if (part.length < 3) return []; // too little to mean anything
  const parts = lessons.filter(
    (lesson) => lesson.folder.includes(part) || lesson.title.toLowerCase().includes(part),
  );
  // `stream` is in 01-event-stream and in 09-token-stream: what is there comes before what is to come.
  const there = parts.filter((lesson) => lesson.available || lesson.problem);
  return there.length > 0 ? there : parts;
}

function whatExists(lessons: Lesson[]): string {
  const there = lessons.filter((lesson) => lesson.available).map((lesson) => lesson.folder);
  if (there.length === 0) return 'No lesson is complete in this clone: clone it again.';
  const names =
    there.length === 1 ? there[0] : `${there.slice(0, -1).join(', ')} and ${there.at(-1)}`;
  return there.length === 1
    ? `There is ${names}; name it by its number, as 1.`
    : `There are ${names}; name one by its number, as 1.`;
}

function problemOf(lesson: Lesson): string | undefined {
  const folder = `lessons/${lesson.folder}`;
  const kind = kindOf(lesson.directory);
  if (!kind) return `${folder} is missing: write it, or get it back with git checkout -- ${folder}`;
  if (kind !== 'folder') return `${folder} is not a folder: get it back from the repository.`;
  for (const name of requiredFiles) {
    const found = kindOf(join(lesson.directory, name));
    if (!found)
      return `${folder}/${name} is missing: write it, or get it back with git checkout -- ${folder}`;
    if (found === 'folder') return `${folder}/${name} is a folder and should be a file.`;
    if (found === 'empty')
      return `${folder}/${name} is empty: write it, or get it back with git checkout -- ${folder}`;
  }
  try {
    for (const name of requiredFiles) textOf(lesson, name);
    lessonSteps(lesson);
  } catch (error) {
    if (error instanceof KitError) return error.message;
    throw error;
  }
  return undefined;
}

function textOf(lesson: Lesson, name: string): string | undefined {
  const place = `lessons/${lesson.folder}/${name}`;
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(lesson.directory, name));
  } catch (error) {
    throw unreadable(place, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    if (!commentStyle(name) && !name.endsWith('.md')) return undefined;
    throw new KitError(`${place} is not UTF-8 text: save it as UTF-8, or get it back from git.`);
  }
}

function headOfText(file: string, folder: string): { title: string; question: string } {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // A folder without its text is listed by its name, with its problem.
  }
  const title = /^# +(.+)$/m.exec(text)?.[1]?.trim();
  return { title: title ?? folder, question: /^> +(.+)$/m.exec(text)?.[1]?.trim() ?? '' };
}

function kindOf(path: string): 'file' | 'empty' | 'folder' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (found.isDirectory()) return 'folder';
  return found.size === 0 ? 'empty' : 'file';
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function unreadable(place: string, error: unknown): unknown {
  const code = codeOf(error);
  if (!code) return error;
  return new KitError(
    `${place} cannot be read (${code}): get it back with git checkout -- ${place}`,
  );
}
