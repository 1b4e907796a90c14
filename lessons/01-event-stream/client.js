// Lesson 01: the station clock, heard twice.
//
// Left, EventSource: the browser asks, reads, cuts the text into events, and comes back when the
// connection breaks. Right, fetch: the same bytes, raw. Each has a connection of its own. Nothing
// is to be done in this file: the steps of this lesson are all in server.ts.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface

const CLOCK = '/clock';

const clock = /** @type {HTMLElement} */ (document.querySelector('#clock'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;

function connectEventSource() {
  disconnectEventSource(); // pressed twice, it must not listen twice
  events.opening(CLOCK);
  const opened = new EventSource(CLOCK);
  source = opened;

  opened.onopen = () => events.opened('open');

  opened.onmessage = (event) => {
    clock.textContent = event.data; // as text, whatever the server sends
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
  };

  opened.onerror = () => {
    if (opened.readyState === EventSource.CLOSED) {
      events.failed('closed for good: this was no event stream');
    } else {
      events.comingBack('the connection is gone; the browser will ask again');
    }
  };
}

function disconnectEventSource() {
  if (!source) return;
  const wasOpen = source.readyState !== EventSource.CLOSED;
  source.close();
  source = undefined;
  if (wasOpen) events.closed('you closed it');
}

// Right: fetch.

/** @type {AbortController | undefined} */
let leaving;

async function connectFetch() {
  disconnectFetch();
  leaving = new AbortController();
  const { signal } = leaving;
  pieces.opening(CLOCK);
  try {
    const response = await fetch(CLOCK, { signal });
    pieces.opened(`${response.status} ${response.headers.get('content-type')}`);
    await readPieces(response);
    pieces.closed('the server ended it');
  } catch (error) {
    if (signal.aborted) return; // it was we who left, and disconnectFetch has said so
    pieces.failed(`broken: ${error instanceof Error ? error.message : error}`);
  }
  leaving = undefined;
}

/** @param {Response} response */
async function readPieces(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder(); // keeps the half of a character for the next piece
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    pieces.piece(decoder.decode(value, { stream: true }), value.byteLength);
  }
}

function disconnectFetch() {
  if (!leaving) return;
  leaving.abort();
  leaving = undefined;
  pieces.closed('you left');
}

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', connectFetch],
  ['#disconnect-fetch', disconnectFetch],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

connectEventSource();
connectFetch();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
