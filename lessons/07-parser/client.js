// Lesson 07: numbers, heard twice.
//
// Left, EventSource: the browser cuts the text into events, and comes back when the connection
// breaks. Right, fetch: the same bytes, raw. The fetch column is given.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js

const NUMBERS = '/numbers';

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;

function connectEventSource() {
  disconnectEventSource(); // pressed twice, it must not listen twice
  events.opening(NUMBERS);
  const opened = new EventSource(NUMBERS);
  source = opened;

  opened.onopen = () => events.opened('open');

  opened.onmessage = (event) => {
    sign.textContent = event.data; // as text, whatever the server sends
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

// Right: fetch. Then the buttons; both sides connect when the page is there.

const fetching = fetchColumn(pieces, () => NUMBERS);

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

connectEventSource();
fetching.connect();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
