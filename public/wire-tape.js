// One exchange on the paper tape: a request, the head of its answer, and the body in the pieces that
// it came in. The tape keeps what it was told, and puts it on the screen when asked to.
//
// Places are byte offsets in the body. A piece is shown as a row of atoms: it is cut wherever an
// event, a comment, a finding or an entry of the log begins or ends, so that any of them can light up.
import { make } from './element.js';
import { visible, visibleBytes } from './visible.js';
import { drawPiece, endingInWords, frameRow, overlap, remark, requestHead } from './wire-rows.js';

/** @typedef {import('../scripts/wire/relay.ts').WireRecord} WireRecord */
/** @typedef {{ element: HTMLElement, span: Span }} Entry */
/** @typedef {{ type: string, data: string, id: string }} Told */
/** Of entries, events and marks: what no piece on the tape can need any more is let go. */
const KEPT = 600;

/** @typedef {import('./wire-rows.js').Span} Span */
/** @typedef {import('./wire-rows.js').Mark} Mark */
/** @typedef {import('./wire-rows.js').Row} Row */

export class Tape {
  /** @type {string} */ label;
  /** @type {string} */ reader;
  /** @type {Row[]} */ rows = [];
  /** The entries of the log that were found on this tape. @type {Entry[]} */ entries = [];
  pieces = 0;
  #frames = 0;
  /** What to say aloud about the newest turn of this connection. */
  state = '';

  /** @type {number | undefined} */ #since;
  /** @type {Mark[]} */ #marks = [];
  /** Events on the wire that no entry has claimed. @type {(Told & { span: Span })[]} */ #events =
    [];
  /** Entries whose event has not been seen on the wire. @type {(Told & { element: HTMLElement })[]} */
  #told = [];
  /** Atoms, and rows of which all are lit. @type {Set<HTMLElement>} */ #lit = new Set();
  /** @type {Span | undefined} */ #lighted;

  /**
   * @param {string} reader
   * @param {string} label such as A2: the reader's letter, and which of its connections this is
   */
  constructor(reader, label) {
    this.reader = reader;
    this.label = label;
  }

  /** @param {WireRecord} record */
  add(record) {
    if (this.#since === undefined) this.#begin(record.at);
    switch (record.kind) {
      case 'request':
        this.#append('up', record.at, requestHead(record.text));
        break;
      case 'request-piece':
        this.#append('up', record.at, visibleBytes(bytesOf(record)));
        break;
      case 'head':
        this.#append('down', record.at, visible(record.text, { breaks: true }));
        this.state = `answered ${record.status}`;
        break;
      case 'piece':
        this.#addPiece(record);
        break;
      case 'event':
        this.#mark('event', record.span);
        this.#events.push({
          type: record.type,
          data: record.data,
          id: record.lastEventId,
          span: record.span,
        });
        this.#pair();
        break;
      case 'comment':
        this.#mark('comment', record.span);
        break;
      case 'finding':
        this.#addFinding(record.finding);
        break;
      case 'end':
        this.#addEnd(record);
        break;
      case 'frame':
        this.#addFrame(record);
        break;
      case 'sealed':
        this.#append(
          record.direction,
          record.at,
          `${record.length} bytes, sealed: only the two ends can read them.`,
        ).classList.add('sealed');
    }
  }

  /**
   * An entry of the log for a piece that was read from this body.
   * @param {HTMLElement} element
   * @param {Span} span
   */
  addPieceEntry(element, span) {
    this.#addEntry({ element, span });
    this.#mark('entry', span);
  }

  /**
   * An entry of the log for an event. Which bytes made it is known when they have been seen.
   * @param {HTMLElement} element
   * @param {Told} told
   */
  addEventEntry(element, told) {
    this.#told.push({ ...told, element });
    this.#pair();
  }

  /**
   * Entries and events pair in order. A page that does not listen to a type leaves its events out,
   * so an entry takes the next event that is like it.
   */
  #pair() {
    for (const told of [...this.#told]) {
      const found = this.#events.findIndex((event) => isSame(event, told));
      const event = this.#events[found];
      if (!event) break;
      this.#events.splice(0, found + 1);
      this.#told.shift();
      this.#addEntry({ element: told.element, span: event.span });
    }
    // Neither list may grow for ever where the two do not match.
    if (this.#events.length > KEPT) this.#events.shift();
    if (this.#told.length > KEPT) this.#told.shift();
  }

  /** @param {Entry} entry */
  #addEntry(entry) {
    if (this.entries.push(entry) > KEPT) this.entries.shift();
  }

  /** @returns {Span | undefined} what is newest here: an entry's bytes, else the last piece */
  newest() {
    return this.entries.at(-1)?.span ?? this.rows.findLast((row) => row.bytes?.length)?.span;
  }

  /** @param {Element} element an entry of the log */
  spanOf(element) {
    return this.entries.find((entry) => entry.element === element)?.span;
  }

  /** @param {Span} span */
  entriesIn(span) {
    return this.entries.filter((entry) => overlap(entry.span, span)).map(({ element }) => element);
  }

  /**
   * What belongs together with an atom: its event, or else its piece.
   * @param {Element} element
   * @returns {Span | undefined}
   */
  spanAround(element) {
    const row = this.rows.find((candidate) => candidate.element.contains(element));
    const atom = row?.atoms?.find((candidate) => candidate.element.contains(element));
    if (!row || !atom) return row?.span;
    const inside = { start: atom.from, end: atom.to };
    const event = this.#marks.find(({ kind, span }) => kind === 'event' && overlap(span, inside));
    return event?.span ?? row.span;
  }

  /**
   * Lights the bytes of a span, and no others.
   * @param {Span | undefined} span
   */
  light(span) {
    this.#lighted = span;
    for (const element of this.#lit) element.classList.remove('lit');
    this.#lit.clear();
    if (!span) return;
    for (const row of this.rows) this.#lightRow(row, span);
  }

  /** Draws the pieces that have changed. */
  draw() {
    for (const row of this.rows) {
      if (!row.dirty) continue;
      drawPiece(row, this.#marks);
      if (this.#lighted) this.#lightRow(row, this.#lighted);
    }
  }

  /** Forgets the oldest piece, with what was said about it. @returns {boolean} whether there was one */
  forget() {
    const index = this.rows.findIndex((row) => row.span);
    const piece = this.rows[index];
    if (!piece?.span) return false;
    const after = this.rows.findIndex((row, other) => other > index && !isRemark(row));
    const gone = this.rows.splice(index, (after === -1 ? this.rows.length : after) - index);
    for (const row of gone) row.element.remove();
    this.pieces -= 1;
    const { end } = piece.span;
    this.#marks = this.#marks.filter(({ span }) => span.end > end);
    this.entries = this.entries.filter(({ span }) => span.end > end);
    return true;
  }

  /** @param {number} at milliseconds */
  #begin(at) {
    this.#since = at;
    if (this.label.endsWith('1')) return;
    const words = `${this.reader}, connection ${this.label}`;
    this.rows.push({ element: make('li', 'connection', words), dirty: false });
  }

  /** @param {Extract<WireRecord, { kind: 'piece' }>} record */
  #addPiece(record) {
    const bytes = bytesOf(record);
    const element = this.#append('down', record.at, '');
    // HTTP's last chunk is empty: there is something to see when its framing is shown, and only then.
    element.classList.add(bytes.length > 0 ? 'piece' : 'framing');
    const row = /** @type {Row} */ (this.rows.at(-1));
    row.bytes = bytes;
    row.span = { start: record.offset, end: record.offset + bytes.length };
    row.dirty = true;
    if (record.framing) row.framing = record.framing;
    this.pieces += 1;
  }

  /**
   * A frame of a WebSocket is a row of its own. Its place is its number, for there are no others.
   * @param {Extract<WireRecord, { kind: 'frame' }>} record
   */
  #addFrame(record) {
    const payload = Uint8Array.from(atob(record.payload), (letter) => letter.charCodeAt(0));
    this.#append(record.direction, record.at, frameRow(record, payload)).classList.add('frame');
    const span = { start: this.#frames, end: this.#frames + 1 };
    this.#frames += 1;
    this.pieces += 1;
    /** @type {Row} */ (this.rows.at(-1)).span = span;
    if (record.direction !== 'down' || record.opcode !== 1 || !record.final) return;
    this.#events.push({ type: 'message', data: new TextDecoder().decode(payload), id: '', span });
    this.#pair();
  }

  /** @param {Extract<WireRecord, { kind: 'finding' }>['finding']} finding */
  #addFinding({ level, message, advice, span }) {
    let index = this.rows.length;
    if (span) {
      this.#mark('finding', span);
      // It stands below the piece in which the place ends, and below what was said of it before.
      const last = this.rows.findLastIndex((row) => row.span && row.span.start < span.end);
      if (last >= 0) index = last + 1;
      while (index < this.rows.length && isRemark(this.rows[index])) index += 1;
    }
    this.rows.splice(index, 0, { element: remark(level, message, advice), dirty: false });
  }

  /** @param {Extract<WireRecord, { kind: 'end' }>} record */
  #addEnd({ at, how, unfinished }) {
    this.state = endingInWords(how);
    const lost = unfinished ? ' An event was not finished: the browser drops it.' : '';
    if (unfinished) this.#mark('unfinished', unfinished);
    this.#append('down', at, this.state + lost).classList.add('end', how ?? 'closed');
  }

  /**
   * @param {'up' | 'down'} direction
   * @param {number} at milliseconds
   * @param {string | Node} content
   */
  #append(direction, at, content) {
    const element = make('li', direction);
    const seconds = (Math.max(0, at - (this.#since ?? at)) / 1000).toFixed(3);
    const time = make('time', '', direction === 'up' ? `${seconds} ↑` : `+${seconds} ↓`);
    const text = make('div', 'bytes');
    text.append(content);
    element.append(time, text);
    this.rows.push({ element, dirty: false });
    return element;
  }

  /**
   * @param {Mark['kind']} kind
   * @param {Span} span
   */
  #mark(kind, span) {
    if (this.#marks.push({ kind, span }) > 4 * KEPT) this.#marks.shift();
    for (let index = this.rows.length - 1; index >= 0; index--) {
      const row = this.rows[index];
      if (!row?.span) continue;
      if (row.span.end <= span.start) break;
      if (overlap(row.span, span)) row.dirty = true;
    }
  }

  /**
   * @param {Row} row
   * @param {Span} span
   */
  #lightRow(row, span) {
    if (!row.span || !overlap(row.span, span)) return;
    const atoms = row.atoms ?? [];
    const lit = atoms.filter(({ from, to }) => overlap({ start: from, end: to }, span));
    const elements = lit.map(({ element }) => element);
    if (lit.length === atoms.length) elements.push(row.element);
    for (const element of elements) {
      element.classList.add('lit');
      this.#lit.add(element);
    }
  }
}

/** @param {{ bytes: string }} record whose bytes are base64 */
function bytesOf(record) {
  return Uint8Array.from(atob(record.bytes), (character) => character.charCodeAt(0));
}

/** @param {Row | undefined} row */
function isRemark(row) {
  return row?.element.classList.contains('remark') ?? false;
}

/**
 * @param {Told} one
 * @param {Told} other
 */
function isSame(one, other) {
  return one.type === other.type && one.data === other.data && one.id === other.id;
}
