// <event-log reader="EventSource">: what one reader of a stream was told, and when.
//
// A lesson's script tells it what happens, in the words below. It counts the page's connections,
// and it tells the wire view beside it which entry belongs to which bytes:
//
//   announce   { reader, url, label }           a request leaves; label is A1, A2, B1 …
//   log-entry  { label, element, event | span } an entry was added
//   log-light  { element, show }                an entry is pointed at, or (element null) none is
import { useConnections } from './connections.js';
import { make } from './element.js';
import { visible } from './visible.js';

/** Older entries are dropped: a log that is left open overnight must not fill the memory. */
const ENTRIES = 200;
/** Characters of a piece that an entry shows: more is for machines, and a browser takes long to draw it. */
const LONGEST = 1000;
/** Of an event's data so many characters are shown: it may be a picture. */
const SHOWN = 400;

/** @typedef {'idle' | 'connecting' | 'open' | 'waiting' | 'closed' | 'failed'} State */

export class EventLog extends HTMLElement {
  /** @type {State} */
  state = 'idle';

  /** How often this reader has asked for a stream: the number in A1, A2 … */
  #asked = 0;
  #url = '';
  #count = 0;
  /** Bytes of this connection's body so far, so that a piece can be found on the tape. */
  #bytes = 0;
  #since = 0;
  #lastEventId = '';
  /** @type {number | undefined} */
  #connections;
  /** Whether the newest entry is in sight. Remembered, for a log that gets smaller has not been scrolled. */
  #atEnd = true;

  #dot = make('span', 'dot');
  #status = make('small');
  #entries = make('ol', 'entries');
  #spoken = make('p', 'hidden');

  connectedCallback() {
    if (this.firstChild) return;
    const heading = make('h2');
    heading.append(this.#dot, ` ${this.reader} `, this.#status);
    this.#entries.tabIndex = 0;
    this.#entries.setAttribute('aria-label', `Log of ${this.reader}`);
    this.#spoken.setAttribute('role', 'status'); // states only: an event a second is too much to hear
    this.append(heading, this.#entries, this.#spoken);
    this.#entries.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#entries;
      this.#atEnd = scrollHeight - scrollTop - clientHeight < 24;
    });
    this.#followPointer();
    this.#show('idle', 'not connected');
  }

  get reader() {
    return this.getAttribute('reader') ?? '';
  }

  /** How many connections this reader has or waits for: one, unless its page says another number. */
  get connections() {
    return this.#connections ?? Number(this.state === 'open' || this.state === 'connecting');
  }

  set connections(count) {
    this.#connections = count;
    showConnections();
  }

  /** A letter for each reader of the page, and a number for each connection that it asks for. */
  get label() {
    const letter = [...document.querySelectorAll('event-log')].indexOf(this);
    return `${String.fromCharCode(65 + letter)}${this.#asked}`;
  }

  /**
   * A request is about to leave. To be called before it does: the wire view is told by it.
   * @param {string} url
   */
  opening(url) {
    this.#announce(url);
    this.#note(`asks for ${url}`);
    this.#show('connecting', 'connecting');
  }

  /**
   * The connection is gone and the browser will ask again by itself, after a while. Nobody says
   * when it has asked: an answer does, or another error.
   * @param {string} text
   */
  comingBack(text) {
    this.#tellOfAnother();
    this.#note(text);
    this.#show('waiting', 'coming back');
  }

  /**
   * The head of the answer is there.
   * @param {string} text
   */
  opened(text) {
    this.#tellOfAnother();
    this.#note(text);
    this.#show('open', 'open');
  }

  /**
   * An event, as EventSource hands it over.
   * @param {{ type: string, data: string, id?: string, time?: number }} event `time`: milliseconds
   *   on the clock of performance.now(), where it is not now
   */
  add({ type, data, id = '', time = performance.now() }) {
    this.#count += 1;
    this.#lastEventId = id;
    const text = make('span', 'told');
    const name = make('span');
    name.append(make('b', '', type), id ? ` ${id}` : '');
    const shown = make('span');
    shown.append(visible(data.length > SHOWN ? `${data.slice(0, SHOWN)}…` : data));
    text.append(name, ' ', shown);
    const element = this.#append(text, time);
    this.#tell('log-entry', { label: this.label, element, event: { type, data, id } });
    this.#show('open', this.#summary('event'));
  }

  /**
   * A piece, as a reader of fetch hands it over.
   * @param {string} text decoded
   * @param {number} byteLength of the piece, before it was decoded
   */
  piece(text, byteLength) {
    this.#count += 1;
    const span = { start: this.#bytes, end: this.#bytes + byteLength };
    this.#bytes = span.end;
    const shown = make('span');
    const rest = text.length - LONGEST;
    if (rest <= 0) shown.append('"', visible(text), '"');
    else shown.append('"', visible(text.slice(0, LONGEST)), '"', ` and ${rest} characters more`);
    const element = this.#append(shown);
    this.#tell('log-entry', { label: this.label, element, span });
    this.#show('open', this.#summary('piece'));
  }

  /**
   * What the reader says besides events and pieces: a comment, the reconnection time.
   * @param {string} text
   */
  remark(text) {
    this.#note(text);
  }

  /**
   * It is over, as it should be: the server ended it, or this page left.
   * @param {string} text
   */
  closed(text) {
    this.#note(text);
    this.#show('closed', 'closed');
  }

  /**
   * It is over, and no one meant it to be.
   * @param {string} text
   */
  failed(text) {
    this.#tellOfAnother();
    this.#note(text).classList.add('failure');
    this.#show('failed', 'failed');
  }

  /** Who is waiting and hears something has asked again in between. */
  #tellOfAnother() {
    if (this.state === 'waiting') this.#announce(this.#url);
  }

  /** @param {string} url */
  #announce(url) {
    this.#url = url;
    this.#asked += 1;
    this.#count = 0;
    this.#bytes = 0;
    this.#since = performance.now();
    const { reader, label } = this;
    this.#tell('announce', { reader, url: new URL(url, location.href).href, label });
  }

  /** @param {'event' | 'piece'} what */
  #summary(what) {
    const count = `${this.#count} ${what}${this.#count === 1 ? '' : 's'}`;
    return this.#lastEventId ? `open · last id ${this.#lastEventId}` : `open · ${count}`;
  }

  /**
   * @param {State} state
   * @param {string} status
   */
  #show(state, status) {
    if (this.state !== state) this.#spoken.textContent = `${this.reader}: ${status}`;
    this.state = state;
    this.dataset.state = state;
    this.#status.textContent = status;
    showConnections();
  }

  /** @param {string} text */
  #note(text) {
    const note = make('span', 'note');
    note.append(visible(text));
    return this.#append(note);
  }

  /**
   * @param {HTMLElement} content
   * @param {number} [at]
   */
  #append(content, at = performance.now()) {
    const list = this.#entries;
    const entry = make('li');
    entry.tabIndex = -1;
    const time = make('time', '', `+${(Math.max(0, at - this.#since) / 1000).toFixed(3)}`);
    entry.append(time, content);
    list.append(entry);
    if (list.childElementCount > ENTRIES) list.firstElementChild?.remove();
    // Whoever has scrolled up to read is left in peace.
    if (this.#atEnd) list.scrollTop = list.scrollHeight;
    return entry;
  }

  /** Pointing at an entry, or walking through them with the arrow keys, lights its bytes. */
  #followPointer() {
    const list = this.#entries;
    const light = (/** @type {Event} */ event, show = false) => {
      const target = /** @type {Element | null} */ (event.target);
      this.#tell('log-light', { element: target?.closest('li') ?? null, show });
    };
    list.addEventListener('pointerover', (event) => light(event));
    list.addEventListener('focusin', (event) => light(event));
    list.addEventListener('click', (event) => light(event, true));
    for (const leave of ['pointerleave', 'focusout']) {
      list.addEventListener(leave, () => this.#tell('log-light', { element: null }));
    }
    list.addEventListener('keydown', (event) => {
      const here = list.querySelector('li:focus');
      const next = {
        ArrowUp: here ? here.previousElementSibling : list.lastElementChild,
        ArrowDown: here ? here.nextElementSibling : list.lastElementChild,
        Home: list.firstElementChild,
        End: list.lastElementChild,
        Escape: list,
      }[event.key];
      if (event.key === 'Enter' && here) light(event, true);
      if (!(next instanceof HTMLElement)) return;
      event.preventDefault();
      next.focus();
    });
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

function showConnections() {
  const logs = /** @type {NodeListOf<EventLog>} */ (document.querySelectorAll('event-log'));
  // A WebSocket is none of the six: browsers count those apart.
  const counted = [...logs].filter(({ reader }) => reader !== 'WebSocket');
  useConnections(counted.reduce((sum, { connections }) => sum + connections, 0));
}

customElements.define('event-log', EventLog);
