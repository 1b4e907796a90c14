// What can be found in a whole body: what its blocks have, how it ended, and what never came.
import type { Block, EventStreamReader, Line } from './event-stream.ts';
import { FIELDS, isKnown, meantBy } from './field-names.ts';
import { count, type Finding, finding, quote, seconds } from './finding.ts';
import { findingsInBlock, isWhole, lineBytes } from './findings-block.ts';
import type { Look } from './findings-head.ts';
import { heldBack, silent } from './findings-timing.ts';
import { headerValue } from './http.ts';

/** Of one id, so many different findings are told. */
const TOLD = 5;

/**
 * What is wrong or risky in the body of an event stream, in the order of its bytes; what is about
 * the stream as a whole comes last. The same mistake in many blocks is told once.
 *
 * @param reader has been fed with the body, and remembers all its blocks
 * @param body the bytes that it was fed with
 * @param look what else is known; an `Exchange` will do. Without `ending` the stream is taken to be
 *   open still, and nothing is said of what may yet come.
 */
export function findingsInStream(
  reader: EventStreamReader,
  body: Uint8Array,
  look: Look = {},
): Finding[] {
  if (!isReadable(look)) return [];
  const open = reader.unfinished;
  const blocks = [...reader.blocks, ...(open ? [open] : [])];
  const unframed = notFramed(blocks, body);
  const inBody = unframed
    ? [unframed]
    : [
        ...blocks.flatMap((block) => findingsInBlock(block, body)),
        open && unfinishedEvent(open, body, look),
        heldBack(reader, body, look),
      ];
  const about = [silent(body, look), noIds(reader), ends(reader, look)];
  const inOrder = present(inBody).sort((one, other) => startOf(one) - startOf(other));
  return [...once(inOrder), ...present(about)];
}

/**
 * What is wrong with a stream that is open still, where bytes of an event have come and no blank
 * line has ended one yet: `unfinished-event`, or `run-together` where two events are seen to stand
 * in one block. Only who asks can know whether the blank line has had time to come.
 *
 * @param reader has been fed with the body
 * @param body the bytes that it was fed with
 * @returns undefined if an event has come, or nothing that could become one
 */
export function missingBlankLine(reader: EventStreamReader, body: Uint8Array): Finding | undefined {
  const block = reader.unfinished;
  if (reader.events.length > 0 || !block?.lines.some(isKnown)) return undefined;
  const together = findingsInBlock(block, body).find(({ id }) => id === 'run-together');
  if (together) return together;

  const fields = block.lines.filter((line) => line.kind === 'field');
  const whole = fields.filter(isWhole);
  const first = whole[0];
  if (!first) return noLineEnd(fields[0]!, body);
  // A line of the same name that came later was meant as an event of its own.
  const later = fields.find((line) => line.name === first.name && line.at > first.at);
  const place = later?.span.start ?? whole.at(-1)!.span.end;
  const came =
    whole.length === 1
      ? `One line came, ${quote(lineBytes(first, body))}, and no blank line after it.`
      : `${whole.length} lines came, the first ${quote(lineBytes(first, body))}, and no blank line.`;
  const end = lineEnd(first, body);
  return finding('unfinished-event', {
    message: `${came} For a client the event is not over: it waits for more of it.`,
    advice: `End each event with a blank line: \`${end}${end}\` after its last field.`,
    span: { start: place, end: place },
    mark: 'a blank line is missing here',
    at: first.at,
  });
}

/** A field, and not one line end: neither the line is over nor the event. */
function noLineEnd(line: Line, body: Uint8Array): Finding {
  const came = quote(lineBytes(line, body));
  const escaped = /(?:\\r)?\\n/.exec(line.value ?? '');
  if (escaped) {
    const before = new TextEncoder().encode(line.value?.slice(0, escaped.index)).length;
    const start = (line.valueSpan?.start ?? line.span.start) + before;
    return finding('unfinished-event', {
      message:
        `${came} came: a backslash and the letter \`n\`, where a line end is meant. ` +
        'For a client this is one line that is not over.',
      advice: 'Write `\\n` so that your language makes it a line end: one backslash, no raw text.',
      span: { start, end: start + escaped[0].length },
      mark: 'two characters, no line end',
      at: line.at,
    });
  }
  return finding('unfinished-event', {
    message: `${came} came, and no line end. For a client this is one line that is not over.`,
    advice: 'End each event with two line ends: `\\n\\n` after its last field.',
    span: { start: line.span.end, end: line.span.end },
    mark: 'a line end is missing here',
    at: line.at,
  });
}

/** Bytes came, and no line of them is a field, nor seems to be meant as one. */
function notFramed(blocks: Block[], body: Uint8Array): Finding | undefined {
  const lines = blocks.flatMap((block) => block.lines).filter((line) => line.kind === 'field');
  const first = lines[0];
  if (!first || lines.some((line) => isKnown(line) || meantBy(line.name ?? ''))) return undefined;
  if (lines.length === 1 && mayBecomeField(first)) return undefined;
  const whole = { ...first, span: { start: first.span.start, end: first.terminator.start } };
  const text = quote(lineBytes(whole, body), 32);
  const more = lines.length === 1 ? 'came' : `and ${count(lines.length - 1, 'more line')} came`;
  // An example is of use only if one could type it.
  const example = /[\\…]/.test(text) ? '…' : text.slice(1, -1);
  const advice = text.startsWith('`<')
    ? 'This looks like a page of HTML. Compare the path of the request with that of the stream.'
    : `Write \`data: \` before the text and end the event with a blank line: \`data: ${example}\\n\\n\`.`;
  return finding('not-framed', {
    message:
      `${text} ${more}, and no field of an event stream is there: lines that begin with ` +
      '`data:`, `event:`, `id:` or `retry:`. No event can come of it.',
    advice,
    span: first.span,
    mark: 'no field',
    at: first.at,
  });
}

/** Whether a line that has not ended is the beginning of a field's name. */
function mayBecomeField(line: Line): boolean {
  const { name = '' } = line;
  const hasColon = line.nameSpan?.end !== line.terminator.start;
  if (isWhole(line) || hasColon) return false;
  return FIELDS.some((field) => field.startsWith(name));
}

/** The other side has ended the body, and a block has no blank line. */
function unfinishedEvent(block: Block, body: Uint8Array, look: Look): Finding | undefined {
  const { ending, endedAt } = look;
  // After `left` and `flooded` it was us who went.
  const broken = ending === 'cut' || ending === 'malformed';
  if (!broken && ending !== 'complete' && ending !== 'closed') return undefined;
  const lost = block.lines.some(
    (line) =>
      line.kind === 'field' &&
      (isWhole(line)
        ? isKnown(line) && line.name !== 'retry'
        : isKnown(line) || mayBecomeField(line)),
  );
  if (!lost) return undefined;
  const last = block.lines.at(-1)!;
  const came = quote(lineBytes(last, body));
  const rest = isWhole(last) ? 'and no blank line after it' : 'and not even the end of that line';
  return finding('unfinished-event', {
    message:
      `${broken ? 'The connection broke' : 'The stream ends'} inside an event: ` +
      `${came} came last, ${rest}. Clients drop the event.`,
    advice: broken
      ? 'Number the events with `id`: a client that comes back can then be sent this one again.'
      : 'End the event with a blank line before the response ends: `\\n\\n` after its last field.',
    span: { start: block.span.end, end: block.span.end },
    mark: broken ? 'the connection broke here' : 'the stream ends here',
    at: endedAt ?? last.at,
  });
}

function noIds({ events }: EventStreamReader): Finding | undefined {
  if (events.length === 0 || events.some((event) => event.lastEventId !== '')) return undefined;
  const came =
    events.length === 1
      ? '1 event came, without an ID'
      : `${events.length} events came, none with an ID`;
  return finding('no-ids', {
    message:
      `${came}. A client that loses the connection cannot say where it stopped, ` +
      'and misses what comes meanwhile.',
    advice:
      'Send an `id` with each event, and begin after `Last-Event-ID` when a client brings one.',
  });
}

function ends({ events, reconnectionTime }: EventStreamReader, look: Look): Finding | undefined {
  const { ending, endedAt, speed } = look;
  if (ending !== 'complete' && ending !== 'closed') return undefined;
  const when = endedAt === undefined ? '' : `, ${seconds(endedAt, speed)} after the request`;
  const number =
    events.length === 0 ? 'before any event' : `after ${count(events.length, 'event')}`;
  const retry = 'If that is meant, say with `retry` when to come back.';
  const last = 'If nothing more is to come, answer the next request with 204.';
  const wait =
    reconnectionTime === undefined
      ? 'after some seconds'
      : `after ${reconnectionTime} milliseconds`;
  return finding('ends', {
    message:
      `The server ended the stream ${number}${when}. ` +
      `Browsers come back ${wait} and ask again.`,
    advice: reconnectionTime === undefined ? `${retry} ${last}` : last,
    at: endedAt,
  });
}

/** Whether the body can be an event stream at all: an error page or compressed bytes are none. */
function isReadable({ head }: Look): boolean {
  if (!head) return true;
  const encoding = headerValue(head, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  return head.status === 200 && encoding === 'identity';
}

/** The line end that a stream uses, as it is written in a program. */
function lineEnd({ terminator }: Line, body: Uint8Array): string {
  if (terminator.end - terminator.start === 2) return '\\r\\n';
  return body[terminator.start] === 0x0d ? '\\r' : '\\n';
}

/** Each different mistake once, and not too many of one id. */
function once(found: Finding[]): Finding[] {
  const told = new Set<string>();
  const counts = new Map<string, number>();
  return found.filter(({ id, level, message }) => {
    // These name what they are about; the others differ only in what the stream happens to say.
    const named = id === 'unknown-field' || id === 'reserved-type';
    const key = named ? `${id} ${level} ${message}` : id;
    const number = counts.get(id) ?? 0;
    if (told.has(key) || number >= TOLD) return false;
    told.add(key);
    counts.set(id, number + 1);
    return true;
  });
}

function present(found: (Finding | undefined)[]): Finding[] {
  return found.filter((one) => one !== undefined);
}

function startOf(found: Finding): number {
  return found.span?.start ?? Number.POSITIVE_INFINITY;
}
