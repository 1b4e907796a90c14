import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { KitError } from '../../scripts/kit-error.ts';
import { type Relay, startRelay, type WireRecord } from '../../scripts/wire/relay.ts';
import { frameBytes } from '../../scripts/wire/websocket.ts';
import { answering, Client, freePort, httpServer, promised, rawServer } from './sockets.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const STREAM = `${OK}Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n`;

/** A relay in front of `target`, and all that it tells. */
async function relayTo(
  context: TestContext,
  target: number | undefined,
  patience = 10_000,
): Promise<{ relay: Relay; tape: Tape }> {
  const relay = await startRelay({ port: 0, patience, ...(target !== undefined && { target }) });
  context.after(() => relay.close());
  return { relay, tape: new Tape(relay) };
}

/** The records of a relay, and a way to wait for one. */
class Tape {
  readonly records: WireRecord[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(relay: Relay) {
    relay.onRecord((record) => {
      this.records.push(record);
      for (const look of [...this.#waiting]) look();
    });
  }

  of<Kind extends WireRecord['kind']>(kind: Kind): Extract<WireRecord, { kind: Kind }>[] {
    return this.records.filter((record) => record.kind === kind) as never;
  }

  /** The body of an exchange as the records tell it, with or without framing. */
  body(framing = false, exchange?: number): string {
    return this.of('piece')
      .filter((piece) => exchange === undefined || piece.exchange === exchange)
      .map((piece) => {
        const bytes = Buffer.from(piece.bytes, 'base64').toString('latin1');
        const { before = '', after = '' } = (framing && piece.framing) || {};
        return before + bytes + after;
      })
      .join('');
  }

  until(condition: (tape: this) => boolean): Promise<void> {
    const { promise, resolve } = promised<void>(`a record so that ${condition}`);
    const look = () => {
      if (condition(this)) resolve();
    };
    this.#waiting.add(look);
    look();
    return promise;
  }
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

const GET = 'GET /clock HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n';

/** A server of one event stream: the head at once, the rest as the test writes it. */
async function streaming(context: TestContext, head = STREAM) {
  const opened = promised<import('node:net').Socket>('a request');
  const port = await rawServer(context, (socket) => {
    socket.once('data', () => {
      socket.write(head);
      opened.resolve(socket);
    });
  });
  const { relay, tape } = await relayTo(context, port);
  const client = new Client(context, relay.port).write(GET);
  const server = await opened.promise;
  await client.until(({ text }) => text.length >= head.length, 'the head');
  return { relay, tape, client, server };
}

describe('bytes', () => {
  test('pass both ways as they are, and the records tell what passed', async (context) => {
    const request = `POST /a?b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nContent-Length: 3\r\n\r\nabc`;
    const got = promised<string>('the request');
    const answer = `${STREAM}${chunk(': hi\n\n')}${chunk('id: 7\nevent: tick\ndata: 1\n\n')}0\r\n\r\n`;
    const port = await rawServer(context, (socket) => {
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes;
        if (text.length < request.length) return;
        got.resolve(text);
        socket.write(answer);
      });
    });
    const { relay, tape } = await relayTo(context, port);
    const client = new Client(context, relay.port).write(request);
    assert.equal(await got.promise, request);
    await client.until(({ text }) => text === answer, 'the answer');
    assert.equal(relay.connections, 1);

    const facts = tape.records.map(({ connection, exchange, at, ...rest }) => {
      assert.deepEqual([connection, exchange], [1, 1]);
      assert.ok(Math.abs(at - Date.now()) < 5000);
      return rest;
    });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    assert.deepEqual(facts, [
      {
        kind: 'request',
        method: 'POST',
        target: '/a?b',
        accept: '*/*',
        text: request.slice(0, -3),
        bodyLength: 3,
      },
      { kind: 'request-piece', offset: 0, bytes: base64('abc') },
      { kind: 'head', status: 200, text: STREAM, contentType: 'text/event-stream' },
      {
        kind: 'piece',
        offset: 0,
        bytes: base64(': hi\n\n'),
        framing: { before: '6\r\n', after: '\r\n' },
      },
      { kind: 'comment', span: { start: 0, end: 5 } },
      {
        kind: 'piece',
        offset: 6,
        bytes: base64('id: 7\nevent: tick\ndata: 1\n\n'),
        framing: { before: '1b\r\n', after: '\r\n' },
      },
      { kind: 'event', span: { start: 6, end: 33 }, type: 'tick', data: '1', lastEventId: '7' },
      { kind: 'piece', offset: 33, bytes: '', framing: { before: '0\r\n\r\n', after: '' } },
      { kind: 'end', how: 'complete' },
    ]);
  });

  test('bytes that are no HTTP pass as well, and the end of the answer says so', async (context) => {
    const { relay, tape } = await relayTo(context, await answering(context, 'hello\n', 'close'));
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ ended }) => ended);
    assert.equal(client.text, 'hello\n');
    const [end] = tape.of('end');
    assert.equal(end?.how, 'malformed');
    assert.match(end?.cause ?? '', /^"hello" is not a status line/);
  });

  test('no upstream bytes whatever change on the way or hurt the relay', async (context) => {
    let answer: Uint8Array = new Uint8Array();
    const port = await rawServer(context, (socket) => {
      socket.once('data', () => socket.end(answer));
    });
    const { relay } = await relayTo(context, port);
    const odd = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            STREAM,
            OK,
            '\r\n',
            '\n\n',
            '5\r\nda',
            'data: x',
            'HTTP/1.1 1',
            '0\r\n\r\n',
          ),
          fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
        ),
        { maxLength: 8 },
      )
      .map((parts) => Buffer.from(parts.join(''), 'latin1'));
    await fc.assert(
      fc.asyncProperty(odd, async (bytes) => {
        answer = bytes;
        const client = new Client(context, relay.port).write(GET);
        await client.until(({ ended }) => ended, 'the end');
        assert.equal(client.text, bytes.toString('latin1'));
        client.socket.destroy();
      }),
      { numRuns: 60 },
    );
  });

  test('of the body of a request the beginning is told, without framing and wherever it was cut', async (context) => {
    const got = promised<number>('the whole request');
    const long = 'x'.repeat(20 * 1024);
    const whole = [
      'POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab',
      'c\r\n',
      `${chunk(long)}0\r\n\r\n`,
    ];
    const port = await rawServer(context, (socket) => {
      let length = 0;
      socket.on('data', (bytes) => {
        length += bytes.length;
        if (length === whole.join('').length) got.resolve(length);
      });
    });
    const { relay, tape } = await relayTo(context, port);
    const client = new Client(context, relay.port);
    for (const part of whole) client.write(part);
    await got.promise;
    const body = () =>
      tape
        .of('request-piece')
        .map(({ bytes }) => Buffer.from(bytes, 'base64').toString())
        .join('');
    await tape.until(() => body().length >= 16 * 1024);
    assert.equal(body(), `abc${long}`.slice(0, 16 * 1024));
    const [first, second] = tape.of('request-piece');
    assert.equal(second!.offset, Buffer.from(first!.bytes, 'base64').length);
  });

  test('a request that is none reaches the server', async (context) => {
    const got = promised<string>('the request');
    const port = await rawServer(context, (socket) => {
      socket.on('data', (bytes) => got.resolve(bytes.toString()));
    });
    const { relay } = await relayTo(context, port);
    new Client(context, relay.port).write('nonsense\r\n\r\n');
    assert.equal(await got.promise, 'nonsense\r\n\r\n');
  });

  test('TLS passes sealed, and the tape says so', async (context) => {
    const hello = Buffer.from([0x16, 3, 1, 0, 2, 1, 2]);
    const answer = Buffer.from([0x16, 3, 3, 0, 1, 9]);
    const { relay, tape } = await relayTo(
      context,
      await rawServer(context, (socket) => socket.once('data', () => socket.write(answer))),
    );
    relay.set({ slow: 60_000, hold: 1000, split: 1 });
    const client = new Client(context, relay.port).write(hello);
    await client.until(({ bytes }) => bytes.equals(answer));
    assert.deepEqual(
      tape.records.map(({ at, ...rest }) => rest),
      [
        { kind: 'sealed', connection: 1, exchange: 1, direction: 'up', length: 7 },
        { kind: 'sealed', connection: 1, exchange: 1, direction: 'down', length: 6 },
      ],
    );
  });

  test('after an upgrade the bytes pass as those of another protocol', async (context) => {
    const port = await rawServer(context, (socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: telegraph\r\n\r\n\x81');
        socket.on('data', (bytes) => socket.write(bytes));
      });
    });
    const { relay, tape } = await relayTo(context, port);
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ text }) => text.endsWith('\r\n\r\n\xc2\x81'));
    client.write('GET is no request now\r\n\r\n');
    await client.until(({ text }) => text.endsWith('now\r\n\r\n'));
    await tape.until(() => tape.of('sealed').length === 3);
    assert.deepEqual(
      tape.of('sealed').map(({ direction }) => direction),
      ['down', 'up', 'down'],
    );
    assert.equal(tape.of('request').length, 1);
  });

  test('after an upgrade to WebSocket each frame is told, in both directions, and passes unharmed', async (context) => {
    const mask = Uint8Array.of(1, 2, 3, 4);
    const long = frameBytes('x'.repeat(5000));
    const port = await rawServer(context, (socket) => {
      socket.once('data', () => {
        const head = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n');
        // The first frame comes with the head, and the second in two pieces.
        socket.write(Buffer.concat([head, frameBytes('one'), long.subarray(0, 3)]));
        socket.on('data', (bytes) => {
          socket.write(Buffer.concat([long.subarray(3), bytes]));
        });
      });
    });
    const { relay, tape } = await relayTo(context, port);
    const client = new Client(context, relay.port).write(GET);
    await tape.until(() => tape.of('frame').length === 1);
    const up = Buffer.concat([
      frameBytes('中', { mask }),
      frameBytes(Uint8Array.of(3, 232), { opcode: 8, mask }),
    ]);
    client.write(up);
    await tape.until(() => tape.of('frame').length === 6);
    await client.until(({ bytes }) => bytes.includes(Buffer.concat([frameBytes('one'), long, up])));
    const told = tape.of('frame').map(({ direction, opcode, masked, length, payload }) => {
      const text = Buffer.from(payload, 'base64').toString();
      return `${direction} ${opcode} ${masked ? 'masked ' : ''}${length} ${text.slice(0, 3)}`;
    });
    assert.deepEqual(
      told.filter((one) => one.startsWith('up')),
      ['up 1 masked 3 中', 'up 8 masked 2 \x03\ufffd'],
    );
    assert.deepEqual(
      told.filter((one) => one.startsWith('down')),
      ['down 1 3 one', 'down 1 5000 xxx', 'down 1 masked 3 中', 'down 8 masked 2 \x03\ufffd'],
    );
    assert.equal(tape.of('sealed').length, 0);
    assert.equal(relay.cut(), 1, 'a lever can cut it');
    await tape.until(() => tape.of('end').length === 1);
  });
});

describe('exchanges', () => {
  test('several on one connection are told apart, answers without a body included', async (context) => {
    const port = await httpServer(context, (request, response) => {
      if (request.url === '/nothing') response.writeHead(204).end();
      else if (request.url === '/same') response.writeHead(304).end();
      else if (request.url === '/file') response.setHeader('Content-Length', 4).end('file');
      else response.end(`stream of ${request.url}`);
    });
    const { relay, tape } = await relayTo(context, port);
    const client = new Client(context, relay.port);
    const requests = [
      ['HEAD', '/file'],
      ['GET', '/nothing'],
      ['GET', '/file'],
      ['GET', '/same'],
      ['GET', '/other'],
    ];
    for (const [index, [method, target]] of requests.entries()) {
      client.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await tape.until(() => tape.of('end').length === index + 1);
    }
    assert.deepEqual(
      tape.of('request').map(({ method, target, exchange }) => [method, target, exchange]),
      requests.map(([method, target], index) => [method, target, index + 1]),
    );
    assert.deepEqual(
      tape.of('head').map(({ status, exchange }) => [status, exchange]),
      [200, 204, 200, 304, 200].map((status, index) => [status, index + 1]),
    );
    assert.ok(tape.of('end').every(({ how }) => how === 'complete'));
    assert.equal(tape.body(false, 3), 'file');
    assert.equal(tape.body(false, 5), 'stream of /other');
    assert.equal(relay.connections, 1);
  });

  test('requests sent at once are answered in order', async (context) => {
    const port = await httpServer(context, (request, response) => response.end(request.url));
    const { relay, tape } = await relayTo(context, port);
    const ask = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;
    new Client(context, relay.port).write(ask('/1') + ask('/2') + ask('/3'));
    await tape.until(() => tape.of('end').length === 3);
    assert.deepEqual(
      [1, 2, 3].map((exchange) => tape.body(false, exchange)),
      ['/1', '/2', '/3'],
    );
  });

  test('an event stream resumed by its client begins with the last event ID', async (context) => {
    const port = await answering(
      context,
      `${OK}Content-Type: text/event-stream\r\n\r\ndata: a\n\n`,
    );
    const { relay, tape } = await relayTo(context, port);
    new Client(context, relay.port).write(
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nLast-Event-ID: Zürich\r\n\r\n'),
    );
    await tape.until(() => tape.of('event').length === 1);
    assert.equal(tape.of('event')[0]?.lastEventId, 'Zürich');
  });

  test('an event that comes in many writes has the span of all its bytes', async (context) => {
    const { tape, server } = await streaming(context);
    const event = ': c\r\nid: é\r\ndata: 1\r\n\r\n';
    for (const byte of Buffer.from(event)) {
      const bytes = Buffer.from([0x31, 13, 10, byte, 13, 10]);
      await new Promise((written) => server.write(bytes, written));
    }
    server.write(chunk('data: 2\n\n'));
    await tape.until(() => tape.of('event').length === 2);
    assert.deepEqual(
      tape.of('event').map(({ data, lastEventId }) => [data, lastEventId]),
      [
        ['1', 'é'],
        ['2', 'é'],
      ],
    );
    assert.equal(tape.of('comment').length, 1);
    assert.equal(tape.of('event')[1]?.span.start, Buffer.byteLength(event));
  });
});

describe('findings', () => {
  test('on a good stream there is nothing to tell but that it has no ids', async (context) => {
    const head = `${OK}Content-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n`;
    const { tape, server } = await streaming(context, head);
    server.write('data: 1\n\n');
    server.write('data: 2\n\n');
    await tape.until(() => tape.of('event').length === 2);
    assert.deepEqual(
      tape.of('finding').map(({ finding }) => [finding.id, finding.level]),
      [['no-ids', 'note']],
    );
  });

  test('a mistake is told once, as soon as its block is complete, with its place', async (context) => {
    const { tape, server } = await streaming(context);
    server.write(chunk('id: 1\ndata: 1\n\n'));
    server.write(chunk('id: 2\nData: 2\n\n'));
    server.write(chunk('id: 3\nData: 3\n\n'));
    server.write(chunk('id: 4\ndata: 4\n\n'));
    await tape.until(() => tape.of('event').length === 2);
    const found = tape.of('finding').filter(({ finding }) => finding.id === 'unknown-field');
    assert.equal(found.length, 1);
    assert.equal(found[0]?.finding.level, 'error');
    assert.equal(found[0]?.finding.span?.start, 21);
    assert.match(found[0]?.text ?? '', /\^ byte 21, \+0\.\d{3} s/);
    const kinds = tape.records.map((record) =>
      'finding' in record ? record.finding.id : record.kind,
    );
    assert.ok(kinds.indexOf('unknown-field') < kinds.lastIndexOf('event'), `${kinds}`);
  });

  test('a wrong type is told to those who asked for an event stream, and to no others', async (context) => {
    const port = await answering(
      context,
      `${OK}Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n`,
    );
    const { relay, tape } = await relayTo(context, port);
    const client = new Client(context, relay.port).write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await tape.until(() => tape.of('end').length === 1);
    assert.deepEqual(tape.of('finding'), []);
    client.write(GET);
    await tape.until(() => tape.of('end').length === 2);
    const [first] = tape.of('finding');
    assert.equal(first?.finding.id, 'content-type');
    assert.equal(first.exchange, 2);
  });

  test('an event that the server leaves unfinished is told, one that a lever cuts is not', async (context) => {
    for (const [cut, expected] of [
      [false, ['unfinished-event']],
      [true, []],
    ] as const) {
      const { relay, tape, server, client } = await streaming(context);
      server.write(chunk('data: 1'));
      await client.until(({ text }) => text.includes('data: 1'));
      if (cut) relay.cut();
      else server.end('0\r\n\r\n');
      await tape.until(() => tape.of('end').length === 1);
      const ids = tape.of('finding').map(({ finding }) => finding.id);
      assert.deepEqual(
        ids.filter((id) => id === 'unfinished-event'),
        expected,
      );
    }
  });

  test('of a long stream only the beginning is looked at', async (context) => {
    const { tape, server } = await streaming(context);
    const long = chunk(`id: 1\ndata: ${'x'.repeat(1000)}\n\n`);
    server.write(long.repeat(300));
    server.write(chunk('Data: late\n\n'));
    server.write(chunk('data: unfinished'));
    server.end('0\r\n\r\n');
    await tape.until(() => tape.of('end').length === 1);
    assert.equal(tape.of('event').length, 300);
    const ids = tape.of('finding').map(({ finding }) => finding.id);
    assert.ok(!ids.includes('unknown-field') && !ids.includes('unfinished-event'), `${ids}`);
  });
});

describe('how a connection ends', () => {
  test("the server's end is passed on, and the client may still send", async (context) => {
    const got = promised<string>('what the client sends last');
    const port = await rawServer(context, (socket) => {
      let text = '';
      socket.on('data', (bytes) => {
        if (text === '') socket.end(`${OK}Content-Length: 2\r\n\r\nhi`);
        text += bytes;
        if (text.endsWith('last words')) got.resolve(text);
      });
    });
    const { relay } = await relayTo(context, port);
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ ended }) => ended);
    assert.match(client.text, /hi$/);
    client.write('last words');
    assert.match(await got.promise, /last words$/);
    client.socket.end();
    await client.until(({ closed }) => closed);
    assert.equal(client.failed, undefined);
  });

  test("the client's end is passed on, and the server may still answer", async (context) => {
    const port = await rawServer(context, (socket) => {
      socket.resume().on('end', () => socket.end('HTTP/1.0 200 OK\r\n\r\nafter your end'));
    });
    const { relay, tape } = await relayTo(context, port);
    const client = new Client(context, relay.port);
    client.socket.end(GET);
    await client.until(({ ended }) => ended);
    assert.match(client.text, /after your end$/);
    await tape.until(() => tape.of('end').length === 1);
    assert.equal(tape.of('end')[0]?.how, 'closed');
  });

  test("the server's reset is a reset for the client", async (context) => {
    const { client, server, tape } = await streaming(context);
    server.write(chunk('data: half'));
    await client.until(({ text }) => text.includes('half'));
    server.resetAndDestroy();
    await client.until(({ failed }) => failed !== undefined);
    assert.equal(client.failed, 'ECONNRESET');
    const [end] = tape.of('end');
    assert.equal(end?.how, 'cut');
    assert.deepEqual(end.unfinished, { start: 0, end: 10 });
  });

  test('a reset that comes with the last bytes is a reset all the same', async (context) => {
    const { relay, tape } = await relayTo(
      context,
      await answering(context, 'HTTP/1.0 200 OK\r\n\r\nhi', 'reset'),
    );
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ failed }) => failed !== undefined);
    assert.equal(client.failed, 'ECONNRESET');
    assert.equal(tape.of('end')[0]?.how, 'cut');
  });

  test("the client's reset is a reset for the server", async (context) => {
    const { client, server, tape, relay } = await streaming(context);
    const failed = promised<string>('an error at the server');
    server.on('error', (error: NodeJS.ErrnoException) => failed.resolve(error.code ?? ''));
    client.socket.resetAndDestroy();
    assert.equal(await failed.promise, 'ECONNRESET');
    await tape.until(() => tape.of('end').length === 1);
    assert.equal(tape.of('end')[0]?.how, 'left');
    assert.equal(relay.connections, 0);
  });

  test("a client that leaves closes the response of Node's server", async (context) => {
    const closed = promised<true>('the response closes');
    const port = await httpServer(context, (_, response) => {
      response.on('close', () => closed.resolve(true));
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hi\n\n');
    });
    const { relay, tape } = await relayTo(context, port);
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ text }) => text.includes(': hi'));
    client.socket.destroy();
    await closed.promise;
    await tape.until(() => tape.of('end').length === 1);
    assert.equal(tape.of('end')[0]?.how, 'left');
  });

  test('an end before the last chunk is a cut', async (context) => {
    const { client, server, tape } = await streaming(context);
    server.end(chunk('data: 1\n\ndata: 2'));
    await client.until(({ ended }) => ended);
    const [end] = tape.of('end');
    assert.equal(end?.how, 'cut');
    assert.deepEqual(end.unfinished, { start: 9, end: 16 });
  });
});

describe('the target', () => {
  test('nobody there: the client is reset', async (context) => {
    const { relay } = await relayTo(context, await freePort());
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ failed }) => failed !== undefined);
    assert.equal(client.failed, 'ECONNRESET');
  });

  test('while it restarts by plan new connections wait, and then have their answer', async (context) => {
    const first = await answering(context, `${OK}Content-Length: 5\r\n\r\nfirst`);
    const second = await answering(context, `${OK}Content-Length: 6\r\n\r\nsecond`);
    const { relay } = await relayTo(context, first);
    const before = new Client(context, relay.port).write(GET);
    await before.until(({ text }) => text.endsWith('first'));
    relay.target(undefined);
    const during = new Client(context, relay.port).write(GET);
    // A connection that is there stays with its server, and shows that time has passed.
    before.write(GET);
    await before.until(({ text }) => text.endsWith('first') && text.length > 50);
    assert.equal(during.text, '');
    assert.equal(during.closed, false);
    relay.target(second);
    await during.until(({ text }) => text.endsWith('second'));
  });

  test('when its patience ends, a waiting client is reset', async (context) => {
    const { relay } = await relayTo(context, undefined, 30);
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ failed }) => failed !== undefined);
    assert.equal(client.failed, 'ECONNRESET');
    assert.equal(relay.connections, 0);
  });

  test('a port in use is one clear sentence', async (context) => {
    const port = await rawServer(context, () => {});
    await assert.rejects(
      startRelay({ port }),
      new KitError(
        `Port ${port} on 127.0.0.1 is in use by another program: close that program, or choose another port.`,
      ),
    );
  });

  test('close ends streams and waiting clients, and frees the port', async (context) => {
    const { relay, client } = await streaming(context);
    relay.target(undefined);
    const waiting = new Client(context, relay.port).write(GET);
    await waiting.until(({ socket }) => socket.readyState === 'open');
    await relay.close();
    await client.until(({ ended, failed }) => ended || failed !== undefined);
    await waiting.until(({ ended, failed }) => ended || failed !== undefined);
    const next = await startRelay({ port: relay.port });
    await next.close();
  });
});

describe('levers', () => {
  test('whatever is pulled, the bytes are the same and in order', async (context) => {
    let answer: Uint8Array[] = [];
    const port = await rawServer(context, (socket) => {
      socket.once('data', async () => {
        for (const piece of answer) await new Promise((written) => socket.write(piece, written));
        socket.end();
      });
    });
    const { relay, tape } = await relayTo(context, port);
    const levers = fc.record({
      slow: fc.constantFrom(0, 1, 8),
      split: fc.constantFrom(0, 3, 7, 20),
      hold: fc.constantFrom(0, 1, 10, 64),
    });
    const events = fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.array(levers, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (texts, changes, chunked) => {
          tape.records.length = 0;
          const pieces = texts.map((text) => `data: ${text.replace(/[\r\n]/g, '')}\n\n`);
          const head = chunked ? STREAM : `${OK}Content-Type: text/event-stream\r\n\r\n`;
          const framed = chunked ? [...pieces.map(chunk), '0\r\n\r\n'] : pieces;
          answer = [head, ...framed].map((piece) => Buffer.from(piece));
          relay.set(changes[0]!);
          const client = new Client(context, relay.port).write(GET);
          for (const change of changes) {
            const length = client.pieces.length;
            await client.until(({ ended, pieces }) => ended || pieces.length > length);
            relay.set(change);
          }
          await client.until(({ ended }) => ended, 'the end');
          assert.equal(client.bytes.toString(), Buffer.concat(answer).toString());
          await tape.until(() => tape.of('end').length === 1);
          assert.equal(tape.body(true), Buffer.from(framed.join('')).toString('latin1'));
          assert.equal(tape.of('event').length, pieces.length);
          client.socket.destroy();
        },
      ),
      { numRuns: 25 },
    );
  });

  test('slow delays each piece, and not the head', async (context) => {
    const { relay, client, server } = await streaming(context);
    relay.set({ slow: 60 });
    const sentAt = performance.now();
    server.write(chunk('data: 1\n\n'));
    await client.until(({ text }) => text.includes('data'));
    assert.ok(client.pieces.at(-1)!.at - sentAt >= 59);
  });

  test('split sends pieces of that size, at least 2 ms apart', async (context) => {
    const { relay, client, server, tape } = await streaming(context);
    relay.set({ split: 4 });
    const heads = client.pieces.length;
    const bytes = chunk('data: 1234\n\n');
    server.write(bytes);
    await client.until(({ text }) => text === STREAM + bytes);
    const times = tape.of('piece').map(({ at }) => at);
    assert.equal(times.length, Math.ceil(bytes.length / 4));
    for (const [index, at] of times.entries()) {
      if (index > 0) assert.ok(at - times[index - 1]! >= 1.9, `${times}`);
    }
    const largest = Math.max(...client.pieces.slice(heads).map((piece) => piece.bytes.length));
    assert.ok(largest <= 8, `a piece of ${largest} bytes`);
  });

  test('hold sends full buffers only, wherever in an event they end', async (context) => {
    const { relay, client, server, tape } = await streaming(context);
    relay.set({ hold: 12 });
    server.write(chunk('data: 1\n\n'));
    server.write(chunk('data: 2\n\n'));
    await client.until(({ text }) => text.length > STREAM.length);
    assert.equal(tape.body(), 'data: 1\n\ndat');
    assert.equal(tape.of('event').length, 1);
    server.write('0\r\n\r\n');
    await tape.until(() => tape.of('end').length === 1);
    assert.equal(tape.body(), 'data: 1\n\ndata: 2\n\n');
    const whole = `${STREAM}${chunk('data: 1\n\n')}${chunk('data: 2\n\n')}0\r\n\r\n`;
    await client.until(({ text }) => text === whole, 'the whole answer');
  });

  test('letting hold go releases what was held', async (context) => {
    const { relay, client, server } = await streaming(context);
    relay.set({ hold: 1000 });
    server.write(chunk('data: 1\n\n'));
    // A second client is the witness that the bytes have reached the relay.
    const witness = new Client(context, relay.port).write(GET);
    await witness.until(() => relay.connections === 2);
    relay.set({ hold: 0 });
    server.write(chunk('data: 2\n\n'));
    await client.until(({ text }) => text.includes('data: 2'));
    assert.equal(client.text, `${STREAM}${chunk('data: 1\n\n')}${chunk('data: 2\n\n')}`);
  });

  test('an end of the connection releases what was held', async (context) => {
    const { relay, client, server } = await streaming(context, `${OK}\r\n`);
    relay.set({ hold: 1000, slow: 5 });
    server.end('the rest');
    await client.until(({ ended }) => ended);
    assert.equal(client.text, `${OK}\r\nthe rest`);
  });

  test("files of known length pass untouched, and so the page's own files do", async (context) => {
    const answer = `${OK}Content-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>`;
    const { relay } = await relayTo(context, await answering(context, answer));
    relay.set({ slow: 60_000, split: 1, hold: 100_000 });
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ text }) => text === answer);
  });

  test('a value out of range is refused with a sentence, and nothing changes', async (context) => {
    const { relay } = await relayTo(context, undefined);
    relay.set({ slow: 5 });
    assert.throws(
      () => relay.set({ split: -1 }),
      new KitError('split cannot be -1: a whole number from 0 (off) to 1048576 was expected.'),
    );
    assert.throws(
      () => relay.set({ speed: 1 } as never),
      new KitError('"speed" is not a lever: slow, split or hold was expected.'),
    );
    assert.deepEqual(relay.levers, { slow: 5, split: 0, hold: 0 });
  });
});

describe('cuts', () => {
  test('cut ends all open streams in the middle of their bodies, and nothing else', async (context) => {
    const { relay, client, server, tape } = await streaming(context);
    const closed = promised<true>('the server sees that the client has gone');
    server.on('end', () => closed.resolve(true)).resume();
    server.write(chunk('data: 1\n\nda'));
    await client.until(({ text }) => text.includes('data'));
    assert.equal(relay.cut(), 1);
    await client.until(({ ended }) => ended);
    assert.ok(!client.text.endsWith('0\r\n\r\n'));
    await closed.promise;
    assert.deepEqual(
      tape.of('end').map(({ how, unfinished }) => [how, unfinished]),
      [['cut', { start: 9, end: 11 }]],
    );
    assert.equal(relay.cut(), 0);
  });

  test('a stream that ends with its connection is cut by a reset', async (context) => {
    const { relay, client, server } = await streaming(context, 'HTTP/1.0 200 OK\r\n\r\n');
    server.write('half');
    await client.until(({ text }) => text.endsWith('half'));
    assert.equal(relay.cut(), 1);
    await client.until(({ failed }) => failed !== undefined);
    assert.equal(client.failed, 'ECONNRESET');
  });

  test('a connection at rest and a file under way are not cut', async (context) => {
    const port = await answering(context, `${OK}Content-Length: 10\r\n\r\nhalf`);
    const { relay } = await relayTo(context, port);
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ text }) => text.endsWith('half'));
    assert.equal(relay.cut(), 0);
    assert.equal(client.closed, false);
  });

  for (const [title, head, framed] of [
    ['with chunks', STREAM, chunk],
    ['until close', `${OK}Content-Type: text/event-stream\r\n\r\n`, (text: string) => text],
  ] as const) {
    test(`in mid-event, ${title}: some bytes of the next event come, its blank line does not`, async (context) => {
      const { relay, client, server, tape } = await streaming(context, head);
      server.write(framed('data: whole\n\n'));
      await client.until(({ text }) => text.includes('whole'));
      relay.cutInMidEvent();
      server.write(framed(': a comment is no event\n\n'));
      await client.until(({ text }) => text.includes('no event\n\n'));
      server.write(framed('event: tick\ndata: the next event\n\ndata: and one more\n\n'));
      await client.until(({ ended, failed }) => ended || failed !== undefined);
      assert.match(tape.body(), /event\n\nevent: tick\nda/);
      assert.doesNotMatch(tape.body(), /next event\n\n/);
      assert.equal(tape.of('event').length, 1);
      const [end] = tape.of('end');
      const start = 'data: whole\n\n: a comment is no event\n\n'.length;
      assert.equal(end?.how, 'cut');
      assert.deepEqual(end.unfinished, { start, end: tape.body().length });
      assert.ok(client.text.length < head.length + 100);
      assert.match(client.text, /event: tick\nda/);
    });
  }

  test('in mid-event with bytes one by one: the blank line does not come', async (context) => {
    const { relay, client, server, tape } = await streaming(context);
    relay.set({ split: 1 });
    relay.cutInMidEvent();
    server.write(chunk('data: 1\r\n\r\n'));
    await client.until(({ ended }) => ended);
    assert.equal(tape.body(), 'data: 1\r\n');
    assert.deepEqual(tape.of('end')[0]?.unfinished, { start: 0, end: 9 });
  });

  test('it is armed for one event of the streams that are open', async (context) => {
    const port = await answering(context, STREAM + chunk('data: 1\n\n'));
    const { relay, tape } = await relayTo(context, port);
    relay.cutInMidEvent();
    const client = new Client(context, relay.port).write(GET);
    await client.until(({ text }) => text.includes('data: 1'));
    assert.equal(client.closed, false);
    await tape.until(() => tape.of('event').length === 1);
  });
});

test('a client that does not read makes the server wait, levers or none', async (context) => {
  for (const levers of [{ hold: 0 }, { hold: 1000, split: 100_000, slow: 1 }]) {
    const size = 64 * 1024;
    let written = 0;
    const stalled = promised<true>('the server is made to wait');
    const port = await rawServer(context, (socket) => {
      socket.once('data', () => {
        socket.write(`${OK}Content-Type: text/event-stream\r\n\r\n`);
        let deadline: NodeJS.Timeout;
        const flood = () => {
          clearTimeout(deadline);
          while (written < 300_000_000) {
            written += size;
            if (!socket.write(Buffer.alloc(size, 0x61))) break;
          }
          // Nothing drains for a while: that is what waiting looks like from here.
          deadline = setTimeout(() => stalled.resolve(true), 150);
        };
        socket.on('drain', flood).on('close', () => clearTimeout(deadline));
        flood();
      });
    });
    const { relay } = await relayTo(context, port);
    relay.set(levers);
    const client = new Client(context, relay.port);
    client.socket.pause();
    client.write(GET);
    await stalled.promise;
    assert.ok(written < 60_000_000, `${written} bytes were taken from the server`);
    client.socket.destroy();
    await relay.close();
  }
});

test('an upload that the server does not read makes the client wait', async (context) => {
  const port = await rawServer(context, (socket) => socket.pause());
  const { relay } = await relayTo(context, port);
  const client = new Client(context, relay.port);
  const size = 64 * 1024;
  let written = 0;
  const stalled = promised<true>('the client is made to wait');
  let deadline: NodeJS.Timeout;
  const flood = () => {
    clearTimeout(deadline);
    while (written < 300_000_000) {
      written += size;
      if (!client.socket.write(Buffer.alloc(size))) break;
    }
    deadline = setTimeout(() => stalled.resolve(true), 150);
  };
  client.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n');
  client.socket.on('drain', flood).on('close', () => clearTimeout(deadline));
  flood();
  await stalled.promise;
  assert.ok(written < 60_000_000, `${written} bytes were taken from the client`);
});
