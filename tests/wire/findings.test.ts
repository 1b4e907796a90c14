// Every finding, word by word: what provokes it, what does not, and that what is right though odd is
// never called wrong. After a change of wording, `UPDATE_FIXTURES=1` writes the new text.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat } from '../../scripts/wire/bytes.ts';
import { EventStreamReader } from '../../scripts/wire/event-stream.ts';
import { openExchange } from '../../scripts/wire/exchange.ts';
import {
  describeFinding,
  type Finding,
  type FindingId,
  findingsInBlock,
  findingsInHead,
  findingsInStream,
  findingTable,
  type Look,
  missingBlankLine,
} from '../../scripts/wire/findings.ts';
import { corpus } from './corpus.ts';
import { type Case, provoking, quiet } from './findings-cases.ts';

const FIXTURE = new URL('fixtures/findings.txt', import.meta.url);

/** Ids that need more than one look, or another origin: the doctor finds them. */
const LATER: FindingId[] = [
  ...(['unreachable', 'replays', 'shared-clients', 'cors-missing', 'cors-origin'] as const),
  ...(['cors-wildcard-credentials', 'cors-credentials', 'cors-vary'] as const),
  ...(['preflight', 'preflight-method', 'preflight-headers'] as const),
];

const bytes = (text: string) => new TextEncoder().encode(text);

function bodyOf({ pieces }: Case): Uint8Array {
  return concat(pieces.map((piece) => piece.bytes));
}

function readerOf({ pieces, look }: Case): EventStreamReader {
  const reader = new EventStreamReader();
  for (const piece of pieces) reader.feed(piece.bytes, piece.at);
  if (look.ending) reader.end(look.endedAt);
  return reader;
}

function findingsOf(one: Case): Finding[] {
  const reader = readerOf(one);
  if (one.missing) return [missingBlankLine(reader, bodyOf(one))].filter((found) => !!found);
  return [
    ...findingsInHead(one.head, one.look),
    ...findingsInStream(reader, bodyOf(one), one.look),
  ];
}

/** The findings in a body alone. */
function findingsIn(body: Uint8Array, look: Look = {}): Finding[] {
  const reader = new EventStreamReader();
  reader.feed(body);
  if (look.ending) reader.end();
  return findingsInStream(reader, body, look);
}

const title = (one: Case) => `${one.id}: ${one.name}${one.level ? ` (${one.level})` : ''}`;

/** The fixture: under each title the text that a person sees. */
function readFixture(): Map<string, string> {
  const sections = readFileSync(FIXTURE, 'utf8').split(/^=== /m).slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end + 1).trimEnd()];
    }),
  );
}

const told = provoking.map((one) => {
  const found = findingsOf(one).find(({ id }) => id === one.id);
  const text = found && describeFinding(found, bodyOf(one), { speed: one.look.speed ?? 1 });
  return { one, found, text };
});

if (process.env.UPDATE_FIXTURES) {
  const sections = told.map(({ one, text }) => `=== ${title(one)}\n${text}\n`);
  writeFileSync(FIXTURE, sections.join('\n'));
}
const fixture = readFixture();

for (const { one, found, text } of told) {
  test(`names ${title(one)}`, () => {
    assert.ok(found, `${one.id} is not found`);
    assert.equal(found.level, one.level ?? findingTable[one.id].levels[0]);
    assert.equal(text, fixture.get(title(one)));
  });
}

for (const one of quiet) {
  test(`is quiet about ${title(one)}`, () => {
    const found = findingsOf(one).filter(({ id }) => id === one.id);
    assert.deepEqual(found, []);
  });
}

test('every id has two answers that provoke it and two odd ones that do not', () => {
  for (const id of Object.keys(findingTable) as FindingId[]) {
    if (LATER.includes(id)) continue;
    for (const cases of [provoking, quiet]) {
      const number = cases.filter((one) => one.id === id).length;
      assert.ok(
        number >= 2,
        `${id} has ${number} ${cases === quiet ? 'quiet' : 'provoking'} cases`,
      );
    }
    for (const level of findingTable[id].levels) {
      const found = told.some((one) => one.found?.id === id && one.found.level === level);
      assert.ok(found, `${id} is never found at level ${level}`);
    }
  }
});

test('the fixture has no text that nothing provokes', () => {
  assert.deepEqual([...fixture.keys()], provoking.map(title));
});

test('every finding has a level of the table, a rule, and texts that are whole sentences', () => {
  for (const { found } of told) {
    assert.ok(found);
    assert.ok((findingTable[found.id].levels as readonly string[]).includes(found.level));
    assert.match(
      found.rule,
      /^https:\/\/(html|fetch)\.spec\.whatwg\.org\/|^https:\/\/www\.rfc-editor/,
    );
    for (const text of [found.message, found.advice]) {
      assert.match(text, /^[A-Z`\d].*\.$/, text);
      assert.doesNotMatch(text, /undefined|NaN|\n/);
    }
  }
});

test('most streams that are wrong have one thing wrong, and are told only that', () => {
  // A finding that brings another with it, by what it is.
  const companions: Partial<Record<FindingId, FindingId[]>> = {
    'stray-bom': ['unknown-field'],
    'unknown-field': ['stray-bom'],
  };
  for (const one of provoking) {
    const wrong = findingsOf(one).filter(({ level, id }) => level === 'error' && id !== one.id);
    const others = wrong.filter(({ id }) => !companions[one.id]?.includes(id));
    assert.deepEqual(
      others.map(({ id }) => id),
      [],
      title(one),
    );
  }
});

// ---- right though odd

const odd: Record<string, string | Uint8Array[]> = {
  'lines that end in CR': 'event: x\rid: 1\rdata: a\rdata: b\r\r: c\r\rdata: d\r\r',
  'lines that end in CRLF': 'event: x\r\nid: 1\r\ndata: a\r\ndata: b\r\n\r\n: c\r\n\r\n',
  'line ends of all kinds': 'event: x\rid: 1\ndata: a\r\n\n\rdata: b\n\r\n',
  'no space after the colon': 'event:x\nid:1\nretry:10\ndata:a\ndata:b\n\n',
  'a byte order mark at the start': '\uFEFFdata: a\n\n',
  'a byte order mark cut in three': [...bytes('\uFEFFdata: a\n\n')].map((byte) =>
    Uint8Array.of(byte),
  ),
  comments: ': hello\n\n:\n:\n\ndata: a\n: b\ndata: c\n\n:data: d\n\n',
  'empty data': 'data\n\ndata:\n\ndata: \n\nevent: x\ndata\ndata\n\n',
  'several data lines': 'data: {\ndata:   "a": [\ndata:   ]\ndata: }\n\n',
  'one byte at a time': [...bytes('id: 1\nevent: x\ndata: 中🚂\n\n')].map((byte) =>
    Uint8Array.of(byte),
  ),
  'a block of `retry` or `id` alone': 'retry: 0\n\nid: 5\n\nid\n\n',
  'many blank lines': '\n\n\ndata: a\n\n\n\n',
};

for (const [name, source] of Object.entries(odd)) {
  test(`does not call wrong what is right though odd: ${name}`, () => {
    const pieces = typeof source === 'string' ? [bytes(source)] : source;
    const reader = new EventStreamReader();
    for (const piece of pieces) reader.feed(piece);
    // HTTP/1.0 until close: the end of the connection is the end of the body.
    reader.end();
    const found = findingsInStream(reader, concat(pieces), { ending: 'closed', endedAt: 10 });
    assert.deepEqual(
      found.filter(({ level }) => level !== 'note'),
      [],
    );
  });
}

test('does not call wrong an answer in HTTP/1.0 that lasts until the connection closes', () => {
  const head = {
    version: 'HTTP/1.0',
    status: 200,
    reason: 'OK',
    headers: [
      { name: 'Server', value: 'BaseHTTP/0.6', span: { start: 0, end: 0 } },
      { name: 'Date', value: 'Fri, 20 Nov 2026 06:55:24 GMT', span: { start: 0, end: 0 } },
      { name: 'Content-type', value: 'text/event-stream', span: { start: 0, end: 0 } },
      { name: 'Cache-Control', value: 'no-cache', span: { start: 0, end: 0 } },
    ],
    span: { start: 0, end: 0 },
  };
  assert.deepEqual(findingsInHead(head), []);
});

test('random streams that are right, in all odd ways at once, are never called wrong', () => {
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const text = fc
    .string({ unit: 'binary', maxLength: 12 })
    .map((value) => value.replace(/[\r\n\uFEFF]/g, ''));
  const space = fc.constantFrom('', ' ');
  const event = fc
    .record({
      type: fc.constantFrom(undefined, '', 'delay', 'Error', ':', 'event'),
      id: fc.option(text, { nil: undefined }),
      retry: fc.option(fc.nat(), { nil: undefined }),
      data: fc.array(text, { minLength: 1, maxLength: 3 }),
      comment: fc.option(text, { nil: undefined }),
      space,
    })
    .map(({ type, id, retry, data, comment, space: gap }) => [
      ...(type === undefined ? [] : [`event:${gap}${type}`]),
      ...(comment === undefined ? [] : [`:${comment}`]),
      ...data.map((value) => (value === '' ? 'data' : `data: ${value}`)),
      ...(id === undefined ? [] : [`id:${gap}${id.replaceAll('\0', '')}`]),
      ...(retry === undefined ? [] : [`retry:${gap}${retry}`]),
      '',
    ]);
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 5 }),
      end,
      fc.boolean(),
      (events, lineEnd, marked) => {
        const source = events
          .flat()
          .map((line) => line + lineEnd)
          .join('');
        const found = findingsIn(bytes((marked ? '\uFEFF' : '') + source), {
          ending: 'closed',
          endedAt: 9,
        });
        assert.deepEqual(
          found.filter(({ level }) => level !== 'note'),
          [],
        );
      },
    ),
    { numRuns: 1000 },
  );
});

test('a stream of the corpus that loses nothing is not called wrong, however it ends', () => {
  const right = corpus.filter(({ name }) =>
    /^(lines that end|several data lines|an id stays|comments)/.test(name),
  );
  assert.ok(right.length >= 6);
  for (const { name, bytes: body } of right) {
    for (const ending of ['complete', 'cut', 'left', undefined] as const) {
      const found = findingsIn(body, { ...(ending && { ending, endedAt: 1 }) });
      assert.deepEqual(
        found.filter(({ level }) => level === 'error'),
        [],
        name,
      );
    }
  }
});

test('a plain Node server, met over a real connection, has nothing wrong', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
    });
    response.write('retry: 1000\nid: 1\ndata: 12:00:01\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const exchange = openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' });
    const reader = new EventStreamReader();
    exchange.onPiece((piece) => reader.feed(piece.bytes, piece.at));
    const event = await exchange.until(() => reader.events[0], 5000);
    assert.equal(event?.data, '12:00:01');
    exchange.leave();
    assert.deepEqual(findingsInHead(exchange.head!, exchange), []);
    assert.deepEqual(findingsInStream(reader, exchange.body, exchange), []);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

// ---- any bytes at all

test('any bytes have findings whose places are in the body, in their order', () => {
  const wild = fc
    .array(
      fc
        .oneof(
          fc.constantFrom(
            'data',
            ': ',
            ':',
            'event',
            'id',
            'retry',
            '\n',
            '\r',
            '\n\n',
            '{',
            'Data',
            '\uFEFF',
            '\0',
          ),
          fc.string(),
        )
        .map(bytes),
      { maxLength: 20 },
    )
    .chain((parts) =>
      fc.tuple(fc.constant(parts), fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 3 })),
    )
    .map(([parts, noise]) => concat([...parts, ...noise]));
  fc.assert(
    fc.property(wild, fc.constantFrom(undefined, 'complete', 'cut'), (body, ending) => {
      const found = findingsIn(body, {
        ...(ending && { ending, endedAt: 1 }),
        headAt: 0,
        watched: 1,
      });
      const places = found.flatMap(({ span }) => (span ? [span] : []));
      for (const { start, end } of places) {
        assert.ok(start >= 0 && start <= end && end <= body.length, `${start} to ${end}`);
      }
      const starts = places.map(({ start }) => start);
      assert.deepEqual(
        starts,
        [...starts].sort((a, b) => a - b),
      );
      for (const one of found) assert.ok(describeFinding(one, body).includes(one.advice));
    }),
    { numRuns: 1000 },
  );
});

test('the same mistake in many blocks is told once, and different ones not without end', () => {
  const ids = (body: string) => findingsIn(bytes(body)).map(({ id, span }) => [id, span?.start]);
  assert.deepEqual(ids('id: 1\nretry: x\ndata: a\n\n'.repeat(100)), [['bad-retry', 13]]);
  const names = Array.from({ length: 100 }, (_, number) => `id: 1\nx${number}: y\ndata: a\n\n`);
  assert.deepEqual(
    ids(names.join('')).map(([id]) => id),
    Array(5).fill('unknown-field'),
  );
});

test('two different wrong names are both told', () => {
  const found = findingsIn(bytes('id: 1\nData: a\ndata : b\n\nEvent: x\ndata: c\n\n'));
  assert.deepEqual(
    found.map(({ span }) => span?.start),
    [6, 14, 24],
  );
});

test('findings take linear time, in many lines and in long ones', () => {
  const many = bytes(`data: x\n${'not a field at all\n'.repeat(100_000)}\n`);
  const long = bytes(`data: ${'x'.repeat(4_000_000)}\n\n`);
  const blocks = bytes('Data: x\nevent: y\n\n'.repeat(100_000));
  for (const body of [many, long, blocks]) {
    const started = performance.now();
    findingsIn(body, { ending: 'complete', endedAt: 1 });
    assert.ok(performance.now() - started < 4000, 'findings took more than 4 s');
  }
});

// ---- how a finding is shown

test('a finding is shown with its sentence, the wire, a caret, the byte, the time and the advice', () => {
  const body = bytes('id: 1\ndata: 12:00:00\n\nretry: 2s\ndata: 12:00:01\n\n');
  const reader = new EventStreamReader();
  reader.feed(body, 1003.4);
  const [found] = findingsInStream(reader, body);
  assert.equal(
    describeFinding(found!, body),
    [
      '`retry: 2s` is not all digits. Clients skip it, and the reconnection time stays as it was.',
      '',
      '    data: 12:00:00\\n',
      '    \\n',
      '    retry: 2s\\n',
      '            ^ byte 30, +1.003 s: digits only',
      '',
      'Write whole milliseconds and nothing else: `retry: 2000`.',
    ].join('\n'),
  );
});

test("times are told in the seconds of the server's clock", () => {
  const body = bytes('retry: 2s\n\n');
  const reader = new EventStreamReader();
  reader.feed(body, 20.06);
  const [found] = findingsInStream(reader, body, { speed: 50 });
  assert.match(describeFinding(found!, body, { speed: 50 }), /\^ byte 8, \+1\.003 s: digits only/);
});

test('one block can be judged, and shown, from its own bytes alone', () => {
  const before = bytes('id: 1\ndata: a\n\n');
  const block = bytes('Data: b\ndata: \uFEFF\nretry: x\n\n');
  const broken = concat([bytes('data: '), Uint8Array.of(0xff), bytes('\nTrack 4\n\n')]);
  const body = concat([before, block, broken]);
  const reader = new EventStreamReader();
  reader.feed(body);
  const expected = findingsInStream(reader, body);
  const [, second, third] = reader.blocks;
  const found = [
    ...findingsInBlock(second!, block, before.length),
    ...findingsInBlock(third!, broken, before.length + block.length),
  ];
  assert.deepEqual(found, expected);
  assert.equal(found.length, 5);
  const text = describeFinding(found[0]!, block, { start: before.length });
  assert.match(text, /\n {4}Data: b\\n\n {4}\^ byte 15, \+0\.000 s: `data` is meant\n/);
});

test('a stream that has no missing blank line is not told that it has', () => {
  for (const one of [...provoking, ...quiet].filter(({ missing }) => !missing)) {
    const reader = readerOf(one);
    const found = missingBlankLine(reader, bodyOf(one));
    if (reader.events.length > 0) assert.equal(found, undefined, title(one));
  }
});
