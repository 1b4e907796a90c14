// Lesson 01: the station clock.
//
// A response need not end. Whoever asks for /clock gets the head of an answer at once, and then,
// for as long as they stay, one event a second: the time at this station. The page that this
// server hands out listens twice, once with EventSource and once with fetch.
//
//   npx tsx lessons/01-event-stream/server.ts      then open http://localhost:4401
//   curl -N http://localhost:4401/clock            the same stream, without a browser
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
import { createServer, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const TICK = 1000; // milliseconds

const server = createServer((request, response) => {
  if (request.url === '/clock') streamTheTime(response);
  else servePage(import.meta.dirname, request, response); // 404 where there is no such file
});

// Called once for each client. What is declared in here belongs to that client alone.
function streamTheTime(response: ServerResponse) {
  // #region 1 Say that an event stream follows, and send the head now.
  //- // Two pieces of plain text, and the end. Three lines to replace:
  //- response.writeHead(200, { 'Content-Type': 'text/plain' });
  //- response.write('One piece now, ');
  //- setTimeout(() => response.end('one piece later.\n'), 2 * TICK);
  response.writeHead(200, {
    'Content-Type': 'text/event-stream', // EventSource takes no other type
    'Cache-Control': 'no-store', // yesterday's time is of no use to anyone
  });
  response.flushHeaders(); // Node keeps the head back until the body begins
  // #endregion

  // #region 2 Send the time as one event.
  // #region 3 Send it once a second.
  //- response.write(`data: ${stationTime()}\n\n`);
  const clock = setInterval(() => {
    // The empty line ends the event. Without it the browser waits for the rest, for ever.
    response.write(`data: ${stationTime()}\n\n`);
  }, TICK);
  // #endregion
  // #endregion

  // #region 4 Stop the clock when the client leaves.
  response.on('close', () => clearInterval(clock));
  // #endregion
}

function stationTime(): string {
  return new Date().toLocaleTimeString('en-GB'); // 14:03:27
}

listen(server, 1);
