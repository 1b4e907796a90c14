// Lesson 13: the loudspeakers.
//
// One says something, and everybody hears it. POST /events takes announcements, GET /events hears
// them: encoded once, however many listen, and held for nobody without a limit. Who reads too slowly
// is let go, comes back with its last ID, and is sent what it has missed.
//
//   npx tsx lessons/13-broadcast/server.ts                          then open http://localhost:4413
//   curl -N http://localhost:4413/events                            a loudspeaker
//   curl --json '["Mind the gap."]' http://localhost:4413/events    an announcement
//
// https://nodejs.org/docs/latest/api/http.html#outgoingmessagewritablelength
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';
import { connectDeafClient } from './deaf-client.ts';

const TICK = 1000; // milliseconds from one announcement of the station to the next
const KEPT = 1000; // events; who has missed more is told so
const CAP = 1_000_000; // bytes that may wait for one client
const LIMIT = 1_000_000; // bytes of one POST
const BACK = 2000; // milliseconds: after a shutdown clients come back so late, and up to twice as late
const GRACE = 1000; // milliseconds for the last bytes to leave

/** Another one each time this program starts: the numbers begin at 1 again. It has no hyphen. */
const RUN = Date.now().toString(36);

const clients = new Set<ServerResponse>();
const watchers = new Set<ServerResponse>(); // clients who want the figures as well
const history: { number: number; bytes: Buffer }[] = []; // oldest first
const totals = { said: 0, written: 0, dropped: 0 };

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(`http://localhost${request.url}`);
  const asked = `${request.method} ${pathname}`;
  if (asked === 'GET /events') streamEvents(request, response, searchParams.has('figures'));
  else if (asked === 'POST /events') takeTexts(request, response).catch(() => response.destroy());
  else if (asked === 'POST /deaf') connectDeafClient(server, response);
  // #region 5+ Shut down, and say when to come back.
  else if (asked === 'POST /shutdown') shutDown(response);
  // #endregion
  else servePage(import.meta.dirname, request, response);
});

const station = setInterval(() => {
  announce('The Night Mail to Skerry is on time.'); // the station talks, whoever listens
  tellFigures();
}, TICK);

/** To all who listen. */
function announce(text: string) {
  totals.said += 1;
  const number = totals.said;
  const data = { time: new Date().toISOString().slice(11, 23), text };
  // #region 1 Encode it once, and write it to everybody.
  // JSON keeps the line breaks of a text out of the stream. Bytes, for text is encoded at each write.
  const bytes = Buffer.from(`id: ${RUN}-${number}\ndata: ${JSON.stringify(data)}\n\n`);
  history.push({ number, bytes });
  if (history.length > KEPT) history.shift();
  // #region 4+ Write once a tick.
  //- for (const client of clients) send(client, bytes);
  if (batch.length === 0) setImmediate(flush);
  batch.push(bytes);
  // #endregion
  // #endregion
}

// #region 4+ Write once a tick.
/** What has been said in this tick, and not been written yet. */
let batch: Buffer[] = [];

function flush() {
  if (batch.length === 0) return;
  const bytes = Buffer.concat(batch);
  batch = [];
  for (const client of clients) send(client, bytes);
}
// #endregion

function send(client: ServerResponse, bytes: Buffer) {
  // #region 2 Let slow clients go, and let them resume.
  // Of what was written to it before, so much has not been taken.
  if (client.writableLength > CAP) {
    totals.dropped += 1;
    clients.delete(client); // `close` comes later, and more may be said before that
    client.destroy(); // the memory is free, and the client will find out
    return;
  }
  // #endregion
  totals.written += 1;
  client.write(bytes); // never waits: what the client does not take is held in memory
}

// Called once for each client.
function streamEvents(request: IncomingMessage, response: ServerResponse, wantsFigures: boolean) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write('retry: 2000\n\n');

  // #region 1 Encode it once, and write it to everybody.
  // #region 4+ Write once a tick.
  flush(); // what waits is for those who were here before
  // #endregion
  clients.add(response);
  response.on('close', () => clients.delete(response));
  // #endregion

  // #region 2 Let slow clients go, and let them resume.
  // Subscribed first: nothing is lost between the two, for nothing is awaited between them.
  const lastEventId = request.headers['last-event-id'];
  if (lastEventId) replay(String(lastEventId), response);
  // #endregion

  if (wantsFigures) watchers.add(response);
  response.on('close', () => watchers.delete(response));
}

// #region 2 Let slow clients go, and let them resume.
/** What a client has missed, as far as it is kept: as in lesson 04, and in one write. */
function replay(lastEventId: string, response: ServerResponse) {
  const [run, number] = lastEventId.split('-');
  const heard = run === RUN ? Number(number) : -1;
  const oldest = history[0]?.number ?? heard + 1;
  if (heard < 0 || oldest > heard + 1) {
    response.write('event: reset\ndata: Some announcements are missing.\n\n');
  }
  const missed = history.filter((event) => event.number > heard);
  response.write(Buffer.concat(missed.map(({ bytes }) => bytes)));
}
// #endregion

/** Who listens, and how much is held for each of them: for the page, once a second. */
function tellFigures() {
  const held = [...clients].slice(0, 100).map((client) => client.writableLength);
  const figures = { ...totals, clients: clients.size, held, cap: CAP, time: Date.now() };
  const bytes = Buffer.from(`event: figures\ndata: ${JSON.stringify(figures)}\n\n`); // no id: no news
  for (const watcher of watchers) watcher.write(bytes);
}

/** Announces the texts of a JSON list, one event each. */
async function takeTexts(request: IncomingMessage, response: ServerResponse) {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length <= LIMIT) pieces.push(piece); // what is too much flows by, and is kept nowhere
  }
  const texts = length <= LIMIT ? textsIn(Buffer.concat(pieces)) : undefined;
  for (const text of texts ?? []) announce(text);
  response.writeHead(texts ? 202 : 400, { 'Content-Type': 'application/json' });
  const answer = texts ? { clients: clients.size } : { error: 'Send a JSON list of short texts.' };
  response.end(`${JSON.stringify(answer)}\n`);
}

function textsIn(body: Buffer): string[] | undefined {
  try {
    const texts: unknown = JSON.parse(body.toString());
    if (Array.isArray(texts)) return texts.map(String);
  } catch {} // no JSON
  return undefined;
}

// #region 5+ Shut down, and say when to come back.
function shutDown(asking?: ServerResponse) {
  asking?.writeHead(202, { 'Content-Type': 'text/plain', Connection: 'close' }).end('Good-bye.\n');
  clearInterval(station);
  flush(); // what has been said is still heard
  server.close(); // nobody new; the program ends when the last connection does
  for (const client of clients) {
    const wait = Math.round(BACK * (1 + Math.random())); // so that not all of them knock at once
    client.end(`retry: ${wait}\n\n`);
  }
  clients.clear(); // a write after the end is an error
  setTimeout(() => server.closeAllConnections(), GRACE); // who does not read keeps nobody waiting
}

process.on('SIGTERM', () => shutDown());
// #endregion

listen(server, 13);
