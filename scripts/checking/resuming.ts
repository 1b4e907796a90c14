// Streams that resume: a client comes back, says what it has heard last, and must hear what followed,
// nothing lost and nothing twice. What followed is known from a witness, who has never been away.
import { visible } from '../wire/bytes.ts';
import type { StreamEvent } from '../wire/event-stream.ts';
import type { Answer, Otherwise } from './answer.ts';
import { type Explanation, Failure } from './failure.ts';

export type Within = Otherwise & { within: number /* lesson milliseconds */ };

/** As a browser asks that comes back. */
export function comingBack(lastEventId: string): Record<string, string> {
  return {
    Accept: 'text/event-stream',
    'Cache-Control': 'no-cache',
    'Last-Event-ID': lastEventId,
  };
}

/** So many events of the witness have followed when a client comes back. */
export const MISSED = 3;
/** Where more than this have followed by the time of the answer, the machine was slow: once more. */
const LONG_AGO = 10;
const ATTEMPTS = 5;
/** Where the witness has heard so many more, it is no delay that a client hears nothing. */
const SURE = 5;
/** A number with more digits is waited for where it is as near as this: 100, for one who is late for 10. */
const NEAR = 90;
/** So many events a server may keep, when two lengths of numbers are among them. */
const MAY_BE_KEPT = 16;
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
 *
 * @param come has another client come, who is later than the witness
 */
export async function idsAreShared(
  witness: Answer,
  come: () => Answer,
  { within, otherwise }: Within,
): Promise<void> {
  await hears(witness, MISSED, { within, otherwise });
  const other = come();
  await hears(other, MISSED, { within, otherwise });
  const heard = other.events.slice(0, MISSED); // what comes later the witness may not have heard yet
  const has = ({ lastEventId }: StreamEvent) =>
    witness.events.find((event) => event.lastEventId === lastEventId);
  await witness.stage.comes(witness, () => has(heard.at(-1)!), within);
  const wrong = heard.find((event) => event.data !== has(event)?.data);
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
    certain: true,
  });
}

/** The numbers at the end of the IDs, where there are any. */
function numbersOf(events: StreamEvent[]): number[] {
  return events.map(({ lastEventId }) => Number(/\d+$/.exec(lastEventId)?.[0] ?? Number.NaN));
}

/** Whether they are running numbers, and one with more digits is not far away. */
function willGrow(events: StreamEvent[]): boolean {
  const numbers = numbersOf(events);
  const last = numbers.at(-1)!;
  const isNear = 10 ** String(last).length - last <= NEAR;
  return isNear && numbers.every((one, index) => index === 0 || one === numbers[index - 1]! + 1);
}

/**
 * Whether numbers of different lengths may be kept just now, or will be in a moment: how they are
 * compared is another question, with a check of its own.
 */
function isUneven(events: StreamEvent[]): boolean {
  const last = numbersOf(events).at(-1)!;
  if (!willGrow(events)) return false;
  const length = String(last).length;
  return (
    last < (length === 1 ? 0 : 10 ** (length - 1) + MAY_BE_KEPT) || last > 10 ** length - MISSED - 1
  );
}

/** The place of the first event from there on whose ID is longer than the one before. */
function longerFrom(events: StreamEvent[], from: number): number | undefined {
  const at = events.findIndex(({ lastEventId }, index) => {
    return index >= from && index > 0 && lastEventId.length > events[index - 1]!.lastEventId.length;
  });
  return at < 0 ? undefined : at;
}

/**
 * A client comes back that was there a moment ago: the first events that it hears must be those that
 * the witness has heard since.
 *
 * @param options `more`: so many events must follow without a gap; none, if not given
 */
export async function resumes(
  witness: Answer,
  ask: Ask,
  options: Within & { more?: number },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await hears(witness, MISSED + 3, options); // some have been heard before
    while (isUneven(witness.events)) await hears(witness, witness.events.length + 1, options);
    const heard = witness.events.length - 1 - MISSED;
    const { wrong, isLongAgo } = await comesBack(witness, ask, heard, options);
    if (!wrong) return;
    if (!isLongAgo || attempt === ATTEMPTS) throw new Failure(wrong);
  }
}

/**
 * The same for a client that went just before the numbers got longer: 9 and 10 show whether IDs are
 * compared as text. Where IDs are no running numbers there is nothing to wait for.
 */
export async function resumesWhereNumbersGrow(
  witness: Answer,
  ask: Ask,
  options: Within,
): Promise<void> {
  await hears(witness, MISSED + 1, options);
  for (let from = 1; ; ) {
    const at = longerFrom(witness.events, from);
    if (at === undefined) {
      if (!willGrow(witness.events)) return;
      await hears(witness, witness.events.length + 1, options);
      continue;
    }
    await hears(witness, at + MISSED, options);
    const { wrong, isLongAgo } = await comesBack(witness, ask, at - 1, options);
    if (!wrong) return;
    if (!isLongAgo) throw new Failure(wrong);
    from = at + 1;
  }
}

/** @param heard the place of the event that the client has heard last */
async function comesBack(
  witness: Answer,
  ask: Ask,
  heard: number,
  { more = 0, ...advice }: Within & { more?: number },
): Promise<{ wrong?: Explanation; isLongAgo: boolean }> {
  const missed = witness.events.length - 1 - heard;
  const back = ask(witness.events[heard]!.lastEventId);
  await back.headComes(advice);
  back.isAnEventStream();
  await back.stage.comes(back, ({ events }) => events[0], advice.within);
  const isLongAgo = witness.events.length - 1 - heard > LONG_AGO;
  const wrong = await whatIsWrong(witness, back, heard, missed + more, advice.within);
  return { ...(wrong && { wrong: { ...wrong, advice: advice.otherwise } }), isLongAgo };
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
      const certain = witness.events.length > heard + 2 + index + SURE;
      return { sentence, excerpt: rows(witness, back, heard), certain };
    }
    if (event.type === 'reset') {
      return {
        sentence:
          'A client came back that had missed a few announcements, and was told `reset`. All that it had missed is kept.',
        excerpt: rows(witness, back, heard),
        certain: true,
      };
    }
    const placeOf = ({ lastEventId }: StreamEvent) =>
      witness.events.findIndex((one) => one.lastEventId === lastEventId);
    const isKnown = () => placeOf(event) >= 0;
    await witness.stage.comes(witness, isKnown, within);
    const place = placeOf(event);
    const next = heard + 1 + index;
    if (place === next) continue;
    // What the witness does not know may be older than its first event, and what seems to be lost may
    // only be late.
    const isOld = ({ events }: Answer) =>
      events.some((one) => placeOf(one) >= 0 && placeOf(one) <= heard);
    const isLate = ({ events }: Answer) => events.some((one) => placeOf(one) === next);
    if (place < 0) await back.stage.comes(back, isOld, within / 2);
    if (place > next) await back.stage.comes(back, isLate, within / 2);
    const kind = kindOf({ place, heard, next, isOld: isOld(back), isLate: isLate(back) });
    const explanation = explainPlace(witness, back, { heard, index, place, kind });
    return { ...explanation, excerpt: rows(witness, back, heard), certain: true };
  }
  return undefined;
}

/**
 * What is said of an event that is not the next one. `again`: the very one that was heard last; `old`:
 * heard before; `twice`: it has just come; `late`: newer ones came first; `lost`: it never comes.
 */
type Kind = 'again' | 'old' | 'twice' | 'unknown' | 'late' | 'lost';

function kindOf(found: {
  place: number;
  heard: number;
  next: number;
  isOld: boolean;
  isLate: boolean;
}): Kind {
  const { place, heard, next } = found;
  if (place < 0) return found.isOld ? 'old' : 'unknown';
  if (place > next) return found.isLate ? 'late' : 'lost';
  if (place > heard) return 'twice';
  return place === heard && next === heard + 1 ? 'again' : 'old';
}

function explainPlace(
  witness: Answer,
  back: Answer,
  { heard, index, place, kind }: { heard: number; index: number; place: number; kind: Kind },
): Explanation {
  const came = 'A client came back and said what it had heard last';
  const replays = { finding: 'replays', offset: back.events[index]!.span.start };
  switch (kind) {
    case 'again':
      return {
        sentence: `${came}, and that very event came again. What it has heard was meant not to come any more.`,
        ...replays,
      };
    case 'old':
      return {
        sentence: `${came}, and events came that it had heard long before. What is newer was meant to come, and nothing else.`,
        ...replays,
      };
    case 'twice':
      return {
        sentence: `${came}. What was missed came, and then one event came a second time.`,
        ...replays,
      };
    case 'unknown':
      return {
        sentence: `${came}, and heard an event with an ID that nobody else has heard.`,
      };
    case 'late':
      return {
        sentence: `${came}. Newer announcements came first, and what it had missed came behind them: the order is wrong, and the last ID is that of an old one.`,
      };
    case 'lost': {
      const lost = witness.events.slice(heard + 1 + index, place);
      const last = witness.events[heard]!;
      const isLonger = lost[0]!.lastEventId.length > last.lastEventId.length;
      const isTextOrder =
        index === 0 && isLonger && lost.every(({ lastEventId }) => lastEventId <= last.lastEventId);
      const hint = isTextOrder
        ? ` Compared as text, \`${digitsOf(lost[0]!)}\` is smaller than \`${digitsOf(last)}\`.`
        : '';
      return {
        sentence:
          index === 0
            ? `${came}. The first event that came was not the next one: what was announced in between is lost.${hint}`
            : `${came}. What was missed came, and after it there is a gap: what was announced while the client was being served is lost.`,
      };
    }
  }
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

/** The IDs of the last of them, or of the first. */
export function listed(events: StreamEvent[], which: 'first' | 'last' = 'last'): string {
  const shown = which === 'first' ? events.slice(0, SHOWN) : events.slice(-SHOWN);
  const ids = shown.map(({ type, lastEventId }) =>
    type === 'reset' ? '(reset)' : visible(lastEventId) || '(none)',
  );
  return ids.length === 0 ? 'none' : ids.join(', ');
}
