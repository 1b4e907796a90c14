// Verdicts for a terminal, in the manner of a departure board: a sign, a word, the step, what is
// so. Signs and words say the same as the colours do.
import type { Verdict } from './verdict.ts';

export interface BoardStyle {
  /** How many columns there are; text is wrapped, lines of the wire are not. */
  columns: number;
  colour: boolean;
}

/** Codes that begin and end a colour in a terminal. */
const COLOURS = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
} as const;
type Colour = keyof typeof COLOURS;

const MARGIN = '    ';
/** Longer lines of text are hard to read, however wide the terminal is. */
const WIDEST = 96;

/** The rows of all verdicts. A reason that is told already is not told again. */
export function boardRows(verdicts: readonly Verdict[], style: BoardStyle): string {
  return verdicts
    .map((verdict, index) => {
      const told = verdicts.slice(0, index).some(({ message }) => message === verdict.message);
      return boardRow(verdict, style, told);
    })
    .join('');
}

/** One verdict: its row, and below it what a failure says. Ends with a line break. */
function boardRow(verdict: Verdict, style: BoardStyle, told: boolean): string {
  const [sign, word, colour] = signOf(verdict);
  const row = ` ${painted(colour, `${sign} ${word.padEnd(7)}`, style)} ${verdict.step}  ${verdict.title}\n`;
  if (verdict.ok === true || verdict.waitsFor !== undefined) return row;
  return `${row}\n${told ? `${MARGIN}For the same reason.` : reasonBelow(verdict, style)}\n\n`;
}

function reasonBelow(verdict: Verdict, style: BoardStyle): string {
  const { message = '', sentence = message, excerpt, advice = '' } = verdict;
  return [wrapped(sentence, style), excerpt, wrapped(advice, style)]
    .filter((part) => part)
    .map((part) => indented(part!))
    .join('\n\n');
}

/** The board's first line. */
export function boardHead(title: string, target: string, style: BoardStyle): string {
  return `\n${painted('bold', title, style)}\n${painted('dim', target, style)}\n\n`;
}

function signOf(verdict: Verdict): [string, string, Colour] {
  if (verdict.ok === true) return ['✓', 'passes', 'green'];
  if (verdict.ok === null) return ['?', 'unseen', 'yellow'];
  if (verdict.waitsFor !== undefined) return ['·', 'waits', 'dim'];
  return ['✗', 'fails', 'red'];
}

function painted(colour: Colour, text: string, style: BoardStyle): string {
  const [begin, end] = COLOURS[colour];
  return style.colour ? `\x1b[${begin}m${text}\x1b[${end}m` : text;
}

/** Text in lines that fit. Words that are longer than a line stay whole. */
export function wrapped(text: string, { columns }: BoardStyle): string {
  const width = Math.max(20, Math.min(columns, WIDEST) - MARGIN.length);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `${MARGIN}${line}`))
    .join('\n');
}

/** What a stream of this process can show. */
export function styleOf(
  stream: { isTTY?: boolean; columns?: number },
  env: NodeJS.ProcessEnv = process.env,
): BoardStyle {
  const colour = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return { columns: stream.columns ?? 80, colour };
}
