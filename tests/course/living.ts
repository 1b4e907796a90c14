// Which processes are alive, read from /proc. A zombie is not: it only waits to be collected.
import { readdirSync, readFileSync } from 'node:fs';

/** @param pid of any process */
export function isAlive(pid: number): boolean {
  return /^State:\s+[^ZX]/m.test(statusOf(pid));
}

/** The pids of the living children of a process. */
export function childrenOf(parent: number): number[] {
  const ofParent = new RegExp(`^PPid:\\s+${parent}$`, 'm');
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && ofParent.test(statusOf(pid)) && isAlive(pid));
}

/** The pids of all living processes that descend from one. */
export function descendantsOf(ancestor: number): number[] {
  return childrenOf(ancestor).flatMap((pid) => [pid, ...descendantsOf(pid)]);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
