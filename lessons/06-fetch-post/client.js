// Lesson 06: the enquiry desk, asked by fetch.
//
// fetch gives the head of an answer first, and its body as a stream of pieces: Uint8Arrays, cut
// wherever the network has cut them. Here they are read in three ways. Two steps are in this file:
// look at the head before you read, and stop before the end.
//
// https://streams.spec.whatwg.org/#default-reader-class
// https://fetch.spec.whatwg.org/#dom-global-fetch

const ENQUIRIES = '/enquiries';

const form = /** @type {HTMLFormElement} */ (document.querySelector('#enquiry'));
const question = /** @type {HTMLInputElement} */ (document.querySelector('#question'));
const way = /** @type {HTMLSelectElement} */ (document.querySelector('#way'));
const answer = /** @type {HTMLElement} */ (document.querySelector('#answer'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const progress = /** @type {EventLog} */ (document.querySelector('#progress'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Right: fetch.

/** @type {AbortController | undefined} */
let leaving;

/** @param {boolean} oneLine whether the first line of the answer is enough */
async function ask(oneLine) {
  stop(); // one answer at a time
  const mine = new AbortController();
  leaving = mine;
  pieces.opening(ENQUIRIES);
  answer.textContent = '';
  try {
    const response = await fetch(ENQUIRIES, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ question: question.value }),
      signal: mine.signal,
    });
    const type = response.headers.get('Content-Type') ?? 'no type';
    pieces.opened(`${response.status} ${type}`);
    // #region 3 Check status and type, then read piece by piece.
    // fetch fails where no answer comes. A refusal is an answer to it, like any other.
    if (!response.ok) throw new Error((await response.json()).error);
    if (!type.startsWith('text/plain')) throw new Error(`this is ${type}, and no answer`);
    // #endregion
    await read(response, () => oneLine && answer.textContent.includes('\n'));
    pieces.closed(oneLine ? 'a line was enough' : 'done: the server ended it');
  } catch (error) {
    // #region 4 Stop before the end, and let the server know.
    if (mine.signal.aborted) return; // it was we who left, and stop() has said so
    // #endregion
    mine.abort(); // what nobody reads would stay open
    pieces.failed(error instanceof Error ? error.message : `${error}`);
  }
}

function stop() {
  // #region 4 Stop before the end, and let the server know.
  if (pieces.state !== 'connecting' && pieces.state !== 'open') return;
  leaving?.abort();
  pieces.closed('you stopped it');
  // #endregion
}

/** @param {string} text @param {number} byteLength of the bytes that it was made of */
function show(text, byteLength) {
  answer.append(text); // as text, whatever the server sends
  pieces.piece(text, byteLength);
}

// Three ways to read a body. The first is yours.

/** @typedef {(response: Response, isEnough: () => boolean) => Promise<void>} Way */

/** @type {Way} A loop: the way that works everywhere. */
async function readInALoop(response, isEnough) {
  // #region 3 Check status and type, then read piece by piece.
  //- const text = await response.text();
  //- show(text, new TextEncoder().encode(text).length);
  const reader = bodyOf(response).getReader();
  const decoder = new TextDecoder(); // one for all pieces: it keeps the half of a character
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    show(decoder.decode(value, { stream: true }), value.byteLength);
    // #region 4 Stop before the end, and let the server know.
    if (isEnough()) return reader.cancel(); // else the server goes on, and nobody reads
    // #endregion
  }
  // #endregion
}

/** @param {Response} response */
async function* textsOf(response) {
  const reader = bodyOf(response).getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield { text: decoder.decode(value, { stream: true }), byteLength: value.byteLength };
    }
  } finally {
    await reader.cancel(); // whoever leaves the loop around it comes by here
  }
}

/** @type {Way} A generator: whoever reads has a plain loop, and break is enough. */
async function readByGenerator(response, isEnough) {
  for await (const { text, byteLength } of textsOf(response)) {
    show(text, byteLength);
    if (isEnough()) break;
  }
}

/** @type {Way} A pipe: the browser decodes. */
async function readThroughAPipe(response, isEnough) {
  const reader = bodyOf(response).pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    show(value, new TextEncoder().encode(value).length);
    if (isEnough()) return reader.cancel(); // goes back through the pipe
  }
}

/** @type {Record<string, Way>} */
const ways = {
  'getReader()': readInALoop,
  'async generator': readByGenerator,
  TextDecoderStream: readThroughAPipe,
};

/** @type {Way} */
const read = (response, isEnough) => ways[way.value]?.(response, isEnough) ?? Promise.resolve();

/** @param {Response} response @returns {ReadableStream<Uint8Array<ArrayBuffer>>} */
function bodyOf({ body }) {
  if (!body) throw new Error('an answer without a body');
  return body;
}

// Left: two that came before fetch.

function tryEventSource() {
  showOnTheLeft(events);
  events.opening(ENQUIRIES);
  const source = new EventSource(ENQUIRIES); // there is no place for a method, nor for a body
  source.onerror = () => {
    source.close();
    events.failed('closed for good: it can only GET, without a body');
  };
}

/** @type {XMLHttpRequest | undefined} */
let older;

function askByXhr() {
  stopXhr();
  const request = new XMLHttpRequest();
  older = request;
  let shown = 0;
  showOnTheLeft(progress);
  progress.opening(ENQUIRIES);
  request.open('POST', ENQUIRIES);
  request.setRequestHeader('Content-Type', 'application/json');
  request.onprogress = () => {
    const text = request.responseText.slice(shown); // all of the answer so far is kept
    shown += text.length;
    if (text) progress.piece(text, new TextEncoder().encode(text).length);
  };
  request.onload = () => progress.closed(`${request.status}, done`);
  request.onerror = () => progress.failed('broken');
  request.onabort = () => progress.closed('you stopped it');
  request.send(JSON.stringify({ question: question.value }));
}

/** @param {EventLog} log there is room for one */
function showOnTheLeft(log) {
  events.hidden = log !== events;
  progress.hidden = log !== progress;
}

function stopXhr() {
  older?.abort(); // one that is done has nothing to stop, and says nothing
}

// The buttons. The desk is asked once when the page is there.

form.addEventListener('submit', (event) => {
  event.preventDefault(); // a form would load another page
  ask(false);
});

/** @type {[string, () => void][]} */
const buttons = [
  ['#ask-for-a-line', () => ask(true)],
  ['#stop', stop],
  ['#try-event-source', tryEventSource],
  ['#ask-by-xhr', askByXhr],
  ['#stop-xhr', stopXhr],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

tryEventSource();
ask(false);

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
