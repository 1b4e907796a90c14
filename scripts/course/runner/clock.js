// A clock that runs faster than the wall's, for the learner's program and for nothing else.
//
// A check that waits for ten events a second apart would take ten seconds. So timers, Date,
// performance.now and hrtime all run at the same multiple, and the program cannot tell. What Node
// itself times (idle sockets, slow requests) is not touched.
//
// Twenty milliseconds that come half a millisecond late are a second that comes 25 ms late, and the
// error would add up. So each timer aims at the moment when it is really due, and one that is set
// by another counts from that other's due moment. None fires early.
import { syncBuiltinESMExports } from 'node:module';
import perfHooks from 'node:perf_hooks';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

const LONGEST = 2 ** 31 - 1; // a longer delay is none: Node warns and takes 1 ms

/** @typedef {NodeJS.Timeout & { _repeat?: number | null }} Timer */
/** @typedef {(...args: any[]) => void} Callback */

/**
 * Makes time run `speed` times as fast from now on, for all code of this thread. Call it once,
 * before the program is loaded. A speed of 1 changes nothing at all.
 * @param {number} speed lesson milliseconds in a real one
 */
export function speedUp(speed) {
  if (speed === 1) return;
  const now = perfHooks.performance.now.bind(perfHooks.performance);
  const scaled = scaleTimers(speed, now);
  scalePromises(speed, scaled);
  scaleDates(speed, now);
  syncBuiltinESMExports();
}

/**
 * @param {number} speed
 * @param {() => number} now real milliseconds
 */
function scaleTimers(speed, now) {
  const real = { setTimeout: timers.setTimeout, setInterval: timers.setInterval };
  const timeout = AbortSignal.timeout;
  let lateness = 0;

  /** How late this very callback, or what it resumed, is: for as long as it and its promises run. */
  const arrive = (/** @type {number} */ due) => {
    // The event loop reads its clock seldom, and so may be early by a millisecond at most.
    for (let early = due - now(); early > 0 && early < 2; early = due - now());
    lateness = Math.max(0, now() - due);
    // The microtask runs among those of this callback; the tick after the last of them.
    queueMicrotask(() => process.nextTick(() => (lateness = 0)));
  };
  /** The real moment at which a delay that begins here is over. */
  const dueAfter = (/** @type {number} */ delay) => {
    const wait = delay / speed;
    return now() + wait - (lateness <= wait / 2 ? lateness : 0);
  };
  const isDelay = (/** @type {unknown} */ delay) => Number(delay) >= 1 && Number(delay) <= LONGEST;
  const remaining = (/** @type {number} */ due) => Math.max(1, Math.ceil(due - now()));

  /** @param {Callback} callback @param {any} delay @param {any[]} args */
  function setTimeout(callback, delay, ...args) {
    if (typeof callback !== 'function' || !isDelay(delay)) {
      return real.setTimeout(callback, delay, ...args);
    }
    let due = dueAfter(delay);
    const timer = real.setTimeout(fire, remaining(due), ...args);
    /** @this {unknown} @param {any[]} given */
    function fire(...given) {
      arrive(due);
      callback.apply(this, given);
    }
    return afterRefresh(timer, () => (due = now() + delay / speed));
  }

  /** @param {Callback} callback @param {any} delay @param {any[]} args */
  function setInterval(callback, delay, ...args) {
    if (typeof callback !== 'function' || !isDelay(delay)) {
      return real.setInterval(callback, delay, ...args);
    }
    const period = delay / speed;
    let due = dueAfter(delay);
    const timer = /** @type {Timer} */ (real.setInterval(fire, remaining(due), ...args));
    /** @this {unknown} @param {any[]} given */
    function fire(...given) {
      arrive(due);
      // Like Node, do not make up for whole ticks that a busy program missed.
      due = lateness <= period / 2 ? due + period : now() + period;
      // Node reads this property after the callback, to know when the next tick is due.
      if (typeof timer._repeat === 'number') timer._repeat = remaining(due);
      callback.apply(this, given);
    }
    return afterRefresh(timer, () => (due = now() + period));
  }

  install('setTimeout', setTimeout);
  install('setInterval', setInterval);
  AbortSignal.timeout = (delay) => timeout.call(AbortSignal, Math.ceil(delay / speed));
  return { setTimeout, setInterval, arrive, dueAfter, isDelay, remaining };
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

/**
 * @param {number} speed
 * @param {ReturnType<typeof scaleTimers>} scaled
 */
function scalePromises(speed, scaled) {
  const real = { setTimeout: timersPromises.setTimeout, setInterval: timersPromises.setInterval };
  const { scheduler } = timersPromises;
  const wait = scheduler.wait;

  /** @param {any} delay @param {(delay: any) => Promise<any>} begin Node's own, which judges its arguments */
  function promised(delay, begin) {
    if (!scaled.isDelay(delay)) return begin(delay);
    const due = scaled.dueAfter(delay);
    return begin(scaled.remaining(due)).then((value) => {
      scaled.arrive(due);
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
    if (!scaled.isDelay(delay) || (signal && !(signal instanceof AbortSignal))) {
      yield* real.setInterval(delay / speed, value, options);
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

/**
 * @param {number} speed
 * @param {() => number} now
 */
function scaleDates(speed, now) {
  const begin = { now: now(), date: Date.now(), uptime: process.uptime() };
  const passed = () => (now() - begin.now) * speed;
  const today = () => Math.floor(begin.date + passed());

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
  const milliseconds = () => begin.now + passed();
  Object.defineProperty(performance, 'now', {
    configurable: true,
    writable: true,
    value: milliseconds,
  });

  const beginning = process.hrtime.bigint();
  const nanoseconds = () => beginning + BigInt(Math.round(passed() * 1e6));
  /** @param {[number, number]} [since] @returns {[number, number]} */
  function hrtime(since) {
    const time = nanoseconds();
    const seconds = Number(time / 1_000_000_000n) - (since?.[0] ?? 0);
    const rest = Number(time % 1_000_000_000n) - (since?.[1] ?? 0);
    return rest < 0 ? [seconds - 1, rest + 1e9] : [seconds, rest];
  }
  hrtime.bigint = nanoseconds;
  process.hrtime = hrtime;
  process.uptime = () => begin.uptime + passed() / 1000;
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
