// Compressed bodies, read through while they come.
//
// What a compressor has sent is taken out at once, without waiting for its end: so it shows when an
// event was held back, and how long. What comes out is counted, for a few kilobytes may unfold to
// gigabytes.
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';

type Unfolding =
  | ReturnType<typeof createGunzip>
  | ReturnType<typeof createInflate>
  | ReturnType<typeof createInflateRaw>
  | ReturnType<typeof createBrotliDecompress>;

/** Takes a body apart that came compressed. */
export class Decoder {
  readonly #coding: string;
  readonly #give: (bytes: Uint8Array) => void;
  readonly #fail: (reason: string) => void;
  #unfolding: Unfolding | undefined;
  #over = false;

  /**
   * @param coding one that `canDecode` knows
   * @param give takes each piece that comes out, as soon as it does
   * @param fail is told once, in a few words, that the bytes are not of this coding
   */
  constructor(coding: string, give: (bytes: Uint8Array) => void, fail: (reason: string) => void) {
    this.#coding = coding;
    this.#give = give;
    this.#fail = fail;
  }

  /** Takes the next bytes of the body. */
  feed(bytes: Uint8Array): void {
    if (this.#over || bytes.length === 0) return;
    this.#unfolding ??= this.#begin(bytes[0]!);
    this.#unfolding.write(bytes);
  }

  /** Resolves when all that came is out. A body that stops in the middle is no failure. */
  finish(): Promise<void> {
    const unfolding = this.#unfolding;
    if (this.#over || !unfolding || unfolding.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      unfolding.once('close', resolve);
      unfolding.once('end', resolve);
      unfolding.end();
    });
  }

  /** Stops: nothing more comes out. */
  stop(): void {
    this.#over = true;
    this.#unfolding?.destroy();
  }

  #begin(first: number): Unfolding {
    const unfolding = openUnfolding(this.#coding, first);
    unfolding.on('data', (bytes: Buffer) => {
      if (!this.#over) this.#give(bytes);
    });
    unfolding.on('error', (error) => {
      if (this.#over) return;
      this.stop();
      this.#fail(error.message);
    });
    return unfolding;
  }
}

/** Of a body that goes on: what can be read of it so far, and no more than this. */
const MOST = 1024 * 1024;

/**
 * What can be read of a compressed body by now, all at once; what is still in the compressor is not
 * there.
 *
 * @param coding one that `canDecode` knows
 * @param bytes of the body, from its first one
 * @throws Error if the bytes are not of this coding, or unfold to more than a megabyte
 */
export function decodedSoFar(coding: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  if (coding === 'br') {
    const finishFlush = constants.BROTLI_OPERATION_FLUSH;
    return brotliDecompressSync(bytes, { finishFlush, maxOutputLength: MOST });
  }
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST };
  if (coding !== 'deflate') return gunzipSync(bytes, options);
  return isWrapped(bytes[0]!) ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}

/** The coding that must be taken away; undefined where the body came as it is. */
export function codingOf(contentEncoding: string | undefined): string | undefined {
  const coding = contentEncoding?.trim().toLowerCase() ?? '';
  return coding === '' || coding === 'identity' ? undefined : coding;
}

/** Whether this coding can be read through. */
export function canDecode(coding: string): boolean {
  return ['gzip', 'x-gzip', 'deflate', 'br'].includes(coding);
}

function openUnfolding(coding: string, first: number): Unfolding {
  const flush = constants.Z_SYNC_FLUSH;
  const options = { flush, finishFlush: flush };
  if (coding === 'br') {
    const brotliFlush = constants.BROTLI_OPERATION_FLUSH;
    return createBrotliDecompress({ flush: brotliFlush, finishFlush: brotliFlush });
  }
  if (coding !== 'deflate') return createGunzip(options);
  return isWrapped(first) ? createInflate(options) : createInflateRaw(options);
}

/** Some servers leave the wrapper of `deflate` off. Browsers take both, and the first byte tells. */
function isWrapped(first: number): boolean {
  return (first & 0x0f) === 8;
}
