// Lesson 02: the departure board, as a page hears it.
//
// EventSource hands each event to the listener for its type; what has no type is a `message`. The
// board shows what the listeners are told, as text. The fetch column is given.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js

const form = /** @type {HTMLFormElement} */ (document.querySelector('#ask'));
const station = /** @type {HTMLInputElement} */ (document.querySelector('#station'));
const place = /** @type {HTMLElement} */ (document.querySelector('#place'));
const board = /** @type {HTMLTableSectionElement} */ (document.querySelector('#board'));
const notice = /** @type {HTMLElement} */ (document.querySelector('#notice'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

/** What is typed may be anything: URLSearchParams makes it fit for a query. */
const departures = () => `/departures?${new URLSearchParams({ station: station.value })}`;

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;

function connectEventSource() {
  disconnectEventSource();
  clearBoard();
  events.opening(departures());
  const opened = new EventSource(departures());
  source = opened;

  opened.onopen = () => events.opened('open');

  opened.onmessage = (event) => {
    log(event);
    notice.textContent = event.data;
  };

  // #region 3 Listen for each event by its name.
  opened.addEventListener('departure', (event) => {
    log(event);
    const { train, to, time, platform } = JSON.parse(event.data);
    write({ train, to, time, platform, delay: '' });
  });

  opened.addEventListener('delay', (event) => {
    log(event);
    const { train, minutes } = JSON.parse(event.data);
    write({ train, delay: `${minutes} min late` });
  });

  opened.addEventListener('platform', (event) => {
    log(event);
    const { train, platform } = JSON.parse(event.data);
    write({ train, platform });
  });
  // #endregion

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

/** @param {MessageEvent<string>} event */
function log(event) {
  events.add({ type: event.type, id: event.lastEventId, data: event.data });
}

// The board: a row for each train.

/** @type {Map<string, HTMLTableRowElement>} */
const rows = new Map();

function clearBoard() {
  rows.clear();
  board.replaceChildren();
  notice.textContent = '';
  place.textContent = station.value;
}

/** @param {string} train */
function addRow(train) {
  const row = board.insertRow();
  for (const column of ['time', 'to', 'train', 'platform', 'delay']) {
    row.insertCell().className = column;
  }
  rows.set(train, row);
  return row;
}

/**
 * Writes into the row of a train what is new about it, by column.
 * @param {{ train: string, [column: string]: string | number }} news
 */
function write(news) {
  const row = rows.get(news.train) ?? addRow(news.train);
  for (const cell of row.cells) {
    const value = news[cell.className];
    // As text: whatever the data is, it stays letters and becomes no part of the page.
    if (value !== undefined) cell.textContent = `${value}`;
  }
}

// Right: fetch. Then the buttons; both sides connect when the page is there.

const fetching = fetchColumn(pieces, departures);

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', fetching.connect],
  ['#disconnect-fetch', fetching.disconnect],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

/** @param {Event} [event] */
function ask(event) {
  event?.preventDefault(); // a form would load another page
  connectEventSource();
  fetching.connect();
}

form.addEventListener('submit', ask);
station.value = new URLSearchParams(location.search).get('station') ?? station.value;
ask();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
