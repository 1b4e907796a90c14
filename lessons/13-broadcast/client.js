// Lesson 13: the loudspeakers, and what they cost the server.
//
// The left side hears the announcements, and once a second the server's own figures: a named event
// without an ID, which only those hear who have asked for it. One step of this lesson is in here, and
// it draws them. The right side announces, and reads the same stream by fetch.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js

const LONGEST = 60; // characters of a text that the log shows
const PAGES = 7; // of the timetable: so many requests
const LINES = 50; // of a page: so many events
const LINE = 16_000; // characters

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const shown = /** @type {HTMLElement} */ (document.querySelector('#figures'));
const loudspeakers = /** @type {HTMLElement} */ (document.querySelector('#loudspeakers'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;

function connectEventSource() {
  leaveEventSource(); // pressed twice, it must not listen twice
  events.opening('/events?figures');
  const opened = new EventSource('/events?figures');
  source = opened;

  opened.onopen = () => events.opened('open');

  opened.onmessage = (event) => {
    const { text } = JSON.parse(event.data);
    const start = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length})` : text;
    events.add({ type: event.type, id: event.lastEventId, data: start });
  };

  opened.addEventListener('reset', (event) => {
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
  });

  // #region 3 Draw the clients, the rate, and the bytes that are held.
  opened.addEventListener('figures', (event) => draw(JSON.parse(event.data)));
  // #endregion

  opened.onerror = () => {
    if (opened.readyState === EventSource.CONNECTING) {
      events.comingBack('error: the stream is over; the browser will ask again');
    } else events.failed('error: closed for good');
  };
}

function leaveEventSource() {
  source?.close();
  source = undefined;
}

function disconnectEventSource() {
  leaveEventSource();
  if (events.state !== 'closed') events.closed('you closed it');
}

/** @type {Figures | undefined} */
let last;

/**
 * Shows the server's figures, and what has changed since those before.
 *
 * @param {Figures} figures
 */
function draw(figures) {
  // #region 3 Draw the clients, the rate, and the bytes that are held.
  const { clients, held, cap, said, written, dropped, time } = figures;
  // A server that was started anew counts from the beginning: there is nothing to compare with.
  const before = last && last.said <= said ? last : figures;
  const seconds = (time - before.time) / 1000 || 1;
  const rate = Math.round((said - before.said) / seconds);
  const writes = Math.round((written - before.written) / seconds);
  last = figures;

  const sum = held.reduce((total, bytes) => total + bytes, 0);
  sign.textContent = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
  shown.textContent = `${rate} events/s · ${writes} writes/s · ${kilobytes(sum)} held · ${dropped} let go`;
  const bars = held.map((bytes) => {
    const bar = document.createElement('li');
    bar.textContent = kilobytes(bytes);
    bar.style.setProperty('--share', String(bytes / cap));
    return bar;
  });
  loudspeakers.replaceChildren(...bars); // as many as there are, and not one from before
  // #endregion
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${Math.ceil(bytes / 1000)} kB`;
}

// Right: fetch.

const column = fetchColumn(pieces, () => '/events');

/**
 * @param {string} path
 * @param {string[]} [texts]
 */
async function post(path, texts) {
  const headers = { 'Content-Type': 'application/json' };
  const body = texts && JSON.stringify(texts);
  const response = await fetch(path, { method: 'POST', ...(body && { headers, body }) });
  pieces.remark(`POST ${path}: ${response.status} ${await response.text()}`);
}

/** @param {number} count */
function numbered(count) {
  return Array.from({ length: count }, (_, nth) => `Platform ${nth + 1}: mind the gap.`);
}

async function readTimetable() {
  const line = '06:12 Ouseby, 06:40 Skerry. '.repeat(LINE / 28);
  for (let page = 0; page < PAGES; page++) await post('/events', Array(LINES).fill(line));
}

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', column.connect],
  ['#disconnect-fetch', column.disconnect],
  ['#say-one', () => post('/events', numbered(1))],
  ['#say-ten', () => post('/events', numbered(10))],
  ['#add-deaf', () => post('/deaf')],
  ['#read-timetable', readTimetable],
  ['#shut-down', () => post('/shutdown')],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

connectEventSource();
column.connect();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
/**
 * What the server says about itself. `held`: bytes for each of the first hundred clients; `cap`: the
 * most that may be; `said`, `written`, `dropped`: counted since it was started; `time`: milliseconds.
 *
 * @typedef {{ clients: number, held: number[], cap: number, said: number, written: number, dropped: number, time: number }} Figures
 */
