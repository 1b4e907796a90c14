// Text in which nothing hides: control characters are shown as \n, \r, \t, \0, \x1b, in a colour of
// their own. Shared by the logs and the tape.

/** @type {Record<string, string>} */
const NAMES = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0', '\ufeff': '\\uFEFF' };

/**
 * @param {string} text
 * @param {{ breaks?: boolean }} [options] `breaks`: a line ends on the screen where it ends in the text
 * @returns {DocumentFragment} the text, each control character as an `<i>`
 */
export function visible(text, { breaks = false } = {}) {
  const shown = document.createDocumentFragment();
  // The C1 controls are in the class as well: a latin1 head may hold them.
  for (const part of text.split(/([\u0000-\u001f\u007f-\u009f\ufeff])/)) {
    if (part.length === 1 && isControl(part)) {
      shown.append(mark(nameOf(part)));
      if (breaks && part === '\n') shown.append('\n');
    } else if (part) shown.append(part);
  }
  return shown;
}

/**
 * @param {Uint8Array} bytes a part of a body, cut anywhere
 * @returns {DocumentFragment} as UTF-8 with line breaks; a byte that makes no character as \xNN
 */
export function visibleBytes(bytes) {
  const shown = document.createDocumentFragment();
  for (let offset = 0; offset < bytes.length; ) {
    const next = endOfText(bytes, offset);
    if (next > offset) shown.append(visible(decoder.decode(bytes.subarray(offset, next)), ALL));
    else shown.append(mark(hex(/** @type {number} */ (bytes[offset]))));
    offset = Math.max(next, offset + 1);
  }
  return shown;
}

const ALL = { breaks: true };
// ignoreBOM means that a byte order mark is kept: it is on the wire, so it is shown.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/**
 * @param {Uint8Array} bytes
 * @param {number} offset
 * @returns {number} the end of the longest run of whole characters that begins at `offset`
 */
function endOfText(bytes, offset) {
  let end = offset;
  while (end < bytes.length) {
    const length = lengthOfCharacter(/** @type {number} */ (bytes[end]));
    if (length === 0 || end + length > bytes.length) break;
    if (length > 1 && !isCharacter(bytes.subarray(end, end + length))) break;
    end += length;
  }
  return end;
}

/** @param {number} first the first byte of a character of UTF-8; 0 for a byte that begins none */
function lengthOfCharacter(first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/** @param {Uint8Array} bytes */
function isCharacter(bytes) {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} character */
function isControl(character) {
  return /[\u0000-\u001f\u007f-\u009f\ufeff]/.test(character);
}

/** @param {string} character */
function nameOf(character) {
  return NAMES[character] ?? hex(character.charCodeAt(0));
}

/** @param {number} byte */
function hex(byte) {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** @param {string} text */
function mark(text) {
  const element = document.createElement('i');
  element.className = 'control';
  element.textContent = text;
  return element;
}
