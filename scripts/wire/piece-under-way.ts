// Parts of a body, and the framing around them, joined to what the tape shows as one piece.
import { latin1, type Part, type ResponseHead } from './http.ts';
import type { WireFacts } from './records.ts';

/** A piece of the body and the framing around it, as they pass in one write. */
export class PieceUnderWay {
  #before = '';
  #bytes: Uint8Array[] = [];
  #after = '';
  #offset = 0;

  /** Whether this part belongs to the same piece. */
  takes(part: Part<ResponseHead>): boolean {
    if (part.kind === 'framing' && part.closing) return true;
    if (part.kind === 'framing') return this.#bytes.length === 0 && this.#after === '';
    return this.#after === '';
  }

  /** Adds a part that belongs to it. */
  add(part: Part<ResponseHead>): void {
    if (part.kind === 'body') {
      if (this.#bytes.length === 0) this.#offset = part.offset;
      this.#bytes.push(part.bytes);
      return;
    }
    if (this.#bytes.length === 0) this.#offset = part.offset;
    if (part.closing) this.#after += latin1(part.bytes);
    else this.#before += latin1(part.bytes);
  }

  /** The record of it; undefined if nothing was added. */
  facts(): WireFacts | undefined {
    const before = this.#before;
    const after = this.#after;
    if (this.#bytes.length === 0 && before === '' && after === '') return undefined;
    return {
      kind: 'piece',
      offset: this.#offset,
      bytes: Buffer.concat(this.#bytes).toString('base64'),
      ...((before !== '' || after !== '') && { framing: { before, after } }),
    };
  }
}
