// @ts-nocheck: the packages are here only once the benchmark has run.
//
// Feeds the same bytes to each parser, in a process of its own: see parser.ts. It prints one JSON object.
//
// Every parser begins with bytes and ends with events that say data and type, and is asked in turn, so
// that what else the machine does meets all of them.
import { createRequire } from 'node:module';
import { getLines, getMessages } from '@microsoft/fetch-event-source/lib/esm/parse.js';
import { EventSource } from 'eventsource';
import { createParser } from 'eventsource-parser';
import { EventStreamParser } from '../../lessons/07-parser/event-stream-parser.js';

const { EventSourceStream } = createRequire(import.meta.url)(
  'undici/lib/web/eventsource/eventsource-stream.js',
);

const SIZE = 8_000_000; // bytes of each stream
const ROUNDS = 5;
const KILOBYTES = [1, 16, 64];
const LONG_LINE = 8_000_000;
const PACKET = 1460;
const TOO_LONG = 3000; // milliseconds, after which a long line is left where it is

const word = { id: 'a1', choices: [{ index: 0, delta: { content: ' token' }, finish: null }] };
/** One event of each kind of stream; the streams repeat it. */
const kinds = {
  'token deltas, 120 bytes': `data: ${JSON.stringify({ ...word, object: 'completion.chunk' })}\n\n`,
  'JSON, 1 kB': `event: update\nid: 4711\ndata: ${JSON.stringify({ text: 'lorem ipsum '.repeat(80) })}\n\n`,
  'tiny events': 'data: 1\n\n',
  '30 % not ASCII': `data: ${JSON.stringify({ text: 'Grüße aus 東京 und Århus 🙂 — plain text between '.repeat(3) })}\n\n`,
};

/**
 * @typedef {(onEvent: (data: string) => void) => { feed: (piece: Uint8Array) => unknown, done?: () => Promise<void> }} Peer
 * @type {Record<string, Peer>}
 */
const peers = {
  'lesson 07': (onEvent) => {
    const parser = new EventStreamParser({ onEvent: ({ data }) => onEvent(data) });
    return { feed: (piece) => parser.feed(piece) };
  },
  'eventsource-parser': (onEvent) => {
    const decoder = new TextDecoder();
    const parser = createParser({ onEvent: ({ data }) => onEvent(data) });
    return { feed: (piece) => parser.feed(decoder.decode(piece, { stream: true })) };
  },
  'fetch-event-source': (onEvent) => {
    const ignore = () => {};
    const feed = getLines(getMessages(ignore, ignore, ({ data }) => onEvent(data)));
    return { feed };
  },
  undici: (onEvent) => {
    const stream = new EventSourceStream();
    stream.processEvent = (/** @type {{ data?: string }} */ event) => onEvent(event.data ?? '');
    return { feed: (piece) => stream.write(piece) };
  },
  eventsource: (onEvent) => {
    /** @type {ReadableStreamDefaultController<Uint8Array>} */
    let body;
    const stream = new ReadableStream({
      start: (controller) => {
        body = controller;
      },
    });
    const headers = { 'Content-Type': 'text/event-stream' };
    const source = new EventSource('http://localhost/stream', {
      fetch: async () =>
        Object.defineProperty(new Response(stream, { headers }), 'url', {
          value: 'http://localhost/stream',
        }),
    });
    source.onmessage = ({ data }) => onEvent(data);
    source.addEventListener('update', ({ data }) => onEvent(data));
    return {
      feed: (piece) => body.enqueue(piece),
      done: () =>
        new Promise((resolve) => {
          source.onerror = () => {
            source.close();
            resolve();
          };
          body.close();
        }),
    };
  },
};

/** @param {Uint8Array} bytes @param {number} size */
function cut(bytes, size) {
  const pieces = [];
  for (let start = 0; start < bytes.length; start += size) {
    // Each has memory of its own, as what comes from a network has.
    pieces.push(bytes.slice(start, start + size));
  }
  return pieces;
}

/**
 * @param {Peer} peer
 * @param {Uint8Array[]} pieces
 * @returns {Promise<{ took: number, events: number, characters: number }>} milliseconds; more than
 *   TOO_LONG where it was left
 */
async function time(peer, pieces) {
  let events = 0;
  let characters = 0;
  const { feed, done } = peer((data) => {
    events += 1;
    characters += data.length;
  });
  const started = performance.now();
  for (const piece of pieces) {
    feed(piece);
    if (performance.now() - started > TOO_LONG) break;
  }
  await done?.();
  return { took: performance.now() - started, events, characters };
}

/** @param {Uint8Array[]} pieces @param {number} rounds */
async function compare(pieces, rounds) {
  /** @type {Record<string, number[]>} */
  const times = {};
  /** @type {Map<string, string>} */
  const told = new Map();
  for (let round = 0; round < rounds; round++) {
    const all = Object.entries(peers);
    // Who is first after another stream pays for what was left behind: each is it once.
    const turn = round % all.length;
    for (const [name, peer] of [...all.slice(turn), ...all.slice(0, turn)]) {
      const { took, events, characters } = await time(peer, pieces);
      times[name] = [...(times[name] ?? []), took];
      if (took < TOO_LONG) told.set(name, `${events} events, ${characters} characters`);
    }
  }
  return { times, agree: new Set(told.values()).size === 1, told: Object.fromEntries(told) };
}

const rows = [];
for (const [kind, event] of Object.entries(kinds)) {
  const one = new TextEncoder().encode(event);
  const count = Math.ceil(SIZE / one.length);
  const bytes = new TextEncoder().encode(event.repeat(count));
  for (const kilobytes of KILOBYTES) {
    rows.push({ kind, kilobytes, ...(await compare(cut(bytes, kilobytes * 1024), ROUNDS)) });
  }
}
const line = new TextEncoder().encode(`data: ${'x'.repeat(LONG_LINE)}\n\n`);
rows.push({
  kind: 'one line of 8 MB',
  kilobytes: PACKET / 1024,
  ...(await compare(cut(line, PACKET), 2)),
});
process.stdout.write(JSON.stringify({ node: process.version, rows }));
process.exit();
