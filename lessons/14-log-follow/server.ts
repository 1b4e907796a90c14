// Lesson 14: the signal box's log.
//
// A build writes into a file, and a page follows it. GET /log sends the lines that are there, and then
// each new one as soon as it is whole. The ID of a line is the place in the file where the next one
// begins: who comes back says the place, and is read to from there. Nothing is kept in memory.
//
//   npx tsx lessons/14-log-follow/server.ts                          then open http://localhost:4414
//   curl -N http://localhost:4414/log                                the same lines
//   npm test | curl --data-binary @- http://localhost:4414/log       what another program has printed
//
// https://nodejs.org/docs/latest/api/fs.html#filehandlereadbuffer-offset-length-position
import { once } from 'node:events';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { listen, servePage } from '../page.ts';
import { append, build, empty, LOGS, rotate } from './signal-box.ts';

const TICK = 100; // milliseconds between two looks at a file that has not grown
const PIECE = 64 * 1024; // bytes that are read at once
const LINE_FEED = 10;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(`http://localhost${request.url}`);
  if (pathname !== '/log') return servePage(import.meta.dirname, request, response);
  // A name that is looked up, and never a path: what is not on the list does not exist.
  const path = LOGS.get(searchParams.get('name') ?? 'build');
  if (!path) return response.writeHead(404).end('There is no such log.\n');
  const done =
    request.method === 'POST'
      ? write(path, searchParams.get('do'), request, response)
      : follow(path, request, response);
  done.catch((error) => response.destroy(error)); // this client's trouble, and nobody else's
});

/** What may happen to a log: a build begins, it is emptied, it is put away, or something is appended. */
async function write(
  path: string,
  what: string | null,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (what === 'build') build(path);
  else if (what === 'empty') await empty(path);
  else if (what === 'rotate') await rotate(path);
  else await append(path, request);
  response.writeHead(204).end();
}

/** A file that is being read, and the place in it where the next line begins. */
interface Log {
  path: string;
  file: FileHandle;
  /** Tells this file from another that has the same name, before it or after it. */
  mark: string;
  place: number;
}

async function openLog(path: string): Promise<Log> {
  const file = await open(path);
  return { path, file, mark: markOf(await file.stat()), place: 0 };
}

function markOf({ ino, birthtimeMs }: { ino: number; birthtimeMs: number }): string {
  return `${ino.toString(36)}${Math.floor(birthtimeMs).toString(36)}`;
}

// Called once for each client.
async function follow(path: string, request: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write('retry: 1000\n\n');
  const log = await openLog(path);
  // #region 3 Resume at the place.
  const lastEventId = request.headers['last-event-id'];
  if (lastEventId) await goTo(log, String(lastEventId), response);
  // #endregion
  // #region 1 Follow the file, line by line.
  while (!response.destroyed) {
    const piece = await readOn(log);
    const end = piece.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) await sendLines(response, log, piece.subarray(0, end));
    // #region 5+ Notice when the file is emptied, or put away.
    else if (await hasChanged(log, response)) continue;
    // #endregion
    else await pause(TICK); // nothing new, or the half of a line: it is read again when it is whole
  }
  // #endregion
  await log.file.close();
}

/** The next bytes of a file; more than usual where a line is longer than that. */
async function readOn({ file, place }: Log): Promise<Buffer> {
  for (let size = PIECE; ; size *= 2) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, place);
    const piece = buffer.subarray(0, bytesRead);
    if (bytesRead < size || piece.includes(LINE_FEED)) return piece;
  }
}

// #region 1 Follow the file, line by line.
/** Sends whole lines, one event each, in one write. */
async function sendLines(response: ServerResponse, log: Log, lines: Buffer) {
  let events = '';
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(LINE_FEED, start);
    const text = asShown(lines.toString('utf8', start, end)); // a whole line has whole characters
    start = end + 1;
    // #region 2 Give each line an ID: the place where the next one begins.
    //- events += `data: ${text}\n\n`;
    // #region 5+ Notice when the file is emptied, or put away.
    //- events += `id: ${log.place + start}\ndata: ${text}\n\n`;
    events += `id: ${log.mark}-${log.place + start}\ndata: ${text}\n\n`;
    // #endregion
    // #endregion
  }
  log.place += lines.length; // bytes, and not characters
  if (!response.write(events)) await hasDrained(response); // a log may be larger than the memory
}

async function hasDrained(response: ServerResponse) {
  if (response.destroyed) return;
  const over = new AbortController();
  const events = ['drain', 'close'].map((name) => once(response, name, { signal: over.signal }));
  await Promise.race(events).finally(() => over.abort());
}
// #endregion

/** A line as a terminal shows it: what stands before a carriage return has been overwritten. */
function asShown(line: string): string {
  return line.replace(/\r+$/, '').split('\r').at(-1)!;
}

// #region 3 Resume at the place.
const RESET = 'event: reset\ndata: The log has begun anew.\n\n'; // no ID: it is no line

/** Goes to the place that an ID names. Where it is not in this file, the client is told so. */
async function goTo(log: Log, lastEventId: string, response: ServerResponse) {
  // #region 5+ Notice when the file is emptied, or put away.
  //- const place = Number(lastEventId);
  const [mark, number] = lastEventId.split('-');
  const place = mark === log.mark ? Number(number) : -1;
  // #endregion
  const { size } = await log.file.stat();
  if (Number.isInteger(place) && place >= 0 && place <= size) log.place = place;
  else response.write(RESET);
}
// #endregion

// #region 5+ Notice when the file is emptied, or put away.
/** To be asked at the end of what can be read: whether there is more to read elsewhere. */
async function hasChanged(log: Log, response: ServerResponse): Promise<boolean> {
  const { size } = await log.file.stat();
  if (size < log.place) {
    log.place = 0; // emptied
    response.write(RESET);
    return true;
  }
  const named = await stat(log.path).catch(() => undefined); // put away, and the new one is not there yet
  if (!named || markOf(named) === log.mark) return false;
  // Put away. Its last lines may have been written since we came to its end.
  if ((await readOn(log)).includes(LINE_FEED)) return true;
  await log.file.close();
  Object.assign(log, await openLog(log.path));
  return true;
}
// #endregion

listen(server, 14);
