// What a program prints, kept for display: as text, without control sequences, and bounded.
import { StringDecoder } from 'node:string_decoder';

export interface Output {
  stream: 'stdout' | 'stderr';
  text: string;
  /** Epoch milliseconds, with fractions. */
  at: number;
}

const KEPT = 64 * 1024; // characters
const MOST_BYTES = 1024 * 1024; // in one second
const MOST_LINES = 5000; // in one second

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
  #second = { since: 0, bytes: 0, lines: 0 };

  /** Takes a piece of output in; gives the entry that it became, none for half a character. */
  add(stream: Output['stream'], bytes: Buffer): Output | undefined {
    this.#measure(bytes);
    const text = withoutControls(this.#decoders[stream].write(bytes)).slice(-KEPT);
    if (text === '') return undefined;
    const entry = { stream, text, at: performance.timeOrigin + performance.now() };
    this.entries.push(entry);
    this.#kept += text.length;
    while (this.#kept > KEPT) this.#kept -= this.entries.shift()?.text.length ?? 0;
    return entry;
  }

  /** What is too much, in words, as soon as one second has had more than a program may print. */
  get flood(): string | undefined {
    if (this.#second.lines > MOST_LINES) return '5,000 lines';
    return this.#second.bytes > MOST_BYTES ? '1 MB' : undefined;
  }

  /** The last line that says something. */
  lastLine(stream: Output['stream']): string | undefined {
    const text = this.entries.filter((entry) => entry.stream === stream).map((entry) => entry.text);
    return text.join('').trimEnd().split('\n').pop()?.trim() || undefined;
  }

  #measure(bytes: Buffer): void {
    const now = performance.now();
    if (now - this.#second.since > 1000) this.#second = { since: now, bytes: 0, lines: 0 };
    this.#second.bytes += bytes.length;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) this.#second.lines++;
  }
}
