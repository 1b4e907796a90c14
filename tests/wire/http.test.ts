import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  headerValue,
  MAX_HEAD,
  MAX_HEADER_LINES,
  type Part,
  RequestReader,
  type ResponseHead,
  ResponseReader,
  slicePart,
} from '../../scripts/wire/http.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** Reads one answer, fed in one piece. */
function read(text: string | Uint8Array, method = 'GET') {
  const reader = new ResponseReader();
  reader.expect(method);
  const parts = reader.feed(Buffer.from(text as string, 'latin1'));
  return { reader, parts, head: parts.find((part) => part.head)?.head };
}

function bodyOf(parts: Part<ResponseHead>[]): string {
  const bodies = parts.filter((part) => part.kind === 'body').map((part) => part.bytes);
  return Buffer.concat(bodies).toString('latin1');
}

function allOf(parts: { bytes: Uint8Array }[]): string {
  return Buffer.concat(parts.map((part) => part.bytes)).toString('latin1');
}

describe('heads', () => {
  test('a head is read with the place of each line', () => {
    const text = `${OK}Content-Type: text/event-stream\r\nX-Odd:  a b \t\r\n\r\n`;
    const { head } = read(text);
    assert.equal(head?.status, 200);
    assert.equal(head.reason, 'OK');
    assert.equal(head.version, 'HTTP/1.1');
    assert.deepEqual(head.span, { start: 0, end: text.length });
    assert.deepEqual(
      head.headers.map(({ name, value, span }) => [name, value, text.slice(span.start, span.end)]),
      [
        ['Content-Type', 'text/event-stream', 'Content-Type: text/event-stream'],
        ['X-Odd', 'a b', 'X-Odd:  a b \t'],
      ],
    );
  });

  test('header names are found in any case, and lines of one name are joined', () => {
    const { head } = read(`${OK}vary: Origin\r\nVary: Accept\r\n\r\n`);
    assert.equal(headerValue(head!, 'VARY'), 'Origin, Accept');
    assert.equal(headerValue(head!, 'etag'), undefined);
  });

  test('a bare line feed ends a line, as it does for browsers', () => {
    const { head, parts, reader } = read('HTTP/1.1 200 OK\nContent-Length: 2\n\nhi');
    assert.equal(head?.status, 200);
    assert.equal(bodyOf(parts), 'hi');
    assert.equal(reader.malformed, undefined);
  });

  test('a value continued on a second line is one value', () => {
    const { head } = read(`${OK}X-Long: one\r\n  two\r\n\r\n`);
    assert.equal(headerValue(head!, 'x-long'), 'one two');
  });

  test('an empty reason and an empty value are allowed', () => {
    const { head } = read('HTTP/1.1 200\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n');
    assert.equal(head?.reason, '');
    assert.equal(headerValue(head!, 'x-empty'), '');
  });

  test('spans of a second answer count on in the connection', () => {
    const reader = new ResponseReader();
    const first = `${OK}Content-Length: 2\r\n\r\nhi`;
    reader.feed(Buffer.from(first));
    const [part] = reader.feed(Buffer.from(`${OK}Content-Length: 0\r\n\r\n`));
    assert.equal(part?.head?.span.start, first.length);
  });

  test('a request is read with method, target and version', () => {
    const text = 'POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc';
    const parts = new RequestReader().feed(Buffer.from(text));
    assert.equal(parts[0]?.head?.method, 'POST');
    assert.equal(parts[0].head.target, '/a?b=c');
    assert.equal(parts[0].text, text.slice(0, -3));
    assert.equal(parts.at(-1)?.end, true);
  });

  test('line ends left over before a request begin nothing', () => {
    const reader = new RequestReader();
    reader.feed(Buffer.from('\r\n'));
    assert.equal(reader.finish(), 'idle');
    const [part] = new RequestReader().feed(Buffer.from('\r\nGET / HTTP/1.1\r\n\r\n'));
    assert.equal(part?.head?.target, '/');
    assert.equal(part.end, true);
  });
});

describe('where a body ends', () => {
  test('after its length, and the next answer begins there', () => {
    const two = `${OK}Content-Length: 2\r\n\r\nhi`.repeat(2);
    const { parts } = read(two);
    assert.equal(parts.filter((part) => part.end).length, 2);
    assert.equal(bodyOf(parts), 'hihi');
    assert.deepEqual(
      parts.filter((part) => part.kind === 'body').map((part) => part.offset),
      [0, 0],
    );
  });

  test('after the last chunk, extensions and trailers included', () => {
    const { parts, reader } = read(
      `${OK}Transfer-Encoding: chunked\r\n\r\n3;name="a;b"\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n`,
    );
    assert.equal(bodyOf(parts), 'abc0123456789');
    assert.equal(parts.at(-1)?.end, true);
    assert.equal(reader.malformed, undefined);
    assert.equal(reader.finish(), 'idle');
    assert.deepEqual(
      parts.filter((part) => part.closing).map((part) => Buffer.from(part.bytes).toString()),
      ['\r\n', '\r\n'],
    );
  });

  test('with the connection, where nothing else is said', () => {
    const { parts, reader } = read(`HTTP/1.0 200 OK\r\n\r\nall of it`);
    assert.equal(bodyOf(parts), 'all of it');
    assert.equal(parts.at(-1)?.end, undefined);
    assert.equal(reader.finish(), 'closed');
  });

  test('HTTP/1.0 knows no chunks', () => {
    const { parts } = read(`HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n`);
    assert.equal(bodyOf(parts), '1\r\na\r\n');
  });

  test('chunked wins over a length', () => {
    const { parts } = read(
      `${OK}Content-Length: 99\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    );
    assert.equal(bodyOf(parts), 'a');
    assert.equal(parts.at(-1)?.end, true);
  });

  test('at once for HEAD, 204 and 304, whatever the head says', () => {
    const next = `${OK}Content-Length: 1\r\n\r\nx`;
    for (const [method, status] of [
      ['HEAD', '200 OK'],
      ['GET', '204 No Content'],
      ['GET', '304 Not Modified'],
    ] as const) {
      const { parts } = read(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\n${next}`, method);
      assert.equal(parts[0]?.end, true, status);
      assert.equal(parts[1]?.head?.status, 200, status);
      assert.equal(bodyOf(parts), 'x', status);
    }
  });

  test('an interim answer is followed by the answer itself', () => {
    const { parts } = read(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${OK}Content-Length: 5\r\n\r\n`,
      'HEAD',
    );
    const heads = parts.filter((part) => part.head);
    assert.deepEqual(
      heads.map((part) => [part.head?.status, part.end]),
      [
        [100, undefined],
        [103, undefined],
        [200, true],
      ],
    );
  });

  test('after an upgrade the bytes are opaque', () => {
    const { parts, reader } = read(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi',
    );
    assert.equal(parts.at(-1)?.kind, 'opaque');
    assert.equal(reader.malformed, undefined);
    assert.equal(reader.finish(), 'opaque');
  });

  test('a connection closed inside a message has cut it', () => {
    for (const text of [
      'HTTP/1.1 200 OK\r\nX',
      `${OK}Content-Length: 3\r\n\r\nab`,
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`,
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n`,
      'HTTP/1.1 100 Continue\r\n\r\n',
    ]) {
      assert.equal(read(text).reader.finish(), 'cut', JSON.stringify(text));
    }
    assert.equal(read('').reader.finish(), 'idle');
  });
});

describe('malformed bytes', () => {
  const cases: [string, string, string][] = [
    [
      'text where an answer should begin',
      'hello\n',
      '"hello" is not a status line: an answer begins with "HTTP/1.1 200 OK" or the like.',
    ],
    [
      'an answer without a status line',
      'data: 1\n\n',
      '"data: 1" is not a status line: an answer begins with "HTTP/1.1 200 OK" or the like.',
    ],
    [
      'a status that is no number',
      'HTTP/1.1 OK\r\n\r\n',
      '"HTTP/1.1 OK" is not a status line: an answer begins with "HTTP/1.1 200 OK" or the like.',
    ],
    [
      'a header line without a colon',
      `${OK}nonsense\r\n\r\n`,
      '"nonsense" is not a header line: "Name: value" was expected.',
    ],
    [
      'a space before the colon',
      `${OK}Content-Length : 1\r\n\r\n`,
      '"Content-Length : 1" is not a header line: "Name: value" was expected.',
    ],
    [
      'two lengths',
      `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      '"1, 2" is not a Content-Length: one whole number was expected.',
    ],
    [
      'a chunk size that is none',
      `${OK}Transfer-Encoding: chunked\r\n\r\ndata: 1\n\n`,
      '"data: 1" is not a chunk size: a hexadecimal number was expected.',
    ],
    [
      'a chunk longer than its size',
      `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n`,
      String.raw`"bc\r\n" follows a chunk: a line end was expected after its bytes.`,
    ],
    [
      'a head without an end',
      `${OK}X: ${'a'.repeat(MAX_HEAD)}`,
      'The head has no end within 64 KiB.',
    ],
    [
      'too many header lines',
      `${OK}${'X: a\r\n'.repeat(MAX_HEADER_LINES + 1)}\r\n`,
      'The head has more than 500 header lines.',
    ],
  ];
  for (const [title, text, sentence] of cases) {
    test(`${title}: one sentence, and the bytes go on as opaque`, () => {
      const { reader, parts } = read(text);
      assert.equal(reader.malformed, sentence);
      assert.equal(allOf(parts), text);
      assert.equal(reader.feed(Buffer.from('more'))[0]?.kind, 'opaque');
    });
  }

  test('text that is no answer is known before its line is complete', () => {
    assert.match(read('HTTP/2').reader.malformed ?? '', /^"HTTP\/2" is not a status line/);
    assert.equal(read('HTTP/1').reader.malformed, undefined);
  });

  test('a request line that is none has a sentence as well', () => {
    const reader = new RequestReader();
    reader.feed(Buffer.from('GET /\r\n\r\n'));
    assert.equal(
      reader.malformed,
      '"GET /" is not a request line: "GET /path HTTP/1.1" or the like was expected.',
    );
  });

  test('no bytes whatever make it throw or lose one', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc
          .constantFrom(
            OK,
            '\r\n',
            '\n',
            'Transfer-Encoding: chunked\r\n\r\n',
            '5\r\n',
            '0\r\n',
            'A:',
          )
          .map((text) => Uint8Array.from(Buffer.from(text))),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pieces, (list) => {
        const reader = new ResponseReader();
        const parts = list.flatMap((piece) => reader.feed(piece));
        assert.equal(allOf(parts), Buffer.concat(list).toString('latin1'));
        reader.finish();
      }),
    );
  });
});

/** A whole answer in one of the framings, as text. */
const answers = fc
  .record({
    chunks: fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 5 }),
    framing: fc.constantFrom('length', 'chunked'),
  })
  .map(({ chunks, framing }) => {
    const bodies = chunks.map((chunk) => Buffer.from(chunk));
    const body = Buffer.concat(bodies);
    if (framing === 'length') {
      const head = Buffer.from(`${OK}Content-Length: ${body.length}\r\n\r\n`);
      return { body, bytes: Buffer.concat([head, body]) };
    }
    const framed = bodies.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)};x=y\r\n`),
      chunk,
      Buffer.from('\r\n'),
    ]);
    const head = Buffer.from(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
    return { body, bytes: Buffer.concat([head, ...framed, Buffer.from('0\r\nT: 1\r\n\r\n')]) };
  });

test('however answers are cut, the same heads, bodies and ends come out, and every byte once', () => {
  fc.assert(
    fc.property(
      fc.array(answers, { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 }),
      (list, sizes) => {
        const whole = Buffer.concat(list.map((answer) => answer.bytes));
        const reader = new ResponseReader();
        const parts: Part<ResponseHead>[] = [];
        for (let index = 0, turn = 0; index < whole.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          parts.push(...reader.feed(whole.subarray(index, index + size)));
          index += size;
        }
        assert.equal(reader.malformed, undefined);
        assert.equal(allOf(parts), whole.toString('latin1'));
        assert.equal(parts.filter((part) => part.head).length, list.length);
        assert.equal(parts.filter((part) => part.end).length, list.length);
        const body = Buffer.concat(list.map((answer) => answer.body)).toString('latin1');
        assert.equal(bodyOf(parts), body);
        assert.equal(reader.finish(), 'idle');
      },
    ),
  );
});

test('a slice of a part keeps its place, and what the part completes goes with its last byte', () => {
  const { parts } = read(`${OK}Content-Length: 5\r\n\r\nabcde`);
  const body = parts.at(-1)!;
  const first = slicePart(body, 0, 2);
  const second = slicePart(body, 2);
  assert.deepEqual([first.offset, first.end, allOf([first])], [0, undefined, 'ab']);
  assert.deepEqual([second.offset, second.end, allOf([second])], [2, true, 'cde']);
});
