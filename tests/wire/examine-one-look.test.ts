// Every finding of one look, met as the doctor meets it: over a connection. The answers are those
// that the list of findings is tested with.
import assert from 'node:assert/strict';
import { describe, it, type TestContext, test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { concat } from '../../scripts/wire/bytes.ts';
import { examine } from '../../scripts/wire/examine/examine.ts';
import { readInquiry } from '../../scripts/wire/examine/inquiry.ts';
import { type FindingId, findingTable } from '../../scripts/wire/findings.ts';
import { headerValue } from '../../scripts/wire/http.ts';
import { type Case, provoking, quiet } from './findings-cases.ts';
import { answering, httpServer } from './sockets.ts';

const TOGETHER = { concurrency: 16, timeout: 60_000 };
/** These are about time: they have tests of their own below. */
const TIMED: FindingId[] = ['head-late', 'held-back', 'silent'];
const HEAD = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

/** Answers as the case says, byte for byte, and looks at it once. */
async function found(context: TestContext, one: Case) {
  const { head, look } = one;
  const lines = head.headers.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
  const first = `${head.version} ${head.status} ${head.reason}\r\n${lines}\r\n`;
  const body = Buffer.from(concat(one.pieces.map(({ bytes }) => bytes)));
  const chunked = headerValue(head, 'transfer-encoding') === 'chunked';
  const over = look.ending === 'complete' || look.ending === 'closed';
  const framed = chunked
    ? [`${body.length.toString(16)}\r\n`, body, over ? '\r\n0\r\n\r\n' : '\r\n']
    : [body];
  const parts = [first, ...framed].map((part) => Buffer.from(part));
  const broken = look.ending === 'cut' || look.ending === 'malformed';
  const how = broken ? 'reset' : over ? 'close' : 'stay';
  const port = await answering(context, Buffer.concat(parts), how);
  const method = look.method ?? 'GET';
  const url = `http://127.0.0.1:${port}/`;
  const ask = readInquiry({ url, method, ...(method === 'POST' && { body: '' }) });
  const { findings } = await examine(ask, { look: one.missing ? 800 : 200, whole: 3000 });
  return findings;
}

const title = (one: Case) => `${one.id}: ${one.name}${one.level ? ` (${one.level})` : ''}`;

describe('names over a connection', TOGETHER, () => {
  for (const one of provoking) {
    if (TIMED.includes(one.id)) continue;
    // Browsers follow: there is no answer behind it here.
    if (headerValue(one.head, 'location') !== undefined) continue;
    it(title(one), async (context) => {
      const findings = await found(context, one);
      const level = one.level ?? findingTable[one.id].levels[0];
      assert.ok(
        findings.some((other) => other.id === one.id && other.level === level),
        `it has found ${findings.map((other) => `${other.id} (${other.level})`).join(', ')}`,
      );
    });
  }
});

describe('is quiet over a connection about', TOGETHER, () => {
  for (const one of quiet) {
    if (TIMED.includes(one.id) || one.missing) continue;
    it(title(one), async (context) => {
      const findings = await found(context, one);
      assert.deepEqual(
        findings.filter((other) => other.id === one.id).map(({ message }) => message),
        [],
      );
    });
  }
});

describe('judges time', TOGETHER, () => {
  const look = (port: number, milliseconds: number) =>
    examine(readInquiry({ url: `http://127.0.0.1:${port}/` }), {
      look: milliseconds,
      whole: milliseconds + 4000,
    });
  const ids = (findings: { id: string; level: string }[]) =>
    findings.map(({ id, level }) => `${id} (${level})`);

  it('head-late: the head waits for the first event', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, HEAD);
      setTimeout(() => response.write('data: a\n\n'), 1150).unref();
    });
    assert.ok(ids((await look(port, 3000)).findings).includes('head-late (warning)'));
  });

  it('is quiet about a head at once and an event much later', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, HEAD).flushHeaders();
      setTimeout(() => response.write('data: a\n\n'), 1150).unref();
    });
    assert.deepEqual(ids((await look(port, 3000)).findings), ['no-ids (note)']);
  });

  it('held-back: all at the very end, behind a compressor that is never flushed', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, { ...HEAD, 'Content-Encoding': 'gzip' }).flushHeaders();
      const all = gzipSync('data: a\n\n'.repeat(5));
      setTimeout(() => response.end(all), 2150).unref();
    });
    const found = ids((await look(port, 6000)).findings);
    assert.ok(found.includes('held-back (warning)'), found.join());
    assert.ok(found.includes('compressed (note)'), found.join());
  });

  it('held-back: a burst at the first look and none at the second is a warning', async (context) => {
    let clients = 0;
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, HEAD).flushHeaders();
      let id = clients++ * 100;
      const event = () => `id: ${++id}\ndata: ${id}\n\n`;
      if (clients === 1) {
        setTimeout(() => response.write(event() + event() + event()), 2150).unref();
        return;
      }
      const timer = setInterval(() => response.write(event()), 60);
      response.on('close', () => clearInterval(timer));
    });
    const found = ids((await look(port, 2400)).findings);
    assert.deepEqual(found, ['held-back (warning)']);
  });

  it('is quiet about words that come quickly after a long thought', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, HEAD).flushHeaders();
      let words = 0;
      const speak = () => {
        response.write(`data: {"delta":"word ${++words}"}\n\n`);
        if (words < 12) setTimeout(speak, 20);
        else response.end('data: [DONE]\n\n');
      };
      setTimeout(speak, 2150);
    });
    const found = ids((await look(port, 6000)).findings);
    assert.deepEqual(found, ['no-ids (note)', 'ends (note)']);
  });

  it('silent: nothing in a short look is a note, a heartbeat is enough', async (context) => {
    const [silent, beating] = await Promise.all(
      ['', ':\n\n'].map((text) =>
        httpServer(context, (_request, response) => {
          response.writeHead(200, HEAD).flushHeaders();
          if (text) response.write(text);
        }),
      ),
    );
    assert.deepEqual(ids((await look(silent!, 300)).findings), ['silent (note)']);
    assert.deepEqual(ids((await look(beating!, 300)).findings), []);
  });
});

describe('reads through compression, in time', TOGETHER, () => {
  const text = 'id: 1\nData: oops\ndata: a\n\n';
  const codings = { gzip: gzipSync(text), deflate: deflateSync(text), raw: deflateRawSync(text) };
  for (const [name, bytes] of Object.entries(codings)) {
    it(name === 'raw' ? 'deflate without its wrapper' : name, async (context) => {
      const port = await httpServer(context, (_request, response) => {
        const coding = name === 'raw' ? 'deflate' : name;
        response.writeHead(200, { ...HEAD, 'Content-Encoding': coding });
        response.end(bytes);
      });
      const { findings, events, body } = await examine(
        readInquiry({ url: `http://127.0.0.1:${port}/` }),
        { look: 500, whole: 4000 },
      );
      assert.equal(events, 1);
      assert.equal(Buffer.from(body).toString(), text);
      assert.ok(findings.some(({ id, span }) => id === 'unknown-field' && span?.start === 6));
    });
  }

  it('says that bytes are not of the coding that the head names', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, { ...HEAD, 'Content-Encoding': 'gzip' });
      response.write('data: plain\n\n');
    });
    const { findings } = await examine(readInquiry({ url: `http://127.0.0.1:${port}/` }), {
      look: 500,
      whole: 4000,
    });
    const found = findings.find(({ id }) => id === 'not-framed');
    assert.match(found?.message ?? '', /`Content-Encoding: gzip`, and its bytes are none/);
  });
});

test('an event that is composed slowly is not called unfinished', async (context) => {
  const port = await httpServer(context, (_request, response) => {
    response.writeHead(200, HEAD).flushHeaders();
    const bytes = [...Buffer.from('event: slow\ndata: one byte at a time 中\ndata: b\n\n')];
    const timer = setInterval(() => {
      const byte = bytes.shift();
      if (byte === undefined) clearInterval(timer);
      else response.write(Uint8Array.of(byte));
    }, 20);
    response.on('close', () => clearInterval(timer));
  });
  for (const milliseconds of [100, 300, 600]) {
    const { findings } = await examine(readInquiry({ url: `http://127.0.0.1:${port}/` }), {
      look: milliseconds,
      whole: 4000,
    });
    assert.deepEqual(
      findings.filter(({ level }) => level !== 'note'),
      [],
    );
  }
});

test('lines that come one after another, and never a blank one, are named', async (context) => {
  const port = await httpServer(context, (_request, response) => {
    response.writeHead(200, HEAD).flushHeaders();
    const timer = setInterval(() => response.write('data: tick\n'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const { findings } = await examine(readInquiry({ url: `http://127.0.0.1:${port}/` }), {
    look: 500,
    whole: 4000,
  });
  assert.deepEqual(
    findings.map(({ id }) => id),
    ['unfinished-event'],
  );
});
