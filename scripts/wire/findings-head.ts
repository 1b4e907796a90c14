// What can be found in the head of an answer, before a byte of the body has come.
import type { Ending } from './exchange.ts';
import { type Finding, finding, quote, seconds } from './finding.ts';
import { headerValue, type ResponseHead } from './http.ts';

/**
 * What is known of one exchange besides its bytes. An `Exchange` is one. Times are milliseconds
 * since the exchange was opened, as measured.
 */
export interface Look {
  /** GET, if not given. */
  method?: string | undefined;
  head?: ResponseHead | undefined;
  connectedAt?: number | undefined;
  headAt?: number | undefined;
  /** The body as it came. */
  pieces?: readonly { offset: number; bytes: Uint8Array; at: number }[] | undefined;
  ending?: Ending | undefined;
  endedAt?: number | undefined;
  /** How long was looked, if the stream is still open or was left. */
  watched?: number | undefined;
  /** How many times faster than real time the server's clock ran; 1, if not given. */
  speed?: number | undefined;
}

const EVENT_STREAM = 'text/event-stream';

/** A head that comes later than this, in milliseconds, and only with the body, is late. */
const LATE = 1000;
/** What comes within so many milliseconds came together. */
const TOGETHER = 50;

/**
 * What is wrong or risky in the head of an answer that should be an event stream. Of an answer that
 * is no 200 only the status is told: nothing else in it matters to EventSource.
 */
export function findingsInHead(head: ResponseHead, look: Look = {}): Finding[] {
  if (head.status !== 200) return [status(head, look)];
  const found = [
    contentType(head, look),
    cacheable(head, look),
    contentLength(head, look),
    compressed(head, look),
    hopByHop(head, look),
    headLate(look),
  ];
  return found.filter((one) => one !== undefined);
}

function status(head: ResponseHead, { headAt: at }: Look): Finding {
  const answer = quote(`${head.status} ${head.reason}`.trim());
  if (head.status === 204) {
    return finding('status', {
      message: `The answer is ${answer}. It tells EventSource to close and never to come back.`,
      advice: 'Answer 200 where events are to follow. Keep 204 for a client that has heard all.',
      at,
    });
  }
  const location = headerValue(head, 'location');
  if (location !== undefined && [301, 302, 303, 307, 308].includes(head.status)) {
    return finding('status', {
      message:
        `The answer is ${answer} and leads to ${quote(location, 200)}. ` +
        'EventSource goes there, and takes events only if that answer is a 200.',
      advice: 'Look at that address instead, or answer 200 here.',
      at,
    });
  }
  return finding('status', {
    message:
      `The answer is ${answer}. EventSource takes events from a 200 only: ` +
      'it gives up and never tries again.',
    advice: `Answer 200 with \`Content-Type: ${EVENT_STREAM}\`.${statusHint(head.status)}`,
    at,
  });
}

function statusHint(code: number): string {
  if (code === 401 || code === 403) {
    return ' If a token is asked for: EventSource can send none in a header, only cookies.';
  }
  if (code === 404) return ' Compare the path of the request with the paths that the server knows.';
  if (code === 405) return ' EventSource asks with GET.';
  if (code >= 500) return " The reason stands in the server's own output.";
  return '';
}

function contentType(head: ResponseHead, { headAt: at }: Look): Finding | undefined {
  const value = headerValue(head, 'content-type');
  const advice = `Send the header \`Content-Type: ${EVENT_STREAM}\`.`;
  if (value === undefined) {
    return finding('content-type', {
      message:
        `The answer has no \`Content-Type\`. EventSource takes \`${EVENT_STREAM}\` ` +
        'and nothing else: it gives up and never tries again.',
      advice,
      at,
    });
  }
  const { type, charset } = readContentType(value);
  if (type !== EVENT_STREAM) {
    return finding('content-type', {
      message:
        `The answer says ${quote(`Content-Type: ${value}`, 100)}. EventSource takes ` +
        `\`${EVENT_STREAM}\` and nothing else: it gives up and never tries again.`,
      advice,
      at,
    });
  }
  if (charset !== undefined && charset !== '' && charset.toLowerCase() !== 'utf-8') {
    return finding('content-type', {
      message:
        `The answer says ${quote(`Content-Type: ${value}`, 100)}. An event stream is always ` +
        'UTF-8, and Chrome gives up at any charset but `utf-8`.',
      advice: `Send \`Content-Type: ${EVENT_STREAM}\` without a charset, and the text as UTF-8.`,
      at,
    });
  }
  return undefined;
}

/**
 * The type and charset of a Content-Type. Of several values the last one counts that is a type.
 *
 * @see https://fetch.spec.whatwg.org/#content-type-header
 */
function readContentType(value: string): { type: string; charset: string | undefined } {
  const values = value.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? [];
  const last = values.findLast((one) => /^\s*[^\s/;]+\/[^\s/;]+\s*(;|$)/.test(one)) ?? value;
  const [type = '', ...parameters] = last.split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"]*?)"?\s*$/i.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  return { type: type.trim().toLowerCase(), charset };
}

function cacheable(head: ResponseHead, { method = 'GET', headAt: at }: Look): Finding | undefined {
  if (method !== 'GET') return undefined; // no cache keeps the answer to a POST
  const value = headerValue(head, 'cache-control');
  const directives = (value ?? '').split(',').map((directive) => directive.trim().toLowerCase());
  if (directives.includes('no-store') || directives.includes('no-cache')) return undefined;
  const came =
    value === undefined ? 'has no `Cache-Control`' : `says ${quote(`Cache-Control: ${value}`)}`;
  return finding('cacheable', {
    message: `The answer ${came}. A cache may keep the stream and play it to the next client.`,
    advice: 'Send the header `Cache-Control: no-store`.',
    at,
  });
}

function contentLength(head: ResponseHead, { headAt: at }: Look): Finding | undefined {
  const value = headerValue(head, 'content-length');
  if (value === undefined) return undefined;
  return finding('content-length', {
    message:
      `The answer says ${quote(`Content-Length: ${value}`)}. It is over after so many bytes, ` +
      'and no event can follow.',
    advice: 'Leave `Content-Length` out: nobody knows the length of a stream when it begins.',
    at,
  });
}

function compressed(head: ResponseHead, { headAt: at }: Look): Finding | undefined {
  const value = headerValue(head, 'content-encoding');
  if (value === undefined || value.trim().toLowerCase() === 'identity') return undefined;
  return finding('compressed', {
    message:
      `The answer says ${quote(`Content-Encoding: ${value}`)}. A compressor keeps small events ` +
      'back until it has a block of them, unless it is flushed after each one.',
    advice: 'Flush the compressor after each event, or do not compress event streams.',
    at,
  });
}

/**
 * Servers add `Connection` and `Keep-Alive` by themselves, Node among them, and they add them behind
 * `Date`. What a program sets stands before it. Where there is no `Date`, nothing can be known.
 */
function hopByHop(head: ResponseHead, { headAt: at }: Look): Finding | undefined {
  const names = head.headers.map((line) => line.name.toLowerCase());
  const date = names.indexOf('date');
  const line = head.headers.find(
    (_, index) => index < date && (names[index] === 'connection' || names[index] === 'keep-alive'),
  );
  if (!line) return undefined;
  return finding('hop-by-hop', {
    message:
      `The answer says ${quote(`${line.name}: ${line.value}`)}, set by hand. ` +
      'It keeps no stream open, and HTTP/2 refuses it.',
    advice: `Leave \`${line.name}\` out. A stream is open as long as the response is not ended.`,
    at,
  });
}

function headLate({ headAt, connectedAt = 0, pieces, speed = 1 }: Look): Finding | undefined {
  const first = pieces?.[0];
  if (headAt === undefined || first === undefined) return undefined;
  const waited = (headAt - connectedAt) * speed;
  if (waited <= LATE || (first.at - headAt) * speed > TOGETHER) return undefined;
  return finding('head-late', {
    message:
      `The head came ${seconds(waited)} after the request, together with the first bytes of the ` +
      'body. Until then the client does not know that it is connected.',
    advice: 'Send the head at once. In Node: `response.flushHeaders()` after `writeHead`.',
    at: headAt,
  });
}
