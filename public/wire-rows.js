// How the lines of the tape look: heads, pieces, remarks, endings. No state is kept here.
import { make, withCode } from './element.js';
import { visible, visibleBytes } from './visible.js';

/** Of the many lines that a browser sends, those that decide something. The rest is one click away. */
const TELLING =
  /^(host|accept|last-event-id|cache-control|origin|referer|authorization|cookie|content-\w+|access-control-.*):/i;

/** How it ended, in words. */
const ENDINGS = {
  complete: 'The server ended the response.',
  closed: 'The server closed the connection, and that ends the response.',
  cut: 'Cut: the connection broke before the response had ended.',
  left: 'The client left.',
  refused: 'Refused: nothing listens there.',
  flooded: 'Too much came; the rest is not shown.',
  malformed: 'What follows cannot be read as HTTP.',
};

/** What the frames of a WebSocket are for. @type {Record<number, string>} */
const OPCODES = { 0: 'goes on', 1: 'text', 2: 'binary', 8: 'Close', 9: 'ping', 10: 'pong' };

const SIGNS = { error: '✗ error', warning: '! warning', note: '· note' };

/** @typedef {{ start: number, end: number }} Span half-open, in bytes of the body */
/** @typedef {{ kind: 'event' | 'comment' | 'finding' | 'unfinished' | 'entry', span: Span }} Mark */
/** @typedef {{ from: number, to: number, element: HTMLElement }} Atom */
/**
 * @typedef {object} Row one line of the tape
 * @property {HTMLElement} element
 * @property {Span} [span] of a piece
 * @property {Uint8Array} [bytes]
 * @property {{ before: string, after: string }} [framing]
 * @property {Atom[]} [atoms]
 * @property {boolean} dirty a piece that must be drawn again
 */

/**
 * Draws a piece as atoms: it is cut where a mark begins or ends.
 * @param {Row} row
 * @param {Mark[]} allMarks
 */
export function drawPiece(row, allMarks) {
  const { bytes, span, framing } = row;
  if (!bytes || !span) return;
  const marks = allMarks.filter((mark) => overlap(mark.span, span));
  const cuts = new Set([span.start, span.end]);
  for (const mark of marks) {
    if (mark.span.start > span.start) cuts.add(mark.span.start);
    if (mark.span.end < span.end) cuts.add(mark.span.end);
  }
  const places = [...cuts].sort((one, other) => one - other);
  row.atoms = places.slice(1).map((to, index) => {
    const from = /** @type {number} */ (places[index]);
    const inside = { start: from, end: to };
    const kinds = marks.filter((mark) => overlap(mark.span, inside)).map(({ kind }) => kind);
    const element = make('span', ['atom', ...new Set(kinds)].join(' '));
    element.append(visibleBytes(bytes.subarray(from - span.start, to - span.start)));
    return { from, to, element };
  });
  const text = row.element.querySelector('.bytes');
  text?.replaceChildren(
    ...frame(framing?.before),
    ...row.atoms.map(({ element }) => element),
    ...frame(framing?.after),
  );
  row.dirty = false;
}

/**
 * A finding, below the piece that it is about.
 * @param {keyof typeof SIGNS} level
 * @param {string} message
 * @param {string} advice
 */
export function remark(level, message, advice) {
  const words = make('p');
  const what = make('em');
  what.append(...withCode(advice));
  words.append(make('b', '', SIGNS[level]), ' ', ...withCode(message), ' ', what);
  const line = make('li', `remark ${level}`);
  line.append(words);
  return line;
}

/**
 * A frame of a WebSocket: what it is for, how long, and what is in it without its mask.
 * @param {{ opcode: number, final: boolean, masked: boolean, length: number }} frame
 * @param {Uint8Array} payload as far as it is shown
 */
export function frameRow({ opcode, final, masked, length }, payload) {
  const row = document.createDocumentFragment();
  const facts = [`${length} bytes`, ...(masked ? ['masked'] : []), ...(final ? [] : ['to go on'])];
  row.append(make('b', '', OPCODES[opcode] ?? `opcode ${opcode}`), ` ${facts.join(', ')} `);
  const isClose = opcode === 8 && payload.length >= 2;
  if (isClose) row.append(String(new DataView(payload.buffer).getUint16(0)), ' ');
  row.append(visibleBytes(isClose ? payload.subarray(2) : payload));
  if (length > payload.length) row.append('…');
  return row;
}

/** @param {keyof typeof ENDINGS | undefined} how */
export function endingInWords(how) {
  return ENDINGS[how ?? 'closed'];
}

/**
 * The request line and the lines that decide something; the others open on demand.
 * @param {string} text
 */
export function requestHead(text) {
  const [first = '', ...lines] = text.split(/(?<=\n)/);
  const telling = lines.filter((line) => TELLING.test(line));
  const others = lines.filter((line) => !TELLING.test(line) && line.trim() !== '');
  const head = document.createDocumentFragment();
  head.append(visible(first + telling.join(''), { breaks: true }));
  if (others.length > 0) {
    const more = make('details');
    more.append(make('summary', '', `${others.length} more lines`));
    more.append(visible(others.join(''), { breaks: true }));
    head.append(more);
  }
  head.append(visible('\r\n', { breaks: true })); // the empty line that ends the head
  return head;
}

/** @param {string | undefined} text HTTP's chunk framing, which is no part of the body */
function frame(text) {
  if (!text) return [];
  const element = make('span', 'framing');
  element.append(visible(text, { breaks: true }));
  return [element];
}

/**
 * @param {Span} one
 * @param {Span} other
 */
export function overlap(one, other) {
  return one.start < other.end && other.start < one.end;
}
