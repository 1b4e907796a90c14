// Lesson 17: other gauges.
//
// One stream by three servers: /departures by node:http alone, /express/… by Express, /nest/… by
// NestJS. Their bodies are the same to the byte. /proxy/… is the way through a development server.
//
//   npx tsx lessons/17-frameworks/server.ts           then open http://localhost:4417
//   curl -N http://localhost:4417/departures          by node:http
//   curl -N http://localhost:4417/express/departures  by Express, once npm run frameworks has fetched it
//
// This file is complete. The steps are in express.ts, nest.ts, board.js, ready-made.js and proxy.ts.
//
// https://nodejs.org/api/http.html#class-httpserverresponse
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen, servePage } from '../page.ts';
import { passOn } from './proxy.ts';
import { asEvent, eachDeparture } from './timetable.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** An Express application is a function like this one's second argument, and so is a Nest one. */
const byExpress = await load('./express.ts');
const byNest = await load('./nest.ts');

const server = createServer((request, response) => {
  const path = request.url!.split('?', 1)[0]!;
  if (path === '/departures') sendDepartures(request, response);
  else if (path.startsWith('/express/')) byExpress(request, response);
  else if (path.startsWith('/nest/')) byNest(request, response);
  else if (path.startsWith('/proxy/')) passOn(request, response, server.address() as AddressInfo);
  else servePage(import.meta.dirname, request, response); // 404 where there is no such file
});

function sendDepartures(request: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
  });
  response.write('\n'); // an empty line means nothing, and takes the head along
  const after = Number(request.headers['last-event-id']) || 0;
  const stop = eachDeparture(after, (departure) => response.write(asEvent(departure)));
  response.on('close', stop);
}

/** What handles requests in a file that needs a package; without the package, a sentence. */
async function load(file: string): Promise<Handle> {
  try {
    return (await import(file)).handle;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [what] = /^Cannot find package '[^']+'/.exec(message) ?? [];
    if (code !== 'ERR_MODULE_NOT_FOUND' || !what) throw error;
    return (_request, response) => {
      response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(`${what}. Type npm run frameworks (33 MB, once), and start this anew.\n`);
    };
  }
}

await listen(server, 17);
