// Lesson 12: six platforms, and who waits for one.
//
// This page opens as many streams as you like. Over HTTP/1.1 six of them get a connection, all tabs
// taken together, and what comes after that waits. Three steps of this lesson are in here: show who
// waits, and share one stream among all tabs, by a lock and by a worker.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-readystate
// https://w3c.github.io/web-locks/
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js
import { showSecond } from './second.js';

const PATH = '/arrivals';
const NAME = 'arrivals'; // of the lock and the channel: all tabs of this origin mean the same by it

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const platforms = /** @type {HTMLElement} */ (document.querySelector('#platforms'));
const role = /** @type {HTMLElement} */ (document.querySelector('#role'));
const heard = /** @type {HTMLElement} */ (document.querySelector('#heard'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Left: EventSource, as many as you like.

/** The streams of this tab, oldest first. @type {{ label: string, source: EventSource }[]} */
const streams = [];

/** @param {(data: string) => void} [pass] told of each event as well */
function openStream(pass = () => {}) {
  events.opening(PATH);
  const source = new EventSource(PATH);
  streams.push({ label: events.label, source });
  const isNewest = () => streams.at(-1)?.source === source;

  source.onopen = () => {
    if (isNewest()) events.opened('open');
    // #region 1 Show who waits.
    showStreams();
    // #endregion
  };

  source.onmessage = (event) => {
    if (isNewest()) events.add({ type: event.type, id: event.lastEventId, data: event.data });
    hear(event.data);
    pass(event.data);
  };

  source.onerror = () => {
    showStreams();
    if (!isNewest()) return;
    if (source.readyState === EventSource.CONNECTING) {
      events.comingBack('error: the stream is over; the browser will ask again');
    } else events.failed('error: closed for good');
  };

  showStreams();
}

function openSix() {
  for (let count = 0; count < 6; count++) openStream();
}

/** To be called whenever a stream was made, opened, lost or closed. */
function showStreams() {
  events.connections = streams.length;
  // #region 1 Show who waits.
  //- sign.textContent = `${streams.length} made`;
  // A stream is CONNECTING until the head of the answer is there. No event tells that it waits.
  const waiting = streams.filter(({ source }) => source.readyState === EventSource.CONNECTING);
  sign.textContent = `${streams.length - waiting.length} open, ${waiting.length} waiting`;
  const rows = streams.map(({ label, source }) => {
    const row = document.createElement('li');
    const waits = source.readyState === EventSource.CONNECTING;
    row.className = waits ? 'waits' : 'open';
    row.textContent = `${label} ${waits ? 'waits' : 'open'}`;
    return row;
  });
  platforms.replaceChildren(...rows);
  // #endregion
}

/** @param {string} data from a stream of this tab's own, or from another tab */
function hear(data) {
  heard.textContent = data;
}

function closeOldest() {
  streams.shift()?.source.close();
  if (streams.length === 0 && events.state !== 'closed') events.closed('you closed it');
  showStreams(); // the place is free: who waits longest gets it
}

function closeAll() {
  while (streams.length > 0) closeOldest();
}

// One stream for all tabs.

/** Ends this tab's part in what is shared. */
let leave = () => {};

function stopSharing() {
  leave();
  leave = () => {};
  closeAll();
  role.textContent = 'Each stream is this tab’s own.';
}

function shareByLock() {
  stopSharing();
  // #region 3 Share one stream among all tabs.
  //- openStream();
  if (!navigator.locks) {
    // Only where the page came over https:, or from this machine.
    role.textContent =
      'There are no Web Locks at this address, so this tab has a stream of its own.';
    return openStream();
  }
  role.textContent = 'This tab follows: another one has the stream.';
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => hear(data);
  const leaving = new AbortController();
  leave = () => {
    leaving.abort();
    closeAll();
    channel.close();
  };
  // Who waits for the lock has it when the tab before it has gone, however that came about.
  navigator.locks
    .request(NAME, { signal: leaving.signal }, () => lead(channel, leaving.signal))
    .catch((error) => {
      if (!leaving.signal.aborted) throw error; // it was we who left, still waiting
    });
  // #endregion
}

// #region 3 Share one stream among all tabs.
/**
 * Has the one stream, and tells the others what it hears.
 *
 * @param {BroadcastChannel} channel
 * @param {AbortSignal} leaving
 * @returns {Promise<void>} the lock is held for as long as this is not settled
 */
function lead(channel, leaving) {
  role.textContent = 'This tab leads: it has the stream.';
  openStream((data) => channel.postMessage(data)); // it does not come back to us
  return new Promise((resolve) => leaving.addEventListener('abort', () => resolve()));
}
// #endregion

function shareByWorker() {
  stopSharing();
  // #region 4+ Share it by a worker.
  //- openStream();
  role.textContent = 'A worker has the stream, for all tabs.';
  const { port } = new SharedWorker('/arrivals-worker.js');
  port.onmessage = ({ data }) => hear(data);
  leave = () => port.postMessage('leave'); // a port does not tell that its tab has gone
  // #endregion
}
addEventListener('pagehide', () => leave());

// Right: fetch. It waits for a platform as everybody does.

const column = fetchColumn(pieces, () => PATH);

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', () => openStream()],
  ['#connect-six', openSix],
  ['#disconnect-oldest', closeOldest],
  ['#disconnect-event-source', stopSharing],
  ['#share-by-lock', shareByLock],
  ['#share-by-worker', shareByWorker],
  ['#connect-fetch', column.connect],
  ['#disconnect-fetch', column.disconnect],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

showSecond();
openStream();
column.connect();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
