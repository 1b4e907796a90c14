// What each step of lesson 12 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 12
import { isFitForHttp2, originOverHttp2, streamsSideBySide } from '../../scripts/checking/http2.ts';
import { check, Failure, stream } from '../../scripts/checking/language.ts';
import { isShared, isTakenOver, openForEach } from '../../scripts/checking/sharing.ts';

const PATH = '/arrivals';

const within = 2000;

/** What the page does when a button is pressed. */
const CONNECTS = {
  within,
  otherwise: 'Leave the buttons and `openStream` as they are: each call makes one EventSource.',
};

export const checks = [
  check(1, 'The page shows who waits for a connection', async ({ page, fail }) => {
    // fetch has one of the six, as if it were another tab's.
    const board = await page.open({ [PATH]: stream('retry: 20') });
    await board.comes(() => board.openWires(PATH, { from: 'fetch' }).length === 1, within);
    await board.click('Connect six');
    for (let count = 0; count < 5; count++) await board.request(PATH, CONNECTS);
    const advice = {
      in: '#sign',
      within,
      otherwise:
        'In `showStreams`, count by `readyState`: CONNECTING waits. Another tab may have some of the six, so ' +
        'no number tells. And call `showStreams()` in `onopen` as well.',
    };
    await board.shows('5 open, 2 waiting', advice);
    const rows = (await board.lines('#platforms')) ?? [];
    const waiting = rows.filter((row) => /^A[67]\b.*wait/.test(row));
    if (rows.length !== 7 || waiting.length !== 2) {
      fail({
        sentence: `Seven streams were made, and A6 and A7 wait. The list shows ${rows.length > 7 ? 'more than seven rows' : rows.join(', ') || 'nothing'}.`,
        otherwise:
          'Make a row for each of `streams`, with its label and `open` or `waits`, and put them in the place ' +
          'of those before: `platforms.replaceChildren(...rows)`.',
      });
    }
    await board.click('Disconnect oldest');
    await board.request(PATH, CONNECTS);
    await board.shows('5 open, 1 waiting', advice);
  }),

  check(2, 'Eight streams come side by side over HTTP/2', async ({ watch, get }) => {
    await isFitForHttp2(watch(PATH), {
      otherwise: 'Leave both out. Node adds them by itself where the protocol has them.',
    });
    const otherwise =
      'Make a second server with `createSecureServer({ key: pem, cert: pem })`, give it the same function, ' +
      "`secure.on('request', serve)`, listen on the second port, and keep its address in `second`.";
    const origin = await originOverHttp2(() => get('/second', {}), { otherwise });
    await streamsSideBySide(watch(PATH).stage, origin, PATH, { count: 8, otherwise });
  }),

  check(2, 'The first port goes on to speak HTTP/1.1', async ({ watch }) => {
    const arrivals = watch(PATH);
    await arrivals.headComes({ within: 3000, otherwise: 'Leave the first server as it is.' });
    arrivals.isAnEventStream();
    await arrivals.eventComes(2, { within: 4000, otherwise: 'Leave the stream as it is.' });
  }),

  check(3, 'Two tabs share one stream, and the other takes over', async ({ page }) => {
    const board = await page.open({ [PATH]: openForEach() });
    const first = { path: PATH, button: 'Share by lock', in: '#heard', within };
    const tab = await isShared(board, {
      ...first,
      otherwise:
        'Ask for the lock in every tab: `navigator.locks.request(NAME, …)`. Who has it opens the one stream, ' +
        'and tells the others by the channel what comes.',
    });
    await isTakenOver(board, tab, {
      ...first,
      otherwise:
        'Every tab must wait for the lock, and hold it until it leaves: the function that you give to ' +
        '`navigator.locks.request` returns a promise that stays open until then.',
    });
  }),

  check(3, 'Where there are no Web Locks, a tab has a stream of its own', async ({ page }) => {
    const otherwise =
      'Ask first whether there are any: `if (!navigator.locks) return openStream()`. At a plain-http ' +
      'address that is not this machine there are none.';
    const board = await page.open({ [PATH]: openForEach() }, { insecure: true });
    await board.request(PATH, CONNECTS);
    try {
      await board.click('Share by lock');
      const own = await board.request(PATH, { within, otherwise });
      own.send('data: alone\n\n');
      await board.shows('alone', { in: '#heard', within, otherwise });
    } catch (error) {
      // Whatever the script has stumbled over: this is what it lacks.
      if (!(error instanceof Failure)) throw error;
      throw new Failure({ ...error.explanation, advice: otherwise });
    }
  }),

  check(4, 'Two tabs share the stream of a worker', async ({ page }) => {
    const board = await page.open({ [PATH]: openForEach() });
    const sharing = { path: PATH, button: 'Share by worker', in: '#heard', within };
    const tab = await isShared(board, {
      ...sharing,
      otherwise:
        'In `arrivals-worker.js`, make one EventSource, and post what it hears to every port that has come ' +
        "with a `connect` event. In the page, `new SharedWorker('/arrivals-worker.js')` has such a port.",
    });
    await isTakenOver(board, tab, {
      ...sharing,
      otherwise:
        'The stream belongs to the worker and not to a tab: a tab that leaves takes its own port with it, ' +
        'and nothing else.',
    });
  }),
];
