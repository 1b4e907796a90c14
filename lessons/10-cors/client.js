// Lesson 10: another station, asked from a page that is not its own.
//
// The page and the board have different ports, and so different origins. The browser sends what is
// asked for, looks at the headers of the answer, and only then decides whether this script may see
// it. Where it may not, the script is told nothing: `refusal.js` finds out by another way.
//
// https://fetch.spec.whatwg.org/#http-cors-protocol
import { hideRefusal, showRefusal } from './refusal.js';

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const name = /** @type {HTMLElement} */ (document.querySelector('#station'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));
const eventsRefused = /** @type {HTMLElement} */ (document.querySelector('#events-refused'));
const piecesRefused = /** @type {HTMLElement} */ (document.querySelector('#pieces-refused'));

// The other station has a port of its own. Our server says which.
const found = await fetch('/harbour');
const harbour = found.ok ? await found.text() : '';

// Left: EventSource. Nothing about it says that the address is another origin's.

/** @type {EventSource | undefined} */
let source;

/** @param {string} path */
function connectEventSource(path) {
  disconnectEventSource();
  const url = harbour + path;
  events.opening(url);
  const opened = new EventSource(url);
  source = opened;
  opened.onopen = () => events.opened('open');
  opened.onmessage = (event) => {
    sign.textContent = event.data;
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
  };
  opened.onerror = () => {
    if (opened.readyState === EventSource.CONNECTING) {
      return events.comingBack('error: the stream is over; the browser will ask again');
    }
    events.failed('error: closed for good');
    const told = 'An error event without a word, and readyState 2.';
    showRefusal(eventsRefused, { reader: 'EventSource', url, told });
  };
}

function disconnectEventSource() {
  hideRefusal(eventsRefused);
  if (!source) return;
  source.close();
  source = undefined;
  if (events.state !== 'failed') events.closed('you closed it');
}

// Right: fetch.

/** @type {AbortController | undefined} */
let leaving;

/** @param {string} path @param {RequestInit} init */
async function ask(path, init = {}) {
  disconnectFetch();
  const mine = new AbortController();
  leaving = mine;
  const url = harbour + path;
  pieces.opening(url);
  try {
    const response = await fetch(url, { ...init, signal: mine.signal });
    pieces.opened(`${response.status} ${response.headers.get('Content-Type')}`);
    // #region 3 Expose our header, and read it.
    name.textContent = response.headers.get('Station') ?? 'it may not be told';
    // #endregion
    await showPieces(response);
    pieces.closed('done: the server ended it');
  } catch (error) {
    if (mine.signal.aborted) return;
    pieces.failed(`${error}`);
    const told = `${error}, and nothing else.`;
    showRefusal(piecesRefused, { reader: 'fetch', url, told });
  }
}

/** @param {Response} response */
async function showPieces({ body }) {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    pieces.piece(decoder.decode(value, { stream: true }), value.byteLength);
  }
}

/** @param {object} enquiry */
function enquire(enquiry) {
  const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer guest' };
  return ask('/enquiries', { method: 'POST', headers, body: JSON.stringify(enquiry) });
}

/** First as a picture, which the browser keeps; then by fetch, which finds it in the cache. */
async function askForThePlan() {
  const path = `/plan.svg?${Date.now()}`; // one that no cache has yet
  const picture = new Image();
  picture.src = harbour + path;
  await picture.decode().catch(() => {});
  await ask(path);
}

function disconnectFetch() {
  hideRefusal(piecesRefused);
  if (pieces.state === 'open' || pieces.state === 'connecting') {
    leaving?.abort();
    pieces.closed('you left');
  }
}

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', () => connectEventSource('/departures')],
  ['#connect-quay-9', () => connectEventSource('/departures?quay=9')],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', () => ask('/departures')],
  ['#connect-with-id', () => ask('/departures', { headers: { 'Last-Event-ID': '1' } })],
  ['#ask', () => enquire({ question: 'Where to?' })],
  ['#ask-nothing', () => enquire({})],
  ['#plan', askForThePlan],
  ['#disconnect-fetch', disconnectFetch],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

const stranger = /** @type {HTMLAnchorElement} */ (document.querySelector('#stranger'));
stranger.href = `//a.localhost:${location.port}/`; // the same server by another name
document.querySelector('#here')?.append(location.origin);
document.querySelector('#there')?.append(harbour);

connectEventSource('/departures');
ask('/departures');

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
