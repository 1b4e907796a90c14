// Event streams, each named for the one rule of the HTML standard that it shows, with what a client
// makes of it. Three tests read this list: our own reader, eventsource-parser, and the EventSource
// of a real browser.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import { concat } from '../../scripts/wire/bytes.ts';

export interface ExpectedEvent {
  type: string;
  data: string;
  lastEventId: string;
}

/** Another reading than the standard's: why, and what comes of it. */
export interface Departure {
  why: string;
  events: ExpectedEvent[];
}

export interface Stream {
  name: string;
  bytes: Uint8Array;
  events: ExpectedEvent[];
  /** What a client sends as `Last-Event-ID` when it comes back. */
  lastEventId: string;
  /** Milliseconds; undefined where the stream sets none. */
  reconnectionTime: number | undefined;
  /** The bytes after the last blank line, as text; undefined where there are none. */
  unfinished: string | undefined;
  /** Where eventsource-parser 3.1.1 reads it otherwise. */
  parserDeparts?: Departure;
  /** Where Chromium reads it otherwise. */
  chromiumDeparts?: Departure;
}

const encoder = new TextEncoder();
const BOM = '\uFEFF';

export const corpus: Stream[] = [
  // Line ends
  stream('lines that end in LF', 'data: a\n\ndata: b\n\n', ['a', 'b']),
  stream('lines that end in CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']),
  stream('lines that end in CR', 'data: a\r\rdata: b\r\r', ['a', 'b']),
  stream(
    'a line that ends in CR, and a blank one in LF, are CRLF: one line end',
    'data: a\r\n',
    [],
    {
      unfinished: 'data: a\r\n',
    },
  ),
  stream('a line that ends in LF, and a blank one in CR', 'data: a\n\rdata: b\n\r', ['a', 'b']),
  stream('a blank line of LF and CR after CRLF is two', 'data: a\r\n\n\rdata: b\r\n\n', ['a', 'b']),
  stream('all three line ends in one event', 'event: x\rid: 1\r\ndata: a\n\r\n', [
    { type: 'x', data: 'a', id: '1' },
  ]),
  stream('CR CR LF is a line end and a blank line', 'data: a\r\r\ndata: b\r\r\n', ['a', 'b']),
  stream('form feed, NEL and U+2028 end no line', 'data: a\fb\u0085c\u2028d\u2029e\vf\n\n', [
    'a\fb\u0085c\u2028d\u2029e\vf',
  ]),
  stream('many blank lines dispatch one event', '\n\n\ndata: a\n\n\n\n\ndata: b\n\n', ['a', 'b']),

  // Byte order marks
  stream('a byte order mark at the start is no part of the text', `${BOM}data: a\n\n`, ['a']),
  stream('of two byte order marks the second spoils the field', `${BOM}${BOM}data: a\n\n`, []),
  stream('a byte order mark before a later line spoils its field', `data: a\n\n${BOM}data: b\n\n`, [
    'a',
  ]),
  stream('a byte order mark in a value is text', `data: ${BOM}a${BOM}\n\n`, [`${BOM}a${BOM}`]),
  stream('a byte order mark right after the colon is text', `data:${BOM}a\n\n`, [`${BOM}a`]),
  stream(
    'a byte order mark alone on the first line leaves it blank',
    `${BOM}\ndata: a\n\n`,
    ['a'],
    {
      chromiumDeparts: {
        why: 'it does not look for a line end in the byte after the mark, and so spoils the next field',
        events: [],
      },
    },
  ),
  stream('a byte order mark before a comment', `${BOM}: note\n\ndata: a\n\n`, ['a']),
  stream('two thirds of a byte order mark are an unknown field', [0xef, 0xbb, 'data: a\n\n'], []),
  stream('the mark of UTF-16 is an unknown field', [0xff, 0xfe, 'data: a\n\n'], []),
  stream('a text that only looks like a byte order mark is text', 'ï»¿data: a\n\n', [], {
    parserDeparts: {
      why: 'it takes U+00EF U+00BB U+00BF from the front, the mark in text decoded as Latin-1',
      events: [{ type: 'message', data: 'a', lastEventId: '' }],
    },
  }),
  stream('nothing at all', '', []),
  stream('a byte order mark and nothing else', BOM, [], { unfinished: undefined }),

  // Data
  stream('several data lines are joined by line feeds', 'data: a\ndata: b\ndata: c\n\n', [
    'a\nb\nc',
  ]),
  stream('an empty value dispatches an empty event', 'data:\n\n', ['']),
  stream('a space alone is an empty value', 'data: \n\n', ['']),
  stream('data without a colon is an empty value', 'data\n\n', ['']),
  stream('two data lines without a colon are one line feed', 'data\ndata\n\n', ['\n']),
  stream('empty data lines at the end are kept', 'data: a\ndata\ndata:\n\n', ['a\n\n']),
  stream('empty data lines at the start are kept', 'data\ndata: a\n\n', ['\na']),
  stream('no space after the colon', 'data:a\n\n', ['a']),
  stream('only one space after the colon is taken', 'data:  a \n\n', [' a ']),
  stream('a tab after the colon is text', 'data:\ta\n\n', ['\ta']),
  stream('a second colon is text', 'data: a: b:\n\n', ['a: b:']),
  stream('a value that begins with a colon', 'data::a\n\ndata: :b\n\n', [':a', ':b']),
  stream('JSON is text', 'data: {"a":"\\n","b":[1,2]}\n\n', ['{"a":"\\n","b":[1,2]}']),
  stream('data lines around other fields are one value', 'data: a\nid: 1\n: c\ndata: b\n\n', [
    { data: 'a\nb', id: '1' },
  ]),
  stream('NUL in data is text', 'data: a\0b\n\n', ['a\0b']),
  stream('an event of 10000 characters', `data: ${'0123456789'.repeat(1000)}\n\n`, [
    '0123456789'.repeat(1000),
  ]),

  // Event types
  stream('an event with a type', 'event: delay\ndata: a\n\n', [{ type: 'delay', data: 'a' }]),
  stream('the type holds for one event only', 'event: x\ndata: a\n\ndata: b\n\n', [
    { type: 'x', data: 'a' },
    'b',
  ]),
  stream('an empty type is the default type', 'event:\ndata: a\n\nevent\ndata: b\n\n', ['a', 'b']),
  stream('of two types the last one counts', 'event: x\nevent: y\ndata: a\n\n', [
    { type: 'y', data: 'a' },
  ]),
  stream('an empty type takes an earlier one back', 'event: x\nevent\ndata: a\n\n', ['a']),
  stream('a type without data is nothing, and is forgotten', 'event: x\n\ndata: a\n\n', ['a']),
  stream('the type may follow the data', 'data: a\nevent: x\n\n', [{ type: 'x', data: 'a' }]),
  stream('spaces around a type are part of it', 'event:  x \ndata: a\n\n', [
    { type: ' x ', data: 'a' },
  ]),
  stream('a type with capitals and other letters', 'event: Zug Ä🚂\ndata: a\n\n', [
    { type: 'Zug Ä🚂', data: 'a' },
  ]),
  stream('the type message is the default type', 'event: message\ndata: a\n\n', ['a']),
  stream(
    'the types open and error are dispatched',
    'event: open\ndata: a\n\nevent: error\ndata: b\n\n',
    [
      { type: 'open', data: 'a' },
      { type: 'error', data: 'b' },
    ],
  ),

  // IDs
  stream('an id stays for the events that follow', 'id: 1\ndata: a\n\ndata: b\n\n', [
    { data: 'a', id: '1' },
    { data: 'b', id: '1' },
  ]),
  stream('an id in a block of its own counts', 'id: 7\n\ndata: a\n\n', [{ data: 'a', id: '7' }]),
  stream('an id alone is sent when the client comes back', 'data: a\n\nid: 7\n\n', ['a'], {
    lastEventId: '7',
  }),
  stream('an empty id takes the last one back', 'id: 1\ndata: a\n\nid:\ndata: b\n\n', [
    { data: 'a', id: '1' },
    'b',
  ]),
  stream('id without a colon takes the last one back', 'id: 1\ndata: a\n\nid\ndata: b\n\n', [
    { data: 'a', id: '1' },
    'b',
  ]),
  stream('an id with NUL is ignored', 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n', [
    { data: 'a', id: '1' },
    { data: 'b', id: '1' },
  ]),
  stream('of two ids the last valid one counts', 'id: 1\nid: 2\nid: \0\ndata: a\n\n', [
    { data: 'a', id: '2' },
  ]),
  stream('the id may follow the data', 'data: a\nid: 1\n\n', [{ data: 'a', id: '1' }]),
  stream('an id that is not ASCII', 'id: Gleis 中🚂\ndata: a\n\n', [
    { data: 'a', id: 'Gleis 中🚂' },
  ]),
  stream('an id with spaces inside', 'id: a b\ndata: a\n\n', [{ data: 'a', id: 'a b' }]),
  stream(
    'an id of an unfinished event does not count',
    'id: 1\ndata: a\n\nid: 2\ndata: b\n',
    [{ data: 'a', id: '1' }],
    { unfinished: 'id: 2\ndata: b\n' },
  ),

  // Reconnection time
  stream('retry sets the reconnection time', 'retry: 30\n\ndata: a\n\n', ['a'], {
    reconnectionTime: 30,
  }),
  stream('retry counts without a blank line', 'data: a\n\nretry: 30\n', ['a'], {
    reconnectionTime: 30,
    unfinished: 'retry: 30\n',
  }),
  stream(
    'of two retry fields the last valid one counts',
    'retry: 10\nretry: 30\nretry: 5x\ndata: a\n\n',
    ['a'],
    { reconnectionTime: 30 },
  ),
  stream('retry with zeros in front is a decimal number', 'retry: 0030\ndata: a\n\n', ['a'], {
    reconnectionTime: 30,
  }),
  stream('retry of zero', 'retry: 0\ndata: a\n\n', ['a'], { reconnectionTime: 0 }),
  ...['200ms', '-1', '+1', '1.5', '1e3', ' 30', '30 ', '٣٠', '30\0', 'soon'].map((value) =>
    stream(`retry of ${JSON.stringify(value)} is ignored`, `retry: ${value}\ndata: a\n\n`, ['a']),
  ),
  stream('retry without a value is ignored', 'retry:\ndata: a\n\nretry\ndata: b\n\n', ['a', 'b']),

  // Comments and unknown fields
  stream('comments give nothing', ': one\n:two\n:\n\n', []),
  stream('a comment inside an event', 'data: a\n: data: x\ndata: b\n\n', ['a\nb']),
  stream('a comment with a colon', '::data: a\n\n', []),
  stream('a heartbeat without a blank line', ':\n:\ndata: a\n\n', ['a']),
  stream('unknown fields are ignored', 'datum: x\ndata: a\nevents: x\nid2: x\n\n', ['a']),
  stream('field names mind capitals', 'Data: a\nDATA: b\nEvent: x\ndata: c\n\n', ['c']),
  stream('a space before the colon is part of the name', 'data : a\n\n', []),
  stream('a space before the name is part of the name', ' data: a\n\n', []),
  stream('a tab before the name is part of the name', '\tdata: a\n\n', []),
  stream('a line of one space is not blank', 'data: a\n \ndata: b\n\n', ['a\nb']),
  stream('NUL in a name makes another name', 'da\0ta: a\n\n', []),
  stream('lines without a colon are names', 'hello\ndata: a\nworld\n\n', ['a']),
  stream('names that other lists inherit', 'constructor: x\n__proto__: y\ntoString\ndata: a\n\n', [
    'a',
  ]),
  stream('JSON over several lines loses all but the first', 'data: {\n  "a": 1\n}\n\n', ['{']),

  // Characters
  stream('two, three and four bytes a character', 'data: é中🚂\n\n', ['é中🚂']),
  stream('characters beyond the first plane', 'data: 🚉𝄞\u{10FFFF}\n\n', ['🚉𝄞\u{10FFFF}']),
  stream('marks that combine are left as they are', 'data: e\u0301 \u200d\n\n', ['e\u0301 \u200d']),
  stream('a byte that is not UTF-8', ['data: a', 0xff, 'b\n\n'], ['a\uFFFDb']),
  stream('a lone continuation byte', ['data: ', 0x80, 'a\n\n'], ['\uFFFDa']),
  stream(
    'a character that breaks off at the end of its line',
    ['data: ', 0xf0, 0x9f, 0x9a, '\n\n'],
    ['\uFFFD'],
  ),
  stream(
    'a character that breaks off before another',
    ['data: ', 0xe4, 0xb8, 0xc3, 0xa9, '\n\n'],
    ['\uFFFDé'],
  ),
  stream('a form that is longer than need be', ['data: ', 0xc0, 0xaf, '\n\n'], ['\uFFFD\uFFFD']),
  stream('half of a surrogate pair', ['data: ', 0xed, 0xa0, 0x80, '\n\n'], ['\uFFFD\uFFFD\uFFFD']),
  stream(
    'a code point that is too high',
    ['data: ', 0xf4, 0x90, 0x80, 0x80, '\n\n'],
    ['\uFFFD\uFFFD\uFFFD\uFFFD'],
  ),
  stream('Latin-1 instead of UTF-8', ['data: Z', 0xfc, 'rich\n\n'], ['Z\uFFFDrich']),
  stream('a broken character before the colon', ['data', 0xc3, ': a\n\ndata: b\n\n'], ['b']),
  stream(
    'a broken character in an id',
    ['id: ', 0xff, '\ndata: a\n\n'],
    [{ data: 'a', id: '\uFFFD' }],
  ),

  // Unfinished
  stream('an event without a blank line is dropped', 'data: a\n\ndata: b\n', ['a'], {
    unfinished: 'data: b\n',
  }),
  stream('an event without any line end is dropped', 'data: a', [], { unfinished: 'data: a' }),
  stream('a stream that ends inside a name', 'data: a\n\nda', ['a'], { unfinished: 'da' }),
  stream('a stream that ends inside a character', ['data: a\n\ndata: ', 0xf0, 0x9f], ['a'], {
    unfinished: 'data: \uFFFD',
  }),
  stream('a stream that ends in a comment', 'data: a\n\n: bye', ['a'], { unfinished: ': bye' }),
  stream('a stream that ends inside an event that ends in CR', 'data: a\r\rdata: b\r', ['a'], {
    unfinished: 'data: b\r',
  }),
  stream('a stream that ends in the CR of a blank line', 'data: a\n\r', ['a']),
];

type ShortEvent = string | { type?: string; data: string; id?: string };
type Rest = Partial<Pick<Stream, 'lastEventId' | 'reconnectionTime' | 'unfinished'>> &
  Pick<Stream, 'parserDeparts' | 'chromiumDeparts'>;

function stream(
  name: string,
  source: string | (string | number)[],
  shortEvents: ShortEvent[],
  rest: Rest = {},
): Stream {
  const parts = typeof source === 'string' ? [source] : source;
  const events = shortEvents.map((event) =>
    typeof event === 'string'
      ? { type: 'message', data: event, lastEventId: '' }
      : { type: event.type ?? 'message', data: event.data, lastEventId: event.id ?? '' },
  );
  return {
    name,
    bytes: concat(
      parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : Uint8Array.of(part))),
    ),
    events,
    lastEventId: events.at(-1)?.lastEventId ?? '',
    reconnectionTime: undefined,
    unfinished: undefined,
    ...rest,
  };
}
