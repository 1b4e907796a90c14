// What a program prints, kept for display: as text, without control sequences, and bounded.
import { StringDecoder } from 'node:string_decoder';
import { FloodGauge } from './flood.js';

export interface Output {
  stream: 'stdout' | 'stderr';
  text: string;
  /** Epoch milliseconds, with fractions. */
  at: number;
}

const KEPT = 64 * 1024; // characters

// Operating-system commands end with BEL or ESC \; other sequences with a letter; then what is left
// of the control characters, tab and line feed apart.
const CONTROL =
  /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[0-?]*[ -/]*[@-~]?|\x1b[@-_]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** The text as a page may show it: no colours, no cursor movements, CR LF as LF. */
export function withoutControls(text: string): string {
  return text.replace(CONTROL, '');
}

/** The latest output of one program, and whether it prints more than anybody could read. */
export class OutputLog {
  readonly entries: Output[] = [];
  #kept = 0;
  #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  #gauge = new FloodGauge();
  /** What was too much within a second, in words. */
  flood: string | undefined;

  /** Takes a piece of output in; gives the entry that it became, none for half a character. */
  add(stream: Output['stream'], bytes: Buffer): Output | undefined {
    this.flood ??= this.#gauge.add(bytes, performance.now());
    const text = withoutControls(this.#decoders[stream].write(bytes)).slice(-KEPT);
    if (text === '') return undefined;
    const entry = { stream, text, at: performance.timeOrigin + performance.now() };
    this.entries.push(entry);
    this.#kept += text.length;
    while (this.#kept > KEPT) this.#kept -= this.entries.shift()?.text.length ?? 0;
    return entry;
  }

  /** The last line that says something. */
  lastLine(stream: Output['stream']): string | undefined {
    const text = this.entries.filter((entry) => entry.stream === stream).map((entry) => entry.text);
    return text.join('').trimEnd().split('\n').pop()?.trim() || undefined;
  }
}
