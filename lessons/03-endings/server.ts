// Lesson 03: the last train.
//
// A stream may end, and the browser comes back when it does: it cannot know that nothing more is to
// come. /countdown counts ten minutes down to the last train, says bye, and ends. Whoever comes back
// and has heard minute 1 is told with 204 not to ask again.
//
//   npx tsx lessons/03-endings/server.ts      then open http://localhost:4403
//   curl -N http://localhost:4403/countdown   the same stream; curl does not come back
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const TICK = 500; // milliseconds: so long is a minute of this countdown

const server = createServer((request, response) => {
  if (request.url === '/countdown') countDown(request, response);
  else if (request.url === '/repairs') repair(request, response);
  else servePage(import.meta.dirname, request, response); // 404 where there is no such file
});

// Called once for each request. What is declared in here belongs to that request alone.
function countDown(request: IncomingMessage, response: ServerResponse) {
  // #region 3 Tell who has heard 1 not to come back.
  if (request.headers['last-event-id'] === '1') {
    // "No content." EventSource closes, and asks nobody again.
    response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
    return;
  }
  // #endregion

  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write('retry: 2000\n\n'); // so long, in milliseconds, a browser waits after an end

  let minutes = 10;
  const clock = setInterval(() => {
    if (minutes > 0) {
      response.write(`id: ${minutes}\ndata: ${minutes} min\n\n`);
      minutes -= 1;
      return;
    }
    clearInterval(clock);
    // #region 1 Say bye and end the stream.
    response.write('event: bye\ndata: The last train has left.\n\n'); // no id: 1 stays the last
    response.end();
    // #endregion
  }, TICK);

  response.on('close', () => clearInterval(clock)); // somebody left before the train did
}

// A server in trouble: it refuses three requests, and answers the fourth.
let asked = 0;

function repair(request: IncomingMessage, response: ServerResponse) {
  asked += 1;
  if (asked % 4 === 0) return countDown(request, response);
  response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end('The line is under repair. Come back later.\n');
}

listen(server, 3);
