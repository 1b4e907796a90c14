// What is asked of somebody's stream: the request as a browser would send it, and where it goes
// after a redirect.
import { KitError } from '../../kit-error.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { headerValue, type ResponseHead } from '../http.ts';

/** One request, and on whose behalf it is sent. */
export interface Inquiry {
  url: URL;
  method: string;
  /** Those that were given, names as they were written; what a browser adds is not among them. */
  headers: Record<string, string>;
  body?: string | undefined;
  /** The origin of the page that asks, if the stream is to be judged for one. */
  origin?: string | undefined;
  /** The page asks with cookies. */
  credentials: boolean;
}

/** What was typed or pasted. */
export interface InquiryText {
  url: string;
  method?: string | undefined;
  /** Each one `Name: value`. */
  headers?: readonly string[];
  body?: string | undefined;
  origin?: string | undefined;
  credentials?: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** They say where the body ends, or what the connection is: the bytes that follow must fit them. */
const OURS = ['content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect', 'te'];

/**
 * Reads what was typed.
 *
 * @throws KitError if it is no request that a browser could send
 */
export function readInquiry(text: InquiryText): Inquiry {
  const method = readMethod(text.method ?? 'GET');
  const headers = readHeaders(text.headers ?? []);
  if (text.body !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw new KitError(`A ${method} has no body: add --method POST, or leave --body out.`);
  }
  if (text.credentials && text.origin === undefined) {
    throw new KitError(
      '--credentials is about a page of another origin: add --origin with that origin.',
    );
  }
  return {
    url: readUrl(text.url),
    method,
    headers,
    body: text.body,
    origin: text.origin === undefined ? undefined : readOrigin(text.origin),
    credentials: text.credentials ?? false,
  };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    // `localhost:3000/events` is taken for a scheme called localhost.
    const guess = `http://${text}`;
    const better =
      !text.includes('://') && URL.canParse(guess) ? guess : 'http://localhost:3000/events';
    throw new KitError(`"${text}" is not an address to examine: write it as ${better}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new KitError(
      'A name and a password in the address are refused by fetch: give them as a header, ' +
        "--header 'Authorization: Basic …'.",
    );
  }
  url.hash = '';
  return url;
}

function readMethod(text: string): string {
  const method = text.toUpperCase();
  if (!TOKEN.test(method)) {
    throw new KitError(`"${text}" is not a method: one word such as GET or POST was expected.`);
  }
  if (['CONNECT', 'TRACE', 'TRACK'].includes(method)) {
    throw new KitError(`No browser sends ${method}: GET or POST was expected.`);
  }
  return method;
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    const value = line.slice(colon + 1).trim();
    if (!TOKEN.test(name) || /[\r\n\0]/.test(value)) {
      throw new KitError(`"${line}" is not a header: write it as 'Name: value', on one line.`);
    }
    if (OURS.includes(name.toLowerCase())) {
      throw new KitError(`The header ${name} is set by whoever sends the request: leave it out.`);
    }
    const known = nameIn(headers, name);
    if (known === undefined) headers[name] = value;
    else headers[known] += `${name.toLowerCase() === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}

function readOrigin(text: string): string {
  if (text === 'null') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new KitError(
      `"${text}" is not the origin of a page: write it as http://localhost:5173, with the scheme.`,
    );
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new KitError(`An origin has no path: write it as ${url.origin}`);
  }
  return url.origin;
}

/** The name under which a header stands among these, in whatever case. */
export function nameIn(headers: Record<string, string>, name: string): string | undefined {
  return Object.keys(headers).find((one) => one.toLowerCase() === name.toLowerCase());
}

/** Whether the page that asks is of another origin than the stream. */
export function isCrossOrigin({ url, origin }: Inquiry): boolean {
  return origin !== undefined && origin !== url.origin;
}

/** Whether asking again changes nothing on the server, as far as HTTP promises. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/**
 * The request on the wire, with the headers that EventSource and fetch add.
 *
 * @param further headers that only this one look has, such as `Last-Event-ID`
 */
export function requestOf(inquiry: Inquiry, further: Record<string, string> = {}): ExchangeRequest {
  const { url, method, body, origin } = inquiry;
  const headers: Record<string, string> = {
    Accept: 'text/event-stream',
    'Accept-Encoding': 'gzip, deflate',
    'Cache-Control': 'no-cache',
    'User-Agent': 'down-the-wire-doctor',
  };
  if (origin !== undefined && (isCrossOrigin(inquiry) || !isSafe(method))) headers.Origin = origin;
  if (body !== undefined) headers['Content-Type'] = 'text/plain;charset=UTF-8';
  for (const [name, value] of Object.entries({ ...inquiry.headers, ...further })) {
    const known = nameIn(headers, name);
    if (known !== undefined) delete headers[known];
    headers[name] = value;
  }
  return {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers,
    ...(body !== undefined && { body }),
  };
}

/**
 * The request that follows a redirect.
 *
 * @returns undefined if the answer is no redirect that a browser follows
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export function afterRedirect(inquiry: Inquiry, head: ResponseHead): Inquiry | undefined {
  const location = headerValue(head, 'location');
  if (location === undefined || ![301, 302, 303, 307, 308].includes(head.status)) return undefined;
  // Header values come as latin1, one character for each byte; addresses are UTF-8.
  const target = Buffer.from(location, 'latin1').toString('utf8');
  if (!URL.canParse(target, inquiry.url)) return undefined;
  const url = new URL(target, inquiry.url);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  url.hash = '';

  const { method } = inquiry;
  const becomesGet =
    (head.status < 303 && method === 'POST') ||
    (head.status === 303 && method !== 'GET' && method !== 'HEAD');
  const sameOrigin = url.origin === inquiry.url.origin;
  const headers = Object.fromEntries(
    Object.entries(inquiry.headers).filter(([name]) => {
      if (becomesGet && /^content-(encoding|language|location|type)$/i.test(name)) return false;
      return sameOrigin || !/^(authorization|cookie|host)$/i.test(name);
    }),
  );
  // From one foreign origin to another, nobody says any more who asked.
  const tainted = isCrossOrigin(inquiry) && !sameOrigin;
  return {
    ...inquiry,
    url,
    headers,
    ...(becomesGet && { method: 'GET', body: undefined }),
    ...(tainted && { origin: 'null' }),
  };
}
