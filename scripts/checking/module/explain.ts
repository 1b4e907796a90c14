// Why a module's class does not do what a step asks for: the bytes that it was fed, where they were
// cut, what it told, and what was meant.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { thrownProblem } from '../../course/runner/problem.ts';
import { visible } from '../../wire/bytes.ts';
import type { Explanation } from '../failure.ts';
import type { Feeding } from './cuts.ts';
import type { Difference, Expected } from './difference.ts';
import type { RunResult, Stop, Thrown, Told } from './reports.ts';

/** A class, and where it is. */
export interface Place {
  directory: string;
  file: string;
  name: string;
}

/** Stands where the bytes were cut. */
const CUT = ' ┊ ';
/** Columns of a row of fed bytes before a cut, and behind it. */
const BEFORE = 34;
const BEHIND = 32;
/** Rows of what was told. */
const ROWS = 5;

export function noSuchFile({ file }: Place): Explanation {
  return {
    sentence: `The exercise has no \`${file}\`, so there is nothing to feed.`,
    advice: 'Bring it back: a reset of the exercise makes it anew, and keeps what you have now.',
    certain: true,
  };
}

export function explainDifference(
  difference: Difference,
  feeding: Feeding,
  result: RunResult,
): Explanation {
  const { stream, pieces } = feeding;
  const isCut = pieces.length > 1;
  const around = 'index' in difference ? difference.index : stream.told.length;
  const lists = [
    ...rows('told', result.told.map(worded), around),
    ...rows('meant', stream.told.map(worded), around),
  ];
  return {
    sentence: isCut
      ? `In one piece it is right. ${howFed(pieces)} it is not: ${sentenceOf(difference, feeding)}`
      : capital(sentenceOf(difference, feeding)),
    excerpt: indented([...fedRows(feeding), ...lists]),
    advice: (isCut && stream.whenCut?.(pieces[0]!)) || stream.otherwise,
    certain: true,
  };
}

function howFed(pieces: readonly Uint8Array[]): string {
  return pieces.length === 2 ? 'Fed in two pieces' : 'Fed byte by byte';
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function sentenceOf(difference: Difference, { stream }: Feeding): string {
  if (difference.kind === 'not refused') {
    return `\`feed()\` takes a line that is longer than \`maxLineLength\`, and was meant to throw.`;
  }
  if (difference.kind === 'lastEventId') {
    const { came, meant } = difference;
    return `afterwards \`lastEventId\` is ${shown(came)}, and was meant to be ${shown(meant)}.`;
  }
  if (difference.kind === 'late') {
    return `${worded(difference.told)} was told only at \`end()\`. It was meant to be told as soon as its last byte was there.`;
  }
  const { told, meant } = difference;
  if (!told) return `${worded(meant!)} was not told, though all its bytes were fed.`;
  if (!meant && stream.told.length === 0) return `${worded(told)} was told, and nothing was meant.`;
  if (!meant) return `${worded(told)} was told as well, and nothing more was meant.`;
  return `${worded(told)} was told, and ${worded(meant)} was meant.`;
}

export function explainThrown(
  threw: Thrown,
  place: Place,
  feeding: Feeding | undefined,
): Explanation {
  const { line } = threw;
  const where = line > 0 ? `, in ${place.file}, line ${line}` : '';
  const fed = feeding ? fedRows(feeding) : [];
  return {
    sentence: `${place.name} stopped with an error: ${errorText(threw)}${where}.`,
    excerpt: indented([
      ...sourceRows(place, line),
      ...(line > 0 && fed.length ? [''] : []),
      ...fed,
    ]),
    advice: adviceFor(threw, feeding),
    certain: true,
  };
}

/** A slip is mended where it is. What is thrown by a parser that works is another matter. */
function adviceFor({ message }: Thrown, feeding: Feeding | undefined): string {
  if (/JSON/.test(message)) {
    return (
      'A piece is not an event, and an event need not be JSON. Look for the end of a line first, ' +
      'then of an event.'
    );
  }
  const isSlip = /is not (a function|a constructor|defined|iterable)|undefined|null/.test(message);
  if (feeding && !isSlip) return feeding.stream.otherwise;
  return 'Mend that line. A piece may hold anything, even nothing but half a character.';
}

/** Why it came to no end, in one sentence. */
export function explainStop(stop: Stop, place: Place, feeding: Feeding | undefined): Explanation {
  const { file, name } = place;
  const fed = feeding ? indented(fedRows(feeding)) : undefined;
  const doing = feeding ? ' while it was fed' : stop.run === -1 ? ' while it was loaded' : '';
  switch (stop.kind) {
    case 'unloaded':
      return explainUnloaded(stop, place);
    case 'loops':
      return {
        sentence: `${name} was given more than a second of the processor${doing}, and did not come back: a loop in \`${file}\` never ends.`,
        excerpt: fed,
        advice:
          'A loop that looks for the next line end must leave when there is none: `indexOf` says -1 then.',
        certain: true,
      };
    case 'waits':
      return {
        sentence: `\`${file}\` waits at its top level for something that never comes.`,
        advice: 'Look for an `await` outside of all functions.',
        certain: true,
      };
    case 'full':
      return {
        sentence: `${name} used up its memory${doing}, and was ended.`,
        excerpt: fed,
        advice: 'Look for a loop that adds to a list or a text without end.',
        certain: true,
      };
    case 'threw':
      return explainThrown(stop.error!, place, feeding);
    case 'left':
      return {
        sentence: `\`${file}\` ended the program${doing}.`,
        excerpt: fed,
        advice: 'Take `process.exit()` out of it: a page has nothing of the kind.',
        certain: true,
      };
  }
}

function explainUnloaded({ error, exports = [] }: Stop, place: Place): Explanation {
  const { file, name } = place;
  if (error?.name === 'SyntaxError') {
    const { message, excerpt } = syntaxProblem(place, error);
    return { sentence: message, excerpt, certain: true };
  }
  if (error) {
    return {
      sentence: `\`${file}\` cannot be loaded: ${errorText(error)}${error.line > 0 ? `, line ${error.line}` : ''}.`,
      excerpt: indented(sourceRows(place, error.line)),
      advice: 'Mend it where the error points, or shortly before. Until then no line of it runs.',
      certain: true,
    };
  }
  const instead = exports.length > 0 ? `only ${exports.join(', ')}` : 'nothing';
  return {
    sentence: `\`${file}\` exports no class ${name}; it exports ${instead}.`,
    advice: `Write \`export class ${name} { … }\`: the page imports it by that name.`,
    certain: true,
  };
}

/** Node does not say where a module cannot be read. esbuild does, and the runner knows its words. */
function syntaxProblem({ directory, file }: Place, { name, message }: Thrown) {
  const path = join(directory, file);
  const program = { directory, file, port: 0 };
  const thrown = { origin: 'load', name, message, stack: '', code: '', port: 0 } as const;
  try {
    transformSync(readFileSync(path, 'utf8'), { sourcefile: path, logLevel: 'silent' });
  } catch (error) {
    return thrownProblem(program, { ...thrown, message: (error as Error).message });
  }
  return thrownProblem(program, thrown);
}

function errorText({ name, message }: Thrown): string {
  const line = visible(message.replace(/\s+/g, ' ').trim()).replace(/\.$/, '');
  return `${name}: ${line.length > 160 ? `${line.slice(0, 159)}…` : line}`;
}

/** The bytes that were fed, with the cut, and the options if there were any. */
function fedRows({ pieces, stream }: Feeding): string[] {
  const { options } = stream;
  const made = options
    ? [
        `made   ${Object.entries(options)
          .map(([name, value]) => `${name}: ${shown(value)}`)
          .join(', ')}`,
      ]
    : [];
  const [first, second] = pieces as [Uint8Array, Uint8Array];
  if (pieces.length === 1) return [...made, `fed    ${firstOf(visible(first), BEFORE + BEHIND)}`];
  if (pieces.length === 2) {
    return [
      ...made,
      `fed    ${lastOf(visible(first), BEFORE)}${CUT}${firstOf(visible(second), BEHIND)}`,
    ];
  }
  const shownPieces = pieces.map((piece) => visible(piece)).join('┊');
  return [...made, `fed    ${firstOf(shownPieces, BEFORE + BEHIND)}`];
}

function firstOf(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}

function lastOf(text: string, columns: number): string {
  return text.length > columns ? `…${text.slice(1 - columns)}` : text;
}

/** Some rows of a list, the one with the difference among them. */
function rows(title: string, all: string[], around: number): string[] {
  const from = Math.max(0, Math.min(around - 2, all.length - ROWS));
  const some = all.slice(from, from + ROWS);
  if (from > 0) some.unshift(`(${from} before)`);
  if (from + ROWS < all.length) some.push(`(${all.length - from - ROWS} more)`);
  if (some.length === 0) some.push('nothing');
  return some.map((row, index) => `${(index === 0 ? title : '').padEnd(7)}${row}`);
}

function worded({ what, value }: Told | Expected): string {
  if (what !== 'event') return `${what} ${shown(value)}`;
  const { type, data, lastEventId } = (value ?? {}) as Record<string, unknown>;
  const id = lastEventId === '' ? '' : `, last event ID ${shown(lastEventId)}`;
  return `event ${typeof type === 'string' ? visible(type) : shown(type)} ${shown(data)}${id}`;
}

/** A text in quotation marks, a number as it is, what is neither as Node describes it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `"${firstOf(visible(value), 48)}"`;
  if (typeof value === 'object' && value && 'not' in value) return String(value.not);
  return String(value);
}

/** The line of the learner's file. */
function sourceRows({ directory, file }: Place, line: number): string[] {
  if (line < 1) return [];
  const text = readFileSync(join(directory, file), 'utf8').split(/\r?\n/)[line - 1]?.trim();
  return text && text.length <= 160 ? [text] : [];
}

function indented(rows: readonly string[]): string | undefined {
  return rows.length === 0 ? undefined : rows.map((row) => `    ${row}`.trimEnd()).join('\n');
}
