// A clock that runs faster than the wall's, for the learner's program and for nothing else.
//
// A check that waits for ten events a second apart would take ten seconds. So timers, Date,
// performance.now and hrtime all run at the same multiple, and the program cannot tell. What Node
// itself times (idle sockets, slow requests) is not touched.
//
// Twenty milliseconds that come half a millisecond late are a second that comes 25 ms late, and the
// error would add up. So a timer's callback runs as if it were on time: what it reads from the clock
// is the moment when it was due, and what it sets counts from there. None fires early.
import { syncBuiltinESMExports } from 'node:module';
import perfHooks from 'node:perf_hooks';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

const STALE = 25; // milliseconds that the event loop's clock may be behind
const LONGEST = 2 ** 31 - 1; // a longer delay is none: Node warns and takes 1 ms

/** @typedef {NodeJS.Timeout & { _repeat?: number | null }} Timer */
/** @typedef {(...args: any[]) => void} Callback */

/**
 * Makes time run `speed` times as fast from now on, for all code of this thread. Call it once,
 * before the program is loaded. A speed of 1 changes nothing at all.
 * @param {number} speed lesson milliseconds in a real one
 * @returns {() => number} real milliseconds by which timers have come too late so far, all in all
 */
export function speedUp(speed) {
  if (speed === 1) return () => 0;
  const time = new Time(speed);
  scalePromises(time, scaleTimers(time));
  scaleDates(time);
  syncBuiltinESMExports();
  return () => time.lost;
}

/** All in real milliseconds, as performance.now gave them before. */
class Time {
  #real = perfHooks.performance.now.bind(perfHooks.performance);
  /** By how much the callback that runs now is late, and does not know it. */
  #lateness = 0;
  #latest = 0;
  /** The sum of all that came so late that it stays late. */
  lost = 0;

  /** @param {number} speed */
  constructor(speed) {
    this.speed = speed;
    this.begin = this.#real();
  }

  /** What the program may see: never less than it has seen. */
  now() {
    this.#latest = Math.max(this.#latest, this.#real() - this.#lateness);
    return this.#latest;
  }

  /** Lesson milliseconds since the clock was set. */
  passed() {
    return (this.now() - this.begin) * this.speed;
  }

  /** When a delay that begins now is over. @param {number} delay lesson milliseconds */
  dueAfter(delay) {
    return this.now() + delay / this.speed;
  }

  /** What to ask of Node so as not to fire before. @param {number} due */
  remaining(due) {
    return Math.max(1, Math.ceil(due - this.#real()));
  }

  /**
   * Says that a timer has fired. Its callback, and the promises that it settles, are on time.
   * @param {number} due
   * @param {number} delay lesson milliseconds; one that is late by half of it stays late, for Node
   *   does not make up for what a busy program missed either
   * @returns {boolean} whether it counts as on time
   */
  arrive(due, delay) {
    // The event loop reads its clock seldom, and so may be early: by a millisecond, and by more where
    // a busy machine has kept it from reading before a timer was set anew.
    for (let early = due - this.#real(); early > 0 && early < STALE; early = due - this.#real());
    const late = Math.max(0, this.#real() - due);
    const onTime = late <= delay / this.speed / 2;
    this.#lateness = onTime ? late : 0;
    if (!onTime) this.lost += late;
    // The microtask runs among those of this callback; the tick comes after the last of them.
    queueMicrotask(() => process.nextTick(() => (this.#lateness = 0)));
    return onTime;
  }
}

/** @param {unknown} delay */
function isDelay(delay) {
  return Number(delay) >= 1 && Number(delay) <= LONGEST;
}

/** @param {Time} time */
function scaleTimers(time) {
  const real = { setTimeout: timers.setTimeout, setInterval: timers.setInterval };
  const timeout = AbortSignal.timeout;

  /** @param {Callback} callback @param {any} delay @param {any[]} args */
  function setTimeout(callback, delay, ...args) {
    if (typeof callback !== 'function' || !isDelay(delay)) {
      return real.setTimeout(callback, delay, ...args);
    }
    let due = time.dueAfter(delay);
    const timer = real.setTimeout(fire, time.remaining(due), ...args);
    /** @this {unknown} @param {any[]} given */
    function fire(...given) {
      time.arrive(due, delay);
      callback.apply(this, given);
    }
    return afterRefresh(timer, () => (due = time.dueAfter(delay)));
  }

  /** @param {Callback} callback @param {any} delay @param {any[]} args */
  function setInterval(callback, delay, ...args) {
    if (typeof callback !== 'function' || !isDelay(delay)) {
      return real.setInterval(callback, delay, ...args);
    }
    let due = time.dueAfter(delay);
    const timer = /** @type {Timer} */ (real.setInterval(fire, time.remaining(due), ...args));
    /** @this {unknown} @param {any[]} given */
    function fire(...given) {
      due = time.arrive(due, delay) ? due + delay / time.speed : time.dueAfter(delay);
      // Node reads this property after the callback, to know when the next tick is due.
      if (typeof timer._repeat === 'number') timer._repeat = time.remaining(due);
      callback.apply(this, given);
    }
    return afterRefresh(timer, () => (due = time.dueAfter(delay)));
  }

  install('setTimeout', setTimeout);
  install('setInterval', setInterval);
  AbortSignal.timeout = (delay) => timeout.call(AbortSignal, Math.ceil(delay / time.speed));
  return { setInterval };
}

/** @param {'setTimeout' | 'setInterval'} name @param {any} replacement */
function install(name, replacement) {
  /** @type {any} */ (timers)[name] = replacement;
  /** @type {any} */ (globalThis)[name] = replacement;
}

/**
 * Runs `then` whenever the timer is told to begin anew.
 * @param {NodeJS.Timeout} timer @param {() => void} then
 */
export function afterRefresh(timer, then) {
  const refresh = timer.refresh;
  Object.defineProperty(timer, 'refresh', {
    configurable: true,
    writable: true,
    value: function () {
      then();
      return refresh.call(this);
    },
  });
  return timer;
}

/** @param {Time} time @param {ReturnType<typeof scaleTimers>} scaled */
function scalePromises(time, scaled) {
  const real = { setTimeout: timersPromises.setTimeout, setInterval: timersPromises.setInterval };
  const { scheduler } = timersPromises;
  const wait = scheduler.wait;

  /** @param {any} delay @param {(delay: any) => Promise<any>} begin Node's own, which judges its arguments */
  function promised(delay, begin) {
    if (!isDelay(delay)) return begin(delay);
    const due = time.dueAfter(delay);
    return begin(time.remaining(due)).then((value) => {
      time.arrive(due, delay);
      return value;
    });
  }

  /** @param {any} delay @param {any} value @param {any} options */
  function setTimeout(delay, value, options) {
    return promised(delay, (after) => real.setTimeout(after, value, options));
  }

  /** @param {any} delay @param {any} value @param {any} options */
  async function* setInterval(delay = 1, value, options = {}) {
    const { signal, ref = true } = options ?? {};
    if (!isDelay(delay) || (signal && !(signal instanceof AbortSignal))) {
      yield* real.setInterval(delay / time.speed, value, options);
      return;
    }
    let due = 0; // ticks that nobody has taken yet
    let wake = () => {};
    const timer = scaled.setInterval(() => {
      due++;
      wake();
    }, delay);
    if (!ref) timer.unref();
    const abort = () => wake();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      while (!signal?.aborted) {
        if (due === 0) await new Promise((resolve) => (wake = () => resolve(undefined)));
        for (; due > 0; due--) yield value;
      }
      await real.setTimeout(1, undefined, { signal }); // rejects as Node does, with its AbortError
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  Object.assign(timersPromises, { setTimeout, setInterval });
  Object.defineProperty(timers.setTimeout, promisify.custom, {
    enumerable: true,
    get: () => timersPromises.setTimeout,
  });
  scheduler.wait = (delay, options) =>
    promised(delay, (after) => wait.call(scheduler, after, options));
}

/** @param {Time} time */
function scaleDates(time) {
  const begin = { date: Date.now(), uptime: process.uptime(), hrtime: process.hrtime.bigint() };
  // A callback that is due at a full second must not see 999.9999 ms, the fruit of a division.
  const today = () => Math.floor(begin.date + time.passed() + 0.01);

  // A proxy, so that subclasses, `instanceof` and dates that Node makes itself stay what they are.
  const RealDate = Date;
  const ScaledDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length > 0 ? args : [today()], newTarget),
    apply: (target) => new target(today()).toString(),
  });
  RealDate.now = today;
  RealDate.prototype.constructor = ScaledDate;
  globalThis.Date = ScaledDate;

  const { performance } = perfHooks;
  Object.defineProperty(performance, 'now', {
    configurable: true,
    writable: true,
    value: () => time.begin + time.passed(),
  });

  const nanoseconds = () => begin.hrtime + BigInt(Math.round(time.passed() * 1e6));
  /** @param {[number, number]} [since] @returns {[number, number]} */
  function hrtime(since) {
    const current = nanoseconds();
    const seconds = Number(current / 1_000_000_000n) - (since?.[0] ?? 0);
    const rest = Number(current % 1_000_000_000n) - (since?.[1] ?? 0);
    return rest < 0 ? [seconds - 1, rest + 1e9] : [seconds, rest];
  }
  hrtime.bigint = nanoseconds;
  process.hrtime = hrtime;
  process.uptime = () => begin.uptime + time.passed() / 1000;
  scaleTemporal(today);
}

/**
 * Newer Nodes have a second clock, Temporal.Now.
 * @param {() => number} today epoch milliseconds
 */
function scaleTemporal(today) {
  const Temporal = /** @type {any} */ (globalThis).Temporal;
  if (!Temporal) return;
  const instant = () => Temporal.Instant.fromEpochMilliseconds(today());
  const here = Temporal.Now.timeZoneId;
  const zoned = (zone = here()) => instant().toZonedDateTimeISO(zone);
  Object.assign(Temporal.Now, {
    instant,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (/** @type {any} */ zone) => zoned(zone).toPlainDateTime(),
    plainDateISO: (/** @type {any} */ zone) => zoned(zone).toPlainDate(),
    plainTimeISO: (/** @type {any} */ zone) => zoned(zone).toPlainTime(),
  });
}
