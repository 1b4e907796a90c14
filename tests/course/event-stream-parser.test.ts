// The finished parser of lesson 07, against the corpus, against eventsource-parser, and against time.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { EventStreamParser } from '../../lessons/07-parser/event-stream-parser.js';
import { corpus } from '../wire/corpus.ts';
import { cutAt, reporterOf, streamBytes } from '../wire/random-streams.ts';

interface StreamEvent {
  type: string;
  data: string;
  lastEventId: string;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** What the parser tells of a stream in pieces. */
function read(pieces: readonly Uint8Array[]) {
  const events: StreamEvent[] = [];
  let reconnectionTime: number | undefined;
  const parser = new EventStreamParser({
    onEvent: (event) => events.push(event),
    onRetry: (milliseconds) => {
      reconnectionTime = milliseconds;
    },
  });
  for (const piece of pieces) parser.feed(piece);
  parser.end();
  return { events, reconnectionTime, lastEventId: parser.lastEventId };
}

/** A parser that only notes what it tells. */
function noting(options: { maxLineLength?: number; lastEventId?: string } = {}) {
  const told: string[] = [];
  const parser = new EventStreamParser({
    ...options,
    onEvent: ({ type, data }) => told.push(`${type}: ${data}`),
    onComment: (comment) => told.push(`comment: ${comment}`),
  });
  return { told, parser };
}

describe('the parser of lesson 07', () => {
  for (const stream of corpus) {
    test(`reads as the standard does, cut anywhere: ${stream.name}`, () => {
      const { events, lastEventId, reconnectionTime } = stream;
      // At each byte where there are few of them; a long stream is cut at a hundred places.
      const step = Math.max(1, Math.floor(stream.bytes.length / 100));
      for (let cut = 0; cut <= stream.bytes.length; cut += step) {
        const pieces = [stream.bytes.subarray(0, cut), stream.bytes.subarray(cut)];
        const told = read(pieces);
        assert.deepEqual(told, { events, lastEventId, reconnectionTime }, `cut at ${cut}`);
      }
      const single = Array.from(stream.bytes, (byte) => Uint8Array.of(byte));
      assert.deepEqual(read(single), { events, lastEventId, reconnectionTime }, 'byte by byte');
    });
  }

  test('reads random streams, cut anywhere, as eventsource-parser reads them whole', () => {
    fc.assert(
      fc.property(streamBytes, fc.array(fc.nat(), { maxLength: 8 }), (body, numbers) => {
        const text = new TextDecoder().decode(body);
        fc.pre(!text.startsWith('ï»¿')); // it takes that for a byte order mark, see the corpus
        const told = read(cutAt(body, numbers));
        const events = told.events.map(({ type, data }) => ({ type, data }));
        const { reconnectionTime } = told;
        assert.deepEqual({ events, reconnectionTime }, eventsourceParser(text));
      }),
      { numRuns: 3000, reporter: reporterOf },
    );
  });

  test('tells comments, without the one space behind the colon', () => {
    const { told, parser } = noting();
    parser.feed(bytes(': a\n:b\n:  c\n:\n'));
    assert.deepEqual(told, ['comment: a', 'comment: b', 'comment:  c', 'comment: ']);
  });

  test('tells an event whose blank line is a CR at the end of a piece, at once', () => {
    const { told, parser } = noting();
    parser.feed(bytes('data: a\r\r'));
    assert.deepEqual(told, ['message: a']);
  });

  test('begins with the ID that it is given', () => {
    const { parser } = noting({ lastEventId: '7' });
    assert.equal(parser.lastEventId, '7');
    parser.feed(bytes('id: 8\ndata: a\n'));
    assert.equal(parser.lastEventId, '7', 'the event is not whole yet');
    parser.feed(bytes('\n'));
    assert.equal(parser.lastEventId, '8');
  });

  test('refuses a line that is longer than it may be, and everything after it', () => {
    for (const cut of [1, 5, 12]) {
      const { told, parser } = noting({ maxLineLength: 8 });
      const body = bytes(':fits in\n:does not fit');
      parser.feed(body.subarray(0, cut));
      const error = { name: 'RangeError', message: /longer than 8, the maxLineLength/ };
      assert.throws(() => parser.feed(body.subarray(cut)), error);
      assert.deepEqual(told, ['comment: fits in']);
      assert.throws(() => parser.feed(bytes('data: a\n\n')), /has ended/);
    }
  });

  test('tells nothing more when a listener has called end()', () => {
    const told: string[] = [];
    const parser = new EventStreamParser({
      onEvent: ({ data }) => {
        told.push(data);
        parser.end();
      },
    });
    parser.feed(bytes('data: a\n\ndata: b\n\n'));
    assert.deepEqual(told, ['a']);
  });

  test('goes on with the next piece when a listener has thrown', () => {
    const told: string[] = [];
    const parser = new EventStreamParser({
      onEvent: ({ data }) => {
        told.push(data);
        if (data === 'a') throw new Error('a listener of its own');
      },
    });
    assert.throws(() => parser.feed(bytes('data: a\n\nda')), /of its own/);
    parser.feed(bytes('ta: b\n\n'));
    assert.deepEqual(told, ['a', 'b']);
  });

  test('foresees what it may be given by mistake', () => {
    const make = EventStreamParser as unknown as new (options?: unknown) => EventStreamParser;
    const example = /new EventStreamParser\(\{ onEvent: \(event\) => … \}\)/;
    assert.throws(() => new make(() => {}), { name: 'TypeError', message: /not a function/ });
    assert.throws(() => new make(() => {}), example);
    assert.throws(() => new make(), { name: 'TypeError', message: /onEvent is missing/ });
    assert.throws(() => new make({ onEvent: 'told' }), example);
    const parser = noting().parser as unknown as { feed(given?: unknown): void; end(): void };
    assert.throws(() => parser.feed('data: a'), /takes bytes and got text.*before any decoding/);
    assert.throws(() => parser.feed({ done: false, value: bytes('a') }), /`value` in there/);
    assert.throws(() => parser.feed(undefined), /takes bytes: a Uint8Array/);
    parser.end();
    assert.throws(() => parser.feed(bytes('a')), /make a new parser for the next stream/);
  });

  test('needs nothing that a browser has not, and no other file', () => {
    const file = new URL('../../lessons/07-parser/event-stream-parser.js', import.meta.url);
    const text = readFileSync(file, 'utf8');
    assert.doesNotMatch(text, /\b(import|require|Buffer|process)\b(?!\()/);
  });

  test('looks at each character of a long line once', () => {
    // Not the time, which belongs to the machine, but the work: how much text is searched in all.
    const searched = { length: 0 };
    const { split, includes } = String.prototype;
    const counting = (method: (...given: never[]) => unknown) =>
      function (this: string, ...given: never[]) {
        searched.length += this.length;
        return method.apply(this, given);
      };
    Object.assign(String.prototype, { split: counting(split), includes: counting(includes) });
    try {
      const { parser } = noting();
      const line = bytes(`data: ${'x'.repeat(1_000_000)}\n\n`);
      for (let start = 0; start < line.length; start += 1460) {
        parser.feed(line.subarray(start, start + 1460));
      }
      assert.ok(searched.length >= line.length, 'these are the methods that it uses');
      assert.ok(searched.length < 4 * line.length, `${searched.length} characters were searched`);
    } finally {
      Object.assign(String.prototype, { split, includes });
    }
  });
});

/** The same of eventsource-parser. It waits for what follows a CR, so an LF is given to it. */
function eventsourceParser(text: string) {
  const events: { type: string; data: string }[] = [];
  let reconnectionTime: number | undefined;
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ type: event ?? 'message', data }),
    onRetry: (milliseconds) => {
      reconnectionTime = milliseconds;
    },
  });
  parser.feed(text.endsWith('\r') ? `${text}\n` : text);
  return { events, reconnectionTime };
}
