// Lesson 08: EventSource on the left, FetchEventSource on the right.
//
// The same function listens to both: it cannot tell which of the two it was given. What differs is how
// they are made. This file has no steps; they are in fetch-event-source.js.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
import { FetchEventSource } from './fetch-event-source.js';

const LONGEST_WAIT = 20_000; // milliseconds
const SILENCE = 4000; // milliseconds without a byte after which a connection is given up

const address = /** @type {HTMLSelectElement} */ (document.querySelector('#address'));

/**
 * @param {string} id of the log
 * @param {(url: string, init: object) => EventSource | FetchEventSource} make
 * @param {() => string} [reason] what is known of the latest failure
 */
function column(id, make, reason = () => '') {
  const log = /** @type {EventLog} */ (document.querySelector(id));
  /** @type {EventSource | FetchEventSource | undefined} */
  let source;

  function connect(init = {}) {
    source?.close(); // pressed twice, it must not listen twice
    log.opening(address.value);
    const opened = make(address.value, init);
    source = opened;
    opened.onopen = () => log.opened('open');
    opened.onmessage = (/** @type {MessageEvent} */ { type, data, lastEventId }) => {
      log.add({ type, data, id: lastEventId });
    };
    opened.onerror = () => {
      if (opened.readyState === EventSource.CLOSED) log.failed(`error: closed for good${reason()}`);
      else log.comingBack(`error: it will ask again${reason()}`);
    };
  }

  function disconnect() {
    if (!source || source.readyState === EventSource.CLOSED) return;
    source.close();
    log.closed('you closed it');
  }

  return { connect, disconnect };
}

// Left: EventSource.

const left = column('#events', (url) => new EventSource(url));

// Right: FetchEventSource. It tells what EventSource keeps to itself.

/** @type {import('./fetch-event-source.js').Failure | undefined} */
let failure;

const right = column(
  '#own',
  (url, init) => {
    failure = undefined;
    return new FetchEventSource(url, {
      headers: withToken, // a function: each request has a token of its own
      backOff: LONGEST_WAIT,
      retryAfter: true,
      watchdog: SILENCE,
      reconnect: (latest) => {
        failure = latest; // only looked at: the decision stays as it is
        return undefined;
      },
      ...init,
    });
  },
  reason,
);

async function withToken() {
  const response = await fetch('/token');
  const token = await response.text();
  return { Authorization: `Bearer ${token.trim()}` };
}

/** The left column is told nothing of all this. */
function reason() {
  if (!failure) return '';
  const { response, error, wait } = failure;
  const status = response ? `status ${response.status}` : 'no answer';
  const how = error instanceof Error ? `${status}, ${error.message}` : status;
  return wait === undefined ? `, ${how}` : ` in ${(wait / 1000).toFixed(1)} s, ${how}`;
}

// The buttons. Both sides connect when the page is there.

/** @type {[string, () => void][]} */
const buttons = [
  ['#connect-event-source', () => left.connect()],
  ['#disconnect-event-source', left.disconnect],
  ['#connect-own', () => right.connect()],
  ['#connect-own-post', () => right.connect({ method: 'POST', body: 'What is new?' })],
  ['#disconnect-own', right.disconnect],
];
for (const [button, press] of buttons) {
  document.querySelector(button)?.addEventListener('click', press);
}

left.connect();
right.connect();

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
