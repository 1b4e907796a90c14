// Lesson 05: the signal lamp, and a page that notices when it goes out.
//
// A connection that has stalled gives no event at all: readyState stays 1. So the page keeps a
// watchdog. Whatever is heard feeds it; left without food for too long, it makes a new EventSource.
// The fetch column is given: it shows the comments as well, which no EventSource tells a page.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js

const PATIENCE = 35_000; // milliseconds: two lamps may be missed, and five seconds more

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const lamp = /** @type {HTMLElement} */ (document.querySelector('#lamp'));
const age = /** @type {HTMLElement} */ (document.querySelector('#age'));
const aspect = /** @type {HTMLElement} */ (document.querySelector('#aspect'));
const address = /** @type {HTMLSelectElement} */ (document.querySelector('#address'));
const way = /** @type {HTMLSelectElement} */ (document.querySelector('#way'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// The proxy has a port of its own. The server says which.
let proxy = '';
fetch('/proxy').then(async (response) => {
  if (response.ok) proxy = await response.text();
});

const wanted = () => (way.value === 'proxy' ? proxy : '') + address.value;

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;
let lastId = ''; // a new EventSource knows nothing of it, so it goes into the URL
/** When something was heard last, in milliseconds of performance.now(). @type {number | undefined} */
let heardAt;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let watchdog;

function connectEventSource() {
  leaveEventSource(); // pressed twice, it must not listen twice
  const url = lastId === '' ? wanted() : withLastId(wanted());
  events.opening(url);
  const opened = new EventSource(url);
  source = opened;
  showLamp();
  // #region 4 Keep a watchdog: feed it, let it act, call it off.
  feedWatchdog(); // the very first word may be what never comes
  // #endregion

  opened.onopen = () => events.opened('open');

  opened.onmessage = (event) => {
    lastId = event.lastEventId;
    sign.textContent = event.data;
    heard(event);
  };

  opened.addEventListener('lamp', heard);

  opened.onerror = () => {
    if (opened.readyState === EventSource.CONNECTING) {
      events.comingBack('error: the stream is over; the browser will ask again');
    } else events.failed('error: closed for good; the browser will not ask again');
  };
}

/** @param {MessageEvent} event */
function heard(event) {
  events.add({ type: event.type, id: event.lastEventId, data: event.data });
  heardAt = performance.now();
  // #region 4 Keep a watchdog: feed it, let it act, call it off.
  feedWatchdog();
  // #endregion
  showLamp();
}

// #region 4 Keep a watchdog: feed it, let it act, call it off.
function feedWatchdog() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => {
    events.failed(`nothing heard for ${PATIENCE / 1000} s: a new EventSource`);
    connectEventSource(); // closes the old one, which may hang on to its connection for hours
  }, PATIENCE);
}
// #endregion

function leaveEventSource() {
  // #region 4 Keep a watchdog: feed it, let it act, call it off.
  clearTimeout(watchdog);
  // #endregion
  source?.close();
  source = undefined;
  heardAt = undefined;
  showLamp();
}

function disconnectEventSource() {
  leaveEventSource();
  if (events.state !== 'closed') events.closed('you closed it');
}

/** @param {string} url */
function withLastId(url) {
  return `${url}${url.includes('?') ? '&' : '?'}lastEventId=${encodeURIComponent(lastId)}`;
}

function showLamp() {
  const quiet = heardAt === undefined ? undefined : performance.now() - heardAt;
  const isLit = quiet !== undefined && quiet < PATIENCE;
  lamp.dataset.aspect = isLit ? 'OPEN' : source ? 'CONNECTING' : 'CLOSED';
  aspect.textContent = isLit ? 'LIT' : source ? 'UNKNOWN' : 'DARK';
  const seconds = Math.round((quiet ?? 0) / 1000);
  age.textContent =
    quiet !== undefined ? `${seconds} s ago` : source ? 'not yet heard' : 'nobody listens';
}

setInterval(showLamp, 1000);

// Right: fetch.

const column = fetchColumn(pieces, wanted);

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', column.connect],
  ['#disconnect-fetch', column.disconnect],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

connectEventSource();
column.connect();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
