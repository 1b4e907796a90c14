// What people see of bytes: visible control characters, and a caret under the place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { characterAt, concat, excerpt, visible } from '../../scripts/wire/bytes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** An excerpt as it is printed. */
function shown(body: Uint8Array, start: number): string[] {
  const { lines, caret } = excerpt(body, { start, end: start });
  return [...lines, caret];
}

test('control characters, backslashes and byte order marks can be seen', () => {
  assert.equal(visible('a\r\n\tb\0\x1b[31m\x7f\\n'), 'a\\r\\n\\tb\\0\\x1b[31m\\x7f\\\\n');
  assert.equal(visible('\uFEFFdata: é中🚂'), '\\uFEFFdata: é中🚂');
});

test('characters that join or turn the line round are written as numbers', () => {
  assert.equal(visible('\u202Eabc\u2028\u0085\u{E0001}'), '\\u202Eabc\\u2028\\u0085\\u{E0001}');
});

test('bytes that are not UTF-8 are shown one by one', () => {
  const body = Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xe4, 0xb8);
  assert.equal(visible(body), 'a\\xff\\xc3(\\xed\\xa0\\x80\\xe4\\xb8');
});

test('every code point is read back from its UTF-8 bytes', () => {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += codePoint < 0x900 ? 1 : 251) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
    const encoded = bytes(String.fromCodePoint(codePoint));
    assert.deepEqual(characterAt(encoded, 0), { length: encoded.length, codePoint });
  }
});

test('what a strict decoder refuses is no character', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const interesting = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
  for (let first = 0x80; first <= 0xff; first++) {
    for (const second of interesting) {
      for (const length of [2, 3, 4]) {
        const body = Uint8Array.of(first, second, 0x80, 0x80).subarray(0, length);
        let accepted = true;
        try {
          decoder.decode(body);
        } catch {
          accepted = false;
        }
        const character = characterAt(body, 0);
        const whole = character.codePoint !== undefined && character.length === length;
        if (length === 2 || second >= 0x80) {
          // The tail is all continuation bytes: it is either one character or refused.
          assert.equal(whole, accepted && second >= 0x80, `${visible(body)} of ${length} bytes`);
        }
      }
    }
  }
});

test('parts are joined in order', () => {
  assert.deepEqual(concat([bytes('da'), bytes(''), bytes('ta')]), bytes('data'));
});

test('an excerpt shows two lines before the place and the caret under its byte', () => {
  const body = bytes('data: 1\n\ndata: 2\r\nevent\rid: 3\n');
  assert.deepEqual(shown(body, 12), ['data: 1\\n', '\\n', 'data: 2\\r\\n', '   ^']);
  assert.deepEqual(shown(body, 18), ['\\n', 'data: 2\\r\\n', 'event\\r', '^']);
  assert.deepEqual(shown(body, 0), ['data: 1\\n', '^']);
});

test('the caret stands under either byte of a CRLF', () => {
  const body = bytes('a\r\nb\r\n');
  assert.deepEqual(shown(body, 1), ['a\\r\\n', ' ^']);
  assert.deepEqual(shown(body, 2), ['a\\r\\n', '   ^']);
  assert.deepEqual(shown(body, 3), ['a\\r\\n', 'b\\r\\n', '^']);
});

test('a place behind the last byte is shown behind the last line', () => {
  assert.deepEqual(shown(bytes('data: 1\n'), 8), ['data: 1\\n', '         ^']);
  assert.deepEqual(shown(bytes('data: 1'), 7), ['data: 1', '       ^']);
  assert.deepEqual(shown(new Uint8Array(), 0), ['', '^']);
});

test('the caret reckons with wide characters and with control characters', () => {
  assert.deepEqual(shown(bytes('中🚂\t!'), 8), ['中🚂\\t!', '      ^']);
});

test('a long line is cut on both sides of the place, in the time of a short one', () => {
  const body = bytes('中'.repeat(3_000_000));
  const [line, caret] = shown(body, 4_500_000) as [string, string];
  assert.equal(line, `…${'中'.repeat(30)}${'中'.repeat(13)}…`);
  assert.equal(caret, `${' '.repeat(61)}^`);
});
