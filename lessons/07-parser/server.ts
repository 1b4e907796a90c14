// Lesson 07: a stream that is cut wherever it hurts.
//
// TCP carries bytes, and knows nothing of characters, lines and events. /stream sends the same kind
// of events as ever, in pieces of its own choice: so every reader meets here within seconds what else
// happens once a week. There is nothing to do in this file; the steps are in event-stream-parser.js.
//
//   npx tsx lessons/07-parser/server.ts    then open http://localhost:4407
//   curl -N http://localhost:4407/stream   the bytes; a terminal has forgotten where they were cut
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const PAUSE = 300; // milliseconds between two pieces, so that nobody joins them on the way
const LAST_ID = '6';

/** Text as it is, or bytes where a cut goes through a character. */
const PIECES: (string | number[])[] = [
  '\uFEFF: nothing here is cut where it should be\nretry: 20', // a byte order mark may come first
  '00\n\n',
  'id: 1\nda',
  'ta: inside the name of a field\n\n',
  'id: 2\ndata: inside a va',
  'lue\n',
  '\n',
  'id: 3\r\ndata: between CR\r',
  '\ndata: and LF\r\n\r',
  '\n',
  'id: 4\ndata: inside an ',
  [0xc3],
  [0xa9], // é
  ', and inside a ',
  [0xf0, 0x9f],
  [0x98, 0x80], // 😀
  '\n\n',
  'event: greeting\nid: 5\ndata: before a byte order mark:\ndata: ',
  '\uFEFFthis one is text\n\n',
  Array.from({ length: 10 }, (_, nth) => `data: ${nth + 1} of ten in one piece\n\n`).join(''),
  `id: ${LAST_ID}\ndata: {"json":\ndata:  "on two lines"}\n\n`,
  'data: this event has no end, and is none',
];

const server = createServer((request, response) => {
  if (request.url === '/stream') sendPieces(request, response);
  else servePage(import.meta.dirname, request, response);
});

function sendPieces(request: IncomingMessage, response: ServerResponse) {
  // Who has heard the last event is not to come back: see lesson 03.
  if (request.headers['last-event-id'] === LAST_ID) return response.writeHead(204).end();

  response.socket?.setNoDelay(); // each piece leaves at once
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  let sent = 0;
  const clock = setInterval(() => {
    const piece = PIECES[sent++];
    if (piece) response.write(typeof piece === 'string' ? piece : Buffer.from(piece));
    else response.end();
  }, PAUSE);
  response.on('close', () => clearInterval(clock));
}

listen(server, 7);
