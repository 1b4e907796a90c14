// Answers in deltas: event streams in which each event brings the next token as JSON, then what it
// took, then [DONE]; or an error, and no [DONE]. As with Answer, each question that is answered with
// no ends the check with a Failure.
import { visible } from '../wire/bytes.ts';
import type { StreamEvent } from '../wire/event-stream.ts';
import type { Answer, Otherwise } from './answer.ts';
import { comesToRest } from './ending.ts';
import { aboutSeconds, Failure, seconds } from './failure.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };

/** What ends an answer that is complete. It is the one event that is no JSON. */
const DONE = '[DONE]';
/** More events than this are no answer. */
const MOST = 500;
/** So often an answer is asked for anew, where a slow machine may be why it came in one burst. */
const ATTEMPTS = 4;

/** What an event says, if it is an object in JSON. */
interface Said {
  delta?: unknown;
  usage?: { tokens?: unknown } | null;
  error?: unknown;
}

/**
 * Tokens must come one by one, each in an event of its own, and the answer must end.
 *
 * @param ask makes a request
 * @param options `span`: lesson milliseconds between the first event and the last at the least;
 *   `within`: until the next event, or the end
 */
export async function tokensCome(
  ask: () => Answer,
  { span, within, otherwise }: Within & { span: number },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const answer = ask();
    await answer.headComes({ within, otherwise });
    answer.isAnEventStream({ otherwise });
    await answer.eventComes(1, { within, otherwise });
    await comesToRest(answer, { silence: within, most: MOST });
    answer.everyLineIsUnderstood();
    const deltas = deltasOf(answer, otherwise);
    const events = answer.events.filter((event) => typeof saidBy(event)?.delta === 'string');
    const first = events[0]!;
    const last = events.at(-1)!;
    isInTokens(answer, deltas);
    ends(answer, within, otherwise);
    if (answer.lesson(last.at - first.at) >= span) return;
    // Where the machine stood still, what came one by one is here in one burst.
    if (events.length > 1 && attempt < ATTEMPTS) continue;
    const many = events.length === 1 ? 'in one event' : `${events.length} events at once`;
    throw new Failure({
      sentence: `The whole answer came ${many}, ${seconds(answer.lesson(first.at))} after the request. Each token was meant to come as soon as it is made.`,
      excerpt: answer.timetable(),
      advice: otherwise,
      certain: events.length === 1,
    });
  }
}

/** The texts of all deltas. Every event must be JSON, but for [DONE], and some must bring one. */
function deltasOf(answer: Answer, advice: string): string[] {
  // One in quotes is meant for the end, and is looked at there.
  const ends = [DONE, JSON.stringify(DONE)];
  const odd = answer.events.find(
    (event) => !ends.includes(event.data) && saidBy(event) === undefined,
  );
  if (odd) {
    throw new Failure({
      sentence: `An event came with \`${visible(shortened(odd.data))}\`, which is no object in JSON: a page that parses each event stops there.`,
      excerpt: answer.timetable(),
      advice,
      certain: true,
    });
  }
  const deltas = answer.events
    .map((event) => saidBy(event)?.delta)
    .filter((delta) => typeof delta === 'string' && delta !== '') as string[];
  if (deltas.length > 0) return deltas;
  throw new Failure({
    sentence: `${answer.events.length === 1 ? 'One event came' : `${answer.events.length} events came`}, and no \`delta\` in any of them: \`{"delta":"train "}\` was meant.`,
    excerpt: answer.timetable(),
    advice,
    certain: true,
  });
}

/** A token is a word or a part of one: an event for each letter is mostly made of what is around it. */
function isInTokens(answer: Answer, deltas: string[]): void {
  const letters = deltas.join('').length;
  if (letters < 20 || letters / deltas.length >= 1.6) return;
  const bytes = answer.exchange.body.length;
  throw new Failure({
    sentence: `${deltas.length} events brought ${letters} letters: one event a letter, and ${Math.round(bytes / letters)} bytes on the wire for each.`,
    excerpt: answer.timetable(),
    advice: 'Send each token as it is, in one event: `sendData(response, { delta: value })`.',
    certain: true,
  });
}

/** The response must have been ended by its server. */
function ends(answer: Answer, within: number, advice: string): void {
  const { ending } = answer;
  if (ending === 'complete' || ending === 'closed') return;
  if (answer.events.length >= MOST) {
    throw new Failure({
      sentence: 'Event after event comes, and the response does not end. It was meant to.',
      excerpt: answer.timetable(),
      advice,
    });
  }
  throw new Failure({
    sentence:
      ending === undefined
        ? `Nothing came for ${aboutSeconds(within)}, and the response stays open. It was meant to end.`
        : 'The connection broke off. The response was meant to come to an end, and to say so.',
    excerpt: answer.timetable(),
    advice,
  });
}

/** The last two events must be what it took, and [DONE]; then the response must end. */
export async function isDone(answer: Answer, { within, otherwise }: Within): Promise<void> {
  await comesWhole(answer, { within, otherwise });
  const deltas = deltasOf(answer, otherwise).length;
  const done = answer.events.filter(({ data }) => data === DONE);
  const last = answer.events.at(-1)!;
  const usage = answer.events.map((event) => saidBy(event)?.usage).find((one) => one);
  const tokens = usage?.tokens;
  const wrong =
    done.length === 0
      ? `The answer ended with \`${visible(shortened(last.data))}\`, and \`[DONE]\` has not come. A client cannot tell this end from a break.`
      : last.data !== DONE
        ? `\`${visible(shortened(last.data))}\` came after \`[DONE]\`. Who has heard that leaves, and does not hear it.`
        : usage === undefined
          ? 'No event says what the answer took: `{"usage":{"tokens":60}}` was meant, before `[DONE]`.'
          : typeof tokens !== 'number' || tokens < deltas
            ? `\`usage\` says ${JSON.stringify(tokens) ?? 'nothing of'} tokens, and ${deltas} have come.`
            : undefined;
  if (wrong === undefined) return;
  throw new Failure({
    sentence: wrong,
    excerpt: answer.timetable(),
    advice: otherwise,
    certain: true,
  });
}

/** An answer that breaks down in the middle must say so in the stream, and must not say [DONE]. */
export async function failsInTheStream(
  answer: Answer,
  { within, otherwise }: Within,
): Promise<void> {
  await comesWhole(answer, { within, otherwise });
  const error = answer.events.map((event) => saidBy(event)?.error).find((one) => one);
  const isCalledDone = answer.events.some(({ data }) => data === DONE);
  if (error && !isCalledDone) return;
  throw new Failure({
    sentence: error
      ? 'The answer broke down in the middle, and `[DONE]` came all the same: it is called complete.'
      : isCalledDone
        ? 'The answer broke down in the middle, and the client is told `[DONE]`: half an answer is taken for a whole one.'
        : 'The answer broke down in the middle, and no event says so: `{"error":"…"}` was meant.',
    excerpt: answer.timetable(),
    advice: otherwise,
    certain: true,
  });
}

async function comesWhole(answer: Answer, { within, otherwise }: Within): Promise<void> {
  await answer.headComes({ within, otherwise });
  answer.isAnEventStream({ otherwise });
  await answer.eventComes(1, { within, otherwise });
  await comesToRest(answer, { silence: within, most: MOST });
  answer.everyLineIsUnderstood();
  ends(answer, within, otherwise);
}

function saidBy({ data }: StreamEvent): Said | undefined {
  try {
    const said = JSON.parse(data);
    return typeof said === 'object' && said !== null ? said : undefined;
  } catch {
    return undefined;
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
