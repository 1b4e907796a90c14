// The process that a learner's module runs in, beside the server and away from the hub.
//
// The module itself runs in a thread of it (feeder.js). This side stays awake: it sees a loop that
// never ends by the processor time that it burns, ends the thread, and says so. When the pipe to the
// kit ends, the kit is gone, however it died, and this process goes with it.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

const REPORTS = 3; // the file descriptor of the pipe to the kit
const LOOK = 50; // milliseconds between two looks at the thread
const LOADING = 5000; // milliseconds of real time in which a module is loaded that waits for something

/** @typedef {import('./reports.ts').Order} Order */
/** @typedef {import('./reports.ts').Stop} Stop */

/** @param {import('./reports.ts').Report} report */
function report(report) {
  writeSync(REPORTS, `${JSON.stringify(report)}\n`);
}

/** @type {Worker | undefined} */
let thread;

/**
 * Carries out one order, in the thread that is there or in a new one.
 * @param {Order} order
 * @returns {Promise<void>} when it is done, or has been stopped
 */
function carryOut(order) {
  const worker = order.anew || !thread ? startThread() : thread;
  let run = -1; // the module is being loaded
  let since = performance.now();
  let burnt = process.cpuUsage();
  return new Promise((resolve) => {
    /** @param {Stop} [stop] */
    const finish = (stop) => {
      clearInterval(looking);
      for (const name of ['message', 'error', 'exit']) worker.removeAllListeners(name);
      if (stop) {
        void worker.terminate();
        if (thread === worker) thread = undefined;
      }
      report({ order: order.id, over: true, ...(stop && { stop: { ...stop, run } }) });
      resolve();
    };
    const looking = setInterval(() => {
      const { user, system } = process.cpuUsage(burnt);
      if ((user + system) / 1000 > order.budget) return finish({ kind: 'loops' });
      if (run === -1 && performance.now() - since > LOADING) finish({ kind: 'waits' });
    }, LOOK);
    worker.on('message', (message) => {
      since = performance.now();
      burnt = process.cpuUsage();
      if (message.failed) return finish({ kind: 'unloaded', ...message.failed });
      if (message.result) report({ order: order.id, run, result: message.result });
      if (message.done) return finish();
      run = message.next ?? run;
    });
    worker.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return finish({ kind: 'full' });
      finish({ kind: 'threw', error: { name: error.name, message: error.message, line: 0 } });
    });
    worker.on('exit', () => finish({ kind: 'left' }));
    worker.postMessage(order);
  });
}

function startThread() {
  void thread?.terminate();
  thread = new Worker(new URL('./feeder.js', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
  });
  return thread;
}

/** @type {Promise<void>} */
let last = Promise.resolve();
const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => {
  const order = JSON.parse(line);
  last = last.then(() => carryOut(order));
});
orders.on('close', () => process.exit());
