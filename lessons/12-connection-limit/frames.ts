// A log of HTTP/2's frames, as far as Node tells of them. Given: no step is in here.
//
// On the tape of this lesson TLS is sealed: whoever looks at the wire sees bytes and no frames. The
// two ends know them. So the server writes down what it gets and sends, and the page shows it.
//
// https://www.rfc-editor.org/rfc/rfc9113#name-frame-definitions
import type { ServerResponse } from 'node:http';
import type { Http2SecureServer, ServerHttp2Stream } from 'node:http2';

const KEPT = 60; // lines

const lines: string[] = [];
const watchers = new Set<ServerResponse>();

/** Writes down the frames of all connections of a server, but for those that tell of frames. */
export function watchFrames(server: Http2SecureServer): void {
  server.on('session', (session) => {
    log('a connection is there');
    session.on('remoteSettings', () => log('< SETTINGS'));
    session.on('goaway', (code) => log(`< GOAWAY, code ${code}`));
    session.on('close', () => log('the connection is gone'));
  });
  // Ahead of whoever answers: what it sends is written down as well.
  server.prependListener('stream', (stream, headers) => {
    if (headers[':path'] !== '/frames') watchStream(stream, headers);
  });
}

function watchStream(stream: ServerHttp2Stream, headers: NodeJS.Dict<string | string[]>) {
  const name = `stream ${stream.id}`;
  log(`< HEADERS, ${name}: ${headers[':method']} ${headers[':path']}`);
  const { write } = stream;
  let isAnswered = false;
  const answer = () => {
    if (!isAnswered) log(`> HEADERS, ${name}: ${stream.sentHeaders?.[':status'] ?? 'none'}`);
    isAnswered = true;
  };
  stream.write = ((...given: Parameters<typeof write>) => {
    answer(); // Node does not say when: it is ahead of the first piece
    log(`> DATA, ${name}: ${Buffer.byteLength(given[0])} bytes`);
    return write.apply(stream, given);
  }) as typeof write;
  stream.on('close', () => {
    answer();
    log(stream.rstCode ? `< RST_STREAM, ${name}: code ${stream.rstCode}` : `> end of ${name}`);
  });
}

function log(line: string): void {
  lines.push(line);
  if (lines.length > KEPT) lines.shift();
  for (const watcher of watchers) watcher.write(`data: ${line}\n\n`);
}

/** `GET /frames`: the last lines, and each new one. */
export function streamFrames(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(`:\n\n${lines.map((line) => `data: ${line}\n\n`).join('')}`);
  watchers.add(response);
  response.on('close', () => watchers.delete(response));
}
