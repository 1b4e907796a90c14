// What can be read of a compressed body while it comes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decodedSoFar } from '../../scripts/wire/examine/decoding.ts';

const TEXT = 'data: a lamp that burns, and burns, and burns\n\n';

for (const [name, coding, compress] of [
  ['gzip', 'gzip', gzipSync],
  ['x-gzip', 'x-gzip', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without its wrapper', 'deflate', deflateRawSync],
] as const) {
  test(`a body in ${name} that was flushed and goes on is read up to there`, () => {
    const flushed = compress(TEXT, { finishFlush: constants.Z_SYNC_FLUSH });
    assert.equal(Buffer.from(decodedSoFar(coding, flushed)).toString(), TEXT);
    // Cut anywhere it gives the beginning, and never another text.
    for (let end = 0; end <= flushed.length; end++) {
      const read = Buffer.from(decodedSoFar(coding, flushed.subarray(0, end))).toString();
      assert.ok(TEXT.startsWith(read), `${end} bytes`);
    }
  });
}

test('a body in br that was flushed and goes on is read up to there', () => {
  const whole = brotliCompressSync(TEXT);
  assert.equal(Buffer.from(decodedSoFar('br', whole)).toString(), TEXT);
  assert.ok(TEXT.startsWith(Buffer.from(decodedSoFar('br', whole.subarray(0, -4))).toString()));
});

test('what is not of its coding is refused, and so is what unfolds without end', () => {
  assert.throws(() => decodedSoFar('gzip', Buffer.from(TEXT)), /header/);
  assert.throws(() => decodedSoFar('gzip', gzipSync(Buffer.alloc(4 << 20))), /larger than/);
});
