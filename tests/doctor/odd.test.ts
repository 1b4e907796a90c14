// Streams as people really write them, right in their own ways. A tool that cries wolf is thrown
// away: none of these may give an error or a warning, at any look.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createGzip, constants as zlib } from 'node:zlib';
import { type Examination, examine } from '../../scripts/wire/examine/examine.ts';
import { type InquiryText, readInquiry } from '../../scripts/wire/examine/inquiry.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { begin, every, lastEventId, resumes } from '../wire/examine-streams.ts';
import { freePort, httpServer, rawServer } from '../wire/sockets.ts';
import { root } from './calling.ts';

const TOGETHER = { concurrency: 8, timeout: 60_000 };

async function look(
  port: number,
  ask: Partial<InquiryText> = {},
  milliseconds = 600,
): Promise<Examination> {
  const url = `http://127.0.0.1:${port}/events`;
  return examine(readInquiry({ url, ...ask }), { look: milliseconds, whole: 20_000, again: true });
}

function nothingWrong({ findings, events }: Examination): void {
  assert.ok(events > 0, 'no event was seen');
  assert.deepEqual(
    findings.filter(({ level }) => level !== 'note').map(({ id, message }) => `${id}: ${message}`),
    [],
  );
}

/** Node's own server, in the many ways it is used. */
const ofNode: Record<string, () => RequestListener> = {
  'headers set one by one, a comment at once, an event as two writes':
    () => (_request, response) => {
      response.setHeader('content-type', 'text/event-stream; charset=utf-8');
      response.setHeader('cache-control', 'no-cache, no-transform');
      response.setHeader('X-Accel-Buffering', 'no');
      response.setHeader('Server-Timing', 'db;dur=53, app;dur=47.2');
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.write(':\n\n');
      every(response, () => {
        response.write('event: tick\n');
        response.write(`data: ${JSON.stringify({ at: Date.now() })}\n\n`);
      });
    },
  'a list of clients and one clock': () => {
    const clients = new Set<ServerResponse>();
    let number = 0;
    setInterval(() => {
      number++;
      for (const client of clients) client.write(`id: ${number}\ndata: {"n": ${number}}\n\n`);
    }, 25).unref();
    return (_request, response) => {
      begin(response);
      clients.add(response);
      response.on('close', () => clients.delete(response));
    };
  },
  'a history with ids, and what was missed sent at once': () => {
    const history = Array.from({ length: 20 }, (_, index) => `id: ${index + 1}\ndata: old\n\n`);
    const clients = new Set<ServerResponse>();
    setInterval(() => {
      history.push(`id: ${history.length + 1}\ndata: news\n\n`);
      for (const client of clients) client.write(history.at(-1));
    }, 25).unref();
    return (request, response) => {
      begin(response);
      response.write(history.slice(lastEventId(request)).join('') || ':\n\n');
      clients.add(response);
      response.on('close', () => clients.delete(response));
    };
  },
  'a reconnection time first, heartbeats between, several data lines':
    () => (request, response) => {
      begin(response);
      response.write('retry: 2500\n\n');
      let number = lastEventId(request);
      every(response, () => {
        response.write(': heartbeat\n\n');
        response.write(`id:${++number}\ndata:first\ndata: second\ndata\n\n`);
      });
    },
  'a snapshot first, and then changes': () => (request, response) => {
    begin(response);
    let version = lastEventId(request);
    response.write(`event: snapshot\ndata: {"version": ${version}}\n\n`);
    every(response, () => response.write(`event: change\nid: v${++version}\ndata: {}\n\n`));
  },
  'a named heartbeat without an ID': () => (request, response) => {
    begin(response);
    let number = lastEventId(request);
    every(response, () => {
      number++;
      if (number % 2 === 0) response.write('event: ping\ndata: {}\n\n');
      response.write(`id: ${number}\ndata: ${number}\n\n`);
    });
  },
  'gzip, flushed after each event': () => (request, response) => {
    begin(response, { 'Content-Encoding': 'gzip' });
    const gzip = createGzip({ flush: zlib.Z_SYNC_FLUSH });
    gzip.pipe(response);
    let number = lastEventId(request);
    every(response, () => gzip.write(`id: ${++number}\ndata: train ${number}\n\n`));
  },
  'an ID reset, and IDs in letters of all kinds': () => (_request, response) => {
    begin(response);
    let number = 0;
    const started = performance.now();
    every(response, () =>
      response.write(`id: Gleis ${++number} ⟶ ${started}\ndata: {"text":"a\\nb"}\n\n`),
    );
  },
  'random times, and ids that are random': () => (_request, response) => {
    begin(response);
    const speak = () => {
      if (response.destroyed) return;
      response.write(`id: ${Math.random().toString(36).slice(2)}\ndata: ${Math.random()}\n\n`);
      setTimeout(speak, -25 * Math.log(1 - Math.random()));
    };
    speak();
  },
  'a hundred thousand characters in one event': () => (_request, response) => {
    begin(response);
    response.write(`data: ${'中'.repeat(100_000)}\n\n`);
  },
  'a redirect to where the stream is': () => (request, response) => {
    if (request.url === '/events') response.writeHead(307, { Location: '/v2/events' }).end();
    else resumes()(request, response);
  },
};

/** Answers in bytes that no library would join or mend. */
const raw: Record<string, (socket: Socket) => void> = {
  'HTTP/1.0 until the connection closes, CRLF throughout': (socket) => {
    socket.write(
      'HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.12\r\nContent-Type: text/event-stream\r\n' +
        'Cache-Control: no-cache\r\n\r\n',
    );
    let number = 0;
    const timer = setInterval(() => {
      socket.write(`event: tick\r\ndata: ${++number}\r\n\r\n`);
      if (number === 12) socket.end();
    }, 20);
    socket.on('close', () => clearInterval(timer));
  },
  'CR alone, a first byte order mark, one byte at a time': (socket) => {
    socket.write(
      'HTTP/1.1 200\r\ncontent-type:TEXT/Event-Stream\r\ncache-control:No-Store\r\n' +
        'connection: close\r\n\r\n',
    );
    const bytes = [...Buffer.from('\uFEFFevent: x\rdata: a 中🚂\r\r: b\r\rdata\r\r')];
    const timer = setInterval(() => {
      const byte = bytes.shift();
      if (byte === undefined) {
        clearInterval(timer);
        socket.end();
      } else socket.write(Uint8Array.of(byte));
    }, 5);
    socket.on('close', () => clearInterval(timer));
  },
  'chunks cut inside lines, with extensions and trailers': (socket) => {
    socket.write(
      'HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 06:55:24 GMT\r\nContent-Type: text/event-stream\r\n' +
        'Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n',
    );
    const text = 'data: one\r\n\r\ndata: two\n\n';
    let offset = 0;
    const timer = setInterval(() => {
      if (offset >= text.length) {
        clearInterval(timer);
        socket.end('0\r\nX-Check: yes\r\n\r\n');
        return;
      }
      socket.write(`5;note="x"\r\n${text.slice(offset, offset + 5).padEnd(5, '\n')}\r\n`);
      offset += 5;
    }, 20);
    socket.on('close', () => clearInterval(timer));
  },
};

describe('finds nothing wrong with a Node server that has', TOGETHER, () => {
  for (const [name, listener] of Object.entries(ofNode)) {
    it(name, async (context) => nothingWrong(await look(await httpServer(context, listener()))));
  }
});

describe('finds nothing wrong with bytes such as', TOGETHER, () => {
  for (const [name, answer] of Object.entries(raw)) {
    it(name, async (context) => {
      const port = await rawServer(context, (socket) => socket.once('data', () => answer(socket)));
      nothingWrong(await look(port));
    });
  }
});

describe('finds nothing wrong with', TOGETHER, () => {
  it("a language model's answer, asked for by POST", async (context) => {
    const port = await httpServer(context, (request, response) => {
      request.resume();
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-cache, must-revalidate',
        'openai-processing-ms': '12',
        'x-ratelimit-remaining-requests': '9',
      });
      response.flushHeaders();
      let words = 0;
      const most = 5 + Math.floor(Math.random() * 10);
      const speak = () => {
        if (response.destroyed) return;
        const chunk = { id: 'c1', choices: [{ delta: { content: ` word${++words}` } }] };
        response.write(`data: ${JSON.stringify(chunk)}\n\n`);
        if (words < most) setTimeout(speak, 5 + Math.random() * 30);
        else response.end('data: {"usage":{"total":9}}\n\ndata: [DONE]\n\n');
      };
      setTimeout(speak, 100);
    });
    const ask = { method: 'POST', headers: ['Content-Type: application/json'], body: '{}' };
    nothingWrong(await look(port, ask, 1000));
  });

  it('the station clock of the first lesson', async (context) => {
    const port = await freePort();
    const lesson = join(root, 'lessons', '01-event-stream', 'server.ts');
    const child = spawn(process.execPath, ['--import', TYPESCRIPT, lesson], {
      cwd: root,
      env: { ...process.env, PORT: String(port), PUBLIC_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    context.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    nothingWrong(await look(port, { url: `http://127.0.0.1:${port}/clock` }, 3300));
  });

  const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
  const without = python === undefined ? 'there is no Python on this machine' : false;
  for (const kind of ['HTTPServer', 'ThreadingHTTPServer']) {
    it(`Python's ${kind}`, { skip: without }, async (context) => {
      const port = await freePort();
      await pythonServer(context, python!, kind, port);
      nothingWrong(await look(port));
    });
  }
});

async function pythonServer(context: TestContext, python: string, kind: string, port: number) {
  const program = `
import sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

class Clock(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Cache-Control', 'no-cache')
        self.end_headers()
        try:
            while True:
                self.wfile.write(('data: %s\\n\\n' % time.time()).encode())
                self.wfile.flush()
                time.sleep(0.03)
        except OSError:
            pass
    def log_message(self, *_):
        pass

server = ${kind}(('127.0.0.1', ${port}), Clock)
print('listening', flush=True)
server.serve_forever()
`;
  const child = spawn(python, ['-c', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  context.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
}
