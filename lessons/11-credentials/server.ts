// Lesson 11: the season ticket.
//
// Whose stream is it? A browser brings a cookie along without being asked: to its own origin always, to
// another one only with credentials, and then the answer has to allow it twice. A script brings a
// token along in a header, where it wants to. Two ports again: the page comes from the first, the
// journeys from the second.
//
//   npx tsx lessons/11-credentials/server.ts     then open http://localhost:4411
//   curl -i -X POST http://localhost:4411/tickets
//
// https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
// https://www.rfc-editor.org/rfc/rfc6265#section-4.1
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';
import { Probe } from './probe.ts';

const TICK = 1000; // milliseconds

/** Who has which ticket, and which token: nobody guesses a random UUID. */
const tickets = new Map<string, string>();
const tokens = new Map<string, string>();
/** The origins of our own page, by all of its names. */
const trusted = new Set<string>();
const probe = new Probe(); // for the table of all combinations: see probe.ts
let elsewhere = ''; // the address of the second port

function serve(request: IncomingMessage, response: ServerResponse) {
  if (probe.answers(request, response)) return;
  const path = request.url!.split('?', 1)[0];
  if (path === '/elsewhere') return response.end(elsewhere);

  allow(request, response);
  // #region 5+ Take a token from a header.
  if (request.method === 'OPTIONS') {
    response.setHeader('Access-Control-Allow-Headers', 'Authorization'); // the preflight of a token
    return response.writeHead(204).end();
  }
  if (path === '/tokens' && request.method === 'POST') return giveToken(response);
  // #endregion
  if (path === '/tickets' && request.method === 'POST') return sellTicket(response);
  if (path === '/journeys') streamJourneys(request, response);
  else servePage(import.meta.dirname, request, response); // or 404
}

function allow(request: IncomingMessage, response: ServerResponse) {
  // #region 3 Name the one origin that asks, if it is ours.
  //- response.setHeader('Access-Control-Allow-Origin', '*');
  const { origin } = request.headers;
  if (origin && trusted.has(origin)) response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Vary', 'Origin');
  // #endregion
  // #region 2 Allow credentials.
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  // #endregion
}

function sellTicket(response: ServerResponse) {
  const passenger = `passenger ${tickets.size + 1}`;
  // #region 1 Set the cookie.
  const ticket = randomUUID();
  tickets.set(ticket, passenger);
  // HttpOnly: no script reads it. SameSite=Lax: no other site has it sent along with its requests.
  response.setHeader('Set-Cookie', `ticket=${ticket}; HttpOnly; SameSite=Lax; Max-Age=3600`);
  // #endregion
  say(response, 201, { sold: passenger });
}

// #region 5+ Take a token from a header.
function giveToken(response: ServerResponse) {
  const token = randomUUID();
  tokens.set(token, `bearer ${tokens.size + 1}`);
  say(response, 201, { token });
}
// #endregion

/** Whose request this is; undefined if nobody can tell. */
function passengerOf({ headers }: IncomingMessage): string | undefined {
  // #region 5+ Take a token from a header.
  const [, token = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
  if (token) return tokens.get(token);
  // #endregion
  const [, ticket = ''] = /(?:^|; )ticket=([^;]*)/.exec(headers.cookie ?? '') ?? [];
  return tickets.get(ticket);
}

function streamJourneys(request: IncomingMessage, response: ServerResponse) {
  const passenger = passengerOf(request);
  if (!passenger) return say(response, 401, { error: 'Show your ticket, please.' });
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  let journey = 0;
  const send = () => {
    journey += 1;
    response.write(`id: ${journey}\ndata: Journey ${journey} of ${passenger}\n\n`);
  };
  send();
  const season = setInterval(send, TICK);
  response.on('close', () => clearInterval(season));
}

function say(response: ServerResponse, status: number, value: object) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(value)}\n`);
}

const [page, other] = await Promise.all([
  listen(createServer(serve), 11),
  listen(createServer(probe.noting(serve)), 11, { second: true }),
]);
elsewhere = other;
for (const name of ['localhost', '127.0.0.1']) trusted.add(page.replace('localhost', name));
