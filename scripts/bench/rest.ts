// What the hub takes when nobody looks.
import { setTimeout as pause } from 'node:timers/promises';
import { KitError } from '../kit-error.ts';
import { copyWorkingTree, removeFolder } from './clone.ts';
import { type Cost, costOf } from './cost.ts';
import { type Account, median } from './figures.ts';
import { startHub } from './hub-process.ts';

const MEMORY = 150; // MB
const PROCESSOR = 20; // milliseconds in ten seconds: what a timer or two takes, and no more
const SETTLING = 3000; // milliseconds
const WATCHED = 10_000; // milliseconds, some times over: once it may tidy up its memory
const TIMES = 3;
const MEGABYTE = 1024 * 1024;

/** @throws KitError where it cannot be measured */
export async function timeRest(): Promise<Account> {
  const root = copyWorkingTree();
  try {
    const hub = await startHub(root);
    try {
      await pause(SETTLING);
      const costs = [costNow(hub.child.pid!)];
      for (let time = 0; time < TIMES; time++) {
        await pause(WATCHED);
        costs.push(costNow(hub.child.pid!));
      }
      const worked = costs.slice(1).map((cost, index) => cost.processor - costs[index]!.processor);
      const after = costs.at(-1)!;
      return {
        title: 'At rest: the hub alone, just started, no page open',
        figures: [
          {
            name: 'memory, all its processes',
            value: after.memory / MEGABYTE,
            unit: 'MB',
            limit: MEMORY,
            note: `${after.processes} ${after.processes === 1 ? 'process' : 'processes'}`,
          },
          {
            name: `processor in ${WATCHED / 1000} s, median`,
            value: median(worked),
            unit: 'ms',
            limit: PROCESSOR,
            note: worked.map((one) => one.toFixed(0)).join(' '),
          },
        ],
      };
    } finally {
      await hub.end();
    }
  } finally {
    removeFolder(root);
  }
}

function costNow(pid: number): Cost {
  const cost = costOf(pid);
  if (!cost)
    throw new KitError('This system does not tell what a process takes: try it on Linux or macOS.');
  return cost;
}
