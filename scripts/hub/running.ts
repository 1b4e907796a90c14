// Whether the hub of this clone already runs, so that a second `npm start` opens the first one.
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kitFolder } from '../course/writing.ts';
import { isKey, proofOf } from './key.ts';

function noteOf(root: string): string {
  return join(root, '.kit', 'hub.json');
}

/** Leaves word for a second start. A clone that cannot be written goes without. */
export async function noteRunning(root: string, port: number): Promise<void> {
  try {
    await kitFolder(root);
    await writeFile(noteOf(root), `${JSON.stringify({ pid: process.pid, port })}\n`);
  } catch {
    // A second start then opens a hub of its own, on the next free port.
  }
}

/** Takes the word back, if it is this process's own. */
export async function forgetRunning(root: string): Promise<void> {
  const note = await readNote(root);
  if (note?.pid === process.pid) await rm(noteOf(root), { force: true }).catch(() => {});
}

/**
 * Finds the running hub of this clone. The note may be stale and its port somebody else's by now:
 * only a hub that proves to hold this clone's key counts, and the key itself is not sent to find out.
 *
 * @returns its port
 */
export async function findRunning(root: string, key: string): Promise<number | undefined> {
  const note = await readNote(root);
  if (!note) return undefined;
  try {
    process.kill(note.pid, 0);
  } catch (error) {
    // Without the right to signal it, there is a process, though hardly ours.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  const question = randomBytes(16).toString('base64url');
  try {
    const response = await fetch(`http://127.0.0.1:${note.port}/api/proof?question=${question}`, {
      signal: AbortSignal.timeout(1000),
    });
    const { proof } = (await response.json()) as { proof?: unknown };
    const isOurs = typeof proof === 'string' && isKey(proofOf(key, question), proof);
    return isOurs ? note.port : undefined;
  } catch {
    return undefined;
  }
}

async function readNote(root: string): Promise<{ pid: number; port: number } | undefined> {
  try {
    const { pid, port } = JSON.parse(await readFile(noteOf(root), 'utf8'));
    return Number.isSafeInteger(pid) && Number.isSafeInteger(port) ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}
