// Answers that provoke a finding, and others, as odd, that do not. The text that each one provokes is
// kept in fixtures/findings.txt, so that a change of wording is a difference one can review.
import { concat } from '../../scripts/wire/bytes.ts';
import type { FindingId, Level, Look } from '../../scripts/wire/findings.ts';
import type { HeaderLine, ResponseHead } from '../../scripts/wire/http.ts';

/** One answer: a head, a body in pieces, and what is known of its course. */
export interface Case {
  id: FindingId;
  name: string;
  /** The level, where the table leaves a choice. */
  level?: Level;
  head: ResponseHead;
  /** The body, and when each part of it came (milliseconds). */
  pieces: { offset: number; bytes: Uint8Array; at: number }[];
  look: Look;
  /** Look for the blank line that is missing, not for everything. */
  missing?: boolean;
}

type Bytes = string | (string | number)[];
/** Bytes that came at once, or under each time those that came then. */
type Wire = Bytes | Record<number, Bytes>;
interface Facts extends Omit<Look, 'head' | 'pieces'> {
  status?: string;
  headers?: string[];
  level?: Level;
  missing?: boolean;
}

const encoder = new TextEncoder();
const GOOD_HEADERS = ['Content-Type: text/event-stream', 'Cache-Control: no-store'];
/** What Node adds by itself, in this order. */
const NODE_HEADERS = [
  'Date: Fri, 20 Nov 2026 06:55:24 GMT',
  'Connection: keep-alive',
  'Keep-Alive: timeout=5',
  'Transfer-Encoding: chunked',
];

const EVENT = 'id: 1\ndata: a\n\n';
const MARK = '\uFEFF';
/** 4096 bytes that end inside an event. */
const A_FULL_BUFFER = [0, 1, 2, 3]
  .map((id) => `id: ${id}\ndata: ${'x'.repeat(1100)}\n\n`)
  .join('')
  .slice(0, 4096);
/** 4096 bytes that end with an event. */
const WHOLE_EVENTS = `id: 1\ndata: ${'x'.repeat(50)}\n\n`.repeat(64);
/** Ten events, 20 bytes each. */
const TEN = Array.from({ length: 10 }, (_, id) => `id: ${id}\ndata: 123456\n\n`).join('');

/** What each finding is found in. */
export const provoking: Case[] = [
  ...[
    answer('status', '404', EVENT, { status: '404 Not Found' }),
    answer('status', '500 with a type', EVENT, { status: '500 Internal Server Error' }),
    answer('status', '204', '', { status: '204 No Content', headers: [] }),
    answer('status', 'a redirect', '', {
      status: '307 Temporary Redirect',
      headers: ['Location: /elsewhere'],
    }),
    answer('status', '401', '', { status: '401 Unauthorized' }),
    answer('status', '405', '', { status: '405 Method Not Allowed' }),
    answer('status', 'no reason', '', { status: '503' }),
  ],
  ...[
    answer('content-type', 'none', EVENT, { headers: ['Cache-Control: no-store'] }),
    answer('content-type', 'plain text', EVENT, { headers: ['Content-Type: text/plain'] }),
    answer('content-type', 'a charset that is not UTF-8', EVENT, {
      headers: ['Content-Type: text/event-stream; charset=iso-8859-1'],
    }),
    answer('content-type', 'UTF-8 under a name that Chrome refuses', EVENT, {
      headers: ['Content-Type: text/event-stream;charset="utf8"'],
    }),
    answer('content-type', 'a longer type', EVENT, {
      headers: ['Content-Type: text/event-stream2'],
    }),
    answer('content-type', 'the right one and then another', EVENT, {
      headers: ['Content-Type: text/event-stream', 'Content-Type: text/html'],
    }),
  ],
  ...[
    answer('cacheable', 'no Cache-Control', EVENT, {
      headers: ['Content-Type: text/event-stream'],
    }),
    answer('cacheable', 'a time to keep it', EVENT, {
      headers: ['Content-Type: text/event-stream', 'Cache-Control: public, max-age=60'],
    }),
    answer('cacheable', 'a directive that only looks like one', EVENT, {
      headers: ['Content-Type: text/event-stream', 'Cache-Control: no-storey'],
    }),
  ],
  ...[
    answer('content-length', 'a length', EVENT, {
      headers: [...GOOD_HEADERS, 'Content-Length: 16'],
    }),
    answer('content-length', 'a length of nothing', '', {
      headers: [...GOOD_HEADERS, 'content-length: 0'],
    }),
  ],
  ...[
    answer('compressed', 'gzip', [0x1f, 0x8b], {
      headers: [...GOOD_HEADERS, 'Content-Encoding: gzip'],
    }),
    answer('compressed', 'two codings', [1], {
      headers: [...GOOD_HEADERS, 'Content-Encoding: br, gzip'],
    }),
  ],
  ...[
    answer('hop-by-hop', 'Connection by hand, as in many a tutorial', EVENT, {
      headers: [
        ...GOOD_HEADERS,
        'Connection: keep-alive',
        'Date: Fri, 20 Nov 2026 06:55:24 GMT',
        'Transfer-Encoding: chunked',
      ],
    }),
    answer('hop-by-hop', 'Keep-Alive by hand', EVENT, {
      headers: ['Keep-Alive: timeout=600', ...GOOD_HEADERS, ...NODE_HEADERS],
    }),
    answer('hop-by-hop', 'Connection: close by hand', EVENT, {
      headers: [...GOOD_HEADERS, 'connection: close', 'Date: Fri, 20 Nov 2026 06:55:24 GMT'],
    }),
  ],
  ...[
    answer('head-late', 'a head that waits for the first event', { 1020: EVENT }, { headAt: 1020 }),
    answer(
      'head-late',
      'the same with a clock that runs 50 times as fast',
      { 40: EVENT },
      {
        headAt: 40,
        speed: 50,
      },
    ),
  ],
  ...[
    answer(
      'held-back',
      'ten events at the very end',
      { 10050: TEN },
      {
        level: 'warning',
        headAt: 50,
        ending: 'complete',
        endedAt: 10_060,
      },
    ),
    answer(
      'held-back',
      'a buffer of 4096 bytes is full',
      { 8000: A_FULL_BUFFER },
      {
        level: 'warning',
        headAt: 5,
      },
    ),
    answer(
      'held-back',
      'as many bytes as a buffer has, and no event cut',
      { 8000: WHOLE_EVENTS },
      { level: 'note', headAt: 5 },
    ),
    answer(
      'held-back',
      'ten events at once, and then no more',
      { 10: EVENT, 5010: TEN },
      {
        level: 'note',
        headAt: 5,
      },
    ),
    answer(
      'held-back',
      'events at the end of an answer that has begun before',
      { 10: EVENT, 5010: TEN },
      {
        level: 'note',
        headAt: 5,
        ending: 'closed',
        endedAt: 5010,
      },
    ),
  ],
  ...[
    answer('silent', 'no byte in a minute', '', { level: 'warning', headAt: 20, watched: 60_020 }),
    answer(
      'silent',
      'events, and then nothing',
      { 1000: EVENT },
      {
        level: 'warning',
        headAt: 20,
        ending: 'left',
        endedAt: 46_000,
      },
    ),
    answer('silent', 'no byte in five seconds', '', { level: 'note', headAt: 20, watched: 5020 }),
  ],
  ...[
    answer('not-framed', 'the time and nothing else', '12:00:01\n12:00:02\n'),
    answer('not-framed', 'a page of HTML', '<!doctype html>\n<title>Station</title>\n<p>12:00</p>'),
    answer('not-framed', 'JSON, a line each', '{"time":"12:00:01"}\n\n{"time":"12:00:02"}\n\n'),
    answer('not-framed', 'text without a line end', '12:00:0112:00:02'),
    answer('not-framed', 'UTF-16', [0xff, 0xfe, 'd\0a\0t\0a\0:\0', 0x0a, 0, 0x0a, 0]),
  ],
  ...[
    answer('unknown-field', 'a capital letter', 'Data: a\n\n', { level: 'error' }),
    answer('unknown-field', 'a space before the colon', 'data : a\n\n', { level: 'error' }),
    answer('unknown-field', 'a space before the name', ' data: a\n\n', { level: 'error' }),
    answer('unknown-field', 'a mark before the name', `${EVENT}${MARK}data: b\n\n`, {
      level: 'error',
    }),
    answer('unknown-field', 'two letters exchanged', 'daat: a\n\n', { level: 'error' }),
    answer('unknown-field', 'one data line of two', 'data: a\nDATA: b\n\n', { level: 'error' }),
    answer('unknown-field', 'an event type', 'Event: delay\ndata: a\n\n', { level: 'error' }),
    answer('unknown-field', 'another protocol', `${EVENT}message: a\n\n`, { level: 'error' }),
    answer('unknown-field', 'an ID', 'ID: 7\ndata: a\n\n', { level: 'warning' }),
    answer('unknown-field', 'a reconnection time', 'Retry: 7\n\n', { level: 'warning' }),
    answer('unknown-field', 'a slip where the event comes all the same', 'evnt: x\ndata: a\n\n', {
      level: 'warning',
    }),
    answer('unknown-field', 'a field of one\u2019s own', 'priority: 1\ndata: a\n\n', {
      level: 'warning',
    }),
  ],
  ...[
    answer('line-break-in-data', 'pretty-printed JSON', 'data: {\n  "id": 1,\n  "track": 4\n}\n\n'),
    answer(
      'line-break-in-data',
      'a list of JSON',
      'event: x\ndata: [\n  "event: y",\n  "z"\n]\n\n',
    ),
    answer('line-break-in-data', 'text of two lines', 'data: Mind\nthe gap\n\n'),
    answer('line-break-in-data', 'a carriage return', 'id: 1\ndata: Mind\rthe gap\n\n'),
    answer('line-break-in-data', 'an event that is not over', 'data: Mind\nthe gap\n'),
  ],
  ...[
    answer('no-data', 'a type alone', 'event: delay\n\n'),
    answer('no-data', 'a blank line between type and data', 'event: delay\nid: 1\n\ndata: a\n\n'),
    answer('no-data', 'with CRLF', `${EVENT}event: delay\r\n\r\n`),
  ],
  ...[
    answer('run-together', 'two types', 'event: x\ndata: a\nevent: y\ndata: b\n\n'),
    answer('run-together', 'two IDs', 'id: 1\ndata: a\nid: 2\ndata: b\n\n'),
    answer('run-together', 'an event that is not over', 'id: 1\ndata: a\nid: 2\n'),
    answer(
      'run-together',
      'three of them, the stream still open',
      { 1000: 'id: 1\ndata: a\n', 2000: 'id: 2\ndata: b\n', 3000: 'id: 3\ndata: c\n' },
      { missing: true },
    ),
  ],
  ...[
    answer('unfinished-event', 'no blank line at the end', `${EVENT}data: b\n`, {
      ending: 'complete',
      endedAt: 2004,
    }),
    answer('unfinished-event', 'not even the end of the line', `${EVENT}id: 2\ndata: b`, {
      ending: 'closed',
      endedAt: 2004,
    }),
    answer('unfinished-event', 'a connection that breaks', `${EVENT}data: b\nda`, {
      ending: 'cut',
      endedAt: 2004,
    }),
    answer(
      'unfinished-event',
      'one line end in place of two',
      { 1003: 'data: 12:00:01\n' },
      { missing: true },
    ),
    answer(
      'unfinished-event',
      'the same, three seconds later',
      { 1003: 'data: 12:00:01\n', 2003: 'data: 12:00:02\n', 3003: 'data: 12:00:03\n' },
      { missing: true },
    ),
    answer(
      'unfinished-event',
      'one CRLF in place of two',
      { 1003: 'event: tick\r\ndata: 1\r\n' },
      {
        missing: true,
      },
    ),
    answer('unfinished-event', 'one CR in place of two', { 1003: 'data: 1\r' }, { missing: true }),
    answer(
      'unfinished-event',
      'no line end at all',
      { 1003: 'data: 12:00:01', 2003: 'data: 12:00:02' },
      {
        missing: true,
      },
    ),
    answer(
      'unfinished-event',
      'backslashes in place of line ends',
      { 1003: 'data: 12:00:01\\n\\n' },
      {
        missing: true,
      },
    ),
    answer(
      'unfinished-event',
      'a heartbeat that works before an event that does not',
      { 3: ': hello\n\n', 1003: 'data: 1\n' },
      { missing: true },
    ),
  ],
  ...[
    answer('bad-retry', 'a unit', 'retry: 200ms\ndata: a\n\n'),
    answer('bad-retry', 'seconds', 'retry: 2s\n\n'),
    answer('bad-retry', 'a second space', 'retry:  3000\n\n'),
    answer('bad-retry', 'a negative number', 'retry: -1\n\n'),
    answer('bad-retry', 'nothing', 'retry\n\n'),
  ],
  ...[
    answer('bad-id', 'a NUL', 'id: 4\x002\ndata: a\n\n'),
    answer('bad-id', 'nothing but a NUL', 'data: a\nid: \0\n\n'),
  ],
  ...[
    answer('not-utf8', 'Latin-1', ['id: 1\ndata: Z', 0xfc, 'rich\n\n']),
    answer('not-utf8', 'half a character', ['data: ', 0xe4, 0xb8, '\ndata: ', 0xad, '\n\n']),
    answer('not-utf8', 'in a comment', [': caf', 0xe9, '\n\ndata: a\n\n']),
  ],
  ...[
    answer('stray-bom', 'a second file', `${MARK}data: a\n\n${MARK}data: b\n\n`),
    answer('stray-bom', 'in a value', `data: ${MARK}a\n\n`),
    answer('stray-bom', 'twice at the start', `${MARK}${MARK}: hello\n\ndata: a\n\n`),
  ],
  ...[
    answer('reserved-type', 'error', 'event: error\ndata: no train\n\n'),
    answer('reserved-type', 'open', 'data: 1\nevent:open\n\n'),
  ],
  ...[
    answer('no-ids', 'one event', 'data: a\n\n'),
    answer('no-ids', 'three events', 'data: a\n\nid:\ndata: b\n\ndata: c\n\n'),
  ],
  ...[
    answer('ends', 'after one event', EVENT, { ending: 'complete', endedAt: 2004 }),
    answer('ends', 'with a reconnection time', `retry: 500\n${TEN}`, {
      ending: 'closed',
      endedAt: 10_004,
    }),
    answer('ends', 'with nothing', '', { ending: 'complete', endedAt: 4 }),
  ],
];

/** What is as odd, and right: the finding must not be found in it. */
export const quiet: Case[] = [
  ...[
    answer('status', '200 with another reason', EVENT, { status: '200 Fine' }),
    answer('status', '200 without a reason', EVENT, { status: '200' }),
  ],
  ...[
    answer('content-type', 'in capitals', EVENT, { headers: ['CONTENT-TYPE: TEXT/EVENT-STREAM'] }),
    answer('content-type', 'UTF-8 in quotes, behind another parameter', EVENT, {
      headers: ['Content-Type: text/event-stream ; v=1; charset="UTF-8"'],
    }),
    answer('content-type', 'another one and then the right one', EVENT, {
      headers: ['Content-Type: text/html, text/event-stream'],
    }),
  ],
  ...[
    answer('cacheable', 'no-cache among others', EVENT, {
      headers: [
        'Content-Type: text/event-stream',
        'Cache-Control: private, No-Cache, no-transform',
      ],
    }),
    answer('cacheable', 'the answer to a POST', EVENT, {
      method: 'POST',
      headers: ['Content-Type: text/event-stream'],
    }),
  ],
  ...[
    answer('content-length', 'chunked', EVENT, { headers: [...GOOD_HEADERS, ...NODE_HEADERS] }),
    answer('content-length', 'until the connection closes', EVENT, {
      ending: 'closed',
      endedAt: 3,
    }),
  ],
  ...[
    answer('compressed', 'no coding', EVENT),
    answer('compressed', 'the coding that is none', EVENT, {
      headers: [...GOOD_HEADERS, 'Content-Encoding: identity'],
    }),
  ],
  ...[
    answer('hop-by-hop', 'what Node adds by itself', EVENT, {
      headers: [...GOOD_HEADERS, ...NODE_HEADERS],
    }),
    answer('hop-by-hop', 'what nginx adds by itself', EVENT, {
      headers: [
        ...[
          'Server: nginx',
          'Date: Fri, 20 Nov 2026 06:55:24 GMT',
          'Content-Type: text/event-stream',
        ],
        ...['Transfer-Encoding: chunked', 'Connection: keep-alive', 'Cache-Control: no-store'],
      ],
    }),
    answer('hop-by-hop', 'a bare close of a server without a clock', EVENT, {
      headers: ['Connection: close', ...GOOD_HEADERS],
    }),
  ],
  ...[
    answer('head-late', 'a head at once, an event a second later', { 1003: EVENT }, { headAt: 3 }),
    answer('head-late', 'head and event together, at once', { 40: EVENT }, { headAt: 40 }),
    answer(
      'head-late',
      'a slow answer that sends its head before it has an event',
      { 2500: EVENT },
      {
        headAt: 1500,
      },
    ),
    answer('head-late', 'a slow connection', { 1603: EVENT }, { connectedAt: 1500, headAt: 1600 }),
  ],
  ...[
    answer('held-back', 'a history that is replayed at once', { 5: TEN }, { headAt: 3 }),
    answer(
      'held-back',
      'one event a second',
      { 1003: EVENT, 2003: EVENT, 3003: EVENT },
      { headAt: 3 },
    ),
    answer(
      'held-back',
      "a language model's words, quick after a long thought, to the end",
      Object.fromEntries(Array.from({ length: 20 }, (_, word) => [2500 + word * 15, EVENT])),
      { headAt: 3, ending: 'complete', endedAt: 2800 },
    ),
    answer('held-back', 'two events after a silence', { 9000: EVENT + EVENT }, { headAt: 3 }),
    answer(
      'held-back',
      'many heartbeats after a silence',
      { 9000: ':\n\n:\n\n:\n\n:\n\n' },
      { headAt: 3 },
    ),
  ],
  ...[
    answer(
      'silent',
      'a heartbeat every fifteen seconds',
      { 15000: ':\n\n', 30000: ':\n\n' },
      {
        headAt: 3,
        watched: 40_000,
      },
    ),
    answer(
      'silent',
      'a heartbeat without its blank line',
      { 15000: ':\n', 30000: ':\n' },
      {
        headAt: 3,
        watched: 40_000,
      },
    ),
    answer('silent', 'a stream that has ended', '', {
      headAt: 3,
      ending: 'complete',
      endedAt: 60_000,
    }),
    answer('silent', 'a short look with one event', { 10: EVENT }, { headAt: 3, watched: 5000 }),
  ],
  ...[
    answer('not-framed', 'nothing but comments', ': one\n:two\n\n:\n\n'),
    answer('not-framed', 'blank lines', '\n\r\n\r\r\n'),
    answer('not-framed', 'data alone on its line', 'data\n\n'),
    answer('not-framed', 'the first letters of a field', 'da'),
    answer('not-framed', 'text before the first event', 'hello\n\ndata: a\n\n'),
  ],
  ...[
    answer('unknown-field', 'no space after the colon', 'data:a\nid:1\n\n'),
    answer('unknown-field', 'no colon', 'data\nid\nevent\n\n'),
    answer('unknown-field', 'names in comments', ': Data: a\n:data : b\n\n'),
    answer('unknown-field', 'a mark at the start', `${MARK}data: a\n\n`),
    answer('unknown-field', 'a name that is not over', 'data: a\n\ndat'),
  ],
  ...[
    answer('line-break-in-data', 'several data lines', 'data: {\ndata:   "id": 1\ndata: }\n\n'),
    answer(
      'line-break-in-data',
      'fields and comments behind the data',
      'data: a\n: b\nid: 1\nevent: x\n\n',
    ),
    answer(
      'line-break-in-data',
      'a field of one\u2019s own behind the data',
      'data: a\npriority: 1\n\n',
    ),
    answer('line-break-in-data', 'CR as the line end throughout', 'data: a\rdata: b\r\r'),
    answer(
      'line-break-in-data',
      'a line break that JSON writes as two characters',
      'data: "a\\nb"\n\n',
    ),
  ],
  ...[
    answer('no-data', 'empty data', 'event: x\ndata:\n\n'),
    answer('no-data', 'data without a colon', 'event: x\ndata\n\n'),
    answer('no-data', 'an ID or a reconnection time alone', 'id: 1\n\nretry: 10\n\n'),
    answer('no-data', 'an empty type', 'event:\n\n'),
    answer('no-data', 'a block that is not over', 'event: x\n'),
  ],
  ...[
    answer('run-together', 'several data lines', 'event: x\nid: 1\ndata: a\ndata: b\ndata: c\n\n'),
    answer('run-together', 'several reconnection times', 'retry: 1\nretry: 2\ndata: a\n\n'),
    answer('run-together', 'many blank lines', 'event: x\ndata: a\n\n\n\nevent: x\ndata: b\n\n'),
  ],
  ...[
    answer('unfinished-event', 'a comment at the end', `${EVENT}: bye`, {
      ending: 'complete',
      endedAt: 9,
    }),
    answer('unfinished-event', 'a reconnection time at the end', `${EVENT}retry: 10\n`, {
      ending: 'complete',
      endedAt: 9,
    }),
    answer('unfinished-event', 'a stream that is open still', `${EVENT}data: b\n`),
    answer('unfinished-event', 'a stream that we have left', `${EVENT}data: b`, {
      ending: 'left',
      endedAt: 9,
    }),
    answer('unfinished-event', 'CR, and the LF did not come', 'data: a\r\n\r', {
      ending: 'closed',
      endedAt: 9,
    }),
    answer('unfinished-event', 'an event has come before', `${EVENT}data: b\n`, { missing: true }),
    answer('unfinished-event', 'nothing but heartbeats', ':\n:\n:', { missing: true }),
    answer('unfinished-event', 'a blank line in CR', 'data: a\r\r', { missing: true }),
    answer('unfinished-event', 'no byte yet', '', { missing: true }),
  ],
  ...[
    answer('bad-retry', 'zeros in front', 'retry: 0003000\n\n'),
    answer('bad-retry', 'no space', 'retry:0\n\n'),
    answer('bad-retry', 'in a comment', ': retry: soon\n\n'),
  ],
  ...[
    answer('bad-id', 'spaces and letters of all kinds', 'id: Gleis 中🚂 \ndata: a\n\n'),
    answer('bad-id', 'empty', 'id:\ndata: a\n\n'),
    answer('bad-id', 'NUL in the data', 'id: 1\ndata: a\0b\n\n'),
  ],
  ...[
    answer('not-utf8', 'characters of four bytes, one byte at a time', 'data: 🚂\n\n'),
    answer('not-utf8', 'the replacement character itself', 'data: \uFFFD\n\n'),
    answer('not-utf8', 'a character that is not whole yet', {
      1: EVENT,
      2: ['data: ', 0xf0, 0x9f],
    }),
  ],
  ...[
    answer('stray-bom', 'at the start', `${MARK}data: a\n\n`),
    answer('stray-bom', 'at the start, before a comment', `${MARK}: hello\n\n`),
    answer('stray-bom', 'other characters of three bytes', 'data: ￾ﷰ中\n\n'),
  ],
  ...[
    answer('reserved-type', 'message', 'event: message\ndata: a\n\n'),
    answer('reserved-type', 'with a capital', 'event: Error\ndata: a\n\n'),
    answer('reserved-type', 'a longer one', 'event: open-door\ndata: error\n\n'),
  ],
  ...[
    answer('no-ids', 'an ID in a block of its own', 'id: 7\n\ndata: a\n\n'),
    answer('no-ids', 'no event', ': hello\n\n'),
  ],
  ...[
    answer('ends', 'a stream that is open still', EVENT),
    answer('ends', 'a stream that we have left', EVENT, { ending: 'left', endedAt: 9 }),
    answer('ends', 'a connection that breaks', EVENT, { ending: 'cut', endedAt: 9 }),
  ],
];

function answer(id: FindingId, name: string, wire: Wire, facts: Facts = {}): Case {
  const { status = '200 OK', headers = GOOD_HEADERS, level, missing, ...look } = facts;
  const [code = '', ...reason] = status.split(' ');
  const nowhere = { start: 0, end: 0 };
  const head: ResponseHead = {
    version: 'HTTP/1.1',
    status: Number(code),
    reason: reason.join(' '),
    headers: headers.map((line): HeaderLine => {
      const colon = line.indexOf(':');
      return { name: line.slice(0, colon), value: line.slice(colon + 1).trim(), span: nowhere };
    }),
    span: nowhere,
  };
  const pieces = piecesOf(wire);
  return {
    id,
    name,
    ...(level && { level }),
    ...(missing && { missing }),
    head,
    pieces,
    look: { headAt: 2, ...look, head, pieces },
  };
}

function piecesOf(wire: Wire): Case['pieces'] {
  const timed = typeof wire === 'string' || Array.isArray(wire) ? { 3: wire } : wire;
  let offset = 0;
  // The keys of an object that are whole numbers stand in the order of numbers.
  return Object.entries(timed).flatMap(([at, source]) => {
    const parts = typeof source === 'string' ? [source] : source;
    const bytes = concat(
      parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : Uint8Array.of(part))),
    );
    if (bytes.length === 0) return [];
    offset += bytes.length;
    return [{ offset: offset - bytes.length, bytes, at: Number(at) }];
  });
}
