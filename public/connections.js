// How many of a browser's connections to one address are in use: by this page, and by its other tabs.
//
// The limit is for all tabs together, and a page sees only its own connections. So the pages of one
// address tell each other, over a channel that the browser keeps for them.
import { make } from './element.js';

/** A browser opens no more connections than this to one origin over HTTP/1.1. */
const LIMIT = 6;
/** Over HTTP/2 all of them are streams of one connection. */
const isShared = protocol() === 'h2';
const PATIENCE = 500; // milliseconds; who has not answered by then is no longer there

/** @typedef {{ page: string, count: number } | { page: string, asks: true }} Said */

const page = crypto.getRandomValues(new Uint32Array(2)).join('-');
const channel = new BroadcastChannel('down-the-wire:connections');
/** What the other pages have said, by page. @type {Map<string, { count: number, asked: boolean }>} */
const others = new Map();
let own = 0;

channel.onmessage = ({ data }) => {
  const said = /** @type {Said} */ (data);
  if ('asks' in said) return tell(own);
  if (said.count > 0) others.set(said.page, { count: said.count, asked: false });
  else others.delete(said.page);
  draw();
};
addEventListener('pagehide', () => tell(0));
addEventListener('pageshow', (event) => event.persisted && tell(own));
ask();

/** Says how many connections this page uses or waits for, wherever an element has `data-connections`. */
export function useConnections(/** @type {number} */ count) {
  if (count !== own) tell(count);
  if (count > own) ask(); // a tab that has crashed has said no good-bye
  own = count;
  draw();
}

/** @param {number} count */
function tell(count) {
  channel.postMessage({ page, count });
}

function ask() {
  for (const other of others.values()) other.asked = true;
  channel.postMessage({ page, asks: true });
  setTimeout(() => {
    for (const [name, { asked }] of others) if (asked) others.delete(name);
    draw();
  }, PATIENCE);
}

function draw() {
  const elsewhere = [...others.values()].reduce((sum, { count }) => sum + count, 0);
  for (const place of document.querySelectorAll('[data-connections]')) {
    if (place.childElementCount === 0) {
      for (let lamp = 0; lamp < LIMIT && !isShared; lamp++) place.append(make('i'));
      place.append(make('span'));
    }
    place.querySelectorAll('i').forEach((lamp, index) => {
      lamp.className = index < own ? 'used' : index < own + elsewhere ? 'used elsewhere' : '';
    });
    const words = /** @type {HTMLElement} */ (place.lastElementChild);
    words.textContent = inWords(own, elsewhere);
  }
}

/**
 * @param {number} here
 * @param {number} elsewhere
 */
function inWords(here, elsewhere) {
  const all = here + elsewhere;
  if (isShared) return `${all} ${all === 1 ? 'stream' : 'streams'} on one connection`;
  const words = `${Math.min(all, LIMIT)} of ${LIMIT} connections in use`;
  if (all > LIMIT) return `${words}, ${all - LIMIT} more ${all - LIMIT === 1 ? 'waits' : 'wait'}`;
  return elsewhere > 0 ? `${words}, ${elsewhere} by other tabs` : words;
}

/** What this page came over, as browsers name it: `http/1.1`, `h2`. */
function protocol() {
  const [navigation] = performance.getEntriesByType('navigation');
  return /** @type {PerformanceNavigationTiming | undefined} */ (navigation)?.nextHopProtocol;
}
