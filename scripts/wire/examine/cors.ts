// What a browser allows a page of another origin: the check on an answer, and the preflight that
// goes before a request which a plain form could not have sent.
//
// https://fetch.spec.whatwg.org/#http-cors-protocol
import { type Finding, finding, quote } from '../finding.ts';
import { headerValue, type ResponseHead } from '../http.ts';
import type { Inquiry } from './inquiry.ts';

/** A page that asks. */
export interface Page {
  origin: string;
  credentials: boolean;
}

const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST'];
const SAFELISTED_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
/** The browser sets these, and a script cannot: they need nobody's leave. */
const FORBIDDEN =
  /^(accept-charset|accept-encoding|access-control-.*|connection|content-length|cookie|cookie2|date|dnt|expect|host|keep-alive|origin|proxy-.*|referer|sec-.*|te|trailer|transfer-encoding|upgrade|via)$/;

/** What is wrong in an answer, without what comes of it. */
interface Fault {
  id: 'cors-missing' | 'cors-origin' | 'cors-wildcard-credentials' | 'cors-credentials';
  /** A sentence without its point. */
  came: string;
  advice: string;
}

/**
 * Judges an answer as a browser does before it lets the page read it.
 *
 * @param at when the head came, in milliseconds
 * @see https://fetch.spec.whatwg.org/#cors-check
 */
export function findingsInCors(head: ResponseHead, page: Page, at?: number): Finding[] {
  return faultsIn(head, page).map(({ id, came, advice }) =>
    finding(id, {
      message: `${came}. The server has had the request, and the browser keeps the answer from the page.`,
      advice,
      at,
    }),
  );
}

function faultsIn(head: ResponseHead, { origin, credentials }: Page): Fault[] {
  const allowed = headerValue(head, 'access-control-allow-origin');
  const exact = quote(`Access-Control-Allow-Origin: ${origin}`, 200);
  if (allowed === undefined) {
    return [
      {
        id: 'cors-missing',
        came: `The answer has no \`Access-Control-Allow-Origin\`, and the page is of ${quote(origin, 100)}`,
        advice: `Send the header ${exact}${credentials ? '.' : ', or `*` if any page may read the stream.'}`,
      },
    ];
  }
  if (allowed !== '*' && allowed !== origin) {
    return [
      {
        id: 'cors-origin',
        came:
          `The answer says ${quote(`Access-Control-Allow-Origin: ${allowed}`, 200)}, and the page is ` +
          `of ${quote(origin, 100)}${difference(allowed, origin)}`,
        advice:
          'Compare the `Origin` of the request with a list of origins that you trust, and send ' +
          `that one back: ${exact}.`,
      },
    ];
  }
  if (!credentials) return [];
  const faults: Fault[] = [];
  if (allowed === '*') {
    faults.push({
      id: 'cors-wildcard-credentials',
      came:
        'The answer says `Access-Control-Allow-Origin: *`, and the page asks with credentials, ' +
        'for which `*` is no leave',
      advice: `Send ${exact}, for origins that you trust, with \`Vary: Origin\`.`,
    });
  }
  const value = headerValue(head, 'access-control-allow-credentials');
  if (value !== 'true') {
    const what =
      value === undefined
        ? 'has no `Access-Control-Allow-Credentials`'
        : `says ${quote(`Access-Control-Allow-Credentials: ${value}`)}, which is not \`true\``;
    faults.push({
      id: 'cors-credentials',
      came: `The answer ${what}, and the page asks with credentials`,
      advice: 'Send the header `Access-Control-Allow-Credentials: true`, in small letters.',
    });
  }
  return faults;
}

/** Why two origins that look alike are none the less two: the rest of the sentence. */
function difference(allowed: string, origin: string): string {
  if (/[, ]/.test(allowed.trim())) return ': one origin may stand there, and no list';
  if (allowed === '') return ': the value is empty';
  if (allowed.replace(/\/$/, '') === origin) return ': an origin has no `/` at its end';
  if (allowed.toLowerCase() === origin) return ': capitals count';
  if (!allowed.includes('://') && origin.endsWith(`//${allowed}`)) return ': the scheme is missing';
  if (!URL.canParse(allowed) || origin === 'null') return '';
  const [one, other] = [new URL(allowed), new URL(origin)];
  const sameName = one.hostname === other.hostname;
  if (sameName && one.protocol !== other.protocol) return ': the scheme is another';
  if (sameName) return one.port === other.port ? '' : ': the port is another';
  const local = ['localhost', '127.0.0.1', '[::1]'];
  const bothLocal = local.includes(one.hostname) && local.includes(other.hostname);
  return bothLocal ? ': the name counts, and not the machine' : '';
}

/** Whether an answer that names this origin must say that it depends on it. */
export function lacksVary(head: ResponseHead, { origin }: Page): boolean {
  if (headerValue(head, 'access-control-allow-origin') !== origin) return false;
  const varies = (headerValue(head, 'vary') ?? '').toLowerCase().split(',');
  return !varies.some((one) => one.trim() === 'origin' || one.trim() === '*');
}

/**
 * What is said where the answer depends on the origin without saying so.
 *
 * @param without the value of `Access-Control-Allow-Origin` in the answer to a request without origin
 */
export function noVary({ origin }: Page, without: string | undefined, at?: number): Finding {
  const other = without === undefined ? 'it is not sent' : `it is ${quote(without, 100)}`;
  return finding('cors-vary', {
    message:
      `\`Access-Control-Allow-Origin\` follows the request: it is ${quote(origin, 100)} for that ` +
      `origin, and without an origin ${other}. The answer does not say so, and a cache may give ` +
      'one origin the answer for another.',
    advice: 'Send the header `Vary: Origin` with every answer, also where no origin asked.',
    at,
  });
}

/** The request that asks for leave. */
export interface Preflight {
  method: string;
  /** In lower case and in order. */
  headers: string[];
}

/**
 * What the preflight must ask leave for.
 *
 * @returns undefined if a browser sends none for this request
 * @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
export function preflightFor({ method, headers }: Inquiry): Preflight | undefined {
  const unsafe = Object.entries(headers)
    .filter(([name, value]) => !isSafelisted(name.toLowerCase(), value))
    .map(([name]) => name.toLowerCase())
    .sort();
  if (unsafe.length === 0 && SAFELISTED_METHODS.includes(method)) return undefined;
  return { method, headers: unsafe };
}

function isSafelisted(name: string, value: string): boolean {
  if (FORBIDDEN.test(name)) return true;
  if (Buffer.byteLength(value) > 128) return false;
  if (name === 'accept') return !/["():<>?@[\\\]{}\x00-\x08\x0a-\x1f\x7f]/.test(value);
  if (name === 'accept-language' || name === 'content-language') {
    return /^[0-9A-Za-z *,\-.;=]*$/.test(value);
  }
  if (name === 'content-type') {
    if (/["():<>?@[\\\]{}\x00-\x08\x0a-\x1f\x7f]/.test(value)) return false;
    return SAFELISTED_TYPES.includes(value.split(';', 1)[0]!.trim().toLowerCase());
  }
  return name === 'range' && /^bytes=[0-9]+-[0-9]*$/.test(value);
}

/** The headers of the OPTIONS itself. */
export function preflightHeaders({ method, headers }: Preflight, origin: string) {
  return {
    Accept: '*/*',
    'Access-Control-Request-Method': method,
    ...(headers.length > 0 && { 'Access-Control-Request-Headers': headers.join(',') }),
    Origin: origin,
    'User-Agent': 'down-the-wire-doctor',
  };
}

/**
 * Judges the answer to a preflight as a browser does before it sends the request itself.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
 */
export function findingsInPreflight(
  head: ResponseHead,
  asked: Preflight,
  page: Page,
  at?: number,
): Finding[] {
  const refused = refusal(head, page, at);
  if (refused) return [refused];
  const found: Finding[] = [];
  const methods = tokens(head, 'access-control-allow-methods');
  const anyMethod = methods.includes('*') && !page.credentials;
  const allowedMethod = SAFELISTED_METHODS.includes(asked.method) || anyMethod;
  if (!allowedMethod && !methods.includes(asked.method)) {
    found.push(methodNotAllowed(head, asked, methods, page, at));
  }
  const names = tokens(head, 'access-control-allow-headers').map((name) => name.toLowerCase());
  const any = names.includes('*') && !page.credentials;
  // A wildcard never covers `Authorization`: who means it must say it.
  const missing = asked.headers.filter(
    (name) => !names.includes(name) && (!any || name === 'authorization'),
  );
  if (missing.length > 0) found.push(headersNotAllowed(head, missing, names, page, at));
  return found;
}

/** The preflight did not get through at all. */
function refusal(head: ResponseHead, page: Page, at?: number): Finding | undefined {
  const { status, reason } = head;
  const answer = quote(`${status} ${reason}`.trim());
  if (status < 200 || status > 299) {
    const redirect = status >= 300 && status < 400 ? ' A preflight follows no redirect.' : '';
    return finding('preflight', {
      message:
        `The preflight, \`OPTIONS\`, is answered ${answer}.${redirect} ` +
        'The browser never sends the request itself.',
      advice:
        'Answer `OPTIONS` with 204 and the `Access-Control-Allow-…` headers, before anything asks ' +
        'for a login: a preflight carries no cookies and no token.',
      at,
    });
  }
  const [fault] = faultsIn(head, page);
  return (
    fault &&
    finding('preflight', {
      message:
        `The preflight, \`OPTIONS\`, is answered ${answer}, and does not pass. ${fault.came}. ` +
        'The browser never sends the request itself.',
      advice: `In the answer to \`OPTIONS\` too: ${fault.advice.charAt(0).toLowerCase()}${fault.advice.slice(1)}`,
      at,
    })
  );
}

function methodNotAllowed(
  head: ResponseHead,
  { method }: Preflight,
  methods: string[],
  page: Page,
  at?: number,
): Finding {
  const why = methods.includes('*')
    ? ' With credentials `*` is a method of that name.'
    : methods.some((one) => one.toUpperCase() === method)
      ? ' Capitals count.'
      : '';
  return finding('preflight-method', {
    message:
      `The preflight asks for \`${method}\`, and the answer ${said(head, 'Access-Control-Allow-Methods')}.` +
      `${why} The browser never sends the request itself.`,
    advice: `Send ${quote(`Access-Control-Allow-Methods: ${[...new Set([...methods.filter((one) => one !== '*' || !page.credentials), method])].join(', ')}`, 200)} in the answer to \`OPTIONS\`.`,
    at,
  });
}

function headersNotAllowed(
  head: ResponseHead,
  missing: string[],
  names: string[],
  page: Page,
  at?: number,
): Finding {
  const listed = missing.map((name) => quote(name)).join(' and ');
  const why = !names.includes('*')
    ? ''
    : missing.includes('authorization')
      ? ' `*` never covers `Authorization`.'
      : ' With credentials `*` is a header of that name.';
  // Without credentials `*` stays: it covers the others that the request has.
  const wanted = [...names.filter((name) => name !== '*' || !page.credentials), ...missing].join(
    ', ',
  );
  return finding('preflight-headers', {
    message:
      `The preflight asks for the ${missing.length === 1 ? 'header' : 'headers'} ${listed}, and the ` +
      `answer ${said(head, 'Access-Control-Allow-Headers')}.${why} ` +
      'The browser never sends the request itself.',
    advice: `Send ${quote(`Access-Control-Allow-Headers: ${wanted}`, 300)} in the answer to \`OPTIONS\`.`,
    at,
  });
}

function said(head: ResponseHead, name: string): string {
  const value = headerValue(head, name);
  return value === undefined ? `has no \`${name}\`` : `says ${quote(`${name}: ${value}`, 200)}`;
}

function tokens(head: ResponseHead, name: string): string[] {
  return (headerValue(head, name) ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
