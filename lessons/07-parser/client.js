// Lesson 07: the same stream twice. On the left the browser's own parser reads it, on the right yours.
//
// This file is given, and so is the rest of the page: the lesson is event-stream-parser.js. What both
// logs say in the end must be the same.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import { EventStreamParser } from './event-stream-parser.js';

const STREAM = '/stream';
const PACKET = 1460; // bytes: so many bring the packets of TCP
const MEGABYTE = 1_000_000;

const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));
const timing = /** @type {HTMLElement} */ (document.querySelector('#timing'));

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;

function connectEventSource() {
  source?.close();
  events.opening(STREAM);
  const opened = new EventSource(STREAM);
  source = opened;
  opened.onopen = () => events.opened('open');
  opened.onerror = () => {
    if (opened.readyState === EventSource.CONNECTING) events.comingBack('error: it will ask again');
    else events.closed('closed for good: 204 came');
  };
  for (const type of ['message', 'greeting']) {
    opened.addEventListener(type, (/** @type {MessageEvent} */ event) => {
      events.add({ type, id: event.lastEventId, data: event.data });
    });
  }
}

function disconnectEventSource() {
  source?.close();
  if (events.state !== 'closed') events.closed('you closed it');
}

// Right: fetch, and the parser.

/** @type {AbortController | undefined} */
let leaving;

async function connectFetch() {
  leaving?.abort();
  const mine = new AbortController();
  leaving = mine;
  pieces.opening(STREAM);
  const parser = new EventStreamParser({
    onEvent: ({ type, data, lastEventId }) => pieces.add({ type, id: lastEventId, data }),
    onRetry: (milliseconds) => pieces.remark(`reconnection time: ${milliseconds} ms`),
    onComment: (comment) => pieces.remark(`comment: ${comment}`),
  });
  try {
    const response = await fetch(STREAM, { signal: mine.signal });
    pieces.opened(`${response.status} ${response.headers.get('Content-Type')}`);
    if (response.body) await read(response.body.getReader(), parser);
    pieces.closed('done: the server ended it');
  } catch (error) {
    if (mine.signal.aborted) return;
    mine.abort(); // what nobody reads would stay open
    pieces.failed(`${error}`);
  }
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {EventStreamParser} parser
 */
async function read(reader, parser) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parser.end();
    showPiece(value);
    parser.feed(value);
  }
}

/** @param {Uint8Array} piece shown alone, so that half a character is one that cannot be read */
function showPiece(piece) {
  pieces.piece(new TextDecoder('utf-8', { ignoreBOM: true }).decode(piece), piece.byteLength);
}

function disconnectFetch() {
  if (pieces.state !== 'connecting' && pieces.state !== 'open') return;
  leaving?.abort();
  pieces.closed('you left');
}

// One line of 1, 2 and 4 MB, in the pieces that TCP would bring. Nothing is sent for it.

async function timeLongLines() {
  timing.textContent = '';
  takesToRead(MEGABYTE / 4); // the first time is the engine's: it looks at the code
  for (const megabytes of [1, 2, 4]) {
    const took = takesToRead(megabytes * MEGABYTE);
    timing.append(`${megabytes} MB: ${took.toFixed(0)} ms. `);
    await new Promise((shown) => setTimeout(shown)); // the page has its turn
  }
}

/** @param {number} length of the line @returns {number} milliseconds */
function takesToRead(length) {
  const bytes = new TextEncoder().encode(`data: ${'x'.repeat(length)}\n\n`);
  const parser = new EventStreamParser({ onEvent: () => {} });
  const started = performance.now();
  for (let start = 0; start < bytes.length; start += PACKET) {
    parser.feed(bytes.subarray(start, start + PACKET));
  }
  return performance.now() - started;
}

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', connectFetch],
  ['#disconnect-fetch', disconnectFetch],
  ['#time-long-lines', timeLongLines],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

connectEventSource();
connectFetch();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
