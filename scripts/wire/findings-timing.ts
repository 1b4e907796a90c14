// What can be found in when the bytes of a body came: nothing for a long time, or much at once.
//
// One look can tell that events came in a burst, not why. Only marks that a buffer leaves behind
// make a warning of it.
import type { EventStreamReader } from './event-stream.ts';
import { type Finding, finding, seconds } from './finding.ts';
import type { Look } from './findings-head.ts';

/** Milliseconds without a byte, from which on proxies may lose patience. */
const QUIET = 30_000;
/** Bytes that came no further apart than this, in milliseconds, came at once. */
const TOGETHER = 100;
/** How long it must have been quiet before, in milliseconds, and how many events a burst has. */
const SILENCE = 2000;
const SEVERAL = 3;
/** What came further apart than this, in milliseconds, came at different moments. */
const MOMENT = 5;
/** Buffers have sizes like these: multiples of so many bytes. */
const BUFFER = 4096;

interface Burst {
  /** Its bytes in the body, and its first and last moment. */
  start: number;
  end: number;
  from: number;
  to: number;
}

/** No byte came, or none for a long time, and not even a heartbeat. */
export function silent(body: Uint8Array, look: Look): Finding | undefined {
  const { headAt, pieces, ending, endedAt, watched, speed = 1 } = look;
  const until = watched ?? (ending === 'left' ? endedAt : undefined);
  if (until === undefined || headAt === undefined) return undefined;
  if (ending !== undefined && ending !== 'left') return undefined;
  const last = pieces?.at(-1)?.at;
  const quiet = (until - (last ?? headAt)) * speed;
  if (quiet < QUIET && body.length > 0) return undefined;
  const advice =
    'Send a comment every 15 seconds: `:\\n\\n`. Clients skip it, and the connection lives.';
  const message =
    `No byte came for ${seconds(quiet)}${last === undefined ? ' after the head' : ''}: ` +
    'no event, and no comment to keep the connection alive.';
  if (until * speed < QUIET) {
    return finding(
      'silent',
      {
        message,
        advice: `Look longer: perhaps nothing has happened yet. ${advice}`,
        at: last ?? headAt,
      },
      'note',
    );
  }
  return finding('silent', {
    message: `${message} Proxies close what is silent: nginx after 60 seconds.`,
    advice,
    at: last ?? headAt,
  });
}

/** Several events came at once after a silence. */
export function heldBack(
  reader: EventStreamReader,
  body: Uint8Array,
  look: Look,
): Finding | undefined {
  const { pieces = [], connectedAt = 0, speed = 1 } = look;
  const bursts = inBursts(pieces, TOGETHER / speed);
  let note: Finding | undefined;
  for (const [index, burst] of bursts.entries()) {
    const silence = (burst.from - (bursts[index - 1]?.to ?? connectedAt)) * speed;
    if (silence < SILENCE) continue;
    const events = reader.events.filter(
      ({ span }) => span.end > burst.start && span.end <= burst.end,
    );
    if (events.length < SEVERAL) continue;
    // One after another is not at once, however quick: so a language model's words come.
    const moments = momentsIn(burst, pieces, MOMENT / speed);
    if (events.length < moments * SEVERAL) continue;
    const came = `${events.length} events came at once, after ${seconds(silence)} of silence`;
    const evidence = evidenceOf(burst, bursts, body, reader, look);
    const told = {
      span: events[0]!.span,
      mark: `${events.length} events from here came at once`,
      at: burst.from,
      advice:
        'Look for what gathers bytes between server and client: a proxy (nginx passes them on ' +
        'at once for `X-Accel-Buffering: no`), a compressor, or a server that writes only when it ends.',
    };
    if (evidence) return finding('held-back', { ...told, message: `${came}, ${evidence}` });
    note ??= finding(
      'held-back',
      { ...told, message: `${came}. They were sent together, or something held them back.` },
      'note',
    );
  }
  return note;
}

/** What shows that a buffer was in the way: the rest of the sentence; undefined if nothing does. */
function evidenceOf(
  burst: Burst,
  bursts: Burst[],
  body: Uint8Array,
  reader: EventStreamReader,
  { ending, endedAt, speed = 1 }: Look,
): string | undefined {
  const over = ending === 'complete' || ending === 'closed';
  if (over && bursts.length === 1 && endedAt !== undefined) {
    if ((endedAt - burst.to) * speed <= TOGETHER) {
      return 'at the very end of the response. Something gathered them until there was no more.';
    }
  }
  const length = burst.end - burst.start;
  const round = length % BUFFER === 0 || burst.end % BUFFER === 0;
  const blocks = [...reader.blocks, ...(reader.unfinished ? [reader.unfinished] : [])];
  const inside = blocks.some(({ span }) => span.start < burst.end && burst.end < span.end);
  const cutOff = inside || (burst.end === body.length && reader.unfinishedSpan !== undefined);
  if (length >= BUFFER && round && cutOff) {
    return `and stop inside an event after ${length} bytes. That is where a buffer is full, not where an event ends.`;
  }
  return undefined;
}

/** How many moments there are in a burst at which bytes came. */
function momentsIn(
  { from, to }: Burst,
  pieces: NonNullable<Look['pieces']>,
  apart: number,
): number {
  let moments = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const { at } of pieces) {
    if (at < from || at > to || at - last <= apart) continue;
    moments++;
    last = at;
  }
  return moments;
}

function inBursts(pieces: NonNullable<Look['pieces']>, together: number): Burst[] {
  const bursts: Burst[] = [];
  for (const { offset, bytes, at } of pieces) {
    const last = bursts.at(-1);
    const end = offset + bytes.length;
    if (last && at - last.to <= together) {
      last.end = end;
      last.to = at;
    } else {
      bursts.push({ start: offset, end, from: at, to: at });
    }
  }
  return bursts;
}
