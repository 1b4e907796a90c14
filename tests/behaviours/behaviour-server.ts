// The server that behaviours are played against. It is told by requests what to answer, so that the same
// behaviours run in a page and in Node.
//
//   POST /script/KEY   a list of turns, in JSON: what /play/KEY answers, one request after the other
//   GET  /play/KEY     the next turn; the last one is for all that follow
//   POST /tell/KEY     what the latest answer does next: { "send": … }, { "after": "end" }
//   GET  /seen/KEY     the requests for /play/KEY so far
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { servePage } from '../../lessons/page.ts';

/** One answer. */
export interface Turn {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  /** Text, or bytes as numbers. */
  send?: string | number[];
  /** What follows; without it the answer stays open. `drop`: no head ever comes, and the connection breaks. */
  after?: 'end' | 'cut' | 'drop';
}

interface Play {
  turns: Turn[];
  seen: { method: string; path: string; headers: Record<string, string>; left: boolean }[];
  latest?: ServerResponse;
}

const LESSON = join(import.meta.dirname, '..', '..', 'lessons', '08-own-event-source');

export interface BehaviourServer {
  origin: string;
  /** Another origin of the same server. */
  other: string;
  close(): void;
}

/** Starts it on a free port. `page`: the HTML at `/`, and the behaviours as a module. */
export async function startBehaviourServer(files: Record<string, string> = {}) {
  const plays = new Map<string, Play>();
  const server: Server = createServer(async (request, response) => {
    const [, what = '', key = ''] = (request.url ?? '').split('?')[0]!.split('/');
    const file = files[request.url ?? ''];
    if (file !== undefined) {
      const type = request.url === '/' ? 'text/html' : 'text/javascript';
      response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(file);
    } else if (what === 'script') {
      plays.set(key, { turns: JSON.parse(await bodyOf(request)), seen: [] });
      response.end();
    } else if (what === 'play' && plays.has(key)) {
      play(plays.get(key)!, request, response);
    } else if (what === 'tell') {
      const { latest } = plays.get(key) ?? {};
      if (latest) carryOut(latest, JSON.parse(await bodyOf(request)));
      response.writeHead(latest ? 200 : 409).end();
    } else if (what === 'seen') {
      response.end(JSON.stringify(plays.get(key)!.seen));
    } else servePage(LESSON, request, response);
  });
  server.keepAliveTimeout = 60_000; // none is closed while the browser is about to use it
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    other: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function play(play: Play, request: IncomingMessage, response: ServerResponse): void {
  const turn = play.turns[Math.min(play.seen.length, play.turns.length - 1)]!;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Buffer.from(String(value), 'latin1').toString('utf8'),
    ]),
  );
  const seen = { method: request.method ?? '', path: request.url ?? '', headers, left: false };
  play.seen.push(seen);
  play.latest = response;
  response.on('error', () => {});
  response.on('close', () => {
    seen.left = !response.writableEnded;
  });
  if (turn.after === 'drop') return void request.socket.resetAndDestroy();
  response.writeHead(turn.status ?? 200, {
    ...(turn.type !== '' && { 'Content-Type': turn.type ?? 'text/event-stream' }),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff', // or Chromium guesses, where no type is given
    ...turn.headers,
  });
  response.flushHeaders();
  carryOut(response, turn);
}

function carryOut(response: ServerResponse, { send, after }: Turn): void {
  if (send !== undefined) {
    response.write(typeof send === 'string' ? send : Uint8Array.from(send), () => {
      if (after === 'cut') response.socket?.resetAndDestroy();
    });
  } else if (after === 'cut') response.socket?.resetAndDestroy();
  if (after === 'end') response.end();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
