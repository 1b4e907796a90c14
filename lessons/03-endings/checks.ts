// What each step of lesson 03 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 03
import {
  comesToRest,
  forgetsLeavers,
  isEnded,
  isServed,
  sendsAway,
  takesLeaveWith,
} from '../../scripts/checking/ending.ts';
import { type Answer, answer, check, stream } from '../../scripts/checking/language.ts';
import {
  browserComesBack,
  leavesItToTheBrowser,
  staysAwayFromNow,
  waitsLongerEachTime,
} from '../../scripts/checking/page/comeback.ts';

/** What every client of the countdown hears: 10, 9, 8 and so on to 1. */
const NUMBERS = Array.from({ length: 10 }, (_, index) => String(10 - index));

/** No event for so long: another is not to be expected. */
const REST = { silence: 3000, most: 30 };

/** As a browser asks that comes back. */
const comingBack = (lastEventId: string) => ({
  Accept: 'text/event-stream',
  'Cache-Control': 'no-cache',
  'Last-Event-ID': lastEventId,
});

/** What the page does when it is opened. */
const CONNECTS = {
  within: 3000,
  otherwise: 'Leave the call of `connectEventSource()` at the end of `client.js` as it is.',
};

/** How much faster the page's clock runs, where nothing but a long wait is to be seen. */
const FAST = 100;
/** Until a browser has come back by itself: a second of the wall's clock, at that speed. */
const BACK = 100_000;
/** Where something has to happen while the page waits. */
const WAITING = 4;

const FIVE = 'id: 5\ndata: 5 min\n\n';
const LAST = 'id: 1\ndata: 1 min\n\n';
const BYE = 'event: bye\ndata: The last train has left.\n\n';

/** So much faster runs the clock of a server that is judged: a countdown takes six seconds, and no rhythm is to be judged. */
export const speed = 150;

export const checks = [
  check(1, 'Ten minutes are counted down, then comes bye, and the end', async (scene) => {
    const countdown = scene.watch('/countdown');
    await countdown.headComes({
      within: 3000,
      otherwise: 'Answer `/countdown` with `countDown(request, response)`, as the starter does.',
    });
    countdown.isAnEventStream();
    await countdown.eventComes(1, {
      within: 3000,
      otherwise: 'Write one event for each minute, with its number as `id` and an empty line.',
    });
    await comesToRest(countdown, REST);
    countdown.everyLineIsUnderstood();

    const numbers = numbersOf(countdown);
    if (numbers.join() !== NUMBERS.join()) {
      const came =
        numbers.length === 0
          ? '`bye` came, and no minute before it'
          : numbers.every((number) => number === '')
            ? 'The events have no ID'
            : `The events are numbered ${numbers.join(', ')}`;
      scene.fail({
        sentence: `${came}. The minutes were meant to be numbered ${NUMBERS.join(', ')}.`,
        excerpt: countdown.timetable(),
        otherwise:
          'Count inside `countDown`, so that each client has a number of its own: write the event of ' +
          '`minutes` with its `id`, then take one away, until there is none.',
      });
    }
    takesLeaveWith(countdown, 'bye', {
      ...REST,
      otherwise:
        'Write an event of the type `bye`, with some data: ' +
        "`'event: bye\\ndata: The last train has left.\\n\\n'`. Then `response.end()`.",
    });
    isEnded(countdown, {
      ...REST,
      otherwise:
        'End the response after `bye` with `response.end()`: it tells the client that this was all.',
    });
  }),

  check(1, 'Who leaves before the train takes the countdown along', async (scene) => {
    await forgetsLeavers(scene, '/countdown', {
      ...REST,
      size: 10,
      whole: 5500,
      within: 4000,
      unserved:
        'Answer each new client with a countdown of its own, whatever the others have heard.',
      otherwise:
        "Stop the clock when its client leaves: `response.on('close', () => clearInterval(clock))`. " +
        'Nothing else tells a server of `close()` on a page.',
    });
  }),

  check(2, 'On bye the page closes, and does not ask again', async ({ page }) => {
    const board = await page.open({ '/countdown': stream('retry: 20') });
    const countdown = await board.request('/countdown', CONNECTS);
    countdown.send(LAST);
    countdown.send(BYE);
    await countdown.isLeft({
      within: 3000,
      otherwise:
        'Listen for the event by its type, and close in there: ' +
        "`opened.addEventListener('bye', (event) => { … opened.close(); … })`. " +
        '`onmessage` does not hear it.',
    });
    await board.staysAway('/countdown', {
      otherwise: 'On `bye`, close and leave it at that: nothing more is to come.',
    });
  }),

  check(2, 'An end without bye is no good-bye: the browser comes back', async ({ page }) => {
    const board = await page.open({ '/countdown': stream('retry: 20') });
    const countdown = await board.request('/countdown', CONNECTS);
    countdown.send(FIVE);
    countdown.end();
    await leavesItToTheBrowser(board, '/countdown', '5', {
      within: 3000,
      otherwise:
        'Call `close()` on `bye` and at no other time. In `onerror` there is nothing to do while ' +
        '`readyState` is CONNECTING: the browser comes back.',
    });
  }),

  check(3, 'Who has heard 1 is told with 204 not to come back', async ({ get, watch }) => {
    const advice = {
      within: 3000,
      otherwise:
        "Before the head of the stream, look at `request.headers['last-event-id']`: a string, and " +
        "its name in small letters. If it is `'1'`, say `response.writeHead(204).end()` and return.",
    };
    await sendsAway(get('/countdown', comingBack('1')), '1', advice);
    // Who has stumbled over the first 204 is not there for the second.
    await sendsAway(get('/countdown', comingBack('1')), '1', advice);

    // `bye` may have an ID of its own. Then a browser comes back with that one.
    const countdown = watch('/countdown');
    await comesToRest(countdown, REST);
    const last = countdown.reader.lastEventId;
    if (countdown.ending === undefined || last === '1' || last === '') return;
    await sendsAway(get('/countdown', comingBack(last)), last, {
      within: 3000,
      otherwise: 'Send `bye` without an `id`: then the last ID stays 1, and a browser brings that.',
    });
  }),

  check(3, 'Nobody else is sent away', async ({ get, watch }) => {
    const advice = {
      within: 3000,
      otherwise: "Say 204 to `request.headers['last-event-id'] === '1'` and to nobody else.",
    };
    const served = ['10', '5'].map((id) => {
      return isServed(
        get('/countdown', comingBack(id)),
        `\`Last-Event-ID: ${id}\` was sent`,
        advice,
      );
    });
    await Promise.all(served);
    // What one client has heard is nothing to the next, and least of all when it is over.
    await comesToRest(watch('/countdown'), REST);
    await isServed(get('/countdown'), 'A new client came, and no `Last-Event-ID`', advice);
  }),

  check(4, 'Closed for good, it makes a new one, and waits longer each time', async ({ page }) => {
    const open = (speed: number) =>
      page.open(
        {
          '/countdown': [
            answer(503, { body: 'under repair' }),
            answer(404),
            answer(200, { type: 'text/html', body: '<p>under repair</p>' }),
            answer(500),
            stream('retry: 20'),
          ],
        },
        { speed },
      );
    const { board, last } = await waitsLongerEachTime(open, {
      path: '/countdown',
      count: 5,
      first: CONNECTS,
      within: 40_000,
      never:
        'In `onerror`, where the browser has given up, make a new one: ' +
        '`again = setTimeout(connectEventSource, wait)`.',
      otherwise: 'Wait before you make a new one, and double `wait` each time.',
    });
    last.send('id: 10\ndata: 10 min\n\n');
    await board.shows('10 min', {
      in: 'EventSource',
      within: 3000,
      otherwise:
        'A new EventSource has no listeners. `connectEventSource` makes one, and gives them to it.',
    });
  }),

  check(4, 'After the last train it makes none', async ({ page }) => {
    const board = await page.open(
      { '/countdown': [stream('retry: 20'), answer(204)] },
      { speed: FAST },
    );
    const countdown = await board.request('/countdown', CONNECTS);
    countdown.send(LAST);
    countdown.end();
    // A page that does not let the browser come back is told so by another check.
    if (!(await browserComesBack(board, '/countdown', '1', BACK))) return;
    await board.request('/countdown', CONNECTS);
    await board.staysAway('/countdown', {
      within: 20_000,
      otherwise:
        'The event with the ID 1 was heard, and `bye` was lost. The 204 says that nothing more is to ' +
        "come: make no new one if `lastHeard` is `'1'`. It would ask without an ID, and hear it all again.",
    });
  }),

  check(4, 'While the browser comes back by itself, it makes none', async ({ page }) => {
    const board = await page.open({ '/countdown': stream('retry: 0') }, { speed: WAITING });
    const countdown = await board.request('/countdown', CONNECTS);
    countdown.send(FIVE);
    countdown.end();
    if (!(await browserComesBack(board, '/countdown', '5', BACK))) return;
    await board.request('/countdown', CONNECTS);
    await board.staysAway('/countdown', {
      within: 5000,
      otherwise:
        'Make a new one only where `readyState` is CLOSED. While it is CONNECTING the browser is about ' +
        'to ask, and a second EventSource means that the page hears everything twice.',
    });
  }),

  check(4, 'Connect makes one, however often it is pressed', async ({ page }) => {
    const board = await page.open({ '/countdown': stream('retry: 20') });
    const first = await board.request('/countdown', CONNECTS);
    await board.click('Connect EventSource');
    await first.isLeft({
      within: 3000,
      otherwise:
        'Before you make a new EventSource, close the one that is there: call `leaveEventSource()` at ' +
        'the beginning of `connectEventSource`.',
    });
  }),

  check(4, 'After Disconnect it makes none, though it was about to', async ({ page }) => {
    const board = await page.open({ '/countdown': answer(503) }, { speed: WAITING });
    await board.request('/countdown', CONNECTS);
    await board.click('Disconnect EventSource');
    await staysAwayFromNow(board, '/countdown', {
      taken: 1,
      within: 5000,
      otherwise:
        'Keep the timer of the next attempt: `again = setTimeout(…)`. `leaveEventSource` stops it, ' +
        'and so does whoever presses Disconnect.',
    });
  }),
];

/** The IDs in their order, without one that bye may have for itself. */
function numbersOf({ events }: Answer): string[] {
  const ids = events
    .filter(({ type, lastEventId }) => type !== 'bye' || lastEventId === '1')
    .map(({ lastEventId }) => lastEventId);
  return ids.filter((id, index) => id !== ids[index - 1]);
}
