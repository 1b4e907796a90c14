// What keeps a lesson's page from being shown though its files are all there and its steps can be
// read: a text without one of its headings, or traps that cannot be loaded. The map says it, so that
// nobody has to open the lesson to find out.
//
// To load the traps of all lessons takes longer than all the rest of a start. So it is kept in
// .kit/lessons-well.json in which version each of them was found well.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadTraps } from '../checking/traps.ts';
import { type Lesson, lessonSteps } from '../course/lessons.ts';
import { headings } from '../course/text-headings.ts';
import { kitFolder, writeWhole } from '../course/writing.ts';
import { KitError } from '../kit-error.ts';

const TITLES = headings.map(([, title]) => title).join('\n');

const FILE = 'lessons-well.json';
const SOON = 10; // milliseconds until what was found is kept, with what is found at the same time

const known = new Map<string, { version: string; trouble: Promise<string | undefined> }>();
const clones = new Map<string, Clone>();

/** What is kept of one clone: the versions in which its lessons were found well, by folder. */
interface Clone {
  well: Promise<Record<string, string>>;
  keeping?: NodeJS.Timeout;
}

/**
 * Looks again only when a file of the lesson has changed, be it since the last start.
 *
 * @param lesson one that is available
 * @returns one sentence, or undefined where all is well
 */
export function troubleIn(lesson: Lesson): Promise<string | undefined> {
  const version = versionOf(lesson.directory);
  const before = known.get(lesson.directory);
  if (before?.version === version) return before.trouble;
  const trouble = lookOnce(lesson, version);
  known.set(lesson.directory, { version, trouble });
  return trouble;
}

async function lookOnce(lesson: Lesson, version: string): Promise<string | undefined> {
  const root = resolve(lesson.directory, '..', '..');
  const clone = clones.get(root) ?? { well: readWell(root) };
  clones.set(root, clone);
  const well = await clone.well;
  if (well[lesson.folder] === version) return undefined;
  const trouble = await look(lesson);
  if (trouble !== undefined) return trouble;
  well[lesson.folder] = version;
  clearTimeout(clone.keeping);
  clone.keeping = setTimeout(() => void keepWell(root, well), SOON).unref();
  return undefined;
}

/** Nothing, where nothing is kept, or what is there was not written here. */
async function readWell(root: string): Promise<Record<string, string>> {
  try {
    const kept: unknown = JSON.parse(await readFile(join(root, '.kit', FILE), 'utf8'));
    return kept instanceof Object && !Array.isArray(kept) ? { ...(kept as object) } : {};
  } catch {
    return {};
  }
}

/** Where it cannot be written the next start takes a little longer. */
async function keepWell(root: string, well: Record<string, string>): Promise<void> {
  try {
    await writeWhole(root, join(await kitFolder(root), FILE), JSON.stringify(well));
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
  }
}

async function look(lesson: Lesson): Promise<string | undefined> {
  try {
    if (!looksWhole(readFileSync(join(lesson.directory, 'README.md'), 'utf8'), lesson)) {
      const { readLessonText } = await import('../course/text.ts');
      readLessonText(lesson);
    }
    await loadTraps(lesson);
    return undefined;
  } catch (error) {
    if (error instanceof KitError) return error.message;
    throw error;
  }
}

/**
 * Whether a text is as most are, with its parts in order, none of them empty, and its hints numbered.
 * To read it by all the rules of Markdown takes ten times as long, and is left to the odd ones.
 */
function looksWhole(text: string, lesson: Lesson): boolean {
  const parts = text.split(/^## +(.+)$/m);
  const titles = parts.filter((_, index) => index % 2 === 1).map((title) => title.trim());
  const bodies = parts.filter((_, index) => index % 2 === 0);
  if (!/^# +\S.*\n+> /.test(text) || titles.join('\n') !== TITLES) return false;
  if (bodies.some((body) => body.trim() === '')) return false;
  const last = lessonSteps(lesson).size;
  const counts = new Map<number, number>();
  return [...text.matchAll(/^### +Hint (\d+)\.(\d+)/gm)].every(([, step, number]) => {
    const count = (counts.get(Number(step)) ?? 0) + 1;
    counts.set(Number(step), count);
    return Number(step) <= last && Number(number) === count;
  });
}

/** Changes with every file of the folder. */
function versionOf(directory: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory)) {
    const found = statSync(join(directory, name), { throwIfNoEntry: false });
    hash.update(`${name} ${found?.mtimeMs} ${found?.size}\n`);
  }
  return hash.digest('base64url');
}
