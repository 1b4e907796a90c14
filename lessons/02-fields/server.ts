// Lesson 02: the departure board.
//
// An event is a few lines, and each line is a field: `event` is its type, `id` its number, `data`
// what it says; `retry` tells the browser how soon to come back. Whoever asks for
// /departures?station=north hears what is new at that station, one event a second.
//
//   npx tsx lessons/02-fields/server.ts                        then open http://localhost:4402
//   curl -N 'http://localhost:4402/departures?station=north'   the same stream, without a browser
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import { createServer, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const TICK = 1000; // milliseconds

/** Something new at a station: with a type it is an object, without one it is a notice in words. */
interface News {
  type?: string;
  data: object | string;
}

/** What is new at each station, in turn; after the last one it begins again. */
const stations = new Map<string, News[]>();
stations.set('north', [
  { type: 'departure', data: { train: 'Night Mail', to: 'Skerry', time: '21:40', platform: 4 } },
  { data: 'The tea room is open.\nThe tea is hot.' },
  { type: 'delay', data: { train: 'Night Mail', minutes: 5 } },
  { type: 'platform', data: { train: 'Night Mail', platform: 1 } },
  { type: 'departure', data: { train: 'Milk Train', to: 'Ouseby', time: '21:55', platform: 2 } },
]);
stations.set('south', [
  { type: 'departure', data: { train: 'Boat Train', to: 'Port Anna', time: '22:05', platform: 1 } },
  { data: 'The ferry waits.\nPlease do not run.' },
  { type: 'platform', data: { train: 'Boat Train', platform: 3 } },
  { type: 'delay', data: { train: 'Boat Train', minutes: 12 } },
  { type: 'departure', data: { train: 'Owl', to: 'Lowmoor', time: '22:30', platform: 2 } },
]);

const server = createServer((request, response) => {
  // #region 1 Read the station from the query.
  //- const path = request.url;
  //- const station = 'north';
  // Behind an origin any target can be read. Without one, new URL('//') throws, and a throw that
  // nobody catches ends the server.
  const url = new URL(`http://localhost${request.url}`);
  const path = url.pathname;
  const station = url.searchParams.get('station') ?? '';
  // #endregion
  const news = stations.get(station);
  if (path !== '/departures') servePage(import.meta.dirname, request, response);
  else if (news) streamNews(station, news, response);
  else {
    response.writeHead(404, { 'Content-Type': 'text/plain' });
    response.end('There is no such station. There are north and south.\n');
  }
});

// Called once for each client. What is declared in here belongs to that client alone.
function streamNews(station: string, news: News[], response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  // A line that begins with a colon is a comment. It takes the head along, and no script sees it.
  response.write(`: the departures of ${station}\n\n`);

  // #region 6 Say how soon to come back.
  response.write('retry: 1000\n\n'); // milliseconds
  // #endregion

  let number = 0;
  const board = setInterval(() => {
    number += 1;
    sendEvent(response, number, news[(number - 1) % news.length]!);
  }, TICK);
  response.on('close', () => clearInterval(board));
}

function sendEvent(response: ServerResponse, number: number, { type, data }: News) {
  const text = typeof data === 'string' ? data : JSON.stringify(data); // JSON on one line
  let fields = '';
  // #region 2 Name the event.
  if (type) fields += `event: ${type}\n`;
  // #endregion
  // #region 4 Number the event.
  fields += `id: ${number}\n`;
  // #endregion
  // #region 5 Give each line of the text a data line of its own.
  //- fields += `data: ${text}\n`;
  for (const line of text.split('\n')) fields += `data: ${line}\n`;
  // #endregion
  response.write(`${fields}\n`); // the empty line ends the event
}

listen(server, 2);
