// Lesson 12: six platforms.
//
// Over HTTP/1.1 a browser opens six connections to one origin, for all its tabs together. What is
// asked for after that waits, without a word, and the server does not even know. Over HTTP/2 one
// connection carries many streams. Here the same stream is served both ways: on the first port over
// HTTP/1.1, and on the second over HTTP/2 with TLS, for browsers speak it no other way.
//
//   npm run certificate                              once, for TLS
//   npx tsx lessons/12-connection-limit/server.ts    then open http://localhost:4412
//   curl -kN https://localhost:4512/arrivals         the stream over HTTP/2
//
// https://www.rfc-editor.org/rfc/rfc9113#name-streams-and-multiplexing
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { listen, servePage } from '../page.ts';
import { readCertificate } from './certificate.ts';
import { streamFrames, watchFrames } from './frames.ts';

const TICK = 1000; // milliseconds

/** Who listens, over whatever protocol. Who waits in a browser is not here, and cannot be. */
const listeners = new Set<ServerResponse>();

/** Where the same is served over HTTP/2, and a word about it. The page asks for this. */
let second = { origin: '', note: 'This server does not speak HTTP/2 yet: that is step 2.' };

function serve(request: IncomingMessage, response: ServerResponse) {
  if (request.url === '/arrivals') streamArrivals(response);
  else if (request.url === '/second') tellOfSecond(response);
  else if (request.url === '/frames') streamFrames(response);
  else servePage(import.meta.dirname, request, response); // 404 where there is no such file
}

// Called once for each stream. What is declared in here belongs to that stream alone.
function streamArrivals(response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  listeners.add(response);
  const announce = () => {
    const time = new Date().toISOString().slice(11, 19);
    response.write(`data: ${time} platforms taken: ${listeners.size}\n\n`);
  };
  announce();
  const clock = setInterval(announce, TICK);
  response.on('close', () => {
    clearInterval(clock);
    listeners.delete(response);
  });
}

function tellOfSecond(response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(second)}\n`);
}

await listen(createServer(serve), 12);

// #region 2 Serve the same over HTTP/2.
const { pem, problem } = readCertificate(import.meta.dirname);
if (pem) {
  const secure = createSecureServer({ key: pem, cert: pem });
  secure.on('request', serve); // Node gives requests and responses of HTTP/2 the shape of the others
  watchFrames(secure);
  const origin = await listen(secure, 12, { second: true });
  second = { origin, note: 'Nobody vouches for its certificate, so the browser will warn you.' };
} else {
  second.note = problem;
  console.log(problem);
}
// #endregion
