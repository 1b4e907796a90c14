// Bytes of the wire, made so that people can read them.
//
// Everything in this room speaks of places as byte offsets, for bytes are what a server sends and
// what a proxy cuts. This file turns them into text only where a person looks. It has no imports:
// it runs in the browser as well.

/** A range of bytes, counted from the start of a body: `end` is the first byte after it. */
export interface Span {
  start: number;
  end: number;
}

/** The lines of the wire around one place. */
export interface Excerpt {
  /** One line of the wire each, its terminator visible. The last one has the place in it. */
  lines: string[];
  /** Spaces and one `^`, which stands under the place when printed below the last line. */
  caret: string;
}

/** One character of UTF-8 text, or one byte that is no part of any (`codePoint` undefined). */
export interface Character {
  length: number;
  codePoint: number | undefined;
}

const LF = 0x0a;
const CR = 0x0d;

/** How many lines an excerpt shows before the one with the place in it. */
const LINES_BEFORE = 2;
/** The columns that one line of an excerpt may take; longer lines are cut, with `…` for the rest. */
const COLUMNS = 88;
/** Of these, how many may stand before the place. */
const COLUMNS_BEFORE = 60;

const encoder = new TextEncoder();

/** Joins parts into one array of bytes. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Reads one character of UTF-8.
 *
 * What is no UTF-8 (a byte out of place, a form that is longer than need be, a surrogate) is given
 * back one byte at a time, with no code point.
 *
 * @param bytes the text
 * @param offset where the character begins; must be less than `bytes.length`
 * @see https://encoding.spec.whatwg.org/#utf-8-decoder
 */
export function characterAt(bytes: Uint8Array, offset: number): Character {
  const first = bytes[offset]!;
  if (first < 0x80) return { length: 1, codePoint: first };
  const wrong: Character = { length: 1, codePoint: undefined };
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || offset + length > bytes.length) return wrong;
  let codePoint = first & (0xff >> (length + 1));
  for (let index = 1; index < length; index++) {
    const next = bytes[offset + index]!;
    if ((next & 0xc0) !== 0x80) return wrong;
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  const tooLong = (length === 3 && codePoint < 0x800) || (length === 4 && codePoint < 0x10000);
  const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return tooLong || surrogate || codePoint > 0x10ffff ? wrong : { length, codePoint };
}

/**
 * Text in which every byte can be seen: `\n`, `\r`, `\t`, `\0`, `\x1b` for control characters, `\\`
 * for a backslash, `\uFEFF` for a byte order mark and other characters that take no place or turn
 * the line round, `\xNN` for bytes that are not UTF-8. It is safe to print in a terminal.
 */
export function visible(bytes: Uint8Array | string): string {
  const source = typeof bytes === 'string' ? encoder.encode(bytes) : bytes;
  const parts: string[] = [];
  for (let offset = 0; offset < source.length; ) {
    const character = characterAt(source, offset);
    parts.push(visibleCharacter(character, source[offset]!));
    offset += character.length;
  }
  return parts.join('');
}

/**
 * The lines of the wire around a place, the last with the first byte of `span` in it. A `span` that
 * begins at the end of the body points behind its last byte.
 *
 * @param body the bytes that the span counts in
 * @param span the place; only its start is pointed at
 */
export function excerpt(body: Uint8Array, span: Span): Excerpt {
  const place = Math.max(0, Math.min(span.start, body.length));
  // Behind the last byte there is no line yet: such a place belongs to the last one there is.
  const start = lineStart(body, Math.max(0, place < body.length ? place : place - 1));
  const lines: string[] = [];
  let before = start;
  for (let count = 0; count < LINES_BEFORE && before > 0; count++) {
    const end = before;
    before = lineStart(body, end - 1);
    lines.unshift(windowOf(body, { start: before, end }, before).text);
  }
  const last = windowOf(body, { start, end: lineEnd(body, start) }, place);
  lines.push(last.text);
  return { lines, caret: `${' '.repeat(last.column)}^` };
}

/** The part of one line that fits the columns, and the column where `place` is in it. */
function windowOf(body: Uint8Array, line: Span, place: number): { text: string; column: number } {
  // A character has at most four bytes and at least one column: these many bytes always suffice,
  // and a line of megabytes costs no more than a short one.
  let from = Math.max(line.start, place - COLUMNS_BEFORE * 4);
  while (from > line.start && from < place && (body[from]! & 0xc0) === 0x80) from++;

  const before: string[] = [];
  for (let offset = from; offset < place; ) {
    const character = characterAt(body, offset);
    before.push(visibleCharacter(character, body[offset]!));
    offset += character.length;
  }
  let column = 0;
  let first = before.length;
  while (first > 0) {
    const width = widthOf(before[first - 1]!);
    if (column + width > COLUMNS_BEFORE) break;
    column += width;
    first--;
  }
  const cutBefore = first > 0 || from > line.start;
  let text = (cutBefore ? '…' : '') + before.slice(first).join('');
  if (cutBefore) column++;

  let width = column;
  for (let offset = place; offset < line.end; ) {
    const character = characterAt(body, offset);
    const shown = visibleCharacter(character, body[offset]!);
    width += widthOf(shown);
    if (width > COLUMNS) {
      text += '…';
      break;
    }
    text += shown;
    offset += character.length;
  }
  return { text, column };
}

/** Where the line with this byte begins. */
function lineStart(body: Uint8Array, place: number): number {
  let start = place;
  while (start > 0 && !endsLine(body, start)) start--;
  return start;
}

/** Whether a line ends right before this offset (inside a CRLF none does). */
function endsLine(body: Uint8Array, offset: number): boolean {
  const last = body[offset - 1];
  return last === LF || (last === CR && body[offset] !== LF);
}

/** The end of the line that begins here, its terminator included. */
function lineEnd(body: Uint8Array, start: number): number {
  let end = start;
  while (end < body.length && body[end] !== LF && body[end] !== CR) end++;
  if (body[end] === CR && body[end + 1] === LF) return end + 2;
  return Math.min(end + 1, body.length);
}

function visibleCharacter(character: Character, byte: number): string {
  const { codePoint } = character;
  if (codePoint === undefined) return `\\x${hexadecimal(byte, 2)}`;
  if (codePoint === 0x0a) return '\\n';
  if (codePoint === 0x0d) return '\\r';
  if (codePoint === 0x09) return '\\t';
  if (codePoint === 0x00) return '\\0';
  if (codePoint === 0x5c) return '\\\\';
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${hexadecimal(codePoint, 2)}`;
  const text = String.fromCodePoint(codePoint);
  // Format characters: the byte order mark, what joins, and what turns the direction of the text.
  if (codePoint > 0x7f && /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) {
    const digits = hexadecimal(codePoint, 4).toUpperCase();
    return digits.length === 4 ? `\\u${digits}` : `\\u{${digits}}`;
  }
  return text;
}

function hexadecimal(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}

/** The columns that a terminal gives to one visible character: two for wide ones, none for marks. */
function widthOf(shown: string): number {
  if (shown.length > 2 || shown.codePointAt(0)! < 0x300) return shown.length;
  if (/^\p{Mn}/u.test(shown)) return 0;
  return /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^\p{Emoji_Presentation}/u.test(
    shown,
  )
    ? 2
    : 1;
}
