// The watcher: a thread of the learner's process that stays awake whatever the program does.
//
// It reads what the runner says (fd 4) and passes it to the main thread. When that pipe ends the
// runner is gone, however it died, and the whole run goes with it: the main thread may sit in an
// endless loop, so nobody else could do it. It also measures how long the main thread has not
// answered, and answers in its place when it must.
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { kill, killProcesses } from './processes.js';

/** @typedef {{ timers: number, children: number, sockets: number, held: number, pieces: number, encoded: number, writesAfterClose: number, sources: number, lost: number, worked: number }} Counts */

const { tag } = /** @type {{ tag: string }} */ (workerData);
const mainThread = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

const PATIENCE = 50; // milliseconds after which the main thread counts as busy
const PERIOD = 100; // milliseconds between two looks at it
const INTEREST = 5000; // milliseconds for which we go on looking after the runner has asked

/** @type {Counts} */
let counts = {
  timers: 0,
  children: 0,
  sockets: 0,
  held: 0,
  pieces: 0,
  encoded: 0,
  writesAfterClose: 0,
  sources: 1, // it is about to start
  lost: 0,
  worked: 0,
};
/** When the question that still waits for its answer was put. @type {number | undefined} */
let askedAt;
/** Questions of the runner that wait. @type {number[]} */
let waiting = [];
let interestedUntil = 0;
/** @type {NodeJS.Timeout | undefined} */
let looking;

const orders = new Socket({ fd: 4, readable: true, writable: false });
let unread = '';
orders.setEncoding('utf8');
orders.on('data', (text) => {
  const lines = (unread + text).split('\n');
  unread = lines.pop() ?? '';
  for (const line of lines) obey(JSON.parse(line));
});
orders.on('end', endEverything);
orders.on('error', endEverything);

/** @param {{ run?: object, state?: number }} order */
function obey(order) {
  if (order.run) {
    mainThread.postMessage({ run: order.run });
    lookForAWhile();
  }
  if (order.state !== undefined) {
    const { state } = order;
    waiting.push(state);
    // Only its own question: one that came later has a patience of its own.
    setTimeout(() => waiting.includes(state) && answer(), PATIENCE);
    lookForAWhile();
  }
}

function lookForAWhile() {
  interestedUntil = performance.now() + INTEREST;
  looking ??= setInterval(() => {
    if (performance.now() < interestedUntil || askedAt !== undefined) return ask();
    clearInterval(looking);
    looking = undefined;
  }, PERIOD);
  ask();
}

function ask() {
  if (askedAt !== undefined) return;
  askedAt = performance.now();
  mainThread.postMessage({ ask: true });
}

mainThread.on('message', (/** @type {Counts} */ latest) => {
  counts = latest;
  askedAt = undefined;
  answer();
});

/** Answers all questions of the runner with what is known now. */
function answer() {
  const silence = askedAt === undefined ? 0 : performance.now() - askedAt;
  const busyFor = silence < PATIENCE ? 0 : Math.round(silence);
  for (const state of waiting) report({ state, ...counts, busyFor });
  waiting = [];
}

/** @param {object} message */
function report(message) {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`);
  } catch {
    // Nobody reads any more: fd 4 ends as well, and that is acted upon.
  }
}

function endEverything() {
  /** @type {Set<number>} */
  const known = new Set();
  for (let round = 0; round < 20 && killProcesses(process.pid, tag, known) > 0; round++);
  kill(-process.pid);
  kill(process.pid); // where there are no groups
}

report({ watching: true });
mainThread.postMessage({ watching: true });
