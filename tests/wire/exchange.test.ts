import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KitError } from '../../scripts/kit-error.ts';
import { type Exchange, openExchange } from '../../scripts/wire/exchange.ts';
import { answering, DEADLINE, freePort, httpServer, promised, rawServer } from './sockets.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** The exchange, once it has ended. */
async function ended(exchange: Exchange): Promise<Exchange> {
  await exchange.until(({ ending }) => ending, DEADLINE);
  assert.ok(exchange.ending, 'it never ended');
  return exchange;
}

describe('what is sent', () => {
  test('nothing but the request line, Host, and the headers given', async (context) => {
    const got = promised<string>('a request');
    const port = await rawServer(context, (socket) => {
      socket.on('data', (bytes) => got.resolve(bytes.toString('latin1')));
    });
    const origin = `http://127.0.0.1:${port}`;
    const exchange = openExchange({ origin, path: '/clock', headers: { Accept: 'text/plain' } });
    const expected = `GET /clock HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/plain\r\n\r\n`;
    assert.equal(text(exchange.sent), expected);
    assert.equal(await got.promise, expected);
    exchange.leave();
  });

  test('a body goes with its length, and characters of any kind as UTF-8', () => {
    const { sent } = openExchange({
      origin: 'http://localhost:1',
      path: '/é',
      method: 'POST',
      headers: { 'Last-Event-ID': 'Zürich' },
      body: '中',
    });
    assert.equal(
      text(sent),
      'POST /é HTTP/1.1\r\nHost: localhost:1\r\nLast-Event-ID: Zürich\r\nContent-Length: 3\r\n\r\n中',
    );
  });

  test('a Host or a length that is given is the one that is sent', () => {
    const { sent } = openExchange({
      origin: 'http://localhost:1',
      path: '/',
      headers: { host: 'evil.example', 'content-length': '9' },
      body: 'short',
    });
    assert.equal(
      text(sent),
      'GET / HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 9\r\n\r\nshort',
    );
  });

  test('what cannot go on a wire is refused with a sentence', () => {
    const origin = 'http://localhost:1';
    const refused = (message: string) => new KitError(message);
    assert.throws(
      () => openExchange({ origin: 'localhost:4401', path: '/' }),
      refused(
        '"localhost:4401" is not an address to ask: write it as http://localhost:4401 or https://host.',
      ),
    );
    assert.throws(
      () => openExchange({ origin, path: '/a b' }),
      refused(
        '"/a b" is not a path: write it as /clock, and spaces and line breaks as %20 and %0A.',
      ),
    );
    assert.throws(
      () => openExchange({ origin, path: '/', headers: { 'X-A': 'b\r\nc' } }),
      refused('The header "X-A" cannot be sent: its name is one word, its value one line.'),
    );
    assert.throws(
      () => openExchange({ origin, path: '/', method: 'GET /' }),
      refused('"GET /" is not a method: one word such as GET or POST was expected.'),
    );
  });
});

describe('what comes', () => {
  test("a chunked stream of Node's is read piece by piece, with rising times", async (context) => {
    const port = await httpServer(context, (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
      setTimeout(() => response.end('data: 2\n\n'), 20);
    });
    const heard: string[] = [];
    const exchange = openExchange({ origin: `http://localhost:${port}`, path: '/' });
    exchange.onPiece((piece) => heard.push(text(piece.bytes)));
    await ended(exchange);
    assert.equal(exchange.ending, 'complete');
    assert.equal(exchange.head?.status, 200);
    assert.equal(text(exchange.body), 'data: 1\n\ndata: 2\n\n');
    assert.deepEqual(heard, ['data: 1\n\n', 'data: 2\n\n']);
    assert.deepEqual(
      exchange.pieces.map((piece) => piece.offset),
      [0, 9],
    );
    const [first, second] = exchange.pieces;
    assert.ok(second!.at - first!.at > 10, `${first!.at}, ${second!.at}`);
    assert.ok(exchange.headAt! <= first!.at && exchange.endedAt! >= second!.at);
    const raw = Buffer.concat(exchange.raw.map((piece) => piece.bytes)).toString('latin1');
    assert.match(
      raw,
      /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n$/,
    );
  });

  test('an answer whose bytes come one at a time is the same answer', async (context) => {
    const bytes = `HTTP/1.1 100 Continue\r\n\r\n${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`;
    const port = await rawServer(context, async (socket) => {
      for (const byte of bytes) {
        await new Promise((written) => socket.write(byte, written));
      }
    });
    const exchange = await ended(openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' }));
    assert.equal(exchange.ending, 'complete');
    assert.equal(exchange.head?.status, 200);
    assert.equal(text(exchange.body), 'hi');
  });

  test('an answer to HEAD is complete with its head', async (context) => {
    const port = await answering(context, `${OK}Content-Length: 10\r\n\r\n`);
    const origin = `http://127.0.0.1:${port}`;
    assert.equal(
      (await ended(openExchange({ origin, path: '/', method: 'HEAD' }))).ending,
      'complete',
    );
  });
});

describe('how it ends', () => {
  const endings: [string, string, 'stay' | 'close' | 'reset', string, string | undefined][] = [
    ['a body of known length', `${OK}Content-Length: 2\r\n\r\nhi`, 'stay', 'complete', undefined],
    [
      'a body until the connection closes',
      `HTTP/1.0 200 OK\r\n\r\nhi`,
      'close',
      'closed',
      undefined,
    ],
    [
      'an end before the last chunk',
      `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`,
      'close',
      'cut',
      'The connection was closed before the end of the answer.',
    ],
    [
      'an end inside the head',
      'HTTP/1.1 200',
      'close',
      'cut',
      'The connection was closed before the end of the answer.',
    ],
    ['a reset in a body without length', `${OK}\r\nhi`, 'reset', 'cut', 'ECONNRESET'],
    [
      'garbage',
      'I am a teapot\n',
      'stay',
      'malformed',
      '"I am a teapot" is not a status line: an answer begins with "HTTP/1.1 200 OK" or the like.',
    ],
  ];
  for (const [title, answer, close, ending, cause] of endings) {
    test(`${title}: ${ending}`, async (context) => {
      const port = await answering(context, answer, close);
      const exchange = await ended(openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' }));
      assert.equal(exchange.ending, ending);
      assert.equal(exchange.cause, cause);
    });
  }

  test('no byte of an answer: cut, and the cause says so', async (context) => {
    const port = await rawServer(context, (socket) => socket.on('data', () => socket.end()));
    const exchange = await ended(openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' }));
    assert.equal(exchange.ending, 'cut');
    assert.equal(exchange.cause, 'The connection was closed before any byte of an answer.');
  });

  test('nobody listens: refused', async () => {
    const origin = `http://localhost:${await freePort()}`;
    const exchange = await ended(openExchange({ origin, path: '/' }));
    assert.equal(exchange.ending, 'refused');
    assert.equal(exchange.cause, 'ECONNREFUSED');
  });

  test('a server without TLS asked by TLS: refused with a cause', async (context) => {
    const port = await answering(context, 'no', 'close');
    const exchange = openExchange({ origin: `https://127.0.0.1:${port}`, path: '/' });
    const plain = await rawServer(context, (socket) => socket.end('no TLS here'));
    exchange.leave();
    const second = openExchange({ origin: `https://127.0.0.1:${plain}`, path: '/' });
    assert.equal((await ended(exchange)).ending, 'left');
    assert.equal((await ended(second)).ending, 'refused');
    assert.ok(second.cause);
  });

  test('a body over the limit: flooded, and the server is told to stop', async (context) => {
    const closed = promised<true>('the server sees the client leave');
    const port = await rawServer(context, (socket) => {
      socket.write(`${OK}\r\n`);
      const flood = () => {
        while (socket.writable && socket.write(Buffer.alloc(65536)));
      };
      socket.on('drain', flood).on('close', () => closed.resolve(true));
      flood();
    });
    const exchange = openExchange(
      { origin: `http://127.0.0.1:${port}`, path: '/' },
      { limit: 300_000 },
    );
    await ended(exchange);
    assert.equal(exchange.ending, 'flooded');
    assert.equal(exchange.cause, 'More than 300000 bytes came.');
    assert.ok(exchange.body.length < 300_000 + 70_000);
    await closed.promise;
  });

  test('leaving closes the connection at once', async (context) => {
    const closed = promised<true>('the server sees the client leave');
    const port = await httpServer(context, (_, response) => {
      response.on('close', () => closed.resolve(true));
      response.writeHead(200).flushHeaders();
    });
    const exchange = openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' });
    await exchange.until(({ head }) => head, DEADLINE);
    exchange.leave();
    assert.equal(exchange.ending, 'left');
    await closed.promise;
  });
});

describe('until', () => {
  test('gives what the condition gives, even if that is 0 or empty', async (context) => {
    const port = await answering(context, `${OK}Content-Length: 0\r\n\r\n`);
    const exchange = openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' });
    assert.equal(await exchange.until(({ head }) => head && '', DEADLINE), '');
  });

  test('gives undefined at the deadline', async (context) => {
    const port = await rawServer(context, () => {});
    const exchange = openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' });
    assert.equal(await exchange.until(({ head }) => head, 30), undefined);
    assert.equal(exchange.ending, undefined);
    exchange.leave();
  });

  test('does not wait for the deadline once the exchange has ended', async (context) => {
    const port = await answering(context, `${OK}Content-Length: 0\r\n\r\n`);
    const exchange = openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' });
    const found = await exchange.until(({ pieces }) => pieces.length > 3, 1_000_000);
    assert.equal(found, undefined);
    assert.equal(exchange.ending, 'complete');
    assert.equal(await exchange.until(({ ending }) => ending, 0), 'complete');
  });

  test('finds nothing new while the exchange is paused, and all of it afterwards', async (context) => {
    const size = 16 * 1024 * 1024;
    const port = await answering(
      context,
      `${OK}Content-Length: ${size}\r\n\r\n${'x'.repeat(size)}`,
    );
    const options = { limit: 2 * size };
    const exchange = openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' }, options);
    await exchange.until(({ head }) => head, DEADLINE);
    exchange.pause();
    const before = exchange.body.length;
    assert.equal(await exchange.until(({ body }) => body.length > before, 50), undefined);
    exchange.resume();
    assert.equal((await ended(exchange)).ending, 'complete');
    assert.equal(exchange.body.length, size);
  });

  test('fails with the error that the condition throws', async (context) => {
    const port = await answering(context, `${OK}\r\nhi`);
    const exchange = openExchange({ origin: `http://127.0.0.1:${port}`, path: '/' });
    const condition = ({ pieces }: Exchange) => {
      if (pieces.length > 0) throw new RangeError('too many');
      return false as const;
    };
    await assert.rejects(exchange.until(condition, DEADLINE), RangeError);
    exchange.leave();
  });
});

test('localhost is found at ::1 where a server listens only there', async (context) => {
  const { createServer } = await import('node:net');
  const server = createServer((socket) => socket.end(`${OK}Content-Length: 0\r\n\r\n`));
  const port = await new Promise<number | undefined>((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(0, '::1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : undefined);
    });
  });
  if (port === undefined) return context.skip('this machine has no ::1');
  context.after(() => server.close());
  const exchange = await ended(openExchange({ origin: `http://localhost:${port}`, path: '/' }));
  assert.equal(exchange.ending, 'complete');
});
