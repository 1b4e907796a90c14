// Streams that end: what a check can ask about the end of an answer, about a client that comes back
// after it, and about clients who left before it.
import { visible } from '../wire/bytes.ts';
import type { Answer, Otherwise } from './answer.ts';
import { headExcerpt, wrongInHead } from './diagnosis.ts';
import { aboutSeconds, Failure, seconds, Unseen } from './failure.ts';
import type { Scene } from './language.ts';
import type { Counts, Stage } from './stage.ts';

/** When an answer counts as being at rest. */
export interface Rest {
  /** Lesson milliseconds without an event, after which no other is expected. */
  silence: number;
  /** After so many events nobody waits for the end any more. */
  most: number;
}

/** So often clients come and leave, where a slow machine lets nobody look in time. */
const ATTEMPTS = 3;

const NOT_OURS =
  'Whether the server goes on for clients who have left cannot be seen from here: only a server ' +
  'that the kit has started itself shows what it still does.';

/** Waits until an answer is over, or no event has come for a while. It says nothing either way. */
export async function comesToRest(answer: Answer, { silence, most }: Rest): Promise<void> {
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
  const then = isBroken(ending)
    ? 'the connection broke off'
    : ending !== undefined && ending !== 'left'
      ? 'the response ended'
      : `nothing came for ${aboutSeconds(silence)}`;
  const said = events.findIndex((event) => event.type === type);
  const nearly = events.find((event) => event.type.trim().toLowerCase() === type);
  const inData = events.find(({ data }) => data.trim().toLowerCase() === type);
  const sentence =
    said >= 0
      ? `\`${lineOf(last)}\` came after \`event: ${type}\`. After the good-bye nothing more was meant to come.`
      : nearly
        ? `An event of the type \`${visible(nearly.type)}\` came. Types are compared letter by letter: a page that listens for \`${type}\` does not hear it.`
        : inData
          ? `\`data: ${type}\` came, in an event of the type \`${visible(inData.type)}\`. The word was meant to be the type of an event.`
          : `\`${lineOf(last)}\` came, then ${then}. An event of the type \`${type}\` was meant to come last.`;
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
  const after = last ? `after \`${lineOf(last)}\`` : 'after the head';
  const broken = isBroken(ending);
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

function isBroken(ending: Answer['ending']): boolean {
  return ending === 'cut' || ending === 'malformed';
}

/** What an event says, as it stands on the wire. */
function lineOf({ type, data }: { type: string; data: string }): string {
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
      excerpt: `    +${seconds(answer.lesson(event.at))}  ${lineOf(event)}`,
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
 * Many clients come, hear an event and leave before the end. After a turn nothing may be written to
 * them any more, and no timer of theirs may be left when the stream would be over.
 *
 * @param path of a stream that ends
 * @param options `size`: how many clients; `whole`: lesson milliseconds that the stream takes; `within`
 *   and `silence`: until an event comes, and after the last; `most`: see comesToRest; `unserved`: what
 *   to do if a client hears nothing; `otherwise`: if the server does not stop
 * @throws Unseen if the server's process is not ours
 */
export async function forgetsLeavers(
  { get }: Pick<Scene, 'get'>,
  path: string,
  options: Otherwise & Rest & { size: number; whole: number; within: number; unserved: string },
): Promise<void> {
  const { size, whole, within, unserved, otherwise } = options;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const first = get(path);
    const { stage } = first;
    await first.headComes({ within, otherwise: unserved });
    const before = await countsOf(stage);
    const came = performance.now();
    const leaving = [first, ...Array.from({ length: size - 1 }, () => get(path))];
    await Promise.all(
      leaving.map(async (client) => {
        await isServed(client, 'A new client came', { within, otherwise: unserved });
        client.leave();
      }),
    );
    const left = performance.now();
    // Who comes now hears everything later than they would have. At its second event everybody who
    // looks at the next turn whether the client is there has had that turn.
    const witness = get(path);
    await witness.eventComes(2, { within: 2 * within, otherwise: unserved });
    const early = await countsOf(stage);
    const looked = performance.now();
    await comesToRest(witness, options);
    const late = await countsOf(stage);

    const writes = late.writesAfterClose - early.writesAfterClose;
    const timers = late.timers - before.timers;
    if (writes >= size || timers >= size / 2) {
      const since = seconds(stage.lesson(performance.now() - left));
      const kept =
        writes >= size
          ? 'the server still wrote to them'
          : `${Math.min(timers, size)} more timers ran than before`;
      throw new Failure({
        sentence:
          `${size} clients came, heard an event and left. ${since} later ${kept}. ` +
          'What is done for a client was meant to stop when it leaves.',
        advice: otherwise,
      });
    }
    // On a slow machine theirs may be over before anybody could look. In the last quarter of the time
    // there would have been something to write still.
    if (stage.lesson(looked - came) < 0.75 * whole) return;
  }
}

/** Counts of the server. Throws Unseen where the process is not ours, Failure where it is gone. */
export async function countsOf(stage: Stage): Promise<Counts> {
  const counts = await stage.counts();
  if (counts) return counts;
  if (!stage.target.run) throw new Unseen(NOT_OURS);
  throw new Failure({
    sentence: 'The server has gone, and nobody could look at what it still does.',
  });
}
