// What people write at two in the morning: each is a change of the finished parser of lesson 07.
import type { WrongAnswer } from './wrong-answer.ts';

const file = 'event-stream-parser.js';

const HEAD = 'export class EventStreamParser {\n';
const NORMALIZES = "    if (text.includes('\\r')) text = text.replaceAll(/\\r\\n?/g, '\\n');\n";
const FIRST_LINE = '    lines[0] = this.#unfinishedLine + lines[0]; // begun in an earlier piece\n';
const LAST_LINE = "    this.#unfinishedLine = lines.pop() ?? ''; // goes on in a later one\n";
const DATA = 'this.#data = this.#data === undefined ? value : `${this.#data}\\n${value}`;';
const DATA_IF_ANY = DATA.replace('this.#data === undefined', '!this.#data');
const VALUE = "const value = colon === -1 ? '' : withoutFirstSpace(line.slice(colon + 1));";
const NAME = 'const name = colon === -1 ? line : line.slice(0, colon);';
const ID = "if (name === 'id' && !value.includes('\\0')) this.#id = value;";
const TELL =
  'if (data !== undefined) this.#onEvent({ type, data, lastEventId: this.#lastEventId });';
const TAKES_ID =
  '    this.#lastEventId = this.#id; // also where there is no data, and so no event\n';
const DECODES = 'this.#takeText(this.#decoder.decode(bytes, { stream: true }));';
const DECODER = '#decoder = new TextDecoder();';
const LIMIT = 'if (line.length <= this.#maxLineLength) return;';
const LOOKS_AT_REST = '    this.#refuseIfTooLong(this.#unfinishedLine);\n';
const REFUSES = `    this.end();
    throw new RangeError(
      \`A line is longer than \${this.#maxLineLength}, the maxLineLength of this parser.\`,
    );
`;

/** One change of the parser. */
function wrong(name: string, step: number, from: string, to: string): WrongAnswer {
  return { name, step, change: [{ file, from, to }] };
}

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: lines.
  wrong('forgets-the-rest', 1, FIRST_LINE, ''),
  wrong('takes-the-last-line', 1, LAST_LINE, ''),
  wrong('drops-carriage-returns', 1, NORMALIZES, "    text = text.replaceAll('\\r', '');\n"),
  {
    name: 'rest-of-all-parsers',
    step: 1,
    change: [
      { file, from: HEAD, to: `let unfinished = '';\n\n${HEAD}` },
      { file, from: FIRST_LINE, to: '    lines[0] = unfinished + lines[0];\n' },
      { file, from: LAST_LINE, to: "    unfinished = lines.pop() ?? '';\n" },
      { file, from: LOOKS_AT_REST, to: '' },
    ],
  },
  {
    name: 'waits-for-the-end',
    step: 1,
    change: [
      {
        file,
        from: DECODES,
        to: 'this.#unfinishedLine += this.#decoder.decode(bytes, { stream: true });',
      },
      {
        file,
        from: "    this.#hasEnded = true;\n    this.#unfinishedLine = '';\n",
        to: "    for (const line of this.#unfinishedLine.split('\\n')) this.#takeLine(line);\n",
      },
    ],
  },
  wrong(
    'loops-for-ever',
    1,
    NORMALIZES,
    "    while (text.indexOf('\\n') >= 0) text.slice(text.indexOf('\\n') + 1);\n",
  ),
  wrong('leaves', 1, NORMALIZES, '    process.exit(1);\n'),
  wrong('misspelt-method', 1, 'this.#takeLine(line);\n      if', 'this.takeLine(line);\n      if'),
  wrong('no-class-of-that-name', 1, HEAD, 'export class StreamParser {\n'),
  wrong('a-bracket-too-few', 1, "text.split('\\n');", "text.split('\\n';"),
  wrong('throws-while-loaded', 1, HEAD, `const parser = new EventSourceParser();\n\n${HEAD}`),
  wrong('waits-while-loaded', 1, HEAD, `await new Promise(() => {});\n\n${HEAD}`),

  // Step 2: fields.
  wrong(
    'splits-at-each-colon',
    2,
    VALUE,
    "const value = withoutFirstSpace(line.split(':')[1] ?? '');",
  ),
  wrong(
    'trims-the-value',
    2,
    VALUE,
    "const value = colon === -1 ? '' : line.slice(colon + 1).trim();",
  ),
  wrong(
    'names-in-any-letters',
    2,
    NAME,
    NAME.replace(
      'colon === -1 ? line : line.slice(0, colon)',
      '(colon === -1 ? line : line.slice(0, colon)).toLowerCase()',
    ),
  ),
  wrong(
    'needs-a-space',
    2,
    "const colon = line.indexOf(':');",
    "const colon = line.indexOf(': ');",
  ),
  wrong('number-takes-anything', 2, '/^[0-9]+$/.test(value)', '!Number.isNaN(Number(value))'),
  wrong('retry-as-text', 2, 'this.#onRetry(Number(value))', 'this.#onRetry(value)'),

  // Step 3: events.
  wrong('drops-empty-data', 3, TELL, TELL.replace('data !== undefined', 'data')),
  wrong(
    'tells-without-data',
    3,
    TELL,
    "this.#onEvent({ type, data: data ?? '', lastEventId: this.#lastEventId });",
  ),
  wrong('last-data-counts', 3, DATA, 'this.#data = value;'),
  wrong('forgets-an-empty-first-line', 3, DATA, DATA_IF_ANY),
  wrong('joins-with-nothing', 3, DATA, DATA.replace('\\n', '')),
  wrong('keeps-the-type', 3, "    this.#type = '';\n", ''),
  wrong('forgets-the-id', 3, TELL, `${TELL}\n    this.#id = '';`),
  wrong(
    'takes-the-id-at-once',
    3,
    ID,
    ID.replace('this.#id = value', 'this.#lastEventId = this.#id = value'),
  ),
  wrong(
    'takes-the-id-with-data-only',
    3,
    TAKES_ID,
    '    if (data !== undefined) this.#lastEventId = this.#id;\n',
  ),
  wrong('takes-any-id', 3, " && !value.includes('\\0')", ''),
  wrong(
    'tells-what-is-unfinished',
    3,
    '    this.#hasEnded = true;\n',
    '    this.#dispatch();\n    this.#hasEnded = true;\n',
  ),
  {
    name: 'only-in-node',
    step: 3,
    change: [
      { file, from: HEAD, to: `import { StringDecoder } from 'node:string_decoder';\n\n${HEAD}` },
      { file, from: DECODER, to: "#decoder = new StringDecoder('utf8');" },
      {
        file,
        from: DECODES,
        to: "const text = this.#decoder.write(bytes);\n    this.#takeText(this.#unfinishedLine === '' ? text.replace(/^\\uFEFF/, '') : text);",
      },
      // The page itself is as right as it was: it is changed so that it is played.
      { file: 'index.html', from: '<html lang="en">', to: '<html lang="en-GB">' },
    ],
  },

  // Step 4: bytes.
  wrong(
    'forgets-that-more-comes',
    4,
    'this.#decoder.decode(bytes, { stream: true })',
    'this.#decoder.decode(bytes)',
  ),
  wrong(
    'keeps-the-byte-order-mark',
    4,
    DECODER,
    "#decoder = new TextDecoder('utf-8', { ignoreBOM: true });",
  ),
  wrong('fatal-decoder', 4, DECODER, "#decoder = new TextDecoder('utf-8', { fatal: true });"),
  wrong(
    'a-character-a-byte',
    4,
    'this.#decoder.decode(bytes, { stream: true })',
    'String.fromCharCode(...bytes)',
  ),

  // Step 5: long lines.
  wrong('one-too-few', 5, LIMIT, LIMIT.replace('<=', '<')),
  wrong('looks-at-whole-lines-only', 5, LOOKS_AT_REST, ''),
  wrong('cuts-what-is-too-long', 5, REFUSES, "    this.#unfinishedLine = '';\n"),
  wrong(
    'counts-all-lines',
    5,
    LIMIT,
    'this.total = (this.total ?? 0) + line.length;\n    if (this.total <= this.#maxLineLength) return;',
  ),
];
