// What takes more than one look, or another origin: what provokes each finding, and what, as odd,
// does not. The sentences are kept in fixtures/examine.txt; `UPDATE_FIXTURES=1` writes them anew.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, describe, it, type TestContext, test } from 'node:test';
import { type Examination, examine } from '../../scripts/wire/examine/examine.ts';
import { readInquiry } from '../../scripts/wire/examine/inquiry.ts';
import type { FindingId } from '../../scripts/wire/findings.ts';
import { PAGE, provoking, quiet, type StreamCase } from './examine-streams.ts';
import { httpServer } from './sockets.ts';

const FIXTURE = new URL('fixtures/examine.txt', import.meta.url);
/** Long enough for some ten events, however busy the machine is. */
const LOOK = 700;
const WHOLE = 30_000;
/** Requests that may be tried side by side. */
const TOGETHER = { concurrency: 8, timeout: 60_000 };

/** The ids that are found here; the others are found in one look, and tested with it. */
const HERE: FindingId[] = [
  ...(['replays', 'shared-clients', 'cors-missing', 'cors-origin'] as const),
  ...(['cors-wildcard-credentials', 'cors-credentials', 'cors-vary'] as const),
  ...(['preflight', 'preflight-method', 'preflight-headers'] as const),
];

async function lookAt(context: TestContext, one: StreamCase): Promise<Examination> {
  const port = await httpServer(context, one.listener());
  const url = `http://127.0.0.1:${port}${one.path ?? '/'}`;
  return examine(readInquiry({ url, ...one.ask }), { look: LOOK, whole: WHOLE });
}

const title = (one: StreamCase) => `${one.id}: ${one.name}`;

/** The sentences without what differs from run to run. */
function steady(text: string): string {
  return text
    .replace(/\d+\.\d{3} s/g, '{time}')
    .replace(/`Last-Event-ID: \d+`/g, '`Last-Event-ID: {id}`')
    .replace(/\d+ events came again, from `\d+` to `\d+`/g, '{n} events came again')
    .replace(/the event `\d+` came again/g, 'the event `{id}` came again')
    .replace(/`\d+(, \d+)+`/g, '`{numbers}`');
}

const kept = new Map(
  (process.env.UPDATE_FIXTURES ? '' : readFileSync(FIXTURE, 'utf8'))
    .split(/^=== /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end + 1).trimEnd()] as const;
    }),
);
const told = new Map<string, string>();

describe('each mistake is named, and nothing else is', TOGETHER, () => {
  for (const one of provoking) {
    it(title(one), async (context) => {
      // Where the machine is so busy that silence tells nothing, the doctor rather says nothing.
      let findings = (await lookAt(context, one)).findings;
      for (let tries = 0; tries < 2 && !findings.some(({ id }) => id === one.id); tries++) {
        findings = (await lookAt(context, one)).findings;
      }
      const found = findings.find(({ id }) => id === one.id);
      assert.ok(found, `${one.id} is not among ${findings.map(({ id }) => id).join(', ')}`);
      const text = steady(`${found.message}\n\n${found.advice}`);
      told.set(title(one), text);
      if (!process.env.UPDATE_FIXTURES) assert.equal(text, kept.get(title(one)));
      const others = findings.filter(({ id, level }) => id !== one.id && level !== 'note');
      assert.deepEqual(
        others.map(({ id, message }) => `${id}: ${message}`),
        [],
      );
    });
  }
  after(() => {
    if (!process.env.UPDATE_FIXTURES) return;
    const sections = provoking.map((one) => `=== ${title(one)}\n${told.get(title(one))}\n`);
    writeFileSync(FIXTURE, sections.join('\n'));
  });
});

describe('what is right, though odd, is left in peace', TOGETHER, () => {
  for (const one of quiet) {
    it(title(one), async (context) => {
      const { findings, events } = await lookAt(context, one);
      assert.ok(events > 0, 'it has seen events');
      assert.deepEqual(
        findings
          .filter(({ level }) => level !== 'note')
          .map(({ id, message }) => `${id}: ${message}`),
        [],
      );
    });
  }
});

test('every id has two servers that provoke it and two that do not', () => {
  for (const id of HERE) {
    for (const cases of [provoking, quiet]) {
      const number = cases.filter((one) => one.id === id).length;
      assert.ok(
        number >= 2,
        `${id} has ${number} ${cases === quiet ? 'quiet' : 'provoking'} cases`,
      );
    }
  }
});

test('the fixture has no sentence that nothing provokes', () => {
  if (process.env.UPDATE_FIXTURES) return;
  assert.deepEqual([...kept.keys()], provoking.map(title));
});

test('a page of the stream’s own origin needs nobody’s leave', async (context) => {
  const port = await httpServer(context, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.end('data: a\n\n');
  });
  const origin = `http://127.0.0.1:${port}`;
  const { findings, remarks } = await examine(
    readInquiry({ url: origin, origin, headers: ['Authorization: x'] }),
    { look: LOOK, whole: WHOLE },
  );
  assert.ok(!findings.some(({ id }) => /^(cors|preflight)/.test(id)));
  assert.match(remarks.join(), /own origin/);
});

test('the preflight asks for what this request needs, and brings nothing that a browser does not', async (context) => {
  const seen: string[] = [];
  const port = await httpServer(context, (request, response) => {
    const { method, headers } = request;
    seen.push(
      [
        method,
        headers['access-control-request-method'],
        headers['access-control-request-headers'],
        headers.origin,
        headers.authorization,
      ].join(' | '),
    );
    response.writeHead(204, {
      'Access-Control-Allow-Origin': PAGE,
      'Access-Control-Allow-Headers': 'authorization, content-type, x-b',
      'Access-Control-Allow-Methods': 'PUT',
      Vary: 'Origin',
    });
    response.end();
  });
  await examine(
    readInquiry({
      url: `http://127.0.0.1:${port}/`,
      method: 'put',
      headers: ['X-B: 1', 'Content-Type: application/json', 'Authorization: t', 'Cookie: a=b'],
      body: '{}',
      origin: PAGE,
    }),
    { look: LOOK, whole: WHOLE },
  );
  assert.deepEqual(seen, [
    `OPTIONS | PUT | authorization,content-type,x-b | ${PAGE} | `,
    `PUT |  |  | ${PAGE} | t`,
  ]);
});
