// The heads of HTTP/1.1 messages: the lines before the body, each with its place in the bytes, and
// what they say about where the body ends.
//
// Strict where two readers could take the same bytes for different things, for then one of them is
// wrong and nobody would learn of it; lenient where every browser is (a bare LF ends a line).
//
// https://www.rfc-editor.org/rfc/rfc9112#name-message-format
import { type Span, visible } from './bytes.ts';

/** One header line. Its span leaves the line's terminator out. */
export interface HeaderLine {
  name: string;
  value: string;
  span: Span;
}

/** What a client asks. `version` as on the wire: `HTTP/1.1`. Spans count in the connection's bytes. */
export interface RequestHead {
  method: string;
  target: string;
  version: string;
  headers: HeaderLine[];
  /** From the first line to the blank line, both included. */
  span: Span;
}

/** What a server answers, before the body. `version` as on the wire: `HTTP/1.1`. */
export interface ResponseHead {
  version: string;
  status: number;
  reason: string;
  headers: HeaderLine[];
  /** From the first line to the blank line, both included. */
  span: Span;
}

/** One sentence on bytes that are not what the standard allows. */
export interface Malformed {
  malformed: string;
}

/**
 * Where a body ends: there is none, after so many bytes, after the last chunk, with the connection,
 * or never (what follows is another protocol's).
 */
export type Framing =
  | { kind: 'none' | 'chunked' | 'until-close' | 'opaque' }
  | { kind: 'length'; length: number };

/** A head with more lines than this is taken for garbage. */
export const MAX_HEADER_LINES = 500;

const LF = 0x0a;
const CR = 0x0d;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The value of a header, several lines of the same name joined by `, ` as the standard allows.
 *
 * @param name in any case
 * @returns undefined if there is no such line
 */
export function headerValue(head: { headers: HeaderLine[] }, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const values = head.headers.filter((line) => line.name.toLowerCase() === wanted);
  return values.length === 0 ? undefined : values.map((line) => line.value).join(', ');
}

/** The essence of a Content-Type, in lower case: `text/event-stream` of `Text/Event-Stream; a=b`. */
export function mediaType(head: { headers: HeaderLine[] }): string {
  return (headerValue(head, 'content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/**
 * Reads a request's head.
 *
 * @param bytes the head, its blank line included
 * @param start where `bytes` begin in the connection
 * @see https://www.rfc-editor.org/rfc/rfc9112#name-request-line
 */
export function readRequestHead(bytes: Uint8Array, start = 0): RequestHead | Malformed {
  const read = readLines(bytes, start);
  if ('malformed' in read) return read;
  const { first, headers, span } = read;
  const match = /^([^ ]+) ([^ ]+) (HTTP\/1\.[0-9])$/.exec(first);
  if (!match || !TOKEN.test(match[1]!)) {
    return {
      malformed: `${quoted(first)} is not a request line: "GET /path HTTP/1.1" or the like was expected.`,
    };
  }
  return { method: match[1]!, target: match[2]!, version: match[3]!, headers, span };
}

/**
 * Reads an answer's head.
 *
 * @param bytes the head, its blank line included
 * @param start where `bytes` begin in the connection
 * @see https://www.rfc-editor.org/rfc/rfc9112#name-status-line
 */
export function readResponseHead(bytes: Uint8Array, start = 0): ResponseHead | Malformed {
  const read = readLines(bytes, start);
  if ('malformed' in read) return read;
  const { first, headers, span } = read;
  const match = /^(HTTP\/1\.[0-9]) ([1-9][0-9]{2})(?: (.*))?$/.exec(first);
  if (!match) return { malformed: notAStatusLine(first) };
  return { version: match[1]!, status: Number(match[2]), reason: match[3] ?? '', headers, span };
}

/** What is said of bytes that come where an answer should begin. */
export function notAStatusLine(first: string): string {
  return `${quoted(first)} is not a status line: an answer begins with "HTTP/1.1 200 OK" or the like.`;
}

/** Where the body of a request ends. */
export function requestFraming(head: RequestHead): Framing | Malformed {
  if (headerValue(head, 'transfer-encoding') !== undefined) {
    return isChunked(head)
      ? { kind: 'chunked' }
      : {
          malformed: 'The request has a Transfer-Encoding other than chunked: its end is unknown.',
        };
  }
  return lengthFraming(head) ?? { kind: 'none' };
}

/**
 * Where the body of an answer ends.
 *
 * @param method what was asked: an answer to HEAD has no body whatever its head says
 * @see https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length
 */
export function responseFraming(head: ResponseHead, method: string): Framing | Malformed {
  const { status } = head;
  if (status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)) {
    return { kind: 'opaque' };
  }
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') {
    return { kind: 'none' };
  }
  // HTTP/1.0 knows no chunks: browsers take the sizes for text then, and so does this.
  if (headerValue(head, 'transfer-encoding') !== undefined && head.version !== 'HTTP/1.0') {
    return { kind: isChunked(head) ? 'chunked' : 'until-close' };
  }
  return lengthFraming(head) ?? { kind: 'until-close' };
}

function isChunked(head: { headers: HeaderLine[] }): boolean {
  const codings = (headerValue(head, 'transfer-encoding') ?? '').split(',');
  return codings.at(-1)!.trim().toLowerCase() === 'chunked';
}

function lengthFraming(head: { headers: HeaderLine[] }): Framing | Malformed | undefined {
  const value = headerValue(head, 'content-length');
  if (value === undefined) return undefined;
  const lengths = new Set(value.split(',').map((text) => text.trim()));
  const [length = ''] = lengths;
  if (lengths.size > 1 || !/^[0-9]{1,15}$/.test(length)) {
    return {
      malformed: `${quoted(value)} is not a Content-Length: one whole number was expected.`,
    };
  }
  return { kind: 'length', length: Number(length) };
}

/** The first line, the header lines, and where all of them are. */
function readLines(
  bytes: Uint8Array,
  start: number,
): { first: string; headers: HeaderLine[]; span: Span } | Malformed {
  let offset = 0;
  // Line ends before the first line are left over from an earlier body; all servers skip them.
  while (bytes[offset] === CR || bytes[offset] === LF) offset++;
  const span: Span = { start: start + offset, end: start + bytes.length };
  let first: string | undefined;
  const headers: HeaderLine[] = [];

  while (offset < bytes.length) {
    let end = bytes.indexOf(LF, offset);
    if (end === -1) end = bytes.length;
    const next = end + 1;
    if (end > offset && bytes[end - 1] === CR) end--;
    if (end === offset) break;
    const line = latin1(bytes.subarray(offset, end));
    const place = { start: start + offset, end: start + end };
    offset = next;

    if (first === undefined) {
      first = line;
      continue;
    }
    if (/^[ \t]/.test(line) && headers.length > 0) {
      // An old way to continue a value on the next line.
      const last = headers.at(-1)!;
      last.value = `${last.value} ${line.trim()}`.trim();
      last.span.end = place.end;
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!TOKEN.test(name)) {
      return { malformed: `${quoted(line)} is not a header line: "Name: value" was expected.` };
    }
    headers.push({
      name,
      value: line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ''),
      span: place,
    });
    if (headers.length > MAX_HEADER_LINES) {
      return { malformed: `The head has more than ${MAX_HEADER_LINES} header lines.` };
    }
  }
  return { first: first ?? '', headers, span };
}

/** Bytes as text, one character each: header values have no other encoding that all agree on. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Text from the wire inside a sentence: short, and with nothing that a terminal would obey. */
export function quoted(text: string): string {
  const more = text.length > 60 ? '…' : '';
  return `"${visible(Buffer.from(text.slice(0, 60), 'latin1'))}${more}"`;
}
