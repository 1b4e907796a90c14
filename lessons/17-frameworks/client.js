// Lesson 17: one stream by three servers, and two readers from other people's shelves.
//
// This file is complete. It has the buttons and the log, and asks board.js for the left column and
// ready-made.js for the right one. Where their packages are not here, it listens without them.
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js

const address = /** @type {HTMLSelectElement} */ (document.querySelector('#address'));
const way = /** @type {HTMLSelectElement} */ (document.querySelector('#way'));
const place = /** @type {HTMLElement} */ (document.querySelector('#board'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));
const missing = /** @type {HTMLElement} */ (document.querySelector('#missing'));

const url = () => (way.value === 'proxy' ? '/proxy' : '') + address.value;

// A static import of a file that is not there would end this script. So they are asked for one by one.

/** @type {typeof import('./board.js') | undefined} */
let board;
/** @type {typeof import('./ready-made.js') | undefined} */
let readyMade;
const built = await Promise.all(
  ['react', 'fetch-event-source'].map(async (name) => {
    const response = await fetch(`/public/frameworks/${name}.js`, { method: 'HEAD' });
    return response.ok;
  }),
);
if (built[0]) board = await import('./board.js');
if (built[1]) readyMade = await import('./ready-made.js');
missing.hidden = built.every((isThere) => isThere);

// Left: React's board, or an EventSource without it.

/** @type {(() => void) | undefined} */
let leaveLeft;

function connectLeft() {
  leaveLeft?.(); // pressed twice, it must not listen twice
  leaveLeft = board ? board.showBoard(place, url(), events) : listenPlainly();
}

function disconnectLeft() {
  if (!leaveLeft) return;
  leaveLeft();
  leaveLeft = undefined;
  events.closed('you closed it');
}

function listenPlainly() {
  events.opening(url());
  const source = new EventSource(url());
  source.onopen = () => events.opened('open');
  source.addEventListener('departure', ({ type, lastEventId: id, data }) => {
    events.add({ type, id, data });
  });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) events.failed('error: closed for good');
    else events.comingBack('error: the browser will ask again');
  };
  return () => source.close();
}

// Right: the ready-made client, or fetch without it.

const column = fetchColumn(pieces, url);
/** @type {(() => void) | undefined} */
let leaveRight;

function connectRight() {
  leaveRight?.();
  if (readyMade) leaveRight = readyMade.listen(url(), pieces);
  else column.connect();
}

function disconnectRight() {
  column.disconnect();
  if (!leaveRight) return;
  leaveRight();
  leaveRight = undefined;
  pieces.closed('you left');
}

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectLeft],
  ['#disconnect-event-source', disconnectLeft],
  ['#connect-fetch', connectRight],
  ['#disconnect-fetch', disconnectRight],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

connectLeft();
connectRight();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
