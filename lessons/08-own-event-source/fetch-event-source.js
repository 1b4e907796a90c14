// Lesson 08: an EventSource of our own.
//
// What the browser's EventSource does for a page, over fetch; and what fetch can do besides: other
// methods, headers, a body, a signal. Without options it behaves as EventSource does, in browsers and
// in Node 20 and later.
//
//   const source = new FetchEventSource('/events', {
//     headers: async () => ({ Authorization: `Bearer ${await freshToken()}` }),
//   });
//   source.onmessage = ({ data }) => console.log(data);
//
// It takes lines and fields from lesson 07's parser, and needs nothing else. The rules it follows:
// https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
import { EventStreamParser } from '../../lessons/07-parser/event-stream-parser.js'; // for the browser: /lessons/07-parser/event-stream-parser.js

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

const RECONNECTION_TIME = 3000; // milliseconds, until the server says another with `retry:`
const LONGEST_TIMER = 2 ** 31 - 1; // a longer one fires at once

/**
 * All but `withCredentials` goes beyond EventSource, and is off unless it is asked for.
 *
 * @typedef {object} FetchEventSourceInit
 * @property {boolean} [withCredentials] sends cookies to another origin too
 * @property {string} [method] GET if not given
 * @property {HeadersInit | (() => HeadersInit | Promise<HeadersInit>)} [headers] a function is called
 *   before each request: a token that has changed is sent as it is then
 * @property {Exclude<BodyInit, ReadableStream>} [body]
 * @property {AbortSignal} [signal] closes it, as close() does
 * @property {string} [lastEventId] what an earlier life of this page has heard last
 * @property {boolean} [repeat] whether to come back where the method is not GET: that says it again
 * @property {number} [backOff] the longest wait, in milliseconds: from the second failure in a row
 *   each wait is about twice the one before, and no two clients wait for the same time
 * @property {boolean} [retryAfter] comes back after a 429 or 503 that says by Retry-After when. A server
 *   on another origin has to expose that header
 * @property {number} [watchdog] milliseconds of silence, comments counted as words, after which the
 *   connection is given up for a new one
 * @property {(failure: Failure) => number | false | undefined} [reconnect] has the last word on each
 *   failure: milliseconds to wait, false to give up, undefined for what would happen without it. Of a
 *   POST it is told only with `repeat`
 */

/**
 * @typedef {object} Failure
 * @property {Response | undefined} response its head, if one came; its body is gone
 * @property {unknown} error what fetch or its reader said, if it was not a plain end
 * @property {number} count failures since an answer was last accepted: 1, 2 and so on
 * @property {number | undefined} wait milliseconds that it is about to wait; undefined: it gives up
 */

/** @typedef {((this: FetchEventSource, event: any) => any) | null} Handler */

export class FetchEventSource extends EventTarget {
  /** @readonly */
  static CONNECTING = /** @type {0} */ (CONNECTING);
  /** @readonly */
  static OPEN = /** @type {1} */ (OPEN);
  /** @readonly */
  static CLOSED = /** @type {2} */ (CLOSED);

  #url;
  /** @type {FetchEventSourceInit & { method: string }} */
  #init;
  /** @type {0 | 1 | 2} */
  #readyState = CONNECTING;
  #lastEventId;
  #reconnectionTime = RECONNECTION_TIME;
  /** How often it has failed since an answer was accepted. */
  #failures = 0;
  /** Ends the request that is under way. */
  #attempt = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} before the next request */
  #again;
  /** @type {ReturnType<typeof setTimeout> | undefined} while nothing is heard */
  #silence;
  /** @type {Map<string, Handler>} `onopen` and its like */
  #handlers = new Map();

  /**
   * @param {string | URL} url relative to the document, where there is one
   * @param {FetchEventSourceInit} [init]
   * @throws {DOMException} `SyntaxError` if the address cannot be read
   * @throws {TypeError} if an option cannot be used
   */
  constructor(url, init = {}) {
    super();
    // biome-ignore lint/complexity/noArguments: undefined is an address, and nothing is none
    if (arguments.length === 0) throw new TypeError('An address is missing.');
    this.#url = absolute(`${url}`);
    this.#init = usable(init);
    this.#lastEventId = this.#init.lastEventId ?? '';
    const { signal } = this.#init;
    if (signal?.aborted) {
      this.#readyState = CLOSED;
      return;
    }
    signal?.addEventListener('abort', this.#leave);
    this.#connect();
  }

  get url() {
    return this.#url;
  }

  get withCredentials() {
    return Boolean(this.#init.withCredentials);
  }

  get readyState() {
    return this.#readyState;
  }

  /** Ends it for good. Nothing is heard after that, not even of this. */
  close() {
    this.#isOver();
    // #region 2 Read the events, until somebody closes.
    this.#attempt.abort(); // the server learns of it by this, and by nothing else
    // #endregion
  }

  /** One request, and all that comes of it. */
  async #connect() {
    const attempt = new AbortController();
    this.#attempt = attempt;
    /** @type {{ response?: Response, error?: unknown }} */
    const ending = {};
    try {
      // #region 6+ Give up a connection that says nothing.
      this.#keepWatch(); // over the wait for the head as well
      // #endregion
      const response = await this.#ask(attempt.signal);
      attempt.signal.throwIfAborted();
      ending.response = response;
      // #region 2 Read the events, until somebody closes.
      //- return; // the answer is there, and nobody reads it
      // #region 4 Give up when told.
      //- await this.#hear(response);
      if (isEventStream(response)) await this.#hear(response);
      else await response.body?.cancel(); // left unread, it would hold its connection
      // #endregion
      // #endregion
    } catch (error) {
      ending.error = error; // no answer came, or it broke off
    }
    clearTimeout(this.#silence);
    if (this.#readyState === CLOSED) return; // it was close() that ended it
    this.#failures += 1;
    // #region 3 Come back, and say what was heard last.
    //- this.#fail();
    const wait = this.#waitAfter(ending);
    if (wait === undefined) this.#fail();
    else this.#comeBack(wait);
    // #endregion
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Response>} when its head is there
   */
  async #ask(signal) {
    // #region 1 Ask with headers, made afresh for each request.
    //- return fetch(this.#url, { signal });
    const { method, body = null, withCredentials } = this.#init;
    const headers = await this.#makeHeaders();
    const credentials = withCredentials ? 'include' : 'same-origin';
    return fetch(this.#url, { method, headers, body, credentials, cache: 'no-store', signal });
    // #endregion
  }

  async #makeHeaders() {
    const { headers } = this.#init;
    // #region 1 Ask with headers, made afresh for each request.
    //- return new Headers();
    const made = new Headers(typeof headers === 'function' ? await headers() : headers);
    if (!made.has('Accept')) made.set('Accept', 'text/event-stream');
    // #region 3 Come back, and say what was heard last.
    if (this.#lastEventId !== '') made.set('Last-Event-ID', asHeader(this.#lastEventId));
    // #endregion
    return made;
    // #endregion
  }

  /**
   * Hands out the events of an answer until it ends.
   *
   * @param {Response} response
   * @throws if it breaks off, or is aborted
   */
  async #hear(response) {
    // #region 2 Read the events, until somebody closes.
    this.#readyState = OPEN;
    this.#failures = 0;
    this.dispatchEvent(new Event('open'));
    if (!response.body) return;
    const origin = new URL(response.url || this.#url).origin; // that of the last redirect
    const parser = new EventStreamParser({
      lastEventId: this.#lastEventId,
      onEvent: ({ type, data, lastEventId }) => {
        if (this.#readyState === CLOSED) return; // closed by a listener, in the middle of a piece
        this.dispatchEvent(new MessageEvent(type, { data, lastEventId, origin }));
      },
      // #region 3 Come back, and say what was heard last.
      onRetry: (milliseconds) => {
        this.#reconnectionTime = milliseconds;
      },
      // #endregion
    });
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      // #region 6+ Give up a connection that says nothing.
      this.#keepWatch();
      // #endregion
      parser.feed(value);
      // #region 3 Come back, and say what was heard last.
      this.#lastEventId = parser.lastEventId;
      // #endregion
    }
    // #endregion
  }

  /**
   * @param {{ response?: Response, error?: unknown }} ending
   * @returns {number | undefined} milliseconds until the next request; undefined: there is none
   */
  #waitAfter({ response, error }) {
    const { method, repeat, backOff, retryAfter, reconnect } = this.#init;
    const count = this.#failures;
    /** @type {number | undefined} */
    let wait = this.#reconnectionTime;

    // #region 4 Give up when told.
    if (method !== 'GET' && !repeat) return undefined; // who knows what it would do a second time?
    const isRefused = response !== undefined && !isEventStream(response);
    if (isRefused || isFutile(this.#url)) wait = undefined;
    // #endregion

    // #region 5+ Wait longer each time, no two alike, and as long as the server asks for.
    if (wait !== undefined && backOff && count > 1) wait = backedOff(wait, count, backOff);
    const asked = retryAfter && response ? retryAfterOf(response) : undefined;
    if (asked !== undefined) wait = Math.max(asked, wait ?? this.#reconnectionTime);
    // #endregion

    const own = reconnect?.({ response, error, count, wait });
    return own === false ? undefined : (own ?? wait);
  }

  /** @param {number} wait milliseconds */
  #comeBack(wait) {
    // #region 3 Come back, and say what was heard last.
    this.#readyState = CONNECTING;
    this.dispatchEvent(new Event('error'));
    if (this.#readyState !== CONNECTING) return; // closed by a listener
    this.#again = setTimeout(() => this.#connect(), Math.min(wait, LONGEST_TIMER));
    // #endregion
  }

  /** Ends it for good, and says so. */
  #fail() {
    this.#isOver();
    this.dispatchEvent(new Event('error'));
  }

  #isOver() {
    this.#readyState = CLOSED;
    clearTimeout(this.#again);
    this.#init.signal?.removeEventListener('abort', this.#leave);
  }

  #leave = () => this.close();

  /** To be called at each sign of life. */
  #keepWatch() {
    // #region 6+ Give up a connection that says nothing.
    const { watchdog } = this.#init;
    const attempt = this.#attempt;
    clearTimeout(this.#silence);
    const silence = new Error(`nothing was heard for ${watchdog} ms`);
    if (watchdog) this.#silence = setTimeout(() => attempt.abort(silence), watchdog);
    // #endregion
  }

  // What is left is the manner of an EventSource: handlers that can be set, and constants that cannot.

  get onopen() {
    return this.#handlers.get('open') ?? null;
  }

  set onopen(handler) {
    this.#handle('open', handler);
  }

  get onmessage() {
    return this.#handlers.get('message') ?? null;
  }

  set onmessage(handler) {
    this.#handle('message', handler);
  }

  get onerror() {
    return this.#handlers.get('error') ?? null;
  }

  set onerror(handler) {
    this.#handle('error', handler);
  }

  /**
   * A handler takes its turn among the listeners from when there was none before it.
   *
   * @param {string} type
   * @param {Handler} handler what is no object stands for null
   */
  #handle(type, handler) {
    const isObject = typeof handler === 'function' || typeof handler === 'object';
    this.#handlers.set(type, isObject ? handler : null);
    if (this.#handlers.get(type) === null) this.removeEventListener(type, this.#callHandler);
    else this.addEventListener(type, this.#callHandler); // twice is once
  }

  /** @param {Event} event */
  #callHandler = (event) => {
    const handler = this.#handlers.get(event.type);
    if (typeof handler === 'function') handler.call(this, event);
  };

  static {
    const { prototype, name } = FetchEventSource;
    for (const owner of [FetchEventSource, prototype]) {
      for (const [constant, value] of Object.entries({ CONNECTING, OPEN, CLOSED })) {
        const fixed = { value, enumerable: true, writable: false, configurable: false };
        Object.defineProperty(owner, constant, fixed);
      }
    }
    const attributes = ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror'];
    for (const attribute of [...attributes, 'close']) {
      Object.defineProperty(prototype, attribute, { enumerable: true });
    }
    Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  }
}

/** @param {string} url */
function absolute(url) {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(url, base).href;
  } catch {
    throw new DOMException(`This is no address that can be asked: ${url}`, 'SyntaxError');
  }
}

/**
 * The options as they are from now on.
 *
 * @param {FetchEventSourceInit | null | undefined} init
 */
function usable(init) {
  if (init !== null && typeof init !== 'object' && typeof init !== 'function') {
    throw new TypeError('The options are an object: new FetchEventSource(url, { … })');
  }
  const { method = 'GET', headers = {}, body = null } = init ?? {};
  // What fetch would never take is said now, and not at each of its attempts.
  const fixed = typeof headers === 'function' ? {} : headers;
  const request = new Request('data:,', { method, headers: fixed, body });
  return { ...init, method: request.method };
}

/**
 * Whether asking again is of no use: nothing there can ever answer.
 *
 * @param {string} url
 */
function isFutile(url) {
  const { protocol, username, password } = new URL(url);
  const isKnown = ['http:', 'https:', 'data:', 'blob:'].includes(protocol);
  return !isKnown || username !== '' || password !== ''; // fetch refuses a password in an address
}

/** @param {Response} response */
function isEventStream(response) {
  const type = response.headers.get('Content-Type') ?? '';
  const [essence = ''] = type.split(';');
  return response.status === 200 && essence.trim().toLowerCase() === 'text/event-stream';
}

/**
 * Half of the wait is sure, and half of it is chance: a server that was away is not asked by all at
 * the same moment when it is back.
 *
 * @param {number} wait milliseconds
 * @param {number} count failures in a row, 2 or more
 * @param {number} longest milliseconds
 */
function backedOff(wait, count, longest) {
  const doubled = Math.min(wait * 2 ** (count - 1), longest);
  return Math.max(wait, doubled * (0.5 + Math.random() / 2));
}

/**
 * @param {Response} response
 * @returns {number | undefined} milliseconds, if it says so
 */
function retryAfterOf({ status, headers }) {
  if (status !== 429 && status !== 503) return undefined;
  const value = headers.get('Retry-After') ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  if (value.endsWith(' GMT')) return Math.max(0, Date.parse(value) - Date.now());
  return undefined;
}

/**
 * A header is bytes, and each character of its text stands for one: those of UTF-8, as EventSource
 * sends them.
 *
 * @param {string} id
 */
function asHeader(id) {
  return String.fromCharCode(...new TextEncoder().encode(id));
}
