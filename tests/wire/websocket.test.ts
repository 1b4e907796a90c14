// Frames of a WebSocket: however they are cut they are read the same, and what is written is what
// another implementation reads.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { closeCode, type Frame, FrameReader, frameBytes } from '../../scripts/wire/websocket.ts';

const frame = fc.record({
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom(125, 126, 127, 65_535, 65_536).map((length) => new Uint8Array(length).fill(7)),
  ),
  opcode: fc.constantFrom(0, 1, 2, 3, 8, 9, 10, 15),
  final: fc.boolean(),
  reserved: fc.nat(7),
  mask: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined }),
});

test('what is written is read again, wherever it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 6 }),
      (all, cuts) => {
        const bytes = Buffer.concat(
          all.map(({ payload, mask, ...rest }) =>
            frameBytes(payload, { ...rest, ...(mask && { mask }) }),
          ),
        );
        const reader = new FrameReader();
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
          (one, other) => one - other,
        );
        const read: Frame[] = [];
        for (const [index, from] of places.slice(0, -1).entries()) {
          read.push(...reader.feed(bytes.subarray(from, places[index + 1])));
        }
        assert.deepEqual(
          read.map(({ payload, opcode, final, reserved, masked }) => ({
            payload: Buffer.from(payload),
            opcode,
            final,
            reserved,
            masked,
          })),
          all.map(({ payload, opcode, final, reserved, mask }) => ({
            payload: Buffer.from(payload),
            opcode,
            final,
            reserved,
            masked: mask !== undefined,
          })),
        );
        assert.equal(reader.unfinished, false);
        assert.equal(read.at(-1)?.end ?? 0, bytes.length);
      },
    ),
    { numRuns: 60 },
  );
});

test('a frame that announces more than there is keeps no more than it was given', () => {
  const reader = new FrameReader({ keep: 3 });
  assert.deepEqual(reader.feed(frameBytes('abcdef', { announced: 2 ** 40 })), []);
  assert.ok(reader.unfinished);
  const [whole] = new FrameReader({ keep: 3 }).feed(frameBytes('abcdef'));
  assert.equal(whole?.length, 6);
  assert.equal(Buffer.from(whole!.payload).toString(), 'abc');
});

test('a Close has a code, or none, or is broken', () => {
  assert.equal(closeCode({ payload: Uint8Array.of(3, 232) }), 1000);
  assert.equal(closeCode({ payload: new Uint8Array() }), 1005);
  assert.equal(closeCode({ payload: Uint8Array.of(3) }), undefined);
});
