// The pictures of the README are made small: what comes out is a PNG that others can read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { smallPng } from '../../scripts/screenshots/small-png.ts';

/** A PNG as a browser writes it, from rows that are filtered already. */
function png(width: number, rows: number[][], kind = [8, 2, 0, 0, 0]): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(rows.length, 4);
  head.set(kind, 8);
  const part = (type: string, body: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, Buffer.from(type), body, Buffer.alloc(4)]);
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    part('IHDR', head),
    part('IDAT', deflateSync(Buffer.from(rows.flat()))),
    part('IEND', Buffer.alloc(0)),
  ]);
}

function partsOf(bytes: Buffer): Map<string, Buffer> {
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(named), 'the checksum');
    parts.set(named.toString('latin1', 0, 4), named.subarray(4));
    at += length + 12;
  }
  return parts;
}

/** The colours of a picture with a palette, row by row. */
function coloursOf(bytes: Buffer, width: number): string[][] {
  const parts = partsOf(bytes);
  const palette = parts.get('PLTE')!;
  const rows = inflateSync(parts.get('IDAT')!);
  const colours: string[][] = [];
  for (let at = 0; at < rows.length; at += width + 1) {
    const row = [...rows.subarray(at + 1, at + 1 + width)];
    colours.push(row.map((index) => palette.toString('hex', index * 3, index * 3 + 3)));
  }
  return colours;
}

test('a picture with few colours keeps each of them, whatever filter its rows have', () => {
  const picture = png(2, [
    [0, 255, 0, 0, 0, 255, 0], // as they are
    [1, 1, 2, 3, 1, 1, 1], // from the left
    [2, 1, 1, 1, 0, 0, 0], // from above
    [3, 0, 0, 0, 0, 0, 0], // from the mean of both
    [4, 9, 0, 0, 0, 0, 0], // after Paeth
  ]);
  const small = smallPng(picture);
  assert.deepEqual([...partsOf(small).keys()], ['IHDR', 'PLTE', 'IDAT', 'IEND']);
  assert.deepEqual(coloursOf(small, 2), [
    ['ff0000', '00ff00'],
    ['010203', '020304'],
    ['020304', '020304'],
    ['010102', '010203'],
    ['0a0102', '0a0203'],
  ]);
});

test('of a thousand colours the nearest of 256 are shown, and a rare one that stands out is kept', () => {
  const grey = Array.from({ length: 1000 }, (_, place) => [
    place >> 2,
    (place >> 2) ^ 1,
    place & 255,
  ]);
  const picture = png(1001, [[0, ...grey.flat(), 255, 0, 255]]);
  const colours = coloursOf(smallPng(picture), 1001)[0]!;
  assert.ok(new Set(colours).size <= 256);
  assert.equal(colours[1000], 'ff00ff');
});

test('another kind of PNG is refused', () => {
  assert.throws(() => smallPng(png(1, [[0, 1, 2, 3, 4]], [8, 6, 0, 0, 0])), /RGB/);
});
