// Lesson 15: the picture postcard, as a text in an event and as bytes.
//
// EventSource hands over text, and hands it over when the event is whole. fetch hands over bytes, piece
// by piece: so only there somebody can say how much of the picture has come. The left column is given.
// Two steps are in here: take the bytes as bytes, and count them.
//
// https://fetch.spec.whatwg.org/#body-mixin

const address = /** @type {HTMLSelectElement} */ (document.querySelector('#address'));
const bar = /** @type {HTMLProgressElement} */ (document.querySelector('#bar'));
const soFar = /** @type {HTMLElement} */ (document.querySelector('#so-far'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Left: EventSource. The picture comes as text, and the page has to make bytes of it.

/** @typedef {'json' | 'base64'} Letters */

/** @type {Record<Letters, (data: string) => Uint8Array<ArrayBuffer>>} */
const bytesIn = {
  json: (data) => Uint8Array.from(JSON.parse(data).data),
  base64: (data) => Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)),
};

/** @type {EventSource | undefined} */
let source;

/** @param {Letters} letters @param {() => void} [then] what to do when it has come */
function askForText(letters, then = () => {}) {
  leaveEventSource();
  events.opening(`/as-${letters}`);
  emptyCard(letters, 'on its way …');
  const begun = performance.now();
  const opened = new EventSource(`/as-${letters}`);
  source = opened;
  opened.onopen = () => events.opened('open; and now silence, until the event is whole');
  opened.onmessage = ({ type, data }) => {
    opened.close(); // one postcard is enough
    events.add({ type, data });
    showText(letters, data, performance.now() - begun);
    then();
  };
  opened.onerror = () => {
    opened.close();
    events.failed('no postcard');
    emptyCard(letters, 'no postcard came');
  };
}

/** @param {Letters} letters @param {string} data @param {number} time */
function showText(letters, data, time) {
  try {
    const bytes = bytesIn[letters](data);
    showCard(letters, new Blob([bytes], { type: 'image/png' }), data.length, time); // a byte a letter
    events.closed(`${data.length} letters for ${bytes.length} bytes`);
  } catch (error) {
    emptyCard(letters, 'no picture can be made of this text');
    events.failed(`${error}`);
  }
}

function leaveEventSource() {
  source?.close();
  if (events.state === 'connecting' || events.state === 'open') events.closed('you closed it');
}

// Right: fetch. The picture comes as it is.

/** @type {AbortController | undefined} */
let leaving;

async function askForBytes() {
  leaveFetch();
  const mine = new AbortController();
  leaving = mine;
  pieces.opening(address.value);
  emptyCard('bytes', 'on its way …');
  showProgress(0, undefined);
  const begun = performance.now();
  try {
    const response = await fetch(address.value, { signal: mine.signal });
    pieces.opened(`${response.status} ${response.headers.get('Content-Type')}`);
    if (!response.ok) throw new Error(await response.text());
    // #region 3 Take the bytes as bytes.
    //- const text = await response.text();
    //- const picture = new Blob([text], { type: 'image/png' });
    // #region 4 Count the bytes, and know the whole or say that nobody knows it.
    //- const picture = await response.blob();
    const picture = await readCounting(response, wholeOf(response));
    // #endregion
    // #endregion
    showProgress(picture.size, picture.size);
    showCard('bytes', picture, picture.size, performance.now() - begun);
    pieces.closed('done: the server ended it');
  } catch (error) {
    if (mine.signal.aborted) return; // it was we who left
    const why = error instanceof Error ? error.message : `${error}`;
    emptyCard('bytes', why);
    pieces.failed(why);
  }
}

// #region 4 Count the bytes, and know the whole or say that nobody knows it.
/** How many bytes there will be to read; undefined if nobody has said it. @param {Response} response */
function wholeOf({ headers }) {
  // This length is that of the bytes on the wire. What we read has been unfolded again.
  if (headers.has('Content-Encoding')) return undefined;
  const length = headers.get('Content-Length');
  return length === null ? undefined : Number(length); // Number(null) would be 0
}

/** @param {Response} response @param {number | undefined} whole */
async function readCounting(response, whole) {
  if (!response.body) throw new Error('an answer without a body');
  const reader = response.body.getReader();
  const parts = [];
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts, { type: 'image/png' });
    parts.push(value);
    received += value.byteLength;
    pieces.piece(hexadecimal(value), value.byteLength);
    showProgress(received, whole);
  }
}
// #endregion

function leaveFetch() {
  if (pieces.state !== 'connecting' && pieces.state !== 'open') return;
  leaving?.abort();
  pieces.closed('you left');
}

// What one sees.

/**
 * How far it is, as a bar and in words.
 *
 * @param {number} received bytes
 * @param {number | undefined} whole undefined where nobody knows it: then the bar tells no share
 */
function showProgress(received, whole) {
  const share =
    whole === undefined ? 'so far' : `of ${whole}: ${Math.floor((100 * received) / whole)} %`;
  soFar.textContent = `${received} bytes ${share}`;
  if (whole === undefined) bar.removeAttribute('value');
  else bar.value = received / whole; // fails where that is no finite number
}

/**
 * Shows a picture, and what it has cost.
 *
 * @param {Letters | 'bytes'} way
 * @param {Blob} picture
 * @param {number} size bytes that it took on the wire
 * @param {number} time milliseconds
 */
async function showCard(way, picture, size, time) {
  const { image, cost } = cardOf(way);
  const url = URL.createObjectURL(picture);
  image.src = url;
  try {
    await image.decode();
    const share = (size / picture.size).toFixed(2);
    cost.textContent = `${size} bytes (× ${share}), ${(time / 1000).toFixed(1)} s`;
    image.alt = `A train on a viaduct, ${image.naturalWidth} × ${image.naturalHeight}`;
    image.hidden = false;
  } catch {
    emptyCard(way, `${size} bytes, and no picture`);
  } finally {
    URL.revokeObjectURL(url); // else it stays in memory as long as the page
  }
}

/** @param {Letters | 'bytes'} way @param {string} why */
function emptyCard(way, why) {
  const { image, cost } = cardOf(way);
  image.hidden = true;
  cost.textContent = why;
}

/** @param {string} way */
function cardOf(way) {
  const find = (/** @type {string} */ what) => document.querySelector(`#card-${way} ${what}`);
  return {
    image: /** @type {HTMLImageElement} */ (find('img')),
    cost: /** @type {HTMLElement} */ (find('.cost')),
  };
}

/** The first bytes of a piece. @param {Uint8Array} bytes */
function hexadecimal(bytes) {
  const first = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `${first.join(' ')}${bytes.length > 8 ? ' …' : ''}`;
}

// The buttons. Three postcards leave when the page is there, two of them one after the other.

/** @type {[string, () => void][]} */
const buttons = [
  ['#ask-json', () => askForText('json')],
  ['#ask-base64', () => askForText('base64')],
  ['#leave-event-source', leaveEventSource],
  ['#ask-bytes', askForBytes],
  ['#leave-fetch', leaveFetch],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

askForText('json', () => askForText('base64'));
askForBytes();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
