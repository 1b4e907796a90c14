// Lesson 16: the telegraph, and a board that comes two ways.
//
// Left an EventSource, which comes back by itself. Right a WebSocket, which goes both ways and comes
// back never: one step of this lesson is in here, to make a new one when it is closed.
//
// https://websockets.spec.whatwg.org/#the-websocket-interface

const DEPARTURES = '/departures';
const TELEGRAPH = '/telegraph';
const FIRST_WAIT = 1000; // milliseconds
const LONGEST_WAIT = 30_000;

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const form = /** @type {HTMLFormElement} */ (document.querySelector('#telegram'));
const words = /** @type {HTMLInputElement} */ (document.querySelector('#words'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const messages = /** @type {EventLog} */ (document.querySelector('#messages'));

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;

function connectEventSource() {
  source?.close();
  events.opening(DEPARTURES);
  const opened = new EventSource(DEPARTURES);
  source = opened;
  opened.onopen = () => events.opened('open');
  opened.onmessage = ({ type, data }) => events.add({ type, data });
  opened.onerror = () => {
    if (opened.readyState === EventSource.CLOSED) events.failed('closed for good');
    else events.comingBack('error: the browser will ask again by itself');
  };
}

function disconnectEventSource() {
  source?.close();
  if (events.state !== 'closed') events.closed('you closed it');
}

// Right: WebSocket.

/** @type {WebSocket | undefined} */
let socket;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let again; // the timer for a new one
let wait = FIRST_WAIT; // before a new one is made

function connectWebSocket() {
  leaveWebSocket(); // pressed twice, it must not listen twice
  messages.opening(TELEGRAPH);
  const opened = new WebSocket(`ws://${location.host}${TELEGRAPH}`);
  socket = opened;

  opened.onopen = () => {
    messages.opened('open');
    wait = FIRST_WAIT;
  };

  opened.onmessage = ({ type, data }) => {
    messages.add({ type, data }); // text, and no type of its own: what it is stands in it, or nowhere
    showBoard(data);
  };

  // There is an `error` event as well. It says less, and close follows it in any case.
  opened.onclose = ({ code, reason }) => {
    if (socket !== opened) return; // we have left it ourselves
    messages.failed(`closed: ${code}${reason && `, ${reason}`}`);
    // #region 4 Come back by hand, and with patience.
    messages.comingBack(`a new WebSocket in ${wait / 1000} s`);
    again = setTimeout(connectWebSocket, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT); // who is in trouble is asked ever more seldom
    // #endregion
  };
}

function leaveWebSocket() {
  clearTimeout(again);
  const left = socket;
  socket = undefined;
  left?.close(1000);
}

function disconnectWebSocket() {
  leaveWebSocket();
  if (messages.state !== 'closed') messages.closed('you closed it');
}

/** Sends what is in the field: to send is all that there is to it. */
function sendTelegram() {
  if (socket?.readyState !== WebSocket.OPEN)
    return messages.remark('not connected: nothing is sent');
  socket.send(words.value);
  messages.remark(`sent: ${words.value}`);
}

/** @param {unknown} data a departure in JSON, or a telegram that is repeated */
function showBoard(data) {
  try {
    const { train, platform } = JSON.parse(String(data));
    if (train) sign.textContent = `${train}, platform ${platform}`;
  } catch {} // no JSON: a telegram
}

// The buttons. Both sides connect when the page is there.

form.addEventListener('submit', (event) => {
  event.preventDefault(); // a form would load another page
  sendTelegram();
});

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-web-socket', connectWebSocket],
  ['#disconnect-web-socket', disconnectWebSocket],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

connectEventSource();
connectWebSocket();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
