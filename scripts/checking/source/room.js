// The thread that a learner's event source runs in. It makes one, listens to it, and reports what it is
// told; bounds.js watches it.
//
// Time stands still here and passes only when a check says so: the module's timers and clocks are made
// of it. A wait of half a minute takes no time, and no wait is ever too short because a machine is slow.
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';

/** @typedef {import('./orders.ts').Order} Order */
/** @typedef {import('./orders.ts').Result} Result */

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const nativeFetch = globalThis.fetch;

// A learner's words are for the browser's console.
for (const name of /** @type {const} */ (['log', 'info', 'warn', 'error', 'debug'])) {
  console[name] = () => {};
}

/** A request takes two ways there and back: one to connect, one to be heard. Thrice that is sure. */
const ECHOES = 6;

// The clock.

let begun = Date.now();
let now = 0;
/** @typedef {{ at: number, every?: number, call: () => void }} Timer */
/** @type {Map<number, Timer>} */
const timers = new Map();
let count = 0;
/** So many timers of 0 milliseconds may fire by themselves while one order is carried out. */
const TASKS = 100;
let tasks = 0;

/** Node's own timers go on as they are. */
function isOfNode() {
  const [, , , caller = ''] = (new Error().stack ?? '').split('\n');
  return /\(?node:/.test(caller);
}

for (const [set, repeats] of /** @type {const} */ ([
  ['setTimeout', false],
  ['setInterval', true],
])) {
  const native = globalThis[set];
  /** @type {any} */ (globalThis)[set] = (
    /** @type {any} */ call,
    /** @type {unknown} */ delay,
    /** @type {any[]} */ ...given
  ) => {
    if (isOfNode()) return native(call, /** @type {any} */ (delay), ...given);
    // As in browsers: what does not fit into 32 bits is 0, and so is what is no number.
    const wait = Math.max(0, Number(delay) | 0);
    count += 1;
    const every = repeats ? { every: Math.max(1, wait) } : {};
    timers.set(count, { at: now + wait, call: () => call(...given), ...every });
    if (wait === 0 && !repeats && tasks > 0) fireSoon(count);
    return count;
  };
}

/**
 * Who waits for 0 milliseconds wants a turn of its own and no time. The rest, of a loop that has no
 * end, waits until time passes.
 *
 * @param {number} id
 */
function fireSoon(id) {
  tasks -= 1;
  setImmediate(() => {
    const timer = timers.get(id);
    timers.delete(id);
    timer?.call();
  });
}

for (const clear of /** @type {const} */ (['clearTimeout', 'clearInterval'])) {
  const native = globalThis[clear];
  globalThis[clear] = (/** @type {any} */ timer) => {
    if (typeof timer === 'number') timers.delete(timer);
    else native(timer);
  };
}
Date.now = () => begun + now;
globalThis.Date = /** @type {DateConstructor} */ (
  new Proxy(Date, {
    construct: (native, given) =>
      Reflect.construct(native, given.length > 0 ? given : [native.now()]),
  })
);
performance.now = () => now;
AbortSignal.timeout = (milliseconds) => {
  const late = new AbortController();
  const reason = new DOMException('The operation timed out.', 'TimeoutError');
  globalThis.setTimeout(() => late.abort(reason), milliseconds);
  return late.signal;
};

/** @param {number} milliseconds */
async function pass(milliseconds) {
  const end = now + milliseconds;
  const begin = now;
  const [next] = [...timers].sort(([, one], [, other]) => one.at - other.at);
  if (next && next[1].at <= end) {
    const [id, timer] = next;
    now = Math.max(now, timer.at);
    if (timer.every) timer.at += timer.every;
    else timers.delete(id);
    timer.call();
  } else now = end;
  await settle();
  return now - begin;
}

// The network.

/** The server of this turn: what earlier ones have left behind gets no answer. */
let origin = '';

globalThis.fetch = (input, init) => {
  const address = input instanceof Request ? input.url : String(input);
  const isOver = /^http:\/\/127\.0\.0\.1:/.test(address) && !address.startsWith(`${origin}/`);
  return isOver ? new Promise(() => {}) : nativeFetch(input, init);
};

/** @type {import('node:net').Socket | undefined} whatever is said here comes back */
let echo;

/** What was on its way before is here when an echo has come back several times. */
async function settle() {
  for (let count = 0; count < ECHOES; count++) {
    const heard = new Promise((resolve) => echo?.once('data', resolve));
    echo?.write('.');
    await heard;
    await turn();
  }
}

// The event source.

/** @type {any} */
let source;

/**
 * @param {Extract<Order, { do: 'open' }>} order
 * @returns {Promise<Result>}
 */
async function open({ file, name, url, init, types, closeAt, visit, echoPort, ...order }) {
  if (!echo) {
    echo = connect(echoPort, '127.0.0.1').setNoDelay();
    // The first fetch of all loads what reads HTTP, which takes its time. This one gets no sense back.
    await nativeFetch(`http://127.0.0.1:${echoPort}/`).catch(() => {});
  }
  timers.clear();
  begun = order.begun;
  now = 0;
  origin = new URL(url).origin;
  try {
    const module = await import(`${pathToFileURL(file).href}?visit=${visit}`);
    if (typeof module[name] !== 'function') return { exports: Object.keys(module) };
    const { headersInTurn, ...plain } = init;
    const opened = new module[name](url, headersInTurn ? inTurn(plain, headersInTurn) : plain);
    source = opened;
    for (const type of new Set(['open', 'message', 'error', ...types])) {
      opened.addEventListener(type, (/** @type {any} */ event) => {
        const { data, lastEventId } = event;
        const { readyState } = opened;
        port.postMessage({ told: { type, data, lastEventId, readyState }, visit });
        if (closeAt !== undefined && (data === closeAt || type === closeAt)) opened.close();
      });
    }
    return { done: true };
  } catch (error) {
    return { thrown: describe(error, file) };
  }
}

/**
 * @param {object} init
 * @param {Record<string, string>[]} headers
 */
function inTurn(init, headers) {
  let asked = 0;
  return {
    ...init,
    headers: async () => {
      asked += 1;
      return headers[Math.min(asked, headers.length) - 1];
    },
  };
}

/** @param {Order} order */
async function carryOut(order) {
  tasks = TASKS;
  switch (order.do) {
    case 'open':
      return open(order);
    case 'close':
      source.close();
      await settle();
      return { done: true };
    case 'pass':
      return { passed: await pass(order.milliseconds) };
    case 'settle':
      await settle();
      return { done: true };
  }
}

process.on('uncaughtException', (error) => {
  if (error?.name === 'AbortError') return; // somebody has left on purpose
  // An earlier one may still be alive, and throw when its connection is gone.
  const [, visit = 0] = /\.js\?visit=(\d+):/.exec(String(error?.stack)) ?? [];
  port.postMessage({ uncaught: describe(error, ''), visit: Number(visit) });
});

/**
 * @param {unknown} thrown
 * @param {string} file the module that was being loaded; '' afterwards
 */
function describe(thrown, file) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const stack = String(error.stack).split('\n');
  // `file:///…/fetch-event-source.js?visit=1:12:3`; in front of a syntax error's own lines `…:12`.
  const href = file ? pathToFileURL(file).href : 'fetch-event-source.js';
  const place = stack.find((line) => line.includes(`${href}?`) || line.includes(`${href}:`)) ?? '';
  const line = /\.js(?:\?[\w=]+)?:(\d+)/.exec(place)?.[1] ?? 0;
  return { name: error.name, message: error.message.slice(0, 500), line: Number(line) };
}

port.on('message', async ({ id, ...order }) => {
  const result = await carryOut(order).catch((error) => ({ thrown: describe(error, '') }));
  port.postMessage({ id, result });
});
