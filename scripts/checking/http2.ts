// HTTP/2 on a server's second port: what a check can ask about it. The certificate is one that nobody
// vouches for, and is taken all the same. Each question that is answered with no ends the check with a
// Failure.
//
// https://www.rfc-editor.org/rfc/rfc9113
import { existsSync } from 'node:fs';
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { join } from 'node:path';
import { EventStreamReader } from '../wire/event-stream.ts';
import { findingsInHead } from '../wire/findings.ts';
import type { Answer, Otherwise } from './answer.ts';
import { headExcerpt } from './diagnosis.ts';
import { type Explanation, Failure, Unseen } from './failure.ts';
import { textOf } from './posting.ts';

/** Real milliseconds that TLS and a first event may take; a slow machine is given more. */
const PATIENCE = 2000;
/** Real milliseconds in which the second port listens as well. */
const LATER = 250;
/** Lesson milliseconds for an answer over HTTP/1.1. */
const SOON = 5000;

const NO_CERTIFICATE =
  'HTTP/2 needs a certificate, and this clone has none yet: run `npm run certificate`, and check again.';

/**
 * The address of the HTTP/2 half, as the server tells it in JSON: `{ "origin": "https://…" }`. It may
 * listen a moment later than the first port does.
 *
 * @param ask asks for it, once more each time
 * @param root the clone's folder
 * @throws Unseen where there is none, and could be none, for this clone has no certificate
 */
export async function originOverHttp2(
  ask: () => Answer,
  { otherwise, root = join(import.meta.dirname, '..', '..') }: Otherwise & { root?: string },
): Promise<string> {
  const begun = performance.now();
  for (;;) {
    const told = ask();
    const { stage } = told;
    await stage.comes(told, () => told.ending, SOON);
    const text = textOf(told).trim();
    const origin = originIn(text);
    if (origin !== undefined) return origin;
    if (performance.now() - begun < LATER) {
      await stage.takesItsTurn();
      continue;
    }
    if (stage.target.run && !existsSync(join(root, '.kit', 'certificate'))) {
      throw new Unseen(NO_CERTIFICATE);
    }
    throw new Failure({
      sentence: `\`GET ${told.path}\` was meant to tell the address of the second port, which begins with https. It says: ${text.slice(0, 200) || 'nothing'}`,
      advice: otherwise,
      certain: true,
    });
  }
}

function originIn(text: string): string | undefined {
  try {
    const { origin } = JSON.parse(text);
    return new URL(origin).protocol === 'https:' ? new URL(origin).origin : undefined;
  } catch {
    return undefined;
  }
}

/** A head over HTTP/1.1 must not say what HTTP/2 has no place for, and Node throws at. */
export async function isFitForHttp2(answer: Answer, { otherwise }: Otherwise): Promise<void> {
  const head = await answer.headComes({ within: SOON, otherwise: '' });
  const finding = findingsInHead(head).find(({ id }) => id === 'hop-by-hop');
  const names = head.headers.map(({ name }) => name.toLowerCase());
  // `Connection` alone is dropped by Node, with a warning.
  if (!finding || names.indexOf('keep-alive') > names.indexOf('date')) return;
  if (!names.includes('keep-alive')) return;
  throw new Failure({
    sentence: `\`GET ${answer.path}\` was sent over HTTP/1.1. ${finding.message} Over HTTP/2 Node throws at \`Keep-Alive\`, and the program ends.`,
    excerpt: headExcerpt(answer, 'keep-alive'),
    advice: otherwise,
    finding: finding.id,
    certain: true,
  });
}

type Head = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** One stream of a connection, as far as it has come. */
interface Came {
  headers?: Head;
  reader: EventStreamReader;
  ended: boolean;
}

/**
 * So many event streams must come side by side on one connection, each with its head and an event.
 *
 * @param stage whose server is asked for a sign of life before it is said that nothing came
 * @param options.count more than the six that HTTP/1.1 has
 */
export async function streamsSideBySide(
  stage: Answer['stage'],
  origin: string,
  path: string,
  { count, otherwise }: Otherwise & { count: number },
): Promise<void> {
  const session = connect(origin, { rejectUnauthorized: false });
  stage.onClose(() => session.destroy());
  const came: Came[] = [];
  let trouble: NodeJS.ErrnoException | undefined;
  let limit = Number.POSITIVE_INFINITY;
  let changed = () => {};
  session.on('error', (error) => {
    trouble ??= error;
    changed();
  });
  session.on('remoteSettings', () => changed());
  session.on('close', () => changed());
  try {
    for (let number = 0; number < count; number++) came.push(ask(session, path, () => changed()));
    const isSettled = () =>
      trouble ||
      session.closed ||
      came.every(isThere) ||
      came.some(isWrong) ||
      limitOf(session) < count;
    const wait = (milliseconds: number) => {
      return new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        changed = () => {
          if (!isSettled()) return;
          clearTimeout(timer);
          resolve();
        };
        changed();
      });
    };
    await wait(PATIENCE);
    if (!isSettled()) {
      await stage.takesItsTurn();
      await wait(PATIENCE / 2);
    }
  } finally {
    limit = limitOf(session); // it is forgotten with the connection
    session.destroy();
  }
  if (came.every(isThere)) return;
  await stage.takesItsTurn(); // a program that has ended is found out by it, and says itself why
  const explanation = trouble
    ? explainTrouble(origin, trouble)
    : limit < count
      ? explainLimit(limit, count)
      : explainStream(path, came);
  throw new Failure({ advice: otherwise, ...explanation });
}

function ask(session: ClientHttp2Session, path: string, changed: () => void): Came {
  const came: Came = { reader: new EventStreamReader(), ended: false };
  const stream = session.request({ ':path': path, accept: 'text/event-stream' });
  stream.on('response', (headers) => {
    came.headers = headers;
    changed();
  });
  stream.on('data', (piece: Buffer) => {
    came.reader.feed(piece);
    changed();
  });
  stream.on('error', () => {}); // the session tells, or the stream is seen to have ended
  stream.on('close', () => {
    came.ended = true;
    changed();
  });
  return came;
}

/** Whether all has come of a stream that is waited for. */
function isThere({ headers, reader }: Came): boolean {
  return isEventStream(headers) && reader.events.length > 0;
}

function isWrong({ headers, ended, reader }: Came): boolean {
  return (headers && !isEventStream(headers)) || (ended && reader.events.length === 0);
}

function isEventStream(headers: Head | undefined): boolean {
  return (
    headers?.[':status'] === 200 && /^text\/event-stream\b/i.test(headers['content-type'] ?? '')
  );
}

function limitOf({ remoteSettings }: ClientHttp2Session): number {
  return remoteSettings?.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
}

function explainTrouble(origin: string, { code = '', message }: NodeJS.ErrnoException) {
  const told = `${origin} was asked over HTTP/2`;
  if (code === 'ECONNREFUSED') {
    return {
      sentence: `${told}, and nothing listens there.`,
      advice: 'Listen on the second port: `await listen(secure, 12, { second: true })`.',
      certain: true,
    };
  }
  if (/WRONG_VERSION|PACKET_LENGTH/.test(code)) {
    return {
      sentence: `${told}, and what listens there does not speak TLS. Browsers speak HTTP/2 over nothing else.`,
      advice: 'Make it with `createSecureServer({ key: pem, cert: pem })` of `node:http2`.',
      certain: true,
    };
  }
  if (/APPLICATION_PROTOCOL|ERR_HTTP2_ERROR/.test(code) || /h2 is not/.test(message)) {
    return {
      sentence: `${told}. It speaks TLS, but no HTTP/2: a browser would fall back to HTTP/1.1, and to its six connections.`,
      advice: 'Make it with `createSecureServer` of `node:http2`, and not of `node:https`.',
      certain: true,
    };
  }
  if (/HANDSHAKE_FAILURE|NO_SHARED_CIPHER/.test(code)) {
    return {
      sentence: `${told}. It speaks TLS, and has no certificate to show.`,
      advice: 'Give it the text twice: `createSecureServer({ key: pem, cert: pem })`.',
      certain: true,
    };
  }
  return { sentence: `${told}, and the connection broke off (${code || message}).` };
}

function explainLimit(limit: number, count: number): Explanation {
  return {
    sentence: `The server says in its settings that one connection may have ${limit} streams at a time. ${count} were asked for, and so ${count - limit} would wait, as over HTTP/1.1.`,
    advice:
      'Leave `maxConcurrentStreams` out: Node does not limit them, and browsers stop at about a hundred.',
    certain: true,
  };
}

function explainStream(path: string, came: Came[]): Explanation {
  const asked = `\`GET ${path}\` was sent ${came.length} times on one connection of HTTP/2`;
  const other = came.find(({ headers }) => headers && !isEventStream(headers));
  if (other) {
    const { ':status': status, 'content-type': type = 'no type' } = other.headers!;
    return {
      sentence: `${asked}, and answered ${status} with ${type}: 200 with text/event-stream was meant, as over HTTP/1.1.`,
      certain: true,
    };
  }
  const none = came.filter(({ headers }) => !headers).length;
  if (none > 0) {
    const they = none === came.length ? 'none' : `${none}`;
    return {
      sentence: `${asked}, and ${they} of them got ${none === came.length ? 'an' : 'no'} answer.`,
      certain: true,
    };
  }
  const silent = came.filter(({ reader }) => reader.events.length === 0).length;
  return {
    sentence: `${asked}. ${silent} of them have the head of a stream, and no event came.`,
  };
}
