// A proxy such as stands between most servers and their clients, with the habits that hurt streams.
//
// - It gathers what comes until it has 4 KB, or the end, and sends that on in one go. nginx does so,
//   unless the answer says X-Accel-Buffering: no.
// - It compresses text for whoever takes gzip, and a compressor gathers as well. Many caches and
//   compressing middlewares do so, unless the answer says Cache-Control: no-transform.
// - It gives up where nothing comes for 20 seconds. All of them do so; 60 seconds are more usual.
//
// This file is complete, and yours to play with. server.ts starts it on the second port.
//
// https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
// https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.6
import {
  request as ask,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createGzip } from 'node:zlib';

const HOLD = 4096; // bytes
const LIMIT = 20_000; // milliseconds

/** Said between two neighbours alone, and about this connection alone: not for passing on. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

/**
 * A proxy in front of a server.
 *
 * @param origin the server's, such as `http://127.0.0.1:4405`
 * @param limit milliseconds without a byte of an answer, after which it gives up
 */
export function createProxy(origin: string, limit: number = LIMIT): Server {
  return createServer((request, response) => {
    const { method, headers } = request;
    const asked = ask(new URL(origin + request.url), { method, headers, agent: false });
    request.pipe(asked);
    const patience = setTimeout(() => asked.destroy(), limit);
    asked.on('error', () => giveUp(response)); // the server is not there, or was too slow
    asked.on('response', (answer) => {
      answer.on('data', () => patience.refresh());
      answer.on('error', () => response.destroy()); // it broke off in the middle, and so do we
      passOn(request, answer, response);
    });
    response.on('close', () => {
      clearTimeout(patience);
      asked.destroy(); // who leaves us has left the server
    });
  });
}

function passOn(request: IncomingMessage, answer: IncomingMessage, response: ServerResponse) {
  const { 'x-accel-buffering': buffering, ...headers } = answer.headers;
  for (const name of HOP_BY_HOP) delete headers[name];
  const compresses = mayCompress(request, answer);
  if (compresses) {
    headers['content-encoding'] = 'gzip';
    delete headers['content-length'];
  }
  headers['access-control-allow-origin'] = '*'; // so that the page of the other port may read this
  response.writeHead(answer.statusCode!, headers);

  const hold = buffering === 'no' ? 0 : HOLD;
  if (hold === 0) response.flushHeaders();
  let held = Buffer.alloc(0);
  const body = compresses ? answer.pipe(createGzip()) : answer;
  body.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    if (held.length < hold) return;
    response.write(held);
    held = Buffer.alloc(0);
  });
  body.on('end', () => response.end(held));
}

function mayCompress(request: IncomingMessage, { headers }: IncomingMessage): boolean {
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding']));
  const isText = /^text\//.test(headers['content-type'] ?? '');
  const isForbidden = /(^|,) *no-transform *(,|$)/.test(headers['cache-control'] ?? '');
  return takesGzip && isText && !isForbidden && headers['content-encoding'] === undefined;
}

/** Before there is a head one can say so. After it, only a connection that breaks says anything. */
function giveUp(response: ServerResponse) {
  if (response.headersSent || response.destroyed) return response.destroy();
  response.writeHead(504, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Access-Control-Allow-Origin': '*',
  });
  response.end('Gateway timeout: the server behind this proxy has said nothing.\n');
}
