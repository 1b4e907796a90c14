// What can be found in one block of an event stream, from its lines alone.
import { characterAt, type Span } from './bytes.ts';
import type { Block, Line } from './event-stream.ts';
import { type Field, isKnown, meantBy, plainName } from './field-names.ts';
import { type Finding, finding, quote } from './finding.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * What is wrong or risky in one block, in the order of its lines.
 *
 * @param block closed by its blank line, or still unfinished
 * @param body the bytes of the stream, or a part of it with the whole block in it
 * @param start where `body` begins in the stream; 0, if not given
 */
export function findingsInBlock(block: Block, body: Uint8Array, start = 0): Finding[] {
  const lines = block.lines.filter(isWhole);
  const continued = continuations(lines);
  const unknown = unknownLines(lines).filter((line) => !continued.has(line));
  const hasData = lines.some(({ name }) => name === 'data');
  const found = [
    lineBreak(lines, continued, body, start),
    ...unknown.map((line) => misnamed(line, hasData, block.blank !== undefined)),
    runTogether(block, lines),
    hasData ? undefined : noData(block, lines, unknown),
    ...lines.map(badRetry),
    ...lines.map(badId),
    reservedType(block, lines),
    ...lines.map((line) => strayMark(line, body, start)),
    notUtf8(lines, body, start),
  ];
  return found
    .filter((one) => one !== undefined)
    .sort((one, other) => (one.span?.start ?? 0) - (other.span?.start ?? 0));
}

/** Whether the line has ended. One that has not may still become anything. */
export function isWhole(line: Line): boolean {
  return line.terminator.end > line.terminator.start;
}

/** The bytes of a line, without its terminator if that is wanted. */
export function lineBytes({ span }: Pick<Line, 'span'>, body: Uint8Array, start = 0): Uint8Array {
  return body.subarray(span.start - start, span.end - start);
}

/** Lines that are no field. What is nothing but a stray mark, or a comment behind one, is none. */
function unknownLines(lines: Line[]): Line[] {
  return lines.filter(
    (line) => line.kind === 'field' && !isKnown(line) && plainName(line.name ?? '') !== '',
  );
}

/** The lines that are what is left of a value with line breaks in it. */
function continuations(lines: Line[]): Set<Line> {
  const found = new Set<Line>();
  let inValue = false;
  for (const line of lines) {
    if (line.kind !== 'field') continue;
    if (isKnown(line)) inValue = line.name === 'data';
    else if (inValue && !looksLikeField(line)) found.add(line);
    else inValue = false;
  }
  return found;
}

/** Whether an unknown line is a field that somebody meant to write, and not a piece of text. */
function looksLikeField(line: Line): boolean {
  const { name = '' } = line;
  const meant = meantBy(name);
  const hasColon = line.nameSpan?.end !== line.terminator.start;
  if (!hasColon) return meant !== undefined && meant === plainName(name);
  return meant !== undefined || /^\uFEFF?[A-Za-z_][\w-]*\s*$/.test(name);
}

function lineBreak(
  lines: Line[],
  continued: Set<Line>,
  body: Uint8Array,
  start: number,
): Finding | undefined {
  const [first] = continued;
  if (!first) return undefined;
  const index = lines.indexOf(first);
  const value = lines.slice(0, index).findLast(({ name }) => name === 'data')?.value ?? '';
  // A CR between LFs is no line end that anyone chose: it was in the text.
  const smuggled =
    endsInReturn(lines[index - 1]!, body, start) && !endsInReturn(first, body, start);
  return finding('line-break-in-data', {
    message:
      `The value of \`data\` has a ${smuggled ? 'carriage return' : 'line break'} in it: ` +
      `${quote(lineBytes(first, body, start))} stands on a line of its own, without \`data:\`. ` +
      `Clients skip it, and what they keep of the value is ${quote(value)}.`,
    advice: /^\s*[[{]/.test(value)
      ? 'Write JSON on one line, as `JSON.stringify(value)` does, or begin each of its lines ' +
        'with `data: `.'
      : 'Begin each line of the value with `data: `. Clients put the line breaks back.',
    span: { start: first.span.start, end: [...continued].at(-1)!.span.end },
    mark: 'this line does not begin with `data:`',
    at: first.at,
  });
}

/** Whether a line ends in CR alone. */
function endsInReturn({ terminator }: Line, body: Uint8Array, start: number): boolean {
  const length = terminator.end - terminator.start;
  return length === 1 && body[terminator.start - start] === 0x0d;
}

/** A name that is no field: what was meant, and what is lost. */
function misnamed(line: Line, hasData: boolean, closed: boolean): Finding {
  const { name = '', value = '' } = line;
  const meant = meantBy(name);
  const exact = meant !== undefined && meant === plainName(name);
  const unread = closed && !hasData;
  const why = exact ? reason(name, meant) : 'is not a field that clients know';
  const loses = meant === 'data' || meant === 'event' ? exact || unread : unread && !meant;
  const tail = meant && (exact || loses) ? ` ${loss(meant, hasData)}` : '';
  const nothing =
    !meant && unread ? ' There is no `data` in the block, so no event comes of it.' : '';
  return finding(
    'unknown-field',
    {
      message: `${quote(name)} ${why}. Clients skip the line.${tail}${nothing}`,
      advice: meant
        ? `Write ${quote(`${meant}: ${value}`)}${exact ? '' : `, if \`${meant}\` is meant`}.`
        : unread
          ? 'If it is data, begin the line with `data: `.'
          : 'There are four fields: `data`, `event`, `id`, `retry`. Put all else into the data.',
      span: line.nameSpan ?? line.span,
      mark: meant ? `\`${meant}\` is meant${exact ? '' : ', it seems'}` : 'no field',
      at: line.at,
    },
    loses ? 'error' : 'warning',
  );
}

function reason(name: string, meant: Field): string {
  if (name.startsWith(BYTE_ORDER_MARK)) return 'begins with a byte order mark, and so is no field';
  if (/^\s/.test(name)) return 'begins with a space, and so is no field';
  if (/\s$/.test(name)) return 'has a space before the colon, and so is no field';
  if (name !== meant && name.toLowerCase() === meant)
    return 'is no field: names have small letters';
  return 'is not a field that clients know';
}

function loss(meant: Field, hasData: boolean): string {
  if (meant === 'data') return hasData ? 'This part of the data is lost.' : 'The event is lost.';
  if (meant === 'event')
    return 'The event is a `message`, and listeners for its type never hear it.';
  if (meant === 'id') return 'The event gets no ID.';
  return 'The reconnection time stays as it was.';
}

function runTogether(block: Block, lines: Line[]): Finding | undefined {
  for (const name of ['event', 'id'] as const) {
    const [first, second] = lines.filter((line) => line.name === name);
    if (!first || !second) continue;
    const data = lines.filter((line) => line.name === 'data').map((line) => line.value);
    const become = block.blank ? 'are one event' : 'become one event';
    const result =
      data.length === 0
        ? ''
        : ` For a client they ${become}, with the data ${quote(data.join('\n'))}.`;
    return finding('run-together', {
      message:
        `Two \`${name}\` fields, ${quote(first.value ?? '')} and ${quote(second.value ?? '')}, ` +
        `stand in one block: no blank line is between two events.${result}`,
      advice: 'End each event with a blank line: `\\n\\n` after its last field.',
      span: second.span,
      mark: 'a blank line is missing before this line',
      at: second.at,
    });
  }
  return undefined;
}

function noData(block: Block, lines: Line[], unknown: Line[]): Finding | undefined {
  const type = lines.findLast((line) => line.name === 'event');
  if (!block.blank || !type?.value) return undefined;
  // A `Data:` in the block says it better.
  if (unknown.some((line) => meantBy(line.name ?? '') === 'data')) return undefined;
  return finding('no-data', {
    message:
      `The block with ${quote(`event: ${type.value}`)} has no \`data\` field. ` +
      'Clients drop it, and no listener hears of it.',
    advice:
      'Add a `data:` line to it, be it an empty one. ' +
      'If the data comes after the blank line, take that blank line out.',
    span: block.blank.span,
    mark: 'no `data` before this blank line',
    at: block.blank.at,
  });
}

function badRetry(line: Line): Finding | undefined {
  const { name, value = '', valueSpan } = line;
  if (name !== 'retry' || /^[0-9]+$/.test(value)) return undefined;
  const wrong = value.search(/[^0-9]/);
  const start = (valueSpan?.start ?? line.span.start) + Math.max(0, wrong);
  return finding('bad-retry', {
    message:
      value === ''
        ? '`retry` has no value. Clients skip it, and the reconnection time stays as it was.'
        : `${quote(`retry: ${value}`)} is not all digits. ` +
          'Clients skip it, and the reconnection time stays as it was.',
    advice: `Write whole milliseconds and nothing else: \`retry: ${milliseconds(value)}\`.`,
    span: { start, end: Math.max(start, valueSpan?.end ?? start) },
    mark: 'digits only',
    at: line.at,
  });
}

/** The number that was meant, where that is plain; else an example. */
function milliseconds(value: string): string {
  const [, number, unit = 'ms'] = /^\s*\+?([0-9]+(?:\.[0-9]+)?)\s*(ms|s)?\s*$/i.exec(value) ?? [];
  if (number === undefined) return '3000';
  const factor = unit.toLowerCase() === 's' ? 1000 : 1;
  return String(Math.round(Number(number) * factor));
}

function badId(line: Line): Finding | undefined {
  const { name, value = '', valueSpan } = line;
  if (name !== 'id' || !value.includes('\0') || !valueSpan) return undefined;
  const before = new TextEncoder().encode(value.slice(0, value.indexOf('\0'))).length;
  const start = valueSpan.start + before;
  return finding('bad-id', {
    message: `The ID ${quote(value)} has a NUL in it. Clients skip it and keep the ID before.`,
    advice: 'Make IDs of letters and digits, on one line.',
    span: { start, end: start + 1 },
    mark: 'NUL',
    at: line.at,
  });
}

function reservedType(block: Block, lines: Line[]): Finding | undefined {
  const line = lines.findLast(({ name }) => name === 'event');
  const type = line?.value;
  if (!line || (type !== 'open' && type !== 'error') || !block.event) return undefined;
  return finding('reserved-type', {
    message:
      `The event type \`${type}\` is also the name of EventSource's own event. A page hears both ` +
      `in one listener${type === 'error' ? ', and takes this one for a broken connection' : ''}.`,
    advice: `Choose another type, such as \`${type === 'error' ? 'failure' : 'opening'}\`.`,
    span: line.valueSpan ?? line.span,
    mark: `not \`${type}\``,
    at: line.at,
  });
}

function strayMark(line: Line, body: Uint8Array, start: number): Finding | undefined {
  const text = body.subarray(line.span.start - start, line.terminator.start - start);
  let offset = text.indexOf(0xef);
  while (offset !== -1 && characterAt(text, offset).codePoint !== 0xfeff) {
    offset = text.indexOf(0xef, offset + 1);
  }
  if (offset === -1) return undefined;
  const place = line.span.start + offset;
  const inName = line.kind === 'field' && place < (line.nameSpan?.end ?? 0);
  return finding('stray-bom', {
    message:
      'A byte order mark stands here, and not at the start of the stream. ' +
      (inName ? 'It spoils the line: its name is no field any more.' : 'It is part of the text.'),
    advice: 'Leave it out. Where files are sent one after another, take the mark off each.',
    span: { start: place, end: place + 3 },
    mark: 'byte order mark',
    at: line.at,
  });
}

function notUtf8(lines: Line[], body: Uint8Array, start: number): Finding | undefined {
  for (const line of lines) {
    const end = line.terminator.start - start;
    for (let offset = line.span.start - start; offset < end; ) {
      const { length, codePoint } = characterAt(body, offset);
      if (codePoint === undefined) return brokenText(line, offset + start, body[offset]!);
      offset += length;
    }
  }
  return undefined;
}

function brokenText(line: Line, place: number, byte: number): Finding {
  const span: Span = { start: place, end: place + 1 };
  return finding('not-utf8', {
    message:
      `The byte \`\\x${byte.toString(16).padStart(2, '0')}\` is not UTF-8 here. ` +
      'Clients put `\uFFFD` in its place, and the character is lost.',
    advice:
      'Send the text as UTF-8. If it is read from a file or a socket, decode it as a whole or ' +
      'with a streaming `TextDecoder`: a piece may end inside a character.',
    span,
    mark: 'not UTF-8',
    at: line.at,
  });
}
