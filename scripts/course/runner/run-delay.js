// How long the main thread of this process was ready to run and had to wait for a processor.
import { readFileSync } from 'node:fs';

/** @returns {number} milliseconds since the process began; 0 where the system does not tell */
export function runDelay() {
  try {
    const [, waited] = readFileSync('/proc/self/schedstat', 'latin1').split(' ');
    return Number(waited) / 1e6 || 0;
  } catch {
    return 0;
  }
}
