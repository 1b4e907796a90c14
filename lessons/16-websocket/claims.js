// The usual table of claims about EventSource and WebSocket. Each row has a stamp, and what can be
// measured is measured here, in your browser and now, each time the table is opened.
//
// No step of the lesson is in this file.

const ROUNDS = 20; // of each kind
const SOCKETS = 8; // more than the six connections that HTTP/1.1 has for one address
const PATIENCE = 3000; // milliseconds
const telegraph = `ws://${location.host}/telegraph`;

const dialog = /** @type {HTMLDialogElement} */ (document.querySelector('#claims'));

/** A row whose result is found here: the id of its cell, and what finds it. @type {[string, () => Promise<string>][]} */
const measurements = [
  ['round-trip', compareRoundTrips],
  ['push', comparePushes],
  ['many', openMany],
  ['extensions', askForExtensions],
];

document.querySelector('#open-claims')?.addEventListener('click', async () => {
  dialog.showModal();
  for (const [id, measure] of measurements) {
    const cell = /** @type {HTMLElement} */ (document.querySelector(`#claim-${id}`));
    cell.textContent = 'measuring …';
    cell.textContent = await measure().catch((error) => `not measured: ${error.message}`);
  }
});

/** A WebSocket that is open. @returns {Promise<WebSocket>} */
function open() {
  return within((resolve, reject) => {
    const socket = new WebSocket(telegraph);
    socket.onopen = () => resolve(socket);
    socket.onerror = () => reject(new Error('the telegraph is closed'));
  });
}

/** How long a word takes there and back: over a WebSocket, and by a POST. */
async function compareRoundTrips() {
  const socket = await open();
  try {
    const bySocket = await median(() =>
      within((resolve) => {
        const word = `round ${Math.random()}`;
        socket.onmessage = ({ data }) => data === word && resolve(undefined);
        socket.send(word);
      }),
    );
    const byPost = await median(async () => {
      const response = await fetch('/repeat', { method: 'POST', body: 'round' });
      await response.text();
    });
    return `WebSocket ${inMilliseconds(bySocket)}, POST ${inMilliseconds(byPost)}, median of ${ROUNDS}`;
  } finally {
    socket.close();
  }
}

/** How long news takes from the server's clock to the page: both have the same one here. */
async function comparePushes() {
  const socket = await open();
  const source = new EventSource('/departures');
  try {
    const [bySocket, byEvents] = await Promise.all([
      within((resolve) => {
        socket.onmessage = ({ data }) => resolve(age(data));
      }),
      within((resolve) => {
        source.onmessage = ({ data }) => resolve(age(data));
      }),
    ]);
    return `WebSocket ${bySocket} ms old, EventSource ${byEvents} ms old`;
  } finally {
    socket.close();
    source.close();
  }
}

/** How many there may be at once. */
async function openMany() {
  const all = await Promise.allSettled(Array.from({ length: SOCKETS }, open));
  const opened = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const socket of opened) socket.close();
  return `${opened.length} of ${SOCKETS} WebSockets were open at once`;
}

/** What both sides have agreed upon. */
async function askForExtensions() {
  const socket = await open();
  const { extensions } = socket;
  socket.close();
  return extensions === '' ? 'here: no compression' : `here: ${extensions}`;
}

/** @param {() => Promise<unknown>} round @returns {Promise<number>} milliseconds */
async function median(round) {
  const times = [];
  for (let count = 0; count < ROUNDS; count++) {
    const begun = performance.now();
    await round();
    times.push(performance.now() - begun);
  }
  return /** @type {number} */ (times.sort((one, other) => one - other)[ROUNDS / 2]);
}

/**
 * @template Result
 * @param {(resolve: (result: Result) => void, reject: (error: Error) => void) => void} begin
 * @returns {Promise<Result>} rejected where it takes too long
 */
function within(begin) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no answer in time')), PATIENCE);
    begin(resolve, reject);
  });
}

/** @param {string} departure */
function age(departure) {
  return Math.max(0, Date.now() - JSON.parse(departure).at);
}

/** @param {number} time */
function inMilliseconds(time) {
  return `${time.toFixed(1)} ms`;
}
