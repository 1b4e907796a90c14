// Lesson 10: another station.
//
// One program, two ports. To a browser these are two origins, and so two strangers: the page comes
// from the first, and the board of Harbour is read at the second. Every request arrives there, and is
// answered. Whether the page may read the answer is decided by the browser, by headers of the answer.
//
//   npx tsx lessons/10-cors/server.ts            then open http://localhost:4410
//   curl -i http://localhost:4510/enquiries -H 'Origin: http://localhost:4410'
//
// https://fetch.spec.whatwg.org/#http-cors-protocol
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const TICK = 1000; // milliseconds
const BOATS = ['21:05 Elba, quay 2', '21:20 Ithaca, quay 1', '21:40 Lemnos, quay 2'];

let harbour = ''; // the address of the second port, once it listens
/** Whose pages may read what Harbour says: the origins of our own page. */
const trusted = new Set<string>();
/** What has come to the second port. The page shows it beside each refusal. */
const register: { request: IncomingMessage; response: ServerResponse }[] = [];

function serve(request: IncomingMessage, response: ServerResponse) {
  const [path, query] = request.url!.split('?', 2);
  if (path === '/harbour') return response.end(harbour); // where the page finds it
  if (path === '/register') return response.end(JSON.stringify(register.map(entry)));

  response.setHeader('Station', 'Harbour'); // a header of our own
  // #region 4 Allow it in every answer, refusals too, before anything is decided.
  allowOrigin(request, response);
  // #endregion
  // #region 2 Answer the preflight, and allow the answer that follows.
  // Before anything else is asked for: it carries no token, whatever the request will carry.
  if (request.method === 'OPTIONS') {
    // #region 4 Allow it in every answer, refusals too, before anything is decided.
    //- allowOrigin(request, response);
    // #endregion
    response.setHeader(
      'Access-Control-Allow-Headers',
      'Authorization, Content-Type, Last-Event-ID',
    );
    return response.writeHead(204).end();
  }
  // #endregion
  if (path === '/departures') streamDepartures(new URLSearchParams(query), request, response);
  else if (path === '/enquiries') takeEnquiry(request, response).catch(() => response.destroy());
  else if (path === '/plan.svg') sendPlan(response);
  else servePage(import.meta.dirname, request, response); // or 404
}

// #region 1 Allow the origin of our own page, and no other.
/** Leaves it to the browser to show this answer to a page that we trust. Nobody is kept out by it. */
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse) {
  const { origin } = headers; // set by the browser; a script cannot change it
  if (origin && trusted.has(origin)) response.setHeader('Access-Control-Allow-Origin', origin);
  // #region 3 Expose our header, and read it.
  response.setHeader('Access-Control-Expose-Headers', 'Station');
  // #endregion
  // #region 5 Say that the answer depends on the origin.
  response.setHeader('Vary', 'Origin'); // where no origin asks as well: that answer is kept, too
  // #endregion
}
// #endregion

function streamDepartures(
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const quay = query.get('quay') ?? '';
  if (!['', '1', '2'].includes(quay)) return refuse(response, 404, `There is no quay ${quay}.`);
  // #region 1 Allow the origin of our own page, and no other.
  // #region 4 Allow it in every answer, refusals too, before anything is decided.
  //- allowOrigin(request, response);
  // #endregion
  // #endregion
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const boats = BOATS.filter((boat) => boat.endsWith(quay));
  let next = Number(request.headers['last-event-id']) || 0;
  const send = () => {
    const boat = boats[next % boats.length];
    next += 1;
    response.write(`id: ${next}\ndata: ${boat}\n\n`);
  };
  send();
  const board = setInterval(send, TICK);
  response.on('close', () => clearInterval(board));
}

async function takeEnquiry(request: IncomingMessage, response: ServerResponse) {
  if (request.headers.authorization !== 'Bearer guest') {
    return refuse(response, 401, 'Say who asks: Authorization: Bearer guest.');
  }
  let body = '';
  request.setEncoding('utf8');
  for await (const piece of request) if (body.length < 10_000) body += piece;
  const question = questionIn(body);
  if (!question) return refuse(response, 400, 'Ask something: JSON in which there is a question.');
  // #region 2 Answer the preflight, and allow the answer that follows.
  // #region 4 Allow it in every answer, refusals too, before anything is decided.
  //- allowOrigin(request, response);
  // #endregion
  // #endregion
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify({ answer: `${question} Ask the captain.` })}\n`);
}

function questionIn(body: string): string | undefined {
  try {
    return JSON.parse(body).question;
  } catch {
    return undefined;
  }
}

/** A plan of the quays. A browser may keep it for a minute, and ask nobody. */
function sendPlan(response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'max-age=60' });
  response.end(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20" width="60" height="20">
<path d="M2 4h56M2 10h20v6h14v-6h22" fill="none" stroke="#386" stroke-width="3"/>
</svg>
`);
}

/** Says no: a status for programs, and a sentence for people. */
function refuse(response: ServerResponse, status: number, sentence: string) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify({ error: sentence })}\n`);
}

/** A line of the register: what was asked, and what the head of the answer says. */
function entry({ request, response }: (typeof register)[number]) {
  const { method, url, headers } = request;
  return { method, url, headers, status: response.statusCode, answer: response.getHeaders() };
}

function serveAtHarbour(request: IncomingMessage, response: ServerResponse) {
  register.push({ request, response });
  if (register.length > 20) register.shift();
  serve(request, response);
}

const [page, other] = await Promise.all([
  listen(createServer(serve), 10),
  listen(createServer(serveAtHarbour), 10, { second: true }),
]);
harbour = other;
trusted.add(page).add(page.replace('localhost', '127.0.0.1')); // two names, and so two origins
