// Steps and variants of a lesson as files that can be run, in `.kit/derived/`.
//
// The servers there import '../page.ts' as the lessons do; a page.ts of one line takes them to the
// one in lessons/. Nothing here is the learner's, so what is out of date is written over.
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KitError } from '../kit-error.ts';
import { inLesson, type Lesson, lessonFiles, lessonSteps, lessonTexts } from './lessons.ts';
import { deriveText } from './regions.ts';
import { kitFolder, makeFolder, writeWhole } from './writing.ts';

/**
 * The texts of an exercise at a step, by name: 0 is the starter, the last step the finished lesson.
 *
 * @throws KitError if the lesson has no such step, or is broken
 */
export function textsAtStep(lesson: Lesson, step: number): Map<string, string> {
  checkStep(lesson, step);
  return textsAt(lesson, step);
}

/** The finished texts of a lesson without marks, by name. Throws as textsAtStep. */
export function finishedTexts(lesson: Lesson): Map<string, string> {
  return textsAt(lesson, Number.POSITIVE_INFINITY);
}

/**
 * Refuses a step that the lesson does not have.
 *
 * @throws KitError that names the steps there are
 */
export function checkStep(lesson: Lesson, step: number): void {
  const last = lessonSteps(lesson).size;
  if (Number.isInteger(step) && step >= 0 && step <= last) return;
  throw new KitError(
    `Lesson ${lesson.folder} has no step ${step}: it has 0, the starter, to ${last}, the finished lesson.`,
  );
}

/**
 * Writes a lesson as it stands after `step` into `.kit/derived/<folder>/step-<step>/`, pictures and
 * the like included, and returns that directory. Files that are right already are not touched.
 *
 * @throws KitError if there is no such step, the lesson is broken, or the clone cannot be written
 */
export async function deriveLesson(root: string, lesson: Lesson, step: number): Promise<string> {
  return write(root, lesson, `step-${step}`, textsAtStep(lesson, step));
}

/**
 * Writes the finished lesson with some files changed, as a trap changes them, into
 * `.kit/derived/<folder>/<name>/`, and returns that directory. `files` holds the changed texts by
 * name; the rest is the finished lesson's.
 *
 * @throws KitError as deriveLesson, and for a name that is not plain small letters, digits, hyphens
 */
export async function deriveVariant(
  root: string,
  lesson: Lesson,
  name: string,
  files: Map<string, string>,
): Promise<string> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || /^step-\d+$/.test(name)) {
    throw new KitError(
      `A variant cannot be called "${name}": use small letters, digits and hyphens, and not step-N.`,
    );
  }
  const texts = finishedTexts(lesson);
  for (const [file, text] of files) {
    if (!/^[\w][\w.-]*$/.test(file)) {
      throw new KitError(
        `"${file}" is not a file of lesson ${lesson.folder}: name it without a folder.`,
      );
    }
    texts.set(
      file,
      inLesson(lesson, () => deriveText(file, text, Number.POSITIVE_INFINITY)),
    );
  }
  return write(root, lesson, name, texts);
}

function textsAt(lesson: Lesson, step: number): Map<string, string> {
  return inLesson(lesson, () => {
    const texts = new Map<string, string>();
    for (const [file, text] of lessonTexts(lesson)) texts.set(file, deriveText(file, text, step));
    return texts;
  });
}

async function write(
  root: string,
  lesson: Lesson,
  name: string,
  texts: Map<string, string>,
): Promise<string> {
  const place = join(await kitFolder(root), 'derived', lesson.folder);
  const directory = await makeFolder(root, join(place, name));
  await bring(root, join(place, 'page.ts'), "export * from '../../../lessons/page.ts';\n");
  const wanted = new Set(texts.keys());
  for (const [file, text] of texts) {
    await bring(root, join(directory, file), text);
    for (const module of finishedModules(text)) {
      const there = join(place, '..', module);
      await makeFolder(root, dirname(there));
      await bring(root, there, `export * from '../../../../${module}';\n`);
    }
  }
  for (const file of lessonFiles(lesson)) {
    if (wanted.has(file)) continue;
    wanted.add(file);
    await bring(root, join(directory, file), await readFile(join(lesson.directory, file)));
  }
  for (const entry of await readdir(directory)) {
    // What another process is writing at this moment is its own; see writeWhole.
    if (wanted.has(entry) || entry.endsWith('.saving')) continue;
    await rm(join(directory, entry), { recursive: true, force: true });
  }
  return directory;
}

/**
 * What a script takes from finished lessons, `lessons/07-parser/event-stream-parser.js`. A browser asks
 * the server for it; in Node its path leads to `.kit/derived/lessons/`.
 */
function finishedModules(text: string): string[] {
  const imports = text.matchAll(/ from '\.\.\/\.\.\/(lessons\/[\w-]+\/[\w-]+\.js)'/g);
  return [...imports].map(([, module]) => module!);
}

// A file that is right already stays as it is: a server may be running from it, and be watched.
async function bring(root: string, file: string, content: string | Uint8Array): Promise<void> {
  const there = await readFile(file).catch(() => undefined);
  if (there?.equals(Buffer.from(content))) return;
  await writeWhole(root, file, content);
}
