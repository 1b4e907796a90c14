// Lesson 03: the last train, and what each reader makes of its end.
//
// After an end the browser comes back by itself, unless it is told not to. Two steps of this lesson
// are in here: close on bye, and make a new EventSource when the browser has given up. The fetch
// column is given: it shows the same endings as they are, and nobody comes back there.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-readystate
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js

const ASPECTS = ['CONNECTING', 'OPEN', 'CLOSED']; // readyState 0, 1, 2
const FIRST_WAIT = 1000; // milliseconds
const LONGEST_WAIT = 30_000;

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const semaphore = /** @type {HTMLElement} */ (document.querySelector('#semaphore'));
const aspect = /** @type {HTMLElement} */ (document.querySelector('#aspect'));
const address = /** @type {HTMLSelectElement} */ (document.querySelector('#address'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;
let lastHeard = ''; // the ID of the last event: an EventSource sends it, but does not tell it
let wait = FIRST_WAIT; // before a new EventSource is made
/** @type {ReturnType<typeof setTimeout> | undefined} */
let again; // the timer for that

function connectEventSource() {
  leaveEventSource(); // pressed twice, it must not listen twice
  if (!('EventSource' in window)) return events.failed('this browser has no EventSource');
  events.opening(address.value);
  const opened = new EventSource(address.value);
  source = opened;
  showReadyState();

  opened.onopen = () => {
    showReadyState();
    events.opened('open');
    wait = FIRST_WAIT;
  };

  opened.onmessage = (event) => {
    lastHeard = event.lastEventId;
    sign.textContent = event.data;
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
  };

  // #region 2 Close on bye.
  opened.addEventListener('bye', (event) => {
    sign.textContent = event.data;
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
    opened.close(); // no event tells of it: whoever closes has to say so
    showReadyState();
    events.closed('bye: this page has closed it');
  });
  // #endregion

  opened.onerror = () => {
    showReadyState();
    if (opened.readyState === EventSource.CONNECTING) {
      events.comingBack('error: the stream is over; the browser will ask again');
      return;
    }
    events.failed('error: closed for good; the browser will not ask again');
    // #region 4 Make a new one when it is closed for good.
    // Who has heard 1 was sent away by the server: a new one would hear it all again, from 10.
    if (lastHeard === '1') return events.closed('the last train has left');
    events.comingBack(`a new EventSource in ${wait / 1000} s`);
    again = setTimeout(connectEventSource, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT); // who is in trouble is asked ever more seldom
    // #endregion
  };
}

function leaveEventSource() {
  clearTimeout(again);
  source?.close();
  source = undefined;
  lastHeard = '';
}

function disconnectEventSource() {
  leaveEventSource();
  showReadyState();
  if (events.state !== 'closed') events.closed('you closed it');
}

/** To be called when one is made, at `open`, at `error`, and after close(), which has no event. */
function showReadyState() {
  const state = source?.readyState ?? EventSource.CLOSED;
  aspect.textContent = `${state} ${ASPECTS[state]}`;
  semaphore.dataset.aspect = ASPECTS[state];
}

// Right: fetch. It sends Last-Event-ID only if somebody tells it to.

const column = fetchColumn(pieces, () => address.value);

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', column.connect],
  ['#connect-fetch-late', () => column.connectWith({ 'Last-Event-ID': '1' })],
  ['#disconnect-fetch', column.disconnect],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

connectEventSource();
column.connect();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
