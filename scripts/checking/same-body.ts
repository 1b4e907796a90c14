// Two servers, one body: whether the bytes of one stream are those of another, and where they part.
import { visible } from '../wire/bytes.ts';
import type { Answer, Otherwise } from './answer.ts';
import { aboutSeconds, Failure } from './failure.ts';

/** So many bytes are shown before the place where two bodies part. */
const BEFORE = 24;
const AFTER = 24;

/**
 * The body of one answer must begin as that of another does, byte for byte. How they are cut into
 * pieces is no matter.
 *
 * @param meant the answer that is right
 * @param options `name`: whose that is; `events`: how many events are compared; `within`: lesson
 *   milliseconds for each of them
 */
export async function hasSameBody(
  answer: Answer,
  meant: Answer,
  options: Otherwise & { name: string; events: number; within: number },
): Promise<void> {
  const { name, events, within, otherwise } = options;
  for (let number = 1; number <= events; number++) {
    await meant.eventComes(number, { within, otherwise });
  }
  const { end } = meant.events[events - 1]!.span;
  const wanted = meant.exchange.body.subarray(0, end);
  const body = () => answer.exchange.body.subarray(0, end);
  const isTold = () => body().length === end || placeOf(body(), wanted) < body().length;
  await answer.stage.comes(answer, isTold, events * within);
  const came = body();
  const at = placeOf(came, wanted);
  if (at === end) return;
  if (at === came.length) {
    if (answer.ending && answer.ending !== 'left') {
      throw new Failure({
        sentence: `${came.length} bytes came, and they are right so far; then the response ended. That of ${name} goes on.`,
        excerpt: answer.timetable(),
        advice: otherwise,
      });
    }
    throw new Failure({
      sentence: `${came.length} bytes came in ${aboutSeconds(events * within)}, and they are right so far; ${name} has sent ${end} in that time.`,
      advice: otherwise,
    });
  }
  throw new Failure({
    sentence: `The body parts from that of ${name} at byte ${at}.`,
    excerpt: side('came', came, at) + side('meant', wanted, at),
    advice: otherwise,
    offset: at,
    certain: true,
  });
}

/** The first byte in which they differ; the length of the shorter, if there is none. */
function placeOf(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return at;
  return length;
}

/** Some bytes around a place of a body, with a caret below it. */
function side(what: string, body: Uint8Array, at: number): string {
  const label = `    ${what.padEnd(6)}`;
  const before = textOf(body.subarray(Math.max(0, at - BEFORE), at));
  const after = textOf(body.subarray(at, at + AFTER));
  return `${label}${before}${after}\n${' '.repeat(label.length + before.length)}^\n`;
}

function textOf(bytes: Uint8Array): string {
  return visible(Buffer.from(bytes).toString());
}
