// Counts what can make the learner's program act by itself: timers, reads under way, children,
// connections of its own. With none of them it waits for its clients and for nothing else, so what it
// has not sent by now it does not send at all.
//
// A count that is too high costs a check some patience; one that is too low would cost a right answer
// its verdict. So what Node does not tell of as long as it lasts counts for ever once it was used.
import childProcess from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import zlib from 'node:zlib';

/** What only passes on what comes from clients, and the ends of the kit's own pipes. */
const PASSIVE = new Set(['TCPServerWrap', 'TCPSocketWrap', 'PipeWrap', 'TTYWrap']);

/** Up to 24 Node lists a file that is just being read, as it lists all other requests for files. */
const LISTS_READS = Number.parseInt(process.versions.node, 10) < 25;

/**
 * Call it once, before the program is loaded.
 * @param {() => number} countTimers those that Node does not list included
 * @returns {() => number} how many there are now
 */
export function watchSources(countTimers) {
  let used = 0;
  let dialled = 0;
  let reading = 0;
  const use = () => {
    used++;
  };
  before(childProcess.ChildProcess.prototype, 'spawn', use);
  process.on('worker', use);
  before(fs, 'watch', use);
  before(fs, 'watchFile', use);
  before(fsPromises, 'watch', use);
  before(AbortSignal, 'timeout', use);
  if (!LISTS_READS) {
    countReads((change) => {
      reading += change;
    });
  }
  // Compression works in a thread of Node's own, of which no list tells.
  before(Object.getPrototypeOf(Object.getPrototypeOf(zlib.Gzip.prototype)), '_transform', use);
  subscribe('net.client.socket', (message) => {
    const { socket } = /** @type {{ socket: import('node:net').Socket }} */ (message);
    dialled++;
    socket.once('close', () => dialled--);
  });
  return () => {
    const active = process.getActiveResourcesInfo().filter((name) => !PASSIVE.has(name));
    return used + dialled + reading + countTimers() + active.length;
  };
}

/**
 * Tells of each file that begins to be read, and of each that has been.
 * @param {(change: 1 | -1) => void} tell
 */
function countReads(tell) {
  const { readFile } = fs;
  fs.readFile = /** @type {any} */ (
    (/** @type {any[]} */ ...given) => {
      const callback = given.at(-1);
      if (typeof callback !== 'function') return Reflect.apply(readFile, fs, given); // it throws
      tell(1);
      const over = (/** @type {any[]} */ ...results) => {
        tell(-1);
        callback(...results);
      };
      return Reflect.apply(readFile, fs, [...given.slice(0, -1), over]);
    }
  );
  const { readFile: promised } = fsPromises;
  fsPromises.readFile = /** @type {any} */ (
    (/** @type {any[]} */ ...given) => {
      tell(1);
      const result = Reflect.apply(promised, fsPromises, given);
      const over = () => tell(-1);
      result.then(over, over);
      return result;
    }
  );
}

/**
 * Has something done before each call of a function.
 * @param {any} owner @param {string} name @param {() => void} first
 */
function before(owner, name, first) {
  const call = owner[name];
  /** @this {unknown} @param {any[]} given */
  owner[name] = function (...given) {
    first();
    return Reflect.apply(call, this, given);
  };
}
