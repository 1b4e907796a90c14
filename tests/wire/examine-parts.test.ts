// The doctor's judgements that need no connection: what needs leave, what is one counter, how often
// events come, what is printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamReader } from '../../scripts/wire/event-stream.ts';
import { findingsInPreflight, preflightFor } from '../../scripts/wire/examine/cors.ts';
import { countersIn, sharedCounter } from '../../scripts/wire/examine/counter.ts';
import type { Examination } from '../../scripts/wire/examine/examine.ts';
import { afterRedirect, readInquiry, requestOf } from '../../scripts/wire/examine/inquiry.ts';
import { Report } from '../../scripts/wire/examine/report.ts';
import { unreachable } from '../../scripts/wire/examine/unreachable.ts';
import { readResponseHead } from '../../scripts/wire/http.ts';

const url = 'http://a.example/events';

function head(text: string) {
  const read = readResponseHead(Buffer.from(`${text.replaceAll('\n', '\r\n')}\r\n\r\n`));
  if ('malformed' in read) throw new Error(read.malformed);
  return read;
}

function events(...texts: string[]) {
  const reader = new EventStreamReader();
  return reader.feed(Buffer.from(texts.map((text) => `${text}\n\n`).join('')));
}

test('a preflight is sent for what a form could not send, and for nothing else', () => {
  const asks: [object, string[] | undefined][] = [
    [{}, undefined],
    [{ headers: ['Accept: text/html', 'Accept-Language: de, en;q=0.5'] }, undefined],
    [{ headers: ['Cookie: a=b', 'Origin: x', 'Sec-Fetch-Mode: cors'] }, undefined],
    [{ method: 'POST', body: 'x' }, undefined],
    [{ method: 'POST', headers: ['Content-Type: text/plain;charset=UTF-8'], body: 'x' }, undefined],
    [{ method: 'POST', headers: ['Content-Type: application/json'], body: 'x' }, ['content-type']],
    [{ method: 'DELETE' }, []],
    [{ headers: ['X-B: 1', 'Authorization: t', 'A: 1'] }, ['a', 'authorization', 'x-b']],
    [{ headers: ['Last-Event-ID: 3'] }, ['last-event-id']],
    [{ headers: ['Cache-Control: no-cache'] }, ['cache-control']],
    [{ headers: ['Accept: "quoted"'] }, ['accept']],
    [{ headers: [`Accept-Language: ${'a'.repeat(129)}`] }, ['accept-language']],
    [{ headers: ['Range: bytes=5-'] }, undefined],
    [{ headers: ['Range: bytes=-5'] }, ['range']],
  ];
  for (const [ask, headers] of asks) {
    assert.deepEqual(preflightFor(readInquiry({ url, ...ask }))?.headers, headers);
  }
});

test('methods are compared letter by letter, header names are not', () => {
  const page = { origin: 'http://b.example', credentials: false };
  const answer = head(
    'HTTP/1.1 204 No Content\nAccess-Control-Allow-Origin: *\n' +
      'Access-Control-Allow-Methods: put\nAccess-Control-Allow-Headers: X-A',
  );
  const found = findingsInPreflight(answer, { method: 'PUT', headers: ['x-a'] }, page);
  assert.deepEqual(
    found.map(({ id }) => id),
    ['preflight-method'],
  );
  assert.match(found[0]!.message, /Capitals count/);
});

test('the request is what EventSource would send, and what was given goes before it', () => {
  const { headers } = requestOf(readInquiry({ url, headers: ['accept: x/y', 'X-A: 1'] }), {
    'Last-Event-ID': '7',
  });
  assert.deepEqual(headers, {
    'Accept-Encoding': 'gzip, deflate',
    'Cache-Control': 'no-cache',
    'User-Agent': 'down-the-wire-doctor',
    accept: 'x/y',
    'X-A': '1',
    'Last-Event-ID': '7',
  });
});

test('a redirect to another origin leaves secrets behind, and an origin that nobody knows', () => {
  const asked = readInquiry({
    url,
    method: 'POST',
    headers: ['Authorization: t', 'X-A: 1'],
    body: 'x',
    origin: 'http://page.example',
  });
  const next = afterRedirect(asked, head('HTTP/1.1 307 Go\nLocation: http://c.example/b#part'));
  assert.equal(next?.url.href, 'http://c.example/b');
  assert.deepEqual([next?.method, next?.body, next?.origin], ['POST', 'x', 'null']);
  assert.deepEqual(next?.headers, { 'X-A': '1' });
  for (const answer of [
    'HTTP/1.1 302 Go',
    'HTTP/1.1 302 Go\nLocation: ftp://x/',
    'HTTP/1.1 200 OK\nLocation: /there',
    'HTTP/1.1 304 Not Modified\nLocation: /there',
  ]) {
    assert.equal(afterRedirect(asked, head(answer)), undefined, answer);
  }
});

test('a counter is found by its steady step, in IDs and in data, whatever comes between', () => {
  const alone = events('event: hi\ndata: 5', 'id: 1\ndata: a', 'id: 2\ndata: a', 'id: 3\ndata: a');
  const counters = countersIn(alone);
  assert.deepEqual(
    counters.map(({ step }) => step),
    [1],
  );
  const older = events('id: 4\ndata: a', 'id: 6\ndata: a', 'id: 8\ndata: a');
  const newer = events('id: 5\ndata: a', 'id: 7\ndata: a', 'id: 9\ndata: a');
  assert.deepEqual(sharedCounter(counters, older, newer), { older: [4, 6, 8], newer: [5, 7, 9] });
  const own = events('id: 1\ndata: a', 'id: 2\ndata: a', 'id: 3\ndata: a');
  assert.equal(sharedCounter(counters, older, own), undefined);
  assert.equal(sharedCounter(counters, older, older), undefined);
});

test('times and uneven numbers are no counters', () => {
  assert.deepEqual(countersIn(events('data: 1000', 'data: 2001', 'data: 3001')), []);
  assert.deepEqual(countersIn(events('data: 7', 'data: 7', 'data: 7')), []);
  assert.deepEqual(countersIn(events('data: 1', 'data: 2')), []);
  // A clock with two hands: seconds are steady, and every client sees them all.
  const clock = (seconds: number[]) => events(...seconds.map((one) => `data: 14:03:${one}`));
  const counters = countersIn(clock([10, 11, 12]));
  assert.equal(sharedCounter(counters, clock([20, 21, 22]), clock([20, 21, 22])), undefined);
});

test('each cause of silence is told with what to do about it', () => {
  const silence = { url: new URL('https://a.example:8443/'), connected: false, waited: 5000 };
  const nothing = new Uint8Array(0);
  const told = (cause: string | undefined, came: Uint8Array = nothing, connected = false) => {
    const { id, level, message, advice } = unreachable({ ...silence, came, connected, cause });
    assert.deepEqual([id, level], ['unreachable', 'error']);
    assert.match(advice, /^[A-Z].*\.$/);
    return message;
  };
  assert.match(told('CERT_HAS_EXPIRED'), /certificate of `a\.example:8443` has expired/);
  assert.match(told('ERR_TLS_CERT_ALTNAME_INVALID'), /is for another name/);
  assert.match(told('ENOTFOUND'), /The name `a\.example` leads to no address \(ENOTFOUND\)/);
  assert.match(told('ECONNREFUSED'), /connection was refused/);
  assert.match(told('EPERM'), /could not be reached \(EPERM\)/);
  assert.match(told('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'), /speaks no HTTP\/1\.1/);
  assert.match(told('ERR_SSL_WRONG_VERSION_NUMBER'), /does not speak TLS/);
  assert.match(told('x', Uint8Array.of(0x15, 0x03, 0x03), true), /answered in TLS/);
  assert.match(told('The connection was closed before any byte of an answer.'), /: the connection/);
  assert.match(told(undefined), /No connection .* within 5\.000 s/);
  assert.match(told(undefined, nothing, true), /no byte of an answer came within 5\.000 s/);
  assert.match(told(undefined, Buffer.from('HTTP/1.1'), true), /8 bytes of a head/);
});

test('the report has colours only where they are wanted, and obeys no byte of the wire', () => {
  const examination: Examination = {
    status: 200,
    events: 0,
    remarks: ['Nothing else.'],
    body: Buffer.from('retry: \x1b[2J\n\n'),
    findings: [
      {
        id: 'bad-retry',
        level: 'error',
        message: 'It is wrong.',
        advice: 'Mend it.',
        span: { start: 7, end: 8 },
        at: 12,
        rule: 'https://example.org/',
      },
    ],
  };
  const style = { columns: 80, wrap: (text: string) => text };
  const plain = new Report({ ...style, colour: false }).findings(examination);
  assert.equal(
    plain,
    [
      'Nothing else.',
      '',
      '✗ error  bad-retry',
      '    It is wrong.',
      '',
      '    retry: \\x1b[2J\\n',
      '           ^ byte 7, +0.012 s',
      '',
      '    Mend it.',
      '    https://example.org/',
      '',
      '1 error.',
      '',
    ].join('\n'),
  );
  const coloured = new Report({ ...style, colour: true }).findings(examination);
  assert.match(coloured, /\x1b\[31m✗ error/);
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ''), plain);
});
