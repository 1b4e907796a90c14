// Lesson 05: the signal lamp.
//
// On a branch line a train passes every forty seconds. In between nothing is to be said, and silence
// looks the same as a broken connection. So /lamp says every fifteen seconds that it is there: with a
// comment, which keeps the connection alive, and with an event, which tells the page.
//
//   npx tsx lessons/05-keeping-alive/server.ts   then open http://localhost:4405
//   curl -N http://localhost:4405/lamp           the same stream
//   curl -N http://localhost:4505/lamp           the same through a proxy: see proxy.ts
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';
import { listen, servePage } from '../page.ts';
import { createProxy } from './proxy.ts';

const HEARTBEAT = 15_000; // milliseconds: shorter than anybody on the way is patient
const TRAIN = 40_000;

let proxied = ''; // the proxy's address, once it listens

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(`http://localhost${request.url}`);
  if (pathname === '/lamp') lightTheLamp(request, response, searchParams);
  else if (pathname === '/proxy')
    response.end(proxied); // where the page finds the proxy
  else servePage(import.meta.dirname, request, response); // 404 where there is no such file
});

function lightTheLamp(request: IncomingMessage, response: ServerResponse, query: URLSearchParams) {
  const compressed = query.has('gzip');
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    // #region 5 Ask whoever is on the way to pass each byte on at once, as it is.
    //- 'Cache-Control': 'no-store',
    'Cache-Control': 'no-store, no-transform', // do not compress
    'X-Accel-Buffering': 'no', // do not gather
    // #endregion
    ...(compressed && { 'Content-Encoding': 'gzip' }),
  });
  const send = compressed ? compressor(response) : (text: string) => response.write(text);

  // #region 1 Send the head at once, and a comment with it.
  send(': the lamp is there\n\n');
  // #endregion

  if (query.has('stall')) return; // a server that hangs: the connection stands, and nothing comes

  // #region 2 Send a comment every 15 seconds.
  const heartbeat = setInterval(() => {
    send(': still there\n\n');
    // #region 3 Tell the page as well, with a lamp event.
    send('event: lamp\ndata: lit\n\n'); // no id: it is no news, and nobody has missed it
    // #endregion
  }, HEARTBEAT);
  response.on('close', () => clearInterval(heartbeat));
  // #endregion

  // The news. A browser that comes back brings its last ID as a header, a new EventSource in the URL.
  let train = Number(request.headers['last-event-id'] ?? query.get('lastEventId')) || 0;
  const trains = setInterval(() => {
    train += 1;
    send(`id: ${train}\ndata: Train ${train} has passed.\n\n`);
  }, TRAIN);
  response.on('close', () => clearInterval(trains));
}

/** Sends through a compressor, which gathers 16 KB and more before it says anything. */
function compressor(response: ServerResponse): (text: string) => void {
  const gzip = createGzip();
  gzip.pipe(response);
  return (text) => {
    gzip.write(text);
    // #region 6+ Flush the compressor after each write.
    gzip.flush(); // whatever is in there goes out now; it costs some bytes each time
    // #endregion
  };
}

await listen(server, 5);
const { port } = server.address() as AddressInfo;
proxied = await listen(createProxy(`http://127.0.0.1:${port}`), 5, { second: true });
