// What each step of lesson 05 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 05
import { hasNoId, isNeverSilent, keepsComing } from '../../scripts/checking/heartbeat.ts';
import { answer, check, stream } from '../../scripts/checking/language.ts';
import { getsThrough, isCompressedAndFlushed } from '../../scripts/checking/on-the-way.ts';
import { staysAwayFromNow } from '../../scripts/checking/page/comeback.ts';
import { createProxy } from './proxy.ts';

/** A proxy's patience. A heartbeat every 15 seconds leaves it five. */
const LIMIT = 20_000;

/** What goes through a proxy or a compressor may be late: there it is asked whether it comes, not when. */
const INDIRECT = 2 * LIMIT;
/** Sooner than the next thing is said. */
const SOON = 10_000;

/** So much faster runs the clock of a server that is judged: a heartbeat takes 100 ms. */
export const speed = 150;

/** What the page does when it is opened. */
const CONNECTS = {
  within: 3000,
  otherwise: 'Leave the call of `connectEventSource()` at the end of `client.js` as it is.',
};

/** How much faster the page's clock runs while it waits in vain. */
const FAST = 100;
/** And while lamps have to be in time: there are 400 ms between a heartbeat and the end of patience. */
const IN_TIME = 50;
/** A page that has heard nothing for so long has lost its patience. */
const LONG = 60_000;
/** Where the page asks for the proxy's address. */
const NO_PROXY = answer(200, { body: '' });
const LAMP = 'event: lamp\ndata: lit\n\n';
const TRAIN = 'id: 7\ndata: Train 7 has passed.\n\n';

/** As browsers ask. */
const TAKES_GZIP = { Accept: 'text/event-stream', 'Accept-Encoding': 'gzip, deflate, br' };
const TAKES_PLAIN = { Accept: 'text/event-stream' };

export const checks = [
  check(1, 'The head comes at once, though there is no news', async ({ watch }) => {
    const lamp = watch('/lamp');
    await lamp.headComesAtOnce({
      otherwise:
        "Say something as soon as somebody asks: a comment, `send(': the lamp is there\\n\\n')`. Node " +
        'sends the head together with the first byte of the body.',
    });
    lamp.isAnEventStream();
  }),

  check(2, 'Where there is no news, a comment says that the stream is there', async ({ watch }) => {
    await isNeverSilent(watch('/lamp'), {
      limit: LIMIT,
      count: 2,
      otherwise:
        "Call `send(': still there\\n\\n')` in a `setInterval` of `HEARTBEAT`, with `HEARTBEAT` at " +
        '15 000. A line that begins with a colon is a comment, and an empty line after it does no harm.',
    });
  }),

  check(2, 'A client that leaves takes its heartbeat along', async (scene) => {
    const clients = scene.crowd('/lamp', 24);
    const otherwise =
      'Give each client a heartbeat of its own: `const heartbeat = setInterval(…)` inside ' +
      '`lightTheLamp`, and `clearInterval(heartbeat)` when that one leaves.';
    const within = 60_000; // until a train has passed, and half a one more
    await clients.comeAndHearAnEvent({ within, otherwise });
    await clients.leaveButForFirstAndLast();
    await clients.stayersHearMore({ within, otherwise });
    await clients.leaveNothingBehind({
      within,
      otherwise:
        "When a client leaves, stop its heartbeat: `response.on('close', () => clearInterval(heartbeat))`.",
    });
  }),

  check(3, 'A lamp event tells the page that all is well, and has no ID', async ({ watch }) => {
    const lamp = watch('/lamp');
    await keepsComing(lamp, 'lamp', {
      limit: LIMIT,
      count: 3, // a train passes before the third
      otherwise:
        'At every heartbeat send an event with that name as well: ' +
        "`send('event: lamp\\ndata: lit\\n\\n')`. Without a `data` line a browser drops it.",
    });
    hasNoId(lamp, 'lamp', {
      otherwise: 'Leave `id` out of the lamp. Only what a client must not miss has a number.',
    });
  }),

  check(4, 'Left without a lamp, the page makes a new EventSource', async ({ page }) => {
    const script = { '/lamp': [stream(), stream(LAMP, TRAIN)], '/proxy': NO_PROXY };
    const board = await page.open(script, { speed: FAST });
    const first = await board.request('/lamp', CONNECTS);
    const advice = {
      within: LONG,
      otherwise:
        'In `feedWatchdog` set a timer of `PATIENCE` that calls `connectEventSource()`. Feed the ' +
        'watchdog in `connectEventSource` already: here not even a first word came.',
    };
    await first.isLeft(advice);
    const second = await board.request('/lamp', advice);
    await board.shows('Train 7 has passed.', {
      in: 'EventSource',
      within: 3000,
      otherwise: 'Make the new one with `connectEventSource()`, which gives it its listeners.',
    });
    await second.isLeft({
      within: LONG,
      otherwise:
        'What was heard feeds the watchdog, and then it waits again: `feedWatchdog` sets a timer each ' +
        'time that it is called. A connection may stall after years.',
    });
  }),

  check(4, 'While lamps come, it keeps the one that it has', async ({ page, fail }) => {
    const board = await page.open({ '/lamp': stream(), '/proxy': NO_PROXY }, { speed: IN_TIME });
    const lamp = await board.request('/lamp', CONNECTS);
    for (let beat = 1; beat <= 3; beat++) {
      lamp.send(`: still there\n\n${LAMP}`);
      await board.settles();
      await board.passes(15_000);
      if (!lamp.left) continue;
      fail({
        sentence:
          'A lamp came every 15 s, and the page closed its EventSource all the same: it has lost its ' +
          'patience with a connection on which all is well.',
        excerpt: `    : still there\n\n    event: lamp\n    data: lit`,
        otherwise:
          'Call `feedWatchdog()` for every `lamp`, and for every train: `heard` is called for both. ' +
          'Each call stops the timer before it. A comment calls nothing: there is no listener for one.',
      });
    }
  }),

  check(4, 'After Disconnect nobody watches', async ({ page }) => {
    const board = await page.open({ '/lamp': stream(), '/proxy': NO_PROXY }, { speed: FAST });
    const lamp = await board.request('/lamp', CONNECTS);
    lamp.send(LAMP);
    await board.shows('lamp', { in: 'EventSource', ...CONNECTS });
    await board.click('Disconnect EventSource');
    await staysAwayFromNow(board, '/lamp', {
      taken: 1,
      within: LONG,
      otherwise: 'Stop the timer in `leaveEventSource`: `clearTimeout(watchdog)`.',
    });
  }),

  check(5, 'Through a proxy it comes as it was sent', async ({ through }) => {
    const get = await through(proxy);
    const gathered = {
      limit: INDIRECT,
      otherwise:
        "Put `'X-Accel-Buffering': 'no'` into the head: it asks a proxy to pass on what comes as it " +
        'comes.',
    };
    const plain = get('/lamp', TAKES_PLAIN);
    await getsThrough(plain, { what: 'a proxy that gathers bytes', within: INDIRECT, ...gathered });
    await keepsComing(plain, 'lamp', { count: 2, ...gathered });

    const compressed = {
      limit: INDIRECT,
      otherwise:
        "Add `no-transform` to what the head says to caches: `'Cache-Control': 'no-store, " +
        "no-transform'`. Who obeys it does not compress.",
    };
    const gzip = get('/lamp', TAKES_GZIP);
    await getsThrough(gzip, { what: 'a proxy', within: INDIRECT, ...compressed });
    await keepsComing(gzip, 'lamp', { count: 2, ...compressed });
  }),

  check(6, 'What is compressed is flushed', async ({ get }) => {
    const plain = get('/lamp', TAKES_PLAIN);
    const lamp = get('/lamp?gzip', TAKES_GZIP);
    await isCompressedAndFlushed(lamp, plain, {
      type: 'lamp',
      count: 1, // the next thing to be said is far off
      limit: LIMIT,
      within: SOON,
      uncompressed:
        "Leave `'Content-Encoding': 'gzip'` in the head, and say everything with `send(…)`: with " +
        '`?gzip` that goes through `compressor(response)`. What `response.write(…)` sends goes past it.',
      otherwise:
        'Call `gzip.flush()` after each `gzip.write(text)`: what is in the compressor goes out then.',
    });
  }),
];

/** This lesson's proxy, with its patience in the time of whoever is judged, but never a short one. */
function proxy(origin: string, real: (lessonMilliseconds: number) => number) {
  return createProxy(origin, Math.max(real(INDIRECT), 5000));
}
