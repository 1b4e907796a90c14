// Lesson 10: a refusal, seen from three sides at once: what the page was told, what the console says,
// and what has crossed the wire. This file is complete.
import { corsCheck } from './cors-check.js';

/**
 * Fills a `<dl class="refusal">`.
 *
 * @param {HTMLElement} list
 * @param {{ reader: string, url: string, told: string, credentials?: boolean }} refusal `told`: all
 *   that the browser has let the page know
 */
export async function showRefusal(list, { reader, url, told, credentials = false }) {
  const { pathname } = new URL(url, location.href);
  const response = await fetch('/register').catch(() => undefined);
  /** @type {Entry[]} */
  const entries = response?.ok ? await response.json() : [];
  const about = entries.filter((entry) => pathOf(entry) === pathname);
  const last = about.at(-1);
  const isPreflight = last?.method === 'OPTIONS';
  const why = last ? corsCheck(last, location.origin, credentials) : '';
  const what = reader === 'EventSource' ? 'resource' : 'fetch';
  const blocked = `Access to ${what} at '${url}' from origin '${location.origin}' has been blocked by CORS policy: ${why}`;
  fill(list, [
    ['The page was told', told],
    ['The console says', why ? blocked : lessSaid(last)],
    [
      'The wire had',
      last ? `${lineOf(last)} ${ending(isPreflight, why)}` : 'Nothing has arrived at Harbour.',
    ],
  ]);
}

/** What it says where CORS was not the reason. @param {Entry | undefined} last */
function lessSaid(last) {
  if (!last) return 'Failed to load resource: nobody has answered.';
  return `Nothing about CORS. The status was ${last.status}, and Failed to load resource stands there.`;
}

/** @param {HTMLElement} list */
export function hideRefusal(list) {
  list.replaceChildren();
}

/** @param {Entry} entry */
function lineOf({ method, url, headers, cookies, status, answer }) {
  const allowed = answer['access-control-allow-origin'];
  const from = headers.origin ? `Origin: ${headers.origin}` : 'no Origin';
  const asked = cookies?.[0] ? `${from}, Cookie: ${cookies.join(', ')}` : from;
  const answered = allowed ? `Access-Control-Allow-Origin: ${allowed}` : 'nobody allowed';
  return `${method} ${url} (${asked}), answered ${status} (${answered}).`;
}

/** @param {boolean} isPreflight @param {string} why */
function ending(isPreflight, why) {
  if (!why) return '';
  if (isPreflight) return 'So the request itself was never sent.';
  return 'It has arrived, and the browser keeps the answer to itself.';
}

/** @param {HTMLElement} list @param {[string, string][]} rows */
function fill(list, rows) {
  list.replaceChildren(
    ...rows.flatMap(([name, text]) => {
      const [term, value] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      value.textContent = text;
      return [term, value];
    }),
  );
}

/** @param {Entry} entry */
const pathOf = ({ url }) => url.split('?', 1)[0];

/** @typedef {import('./cors-check.js').Entry} Entry */
