// What keeps a lesson's page from being shown though its files are all there and its steps can be
// read: a text without one of its headings, or traps that cannot be loaded. The map says it, so that
// nobody has to open the lesson to find out.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadTraps } from '../checking/traps.ts';
import { type Lesson, lessonSteps } from '../course/lessons.ts';
import { headings } from '../course/text-headings.ts';
import { KitError } from '../kit-error.ts';

const TITLES = headings.map(([, title]) => title).join('\n');

const known = new Map<string, { version: string; trouble: Promise<string | undefined> }>();

/**
 * Looks again only when a file of the lesson has changed.
 *
 * @param lesson one that is available
 * @returns one sentence, or undefined where all is well
 */
export function troubleIn(lesson: Lesson): Promise<string | undefined> {
  const version = versionOf(lesson.directory);
  const before = known.get(lesson.directory);
  if (before?.version === version) return before.trouble;
  const trouble = look(lesson);
  known.set(lesson.directory, { version, trouble });
  return trouble;
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
  return readdirSync(directory)
    .map((name) => {
      const found = statSync(join(directory, name), { throwIfNoEntry: false });
      return `${name} ${found?.mtimeMs} ${found?.size}`;
    })
    .join('\n');
}
