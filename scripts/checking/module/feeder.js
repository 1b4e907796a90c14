// The thread that a learner's module runs in: it makes parsers, feeds them the pieces that it is
// told, and reports what they tell. See bounds.js, which watches it.
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { parentPort } from 'node:worker_threads';

/** @typedef {import('./reports.ts').Order} Order */
/** @typedef {import('./reports.ts').RunOrder} RunOrder */
/** @typedef {import('./reports.ts').RunResult} RunResult */
/** @typedef {import('./reports.ts').Told} Told */

const MOST_TOLD = 500; // a parser that tells more of these streams has lost its way
const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

// What a learner prints is for the browser's console and the server's. A loop of it would only fill
// the memory here.
for (const name of /** @type {const} */ ([
  'log',
  'info',
  'warn',
  'error',
  'debug',
  'table',
  'dir',
])) {
  console[name] = () => {};
}

port.on('message', async (/** @type {Order} */ order) => {
  const Parser = await load(order);
  if (!Parser) return;
  order.runs.forEach((run, index) => {
    port.postMessage({ next: index });
    port.postMessage({ result: run.times === undefined ? feed(Parser, run) : time(Parser, run) });
  });
  port.postMessage({ done: true });
});

/**
 * @param {Order} order
 * @returns {Promise<any>} undefined if it is told that there is none
 */
async function load({ file, name }) {
  let module;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    port.postMessage({ failed: { error: describe(error, file) } });
    return undefined;
  }
  if (typeof module[name] === 'function') return module[name];
  port.postMessage({ failed: { exports: Object.keys(module) } });
  return undefined;
}

/**
 * @param {any} Parser
 * @param {RunOrder} run
 * @returns {RunResult}
 */
function feed(Parser, { bytes, cuts, options }) {
  /** @type {Told[]} */
  const told = [];
  let piece = 0;
  const tell = (/** @type {Told['what']} */ what) => (/** @type {unknown} */ value) => {
    if (told.length < MOST_TOLD) told.push({ what, value: plain(what, value), piece });
  };
  try {
    const parser = new Parser({
      ...options,
      onEvent: tell('event'),
      onRetry: tell('retry'),
      onComment: tell('comment'),
    });
    for (const part of piecesOf(Buffer.from(bytes, 'base64'), cuts)) {
      parser.feed(part);
      piece += 1;
    }
    parser.end();
    return { told, lastEventId: plainText(parser.lastEventId) };
  } catch (error) {
    return { told, threw: { ...describe(error, ''), piece } };
  }
}

/**
 * How long it takes to feed a stream, the least of several times. Of the clock and the processor's
 * time the smaller counts: the one has the time of other programs in it, the other that of helping
 * threads.
 * @param {any} Parser
 * @param {RunOrder} run
 * @returns {RunResult}
 */
function time(Parser, { bytes, cuts, options, times = 1 }) {
  const pieces = piecesOf(Buffer.from(bytes, 'base64'), cuts);
  let took = Number.POSITIVE_INFINITY;
  try {
    for (let count = 0; count < times; count++) {
      const parser = new Parser({ ...options, onEvent: () => {} });
      const started = performance.now();
      const before = process.cpuUsage();
      for (const piece of pieces) parser.feed(piece);
      const { user, system } = process.cpuUsage(before);
      took = Math.min(took, performance.now() - started, (user + system) / 1000);
    }
    return { told: [], took };
  } catch (error) {
    return { told: [], threw: { ...describe(error, ''), piece: 0 } };
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {RunOrder['cuts']} cuts
 */
function piecesOf(bytes, cuts) {
  const { length } = bytes;
  const ends = Array.isArray(cuts)
    ? [...cuts, length]
    : Array.from({ length: Math.ceil(length / cuts.every) }, (_, nth) =>
        Math.min(length, (nth + 1) * cuts.every),
      );
  // Each piece has memory of its own, as those of a network have.
  return ends.map((end, nth) => new Uint8Array(bytes.subarray(ends[nth - 1] ?? 0, end)));
}

/**
 * What was told, as it can be sent and compared.
 * @param {Told['what']} what
 * @param {any} value
 */
function plain(what, value) {
  if (what !== 'event') return plainText(value);
  if (typeof value !== 'object' || value === null) return plainText(value);
  const { type, data, lastEventId } = value;
  return { type: plainText(type), data: plainText(data), lastEventId: plainText(lastEventId) };
}

/** @param {unknown} value a string or a number as it is, else a description */
function plainText(value) {
  if (typeof value === 'string' || Number.isFinite(value)) return value;
  return { not: inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).slice(0, 80) };
}

/**
 * @param {unknown} thrown
 * @param {string} file the module that was being loaded; '' afterwards
 */
function describe(thrown, file) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const stack = String(error.stack);
  // `file:///…/event-stream-parser.js:12:3`, first of all in front of a syntax error's own lines.
  const own = file ? stack.split('\n').find((line) => line.includes(pathToFileURL(file).href)) : '';
  const place = /([\w-]+\.js):(\d+)(?::\d+)?\)?$/m.exec(own || stack);
  const isKits = place?.[1] === 'feeder.js';
  return {
    name: error.name,
    message: error.message.slice(0, 500),
    line: place && !isKits ? Number(place[2]) : 0,
  };
}
