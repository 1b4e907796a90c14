// Streams that end: what a check can ask about the end of an answer, about a client that comes back
// after it, and about clients who left before it.
import { visible } from '../wire/bytes.ts';
import type { Answer, Otherwise } from './answer.ts';
import { headExcerpt, wrongInHead } from './diagnosis.ts';
import { aboutSeconds, Failure, seconds, Unseen } from './failure.ts';
import type { Scene } from './language.ts';

/**
 * Waits until an answer is over, or no event has come for a while. It says nothing either way.
 *
 * @param options `silence`: lesson milliseconds without an event, after which no other is expected;
 *   `most`: after so many events nobody waits for the end any more
 */
export async function comesToRest(
  answer: Answer,
  { silence, most }: { silence: number; most: number },
): Promise<void> {
  while (answer.ending === undefined && answer.events.length < most) {
    const count = answer.events.length;
    const isNext = () => answer.events.length > count;
    if (!(await answer.stage.comes(answer, isNext, silence))) return;
  }
}

/**
 * The last event of an answer that has come to rest must be one of this type: its good-bye.
 *
 * @param options `silence`: how long nothing came, in lesson milliseconds
 */
export function takesLeaveWith(
  answer: Answer,
  type: string,
  { silence, otherwise }: Otherwise & { silence: number },
): void {
  const { events, ending } = answer;
  const last = events.at(-1)!;
  if (last.type === type) return;
  const isOver = ending !== undefined && ending !== 'left';
  const then = isOver ? 'the response ended' : `nothing came for ${aboutSeconds(silence)}`;
  const said = events.findIndex((event) => event.type === type);
  const nearly = events.find((event) => event.type.trim().toLowerCase() === type);
  const inData = events.find(({ data }) => data.trim().toLowerCase() === type);
  const sentence =
    said >= 0
      ? `\`${lastLine(last)}\` came after \`event: ${type}\`. After the good-bye nothing more was meant to come.`
      : nearly
        ? `An event of the type \`${visible(nearly.type)}\` came. Types are compared letter by letter: a page that listens for \`${type}\` does not hear it.`
        : inData
          ? `\`data: ${type}\` came, in an event of the type \`${visible(inData.type)}\`. The word was meant to be the type of an event.`
          : `\`${lastLine(last)}\` came, then ${then}. An event of the type \`${type}\` was meant to come last.`;
  throw new Failure({
    sentence,
    excerpt: answer.timetable(),
    advice: otherwise,
    at: answer.lesson(answer.exchange.endedAt ?? last.at),
    offset: last.span.start,
  });
}

/**
 * An answer that has come to rest must have been ended by its server.
 *
 * @param options `silence`: how long nothing came, in lesson milliseconds
 */
export function isEnded(
  answer: Answer,
  { silence, otherwise }: Otherwise & { silence: number },
): void {
  const { ending, events } = answer;
  if (ending === 'complete' || ending === 'closed') return;
  const last = events.at(-1);
  const after = last ? `after \`${lastLine(last)}\`` : 'after the head';
  const broken = ending === 'cut' || ending === 'malformed';
  throw new Failure({
    sentence: broken
      ? `The connection broke off ${after}. The response was meant to come to an end, and to say so.`
      : `Nothing came for ${aboutSeconds(silence)} ${after}, and the response stays open. It was meant to end.`,
    excerpt: answer.timetable(),
    advice: otherwise,
    at: answer.lesson(answer.exchange.endedAt ?? last?.at ?? 0),
    offset: answer.exchange.body.length,
    ...(broken && { certain: true }),
  });
}

/** What was said last, as it stands on the wire. */
function lastLine({ type, data }: { type: string; data: string }): string {
  return type === 'message' ? `data: ${visible(data)}` : `event: ${visible(type)}`;
}

/**
 * A client that has heard everything must be sent away for good: status 204.
 *
 * @param sent the last event ID that it has come back with
 * @param options `within`: lesson milliseconds
 */
export async function sendsAway(
  answer: Answer,
  sent: string,
  { within, otherwise }: Otherwise & { within: number },
): Promise<void> {
  const { status } = await answer.headComes({ within, otherwise });
  if (status === 204) return;
  const back = `\`Last-Event-ID: ${visible(sent)}\` was sent, for everything had been heard`;
  const event =
    status === 200 &&
    (await answer.stage.comes(answer, ({ events }) => events[0] ?? false, within));
  if (event) {
    throw new Failure({
      sentence: `${back}, and event \`${visible(event.lastEventId)}\` came again. A client that comes back by itself hears it all again, without end.`,
      excerpt: answer.timetable(),
      advice: otherwise,
      finding: 'replays',
      at: answer.lesson(event.at),
      offset: event.span.start,
      certain: true,
    });
  }
  throw new Failure({
    sentence:
      status === 200
        ? `${back}, and the answer has the status 200 and no event. To a client that is a stream with an end: it comes back and asks again.`
        : `${back}, and the answer has the status ${status}. EventSource gives up then, but to everyone else this says that something is wrong. Nothing is: there is only nothing more to come.`,
    excerpt: headExcerpt(answer),
    advice: otherwise,
    ...(status !== 200 && { finding: 'status' }),
    certain: true,
  });
}

/**
 * A client must get the stream, whoever else was sent away.
 *
 * @param whose who it is: the beginning of the sentence, such as "`Last-Event-ID: 5` was sent"
 * @param options `within`: lesson milliseconds
 */
export async function isServed(
  answer: Answer,
  whose: string,
  { within, otherwise }: Otherwise & { within: number },
): Promise<void> {
  const { status } = await answer.headComes({ within, otherwise });
  if (status === 204) {
    throw new Failure({
      sentence: `${whose}, and the answer has the status 204: it sends away a client that has not heard everything.`,
      excerpt: headExcerpt(answer),
      advice: otherwise,
      finding: 'status',
      certain: true,
    });
  }
  const wrong = wrongInHead(answer);
  if (wrong) throw new Failure(wrong);
  await answer.eventComes(1, { within, otherwise });
}

/**
 * Many clients come, hear an event and leave before the end. Nothing may be written to them after
 * that but what was under way, and no timer may be left of them once the stream would be over.
 *
 * @param path of a stream that ends
 * @param options `size`: how many clients; `within` and `silence`: lesson milliseconds until an event
 *   comes, and after the last; `most`: see comesToRest
 * @throws Unseen if the server's process is not ours
 */
export async function forgetsLeavers(
  { get }: Scene,
  path: string,
  options: Otherwise & { size: number; within: number; silence: number; most: number },
): Promise<void> {
  const { size, within, otherwise } = options;
  const first = get(path);
  await first.headComes({ within, otherwise });
  const { stage } = first;
  const before = await stage.counts();
  if (!before) {
    throw new Unseen(
      'Whether the countdowns of those who left have stopped cannot be seen from here: only a ' +
        'server that the kit has started itself shows what it still does.',
    );
  }
  const leaving = [first, ...Array.from({ length: size - 1 }, () => get(path))];
  await Promise.all(leaving.map((client) => client.eventComes(1, { within, otherwise })));
  for (const client of leaving) client.leave();
  await stage.journey();
  const left = performance.now();
  const atLeaving = await stage.counts();
  // Who comes now is served after those who left, to the end: by then theirs is over as well.
  const witness = get(path);
  await comesToRest(witness, options);
  await stage.journey();
  const after = await stage.counts();
  if (!atLeaving || !after) throw new Unseen('The server has gone before it could be looked at.');

  const writes = after.writesAfterClose - atLeaving.writesAfterClose;
  const timers = after.timers - before.timers;
  // One write each may have been under way; a loop that looks at its next turn makes one as well.
  const isHeard = writes > 2 * size;
  if (!isHeard && timers < size / 2) return;
  const since = seconds(stage.lesson(performance.now() - left));
  const kept = isHeard
    ? `the server has written to them ${writes} times`
    : `${Math.min(timers, size)} more timers run than before`;
  throw new Failure({
    sentence:
      `${size} clients came, heard an event and left. ${since} later ${kept}. ` +
      'What is done for a client was meant to stop when it leaves.',
    advice: otherwise,
  });
}
