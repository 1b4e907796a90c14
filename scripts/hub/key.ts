// The key of this clone: who holds it may run code, write files and read progress.
//
// It lies in .kit/key, readable by its owner alone, so that another user of the same machine who
// reaches the loopback address still cannot run anything here.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kitFolder } from '../course/writing.ts';

const OWNER_ONLY = 0o600;
const WELL_FORMED = /^[A-Za-z0-9_-]{43}$/; // 32 bytes as base64url

/**
 * Reads the key of a clone, or makes one. A file that holds no key is replaced.
 *
 * @param root the clone's folder
 * @returns the key, and whether it could be stored: a key that could not lasts until the hub ends
 */
export async function openKey(root: string): Promise<{ key: string; stored: boolean }> {
  const file = join(root, '.kit', 'key');
  const existing = await readFile(file, 'utf8').catch(() => '');
  if (WELL_FORMED.test(existing.trim())) {
    // A copied clone may have lost the mode on the way.
    await chmod(file, OWNER_ONLY).catch(() => {});
    return { key: existing.trim(), stored: true };
  }
  const key = randomBytes(32).toString('base64url');
  try {
    await kitFolder(root);
    // Removed first: `mode` counts only for a file that is made anew.
    await rm(file, { force: true, recursive: true });
    await writeFile(file, `${key}\n`, { mode: OWNER_ONLY, flag: 'wx' });
    return { key, stored: true };
  } catch {
    return { key, stored: false };
  }
}

/**
 * Compares in a time that tells nothing about the key, whatever the length of what was sent.
 *
 * @param key this clone's key
 * @param sent what came in the request, if anything
 */
export function isKey(key: string, sent: string | undefined): boolean {
  if (sent === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(key), digest(sent));
}

/**
 * Shows that one holds the key without showing the key.
 *
 * @param question random text of the one who wants to know
 */
export function proofOf(key: string, question: string): string {
  return createHmac('sha256', key).update(question).digest('base64url');
}
