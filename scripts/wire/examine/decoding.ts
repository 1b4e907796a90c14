// Compressed bodies, read through while they come.
//
// What a compressor has sent is taken out at once, without waiting for its end: so it shows when an
// event was held back, and how long. What comes out is counted, for a few kilobytes may unfold to
// gigabytes.
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
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
  // Some servers leave the wrapper off. Browsers take both, and the first byte tells.
  return (first & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options);
}
