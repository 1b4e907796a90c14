// The event stream reader, against the corpus, against eventsource-parser, and against itself: the
// same bytes cut in any other way must give the same events, in the same places.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { concat, visible } from '../../scripts/wire/bytes.ts';
import { type Block, EventStreamReader, type Line } from '../../scripts/wire/event-stream.ts';
import { corpus, type ExpectedEvent } from './corpus.ts';
import { cutAt, reporterOf, streamBytes } from './random-streams.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function read(...pieces: Uint8Array[]): EventStreamReader {
  const reader = new EventStreamReader();
  for (const piece of pieces) reader.feed(piece);
  reader.end();
  return reader;
}

/** All that a reader has to tell, without the times. */
function told(reader: EventStreamReader) {
  const { lines, blocks, events, unfinished, unfinishedSpan, byteOrderMarks, offset } = reader;
  const { reconnectionTime, lastEventId } = reader;
  return structuredClone({
    ...{ lines, blocks, events, unfinished, unfinishedSpan, byteOrderMarks, offset },
    ...{ reconnectionTime, lastEventId },
  });
}

function plain(reader: EventStreamReader): ExpectedEvent[] {
  return reader.events.map(({ type, data, lastEventId }) => ({ type, data, lastEventId }));
}

for (const stream of corpus) {
  test(`our reader reads as expected: ${stream.name}`, () => {
    const reader = read(stream.bytes);
    assert.deepEqual(plain(reader), stream.events);
    assert.equal(reader.lastEventId, stream.lastEventId);
    assert.equal(reader.reconnectionTime, stream.reconnectionTime);
    const span = reader.unfinished?.span;
    const text = span && new TextDecoder().decode(stream.bytes.subarray(span.start, span.end));
    assert.equal(text, stream.unfinished);
  });
}

test('every stream of the corpus reads the same, wherever it is cut in two', () => {
  for (const { name, bytes } of corpus) {
    const whole = told(read(bytes));
    // The long stream is cut where it may hurt: at both ends.
    for (let cut = 0; cut <= bytes.length; cut += cut === 300 ? bytes.length - 600 : 1) {
      const reader = read(bytes.subarray(0, cut), bytes.subarray(cut));
      assert.deepEqual(told(reader), whole, `${name}, cut at byte ${cut}`);
    }
  }
});

test('every stream of the corpus reads the same byte by byte, with empty pieces between', () => {
  for (const { name, bytes } of corpus) {
    const pieces = Array.from(bytes, (byte) => [Uint8Array.of(byte), new Uint8Array()]).flat();
    assert.deepEqual(told(read(...pieces)), told(read(bytes)), name);
  }
});

test('the lines and the byte order mark cover all bytes, each one once', () => {
  for (const { name, bytes } of corpus) checkSpans(bytes, read(bytes), name);
});

test('a line knows the bytes of its name, its value and its end', () => {
  const body = bytes('\uFEFFdata: a:b\r\n: n\nid\n\n');
  const [data, comment, id, blank] = read(body).lines as [Line, Line, Line, Line];
  assert.deepEqual(data, {
    kind: 'field',
    span: { start: 3, end: 14 },
    terminator: { start: 12, end: 14 },
    name: 'data',
    value: 'a:b',
    nameSpan: { start: 3, end: 7 },
    valueSpan: { start: 9, end: 12 },
    at: 0,
  });
  assert.deepEqual(comment, {
    kind: 'comment',
    span: { start: 14, end: 18 },
    terminator: { start: 17, end: 18 },
    value: ' n',
    valueSpan: { start: 15, end: 17 },
    at: 0,
  });
  assert.deepEqual(id, {
    kind: 'field',
    span: { start: 18, end: 21 },
    terminator: { start: 20, end: 21 },
    name: 'id',
    value: '',
    nameSpan: { start: 18, end: 20 },
    valueSpan: { start: 20, end: 20 },
    at: 0,
  });
  assert.deepEqual(blank, {
    kind: 'blank',
    span: { start: 21, end: 22 },
    terminator: { start: 21, end: 22 },
    at: 0,
  });
});

test('each line and event has the time of the piece that ended it', () => {
  const reader = new EventStreamReader();
  assert.deepEqual(reader.feed(bytes('id: 1\nda'), 10), []);
  assert.deepEqual(reader.feed(bytes('ta: a\n'), 20.5), []);
  const dispatched = reader.feed(bytes('\n: x\n'), 30);
  assert.deepEqual(
    reader.lines.map((line) => line.at),
    [10, 20.5, 30, 30],
  );
  assert.deepEqual(dispatched, [
    { type: 'message', data: 'a', lastEventId: '1', span: { start: 0, end: 15 }, at: 30, block: 0 },
  ]);
  assert.equal(reader.blocks[0]?.at, 30);
});

test('an event is dispatched at the CR of its blank line, and the LF is counted when it comes', () => {
  const reader = new EventStreamReader();
  const dispatched = reader.feed(bytes('data: a\r\n\r'), 1);
  assert.deepEqual(
    dispatched.map((event) => event.span),
    [{ start: 0, end: 10 }],
  );
  assert.deepEqual(reader.feed(new Uint8Array(), 2), []);
  assert.deepEqual(
    reader.feed(bytes('\ndata: b\n\n'), 3).map((event) => event.data),
    ['b'],
  );
  assert.deepEqual(
    reader.events.map((event) => event.span),
    [
      { start: 0, end: 11 },
      { start: 11, end: 20 },
    ],
  );
  assert.equal(reader.events[0]?.at, 1);
});

test('a new connection begins with the last event ID of the one before', () => {
  const reader = new EventStreamReader({ lastEventId: '41' });
  assert.equal(reader.lastEventId, '41');
  reader.feed(bytes('data: a\n\nid: 42\ndata: b\n\n'));
  assert.deepEqual(
    reader.events.map((event) => event.lastEventId),
    ['41', '42'],
  );
});

test('what is unfinished can be seen while the stream goes on', () => {
  const reader = new EventStreamReader();
  const look = () => [reader.unfinishedSpan, reader.unfinished?.lines.map((line) => line.value)];
  assert.deepEqual(look(), [undefined, undefined]);
  reader.feed(bytes('data: a'));
  assert.deepEqual(look(), [{ start: 0, end: 7 }, ['a']]);
  reader.feed(bytes('b\n'));
  assert.deepEqual(look(), [{ start: 0, end: 9 }, ['ab']]);
  reader.feed(bytes('data: c'));
  assert.deepEqual(look(), [{ start: 0, end: 16 }, ['ab', 'c']]);
  reader.feed(bytes('\n\n'));
  assert.deepEqual(look(), [undefined, undefined]);
  reader.feed(bytes('event: x\n'));
  assert.deepEqual(look(), [{ start: 18, end: 27 }, ['x']]);
});

test('with `keep`, only so many blocks are remembered, and their numbers go on', () => {
  const reader = new EventStreamReader({ keep: 2 });
  for (let count = 0; count < 50; count++) reader.feed(bytes(`: c\ndata: ${count}\n\n:\n\n`));
  reader.feed(bytes('data: last\n\n'));
  assert.deepEqual(
    reader.blocks.map((block) => block.number),
    [99, 100],
  );
  assert.deepEqual(
    reader.events.map(({ data, block }) => [data, block]),
    [['last', 100]],
  );
  assert.deepEqual(
    reader.lines,
    reader.blocks.flatMap((block) => block.lines),
  );
});

test('byte order marks are found wherever they are', () => {
  const reader = read(bytes('\uFEFFdata: a\uFEFF\n\n\uFEFFdata: b\n\n\uFEFF'));
  assert.deepEqual(
    reader.byteOrderMarks.map((span) => span.start),
    [0, 10, 15, 27],
  );
});

test('the memory of a piece may be used again by whoever gave it', () => {
  const reader = new EventStreamReader();
  const piece = bytes('data: abc');
  reader.feed(piece);
  piece.fill(0);
  assert.equal(reader.feed(bytes('\n\n'))[0]?.data, 'abc');
});

test('nothing can be fed after the end', () => {
  const reader = read(bytes('data: a\n\n'));
  assert.throws(() => reader.feed(bytes('data: b\n\n')), {
    message: 'The stream has ended. Make a new EventStreamReader for the next connection.',
  });
});

test('time grows with the length of a line, not with its square', () => {
  const line = concat([bytes('data: '), new Uint8Array(16_000_000).fill(0x61), bytes('\n\n')]);
  const started = performance.now();
  const reader = new EventStreamReader();
  for (let start = 0; start < line.length; start += 1460) {
    reader.feed(line.subarray(start, start + 1460));
  }
  assert.equal(reader.events[0]?.data.length, 16_000_000);
  // Searching the rest again at each piece takes most of a minute; joining once, a tenth of a second.
  assert.ok(performance.now() - started < 5000, 'reading 16 MB took more than 5 s');
});

test('many short events are read in linear time', () => {
  const started = performance.now();
  const reader = read(bytes('data\n\n'.repeat(200_000)));
  assert.equal(reader.events.length, 200_000);
  assert.ok(performance.now() - started < 5000, 'reading 200000 events took more than 5 s');
});

test('the reader goes into a browser as it is', async () => {
  const entry = fileURLToPath(new URL('../../scripts/wire/event-stream.ts', import.meta.url));
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
  });
  assert.deepEqual(built.warnings, []);
  assert.match(built.outputFiles[0]!.text, /EventStreamReader = class/);
});

// ---- beside eventsource-parser

/** An event as eventsource-parser tells it: the ID only of an event that has one itself. */
interface ParserEvent {
  type: string;
  data: string;
  ownId: string | undefined;
}

/**
 * What eventsource-parser makes of a stream, with the decoder in front that it asks for.
 *
 * Two of its ways are not the standard's, and are evened out here rather than called equal. It
 * keeps back a CR that nothing follows yet, and with it the event that this CR ends: an LF is
 * given to it afterwards, which changes nothing else. It leaves the last event ID to its caller:
 * only an event's own ID is compared.
 */
function eventsourceParser(body: Uint8Array) {
  const events: ParserEvent[] = [];
  let reconnectionTime: number | undefined;
  const parser = createParser({
    onEvent: ({ event, data, id }) => events.push({ type: event ?? 'message', data, ownId: id }),
    onRetry: (milliseconds) => {
      reconnectionTime = milliseconds;
    },
  });
  // fatal: false and ignoreBOM: false, as the standard decodes: one mark is taken away.
  const text = new TextDecoder().decode(body);
  parser.feed(text.endsWith('\r') ? `${text}\n` : text);
  return { events, reconnectionTime };
}

/** The same of our reader: the ID that stands in the event's own block. */
function ours(reader: EventStreamReader) {
  const ownId = (block: Block) =>
    block.lines.findLast((line) => line.name === 'id' && !line.value?.includes('\0'))?.value;
  const events = reader.blocks.flatMap((block): ParserEvent[] =>
    block.event ? [{ type: block.event.type, data: block.event.data, ownId: ownId(block) }] : [],
  );
  return { events, reconnectionTime: reader.reconnectionTime };
}

for (const stream of corpus) {
  const departure = stream.parserDeparts;
  if (departure) {
    test(`eventsource-parser departs from the standard: ${stream.name}: ${departure.why}`, () => {
      const { events } = eventsourceParser(stream.bytes);
      assert.deepEqual(
        events,
        departure.events.map(({ type, data }) => ({ type, data, ownId: undefined })),
      );
    });
  } else {
    test(`eventsource-parser reads the same: ${stream.name}`, () => {
      assert.deepEqual(eventsourceParser(stream.bytes), ours(read(stream.bytes)));
    });
  }
}

test('eventsource-parser keeps an event back whose blank line is a CR at the end of a piece', () => {
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  parser.feed('data: a\r\r');
  assert.deepEqual(events, []);
  assert.deepEqual(
    new EventStreamReader().feed(bytes('data: a\r\r')).map(({ data }) => data),
    ['a'],
  );
});

test('eventsource-parser leaves it to its caller to remember the last event ID', () => {
  const ids: (string | undefined)[] = [];
  const parser = createParser({ onEvent: ({ id }) => ids.push(id) });
  const text = 'id: 1\n\ndata: a\n\n';
  parser.feed(text);
  assert.deepEqual(ids, [undefined]);
  assert.deepEqual(
    read(bytes(text)).events.map((event) => event.lastEventId),
    ['1'],
  );
});

// ---- random streams

test('random streams read as eventsource-parser reads them', () => {
  fc.assert(
    fc.property(streamBytes, (body) => {
      const text = new TextDecoder().decode(body);
      fc.pre(!text.startsWith('ï»¿')); // where it departs, see the corpus
      assert.deepEqual(ours(read(body)), eventsourceParser(body));
    }),
    { numRuns: 3000, reporter: reporterOf },
  );
});

test('random streams read the same however they are cut, and every byte has its place', () => {
  fc.assert(
    fc.property(streamBytes, fc.array(fc.nat(), { maxLength: 8 }), (body, numbers) => {
      const whole = read(body);
      checkSpans(body, whole, visible(body));
      assert.deepEqual(told(read(...cutAt(body, numbers))), told(whole));
    }),
    { numRuns: 3000, reporter: reporterOf },
  );
});

/** Holds the spans of a reader against the bytes themselves. */
function checkSpans(body: Uint8Array, reader: EventStreamReader, name: string): void {
  const text = ({ start, end }: { start: number; end: number }) => body.subarray(start, end);
  const decoded = (span: { start: number; end: number }) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(text(span));
  const mark = reader.byteOrderMarks[0]?.start === 0 ? 3 : 0;
  let offset = mark;
  for (const line of reader.lines) {
    assert.equal(line.span.start, offset, name);
    assert.equal(line.terminator.end, line.span.end, name);
    assert.match(decoded(line.terminator), /^(\r\n|\r|\n)$/, name);
    assert.doesNotMatch(decoded({ start: line.span.start, end: line.terminator.start }), /[\r\n]/);
    if (line.nameSpan) assert.equal(decoded(line.nameSpan), line.name, name);
    if (line.valueSpan) assert.equal(decoded(line.valueSpan), line.value, name);
    offset = line.span.end;
  }
  for (const block of reader.blocks) {
    assert.equal(block.blank, block.lines.at(-1), name);
    assert.equal(block.blank?.kind, 'blank', name);
    assert.equal(block.span.start, block.lines[0]?.span.start, name);
    assert.equal(block.span.end, block.blank?.span.end, name);
    if (block.event) assert.deepEqual(block.event.span, block.span, name);
  }
  const closed = reader.blocks.flatMap((block) => block.lines);
  const open = reader.unfinished?.lines.filter(
    (line) => line.terminator.end > line.terminator.start,
  );
  assert.deepEqual([...closed, ...(open ?? [])], reader.lines, name);
  assert.equal(reader.unfinished?.span.end ?? Math.max(offset, mark), body.length, name);
}
