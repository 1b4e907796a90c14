// Lesson 15: the picture postcard.
//
// A picture is bytes, and an event stream carries nothing but text. So a Buffer has to be written down
// in letters, and there is more than one way. This server sends the same postcard as JSON, as base64,
// and as the bytes that it is, all over a wire that carries five kilobytes a second.
//
//   npx tsx lessons/15-binary/server.ts          then open http://localhost:4415
//   curl -N http://localhost:4415/as-base64      the postcard in an event
//   curl http://localhost:4415/postcard.png -o postcard.png
//
// https://www.rfc-editor.org/rfc/rfc4648#section-4
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { listen, servePage } from '../page.ts';

const TICK = 100; // milliseconds
const SLICE = 512; // bytes: so much the wire carries in one tick

const picture = readFileSync(join(import.meta.dirname, 'postcard.png')); // a Buffer

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(`http://localhost${request.url}`);
  if (pathname === '/as-json') sendAsJson(response);
  else if (pathname === '/as-base64') sendAsBase64(response);
  else if (pathname === '/postcard.png') sendBytes(response, searchParams);
  else servePage(import.meta.dirname, request, response); // 404 where there is no such file
});

function sendAsJson(response: ServerResponse) {
  beginEvents(response);
  // #region 1 Send the picture as JSON.
  //- sendSlowly(response, `data: ${picture}\n\n`);
  // stringify asks the Buffer for its toJSON(): { type: 'Buffer', data: [137, 80, 78, 71, … ] }
  sendSlowly(response, `data: ${JSON.stringify(picture)}\n\n`);
  // #endregion
}

function sendAsBase64(response: ServerResponse) {
  beginEvents(response);
  // #region 2 Send it as base64.
  // Three bytes become four letters, all on one line.
  sendSlowly(response, `data: ${picture.toString('base64')}\n\n`);
  // #endregion
}

/** The event stream stays open after its event: at an end the browser would ask for another. */
function beginEvents(response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.flushHeaders();
}

/** The bytes as they are; with `?chunked` nobody says how many, with `?gzip` they go compressed. */
function sendBytes(response: ServerResponse, query: URLSearchParams) {
  const bytes = query.has('gzip') ? gzipSync(picture) : picture;
  if (query.has('gzip')) response.setHeader('Content-Encoding', 'gzip');
  if (!query.has('chunked')) response.setHeader('Content-Length', bytes.length);
  response.writeHead(200, { 'Content-Type': 'image/png', 'Cache-Control': 'no-store' });
  sendSlowly(response, bytes, () => response.end());
}

/** Sends a slice at each tick: such is the wire of this station, whatever goes over it. */
function sendSlowly(response: ServerResponse, content: string | Buffer, atTheEnd = () => {}) {
  const bytes = Buffer.from(content as string); // text goes as UTF-8
  let sent = 0;
  const wire = setInterval(() => {
    response.write(bytes.subarray(sent, sent + SLICE));
    sent += SLICE;
    if (sent < bytes.length) return;
    clearInterval(wire);
    atTheEnd();
  }, TICK);
  response.on('close', () => clearInterval(wire)); // who leaves needs no more of it
}

listen(server, 15);
