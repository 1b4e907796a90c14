// Lesson 11: the season ticket, shown to another origin.
//
// A browser sends cookies to another origin only if the page asks it to: `withCredentials` for an
// EventSource, `credentials` for fetch. A token it never sends by itself. The table of all
// combinations is in combinations.js.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-withcredentials
// https://fetch.spec.whatwg.org/#dom-request-credentials
import { hideRefusal, showRefusal } from '../../lessons/10-cors/refusal.js'; // for the browser: /lessons/…
import { fillCombinations, keepsCookies } from './combinations.js';

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));
const eventsRefused = /** @type {HTMLElement} */ (document.querySelector('#events-refused'));
const piecesRefused = /** @type {HTMLElement} */ (document.querySelector('#pieces-refused'));

// The other port, by the name that this page goes by: cookies belong to a name, and not to a port.
const found = await fetch('/elsewhere');
const second = new URL(found.ok ? await found.text() : location.origin);
second.hostname = location.hostname;
const JOURNEYS = `${second.origin}/journeys`;

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;

function connectEventSource() {
  disconnectEventSource();
  events.opening(JOURNEYS);
  // #region 4 Send the cookie along.
  //- const opened = new EventSource(JOURNEYS);
  const opened = new EventSource(JOURNEYS, { withCredentials: true });
  // #endregion
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
    const credentials = opened.withCredentials;
    showRefusal(eventsRefused, { reader: 'EventSource', url: JOURNEYS, told, credentials });
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

/** @param {RequestInit} init */
async function connectFetch(init) {
  disconnectFetch();
  const mine = new AbortController();
  leaving = mine;
  pieces.opening(JOURNEYS);
  try {
    const response = await fetch(JOURNEYS, { ...init, signal: mine.signal });
    pieces.opened(`${response.status} ${response.headers.get('Content-Type')}`);
    await showPieces(response);
    if (response.ok) pieces.closed('done: the server ended it');
    else pieces.failed('refused, in words that we may read');
  } catch (error) {
    if (mine.signal.aborted) return;
    pieces.failed(`${error}`);
    const told = `${error}, and nothing else.`;
    const credentials = init.credentials === 'include';
    showRefusal(piecesRefused, { reader: 'fetch', url: JOURNEYS, told, credentials });
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

function connectWithCookie() {
  // #region 4 Send the cookie along.
  //- return connectFetch({});
  return connectFetch({ credentials: 'include' });
  // #endregion
}

async function connectWithToken() {
  // #region 5+ Take a token from a header.
  const response = await fetch('/tokens', { method: 'POST' });
  const { token } = await response.json();
  return connectFetch({ credentials: 'omit', headers: { Authorization: `Bearer ${token}` } });
  // #endregion
}

function disconnectFetch() {
  hideRefusal(piecesRefused);
  if (pieces.state === 'open' || pieces.state === 'connecting') {
    leaving?.abort();
    pieces.closed('you left');
  }
}

async function buyTicket() {
  const response = await fetch('/tickets', { method: 'POST' });
  pieces.remark(`the till says ${response.status}`);
}

function showCombinations() {
  const dialog = /** @type {HTMLDialogElement} */ (document.querySelector('#combinations'));
  dialog.showModal();
  fillCombinations(dialog, second.origin, isFramed);
}

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => unknown][]} */
const buttons = [
  ['#buy', buyTicket],
  ['#fill', showCombinations],
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', connectWithCookie],
  ['#connect-with-token', connectWithToken],
  ['#disconnect-fetch', disconnectFetch],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

document.querySelector('#here')?.append(location.origin);
document.querySelector('#there')?.append(second.origin);
const alone = /** @type {HTMLAnchorElement} */ (document.querySelector('#alone'));
alone.href = '/';
const isFramed = !keepsCookies(); // by a page of another site
alone.hidden = !isFramed;

connectEventSource();
connectWithCookie();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
