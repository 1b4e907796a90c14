// What the runner starts: it waits for a program to run, and becomes that program.
//
// It warms itself up first, so that a saved file runs within milliseconds: HTTP has been spoken once. Reports go to the runner through fd 3, at once and in full,
// for the next thing that happens may be the end. Orders come through the watcher.
import { writeSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { giveTranslation } from '../../typescript/register.js';
import { speedUp } from './clock.js';
import { installProbes } from './probes.js';
import { TAG } from './processes.js';
import { processorTime } from './processor-time.js';

/** @typedef {{ file: string, translation: Record<string, string>, env: Record<string, string>, speed: number }} Order */

const TYPESCRIPT = new URL('../../typescript/register.js', import.meta.url).href;
const LONGEST_REPORT = 8000; // characters of a message or a stack

/** @param {object} message */
function report(message) {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`);
  } catch {
    // The runner is gone, and the watcher is about to end this process.
  }
}

/** @param {unknown} thrown @param {'load' | 'exception' | 'rejection'} origin */
function describe(thrown, origin) {
  const error = /** @type {any} */ (thrown instanceof Error ? thrown : {});
  const text = (/** @type {unknown} */ value) => String(value ?? '').slice(0, LONGEST_REPORT);
  return {
    origin,
    name: text(error.name),
    message: thrown instanceof Error ? text(error.message) : text(inspect(thrown)),
    stack: text(error.stack),
    code: text(error.code),
    port: Number(error.port) || 0,
  };
}

const tag = process.env[TAG] ?? '';
const watcher = new Worker(new URL('./watcher.js', import.meta.url), {
  execArgv: [],
  workerData: { tag },
  resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2 },
});

/** @type {() => import('./watcher.js').Counts} */
let count = () => ({
  timers: 0,
  children: 0,
  sockets: 0,
  held: 0,
  pieces: 0,
  encoded: 0,
  writesAfterClose: 0,
  sources: 1,
  lost: 0,
  worked: 0,
});
/** @type {() => void} */
let watched = () => {};
/** @type {Promise<void>} */
const watching = new Promise((resolve) => (watched = resolve));
/** @type {Promise<Order>} */
const ordered = new Promise((resolve) => {
  watcher.on('message', (message) => {
    if (message.ask) watcher.postMessage(count());
    else if (message.run) resolve(message.run);
    else if (message.watching) watched();
  });
});

await watching;
if (process.argv[2] === 'spare') await warmUp();
report({ ready: true });
await become(await ordered);

async function warmUp() {
  new Date().toLocaleTimeString('en-GB'); // loads the words of a locale
  const server = createServer((_request, response) => response.end('warm'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => {
    get({ host: '127.0.0.1', port, agent: false }, (response) =>
      response.resume().on('end', resolve),
    );
  });
  await new Promise((resolve) => server.close(resolve));
}

/**
 * Runs the program. From here on this process is what `node server.ts` would be.
 * @param {Order} order
 */
async function become({ file, translation, env, speed }) {
  giveTranslation(translation);
  Object.assign(process.env, env);
  process.argv.splice(1, process.argv.length, file);
  process.execArgv.push('--import', TYPESCRIPT); // for whoever forks itself
  watcher.unref();
  const realNow = performance.now.bind(performance);
  const countLost = speedUp(speed);
  const told = {
    listening: (/** @type {object} */ listening) => report({ listening }),
    refused: (/** @type {object} */ refused) => report({ refused }),
    flooded: (/** @type {string} */ flooded) => report({ flooded }),
    overfull: (/** @type {string} */ overfull) => report({ overfull }),
  };
  const countHeld = installProbes(told, realNow);
  const before = processorTime();
  count = () => {
    const { worked, waited } = processorTime();
    const lost = Math.max(countLost(), waited - before.waited);
    return { ...countHeld(), lost, worked: worked - before.worked };
  };

  // Without a runner nobody reads the output. The watcher ends this process and whatever it
  // started, and must not be forestalled by an error that a terminal would never give.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }

  /** @type {unknown} */
  let reported;
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    if (error === reported) return;
    report({
      thrown: describe(error, origin === 'unhandledRejection' ? 'rejection' : 'exception'),
    });
  });
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    reported = error;
    report({ thrown: describe(error, 'load') });
    throw error;
  }
}
