// page.ts, which every lesson's server imports: what it hands out, what it refuses, how it listens.
// Requests are written to a socket as they stand, for fetch would tidy the paths.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { servePage } from '../../lessons/page.ts';
import { TYPESCRIPT } from '../typescript.ts';

const CLOCK = join(import.meta.dirname, '..', '..', 'lessons', '01-event-stream', 'server.ts');

/** Writes `text` and gives back all that comes until the other side closes. */
function send(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.setTimeout(5000, () =>
      socket.destroy(new Error(`no end within 5 s; so far: ${answer}`)),
    );
    socket.on('data', (piece) => {
      answer += piece;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

function ask(port: number, target: string, method = 'GET'): Promise<string> {
  return send(port, `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
}

const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4);

describe('servePage', () => {
  let directory: string;
  let server: Server;
  let port: number;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'page-'));
    const lesson = join(directory, 'lesson');
    mkdirSync(join(lesson, 'folder.js'), { recursive: true });
    writeFileSync(join(directory, 'secret.js'), 'the secret');
    writeFileSync(join(lesson, 'index.html'), '<!doctype html><title>Ü</title>');
    writeFileSync(join(lesson, 'client.js'), '// the script');
    writeFileSync(join(lesson, 'server.ts'), '// the secret');
    writeFileSync(join(lesson, 'README.md'), 'the secret');
    writeFileSync(join(lesson, '.hidden.js'), 'the secret');
    server = createServer((request, response) => servePage(lesson, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });

  after(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });

  it('answers / with index.html, typed, measured in bytes, and not to be kept', async () => {
    const answer = await ask(port, '/?any=query');
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(answer, /^Content-Type: text\/html; charset=utf-8\r$/m);
    assert.match(answer, /^Content-Length: 32\r$/m);
    assert.match(answer, /^Cache-Control: no-store\r$/m);
    assert.equal(
      Buffer.from(bodyOf(answer), 'latin1').toString(),
      '<!doctype html><title>Ü</title>',
    );
  });

  for (const [target, type] of [
    ['/client.js', 'text/javascript; charset=utf-8'],
    ['/public/lesson.css', 'text/css; charset=utf-8'],
    ['/public/event-log.js', 'text/javascript; charset=utf-8'],
    ['/public/fonts/ibm-plex-mono-latin-400-normal.woff2', 'font/woff2'],
    ['/lessons/01-event-stream/client.js', 'text/javascript; charset=utf-8'],
  ] as const) {
    it(`hands out ${target}`, async () => {
      const answer = await ask(port, target);
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
      assert.ok(answer.includes(`\r\nContent-Type: ${type}\r\n`));
      assert.ok(bodyOf(answer).length > 0);
    });
  }

  for (const target of [
    '/../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/%2E%2E%2Fsecret.js',
    '/..\\secret.js',
    '/..%5csecret.js',
    '/./../secret.js',
    '//secret.js',
    '/public/../secret.js',
    '/public/../../../../../../etc/passwd',
    '/public/%2e%2e/lessons/page.ts',
    '/public/fonts/../../package.json',
    '/lessons/../secret.js',
    '/lessons/01-event-stream/../page.ts',
    '/client.js%00.png',
    '/client%2ejs',
    '/etc/passwd',
    'http://localhost/../secret.js',
    '/.hidden.js',
    '/server.ts',
    '/README.md',
    '/lessons/page.ts',
    '/lessons/01-event-stream/server.ts',
    '/lessons/01-event-stream/checks.ts',
    '/lessons/01-event-stream/index.html',
    '/lessons/client.js',
    '/public/hub/live.ts',
    '/public',
    '/public/',
    '/folder.js',
    '/constructor.constructor',
    '/nothing.js',
  ]) {
    it(`answers ${target} with 404 and a sentence`, async () => {
      const answer = await ask(port, target);
      assert.match(answer, /^HTTP\/1\.1 404 Not Found\r\n/);
      assert.match(answer, /^Content-Type: text\/plain; charset=utf-8\r$/m);
      assert.equal(bodyOf(answer), `Nothing is at ${target} here. Is the address right?\n`);
    });
  }

  it('answers HEAD as GET, without the body', async () => {
    const answer = await ask(port, '/client.js', 'HEAD');
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(answer, /^Content-Length: 13\r$/m);
    assert.equal(bodyOf(answer), '');
  });

  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    it(`answers ${method} with 405, a sentence and what is allowed`, async () => {
      const answer = await ask(port, '/client.js', method);
      assert.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n/);
      assert.match(answer, /^Allow: GET, HEAD\r$/m);
      assert.equal(bodyOf(answer), `${method} is not for /client.js: ask with GET.\n`);
    });
  }
});

describe('listen', () => {
  const running = new Set<ChildProcess>();
  after(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  /** The station clock as its own program. `told` is all that it prints. */
  function start(env: Record<string, string>) {
    const child = spawn(process.execPath, ['--import', TYPESCRIPT, CLOCK], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    const printed = { out: '', err: '' };
    child.stderr.setEncoding('utf8').on('data', (text) => {
      printed.err += text;
    });
    const address = new Promise<URL>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        printed.out += text;
        const found = /http:\S+/.exec(printed.out);
        if (found) resolve(new URL(found[0]));
      });
    });
    const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.on('exit', (code, signal) => {
        running.delete(child);
        resolve({ code, signal });
      });
    });
    return { child, printed, address, gone };
  }

  it('prints the address of the lesson, and answers there', async () => {
    const { child, printed, address } = start({ PORT: '0' });
    const { port, origin } = await address;
    assert.equal(printed.out, `Lesson 01: ${origin} (Ctrl-C ends it)\n`);
    assert.match(await ask(Number(port), '/'), /<title>The station clock<\/title>/);
    child.kill();
  });

  it('tells the public port where a relay stands in front', async () => {
    const { child, address } = start({ PORT: '0', PUBLIC_PORT: '4401' });
    assert.equal((await address).origin, 'http://localhost:4401');
    child.kill();
  });

  it('answers what is no HTTP with 400 and a sentence, and serves on', async () => {
    const { child, printed, address } = start({ PORT: '0' });
    const port = Number((await address).port);
    const answer = await send(port, 'HELLO STATION\r\n\r\n');
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: text\/plain/);
    assert.equal(bodyOf(answer), 'This is no HTTP request that a server can read.\n');
    assert.match(await ask(port, '/client.js'), /^HTTP\/1\.1 200 /);
    assert.equal(printed.err, '');
    child.kill();
  });

  it('writes no second head into a stream whose client sends rubbish', async () => {
    const { child, address } = start({ PORT: '0' });
    const port = Number((await address).port);
    const request = 'GET /clock HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(request));
      socket.on('data', (piece) => {
        text += piece;
        if (text.includes('data:')) socket.write('RUBBISH\r\n\r\n');
      });
      socket.on('error', () => resolve(text));
      socket.on('close', () => resolve(text));
    });
    assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
    child.kill();
  });

  it('says in one sentence that its port is taken, and ends with 1', async () => {
    const other = createTcpServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { printed, gone } = start({ PORT: String(port) });
    assert.deepEqual(await gone, { code: 1, signal: null });
    assert.equal(
      printed.err,
      `Port ${port} is taken: another program listens there. Stop it, or set PORT to another number.\n`,
    );
    other.close();
  });

  for (const PORT of ['abc', '-1', '65536', '44 01', '4401.5']) {
    it(`says in one sentence that ${PORT} is no port, and ends with 1`, async () => {
      const { printed, gone } = start({ PORT });
      assert.deepEqual(await gone, { code: 1, signal: null });
      assert.equal(
        printed.err,
        `PORT is "${PORT}", which is no port: set it to a number from 0 to 65535.\n`,
      );
    });
  }

  it('is ended by Ctrl-C at once, with a stream open', {
    skip: process.platform === 'win32',
  }, async () => {
    const { child, printed, address, gone } = start({ PORT: '0' });
    const port = Number((await address).port);
    const stream = connect(port, '127.0.0.1');
    stream.on('error', () => {}); // a reset is an end as well
    stream.write('GET /clock HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => stream.once('data', resolve));
    const asked = performance.now();
    child.kill('SIGINT');
    assert.equal((await gone).signal, 'SIGINT');
    assert.ok(performance.now() - asked < 500);
    assert.equal(printed.err, '');
    stream.destroy();
  });
});
