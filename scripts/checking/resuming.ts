// Streams that resume: a client comes back, says what it has heard last, and must hear what followed,
// nothing lost and nothing twice. What followed is known from a witness, who has never been away.
import { visible } from '../wire/bytes.ts';
import type { StreamEvent } from '../wire/event-stream.ts';
import type { Answer, Otherwise } from './answer.ts';
import { type Explanation, Failure } from './failure.ts';
import type { Scene } from './language.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };

/** As a browser asks that comes back. */
export function comingBack(lastEventId: string): Record<string, string> {
  return {
    Accept: 'text/event-stream',
    'Cache-Control': 'no-cache',
    'Last-Event-ID': lastEventId,
  };
}

/** So many events of the witness have followed when a client comes back. */
const MISSED = 3;
/** Where more than this have followed by the time of the answer, the machine was slow: once more. */
const LONG_AGO = 10;
const ATTEMPTS = 5;
/** So many IDs stand in a row of the excerpt. */
const SHOWN = 5;

/** How a client comes back with an ID. */
export type Ask = (lastEventId: string) => Answer;

/** Waits for so many events, `within` lesson milliseconds each. */
export async function hears(witness: Answer, count: number, advice: Within): Promise<void> {
  while (witness.events.length < count) await witness.eventComes(witness.events.length + 1, advice);
}

/**
 * The same event must have the same ID for every client: the ID is what a client says to another
 * connection, and maybe to another process.
 */
export async function idsAreShared(
  witness: Answer,
  other: Answer,
  { within, otherwise }: Within,
): Promise<void> {
  for (const client of [witness, other]) await hears(client, MISSED, { within, otherwise });
  const last = other.events.at(-1)!;
  const has = ({ lastEventId }: StreamEvent) =>
    witness.events.find((event) => event.lastEventId === lastEventId);
  await witness.stage.comes(witness, () => has(last), within);
  const wrong = other.events.find((event) => event.data !== has(event)?.data);
  if (!wrong) return;
  throw new Failure({
    sentence: has(wrong)
      ? 'Two clients were sent different announcements with the same ID. An ID was meant to name one announcement, whoever hears it.'
      : 'Two clients were sent the same announcements with different IDs. An ID was meant to name one announcement, whoever hears it.',
    excerpt: [
      `    IDs of the one    ${listed(witness.events)}`,
      `    IDs of the other  ${listed(other.events)}`,
    ].join('\n'),
    finding: 'shared-clients',
    advice: otherwise,
  });
}

/**
 * Waits until the witness has heard an ID with one digit more than the ID before it, and some events
 * after that: 9 and 10 show whether IDs are compared as text. Where IDs are no running numbers there
 * is nothing to wait for.
 */
export async function numbersGrowLonger(witness: Answer, advice: Within): Promise<void> {
  await hears(witness, MISSED + 1, advice);
  for (let count = MISSED + 1; ; count++) {
    if (!areRunning(witness.events) || longerAt(witness.events) !== undefined) break;
    await witness.eventComes(count + 1, advice);
  }
  const at = longerAt(witness.events);
  if (at !== undefined) await hears(witness, at + MISSED, advice);
}

/** The numbers at the end of the IDs, where there are any. */
function numbersOf(events: StreamEvent[]): number[] {
  return events.map(({ lastEventId }) => Number(/\d+$/.exec(lastEventId)?.[0] ?? Number.NaN));
}

function areRunning(events: StreamEvent[]): boolean {
  const numbers = numbersOf(events);
  return numbers.every((number, index) => index === 0 || number === numbers[index - 1]! + 1);
}

/** The place of the first event whose number has more digits than the one before. */
function longerAt(events: StreamEvent[]): number | undefined {
  const lengths = events.map(({ lastEventId }) => lastEventId.length);
  const at = lengths.findIndex((length, index) => index > 0 && length > lengths[index - 1]!);
  return at < 0 ? undefined : at;
}

/**
 * A client comes back: the first events that it hears must be those that the witness has heard since.
 *
 * @param options `from`: where the numbers grow longer, if they do, or a moment ago (default);
 *   `more`: so many events must follow without a gap; none, if not given
 */
export async function resumes(
  witness: Answer,
  ask: Ask,
  options: Within & { from?: 'longer'; more?: number },
): Promise<void> {
  const { from, more = 0, within, otherwise } = options;
  for (let attempt = 1; ; attempt++) {
    await hears(witness, MISSED + 1, options);
    const longer = attempt === 1 && from === 'longer' ? longerAt(witness.events) : undefined;
    const heard = longer === undefined ? witness.events.length - 1 - MISSED : longer - 1;
    const missed = witness.events.length - 1 - heard;
    const back = ask(witness.events[heard]!.lastEventId);
    await back.headComes(options);
    back.isAnEventStream();
    const wrong = await whatIsWrong(witness, back, heard, missed + more, within);
    if (!wrong) return;
    const since = witness.events.length - 1 - heard;
    if (since > LONG_AGO + more && attempt < ATTEMPTS) continue;
    throw new Failure({ ...wrong, advice: otherwise });
  }
}

/** Waits for so many events of a client that came back, and compares them with the witness's. */
async function whatIsWrong(
  witness: Answer,
  back: Answer,
  heard: number,
  count: number,
  within: number,
): Promise<Explanation | undefined> {
  for (let index = 0; index < count; index++) {
    const event = await back.stage.comes(back, ({ events }) => events[index], within);
    if (!event) {
      const end = back.ending ? 'and then the response was over' : 'and then nothing more';
      const sentence =
        index === 0
          ? `A client came back and said what it had heard last. ${back.ending ? 'The response was over, and no event had come' : 'No event came'}.`
          : `A client came back and heard ${index === 1 ? 'one event' : 'some events'}, ${end}.`;
      return { sentence, excerpt: rows(witness, back, heard) };
    }
    if (event.type === 'reset') {
      return {
        sentence:
          'A client came back that had missed a few announcements, and was told `reset`. All that it had missed is kept.',
        excerpt: rows(witness, back, heard),
      };
    }
    const has = () => witness.events.findIndex((one) => one.lastEventId === event.lastEventId) + 1;
    const place = ((await witness.stage.comes(witness, has, within)) ?? 0) - 1;
    if (place === heard + 1 + index) continue;
    // What has followed by now belongs to what was missed.
    return explainPlace(witness, back, { heard, index, place });
  }
  return undefined;
}

function explainPlace(
  witness: Answer,
  back: Answer,
  { heard, index, place }: { heard: number; index: number; place: number },
): Explanation {
  const excerpt = rows(witness, back, heard);
  const event = back.events[index]!;
  const came = 'A client came back and said what it had heard last';
  if (index === 0 && place === heard) {
    return {
      sentence: `${came}, and that very event came again. What it has heard was meant not to come any more.`,
      excerpt,
      finding: 'replays',
      offset: event.span.start,
    };
  }
  if (place >= 0 && place < heard + 1 + index) {
    return {
      sentence:
        place < heard
          ? `${came}, and events came that it had heard long before. What is newer was meant to come, and nothing else.`
          : `${came}. What was missed came, and then one event came a second time.`,
      excerpt,
      finding: 'replays',
      offset: event.span.start,
    };
  }
  if (place < 0) {
    return {
      sentence: `${came}, and heard an event with an ID that nobody else has heard.`,
      excerpt,
    };
  }
  const lost = witness.events.slice(heard + 1 + index, place);
  const sent = witness.events[heard]!.lastEventId;
  const asText = index === 0 && lost.every(({ lastEventId }) => lastEventId <= sent);
  return {
    sentence:
      index === 0
        ? `${came}. The first event that came was not the next one: what was announced in between is lost.${asText ? ` As text, \`${digitsOf(lost[0]!)}\` is smaller than \`${digitsOf(witness.events[heard]!)}\`.` : ''}`
        : `${came}. What was missed came, and after it there is a gap: what was announced while the client was being served is lost.`,
    excerpt,
  };
}

function digitsOf({ lastEventId }: StreamEvent): string {
  return /\d+$/.exec(lastEventId)?.[0] ?? visible(lastEventId);
}

function rows(witness: Answer, back: Answer, heard: number): string {
  return [
    `    IDs heard before     ${listed(witness.events.slice(0, heard + 1))}`,
    `    IDs announced since  ${listed(witness.events.slice(heard + 1), 'first')}`,
    `    IDs that came        ${listed(back.events, 'first')}`,
  ].join('\n');
}

/** The last of them, or the first. */
function listed(events: StreamEvent[], which: 'first' | 'last' = 'last'): string {
  const shown = which === 'first' ? events.slice(0, SHOWN) : events.slice(-SHOWN);
  const ids = shown.map(({ type, lastEventId }) =>
    type === 'reset' ? '(reset)' : visible(lastEventId) || '(none)',
  );
  return ids.length === 0 ? 'none' : ids.join(', ');
}

/**
 * A client comes back that has missed more than anyone can tell it: it must be told so, before
 * anything else, and then hear the announcements again.
 *
 * @param who the beginning of the sentence: who came back
 */
export async function saysReset(
  back: Answer,
  who: string,
  { within, otherwise }: Within,
): Promise<void> {
  await back.headComes({ within, otherwise });
  back.isAnEventStream({ otherwise });
  const first = await back.stage.comes(back, ({ events }) => events[0], within);
  if (first?.type === 'reset') {
    const next = await back.stage.comes(back, ({ events }) => events[1], within);
    if (next && next.type !== 'reset') return;
    throw new Failure({
      sentence: `${who}, and was told \`reset\`. After that no announcement came.`,
      excerpt: back.timetable(),
      advice: otherwise,
    });
  }
  back.everyLineIsUnderstood();
  const later = back.events.some(({ type }) => type === 'reset');
  const nearly = back.events.find(({ type }) => type.trim().toLowerCase() === 'reset');
  throw new Failure({
    sentence: later
      ? `${who}. The event \`reset\` came, but announcements came before it: a page believes them to be the next.`
      : nearly
        ? `${who}, and an event of the type \`${visible(nearly.type)}\` came. Types are compared letter by letter: a page that listens for \`reset\` does not hear it.`
        : first
          ? `${who}. An announcement came, as if it were the next, and no word of those that are lost.`
          : `${who}, and nothing came.`,
    excerpt: `    IDs that came  ${listed(back.events, 'first')}`,
    advice: otherwise,
  });
}

/**
 * After a restart the program must not take an ID of the run before for one of its own: it says
 * `reset`, or it remembers what was announced and goes on.
 */
export async function survivesRestart(
  witness: Answer,
  { restart }: Pick<Scene, 'restart'>,
  advice: Within,
): Promise<void> {
  await witness.eventComes(1, advice);
  const before = [...witness.events];
  const last = before.at(-1)!;
  const anew = await restart();
  const live = anew.get(witness.path);
  const back = anew.get(witness.path, comingBack(last.lastEventId));
  await hears(live, MISSED, advice);
  const isTaken = ({ lastEventId, data }: StreamEvent) =>
    before.some((event) => event.lastEventId === lastEventId && event.data !== data);
  if (live.events.some(isTaken)) {
    throw new Failure({
      sentence:
        'The program was started anew, and its IDs began anew as well. The same ID now names another ' +
        'announcement: whoever comes back with it seems to have heard what it has not.',
      excerpt: [
        `    IDs of the run before  ${listed(before, 'first')}`,
        `    IDs of this run        ${listed(live.events, 'first')}`,
      ].join('\n'),
      advice: advice.otherwise,
    });
  }
  await back.headComes(advice);
  const first = await back.stage.comes(back, ({ events }) => events[0], advice.within);
  const follows = () => witness.events[before.length]?.lastEventId;
  if (first && first.lastEventId === follows()) return; // it was kept on disk
  await saysReset(
    back,
    'The program was started anew, and a client came back that had heard the run before',
    advice,
  );
}
