// Lesson 09: the typewriter, and the page that asks it.
//
// The answer to a POST is an event stream here. fetch reads its bytes, the parser of lesson 07 makes
// events of them, and each event brings a token. An answer is complete when it says [DONE], and at no
// other end.
//
// https://fetch.spec.whatwg.org/#dom-global-fetch
import { EventStreamParser } from '../../lessons/07-parser/event-stream-parser.js';

const ANSWERS = '/answers';
const METER = '/meter';

const form = /** @type {HTMLFormElement} */ (document.querySelector('#enquiry'));
const question = /** @type {HTMLInputElement} */ (document.querySelector('#question'));
const paper = /** @type {HTMLElement} */ (document.querySelector('#paper'));
const meter = /** @type {HTMLElement} */ (document.querySelector('#meter'));
const events = /** @type {EventLog} */ (document.querySelector('#events'));
const pieces = /** @type {EventLog} */ (document.querySelector('#pieces'));

// Right: fetch.

/** @type {AbortController | undefined} */
let leaving;

async function ask() {
  stop(); // one answer at a time
  const mine = new AbortController();
  leaving = mine;
  pieces.opening(ANSWERS);
  paper.textContent = '';
  try {
    const response = await fetch(ANSWERS, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ question: question.value }),
      signal: mine.signal,
    });
    const type = response.headers.get('Content-Type') ?? 'no type';
    pieces.opened(`${response.status} ${type}`);
    if (!response.ok) throw new Error((await response.json()).error);
    if (!type.startsWith('text/event-stream')) throw new Error(`this is ${type}, and no answer`);
    await typeAnswer(response);
  } catch (error) {
    // #region 5 Stop, and take no stop for a failure.
    if (mine.signal.aborted) return; // it was we who left, and stop() has said so
    // #endregion
    mine.abort(); // what nobody reads would stay open
    pieces.failed(error instanceof Error ? error.message : `${error}`);
  } finally {
    showTheMeter();
  }
}

function stop() {
  // #region 5 Stop, and take no stop for a failure.
  if (pieces.state !== 'connecting' && pieces.state !== 'open') return;
  leaving?.abort();
  pieces.closed('you stopped it');
  // #endregion
}

/** @param {Response} response */
async function typeAnswer(response) {
  // #region 2 Show each token as text.
  //- const decoder = new TextDecoder();
  //- await eachPiece(response, (piece) => {
  //-   paper.append(decoder.decode(piece, { stream: true }));
  //- });
  //- pieces.closed('the server ended it');
  // #region 3 Finish: an answer is complete when it says [DONE].
  let isDone = false;
  let tokens = 0;
  // #endregion
  const parser = new EventStreamParser({
    onEvent: ({ data }) => {
      // #region 3 Finish: an answer is complete when it says [DONE].
      if (data === '[DONE]') {
        isDone = true; // the one event that is no JSON
        return;
      }
      // #endregion
      const said = JSON.parse(data);
      // #region 4 Fail honestly: by the status while there is time, and in the stream after that.
      if (said.error) throw new Error(said.error);
      // #endregion
      // #region 3 Finish: an answer is complete when it says [DONE].
      if (said.usage) tokens = said.usage.tokens;
      // #endregion
      if (said.delta) paper.append(said.delta); // as text: whatever a model says stays letters
    },
  });
  await eachPiece(response, (piece) => parser.feed(piece));
  parser.end();
  // #region 3 Finish: an answer is complete when it says [DONE].
  //- pieces.closed('the server ended it');
  // A break may look like an end: a proxy that gives up is enough.
  if (!isDone) throw new Error('broken off: the answer ended without [DONE]');
  pieces.closed(`done: ${tokens} tokens`);
  // #endregion
  // #endregion
}

/**
 * Reads a body to its end, as in lesson 06, and shows each piece in the log.
 * @param {Response} response
 * @param {(piece: Uint8Array) => void} take
 */
async function eachPiece({ body }, take) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    pieces.piece(decoder.decode(value, { stream: true }), value.byteLength);
    take(value);
    paper.scrollTop = paper.scrollHeight; // the newest line is in sight
  }
}

// Left: EventSource, which watches the meter of the server.

/** @type {EventSource | undefined} */
let source;
let work = { ordered: 0, made: 0 };

function watchTheMeter() {
  leaveTheMeter();
  events.opening(METER);
  const opened = new EventSource(METER);
  source = opened;
  opened.onopen = () => events.opened('open');
  opened.onmessage = (event) => {
    events.add({ type: event.type, data: event.data });
    work = JSON.parse(event.data);
    showTheMeter();
  };
  opened.onerror = () => {
    if (opened.readyState === EventSource.CLOSED) events.failed('closed for good');
    else events.comingBack('the connection is gone; the browser will ask again');
  };
}

/** What was ordered and is not made is still to come, or nobody will make it any more. */
function showTheMeter() {
  const rest = work.ordered - work.made;
  const what = pieces.state === 'open' ? 'to come' : 'saved';
  meter.textContent = `${work.made} tokens made, ${rest} ${what}`;
}

function leaveTheMeter() {
  if (!source) return;
  source.close();
  source = undefined;
  events.closed('you left');
}

// The buttons. The page watches and asks when it is there.

form.addEventListener('submit', (event) => {
  event.preventDefault(); // a form would load another page
  ask();
});

/** @type {[string, () => void][]} */
const buttons = [
  ['#stop', stop],
  ['#watch', watchTheMeter],
  ['#leave-meter', leaveTheMeter],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

watchTheMeter();
ask();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
