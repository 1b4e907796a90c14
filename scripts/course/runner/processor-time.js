// How long the main thread of this process had a processor, and how long it was ready to run and had
// to wait for one.
import { readFileSync } from 'node:fs';

/**
 * @returns {{ worked: number, waited: number }} milliseconds since the process began; 0 where the
 *   system does not tell
 */
export function processorTime() {
  try {
    const [worked, waited] = readFileSync('/proc/self/schedstat', 'latin1').split(' ');
    return { worked: Number(worked) / 1e6 || 0, waited: Number(waited) / 1e6 || 0 };
  } catch {
    return { worked: 0, waited: 0 };
  }
}
