// Counts what the learner's program holds: timers, processes that it has started, sockets, bytes that no client has taken yet, and
// writes, those to clients who have gone apart.
//
// A leak is growth. These probes only look: they pass on what they are given, and the program
// behaves as it does alone.
import { subscribe } from 'node:diagnostics_channel';
import { errorMonitor } from 'node:events';
import { ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Server } from 'node:net';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterRefresh } from './clock.js';
import { FloodGauge } from './flood.js';
import { watchSources } from './sources.js';

/** @typedef {NodeJS.Timeout & { _destroyed?: boolean }} Timer */

/**
 * Puts the probes in. Call it once, before the program is loaded and after its clock is set.
 * @param {object} told
 * @param {(listening: { port: number, address: string }) => void} told.listening
 * @param {(taken: { port: number, code: string }) => void} told.refused a server could not listen
 * @param {(amount: string) => void} told.flooded it prints too much
 * @param {(amount: string) => void} told.overfull it writes to clients without ever waiting
 * @param {() => number} realNow milliseconds that no clock has scaled
 * @returns {() => Omit<import('./watcher.js').Counts, 'lost' | 'worked'>} counts of now
 */
export function installProbes(told, realNow) {
  const countTimers = watchTimers();
  const countSockets = watchSockets();
  const countWrites = watchWrites(told);
  const countSources = watchSources(countTimers);
  watchListening(told);
  watchOutput(told, realNow);
  syncBuiltinESMExports();
  return () => ({
    timers: countTimers(),
    children: countChildren(),
    ...countSockets(),
    ...countWrites(),
    sources: countSources(),
  });
}

function watchTimers() {
  /** @type {Set<Timer>} */
  const timersSeen = new Set();
  let promises = 0;
  let pruneAt = 1000;

  /** Node marks a timer that has fired or was cleared, in whatever way. */
  const prune = () => {
    for (const timer of timersSeen) if (timer._destroyed) timersSeen.delete(timer);
    pruneAt = Math.max(1000, timersSeen.size * 2);
  };
  const remember = (/** @type {Timer} */ timer) => {
    timersSeen.add(timer);
    if (timersSeen.size > pruneAt) prune();
  };

  for (const name of /** @type {const} */ (['setTimeout', 'setInterval'])) {
    const begin = /** @type {(...given: any[]) => NodeJS.Timeout} */ (timers[name]);
    const counted = {
      [name](/** @type {any[]} */ ...given) {
        const timer = begin(...given);
        remember(timer);
        return afterRefresh(timer, () => remember(timer));
      },
    }[name];
    Object.assign(timers, { [name]: counted });
    Object.assign(globalThis, { [name]: counted });
  }

  const { setTimeout: wait, setInterval: ticks, scheduler } = timersPromises;
  const waitFor = scheduler.wait;
  /** @template Value @param {Promise<Value>} promise */
  const whilePending = (promise) => {
    promises++;
    return promise.finally(() => promises--);
  };
  Object.assign(timersPromises, {
    setTimeout: (/** @type {[any, any, any]} */ ...given) => whilePending(wait(...given)),
    setInterval: async function* (/** @type {[any, any, any]} */ ...given) {
      promises++;
      try {
        yield* ticks(...given);
      } finally {
        promises--;
      }
    },
  });
  scheduler.wait = (...given) => whilePending(waitFor.apply(scheduler, given));
  Object.defineProperty(timers.setTimeout, promisify.custom, {
    enumerable: true,
    get: () => timersPromises.setTimeout,
  });

  return () => {
    prune();
    return timersSeen.size + promises;
  };
}

function countChildren() {
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
}

function watchSockets() {
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();
  subscribe('net.server.socket', (message) => {
    const { socket } = /** @type {{ socket: import('node:net').Socket }} */ (message);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    const held = [...open].reduce((sum, { writableLength }) => sum + writableLength, 0);
    return { sockets: open.size, held };
  };
}

/** Nothing that a lesson does comes near it; a loop that never waits is there in half a second. */
const MOST_BYTES_A_TURN = 64 * 1024 * 1024;
const MOST_WRITES_A_TURN = 200_000;

/**
 * Counts writes to clients who have gone; a last `end()` without data is a good-bye and not a write.
 * Of the others it tells how many pieces there were, and how many of them were encoded for one client
 * alone: a text is encoded at each write, a buffer once for all to whom it is written.
 * It also tells of a loop around `write()` that never waits: Node sends nothing before the loop is
 * over, and all of it stays in memory until there is none left.
 * @param {Parameters<typeof installProbes>[0]} told
 */
function watchWrites(told) {
  const counts = { writesAfterClose: 0, pieces: 0, encoded: 0 };
  /** @type {WeakSet<object>} */
  const encodedBefore = new WeakSet();
  /** What was written since the program last waited. @type {{ bytes: number, writes: number } | undefined} */
  let turn;
  const take = (/** @type {unknown} */ piece) => {
    if (!turn) {
      turn = { bytes: 0, writes: 0 };
      setImmediate(() => {
        turn = undefined;
      }).unref();
    }
    turn.bytes += /** @type {{ length?: number }} */ (piece)?.length ?? 0;
    turn.writes++;
    counts.pieces++;
    if (typeof piece !== 'object' || piece === null || !encodedBefore.has(piece)) counts.encoded++;
    if (typeof piece === 'object' && piece !== null) encodedBefore.add(piece);
    if (turn.bytes > MOST_BYTES_A_TURN) told.overfull('64 MB');
    else if (turn.writes > MOST_WRITES_A_TURN) told.overfull('200,000 pieces');
  };
  const { write, end } = ServerResponse.prototype;
  const isLost = (/** @type {ServerResponse} */ response) =>
    !response.writableEnded && (response.destroyed || response.socket?.destroyed === true);

  /** @this {ServerResponse} @param {any[]} given @returns {any} */
  ServerResponse.prototype.write = function (...given) {
    if (isLost(this)) counts.writesAfterClose++;
    take(given[0]);
    return Reflect.apply(write, this, given);
  };
  /** @this {ServerResponse} @param {any[]} given @returns {any} */
  ServerResponse.prototype.end = function (...given) {
    if (isLost(this) && given[0] != null && typeof given[0] !== 'function') {
      counts.writesAfterClose++;
    }
    return Reflect.apply(end, this, given);
  };
  return () => ({ ...counts });
}

/** @param {Parameters<typeof installProbes>[0]} told */
function watchListening(told) {
  const { listen } = Server.prototype;
  /** @this {Server} @param {any[]} given @returns {any} */
  Server.prototype.listen = function (...given) {
    this.once('listening', () => {
      const address = this.address();
      if (address && typeof address === 'object') told.listening(address);
    });
    // A monitor sees an error without handling it.
    this.once(/** @type {any} */ (errorMonitor), (/** @type {any} */ error) => {
      if (error.syscall === 'listen') told.refused({ port: error.port, code: error.code });
    });
    return Reflect.apply(listen, this, given);
  };
}

/**
 * A loop that never waits prints into Node's memory: from outside not much of it is seen.
 * @param {Parameters<typeof installProbes>[0]} told @param {() => number} realNow
 */
function watchOutput(told, realNow) {
  const gauge = new FloodGauge();
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write;
    /** @param {[any]} given @returns {boolean} */
    stream.write = (...given) => {
      const [piece] = given;
      const flood = piece?.length > 0 ? gauge.add(piece, realNow()) : undefined;
      if (flood) told.flooded(flood);
      return write.apply(stream, given);
    };
  }
}
