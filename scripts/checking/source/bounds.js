// The process that a learner's event source runs in, beside the server and away from the hub.
//
// The module itself runs in a thread of it (room.js). This side stays awake: it sees a loop that never
// ends by the processor time that it burns. When the pipe to the kit ends, the kit is gone, however it
// died, and this process goes with it.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

const REPORTS = 3; // the file descriptor of the pipe to the kit
const LOOK = 50; // milliseconds between two looks at the thread
const BUDGET = 800; // milliseconds of processor time for one order

/** @param {object} report */
function report(report) {
  writeSync(REPORTS, `${JSON.stringify(report)}\n`);
}

const thread = new Worker(new URL('./room.js', import.meta.url), {
  execArgv: [],
  resourceLimits: { maxOldGenerationSizeMb: 256 },
});

/** Orders without an answer, and what the processor had done when they came. */
const open = new Map();

thread.on('message', (message) => {
  open.delete(message.id);
  report(message);
});
thread.on('error', ({ name, message }) => {
  report({ uncaught: { name, message, line: 0 } });
  process.exit();
});
setInterval(() => {
  for (const burnt of open.values()) {
    const { user, system } = process.cpuUsage(burnt);
    if ((user + system) / 1000 < BUDGET) continue;
    report({ loops: true });
    process.exit();
  }
}, LOOK);

const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => {
  const order = JSON.parse(line);
  open.set(order.id, process.cpuUsage());
  thread.postMessage(order);
});
orders.on('close', () => process.exit());
