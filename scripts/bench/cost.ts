// What a process and all that it has started take of the machine.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Cost {
  /** Bytes in memory. */
  memory: number;
  /** Milliseconds of a processor so far. */
  processor: number;
  /** How many processes they are. */
  processes: number;
}

interface Row extends Omit<Cost, 'processes'> {
  pid: number;
  parent: number;
}

/** @returns undefined where this system does not tell */
export function costOf(pid: number): Cost | undefined {
  const rows = process.platform === 'linux' ? rowsOfProc() : rowsOfPs();
  if (!rows) return undefined;
  const members = new Set([pid]);
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const row of rows) if (members.has(row.parent)) members.add(row.pid);
  }
  const own = rows.filter((row) => members.has(row.pid));
  return {
    memory: own.reduce((sum, { memory }) => sum + memory, 0),
    processor: own.reduce((sum, { processor }) => sum + processor, 0),
    processes: own.length,
  };
}

function rowsOfProc(): Row[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'latin1');
        const number = (name: string) =>
          Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
        // Nanoseconds of each thread; the ticks of /proc/<pid>/stat are 10 ms long.
        const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
          Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
        );
        return {
          pid,
          parent: number('PPid'),
          memory: number('VmRSS') * 1024,
          processor: nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6,
        };
      } catch {
        return []; // it ended while we looked
      }
    });
}

function rowsOfPs(): Row[] | undefined {
  if (process.platform === 'win32') return undefined;
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,time='], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, kilobytes, time = ''] = line.trim().split(/\s+/);
      const seconds = time
        .split(/[-:]/)
        .reduce(
          (sum, part, index, all) =>
            sum * (index === 1 && all.length === 4 ? 24 : 60) + Number(part),
          0,
        );
      return {
        pid: Number(pid),
        parent: Number(parent),
        memory: Number(kilobytes) * 1024,
        processor: seconds * 1000,
      };
    });
}
