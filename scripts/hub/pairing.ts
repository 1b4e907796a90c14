// Whose bytes are these? A page announces { reader, url } before it connects; the relay sees requests
// come. Requests alone do not tell an EventSource from a fetch that asks for the same, so the two are
// paired in order, whichever of them comes first.

/** What a log in the page said just before it connected. */
export interface Announcement {
  /** `EventSource`, `fetch`, … */
  reader: string;
  /** What it connects to, absolute or from the page's root. */
  url: string;
  /** Random id of the wire view that shows it. */
  view: string;
  label: string;
}

/** A request as the relay saw it. */
export interface ArrivedRequest {
  exchange: number;
  method: string;
  target: string;
  accept: string;
}

export interface Pair {
  exchange: number;
  reader: string;
  view: string;
  label: string;
}

export interface PairingOptions {
  /** Milliseconds that an announcement or a request waits for the other. */
  patience?: number;
  /** Milliseconds until an unannounced stream is taken for a reader that came back by itself. */
  reconnectAfter?: number;
  /** Milliseconds for which an ended EventSource may still come back. */
  remembered?: number;
}

interface Waiting<T> {
  what: T;
  path: string;
  until: number;
}

const MOST_WAITING = 200; // more than any page connects at once

/** Pairs the announcements and requests of one stage. */
export class Pairing {
  readonly #onPair: (pair: Pair) => void;
  readonly #options: Required<PairingOptions>;
  readonly #pairs = new Map<number, Pair & { path: string }>();
  #announcements: Waiting<Announcement>[] = [];
  #requests: Waiting<ArrivedRequest>[] = [];
  /** EventSources whose last exchange has ended: the browser will connect them again. */
  #ended: Waiting<Announcement>[] = [];
  /** Paired before they were announced; their announcement may still be under way. */
  #foreseen: Waiting<Announcement>[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(onPair: (pair: Pair) => void, options: PairingOptions = {}) {
    this.#onPair = onPair;
    this.#options = { patience: 2000, reconnectAfter: 300, remembered: 120_000, ...options };
  }

  /** The page is about to connect, or has just done so. */
  announce(announcement: Announcement): void {
    this.#forgetOld();
    const path = pathOf(announcement.url);
    const same = (other: Waiting<Announcement>) =>
      other.path === path && isSameReader(other.what, announcement);
    if (takeFirst(this.#foreseen, same)) return;
    takeFirst(this.#ended, same); // it connects anew by the page's wish, not by itself

    // A preflight goes ahead of its request and belongs to the same reader.
    const fits = (waiting: Waiting<ArrivedRequest>) =>
      waiting.path === path && couldBe(announcement, waiting.what);
    let preflight = takeFirst(
      this.#requests,
      (waiting) => isPreflight(waiting.what) && fits(waiting),
    );
    while (preflight) {
      this.#pair(announcement, preflight.what.exchange, path);
      preflight = takeFirst(
        this.#requests,
        (waiting) => isPreflight(waiting.what) && fits(waiting),
      );
    }
    const request = takeFirst(this.#requests, fits);
    if (request) this.#pair(announcement, request.what.exchange, path);
    else add(this.#announcements, announcement, path, this.#options.patience);
  }

  /** The relay has seen a request. */
  request(request: ArrivedRequest): void {
    this.#forgetOld();
    const path = pathOf(request.target);
    const fits = (waiting: Waiting<Announcement>) =>
      waiting.path === path && couldBe(waiting.what, request);
    const announced = isPreflight(request)
      ? this.#announcements.find(fits)
      : takeFirst(this.#announcements, fits);
    if (announced) {
      this.#pair(announced.what, request.exchange, path);
      return;
    }
    add(this.#requests, request, path, this.#options.patience);
    if (this.#ended.some(fits)) this.#waitForAnnouncement(request, path);
  }

  /** An exchange has ended, however it did. */
  end(exchange: number): void {
    const pair = this.#pairs.get(exchange);
    if (!pair) return;
    this.#pairs.delete(exchange);
    if (pair.reader !== 'EventSource') return;
    const { reader, view, label, path } = pair;
    add(this.#ended, { reader, view, label, url: path }, path, this.#options.remembered);
  }

  /** Who reads an exchange that has not ended, if that is known. */
  of(exchange: number): Pair | undefined {
    return this.#pairs.get(exchange);
  }

  /** Forgets everything; nothing of it runs on. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#announcements = this.#ended = this.#foreseen = [];
    this.#requests = [];
  }

  /** Nobody has announced it: after a while it is a browser's EventSource that came back. */
  #waitForAnnouncement(request: ArrivedRequest, path: string): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const still = takeFirst(this.#requests, ({ what }) => what.exchange === request.exchange);
      if (!still) return;
      const back = takeFirst(
        this.#ended,
        (waiting) => waiting.path === path && couldBe(waiting.what, request),
      );
      if (!back) return;
      add(this.#foreseen, back.what, path, this.#options.patience);
      this.#pair(back.what, request.exchange, path);
    }, this.#options.reconnectAfter);
    timer.unref();
    this.#timers.add(timer);
  }

  #pair({ reader, view, label }: Announcement, exchange: number, path: string): void {
    this.#pairs.set(exchange, { exchange, reader, view, label, path });
    this.#onPair({ exchange, reader, view, label });
  }

  #forgetOld(): void {
    const now = Date.now();
    const fresh = (waiting: { until: number }) => waiting.until >= now;
    this.#announcements = this.#announcements.filter(fresh);
    this.#requests = this.#requests.filter(fresh);
    this.#ended = this.#ended.filter(fresh);
    this.#foreseen = this.#foreseen.filter(fresh);
  }
}

function add<T>(list: Waiting<T>[], what: T, path: string, patience: number): void {
  list.push({ what, path, until: Date.now() + patience });
  if (list.length > MOST_WAITING) list.shift();
}

function takeFirst<T>(list: T[], fits: (item: T) => boolean): T | undefined {
  const index = list.findIndex(fits);
  return index < 0 ? undefined : list.splice(index, 1)[0];
}

function isSameReader(one: Announcement, other: Announcement): boolean {
  return one.reader === other.reader && one.view === other.view;
}

/** EventSource sends GET and asks for an event stream, and never a preflight; fetch may do anything. */
function couldBe(announcement: Announcement, request: ArrivedRequest): boolean {
  if (announcement.reader !== 'EventSource') return true;
  return request.method === 'GET' && request.accept.includes('text/event-stream');
}

function isPreflight(request: ArrivedRequest): boolean {
  return request.method === 'OPTIONS';
}

/** Path and query alone: the page may say where it connects to in more than one way. */
function pathOf(url: string): string {
  try {
    const { pathname, search } = new URL(url, 'http://localhost');
    return pathname + search;
  } catch {
    return url;
  }
}
