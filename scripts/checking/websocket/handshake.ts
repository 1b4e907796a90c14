// The handshake of a WebSocket, as a check asks for it: one request that leaves HTTP, and an answer
// that proves that its key was read.
//
// https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2
import { createHash, randomBytes } from 'node:crypto';
import { visible } from '../../wire/bytes.ts';
import { headerValue } from '../../wire/http-head.ts';
import { HANDSHAKE_GUID } from '../../wire/websocket.ts';
import type { Answer, Otherwise } from '../answer.ts';
import { headExcerpt } from '../diagnosis.ts';
import { Failure } from '../failure.ts';
import type { Scene } from '../language.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };

/** So many bytes of frames are read of one conversation. */
const LIMIT = 512 * 1024;

/** What a browser sends that wants a WebSocket, but for its cookies and the like. */
export function upgradeHeaders(key = randomBytes(16).toString('base64')): Record<string, string> {
  return {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
  };
}

/** Asks for a WebSocket, and says nothing yet about the answer. */
export function asksForUpgrade(
  { send }: Pick<Scene, 'send'>,
  path: string,
  {
    headers = upgradeHeaders(),
    body,
  }: { headers?: Record<string, string>; body?: Uint8Array } = {},
): Answer {
  // What stands behind the head is no body of HTTP's: no length is announced.
  const framed = body ? { ...headers, 'Content-Length': '0' } : headers;
  return send(path, { method: 'GET', headers: framed, limit: LIMIT, ...(body && { body }) });
}

/** The handshake must be answered with 101, with the accept key that belongs to its key. */
export async function isAccepted(answer: Answer, key: string, next: Within): Promise<void> {
  const head = await answer.headComes(next);
  const fail = (sentence: string, header?: string): never => {
    const excerpt = headExcerpt(answer, header);
    throw new Failure({ sentence, excerpt, advice: next.otherwise, certain: true });
  };
  if (head.status !== 101) {
    fail(
      `A WebSocket was asked for, and the answer has the status ${head.status}. 101 was meant, *Switching Protocols*.`.replaceAll(
        '*',
        '',
      ),
    );
  }
  if (headerValue(head, 'upgrade')?.toLowerCase() !== 'websocket') {
    fail(
      'The answer does not say `Upgrade: websocket`: a client does not know what follows.',
      'upgrade',
    );
  }
  if (!/(^|,)\s*upgrade\s*(,|$)/i.test(headerValue(head, 'connection') ?? '')) {
    fail(
      'The answer does not say `Connection: Upgrade`, so its `Upgrade` does not count.',
      'connection',
    );
  }
  const accept = headerValue(head, 'sec-websocket-accept');
  if (accept === undefined) {
    fail('The answer has no `Sec-WebSocket-Accept`: nothing proves that the key was read.');
  }
  if (accept !== acceptOf(key)) {
    const why = reasons(key).get(accept!);
    fail(
      `The accept key \`${visible(accept!)}\` does not belong to the key \`${key}\`: \`${acceptOf(key)}\` does.${why ? ` ${why}` : ''}`,
      'sec-websocket-accept',
    );
  }
  for (const name of ['sec-websocket-extensions', 'sec-websocket-protocol']) {
    if (headerValue(head, name) !== undefined) {
      fail(
        `The answer agrees to a \`${name}\` that nobody has offered: clients leave at that.`,
        name,
      );
    }
  }
}

function acceptOf(key: string): string {
  return hashed(`${key}${HANDSHAKE_GUID}`);
}

function hashed(text: string | Buffer): string {
  return createHash('sha1').update(text).digest('base64');
}

/** Accept keys that come of a mistake, and what the mistake is. */
function reasons(key: string): Map<string, string> {
  const whole = `${key}${HANDSHAKE_GUID}`;
  const bytes = Buffer.concat([Buffer.from(key, 'base64'), Buffer.from(HANDSHAKE_GUID)]);
  const hex = createHash('sha1').update(whole).digest('hex');
  return new Map([
    [key, 'That is the key itself.'],
    [hashed(key), 'That is the hash of the key alone: the GUID is missing behind it.'],
    [
      hashed(`${HANDSHAKE_GUID}${key}`),
      'The GUID stands in front of the key, and was meant behind it.',
    ],
    [hashed(whole.toLowerCase()), 'The GUID is in small letters, and was meant in capitals.'],
    [
      hashed(`${key}${HANDSHAKE_GUID.toLowerCase()}`),
      'The GUID is in small letters, and was meant in capitals.',
    ],
    [hashed(bytes), 'The key was decoded first. It is taken as it stands, as text.'],
    [hex, 'The hash is written in hexadecimal, and was meant in base64.'],
    [
      Buffer.from(hex).toString('base64'),
      'The hash was written in hexadecimal first, and then in base64.',
    ],
    [
      createHash('sha256').update(whole).digest('base64'),
      'That is SHA-256. It is SHA-1 here, which is no matter of secrets.',
    ],
    [hashed(`undefined${HANDSHAKE_GUID}`), 'In place of the key stands `undefined`.'],
  ]);
}
