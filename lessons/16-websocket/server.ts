// Lesson 16: the telegraph, both ways.
//
// A WebSocket begins as an HTTP request and then leaves HTTP: after 101 there are frames, up and down,
// on the same connection. The same board goes out as an event stream and over a WebSocket. What a
// client telegraphs is repeated to it, as telegraphists do to be sure. All of it is made by hand here.
//
//   npx tsx lessons/16-websocket/server.ts      then open http://localhost:4416
//   curl -N http://localhost:4416/departures    the board as an event stream
//
// https://www.rfc-editor.org/rfc/rfc6455
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { listen, servePage } from '../page.ts';

const TICK = 2000; // milliseconds
const HEARTBEAT = 15_000;
const LIMIT = 100_000; // bytes of one telegram
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // the same for everybody: RFC 6455, 1.3

// What a frame is for.
const [CONTINUATION, TEXT, CLOSE, PING, PONG] = [0, 1, 8, 9, 10];

/** A frame of a client. `size` is what it takes on the wire, head and all. */
interface Frame {
  final: boolean;
  opcode: number;
  payload: Buffer;
  size: number;
}

const server = createServer((request, response) => {
  if (request.url === '/departures') streamDepartures(response);
  else if (request.url === '/repeat')
    request.pipe(response); // the same for a POST
  else servePage(import.meta.dirname, request, response); // 404 where there is no such file
});

function streamDepartures(response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  const clock = setInterval(() => response.write(`data: ${nextDeparture()}\n\n`), TICK);
  response.on('close', () => clearInterval(clock));
}

// Called for each request with an Upgrade header. From here on the socket is ours: nobody else writes
// to it, ends it, or listens for its errors.
server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
  socket.on('error', () => socket.destroy()); // else one client that breaks off would end the program
  if (request.url !== '/telegraph') return refuse(socket, '404 Not Found');
  // #region 1 Shake hands: prove that you have read the key.
  //- refuse(socket, '501 Not Implemented');
  const key = request.headers['sec-websocket-key'];
  if (!key) return refuse(socket, '400 Bad Request');
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  // #region 2 Send the board in text frames, read what the client sends, and repeat it.
  //- socket.resume(); // nobody reads yet what the client sends
  socket.unshift(head); // what came in one piece with the request
  telegraph(socket);
  // #endregion
  // #endregion
});

function refuse(socket: Duplex, status: string) {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

// #region 2 Send the board in text frames, read what the client sends, and repeat it.
function telegraph(socket: Duplex) {
  const clock = setInterval(() => sendFrame(socket, TEXT, nextDeparture()), TICK);
  let unread: Buffer = Buffer.alloc(0);
  let closing = false;
  // #region 6+ Join fragments, and read long frames.
  let message: Buffer | undefined; // the fragments so far
  // #endregion
  // #region 5+ Answer a ping, and ping: who does not answer is gone.
  let alive = true;
  const heartbeat = setInterval(() => {
    if (!alive || closing) return socket.destroy(); // or it was told to go, and does not
    alive = false;
    sendFrame(socket, PING, '');
  }, HEARTBEAT);
  // #endregion

  socket.on('data', (piece: Buffer) => {
    if (closing) return; // whoever was told to go has nothing more to say
    unread = Buffer.concat([unread, piece]);
    // A piece may hold several frames, or a part of one.
    for (let frame = readFrame(unread); frame && !closing; frame = readFrame(unread)) {
      if (typeof frame === 'number') return close(frame); // why it may not be
      unread = unread.subarray(frame.size);
      take(frame);
    }
  });

  function take({ final, opcode, payload }: Frame) {
    // #region 3 Answer a Close with a Close, and let the client go.
    if (opcode === CLOSE) return close(payload.length >= 2 ? payload.readUInt16BE() : 1000);
    // #endregion
    // #region 5+ Answer a ping, and ping: who does not answer is gone.
    alive = true;
    if (opcode === PING) return sendFrame(socket, PONG, payload);
    if (opcode === PONG) return;
    // #endregion
    // #region 6+ Join fragments, and read long frames.
    //- if (opcode !== TEXT || !final) return close(1003);
    //- sendFrame(socket, TEXT, payload);
    if (opcode !== (message ? CONTINUATION : TEXT)) return close(opcode === 2 ? 1003 : 1002);
    message = message ? Buffer.concat([message, payload]) : payload;
    if (message.length > LIMIT) return close(1009);
    if (!final) return;
    if (!isUtf8(message)) return close(1007); // a fragment may end inside a character, a message not
    sendFrame(socket, TEXT, message);
    message = undefined;
    // #endregion
  }

  /** Says why, and ends. A client that is told so closes its side as well. */
  function close(code: number) {
    closing = true;
    clearInterval(clock); // behind a Close nothing is sent any more
    const reason = Buffer.alloc(2);
    reason.writeUInt16BE(code);
    sendFrame(socket, CLOSE, reason);
    socket.end();
  }

  // #region 3 Answer a Close with a Close, and let the client go.
  socket.on('end', () => socket.end()); // who ends without a word is let go as well
  socket.on('close', () => {
    clearInterval(clock);
    // #region 5+ Answer a ping, and ping: who does not answer is gone.
    clearInterval(heartbeat);
    // #endregion
  });
  // #endregion
}

/** The first frame of these bytes; undefined if it is not whole yet; a close code if it may not be. */
function readFrame(bytes: Buffer): Frame | number | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const final = (first & 0x80) !== 0;
  const opcode = first & 0x0f;
  const isControl = opcode >= 8;
  if ((first & 0x70) !== 0) return 1002; // for extensions, and none was agreed upon
  if ((second & 0x80) === 0) return 1002; // what a client sends is masked, always
  let length = second & 0x7f;
  let start = 2;
  if (isControl && (length > 125 || !final)) return 1002;
  // #region 6+ Join fragments, and read long frames.
  //- if (length > 125) return 1009;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    start = 10;
  }
  if (length > LIMIT) return 1009; // before a byte of it is kept
  // #endregion
  const size = start + 4 + length;
  if (bytes.length < size) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = bytes.subarray(start + 4, size).map((byte, at) => byte ^ mask[at % 4]!);
  return { final, opcode, payload: Buffer.from(payload), size };
}

/** A server masks nothing. */
function sendFrame(socket: Duplex, opcode: number, content: string | Buffer) {
  const payload = Buffer.from(content as string);
  // #region 6+ Join fragments, and read long frames.
  //- const head = Buffer.from([0x80 | opcode, payload.length]); // up to 125 bytes
  const length = payload.length;
  const head = Buffer.alloc(length > 65_535 ? 10 : length > 125 ? 4 : 2);
  head[0] = 0x80 | opcode; // the only frame of its message
  head[1] = length > 65_535 ? 127 : length > 125 ? 126 : length;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  // #endregion
  socket.write(Buffer.concat([head, payload]));
}
// #endregion

const TRAINS = ['IC 703 Southport', 'RE 1204 Lakeside', 'S 4 Harbour West', 'NJ 401 Edinburgh'];

/** The train of this moment, the same for whoever asks, and the moment itself. */
function nextDeparture(): string {
  const at = Date.now();
  const number = Math.floor(at / TICK);
  return JSON.stringify({ train: TRAINS[number % TRAINS.length], platform: 1 + (number % 6), at });
}

listen(server, 16);
