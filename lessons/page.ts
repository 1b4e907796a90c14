// What every lesson's server needs and no lesson is about: hand out the page's files, and listen.
// Lesson 02 ends by reading it aloud.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const TEXT = 'text/plain; charset=utf-8';

/** A browser is given these and nothing else. TypeScript is not among them: servers stay private. */
const TYPES = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['txt', TEXT],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['woff2', 'font/woff2'],
]);

/**
 * Answers with a file: `/` and `/client.js` from the lesson's own directory, `/public/…` from the
 * kit's shared files, `/lessons/<folder>/<file>.js` from the finished lessons. What is not there is
 * answered 404, every method but GET and HEAD 405, each with a sentence. It never throws.
 */
export async function servePage(
  directory: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url!.split('?', 1)[0]!;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return answer(response, 405, TEXT, `${request.method} is not for ${path}: ask with GET.\n`);
  }
  const file = fileAt(directory, path === '/' ? '/index.html' : path);
  const body = file && (await readFile(file.name).catch(() => undefined));
  if (body) answer(response, 200, file.type, body);
  else answer(response, 404, TEXT, `Nothing is at ${path} here. Is the address right?\n`);
}

/**
 * The file that a path stands for. Names are letters, digits, `-` and `_`, with one dot before a
 * known ending, and percent signs are not decoded: no `..`, no `%2e`, no backslash gets through.
 */
function fileAt(directory: string, path: string): { name: string; type: string } | undefined {
  const [, folders = '', ending = ''] = /^\/((?:[\w-]+\/)*)[\w-]+\.(\w+)$/.exec(path) ?? [];
  const type = TYPES.get(ending);
  if (!type) return undefined;
  if (folders === '') return { name: join(directory, path), type };
  const isShared = folders.startsWith('public/');
  const isFinished = /^lessons\/[\w-]+\/$/.test(folders) && ending === 'js';
  return isShared || isFinished ? { name: join(ROOT, path), type } : undefined;
}

function answer(response: ServerResponse, status: number, type: string, body: string | Buffer) {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store', // so that an edited page shows at the next reload
    'X-Content-Type-Options': 'nosniff', // the type is what it says, not what a browser guesses
  });
  response.end(body);
}

/**
 * Listens on 127.0.0.1: on `PORT`, or on 4400 + lesson where none is set; with `second` on
 * `SECOND_PORT`, or on 4500 + lesson. A relay may stand in front, so `PUBLIC_PORT` (or
 * `PUBLIC_SECOND_PORT`) says which port the world sees.
 *
 * @returns the public origin, such as `http://localhost:4401`, once the server listens. A port that
 *   is taken or is no port ends the program with one sentence and exit code 1.
 */
export async function listen(server: Server, lesson: number, { second = false } = {}) {
  const name = second ? 'SECOND_PORT' : 'PORT';
  const port = portIn(name) ?? (second ? 4500 : 4400) + lesson;
  const publicPort = portIn(`PUBLIC_${name}`);
  server.on('clientError', refuseMalformed);
  server.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EADDRINUSE')
      stop(`Port ${port} does not open (${code}). Set ${name} to another.`);
    const advice = `Stop it, or set ${name} to another number.`;
    stop(`Port ${port} is taken: another program listens there. ${advice}`);
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const scheme = 'setSecureContext' in server ? 'https' : 'http'; // lesson 12 has one with TLS
  const origin = `${scheme}://localhost:${publicPort ?? (server.address() as AddressInfo).port}`;
  console.log(`Lesson ${String(lesson).padStart(2, '0')}: ${origin} (Ctrl-C ends it)`);
  return origin;
}

function portIn(name: string): number | undefined {
  const text = process.env[name];
  if (!text) return undefined;
  if (/^\d+$/.test(text) && Number(text) <= 65535) return Number(text);
  return stop(`${name} is "${text}", which is no port: set it to a number from 0 to 65535.`);
}

/** What cannot be read as HTTP is answered too. An answer under way gets no second head inside it. */
function refuseMalformed(_error: Error, connection: unknown) {
  const socket = connection as Socket;
  if (!socket.writable || socket.bytesWritten > 0) return socket.destroy();
  const sentence = 'This is no HTTP request that a server can read.\n';
  const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: ${TEXT}\r\nConnection: close\r\n`;
  socket.end(`${head}Content-Length: ${sentence.length}\r\n\r\n${sentence}`);
}

function stop(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
