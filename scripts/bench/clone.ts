// Copies of the kit that a benchmark may spoil: the working tree as it stands, or a fresh clone.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KitError } from '../kit-error.ts';
import { atTheEnd } from './tidying.ts';

/** The kit itself. */
export const KIT = realpathSync(join(import.meta.dirname, '../..'));

const NOT_COPIED = new Set(['node_modules', '.git', '.kit', 'playground', 'tests']);

/** A folder of its own for temporary files. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'down-the-wire-bench-')));
  removals.set(
    folder,
    atTheEnd(() => rmSync(folder, { recursive: true, force: true })),
  );
  return folder;
}

/** How to take back that a folder is to be removed. */
const removals = new Map<string, () => void>();

/** Removes it, however busy the system still is with it. */
export function removeFolder(folder: string): void {
  removals.get(folder)?.();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** The working tree with the packages that are here, without anybody's exercises and progress. */
export function copyWorkingTree(): string {
  const folder = makeFolder();
  cpSync(KIT, folder, {
    recursive: true,
    filter: (source) => {
      const [top = ''] = source.slice(KIT.length + 1).split(/[\\/]/);
      return !NOT_COPIED.has(top);
    },
  });
  symlinkSync(join(KIT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

/**
 * What is committed, as somebody gets it who clones the repository.
 *
 * @throws KitError if this is no repository
 */
export async function cloneCommitted(): Promise<string> {
  const folder = join(makeFolder(), 'down-the-wire');
  try {
    await promisify(execFile)('git', ['clone', '--quiet', '--local', KIT, folder]);
  } catch (error) {
    removeFolder(join(folder, '..'));
    const reason = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new KitError(`The kit could not be cloned with git, so no start can be timed: ${reason}`);
  }
  return folder;
}
