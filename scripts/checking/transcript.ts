// The transcripts of a lesson's text, played against a server: what the text shows is what came.
//
// A ```wire block of README.md is the request, a line `---`, and the answer: status line, headers,
// an empty line, the body. `...` as the last line says that the stream goes on. Where a value varies
// stands a placeholder, {date}; {=date} stands for the same value as {date} had. Heads are compared
// line by line, in their order. Bodies are compared to the byte, without chunk framing; each line
// that is shown ends with one LF.
import type { WireBlock } from '../course/text.ts';
import { KitError } from '../kit-error.ts';
import { visible } from '../wire/bytes.ts';
import { type Exchange, openExchange } from '../wire/exchange.ts';

export interface Transcript {
  /** Where it begins in the text, from 1. */
  line: number;
  request: string[];
  answer: { head: string[]; body: string[]; goesOn: boolean };
}

/** What differs from what the text shows. */
export interface Mismatch {
  /** Line of the text, from 1, of the block that does not match. */
  line: number;
  message: string;
}

/** Real milliseconds that any answer may take. */
const PATIENCE = 10_000;
/** Real milliseconds in which an end would follow what came before it. */
const MOMENT = 200;

/**
 * Reads the `wire` blocks of a text.
 *
 * @param file the text's name, for messages
 * @throws KitError with file and line, if a block does not follow the grammar
 */
export function readTranscripts(blocks: WireBlock[], file = 'README.md'): Transcript[] {
  return blocks.map(({ text, line }) => {
    return readBlock(`${file}:${line}`, line, text.replace(/\n$/, '').split('\n'));
  });
}

function readBlock(place: string, line: number, lines: string[]): Transcript {
  const middle = lines.indexOf('---');
  if (middle < 0) {
    throw new KitError(`${place}: the wire block needs a line --- between request and answer.`);
  }
  const request = lines.slice(0, middle);
  // The empty line that ends the head may be shown or not.
  if (request.at(-1) === '') request.pop();
  const answer = lines.slice(middle + 1);
  if (!/^[A-Z]+ \S+ HTTP\/1\.1$/.test(request[0] ?? '')) {
    throw new KitError(`${place}: the wire block begins with a request line, GET /… HTTP/1.1.`);
  }
  if (!/^HTTP\/1\.[01] /.test(answer[0] ?? '')) {
    throw new KitError(`${place}: the answer begins with a status line, HTTP/1.1 200 OK.`);
  }
  const goesOn = answer.at(-1) === '...';
  if (goesOn) answer.pop();
  const blank = answer.indexOf('');
  const head = blank < 0 ? answer : answer.slice(0, blank);
  const body = blank < 0 ? [] : answer.slice(blank + 1);
  return { line, request, answer: { head, body, goesOn } };
}

/**
 * Sends the request of each transcript, and compares.
 *
 * @param origin the server; `Host` in the transcripts is a placeholder or the server's own
 * @returns the first difference, or undefined if all is as the text shows it
 * @throws KitError if a request cannot be sent as it is written
 */
export async function playTranscripts(
  origin: string,
  transcripts: Transcript[],
): Promise<Mismatch | undefined> {
  const values = new Map<string, string>([['host', new URL(origin).host]]);
  for (const transcript of transcripts) {
    const message = await play(origin, transcript, values);
    if (message !== undefined) return { line: transcript.line, message };
  }
  return undefined;
}

async function play(
  origin: string,
  { request, answer }: Transcript,
  values: Map<string, string>,
): Promise<string | undefined> {
  const exchange = openExchange(readRequest(origin, request, values));
  try {
    if (!(await exchange.until(() => exchange.head, PATIENCE))) {
      return `No answer came (${exchange.cause ?? exchange.ending ?? 'nothing at all'}).`;
    }
    const head = headLines(exchange);
    const inHead = compareLines(answer.head, head, values, 'the head');
    if (inHead !== undefined) return inHead;
    return await comparePlayedBody(exchange, answer, values);
  } finally {
    exchange.leave();
  }
}

async function comparePlayedBody(
  exchange: Exchange,
  { body, goesOn }: Transcript['answer'],
  values: Map<string, string>,
): Promise<string | undefined> {
  const expected = body.map((line) => `${line}\n`);
  if (!goesOn) {
    await exchange.until(() => false, PATIENCE);
    if (!exchange.ending)
      return 'The answer goes on, though the text shows its end: write ... there.';
    return compareLines(expected, withEnds(exchange.body), values, 'the body');
  }
  const enough = () => withEnds(exchange.body).filter((line) => line.endsWith('\n')).length;
  await exchange.until(() => enough() >= expected.length, PATIENCE);
  const came = withEnds(exchange.body).slice(0, expected.length);
  const different = compareLines(expected, came, values, 'the body');
  if (different !== undefined) return different;
  // `...` is a claim as well: the stream does not end with what is shown.
  const shown = Buffer.byteLength(came.join(''));
  await exchange.until(() => exchange.body.length > shown, MOMENT);
  const ending = exchange.body.length > shown ? undefined : exchange.ending;
  return ending ? `The text says ... and the answer ended there (${ending}).` : undefined;
}

function readRequest(origin: string, lines: string[], values: Map<string, string>) {
  const [first, ...rest] = lines.map((line) => filled(line, values));
  const blank = rest.indexOf('');
  const [method, path] = first!.split(' ') as [string, string];
  const headers: Record<string, string> = {};
  for (const line of blank < 0 ? rest : rest.slice(0, blank)) {
    const colon = line.indexOf(':');
    if (colon < 0) throw new KitError(`"${line}" is no header line: a colon is missing.`);
    headers[line.slice(0, colon)] = line.slice(colon + 1).trim();
  }
  const body = blank < 0 ? '' : rest.slice(blank + 1).join('\n');
  return { origin, method, path, headers, ...(body !== '' && { body }) };
}

/** A line of a request, with what its placeholders stand for by now. */
function filled(line: string, values: Map<string, string>): string {
  return line.replace(/\{=?([a-z][\w-]*)\}/gi, (whole, name: string) => {
    const value = values.get(name);
    if (value !== undefined) return value;
    throw new KitError(
      `${whole} in a request stands for nothing: no answer before it has {${name}}.`,
    );
  });
}

function headLines(exchange: Exchange): string[] {
  const text = Buffer.concat(exchange.raw.map((piece) => piece.bytes)).toString('latin1');
  return text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
}

/** A body as lines that keep their LF; the last one may lack it. */
function withEnds(body: Uint8Array): string[] {
  return (
    Buffer.from(body)
      .toString('utf8')
      .match(/[^\n]*\n|[^\n]+$/g) ?? []
  );
}

/** The first difference as a sentence; placeholders that match are remembered in `values`. */
function compareLines(
  expected: string[],
  came: string[],
  values: Map<string, string>,
  where: string,
): string | undefined {
  for (let index = 0; index < Math.max(expected.length, came.length); index++) {
    const [shown, real] = [expected[index], came[index]];
    if (shown !== undefined && real !== undefined && matches(shown, real, values)) continue;
    return [
      `Line ${index + 1} of ${where} differs.`,
      `  the text shows  ${shown === undefined ? '(nothing more)' : visible(shown)}`,
      `  the wire has    ${real === undefined ? '(nothing more)' : visible(real)}`,
    ].join('\n');
  }
  return undefined;
}

function matches(shown: string, real: string, values: Map<string, string>): boolean {
  const names: string[] = [];
  const pattern = shown.split(/(\{=?[a-z][\w-]*\})/i).map((part) => {
    const [, same, name] = /^\{(=?)([a-z][\w-]*)\}$/i.exec(part) ?? [];
    if (name === undefined) return escaped(part);
    if (same) return escaped(values.get(name) ?? part);
    names.push(name);
    return '([^\\r\\n]+?)';
  });
  const match = new RegExp(`^${pattern.join('')}$`).exec(real);
  if (!match) return false;
  names.forEach((name, index) => {
    values.set(name, match[index + 1]!);
  });
  return true;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
