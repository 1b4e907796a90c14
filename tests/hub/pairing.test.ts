// Whose bytes are these: announcements and requests, paired in order, whichever comes first.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import {
  type Announcement,
  type ArrivedRequest,
  type Pair,
  Pairing,
} from '../../scripts/hub/pairing.ts';

const url = 'http://localhost:4401/clock';

function announcement(
  reader: string,
  view = 'view',
  more: Partial<Announcement> = {},
): Announcement {
  return { reader, url, view, label: reader[0]!, ...more };
}

function request(exchange: number, more: Partial<ArrivedRequest> = {}): ArrivedRequest {
  return { exchange, method: 'GET', target: '/clock', accept: 'text/event-stream', ...more };
}

const byFetch = { accept: '*/*' };

/** A pairing on a clock of its own, and what it has paired: `3 EventSource view`. */
function makePairing() {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const pairs: string[] = [];
  const pairing = new Pairing(({ exchange, reader, view }: Pair) =>
    pairs.push(`${exchange} ${reader} ${view}`),
  );
  return { pairing, pairs, pass: (milliseconds: number) => mock.timers.tick(milliseconds) };
}

test.afterEach(() => mock.timers.reset());

test('an announcement that comes first waits for its request', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('EventSource'));
  pass(1900);
  pairing.request(request(1));
  assert.deepEqual(pairs, ['1 EventSource view']);
  assert.equal(pairing.of(1)?.label, 'E');
});

test('a request that comes first waits for its announcement', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.request(request(1, byFetch));
  pass(1900);
  pairing.announce(announcement('fetch'));
  assert.deepEqual(pairs, ['1 fetch view']);
});

test('after two seconds neither waits any longer', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('EventSource'));
  pass(2100);
  pairing.request(request(1));
  pass(2100);
  pairing.announce(announcement('EventSource'));
  assert.deepEqual(pairs, []);
});

test('of two readers of one address each gets its own, in order', () => {
  const { pairing, pairs } = makePairing();
  pairing.announce(announcement('EventSource'));
  pairing.announce(announcement('fetch'));
  pairing.request(request(1));
  pairing.request(request(2));
  assert.deepEqual(pairs, ['1 EventSource view', '2 fetch view']);
});

test('a request that asks for no event stream is never given to an EventSource', () => {
  const { pairing, pairs } = makePairing();
  pairing.announce(announcement('EventSource'));
  pairing.announce(announcement('fetch'));
  pairing.request(request(1, byFetch)); // overtook the other on its own connection
  pairing.request(request(2));
  assert.deepEqual(pairs, ['1 fetch view', '2 EventSource view']);
});

test('addresses are told apart by path and query', () => {
  const { pairing, pairs } = makePairing();
  pairing.announce(announcement('EventSource', 'view', { url: '/departures?station=south' }));
  pairing.request(request(1, { target: '/departures' }));
  pairing.request(request(2, { target: '/departures?station=north' }));
  pairing.request(request(3, { target: '/departures?station=south' }));
  assert.deepEqual(pairs, ['3 EventSource view']);
});

test('files of the page pair with nobody', () => {
  const { pairing, pairs } = makePairing();
  pairing.announce(announcement('fetch'));
  pairing.request(request(1, { target: '/client.js', ...byFetch }));
  assert.deepEqual(pairs, []);
});

test('a preflight belongs to the reader whose request follows', () => {
  const { pairing, pairs } = makePairing();
  pairing.announce(announcement('fetch'));
  pairing.request(request(1, { method: 'OPTIONS', ...byFetch }));
  pairing.request(request(2, { method: 'POST', ...byFetch }));
  assert.deepEqual(pairs, ['1 fetch view', '2 fetch view']);
});

test('a preflight that comes before the announcement does too', () => {
  const { pairing, pairs } = makePairing();
  pairing.request(request(1, { method: 'OPTIONS', ...byFetch }));
  pairing.request(request(2, { method: 'POST', ...byFetch }));
  pairing.announce(announcement('fetch'));
  assert.deepEqual(pairs, ['1 fetch view', '2 fetch view']);
});

test('an EventSource that the browser reconnects keeps its reader, unannounced', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('EventSource'));
  pairing.request(request(1));
  pairing.end(1);
  pass(3000);
  pairing.request(request(2));
  pass(400);
  assert.deepEqual(pairs, ['1 EventSource view', '2 EventSource view']);
  pairing.end(2);
  pass(3000);
  pairing.request(request(3));
  pass(400);
  assert.equal(pairs.at(-1), '3 EventSource view');
});

test('a fetch that has ended does not come back by itself', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('fetch'));
  pairing.request(request(1));
  pairing.end(1);
  pairing.request(request(2));
  pass(1000);
  assert.deepEqual(pairs, ['1 fetch view']);
});

test('while an EventSource still reads, a second request is not taken for its return', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('EventSource'));
  pairing.request(request(1));
  pairing.request(request(2));
  pass(1000);
  assert.deepEqual(pairs, ['1 EventSource view']);
});

test('an announcement that comes a little late wins over an ended reader of another view', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('EventSource', 'first'));
  pairing.request(request(1));
  pairing.end(1);
  pairing.request(request(2)); // from a second tab
  pass(100);
  pairing.announce(announcement('EventSource', 'second'));
  pass(1000);
  assert.deepEqual(pairs, ['1 EventSource first', '2 EventSource second']);
});

test('an announcement that comes too late for its own request takes no other', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('EventSource'));
  pairing.request(request(1));
  pairing.end(1);
  pairing.request(request(2)); // "disconnect" and "connect" were pressed
  pass(400);
  pairing.announce(announcement('EventSource'));
  pairing.request(request(3)); // somebody else's
  assert.deepEqual(pairs, ['1 EventSource view', '2 EventSource view']);
});

test('an EventSource that is long gone does not come back', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('EventSource'));
  pairing.request(request(1));
  pairing.end(1);
  pass(121_000);
  pairing.request(request(2));
  pass(1000);
  assert.deepEqual(pairs, ['1 EventSource view']);
});

test('after it is closed nothing is paired any more', () => {
  const { pairing, pairs, pass } = makePairing();
  pairing.announce(announcement('EventSource'));
  pairing.request(request(1));
  pairing.end(1);
  pairing.request(request(2));
  pairing.close();
  pass(1000);
  assert.deepEqual(pairs, ['1 EventSource view']);
});
