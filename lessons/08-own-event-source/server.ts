// Lesson 08: streams for a client of our own.
//
// /events is for those who show a token, and a token is good for one request: EventSource cannot show
// one, and a client that keeps its first is refused when it comes back. /busy and /silence are two bad
// days. This file has no steps; they are in fetch-event-source.js.
//
//   npx tsx lessons/08-own-event-source/server.ts    then open http://localhost:4408
//   curl -i http://localhost:4408/events             who shows no token gets 401
//
// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const TICK = 500; // milliseconds from event to event
const AT_ONCE = 6; // so many events has one answer; then it ends
const LAST = 24; // the last event there is
const TOKENS = 1000; // so many are remembered that nobody has shown yet

const STREAM = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };

const server = createServer((request, response) => {
  request.resume(); // a body, if there is one, is not looked at
  if (request.url === '/token') giveToken(response);
  else if (request.url === '/events') sendToWhoeverMay(request, response);
  else if (request.url === '/busy') sendAtTheThirdTime(request, response);
  else if (request.url === '/silence') fallSilent(response);
  else servePage(import.meta.dirname, request, response);
});

// Anybody is given one here. Elsewhere one would sign in first.
const tokens = new Set<string>();

function giveToken(response: ServerResponse) {
  const token = randomUUID();
  tokens.add(token);
  const [oldest = ''] = tokens;
  if (tokens.size > TOKENS) tokens.delete(oldest);
  response.writeHead(200, TEXT).end(`${token}\n`);
}

function sendToWhoeverMay(request: IncomingMessage, response: ServerResponse) {
  const [, token = ''] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (tokens.delete(token)) return sendEvents(request, response); // it is good no longer
  response.writeHead(401, { ...TEXT, 'WWW-Authenticate': 'Bearer' });
  response.end('Ask for a token at /token, and show it here, once.\n');
}

/** Some events, those after the last that the client has heard; 204 if there are no more. */
function sendEvents(request: IncomingMessage, response: ServerResponse) {
  let id = Number(request.headers['last-event-id'] ?? 0) || 0;
  if (id >= LAST) return response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
  const end = Math.min(id + AT_ONCE, LAST);
  response.writeHead(200, STREAM);
  response.write('retry: 1000\n\n');
  const clock = setInterval(() => {
    id += 1;
    response.write(`id: ${id}\ndata: ${id} of ${LAST}\n\n`);
    if (id >= end) response.end();
  }, TICK);
  response.on('close', () => clearInterval(clock));
}

/** Says twice to whoever asks that it is too much, and when to come again. */
let asked = 0;

function sendAtTheThirdTime(request: IncomingMessage, response: ServerResponse) {
  asked += 1;
  if (asked % 3 === 0) return sendEvents(request, response);
  response.writeHead(503, { ...TEXT, 'Retry-After': '5' });
  response.end('Too many are here already. Come again in five seconds.\n');
}

/** As a connection that a machine on the way has dropped: no end comes, and nothing else. */
function fallSilent(response: ServerResponse) {
  response.writeHead(200, STREAM);
  response.write('retry: 1000\n\ndata: the last that is heard\n\n');
}

listen(server, 8);
