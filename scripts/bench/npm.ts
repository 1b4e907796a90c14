// Installs what a benchmark compares with, in this folder alone.
import { spawn } from 'node:child_process';
import { KitError } from '../kit-error.ts';

const WINDOWS = process.platform === 'win32';

/** @throws KitError if npm does not end well */
export async function npm(...words: string[]): Promise<void> {
  const child = spawn(WINDOWS ? 'npm.cmd' : 'npm', words, {
    cwd: import.meta.dirname,
    shell: WINDOWS,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.on('close', resolve).on('error', resolve));
  if (code !== 0) {
    throw new KitError('npm could not install what is to be compared with: is there a network?');
  }
}
