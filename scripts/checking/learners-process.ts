// A process for a learner's module, which a check holds: orders go in by its standard input, a line
// each, and reports come out of its fourth stream.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const WINDOWS = process.platform === 'win32';

/**
 * Starts it in a group of its own.
 *
 * @param script a file that Node runs as it is
 * @param hear is given each line that it reports
 */
export function startProcess(script: string, hear: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, [script], {
    detached: !WINDOWS,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  for (const stream of child.stdio) stream?.on('error', () => {}); // the exit tells
  createInterface({ input: child.stdio[3] as Readable }).on('line', hear);
  return child;
}

/**
 * Ends it, whatever it is doing, and its group as well: a module may start programs, though none is
 * meant to.
 */
export function endProcess(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null) return;
  if (WINDOWS) {
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}
