// What each step of lesson 08 must show. The exercise's FetchEventSource is played against a server that
// answers as these checks say, and its time passes only when they let it: no wait is a real one.
//
//   npm run check -- 08
import { answer, check, type Scene, silence, stream } from '../../scripts/checking/language.ts';
import type { PlayedSource } from '../../scripts/checking/source/played-source.ts';
import type { SourceOptions } from '../../scripts/checking/source/scene.ts';

/** Nobody comes back after so long who has not come back before. */
const EVER = 100_000;

const ONE = 'id: 1\ndata: one\n\n';
const STREAM = stream();
/** A connection that is dropped before any answer comes. */
const DROPPED = silence();

type Script = Parameters<Scene['source']['open']>[0];

/** The exercise's own event source, asking for /events. */
function own({ source }: Scene, script: Script, options: Partial<SourceOptions> = {}) {
  const module = { file: 'fetch-event-source.js', name: 'FetchEventSource' };
  return source.open(script, { ...module, ...options });
}

/** What it was told, in words: `open`, `message one`, `error 0`. */
function heard({ told }: PlayedSource): string {
  const words = told.map(({ type, data, readyState }) => {
    return type === 'open' || type === 'error' ? `${type} ${readyState}` : `${type} ${data}`;
  });
  return words.join(', ');
}

/** The first request, which every check begins with. */
function firstRequest(played: PlayedSource) {
  return played.request({
    otherwise: 'Return what `fetch(this.#url, …)` returns, in `#ask`: the constructor calls it.',
  });
}

/** The next request, which must come. */
async function comesBack(played: PlayedSource, why: string, otherwise: string) {
  const next = await played.nextRequest(EVER);
  if (next) return next;
  const closed = played.told.at(-1)?.readyState === 2 ? ' It says that it is closed.' : '';
  played.fail(`${why}, and it never asked again.${closed}`, otherwise);
}

/** No request must come any more, however long one waits. */
async function staysAway(played: PlayedSource, why: string, otherwise: string) {
  const next = await played.nextRequest(EVER);
  if (next) played.fail(`${why}, and it asked again after ${inSeconds(next.wait)}.`, otherwise);
}

const COMES_BACK =
  'In `#comeBack`, set `#readyState` to CONNECTING, dispatch an `error`, and call `#connect()` from a ' +
  'timer: `this.#again = setTimeout(() => this.#connect(), wait)`.';

export const checks = [
  check(1, 'A request has the headers it is told, the method, and the body', async (scene) => {
    const plain = await own(scene, STREAM);
    const first = await firstRequest(plain);
    if (first.headers.accept !== 'text/event-stream') {
      plain.fail(
        `The request says \`Accept: ${first.headers.accept}\`. EventSource says \`text/event-stream\`.`,
        "Set the header `Accept` where the options do not: `made.set('Accept', 'text/event-stream')`.",
      );
    }
    if (!/no-cache|no-store|max-age=0/.test(first.headers['cache-control'] ?? '')) {
      plain.fail(
        'The request may be answered from a cache: an old stream, from its beginning to its end.',
        "Give fetch `cache: 'no-store'`, as EventSource does.",
      );
    }

    const init = { method: 'POST', headers: { Authorization: 'Bearer one' }, body: 'What is new?' };
    const post = await own(scene, STREAM, { init });
    const { method, headers, ...wire } = await post.request({
      sentence: 'The options say POST, with a body, and no request was made.',
      otherwise:
        'Give fetch `method` and `body` of the options as well. It refuses a GET with a body, and ' +
        'throws.',
    });
    if (headers.authorization !== 'Bearer one') {
      post.fail(
        'The options have the header `Authorization: Bearer one`, and the request has none.',
        'Make a `Headers` object from `headers` of the options, and give it to fetch.',
      );
    }
    await post.settles();
    const body = post.wires[0]?.body ?? wire.body;
    if (method !== 'POST' || body !== 'What is new?') {
      const came = body === '' ? 'no body' : `the body \`${body}\``;
      post.fail(
        `The options say POST, with the body \`What is new?\`. What came is ${method}, with ${came}.`,
        'Give fetch `method` and `body` of the options as well.',
      );
    }
  }),

  check(1, 'Headers may come from a function, a promise as well', async (scene) => {
    const headersInTurn = [{ Authorization: 'Bearer one' }];
    const played = await own(scene, STREAM, { init: { headersInTurn } });
    const { headers } = await firstRequest(played);
    if (headers.authorization === 'Bearer one') return;
    played.fail(
      '`headers` is an async function that gives `Authorization: Bearer one`, and the request has no ' +
        'such header.',
      "Call it if it is one, and wait for what it gives: `typeof headers === 'function' ? await " +
        'headers() : headers`.',
    );
  }),

  check(2, 'Events are handed out as they come, however they are cut', async (scene) => {
    const played = await own(scene, STREAM, { types: ['news'] });
    const wire = await firstRequest(played);
    await played.settles();
    const otherwise =
      'When the head is there, set `#readyState` to OPEN first, and dispatch `open` after that.';
    if (heard(played) !== 'open 1') {
      const came = played.told.length === 0 ? 'nothing' : heard(played);
      played.fail(
        `The head came. One \`open\` with readyState 1 was meant, and what came is: ${came}.`,
        otherwise,
      );
    }
    await played.send(wire, 'id: 7\nda');
    await played.send(wire, 'ta: one\n\nevent: news\ndata: two\ndata: lines\n\n');
    if (heard(played) !== 'open 1, message one, news two\nlines') {
      played.fail(
        'Two events came in two pieces: a message `one`, and `news` with two lines. That is not what ' +
          'the listeners were told.',
        'Feed each piece to the parser, and dispatch a `MessageEvent` of the type in `onEvent`.',
      );
    }
    if (played.told.some(({ lastEventId }) => (lastEventId ?? '7') !== '7')) {
      played.fail(
        'The `lastEventId` of the events is not 7.',
        'Give `new MessageEvent(type, { data, lastEventId, origin })` all three.',
      );
    }
  }),

  check(2, 'After close() nothing is heard, and the server knows', async (scene) => {
    const played = await own(scene, STREAM, { closeAt: 'two' });
    const wire = await firstRequest(played);
    await played.send(wire, 'data: one\n\ndata: two\n\ndata: three\n\n');
    const after = played.told.slice(played.told.findIndex(({ data }) => data === 'two') + 1);
    if (!heard(played).includes('message two')) {
      played.fail(
        'Three events came in one piece, and the second of them was not heard.',
        'Dispatch each event that `onEvent` is told.',
      );
    }
    if (after.length > 0) {
      played.fail(
        'Three events came in one piece. At the second a listener called close(), and more was heard.',
        'Look at `#readyState` before you dispatch an event: after close() it is CLOSED.',
      );
    }
    if (!(await played.comes(() => wire.isLeft))) {
      played.fail(
        'close() was called, and the connection is still there. The server goes on sending.',
        'Call `this.#attempt.abort()` in `close()`: it ends the request. `releaseLock()` only lets go of ' +
          'the reader, and the stream flows on.',
      );
    }
    await staysAway(played, 'close() was called', 'After close() there is nothing to do any more.');
  }),

  check(3, 'After an end it comes back, and says what it has heard', async (scene) => {
    const played = await own(scene, STREAM);
    const first = await firstRequest(played);
    await played.send(first, ONE);
    await played.end(first);
    const second = await comesBack(played, 'The answer ended', COMES_BACK);
    if (!heard(played).startsWith('open 1, message one, error 0')) {
      played.fail(
        'The answer ended. One `error` was meant, with readyState 0: it is about to ask again.',
        'In `#comeBack`, set `#readyState` to CONNECTING first, and dispatch the `error` after that.',
      );
    }
    waited(played, second.wait, 3000, 'no `retry:` was sent');
    saysWhatItHasHeard(played, second.wire, '1');

    // An ID that is not ASCII; another wait; and a break in the middle of an event.
    await played.send(second.wire, 'retry: 7000\n\nid: zwölf\ndata: two\n\nid: 13\ndata: thr');
    await played.cut(second.wire);
    const third = await comesBack(played, 'The connection broke off', COMES_BACK);
    waited(played, third.wait, 7000, '`retry: 7000` was sent');
    saysWhatItHasHeard(played, third.wire, 'zwölf');
  }),

  check(3, 'The ID lasts until another one comes', async (scene) => {
    const played = await own(scene, stream('retry: 10'));
    const first = await firstRequest(played);
    await played.send(first, ONE);
    await played.end(first);
    const second = await comesBack(played, 'The answer ended', COMES_BACK);
    await played.send(second.wire, 'data: two, with no ID\n\n');
    await played.end(second.wire);
    const third = await comesBack(played, 'The second answer ended', COMES_BACK);
    saysWhatItHasHeard(played, third.wire, '1');
  }),

  check(3, 'The headers are made afresh for each request', async (scene) => {
    const headersInTurn = ['one', 'two'].map((token) => ({ Authorization: `Bearer ${token}` }));
    const played = await own(scene, stream('retry: 10'), { init: { headersInTurn } });
    const first = await firstRequest(played);
    await played.end(first);
    const { wire } = await comesBack(played, 'The answer ended', COMES_BACK);
    if (wire.headers.authorization === 'Bearer two') return;
    played.fail(
      'Asked a second time, `headers` would have given another token. The second request shows the ' +
        'first one, and that may be good no longer.',
      'Call `headers` in `#makeHeaders`, which runs before each request, and keep nothing of it.',
    );
  }),

  check(3, 'Closed while it waits, it does not come back', async (scene) => {
    const otherwise =
      'A listener of `error` may call close(): look at `#readyState` after you have dispatched it. And ' +
      'keep the timer in `#again`, where `#isOver` stops it.';
    for (const closeAt of ['error', undefined]) {
      const played = await own(scene, STREAM, closeAt ? { closeAt } : {});
      const first = await firstRequest(played);
      await played.end(first);
      if (!heard(played).includes('error 0')) return; // another check says so
      if (played.wires.length > 1) return; // it has not waited, and another check says so
      if (!closeAt) await played.close();
      const why = closeAt
        ? 'A listener of `error` called close()'
        : 'close() was called while it waited';
      await staysAway(played, why, otherwise);
    }
  }),

  check(4, 'Any answer but 200 with an event stream is the last', async (scene) => {
    const otherwise =
      'Before you read, look at the head: unless the status is 200 and the type `text/event-stream`, ' +
      'no wait is right: `wait = undefined` in `#waitAfter`.';
    const refusals = [
      ['the status 204', answer(204)],
      ['the status 500', answer(500, { type: 'text/event-stream' })],
      ['the type text/html', { ...stream(), headers: { 'Content-Type': 'text/html' } }],
      ['the status 401', answer(401)],
    ] as const;
    for (const [what, reply] of refusals) {
      const played = await own(scene, reply);
      const wire = await firstRequest(played);
      await played.settles();
      await staysAway(played, `The answer has ${what}`, otherwise);
      if (heard(played) !== 'error 2') {
        const came = heard(played) || 'nothing';
        played.fail(
          `The answer has ${what}. One \`error\` with readyState 2 was meant, and what came is: ${came}.`,
          otherwise,
        );
      }
      if (reply.whole || (await played.comes(() => wire.isLeft))) continue;
      played.fail(
        `The answer has ${what} and is not read. It goes on for ever, and holds its connection.`,
        'Call `await response.body?.cancel()` on an answer that you do not read.',
      );
    }
  }),

  check(4, 'A type with a parameter, or in capitals, is the same type', async (scene) => {
    const type = 'Text/Event-Stream;charset=UTF-8';
    const played = await own(scene, { ...stream(), headers: { 'Content-Type': type } });
    await firstRequest(played);
    await played.settles();
    if (heard(played) === 'open 1') return;
    played.fail(
      `The type is \`${type}\`, and that is an event stream. It was refused.`,
      'Compare what stands before the `;`, in small letters.',
    );
  }),

  check(4, 'A POST is not said again, unless the options ask for it', async (scene) => {
    const otherwise =
      'In `#waitAfter`, return undefined for any method but GET, unless `repeat` of the options is set.';
    const init = { method: 'POST', body: 'buy' };
    const once = await own(scene, stream('retry: 10'), { init });
    const first = await firstRequest(once);
    await once.send(first, ONE);
    await once.end(first);
    await staysAway(once, 'The answer to a POST ended', otherwise);
    if (heard(once) !== 'open 1, message one, error 2') {
      once.fail(
        'The answer to a POST ended. One `error` with readyState 2 was meant: it does not come back.',
        otherwise,
      );
    }
    const again = await own(scene, stream('retry: 10'), { init: { ...init, repeat: true } });
    await again.end(await firstRequest(again));
    await comesBack(again, '`repeat` is set, and the answer ended', otherwise);
  }),

  check(4, 'A connection that breaks is not the last word', async (scene) => {
    const played = await own(scene, [DROPPED, STREAM]);
    await played.cut(await firstRequest(played));
    await comesBack(
      played,
      'The connection broke before any answer came',
      'Give up for an answer that says so. Where there is none (`response` is undefined) come back.',
    );
  }),

  check(5, 'From the second failure in a row the waits grow, each by chance', async (scene) => {
    const longest = 20_000;
    const [some, others] = [await waits(scene, longest), await waits(scene, longest)];
    const { played } = others;
    const list = others.waits.map(inSeconds).join(', ');
    const otherwise =
      'From `count` 2 on: twice the wait for each failure, `wait * 2 ** (count - 1)`, but `backOff` at ' +
      'the most, and of that a random part, half of it at the least.';
    for (const { waits } of [some, others]) {
      if (waits[0] === 1000) continue;
      played.fail(
        `After one failure it waited ${inSeconds(waits[0]!)}. The first wait is the reconnection time, 1.000 s.`,
        'Leave the first wait as it is: many ends are no failures.',
      );
    }
    const grown = [some, others].every(({ waits }) => waits.at(-1)! >= 3 * waits[0]!);
    if (!grown)
      played.fail(
        `It failed again and again, and waited ${list}. The waits do not grow.`,
        otherwise,
      );
    const tooLong = [some, others].some(({ waits }) => Math.max(...waits) > longest);
    if (tooLong) {
      played.fail(`It waited ${list}. \`backOff\` says that 20.000 s are the most.`, otherwise);
    }
    if (some.waits.join() === others.waits.join()) {
      played.fail(
        `It waited ${list}, and another one waited exactly as long. A thousand clients would all come ` +
          'back at the same moment.',
        'Multiply the wait with something like `0.5 + Math.random() / 2`.',
      );
    }
    const { waits: plain } = await waits(scene, undefined);
    if (plain.some((wait) => wait !== 1000)) {
      played.fail(
        'The waits grow though the options do not ask for it: EventSource waits for the same time always.',
        'Do this only where `backOff` is set.',
      );
    }
  }),

  check(5, 'An answer that is accepted ends the row of failures', async (scene) => {
    const accepted = stream('retry: 1000');
    const replies = [accepted, DROPPED, DROPPED, accepted, STREAM];
    const played = await own(scene, replies, { init: { backOff: 20_000 } });
    let wire = await firstRequest(played);
    await played.settles();
    await played.end(wire);
    for (let failure = 1; failure <= 3; failure++) {
      wire = (await comesBack(played, 'The connection broke off', COMES_BACK)).wire;
      await played.settles();
      if (failure < 3) await played.cut(wire);
    }
    await played.end(wire);
    const { wait } = await comesBack(played, 'The answer ended', COMES_BACK);
    if (wait === 1000) return;
    played.fail(
      `Two attempts broke off, the third was accepted, and its answer ended. After that it waited ${inSeconds(wait)}: this is the first failure of a new row, and 1.000 s was meant.`,
      'Set `#failures` to 0 in `#hear`, where you say `open`.',
    );
  }),

  check(5, 'A 429 or 503 that says when is not the end, if the options say so', async (scene) => {
    const otherwise =
      'Where `retryAfter` is set, take the seconds, or the date, of the header `Retry-After` for `wait`, ' +
      'though the answer is a refusal.';
    const date = new Date(scene.source.begun + 40_000).toUTCString();
    for (const [status, value, least] of [
      [503, '8', 8000],
      [429, date, 40_000],
    ] as const) {
      const replies = [answer(status, { headers: { 'Retry-After': value } }), STREAM];
      const played = await own(scene, replies, { init: { retryAfter: true } });
      await firstRequest(played);
      await played.settles();
      const { wait } = await comesBack(
        played,
        `${status} came, with \`Retry-After: ${value.includes('GMT') ? 'a date in 40 seconds' : value}\``,
        otherwise,
      );
      if (wait < least || wait > 2 * least) {
        played.fail(
          `${status} came, and it came back after ${inSeconds(wait)}. ${inSeconds(least)} or a little more was meant.`,
          otherwise,
        );
      }
    }
    const plain = await own(scene, answer(503, { headers: { 'Retry-After': '8' } }));
    await firstRequest(plain);
    await plain.settles();
    await staysAway(
      plain,
      '503 came, and `retryAfter` is not set',
      'Without that option any status but 200 is the last word, as for EventSource.',
    );
  }),

  check(6, 'A connection that says nothing is given up for a new one', async (scene) => {
    const otherwise =
      'In `#keepWatch`, set a timer that aborts this attempt after `watchdog` milliseconds, and set it ' +
      'anew at each piece. What follows is the same as after a break.';
    const init = { watchdog: 5000 };
    const played = await own(scene, STREAM, { init });
    const first = await firstRequest(played);
    await played.send(first, ONE);
    const second = await comesBack(played, 'The connection was silent', otherwise);
    waited(
      played,
      second.wait,
      8000,
      'the watchdog bites after 5 s, and 3 s is the reconnection time',
    );
    if (!(await played.comes(() => first.isLeft))) {
      played.fail(
        'It asked again, and the silent connection is still there as well.',
        'Abort the attempt that is silent: `attempt.abort()`. Its connection closes then.',
      );
    }
    saysWhatItHasHeard(played, second.wire, '1');

    const headless = await own(scene, silence(), { init });
    await firstRequest(headless);
    await comesBack(headless, 'No head came at all', 'Begin to watch before you ask.');
  }),

  check(6, 'Every byte is a sign of life, and without the option nobody watches', async (scene) => {
    const played = await own(scene, STREAM, { init: { watchdog: 5000 } });
    const wire = await firstRequest(played);
    for (let count = 0; count < 4; count++) {
      await played.send(wire, ':\n\n');
      await played.passes(4100); // not 4000: at 8000 it would come back, at the very moment of the next comment
    }
    if (heard(played) !== 'open 1') {
      played.fail(
        'A comment came every 4.1 s, and a connection with a watchdog of 5 s was given up.',
        'Set the timer anew at each piece that `read()` gives: a comment is no event, and a sign of life.',
      );
    }
    const plain = await own(scene, STREAM);
    await firstRequest(plain);
    await plain.settles();
    await staysAway(plain, 'The options have no watchdog', 'Watch only where `watchdog` is set.');
  }),
];

/** How long it waits after failures, with a reconnection time of a second. */
async function waits(scene: Scene, backOff: number | undefined) {
  const init = backOff === undefined ? {} : { backOff };
  const played = await own(scene, [stream('retry: 1000'), DROPPED], { init });
  let wire = await firstRequest(played);
  await played.settles();
  await played.end(wire);
  const waits: number[] = [];
  while (waits.length < 6) {
    const next = await comesBack(played, 'The connection broke off', COMES_BACK);
    waits.push(next.wait);
    wire = next.wire;
    await played.cut(wire);
  }
  return { played, waits };
}

function waited(played: PlayedSource, wait: number, meant: number, because: string) {
  if (wait === meant) return;
  const how = wait === 0 ? 'at once' : `after ${inSeconds(wait)}`;
  played.fail(
    `It asked again ${how}. ${inSeconds(meant)} was meant: ${because}.`,
    'Wait for `wait` milliseconds, which is `#reconnectionTime`, and let `onRetry` set that.',
  );
}

function saysWhatItHasHeard(
  played: PlayedSource,
  { lastEventId }: { lastEventId: string | undefined },
  meant: string,
) {
  if (lastEventId === meant) return;
  const came =
    lastEventId === undefined ? 'says nothing' : `says \`Last-Event-ID: ${lastEventId}\``;
  const isLost = played.wires.some((wire) => wire.lastEventId === meant);
  const isGarbled = lastEventId?.includes('\uFFFD');
  played.fail(
    `The last whole event, or one before it, had the ID ${meant}. The request that followed ${came}.`,
    isLost
      ? 'The ID lasts over connections: give it to each new parser, as `lastEventId`.'
      : isGarbled
        ? 'A header holds bytes, and the server reads them as UTF-8: `asHeader(this.#lastEventId)`, at ' +
          'the end of the file, makes them of an ID.'
        : 'Keep `parser.lastEventId` in `#lastEventId` after each piece, and set the header ' +
          '`Last-Event-ID` if it is not empty: with `asHeader`, for a header holds bytes.',
  );
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}
