// What keeps a lesson's page from being shown though its files are all there and its steps can be
// read: a text without one of its headings, or traps that cannot be loaded. The map says it, so that
// nobody has to open the lesson to find out.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Lesson } from '../course/lessons.ts';
import { KitError } from '../kit-error.ts';

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
  // Loaded when there is a lesson to look at, and not with the hub.
  const [{ readLessonText }, { loadTraps }] = await Promise.all([
    import('../course/text.ts'),
    import('../checking/traps.ts'),
  ]);
  try {
    readLessonText(lesson);
    await loadTraps(lesson);
    return undefined;
  } catch (error) {
    if (error instanceof KitError) return error.message;
    throw error;
  }
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
