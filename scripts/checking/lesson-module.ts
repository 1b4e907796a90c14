// Loads what a lesson says in code, checks.ts and traps.ts, as it is on disk now.
//
// Node keeps a module for good, one that could not be loaded included. So each version of the file
// has an address of its own, and whoever mends a lesson need not start the hub anew.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Lesson } from '../course/lessons.ts';
import { thrownProblem } from '../course/runner/problem.ts';
import { firstOwnFrame, relativePath } from '../course/runner/source-place.ts';
import { KitError } from '../kit-error.ts';

/**
 * @returns what the file exports
 * @throws KitError `lessons/01-event-stream/checks.ts:12:5: sentence` if it cannot be loaded
 */
export async function loadLessonModule(
  lesson: Lesson,
  file: 'checks.ts' | 'traps.ts',
): Promise<Record<string, unknown>> {
  const path = join(lesson.directory, file);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new KitError(
      `lessons/${lesson.folder}/${file} cannot be read (${error.code}): get it back from the repository.`,
    );
  });
  const version = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  try {
    return await import(`${pathToFileURL(path).href}?version=${version}`);
  } catch (error) {
    throw new KitError(`lessons/${lesson.folder}/${whatIsWrong(lesson, file, error)}`);
  }
}

/** Begins with the place: `checks.ts:12:5: …`. */
function whatIsWrong(lesson: Lesson, file: string, error: unknown): string {
  // A sentence of the kit's own, as `trap()` says it, stays as it is.
  const said = error instanceof KitError ? error.message : undefined;
  const { name, message, stack = '', code } = toError(error);
  const thrown = {
    origin: 'load',
    name,
    message,
    stack,
    code: String(code ?? ''),
    port: 0,
  } as const;
  const problem = thrownProblem({ directory: lesson.directory, file, port: -1 }, thrown);
  if (said === undefined && problem.kind !== 'crash') return problem.message;
  const place = firstOwnFrame(lesson.directory, stack);
  const where = place
    ? `${relativePath(lesson.directory, place.path)}:${place.line}:${place.column}`
    : file;
  if (said !== undefined) return `${where}: ${said}`;
  const first = `${name}: ${message}`.split('\n', 1)[0]!.replace(/[.!]$/, '');
  return `${where}: ${first}. The file threw this while it was loaded; mend it and save it.`;
}

function toError(error: unknown): Error & { code?: unknown } {
  return error instanceof Error ? error : new Error(String(error));
}
