// Lesson 04: missed announcements, and who remembers what was heard.
//
// As long as an EventSource lives, the browser keeps the last event ID and sends it when it comes
// back. With the EventSource it forgets the ID: one step of this lesson is in here, and it keeps the
// ID across a reload. The fetch column is given; nobody keeps anything there.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js

const LAST_ID = 'last-event-id'; // the name of what this tab remembers

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const tally = /** @type {HTMLElement} */ (document.querySelector('#tally'));
const notice = /** @type {HTMLElement} */ (document.querySelector('#notice'));
const heard = /** @type {HTMLElement} */ (document.querySelector('#heard'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;

function connectEventSource() {
  leaveEventSource(); // pressed twice, it must not listen twice
  // #region 6 Get over a reload, with the ID in the URL.
  //- const url = '/announcements';
  const kept = sessionStorage.getItem(LAST_ID);
  // No page can set a header of an EventSource; its URL is all that it can choose.
  const url = kept ? `/announcements?lastEventId=${encodeURIComponent(kept)}` : '/announcements';
  // #endregion
  events.opening(url);
  const opened = new EventSource(url);
  source = opened;

  opened.onopen = () => events.opened('open');

  opened.onmessage = (event) => {
    // #region 6 Get over a reload, with the ID in the URL.
    if (event.lastEventId) sessionStorage.setItem(LAST_ID, event.lastEventId);
    // #endregion
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
    show(event);
  };

  opened.addEventListener('reset', (event) => {
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
    notice.textContent = `${event.data} The station no longer has them.`;
    count.last = undefined; // what is missing has been said
  });

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

// What was heard, counted: each announcement says its number, "No. 12, …".

/** @type {{ heard: number, missing: number, twice: number, last: number | undefined }} */
const count = { heard: 0, missing: 0, twice: 0, last: undefined };
let firstId = ''; // after a while it is too old

/** @param {MessageEvent} event */
function show({ data, lastEventId }) {
  sign.textContent = data.split(',', 1)[0];
  firstId ||= lastEventId;
  heard.textContent = firstId || 'nothing';
  const number = Number(/\d+/.exec(data)?.[0]);
  const { last = number - 1 } = count;
  count.heard += 1;
  if (number <= last) count.twice += 1;
  else count.missing += number - last - 1;
  count.last = Math.max(number, last);
  tally.textContent = `heard ${count.heard} · missing ${count.missing} · twice ${count.twice}`;
}

// Right: fetch. It sends Last-Event-ID only if somebody tells it to.

const column = fetchColumn(pieces, () => address);
let address = '/announcements';

/**
 * @param {string} path
 * @param {Record<string, string>} [headers]
 */
function ask(path, headers = {}) {
  address = path;
  column.connectWith(headers);
}

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#reload', () => location.reload()],
  ['#connect-fetch', () => ask('/announcements')],
  [
    '#connect-fetch-again',
    () => ask('/announcements', firstId ? { 'Last-Event-ID': firstId } : {}),
  ],
  ['#disconnect-fetch', column.disconnect],
  ['#ask-history', () => ask('/history')],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

connectEventSource();
ask('/announcements');

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
