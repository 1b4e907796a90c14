// Lesson 14: the signal box's log, as a terminal would show it.
//
// A line of a log is text from somebody else, with the codes in it that make a terminal change its
// colour. One step of this lesson is in here: it makes elements of the codes, and text of all the rest.
//
// https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ (8.3.117, SGR)
import { fetchColumn } from '../../public/fetch-column.js'; // for the browser: /public/fetch-column.js

const LINES = 500; // on the screen; what is older goes

/** What the codes mean; each is the name of a class as well. */
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

const sign = /** @type {HTMLElement} */ (document.querySelector('#sign'));
const name = /** @type {HTMLSelectElement} */ (document.querySelector('#name'));
const screen = /** @type {HTMLElement} */ (document.querySelector('#screen'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));
const address = () => `/log?name=${encodeURIComponent(name.value)}`;

// Left: EventSource.

/** @type {EventSource | undefined} */
let source;
let count = 0;

function connectEventSource() {
  leaveEventSource(); // pressed twice, it must not listen twice
  clear(); // a new EventSource begins with the first line
  events.opening(address());
  const opened = new EventSource(address());
  source = opened;

  opened.onopen = () => events.opened('open');

  opened.onmessage = (event) => {
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
    show(event.data);
  };

  opened.addEventListener('reset', (event) => {
    events.add({ type: event.type, id: event.lastEventId, data: event.data });
    clear();
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

// The screen.

function clear() {
  count = 0;
  screen.replaceChildren();
  sign.textContent = '0 lines';
}

/** @param {string} text a line of the log, codes and all */
function show(text) {
  count += 1;
  sign.textContent = `${count} ${count === 1 ? 'line' : 'lines'}`;
  const isAtEnd = screen.scrollHeight - screen.scrollTop - screen.clientHeight < 30;
  const line = document.createElement('li');
  // #region 4 Show text as text, and codes as colours.
  //- line.textContent = text;
  line.append(...coloured(text));
  // #endregion
  screen.append(line);
  if (screen.childElementCount > LINES) screen.firstElementChild?.remove();
  if (isAtEnd) screen.scrollTop = screen.scrollHeight; // who reads further up is left in peace
}

// #region 4 Show text as text, and codes as colours.
/**
 * A line as elements: `ESC [ 31 m` makes red what follows, `ESC [ 0 m` and `ESC [ m` end it.
 *
 * @param {string} text
 * @returns {HTMLElement[]}
 */
function coloured(text) {
  let colour = '';
  let bold = false;
  // Split by what it also keeps: text, codes, text, codes, and text at the end.
  return text.split(/\x1b\[([\d;]*)m/).flatMap((part, index) => {
    if (index % 2 === 0) return part === '' ? [] : [span(part, bold ? `${colour} bold` : colour)];
    for (const code of part.split(';').map(Number)) {
      if (code === 0) [colour, bold] = ['', false];
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) colour = '';
      else if (code >= 30 && code <= 37) colour = COLOURS[code - 30] ?? '';
      else if (code >= 90 && code <= 97) colour = `${COLOURS[code - 90]} bright`;
    }
    return [];
  });
}

/**
 * @param {string} text
 * @param {string} className
 */
function span(text, className) {
  const element = document.createElement('span');
  element.className = className.trim();
  // Never innerHTML: what stands in a log has been written by whoever could make a build print it.
  element.textContent = text.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, ''); // codes that move a cursor
  return element;
}
// #endregion

// Right: fetch.

const column = fetchColumn(pieces, address);

/**
 * @param {string} what
 * @param {string} [body]
 */
async function write(what, body = '') {
  const url = `${address()}${what === '' ? '' : `&do=${what}`}`;
  const response = await fetch(url, { method: 'POST', body });
  pieces.remark(`POST ${url}: ${response.status}`);
}

let half = 0;
const HALVES = ['The 21:40 to Skerry ', 'has passed.\n'];

// The buttons. Both sides connect when the page is there, and when another log is chosen.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', connectEventSource],
  ['#disconnect-event-source', disconnectEventSource],
  ['#connect-fetch', column.connect],
  ['#disconnect-fetch', column.disconnect],
  ['#build', () => write('build')],
  ['#half', () => write('', HALVES[half++ % 2])],
  ['#thousand', () => write('', 'Lever 中 has moved.\n'.repeat(1000))],
  ['#empty', () => write('empty')],
  ['#rotate', () => write('rotate')],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}
name.addEventListener('change', () => {
  connectEventSource();
  column.connect();
});

connectEventSource();
column.connect();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
