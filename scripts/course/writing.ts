// Files that the kit writes: whole or not at all, and a sentence where the clone cannot be written.
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KitError } from '../kit-error.ts';

// On Windows a file cannot be replaced while another program (an editor, a virus scanner) has it open.
const PATIENCE = 1000; // milliseconds in all
const PAUSE = 25; // milliseconds between attempts

/**
 * The folder `.kit` of a clone, made if need be. Only its owner may look into it: the key is there.
 *
 * @throws KitError if it cannot be made
 */
export async function kitFolder(root: string): Promise<string> {
  return makeFolder(root, join(root, '.kit'), 0o700);
}

/**
 * Makes a folder below `root`, those above it too; one that exists is left as it is.
 *
 * @throws KitError one sentence, if it cannot be made
 */
export async function makeFolder(root: string, folder: string, mode = 0o777): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode });
  } catch (error) {
    throw cannotWrite(root, folder, error);
  }
  return folder;
}

/**
 * Replaces a file in one go: the content is written beside it and renamed, so that whoever reads
 * or watches the file sees the old content or the new, never half of one. The file keeps its mode.
 * The file beside it begins with a dot and ends in `.saving`.
 *
 * @throws KitError one sentence, if it cannot be written
 */
export async function writeWhole(root: string, file: string, content: string | Uint8Array) {
  const beside = join(dirname(file), `.${basename(file)}.${randomUUID()}.saving`);
  try {
    const earlier = await stat(file).catch(() => undefined);
    if (earlier?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    await writeFile(beside, content, { flag: 'wx', mode: earlier ? earlier.mode & 0o777 : 0o666 });
    await replace(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw cannotWrite(root, file, error);
  }
}

async function replace(from: string, to: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await rename(from, to);
    } catch (error) {
      const held = ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error));
      if (process.platform !== 'win32' || !held || performance.now() > end) throw error;
      await pause(PAUSE);
    }
  }
}

/** The sentence for a file or folder below `root` that could not be written, by the system's error. */
export function cannotWrite(root: string, path: string, error: unknown): unknown {
  if (error instanceof KitError) return error;
  const place = shownPath(root, path);
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new KitError(
        `${place} cannot be written: ${root} is read-only for you. Make it writable, or clone the kit into a folder of your own.`,
      );
    case 'EEXIST':
    case 'ENOTDIR':
      return new KitError(
        `${place} cannot be made: a file stands where the kit needs a folder. Move that file away and try again.`,
      );
    case 'EISDIR':
      return new KitError(
        `${place} cannot be written: a folder of that name is in the way. Move it away and try again.`,
      );
    case 'EBUSY':
      return new KitError(
        `${place} cannot be written: another program holds it open. Close it there and try again.`,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new KitError(`${place} cannot be written: the disk is full. Make room and try again.`);
    default:
      return error;
  }
}

/** A path as people are shown it: below the clone's root, with slashes on every system. */
export function shownPath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/') || '.';
}

/** The system's code of an error, as ENOENT; '' if it has none. */
export function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
