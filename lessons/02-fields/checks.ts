// What each step of lesson 02 must show. Times are milliseconds of the lesson's own time; those of
// a page's check are real.
//
//   npm run check -- 02
import {
  countsAlone,
  dataIsJson,
  idsCome,
  reconnectionTimeComes,
  saysOtherThan,
  severalLinesCome,
  takesNoLine,
  typesCome,
} from '../../scripts/checking/fields.ts';
import { check, stream } from '../../scripts/checking/language.ts';

const NORTH = '/departures?station=north';
const SOUTH = '/departures?station=south';

/** Every kind of news comes within this time: a station has something new every second. */
const ROUND = 8000;

const NUMBER = "Write one more line into every event: `fields += 'id: ' + number + '\\n'`.";

/** So much faster runs the clock of a server that is judged: eight seconds pass while one waits for every kind of news. */
export const speed = 100;

export const checks = [
  check(1, 'The query says which station, and each has its own board', async ({ watch }) => {
    const otherwise =
      '`request.url` is the path together with the query. Take them apart: ' +
      "`const url = new URL('http://localhost' + request.url)`. Then `url.pathname` is the path " +
      "alone, and `url.searchParams.get('station')` the station.";
    const [north, south] = [watch(NORTH), watch(SOUTH)];
    for (const board of [north, south]) {
      await board.headComes({ within: 3000, otherwise });
      board.isAnEventStream({ otherwise });
    }
    await saysOtherThan(south, north, {
      sentence: 'North and south were asked for, and both were sent the same news.',
      within: ROUND,
      otherwise,
    });
  }),

  check(1, 'A query is read by its rules, whatever else is in it', async ({ get, watch }) => {
    const otherwise =
      "Let `new URL` and `searchParams.get('station')` read it. Names may come in any order, and " +
      'any character may come as `%` and two digits: `s%6Futh` is `south`.';
    const odd = get('/departures?dogs=2&station=s%6Futh');
    await odd.headComes({ within: 3000, otherwise });
    odd.isAnEventStream({ otherwise });
    await saysOtherThan(odd, watch(NORTH), {
      sentence: '`?dogs=2&station=s%6Futh` is the station south, and was sent the news of north.',
      within: ROUND,
      otherwise,
    });
  }),

  check(1, 'Every other path is answered, and is not the board', async ({ get }) => {
    const others = ['/', '//', '/departures/north', '/old/departures?station=north'];
    for (const other of others.map((path) => get(path))) {
      await other.isAnswered({
        otherwise:
          'Answer every request. What is not `/departures` goes to `servePage`. And put an origin in ' +
          "front of `request.url`: `new URL('//', base)` throws.",
      });
      other.isNoEventStream({ otherwise: "Compare the path: `url.pathname === '/departures'`." });
    }
  }),

  check(1, 'Nothing from the query becomes a line of the stream', async ({ get }) => {
    const smuggled = 'data: the last train has left';
    const station = encodeURIComponent(`north\r\n${smuggled}\r\n\r\n`);
    await takesNoLine(get(`/departures?station=${station}`), smuggled, {
      within: 3000,
      otherwise:
        'Look the station up in `stations`, and answer one that is not there with 404 and a ' +
        'sentence. Only a name of your own list goes into the stream.',
    });
  }),

  check(2, 'News comes under its name, and a notice without one', async ({ watch }) => {
    await typesCome(watch(NORTH), ['departure', 'delay', 'platform', 'message'], {
      within: ROUND,
      otherwise:
        'Where there is a type, write a line with it before the data: ' +
        "`if (type) fields += 'event: ' + type + '\\n'`.",
    });
  }),

  check(3, 'Each name finds its listener on the page, and the rest onmessage', async ({ page }) => {
    const board = await page.open({ '/departures': stream() });
    const wire = await board.request('/departures', {
      within: 2000,
      otherwise: 'Make one `new EventSource(departures())` when the page is there.',
    });
    const listen = (type: string) => ({
      in: '#board',
      within: 1000,
      otherwise:
        `Listen for it by its name: \`opened.addEventListener('${type}', (event) => { … })\`, and ` +
        'write what `JSON.parse(event.data)` gives into the row of that train.',
    });
    wire.send(named('departure', { train: 'Fen Line', to: 'Ely', time: '07:31', platform: 4 }));
    for (const text of ['Fen Line', 'Ely', '07:31', '4'])
      await board.shows(text, listen('departure'));
    wire.send(named('delay', { train: 'Fen Line', minutes: 28 }));
    await board.shows('28', listen('delay'));
    wire.send(named('platform', { train: 'Fen Line', platform: 9 }));
    await board.shows('9', listen('platform'));
    wire.send('data: Mind the gap.\ndata: It is wide.\n\n');
    await board.shows('Mind the gap. It is wide.', {
      in: '#notice',
      within: 1000,
      otherwise: 'Leave `opened.onmessage` as it is: it hears the events without a name.',
    });
  }),

  check(3, 'What comes is shown as text and becomes no part of the page', async ({ page }) => {
    const asked = '<u>Ely</u>';
    const board = await page.open(
      { '/departures': stream() },
      { at: `/?station=${encodeURIComponent(asked)}` },
    );
    const otherwise =
      'Listen for `departure`, and show what comes with `textContent`: it takes every character ' +
      'for text.';
    const wire = await board.request('/departures', { within: 2000, otherwise });
    const train = '<i>Fen Line</i>';
    wire.send(named('departure', { train, to: '<s>Ely</s>', time: '07:31', platform: 4 }));
    await board.shows(train, { in: '#board', within: 1000, otherwise });
    wire.send('data: <b>Mind the gap.</b>\n\n');
    await board.shows('<b>Mind the gap.</b>', { in: '#notice', within: 1000, otherwise });
    await board.shows(asked, { in: 'page', within: 1000, otherwise });
  }),

  check(4, 'Every event has an ID of its own', async ({ watch }) => {
    await idsCome(watch(NORTH), 4, { within: 3000, otherwise: NUMBER });
  }),

  check(4, 'A client is numbered for itself, whoever else listens', async ({ get }) => {
    const [one, other] = [get(NORTH), get(NORTH)];
    await idsCome(one, 1, { within: 3000, otherwise: NUMBER });
    await countsAlone(one, other, {
      within: 3000,
      otherwise:
        'Declare the number inside the function that is called for each client: `let number = 0;`',
    });
  }),

  check(5, 'A text of several lines arrives whole, and JSON can be read', async ({ watch }) => {
    const board = watch(NORTH);
    const otherwise =
      'Write a `data:` line for each line of the text: ' +
      "`for (const line of text.split('\\n')) fields += 'data: ' + line + '\\n'`.";
    const types = ['departure', 'delay', 'platform'];
    await typesCome(board, types, { within: ROUND, otherwise });
    await severalLinesCome(board, { within: ROUND, otherwise });
    dataIsJson(board, types, { otherwise: 'Write objects with `JSON.stringify(data)`.' });
  }),

  check(6, 'The browser is told how soon to come back', async ({ watch }) => {
    await reconnectionTimeComes(watch(NORTH), {
      within: 4000,
      least: 100,
      most: 60_000,
      otherwise:
        'Send it at the start, in a block of its own: `retry: 1000\\n\\n`. It is milliseconds.',
    });
  }),
];

/** An event with a name, as it is on the wire. */
function named(type: string, news: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(news)}\n\n`;
}
