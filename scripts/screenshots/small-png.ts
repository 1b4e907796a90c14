// Makes a screenshot small: 256 colours are enough for text on plain ground, and take a third of the
// bytes. The repository keeps every picture that was ever committed.
//
// https://www.w3.org/TR/png-3/
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const COLOURS = 256;
/** So many of the palette are the commonest colours; the rest are those that would be missed most. */
const COMMONEST = 96;

interface Picture {
  width: number;
  height: number;
  colours: Uint32Array /* 0xRRGGBB for each pixel, row by row */;
}

/**
 * The same picture with at most 256 colours.
 *
 * @param png as a browser writes it: 8 bits a channel, RGB, not interlaced
 * @throws Error if it is another kind of PNG
 */
export function smallPng(png: Buffer): Buffer {
  const { width, height, colours } = read(png);
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const { palette, indexOf } = choosePalette(counts);

  const rows = Buffer.alloc(height * (width + 1)); // each begins with its filter, 0: none
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + 1 + x] = indexOf.get(colours[y * width + x]!)!;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8); // 8 bits a pixel, which is an index into the palette
  const table = Buffer.alloc(palette.length * 3);
  for (const [index, colour] of palette.entries()) table.writeUIntBE(colour, index * 3, 3);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The colours to keep, and for every colour of the picture the index of the one that stands for it. */
function choosePalette(counts: Map<number, number>) {
  const all = [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
  const palette: number[] = [];
  const nearest = all.map(() => ({ index: 0, distance: Number.POSITIVE_INFINITY }));
  while (palette.length < Math.min(COLOURS, all.length)) {
    let [next, missed] = [palette.length, 0];
    if (palette.length >= COMMONEST) {
      for (const [place, [, count]] of all.entries()) {
        // A colour far from all that are kept is missed even where there is little of it.
        const loss = nearest[place]!.distance * Math.sqrt(count);
        if (loss > missed) [next, missed] = [place, loss];
      }
      if (missed === 0) break;
    }
    const colour = all[next]![0];
    for (const [place, [other]] of all.entries()) {
      const distance = distanceOf(colour, other);
      if (distance < nearest[place]!.distance) nearest[place] = { index: palette.length, distance };
    }
    palette.push(colour);
  }
  return {
    palette,
    indexOf: new Map(all.map(([colour], place) => [colour, nearest[place]!.index])),
  };
}

function distanceOf(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16);
  const green = ((one >> 8) & 255) - ((other >> 8) & 255);
  const blue = (one & 255) - (other & 255);
  return red * red + green * green + blue * blue;
}

function read(png: Buffer): Picture {
  const parts: Buffer[] = [];
  let head: Buffer | undefined;
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') head = body;
    if (type === 'IDAT') parts.push(body);
    at += length + 12;
  }
  if (head?.subarray(8).toString('hex') !== '0802000000') {
    throw new Error('a PNG with 8 bits a channel, RGB and not interlaced was expected');
  }
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const bytes = withoutFilters(inflateSync(Buffer.concat(parts)), width * 3, height);
  const colours = new Uint32Array(width * height);
  for (let pixel = 0; pixel < colours.length; pixel++)
    colours[pixel] = bytes.readUIntBE(pixel * 3, 3);
  return { width, height, colours };
}

/** Each row begins with a number that says from which neighbours its bytes are differences. */
function withoutFilters(filtered: Buffer, rowLength: number, height: number): Buffer {
  const bytes = Buffer.alloc(rowLength * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (rowLength + 1)]!;
    for (let x = 0; x < rowLength; x++) {
      const here = y * rowLength + x;
      const left = x >= 3 ? bytes[here - 3]! : 0;
      const above = y > 0 ? bytes[here - rowLength]! : 0;
      const corner = x >= 3 && y > 0 ? bytes[here - rowLength - 3]! : 0;
      const difference = filtered[y * (rowLength + 1) + 1 + x]!;
      bytes[here] = difference + predicted(filter, left, above, corner); // modulo 256, by the type
    }
  }
  return bytes;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const guess = left + above - corner; // 4, after Paeth: the neighbour that is nearest to this
  const [toLeft, toAbove] = [Math.abs(guess - left), Math.abs(guess - above)];
  const toCorner = Math.abs(guess - corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  whole.set(named, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
