// <wire-view>: the wire between the two columns of a lesson's page, as a paper tape.
//
// The page cannot see its own wire. The hub can, for its relay stands in it; where this page is shown
// in a frame of the hub, the hub hands over a MessagePort, and what passes comes through that:
//
//   { kind: 'record', record }                     something passed
//   { kind: 'paired', exchange, reader, label }    this exchange belongs to that log's connection
//   { kind: 'reset' }                              what was told before no longer holds
//
// A view with the attribute `fed` is told the same by its own page, through feed(). Alone, the view gives its place to the columns and says in one line how to see the wire.
import { make } from './element.js';
import { HubPort } from './hub-port.js';
import { Tape } from './wire-tape.js';

const PIECES = 300; // kept of each reader
const TAPES = 20; // connections kept of each reader
const WAITING = 20; // exchanges whose reader is not known yet

/** @typedef {import('./wire-tape.js').Span} Span */
/** @typedef {import('./wire-tape.js').WireRecord} WireRecord */
/** @typedef {{ reader: string, label: string }} Announced */
/** @typedef {{ kind: 'record', record: WireRecord } | { kind: 'reset' } | { kind: 'paired', exchange: number } & Announced} Told */

export class WireView extends HTMLElement {
  #hub = new HubPort({
    open: () => this.#beSeen(),
    missing: () => this.#beAlone(),
    message: (told) => this.#take(told),
  });

  /** The tapes of each reader, oldest first. @type {Map<string, Tape[]>} */ #readers = new Map();
  /** @type {Map<number, Tape>} */ #exchanges = new Map();
  /** @type {Map<number, WireRecord[]>} */ #unpaired = new Map();
  #shown = '';

  #frame = 0;
  #held = false;
  /** Whether the newest is in sight. Remembered, for a tape that gets smaller has not been scrolled. */
  #atEnd = true;
  #resized = new ResizeObserver(() => this.#atEnd && this.#toEnd());
  /** @type {Element | null} */ #pointed = null;

  #chips = make('div', 'chips');
  #scroll = make('div', 'tape-scroll');
  #list = make('ol', 'tape');
  #newest = /** @type {HTMLButtonElement} */ (make('button', 'to-newest', '↓ newest'));
  #spoken = make('p', 'hidden');

  connectedCallback() {
    if (!this.firstChild) this.#build();
    this.#listen();
    // A page of the hub's own tells the tape by itself what passes, and there is nobody to ask.
    if (this.hasAttribute('fed')) this.#beSeen();
    else this.#hub.ask();
  }

  /**
   * Tells the tape what the hub would tell it.
   * @param {Told} told
   */
  feed(told) {
    this.#take(told);
  }

  disconnectedCallback() {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
    this.#hub.close();
  }

  #build() {
    const head = make('header');
    this.#chips.setAttribute('role', 'group');
    this.#chips.setAttribute('aria-label', 'Whose connection');
    head.append(make('h2', '', 'The wire'), this.#chips);

    this.#scroll.tabIndex = 0;
    this.#scroll.setAttribute('role', 'region');
    this.#scroll.setAttribute('aria-label', 'Bytes on the wire');
    this.#scroll.append(make('p', 'nothing', 'Nothing has passed yet.'), this.#list);

    const foot = make('footer');
    this.#newest.hidden = true;
    foot.append(
      toggle('Hold the tape', (held) => this.#hold(held)),
      toggle('HTTP’s chunk framing', (on) => this.#frameChunks(on)),
      this.#newest,
    );
    this.#spoken.setAttribute('role', 'status'); // turns of a connection; pieces would never stop
    this.append(head, this.#scroll, foot, this.#spoken);
  }

  #listen() {
    this.#resized.observe(this.#scroll);
    document.addEventListener('announce', (event) => this.#announce(detailOf(event)));
    document.addEventListener('log-entry', (event) => this.#takeEntry(detailOf(event)));
    document.addEventListener('log-light', (event) => {
      const { element, show } = detailOf(event);
      if (show) this.#show(this.#tapeOf(element)?.reader ?? this.#shown);
      this.#point(element);
    });
    this.#list.addEventListener('pointerover', (event) => {
      this.#point(/** @type {Element} */ (event.target).closest('.piece') && event.target);
    });
    this.#list.addEventListener('pointerleave', () => this.#point(null));
    this.#newest.addEventListener('click', () => {
      this.#toEnd();
      this.#scroll.focus(); // the button goes away, and the focus must stay somewhere
    });
    this.#scroll.addEventListener('scroll', () => {
      this.#atEnd = this.#isAtEnd();
      if (this.#atEnd) this.#newest.hidden = true;
    });
  }

  #beAlone() {
    this.setAttribute('alone', '');
    if (this.querySelector('.alone')) return;
    const line = make('p', 'alone', 'The wire between the two is shown in the course: ');
    line.append(make('code', '', 'npm start'));
    this.append(line);
  }

  #beSeen() {
    this.removeAttribute('alone');
    this.querySelector('.alone')?.remove();
  }

  /** @param {Told} told */
  #take(told) {
    if (told.kind === 'reset') this.#reset();
    if (told.kind === 'paired') this.#pair(told);
    if (told.kind === 'record') this.#record(told.record);
  }

  /** @param {Announced & { url: string }} announced */
  #announce({ reader, url, label }) {
    const tapes = this.#tapesOf(reader);
    // A browser that came back may have been seen on the wire before its page heard of it.
    if (!tapes.some((tape) => tape.label === label)) this.#addTape(reader, label);
    this.#hub.send({ kind: 'announce', reader, url, label });
  }

  /** @param {{ exchange: number } & Announced} paired */
  #pair({ exchange, reader, label }) {
    if (this.#exchanges.has(exchange)) return;
    const taken = new Set(this.#exchanges.values());
    const tape =
      this.#tapesOf(reader).find((other) => other.label === label && !taken.has(other)) ??
      this.#addTape(reader, labelAfter(this.#tapesOf(reader), label));
    this.#exchanges.set(exchange, tape);
    if (!this.#shown) this.#show(reader);
    for (const record of this.#unpaired.get(exchange) ?? []) this.#addRecord(tape, record);
    this.#unpaired.delete(exchange);
  }

  /** @param {WireRecord} record */
  #record(record) {
    const tape = this.#exchanges.get(record.exchange);
    if (tape) return this.#addRecord(tape, record);
    const waiting = this.#unpaired.get(record.exchange) ?? [];
    if (waiting.push(record) > PIECES) waiting.shift();
    this.#unpaired.set(record.exchange, waiting);
    if (this.#unpaired.size > WAITING) this.#unpaired.delete(firstKey(this.#unpaired));
  }

  /**
   * @param {Tape} tape
   * @param {WireRecord} record
   */
  #addRecord(tape, record) {
    tape.add(record);
    if (record.kind === 'head' || record.kind === 'end') {
      this.#spoken.textContent = `${tape.reader}: ${tape.state}`;
    }
    let pieces = this.#tapesOf(tape.reader).reduce((sum, { pieces }) => sum + pieces, 0);
    for (const old of this.#tapesOf(tape.reader)) {
      while (pieces > PIECES && old.forget()) pieces -= 1;
    }
    this.#drawSoon();
  }

  /** @param {{ label: string, element: HTMLElement, event?: any, span?: Span }} entry */
  #takeEntry({ label, element, event, span }) {
    const tape = [...this.#readers.values()].flat().findLast((other) => other.label === label);
    if (span) tape?.addPieceEntry(element, span);
    if (event) tape?.addEventEntry(element, event);
    this.#drawSoon();
  }

  /**
   * @param {string} reader
   * @param {string} label
   */
  #addTape(reader, label) {
    const tape = new Tape(reader, label);
    const tapes = this.#tapesOf(reader);
    tapes.push(tape);
    this.#readers.set(reader, tapes);
    if (tapes.length === 1) this.#drawChips();
    if (tapes.length > TAPES) {
      const old = tapes.shift();
      for (const row of old?.rows ?? []) row.element.remove();
      for (const [exchange, other] of this.#exchanges) {
        if (other === old) this.#exchanges.delete(exchange);
      }
    }
    return tape;
  }

  /** @param {string} reader */
  #tapesOf(reader) {
    return this.#readers.get(reader) ?? [];
  }

  #reset() {
    this.#readers.clear();
    this.#exchanges.clear();
    this.#unpaired.clear();
    this.#shown = '';
    this.#list.replaceChildren();
    this.#drawChips();
  }

  #drawChips() {
    // The letters are those of the logs, whichever of them has asked first.
    const named = [...this.#readers].map(
      ([reader, [tape]]) => `${tape?.label.charAt(0)} ${reader}`,
    );
    const chips = named.sort().map((name) => {
      const chip = make('button', '', name);
      const reader = name.slice(2);
      chip.dataset.reader = reader;
      chip.setAttribute('aria-pressed', String(reader === this.#shown));
      chip.addEventListener('click', () => this.#show(reader));
      return chip;
    });
    this.#chips.replaceChildren(...chips);
  }

  /** @param {string} reader whose tape is to be seen */
  #show(reader) {
    if (reader === this.#shown) return;
    this.#shown = reader;
    for (const chip of this.#chips.children) {
      const is = /** @type {HTMLElement} */ (chip).dataset.reader === reader;
      chip.setAttribute('aria-pressed', String(is));
    }
    this.#list.replaceChildren();
    this.#draw(true);
  }

  /** @param {boolean} held */
  #hold(held) {
    this.#held = held;
    this.toggleAttribute('held', held);
    if (!held) this.#drawSoon();
  }

  /** @param {boolean} on */
  #frameChunks(on) {
    const atEnd = this.#isAtEnd();
    this.toggleAttribute('framing', on);
    if (atEnd) this.#toEnd(); // the tape has grown or shrunk under the one who watches its end
  }

  /** Fifty pieces a second are drawn at once with the next frame of the screen. */
  #drawSoon() {
    if (this.#frame || this.#held) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw(false);
    });
  }

  /** @param {boolean} toEnd whether the newest is to be seen, wherever the tape stands now */
  #draw(toEnd) {
    const stay = !toEnd && !this.#atEnd;
    const tapes = this.#tapesOf(this.#shown).filter(({ rows }) => rows.length > 0);
    for (const tape of tapes) tape.draw();
    const rows = tapes.flatMap((tape) => tape.rows);
    rows.forEach(({ element }, index) => {
      if (this.#list.children[index] === element) return;
      this.#list.insertBefore(element, this.#list.children[index] ?? null);
      if (stay) this.#newest.hidden = false;
    });
    this.toggleAttribute('empty', rows.length === 0);
    this.#light();
    if (!stay) this.#toEnd();
  }

  /** @param {Element | EventTarget | null} target an entry of a log, or a place on the tape */
  #point(target) {
    this.#pointed = target instanceof Element ? target : null;
    this.#light();
  }

  /** Lights what is pointed at, on the tape and in the logs; else what is newest. */
  #light() {
    for (const lit of document.querySelectorAll('event-log .lit')) lit.classList.remove('lit');
    document.documentElement.toggleAttribute('data-pointing', this.#pointed !== null);
    const pointed = this.#pointed;
    const tape = pointed ? this.#tapeOf(pointed) : this.#tapesOf(this.#shown).at(-1);
    const span = pointed ? (tape?.spanOf(pointed) ?? tape?.spanAround(pointed)) : tape?.newest();
    for (const other of this.#tapesOf(this.#shown)) other.light(other === tape ? span : undefined);
    if (pointed && tape && span) {
      for (const entry of tape.entriesIn(span)) entry.classList.add('lit');
    }
  }

  /** @param {Element} element an entry of a log, or a place on a tape */
  #tapeOf(element) {
    const row = element.closest('.tape > li');
    return [...this.#readers.values()]
      .flat()
      .find((tape) => tape.spanOf(element) || tape.rows.some((other) => other.element === row));
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < 24;
  }

  #toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#newest.hidden = true;
  }
}

/** @param {Event} event */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}

/**
 * A connection that was not announced takes the number after the last one.
 * @param {Tape[]} tapes
 * @param {string} label
 */
function labelAfter(tapes, label) {
  const numbers = tapes.map((tape) => Number(tape.label.slice(1)));
  return tapes.length === 0 ? label : `${label.charAt(0)}${Math.max(...numbers) + 1}`;
}

/** @param {Map<number, unknown>} map */
function firstKey(map) {
  return /** @type {number} */ (map.keys().next().value);
}

/**
 * @param {string} name
 * @param {(on: boolean) => void} turn
 */
function toggle(name, turn) {
  const button = make('button', 'switch', name);
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    turn(on);
  });
  return button;
}

customElements.define('wire-view', WireView);
