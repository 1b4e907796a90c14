// What stands between a stream and its client, a proxy or a compressor: whether it holds anything back.
import { visible } from '../wire/bytes.ts';
import type { Answer, Otherwise } from './answer.ts';
import { headExcerpt } from './diagnosis.ts';
import { aboutSeconds, type Explanation, Failure } from './failure.ts';
import {
  hasEnded,
  isOver,
  keepsComing,
  named,
  type Rhythm,
  signsOfLife,
  timetable,
} from './heartbeat.ts';

/**
 * What has come through something on the way must have got through it at once: the head, and the
 * first sign of life.
 *
 * @param answer asked for through it
 * @param options `what`: who stands there, "a proxy that gathers bytes"; `within`: lesson
 *   milliseconds until the head; `limit`: until the first sign
 */
export async function getsThrough(
  answer: Answer,
  { what, within, limit, otherwise }: Otherwise & { what: string; within: number; limit: number },
): Promise<void> {
  const { exchange, stage } = answer;
  if (!(await stage.comes(answer, () => exchange.head, within)) || exchange.head?.status === 504) {
    throw new Failure({
      sentence: `Through ${what} not one byte came in ${aboutSeconds(within)}, not even the head. The stream is there: whoever asks directly has the head at once.`,
      advice: otherwise,
      at: within,
    });
  }
  answer.isAnEventStream();
  const first = await stage.comes(answer, () => signsOfLife(answer)[0], limit);
  if (first) return;
  throw new Failure({
    ...explainHeldBack(answer, limit, what),
    advice: otherwise,
    at: limit,
  });
}

/** @param by who has compressed it, if it was not the server */
function explainHeldBack(answer: Answer, limit: number, by?: string): Explanation {
  const { length } = answer.exchange.body;
  const { coding } = answer;
  const time = aboutSeconds(limit);
  if (coding === undefined) {
    return { sentence: `Through ${by} the head came, and no sign of life in ${time}.` };
  }
  const how = `\`Content-Encoding: ${visible(coding)}\``;
  const who = by
    ? `On its way ${by} compressed the stream: ${how}.`
    : `The stream came with ${how}.`;
  const bytes = length === 1 ? 'One byte' : length === 0 ? 'No byte' : `${length} bytes`;
  return {
    sentence: `${who} ${bytes} came in ${time}, and not one line can be read of them: the rest is still inside the compressor, which gathers before it says anything.`,
    ...(!by && { excerpt: headExcerpt(answer, 'content-encoding') }),
  };
}

/**
 * An answer must be compressed, and must say what it has to say as soon as one that is not.
 *
 * @param plain the same, not compressed, asked for at the same time
 * @param options `type`: of the events that are compared; `count`: how many of them; `within`: lesson
 *   milliseconds until the head, and that compressing may take; `limit`: between two of the events;
 *   `uncompressed`: what to do if it is not compressed
 */
export async function isCompressedAndFlushed(
  answer: Answer,
  plain: Answer,
  options: Rhythm & { type: string; within: number; uncompressed: string },
): Promise<void> {
  const { type, count, limit, within, uncompressed, otherwise } = options;
  await answer.headComes({ within, otherwise: uncompressed });
  const { coding } = answer;
  if (coding === undefined) {
    throw new Failure({
      sentence: `\`${visible(answer.path)}\` was asked for, and the answer is not compressed: its head has no \`Content-Encoding\`.`,
      excerpt: headExcerpt(answer),
      advice: uncompressed,
      certain: true,
    });
  }
  await keepsComing(plain, type, { limit, count, otherwise });
  const isSettled = () => answer.isGarbled || named(answer, type).length >= count;
  const settled = await answer.stage.comes(answer, isSettled, within);
  if (answer.isGarbled) {
    throw new Failure({
      sentence: `The head says \`Content-Encoding: ${visible(coding)}\`, and the bytes after it are not. A browser gives up there.`,
      excerpt: headExcerpt(answer, 'content-encoding'),
      advice: uncompressed,
      certain: true,
    });
  }
  if (settled) return;
  const signs = signsOfLife(answer);
  if (signs.length === 0 && !isOver(answer)) {
    throw new Failure({ ...explainHeldBack(answer, count * limit), advice: otherwise });
  }
  const lines = signs.length === 1 ? 'one comment or event' : `${signs.length} comments and events`;
  throw new Failure({
    sentence: isOver(answer)
      ? `The compressed stream was meant to go on; ${hasEnded(answer)}.`
      : `Uncompressed, ${signsOfLife(plain).length} comments and events have come by now; compressed, ${lines}. The rest is still inside the compressor.`,
    excerpt: timetable(answer, signs),
    advice: otherwise,
  });
}
