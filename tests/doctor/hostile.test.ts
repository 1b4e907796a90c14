// Servers that mean harm, or are broken beyond measure. The doctor bears them: its memory stays small,
// it is done in time, and it says in a sentence what came.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import { rawServer } from '../wire/sockets.ts';
import { asJson, doctor } from './calling.ts';

const LOOK = 0.6; // seconds
const MOST_MEMORY = 200; // MB
/** Node and tsx start before the doctor can keep time; on a busy machine that takes long. */
const START = 4000;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'data: x\n\n'));

/** Writes the same bytes as fast as they are taken. */
function flood(socket: Socket, bytes: Uint8Array): void {
  const pour = () => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', pour);
  pour();
}

interface Hostile {
  name: string;
  serve: (socket: Socket) => void;
  /** What is said, on whichever of the two streams. */
  says: RegExp;
  code: number;
  finding?: string;
}

const hostile: Hostile[] = [
  {
    name: 'a line that never ends',
    serve: (socket) => {
      socket.write(`${HEAD}\r\ndata: `);
      flood(socket, Buffer.alloc(65536, 'x'));
    },
    says: /no line end/,
    code: 1,
    finding: 'unfinished-event',
  },
  {
    name: 'a flood of small events',
    serve: (socket) => {
      socket.write(`${HEAD}\r\n`);
      flood(socket, Buffer.from('data: a\n\n'.repeat(8000)));
    },
    says: /lines came .*The look stopped there/,
    code: 0,
  },
  {
    name: 'a flood of blank lines',
    serve: (socket) => {
      socket.write(`${HEAD}\r\n`);
      flood(socket, Buffer.alloc(65536, '\n'));
    },
    says: /lines came .*The look stopped there/,
    code: 0,
  },
  {
    name: 'a flood in chunks of one byte',
    serve: (socket) => {
      socket.write(CHUNKED);
      flood(socket, Buffer.from('1\r\nx\r\n'.repeat(10_000)));
    },
    says: /no field of an event stream is there/,
    code: 1,
    finding: 'not-framed',
  },
  {
    name: 'a head that never ends',
    serve: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Long: ');
      flood(socket, Buffer.alloc(65536, 'y'));
    },
    says: /head .*has no end within 64 KiB/,
    code: 2,
    finding: 'unreachable',
  },
  {
    name: 'a head that comes in drops',
    serve: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('X-Drop: 1\r\n'), 50);
      socket.on('close', () => clearInterval(drip));
    },
    says: /bytes of a head within .*no end of it/,
    code: 2,
    finding: 'unreachable',
  },
  {
    name: 'a thousand header lines',
    serve: (socket) => {
      const lines = Array.from({ length: 1000 }, (_, number) => `X-${number}: ${number}\r\n`);
      socket.write(`${HEAD}${lines.join('')}\r\ndata: a\n\n`);
    },
    says: /more than 500 header lines/,
    code: 2,
    finding: 'unreachable',
  },
  {
    name: 'a chunk size that is no number',
    serve: (socket) => {
      socket.write(`${CHUNKED}9\r\ndata: a\n\n\r\nzz\r\n`);
    },
    says: /"zz" is not a chunk size/,
    code: 1,
    finding: 'unreachable',
  },
  {
    name: 'a chunk size beyond all measure',
    serve: (socket) => {
      socket.write(`${CHUNKED}ffffffffffffffffffff\r\ndata: a\n\n`);
    },
    says: /is not a chunk size/,
    code: 1,
    finding: 'unreachable',
  },
  {
    name: 'a chunk that is longer than its size',
    serve: (socket) => {
      socket.write(`${CHUNKED}3\r\ndata: a\n\n\r\n`);
    },
    says: /follows a chunk: a line end was expected/,
    code: 1,
    finding: 'unreachable',
  },
  {
    name: 'bytes behind the end',
    serve: (socket) => {
      socket.write(`${CHUNKED}9\r\ndata: a\n\n\r\n0\r\n\r\ndata: too late\n\n`);
    },
    says: /16 bytes came behind the end of the answer/,
    code: 0,
  },
  {
    name: 'a bomb: a gigabyte in a megabyte',
    serve: (socket) => {
      socket.write(`${HEAD}Content-Encoding: gzip\r\n\r\n`);
      const gzip = createGzip({ level: 9 });
      gzip.on('data', (bytes: Buffer) => socket.write(bytes));
      socket.on('close', () => gzip.destroy());
      flood(gzip as unknown as Socket, Buffer.alloc(1024 * 1024, 'data: x'));
    },
    says: /came out of what was compressed|no line end/,
    code: 1,
  },
  {
    name: 'a bomb of events',
    serve: (socket) => {
      socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`);
      socket.write(BOMB);
    },
    // Either it has seen enough before the rest is unfolded, or it stops where that is too much.
    says: /(came out of what was compressed .*The look stopped there|\d+ events\.)/,
    code: 0,
  },
  {
    name: 'an answer in another protocol',
    serve: (socket) => {
      socket.write(Buffer.from([0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100]));
    },
    says: /gave no answer in HTTP: .*is not a status line/,
    code: 2,
    finding: 'unreachable',
  },
  {
    name: 'text that would command a terminal',
    serve: (socket) => {
      socket.write(`${HEAD}X-Evil: \x1b[2J\r\n\r\nevent: \x1b]0;x\x07\ndata: \x1b[31mred\n\n`);
    },
    says: /\\x1b\[31mred/,
    code: 0,
  },
];

describe('a hostile server does no harm', { concurrency: 2, timeout: 60_000 }, () => {
  for (const { name, serve, says, code, finding } of hostile) {
    it(name, async (context) => {
      const port = await rawServer(context, (socket) => {
        socket.once('data', () => serve(socket));
        socket.on('error', () => {});
      });
      const call = await doctor([`http://127.0.0.1:${port}/`, '--for', String(LOOK)]);
      const said = `${call.out}${call.err}`;
      assert.match(said.replace(/\n */g, ' '), says);
      assert.equal(call.code, code, said);
      assert.doesNotMatch(said, /\x1b|\x07|\n +at /);
      assert.ok(call.memory < MOST_MEMORY, `it held ${call.memory.toFixed(0)} MB`);
      const most = 4000 * LOOK + 2000 + START;
      assert.ok(call.milliseconds < most, `it took ${call.milliseconds.toFixed(0)} ms`);
      if (finding)
        assert.match(said, finding === 'unreachable' && code === 2 ? /./ : new RegExp(finding));
    });
  }
});

describe('a hostile server, with --json', { timeout: 60_000 }, () => {
  it('leaves standard output one JSON object', async (context) => {
    const port = await rawServer(context, (socket) => {
      socket.once('data', () => {
        socket.write(`${HEAD}\r\n`);
        flood(socket, Buffer.from('data: a\n\n'.repeat(8000)));
      });
      socket.on('error', () => {});
    });
    const call = await doctor([`http://127.0.0.1:${port}/`, '--for', String(LOOK), '--json']);
    assert.equal(call.code, 0, call.err);
    assert.ok(asJson(call).events > 1000);
    assert.match(call.err, /The look stopped there/);
  });
});
