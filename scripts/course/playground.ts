// The learner's copies in `playground/`: made on first use, saved, set back, and never lost.
//
// What stands in playground/ is the learner's. Nothing there is written over unless the learner
// asks for it, and then the earlier copy is kept first, in `.kit/kept/`.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitError } from '../kit-error.ts';
import { textsAtStep } from './derive.ts';
import { type Lesson, lessonFiles, lessonSteps, lessonTexts } from './lessons.ts';
import { cannotWrite, codeOf, kitFolder, makeFolder, shownPath, writeWhole } from './writing.ts';

export interface ExerciseFile {
  name: string;
  text: string;
  hash: string;
}

export interface Opened {
  directory: string;
  created: boolean /* no file of the exercise was there before */;
  restored: string[] /* files that were missing among others and are the starter's again */;
  message?: string /* a sentence, if something was made */;
}

export interface Reset {
  directory: string;
  kept?: string /* the folder with the earlier copy, if there was anything to keep */;
  message: string;
}

export type Saved =
  | { ok: true; hash: string }
  | {
      ok: false;
      hash: string /* of what is on disk, '' if nothing is */;
      text: string /* what is on disk */;
      deleted: boolean;
      message: string;
    };

const playgroundFiles = new Map([
  ['page.ts', "export * from '../lessons/page.ts';\n"],
  [
    'tsconfig.json',
    `${JSON.stringify(
      {
        compilerOptions: {
          target: 'es2023',
          lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
          module: 'nodenext',
          types: ['node'],
          strict: true,
          erasableSyntaxOnly: true,
          verbatimModuleSyntax: true,
          allowImportingTsExtensions: true,
          allowJs: true,
          checkJs: true,
          noEmit: true,
          skipLibCheck: true,
        },
      },
      null,
      2,
    )}\n`,
  ],
]);

/** The hash of a text as the editor and the disk compare it: SHA-256 of its UTF-8, in hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Where the learner's copy of a lesson is, or will be. */
export function exerciseDirectory(root: string, lesson: Lesson): string {
  return join(root, 'playground', lesson.folder);
}

/**
 * Makes the starter where there is none. Files that are there are left as they are; a file that is
 * missing among others comes back as in the starter.
 *
 * @throws KitError if the lesson is broken or the clone cannot be written
 */
export async function openExercise(root: string, lesson: Lesson): Promise<Opened> {
  return inTurn(exerciseDirectory(root, lesson), () => open(root, lesson));
}

async function open(root: string, lesson: Lesson): Promise<Opened> {
  const directory = exerciseDirectory(root, lesson);
  const starter = await contentAtStep(lesson, 0);
  await makeFolder(root, directory);
  for (const [name, text] of playgroundFiles) {
    await writeIfMissing(root, join(root, 'playground', name), text);
  }
  const made: string[] = [];
  for (const [name, content] of starter) {
    if (await writeIfMissing(root, join(directory, name), content)) made.push(name);
  }
  const place = shownPath(root, directory);
  if (made.length === 0) return { directory, created: false, restored: [] };
  if (made.length === starter.size) {
    const message = `The starter of lesson ${lesson.folder} is in ${place}.`;
    return { directory, created: true, restored: [], message };
  }
  const message = `${listed(made)} ${made.length === 1 ? 'was' : 'were'} missing from ${place} and ${made.length === 1 ? 'is' : 'are'} back as in the starter; the other files are as they were.`;
  return { directory, created: false, restored: made, message };
}

/**
 * Sets the exercise to a step: 0 is the starter. What was there is kept first, and the message says
 * where. Files of the learner's own in the folder stay where they are.
 *
 * @throws KitError if there is no such step, the lesson is broken, or the clone cannot be written;
 *   nothing is lost then
 */
export async function resetExercise(root: string, lesson: Lesson, step = 0): Promise<Reset> {
  return inTurn(exerciseDirectory(root, lesson), () => setBack(root, lesson, step));
}

async function setBack(root: string, lesson: Lesson, step: number): Promise<Reset> {
  const content = await contentAtStep(lesson, step);
  const directory = exerciseDirectory(root, lesson);
  const place = shownPath(root, directory);
  await makeFolder(root, directory);
  const differing: string[] = [];
  let missing = 0;
  for (const [name, wanted] of content) {
    const there = await readOrNothing(root, join(directory, name));
    if (there === undefined) missing += 1;
    else if (!there.equals(Buffer.from(wanted))) differing.push(name);
  }
  const title = lessonSteps(lesson).get(step)?.title;
  const state = step === 0 ? 'at its starter' : `at step ${step}, "${title}"`;
  if (differing.length === 0 && missing === 0) {
    return { directory, message: `${place} is ${state} already; nothing was changed.` };
  }
  const kept = differing.length > 0 ? await keep(root, lesson, [...content.keys()]) : undefined;
  for (const [name, text] of playgroundFiles) {
    await writeIfMissing(root, join(root, 'playground', name), text);
  }
  for (const [name, wanted] of content) {
    await writeWhole(root, join(directory, name), wanted);
  }
  const message = `${place} is now ${state}.`;
  if (!kept) return { directory, message };
  return {
    directory,
    kept,
    message: `${message} What was there is kept in ${shownPath(root, kept)}.`,
  };
}

/**
 * The learner's files that are text, in the exercise's order, and the names of those that are not
 * there. Makes nothing; see openExercise.
 *
 * @throws KitError if a file cannot be read or is not UTF-8
 */
export async function readExercise(
  root: string,
  lesson: Lesson,
): Promise<{ directory: string; files: ExerciseFile[]; missing: string[] }> {
  const directory = exerciseDirectory(root, lesson);
  const files: ExerciseFile[] = [];
  const missing: string[] = [];
  for (const name of lessonTexts(lesson).keys()) {
    const text = await readText(root, join(directory, name));
    if (text === undefined) missing.push(name);
    else files.push({ name, text, hash: hashOf(text) });
  }
  return { directory, files, missing };
}

/**
 * Saves one file of the exercise, unless the disk holds something else than the text that the
 * editor started from. `baseHash` is that text's hash; '' says that the file is known to be gone
 * and is to be made again. Saves and resets of one exercise wait for each other.
 *
 * @returns ok, or what is on disk instead, untouched
 * @throws KitError for a name that is not one of the exercise's files, or a clone that is read-only
 */
export async function saveFile(
  root: string,
  lesson: Lesson,
  file: string,
  text: string,
  baseHash: string,
): Promise<Saved> {
  const names = [...lessonTexts(lesson).keys()];
  if (!names.includes(file)) {
    throw new KitError(
      `"${file}" is not a file of this exercise: lesson ${lesson.folder} has ${listed(names)}.`,
    );
  }
  const directory = exerciseDirectory(root, lesson);
  const path = join(directory, file);
  return inTurn(directory, async (): Promise<Saved> => {
    const place = shownPath(root, path);
    const there = await readText(root, path);
    if (there === undefined && baseHash !== '') {
      const message = `${place} is gone from the disk since it was opened: your text was not saved yet; save again to make the file new.`;
      return { ok: false, hash: '', text: '', deleted: true, message };
    }
    if (there !== undefined && there !== text && hashOf(there) !== baseHash) {
      const message = `${place} was changed on disk since it was opened: nothing was saved; look at both texts and choose.`;
      return { ok: false, hash: hashOf(there), text: there, deleted: false, message };
    }
    if (there !== text) {
      await makeFolder(root, directory);
      await writeWhole(root, path, text);
    }
    return { ok: true, hash: hashOf(text) };
  });
}

async function contentAtStep(lesson: Lesson, step: number): Promise<Map<string, string | Buffer>> {
  const texts = textsAtStep(lesson, step);
  const content = new Map<string, string | Buffer>();
  for (const name of lessonFiles(lesson)) {
    content.set(name, texts.get(name) ?? (await readFile(join(lesson.directory, name))));
  }
  return content;
}

// Everything is copied before anything is written over, so that a full disk loses nothing.
async function keep(root: string, lesson: Lesson, names: string[]): Promise<string> {
  const above = await makeFolder(root, join(await kitFolder(root), 'kept', lesson.folder));
  const kept = await newFolder(root, above, timestamp(new Date()));
  for (const name of names) {
    const from = join(exerciseDirectory(root, lesson), name);
    try {
      await copyFile(from, join(kept, name), constants.COPYFILE_EXCL);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw cannotWrite(root, join(kept, name), error);
    }
  }
  return kept;
}

async function newFolder(root: string, above: string, name: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const folder = join(above, count === 1 ? name : `${name}_${count}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      // Two copies in one second, as a quick hand makes them.
      if (codeOf(error) !== 'EEXIST') throw cannotWrite(root, folder, error);
    }
  }
}

/** As 2026-11-20_06-43-12, in local time: sorts by age, and Windows takes no colon in a name. */
function timestamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day}_${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join('-')}`;
}

async function writeIfMissing(root: string, file: string, content: string | Uint8Array) {
  if ((await readOrNothing(root, file)) !== undefined) return false;
  await writeWhole(root, file, content);
  return true;
}

async function readText(root: string, file: string): Promise<string | undefined> {
  const bytes = await readOrNothing(root, file);
  if (!bytes) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new KitError(
      `${shownPath(root, file)} is not UTF-8 text: save it as UTF-8 in your editor, or reset it.`,
    );
  }
}

async function readOrNothing(root: string, file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) === 'EACCES') {
      throw new KitError(
        `${shownPath(root, file)} cannot be read: its permissions forbid it. Allow reading and try again.`,
      );
    }
    throw cannotWrite(root, file, error);
  }
}

// One task at a time for each exercise: two tabs that save at once must not both find the base on
// disk, and no save may fall between the keeping of the earlier copy and its replacement.
const turns = new Map<string, Promise<unknown>>();

async function inTurn<Result>(directory: string, task: () => Promise<Result>): Promise<Result> {
  const turn = (turns.get(directory) ?? Promise.resolve()).then(task);
  const settled = turn.catch(() => {});
  turns.set(directory, settled);
  try {
    return await turn;
  } finally {
    if (turns.get(directory) === settled) turns.delete(directory);
  }
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
