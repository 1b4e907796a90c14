// Lesson 04: missed announcements.
//
// A connection breaks, and the station goes on talking. /announcements gives each announcement a
// number, keeps the last fifteen, and sends whoever comes back what was missed: nothing lost, nothing
// twice. Where it cannot, it says so.
//
//   npx tsx lessons/04-resuming/server.ts         then open http://localhost:4404
//   curl -N http://localhost:4404/announcements   the same stream; curl does not come back
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { listen, servePage } from '../page.ts';

const TICK = 1000; // milliseconds from one announcement to the next
const KEPT = 15; // announcements; what is older is forgotten
const WAY = 1200; // milliseconds to the archive, and as many back: think of a database far away

const TEXTS = [
  'The Night Mail to Skerry is at platform 4.',
  'The Milk Train to Ouseby is ten minutes late.',
  'The tea room closes in five minutes.',
  'Whoever has lost a green umbrella, please come to the desk.',
];

interface Announcement {
  number: number;
  text: string;
}

/** Whoever listens, and the number of what was sent to them last. */
interface Client {
  response: ServerResponse;
  sent: number;
  /** What is announced while the archive is asked; undefined if nothing has to wait. */
  waiting?: Announcement[] | undefined;
}

/** Another one each time this program starts: the numbers begin at 1 again. It has no hyphen. */
const RUN = Date.now().toString(36);

const clients = new Set<Client>();
const history: Announcement[] = []; // oldest first
let count = 0;

const server = createServer((request, response) => {
  const url = new URL(`http://localhost${request.url}`);
  if (url.pathname === '/announcements') streamAnnouncements(lastHeard(request, url), response);
  else if (url.pathname === '/history') tellHistory(response);
  else servePage(import.meta.dirname, request, response);
});

setInterval(announce, TICK); // the station talks, whoever listens

function announce() {
  count += 1;
  const time = new Date().toISOString().slice(11, 23);
  const text = `No. ${count}, ${time}: ${TEXTS[count % TEXTS.length]}`;
  const announcement = { number: count, text };
  // #region 2 Keep the last announcements.
  history.push(announcement);
  if (history.length > KEPT) history.shift();
  // #endregion
  for (const client of clients) {
    // #region 4 Subscribe first, then replay.
    //- sendEvent(client, announcement);
    if (client.waiting) client.waiting.push(announcement);
    else sendEvent(client, announcement);
    // #endregion
  }
}

function sendEvent(client: Client, { number, text }: Announcement) {
  client.sent = number;
  // #region 1 Number each announcement.
  //- client.response.write(`data: ${text}\n\n`);
  // #region 5 Say reset where something is missing.
  //- client.response.write(`id: ${number}\ndata: ${text}\n\n`);
  client.response.write(`id: ${RUN}-${number}\ndata: ${text}\n\n`);
  // #endregion
  // #endregion
}

/** The ID of the last event that a client has heard; empty if it is new. */
function lastHeard(request: IncomingMessage, url: URL): string {
  // #region 3 Replay what was missed.
  //- return '';
  const header = request.headers['last-event-id'];
  // #region 6 Get over a reload, with the ID in the URL.
  //- return String(header ?? '');
  return String(header ?? url.searchParams.get('lastEventId') ?? '');
  // #endregion
  // #endregion
}

// Called once for each client.
async function streamAnnouncements(lastEventId: string, response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write('retry: 2000\n\n'); // milliseconds: two announcements are missed meanwhile
  const client: Client = { response, sent: 0 };
  response.on('close', () => clients.delete(client));

  // #region 4 Subscribe first, then replay.
  //- if (lastEventId) await replay(client, lastEventId);
  //- clients.add(client);
  client.waiting = [];
  clients.add(client); // from here on nothing is lost
  if (lastEventId) await replay(client, lastEventId);
  for (const announcement of client.waiting) {
    // The archive may have known it already.
    if (announcement.number > client.sent) sendEvent(client, announcement);
  }
  client.waiting = undefined;
  // #endregion
}

/** Sends what was missed, as far as it is kept. */
async function replay(client: Client, lastEventId: string) {
  // #region 3 Replay what was missed.
  // #region 5 Say reset where something is missing.
  //- const heard = Number(lastEventId);
  //- const missed = await lookUp(heard);
  const [run, number] = lastEventId.split('-');
  const heard = run === RUN ? Number(number) : -1; // the numbers of another run mean nothing here
  const missed = await lookUp(heard);
  const oldest = missed[0]?.number ?? heard + 1;
  if (heard < 0 || oldest > heard + 1) {
    client.response.write('event: reset\ndata: Some announcements are missing.\n\n');
  }
  // #endregion
  for (const announcement of missed) sendEvent(client, announcement);
  // #endregion
}

/** The announcements after a number, from the archive. Somebody has to go there, and come back. */
async function lookUp(heard: number): Promise<Announcement[]> {
  await pause(WAY);
  // #region 3 Replay what was missed.
  //- const found: Announcement[] = [];
  const found = history.filter(({ number }) => number > heard);
  // #endregion
  await pause(WAY);
  return found;
}

/** What is kept, as JSON. */
function tellHistory(response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(history));
}

listen(server, 4);
