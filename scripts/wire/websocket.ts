// The frames of a WebSocket, read from either side however TCP has cut them, and written.
//
// The reader judges nothing: what a frame may be depends on who has sent it, and whoever asks knows
// that. Bytes of a payload are kept as far as they are wanted, so that a frame of any announced length
// can pass without filling the memory.
//
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2

/** What a frame is for. */
export const OPCODES = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** Hashed together with the key of a handshake: https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
export const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** One frame as it came. */
export interface Frame {
  /** The last one of its message. */
  final: boolean;
  /** The three reserved bits; 0 where no extension was agreed upon. */
  reserved: number;
  opcode: number;
  masked: boolean;
  /** How many bytes its payload has. */
  length: number;
  /** How many bytes beyond the first two its length was written in: 0, 2 or 8. */
  lengthBytes: 0 | 2 | 8;
  /** The payload without its mask, as far as it is kept. */
  payload: Uint8Array;
  /** Where its first byte is among all that were fed, and where the one after its last. */
  start: number;
  end: number;
}

const HEAD = 14; // bytes, at most: two, eight of length, four of mask

/** Reads what one side sends. */
export class FrameReader {
  readonly #keep: number;
  #head = new Uint8Array(HEAD);
  #headLength = 0;
  #frame: Frame | undefined;
  #mask = new Uint8Array(4);
  #kept: Uint8Array[] = [];
  #keptLength = 0;
  #seen = 0;
  #position = 0;

  /** @param options.keep bytes of each payload that are kept; all of them, if not given */
  constructor({ keep = Number.POSITIVE_INFINITY }: { keep?: number } = {}) {
    this.#keep = keep;
  }

  /** Whether bytes of a frame have come that is not whole yet. */
  get unfinished(): boolean {
    return this.#headLength > 0;
  }

  /** Takes the next bytes. @returns the frames that they complete */
  feed(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let index = 0;
    while (index < bytes.length) {
      if (!this.#frame) {
        this.#head[this.#headLength++] = bytes[index++]!;
        this.#position++;
        if (this.#headLength < this.#headNeeded()) continue;
        this.#begin();
      } else {
        const part = bytes.subarray(index, index + this.#frame.length - this.#seen);
        this.#take(part);
        index += part.length;
        this.#position += part.length;
      }
      if (this.#frame && this.#seen === this.#frame.length) frames.push(this.#end(this.#frame));
    }
    return frames;
  }

  #headNeeded(): number {
    if (this.#headLength < 2) return 2;
    const second = this.#head[1]!;
    return 2 + lengthBytesOf(second) + (second & 0x80 ? 4 : 0);
  }

  #begin(): void {
    const [first, second] = [this.#head[0]!, this.#head[1]!];
    const lengthBytes = lengthBytesOf(second);
    const view = new DataView(this.#head.buffer);
    const masked = (second & 0x80) !== 0;
    this.#mask = this.#head.slice(2 + lengthBytes, 6 + lengthBytes);
    this.#frame = {
      final: (first & 0x80) !== 0,
      reserved: (first >> 4) & 7,
      opcode: first & 15,
      masked,
      length:
        lengthBytes === 8
          ? Number(view.getBigUint64(2))
          : lengthBytes === 2
            ? view.getUint16(2)
            : second & 0x7f,
      lengthBytes,
      payload: new Uint8Array(),
      start: this.#position - this.#headLength,
      end: 0,
    };
  }

  #take(part: Uint8Array): void {
    const wanted = part.subarray(0, Math.max(0, this.#keep - this.#keptLength));
    const { masked } = this.#frame!;
    // Copied in any case: what was fed belongs to others.
    if (wanted.length > 0) {
      const seen = this.#seen;
      const mask = this.#mask;
      this.#kept.push(wanted.map((byte, at) => (masked ? byte ^ mask[(seen + at) % 4]! : byte)));
      this.#keptLength += wanted.length;
    }
    this.#seen += part.length;
  }

  #end(frame: Frame): Frame {
    const payload = new Uint8Array(this.#keptLength);
    let offset = 0;
    for (const part of this.#kept) {
      payload.set(part, offset);
      offset += part.length;
    }
    this.#frame = undefined;
    this.#headLength = 0;
    this.#kept = [];
    this.#keptLength = 0;
    this.#seen = 0;
    return { ...frame, payload, end: this.#position };
  }
}

function lengthBytesOf(second: number): 0 | 2 | 8 {
  const short = second & 0x7f;
  return short === 126 ? 2 : short === 127 ? 8 : 0;
}

/** What a frame is to be like; a whole text frame without a mask, where nothing else is said. */
export interface FrameToWrite {
  opcode?: number;
  final?: boolean;
  reserved?: number;
  /** Four bytes, with which the payload is masked. */
  mask?: Uint8Array;
  /** What is written as the length, where that is not the payload's: nothing obliges a liar. */
  announced?: number;
  /** How the length is written; as short as can be, if not given. */
  lengthBytes?: 0 | 2 | 8;
}

/** A frame as bytes. */
export function frameBytes(payload: Uint8Array | string, options: FrameToWrite = {}): Uint8Array {
  const { opcode = OPCODES.text, final = true, reserved = 0, mask } = options;
  const body = Buffer.from(payload as string);
  const { announced = body.length } = options;
  const { lengthBytes = announced > 0xffff ? 8 : announced > 125 ? 2 : 0 } = options;
  const head = Buffer.alloc(2 + lengthBytes + (mask ? 4 : 0));
  head[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (mask ? 0x80 : 0) | (lengthBytes === 8 ? 127 : lengthBytes === 2 ? 126 : announced);
  if (lengthBytes === 2) head.writeUInt16BE(announced, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(announced), 2);
  if (mask) {
    head.set(mask, 2 + lengthBytes);
    for (let at = 0; at < body.length; at++) body[at]! ^= mask[at % 4]!;
  }
  return Buffer.concat([head, body]);
}

/** A Close frame's code: 1005 where it has none; undefined where it is broken. */
export function closeCode({ payload }: Pick<Frame, 'payload'>): number | undefined {
  if (payload.length === 0) return 1005;
  if (payload.length === 1) return undefined;
  return (payload[0]! << 8) | payload[1]!;
}
