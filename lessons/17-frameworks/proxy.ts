// A development server's proxy: what is asked for at /proxy/… is asked for without /proxy, and the
// answer passed on.
//
// Tools that serve a page while you write it have one, so that the page may ask the API on its own
// origin. This one compresses text for whoever takes gzip, as webpack's does, unless the answer says
// Cache-Control: no-transform. What it compresses it gathers.
//
// https://webpack.js.org/configuration/dev-server/#devservercompress
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';

/** Said between two neighbours alone, and about this connection alone: not for passing on. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

/** @param to where the server behind it listens */
export function passOn(request: IncomingMessage, response: ServerResponse, to: AddressInfo) {
  const { method, headers } = request;
  const path = request.url!.slice('/proxy'.length);
  const asked = ask({ port: to.port, host: to.address, path, method, headers, agent: false });
  request.pipe(asked);
  asked.on('error', () => response.destroy());
  asked.on('response', (answer) => {
    const head = { ...answer.headers };
    for (const name of HOP_BY_HOP) delete head[name];
    const compresses = mayCompress(request, answer);
    if (compresses) {
      head['content-encoding'] = 'gzip';
      delete head['content-length'];
    }
    response.writeHead(answer.statusCode!, head);
    response.flushHeaders();
    const body = compresses ? answer.pipe(createGzip()) : answer;
    body.pipe(response);
    answer.on('error', () => response.destroy());
  });
  // #region 6+ When the client leaves, leave the server.
  response.on('close', () => asked.destroy());
  // #endregion
}

function mayCompress(request: IncomingMessage, { headers }: IncomingMessage): boolean {
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding']));
  const isText = /^text\//.test(headers['content-type'] ?? '');
  const isForbidden = /\bno-transform\b/.test(headers['cache-control'] ?? '');
  return takesGzip && isText && !isForbidden && headers['content-encoding'] === undefined;
}
