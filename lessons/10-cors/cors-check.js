// Lesson 10: why a page may not read an answer. A script is never told: this file works it out from
// what the other station has noted, by the rules of the standard, and puts it into the words that
// Chromium writes to its console. It is complete, and yours to read.
//
// https://fetch.spec.whatwg.org/#cors-check
// https://fetch.spec.whatwg.org/#cors-preflight-fetch

const HINT = 'Have the server send the header with a valid value.';

/**
 * A line of the register: a request that has arrived, and the head of its answer.
 * @typedef {object} Entry
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers of the request
 * @property {string[]} [cookies] names of those that came along: lesson 11 notes them
 * @property {number} status
 * @property {Record<string, string>} answer headers of the answer
 */

/**
 * What is wrong with an answer, as Chromium says it; empty if the page may read it.
 *
 * @param {Entry} entry a preflight, or the request itself
 * @param {string} origin the page's
 * @param {boolean} credentials whether the page asks with credentials
 */
export function corsCheck(entry, origin, credentials = false) {
  if (entry.method !== 'OPTIONS') return wrongOrigin(entry, origin, credentials);
  const wrong = wrongOrigin(entry, origin, credentials) || wrongStatus(entry);
  if (wrong) return `Response to preflight request doesn't pass access control check: ${wrong}`;
  return wrongMethod(entry, credentials) || wrongHeaders(entry, credentials);
}

/** @param {Entry} entry @param {string} origin @param {boolean} credentials */
function wrongOrigin({ answer }, origin, credentials) {
  const name = "'Access-Control-Allow-Origin' header";
  const allowed = answer['access-control-allow-origin'];
  if (allowed === undefined) return `No ${name} is present on the requested resource.`;
  if (allowed === '*' && credentials) {
    return `The value of the ${name} in the response must not be the wildcard '*' when the request's credentials mode is 'include'.`;
  }
  if (allowed !== '*' && allowed !== origin) {
    if (allowed.includes(',')) {
      return `The ${name} contains multiple values '${allowed}', but only one is allowed. ${HINT}`;
    }
    return `The ${name} has a value '${allowed}' that is not equal to the supplied origin. ${HINT}`;
  }
  const leave = answer['access-control-allow-credentials'] ?? '';
  if (!credentials || leave === 'true') return '';
  return `The value of the 'Access-Control-Allow-Credentials' header in the response is '${leave}' which must be 'true' when the request's credentials mode is 'include'.`;
}

/** @param {Entry} entry */
const wrongStatus = ({ status }) =>
  status >= 200 && status < 300 ? '' : 'It does not have HTTP ok status.';

/** @param {Entry} entry @param {boolean} credentials */
function wrongMethod({ headers, answer }, credentials) {
  const method = headers['access-control-request-method'] ?? '';
  const allowed = listIn(answer['access-control-allow-methods']);
  const isAllowed = allowed.includes(method) || (allowed.includes('*') && !credentials);
  if (['GET', 'HEAD', 'POST'].includes(method) || isAllowed) return ''; // those need no leave
  return `Method ${method} is not allowed by Access-Control-Allow-Methods in preflight response.`;
}

/** @param {Entry} entry @param {boolean} credentials */
function wrongHeaders({ headers, answer }, credentials) {
  const allowed = listIn(answer['access-control-allow-headers']?.toLowerCase());
  const isAllowed = (/** @type {string} */ name) =>
    allowed.includes(name) || (allowed.includes('*') && !credentials && name !== 'authorization');
  const wrong = listIn(headers['access-control-request-headers']).find((name) => !isAllowed(name));
  if (!wrong) return '';
  return `Request header field ${wrong} is not allowed by Access-Control-Allow-Headers in preflight response.`;
}

/** @param {string | undefined} value */
const listIn = (value = '') => value.split(',').map((one) => one.trim());
