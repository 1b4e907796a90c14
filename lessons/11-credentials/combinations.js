// Lesson 11: all combinations of where one asks, how one asks, and what the answer allows. This browser
// tries each of them, and what came of it is held against the standards. This file is complete.
//
// https://fetch.spec.whatwg.org/#cors-check
// https://www.rfc-editor.org/rfc/rfc6265#section-5.4 and its draft for SameSite
import { corsCheck } from '../../lessons/10-cors/cors-check.js'; // for the browser: /lessons/…

/** How one asks. `credentials` as fetch calls it; an EventSource knows two of the three. */
const WAYS = [
  { name: 'EventSource', credentials: 'same-origin', isSource: true },
  { name: 'EventSource, withCredentials', credentials: 'include', isSource: true },
  { name: 'fetch, omit', credentials: 'omit', isSource: false },
  { name: 'fetch, same-origin', credentials: 'same-origin', isSource: false },
  { name: 'fetch, include', credentials: 'include', isSource: false },
];

/** What the answer allows: probe.ts has the same names. */
const ANSWERS = {
  nothing: 'nothing',
  any: 'Origin: *',
  'any-credentials': 'Origin: *, Credentials: true',
  exact: 'Origin: ours',
  'exact-credentials': 'Origin: ours, Credentials: true',
};

/** @typedef {'own' | 'port' | 'site'} Where another port is another origin; another name another site */
/** @typedef {typeof WAYS[number]} Way */

/** Counted over all openings of the table, so that each request can be found in the register. */
let number = 0;

/**
 * @param {HTMLElement} dialog
 * @param {string} second origin of the second port, by this page's own name
 * @param {boolean} isFramed whether a page of another site is around this one
 */
export async function fillCombinations(dialog, second, isFramed) {
  const summary = /** @type {HTMLElement} */ (dialog.querySelector('#summary'));
  const tables = /** @type {HTMLElement} */ (dialog.querySelector('#tables'));
  const other = new URL(second);
  other.hostname = other.hostname === '127.0.0.1' ? 'localhost' : '127.0.0.1';
  /** @type {[Where, string, string][]} */
  const places = [
    ['own', location.origin, 'the same origin'],
    ['port', second, 'another port: another origin, the same site'],
    ['site', other.origin, 'another name: another site'],
  ];
  tables.replaceChildren();
  let [same, all] = [0, 0];
  for (const [where, origin, title] of places) {
    await fetch(`${origin}/probe-cookies`, { credentials: 'include' }).catch(() => {});
    const table = tableOf(`${origin}, ${title}`);
    tables.append(table);
    for (const [answer, name] of Object.entries(ANSWERS)) {
      const row = table.createTBody().insertRow();
      row.append(headOf(name, 'row'));
      for (const way of WAYS) {
        const came = await tryOut(way, origin, answer);
        const meant = byTheStandard(where, way, came.entry, isFramed);
        const isSame = came.sent === meant.sent && came.read === meant.read;
        row.append(cellOf(came, isSame ? undefined : meant));
        all += 1;
        if (isSame) same += 1;
        summary.textContent = `${same} of ${all} as the standards say`;
      }
    }
  }
  summary.dataset.state = 'done';
}

/** Whether a Lax cookie is kept here. In a frame on a page of another site it is not. */
export function keepsCookies() {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in all browsers
  document.cookie = 'try=1; SameSite=Lax';
  const isKept = document.cookie.includes('try=1');
  // biome-ignore lint/suspicious/noDocumentCookie: as above
  document.cookie = 'try=; Max-Age=0';
  return isKept;
}

/**
 * Asks, and finds out in the register what has crossed the wire.
 *
 * @param {Way} way
 * @param {string} origin
 * @param {string} answer
 */
async function tryOut({ credentials, isSource }, origin, answer) {
  number += 1;
  const target = `/probe?answer=${answer}&number=${number}`;
  const url = origin + target;
  const read = isSource
    ? await opens(new EventSource(url, { withCredentials: credentials === 'include' }))
    : await fetch(url, { credentials: /** @type {RequestCredentials} */ (credentials) }).then(
        () => true,
        () => false,
      );
  const register = await (await fetch('/register')).json();
  const entry = register.findLast((/** @type {Entry} */ one) => one.url === target);
  const kinds = cookieKinds(entry);
  return { entry, read, kinds, sent: kinds.includes('lax') && kinds.includes('strict') };
}

/** @param {EventSource} source @returns {Promise<boolean>} */
function opens(source) {
  return new Promise((resolve) => {
    const told = (/** @type {boolean} */ value) => () => {
      source.close();
      resolve(value);
    };
    source.onopen = told(true);
    source.onerror = told(false);
  });
}

/** Which of the three cookies came along. @param {Entry | undefined} entry */
function cookieKinds(entry) {
  const names = (entry?.cookies ?? []).filter((name) => name.startsWith('probe-'));
  return names.map((name) => name.slice('probe-'.length));
}

/**
 * What the standards say. Cookies go along where the credentials mode says so, but Lax and Strict ones
 * only within their site; one with SameSite=None is left to the browser, and not judged here. The
 * answer may be read where the CORS check passes.
 *
 * @param {Where} where @param {Way} way @param {Entry} entry @param {boolean} isFramed
 * @returns {Outcome}
 */
function byTheStandard(where, { credentials }, entry, isFramed) {
  const goAlong = credentials === 'include' || (credentials === 'same-origin' && where === 'own');
  const sent = goAlong && where !== 'site' && !isFramed;
  const read =
    where === 'own' || corsCheck(entry, location.origin, credentials === 'include') === '';
  return { sent, read };
}

// What it looks like.

/** @param {string} title */
function tableOf(title) {
  const table = document.createElement('table');
  table.createCaption().textContent = title;
  const head = table.createTHead().insertRow();
  head.append(headOf('the answer allows', 'col'), ...WAYS.map(({ name }) => headOf(name, 'col')));
  return table;
}

/** @param {string} text @param {'row' | 'col'} scope */
function headOf(text, scope) {
  const head = document.createElement('th');
  head.scope = scope;
  head.textContent = text;
  return head;
}

/** `sent`: the Lax and the Strict cookie. @typedef {{ sent: boolean, read: boolean }} Outcome */

/** @param {Outcome & { kinds: string[] }} came @param {Outcome | undefined} meant if that is something else */
function cellOf(came, meant) {
  const cell = document.createElement('td');
  cell.dataset.read = String(came.read);
  cell.textContent = `${cookieWords(came.kinds)}; ${came.read ? 'read' : 'refused'}`;
  if (!meant) return cell;
  cell.className = 'other';
  const cookies = meant.sent ? 'Lax and Strict sent' : 'Lax and Strict not sent';
  cell.append(` (by the standard: ${cookies}; ${meant.read ? 'read' : 'refused'})`);
  return cell;
}

/** @param {string[]} kinds */
function cookieWords(kinds) {
  if (kinds.length === 0) return 'no cookie';
  if (kinds.length === 3) return 'all cookies';
  return `cookie SameSite=${kinds.join(' and ')}`;
}

/** @typedef {import('../10-cors/cors-check.js').Entry} Entry */
