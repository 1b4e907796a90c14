// Lesson 07: say in one line what it shows.
//
// Then the idea in a few lines. For now: whoever asks for /numbers gets the head of an answer at
// once, and one number a second after it, counted from 1 for each client.
//
//   npx tsx lessons/07-parser/server.ts
//   curl -N http://localhost:4407/numbers
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
import { createServer, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const TICK = 1000; // milliseconds

const server = createServer((request, response) => {
  if (request.url === '/numbers') streamNumbers(response);
  else servePage(import.meta.dirname, request, response); // 404 where there is no such file
});

// Called once for each client. What is declared in here belongs to that client alone.
function streamNumbers(response: ServerResponse) {
  // #region 1 Say that an event stream follows, and send the head now.
  //- response.end('There is no stream yet.\n');
  response.writeHead(200, {
    'Content-Type': 'text/event-stream', // EventSource takes no other type
    'Cache-Control': 'no-store',
  });
  response.flushHeaders(); // Node keeps the head back until the body begins
  // #endregion

  // #region 2 Send a number once a second, until the client leaves.
  let number = 0;
  const counting = setInterval(() => {
    number += 1;
    response.write(`data: ${number}\n\n`); // the empty line ends the event
  }, TICK);
  response.on('close', () => clearInterval(counting));
  // #endregion
}

listen(server, 7);
