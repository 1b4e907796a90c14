// What a check can ask about the fields of a stream: types, IDs, data on several lines, `retry`, and
// text of the request that must not become a field. As with Answer, each question that is answered
// with no ends the check with a Failure.
import { visible } from '../wire/bytes.ts';
import type { Block, Line, StreamEvent } from '../wire/event-stream.ts';
import { meantBy } from '../wire/field-names.ts';
import type { Finding } from '../wire/findings.ts';
import { mediaType } from '../wire/http-head.ts';
import type { Answer, Otherwise } from './answer.ts';
import { placeInBody, wrongInStream } from './diagnosis.ts';
import { aboutSeconds, type Explanation, Failure, seconds } from './failure.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };

/** So many events show how a server counts. */
const COUNTED = 3;
/** So many events a table shows. */
const ROWS = 4;

/**
 * An event of each of these types must come, and no name may be one that is lost. `message` is the
 * type of an event without a name.
 */
export async function typesCome(
  answer: Answer,
  types: string[],
  { within, otherwise }: Within,
): Promise<void> {
  const wrong = () => wrongInStream(answer, (finding) => costsAName(answer, finding));
  const missing = () => types.filter((type) => !answer.events.some((one) => one.type === type));
  await answer.eventComes(1, { within, otherwise });
  await answer.stage.comes(answer, () => missing().length === 0 || wrong(), within);
  const mistake = wrong();
  if (mistake) throw new Failure({ ...mistake, certain: true });
  if (missing().length === 0) return;
  // A line that no client reads may be the name, written in words of one's own.
  const skipped = wrongInStream(answer, ({ id }) => id === 'unknown-field');
  if (skipped) throw new Failure({ ...skipped, advice: otherwise });
  // Where no client at all has been sent one, none was sent to another one instead.
  const someoneHeard = answer.stage.answers.some(({ events }) =>
    events.some(({ type }) => missing().includes(type)),
  );
  const names = missing().map((type) => `\`${type}\``);
  throw new Failure({
    sentence: `No event of the type ${listed(names, 'or')} came within ${aboutSeconds(within)}. ${whatCame(answer.events)}`,
    excerpt: typeTable(answer),
    advice: otherwise,
    at: within,
    unshared: !someoneHeard,
  });
}

/** Whether a finding is a mistake that costs an event its name, or takes a name that is not free. */
function costsAName(answer: Answer, { id, level, span }: Finding): boolean {
  if (id === 'no-data' || id === 'run-together' || id === 'reserved-type') return true;
  if (id !== 'unknown-field' || level !== 'error' || !span) return id === 'not-framed';
  const name = Buffer.from(answer.exchange.body.subarray(span.start, span.end)).toString('utf8');
  return meantBy(name) === 'event';
}

/** What stands behind a line break in the request must not become a line of the stream. */
export async function takesNoLine(
  answer: Answer,
  smuggled: string,
  { within, otherwise }: Within,
): Promise<void> {
  const head = await answer.headComes({ within, otherwise });
  if (mediaType(head) !== 'text/event-stream') return;
  const find = () => linesSoFar(answer).find((line) => textOf(answer, line) === smuggled);
  await answer.stage.comes(answer, () => find() ?? answer.events.length >= 2, within);
  const line = find();
  if (!line) return;
  throw new Failure({
    sentence:
      `The request had a line break in its query, and \`${smuggled}\` behind it. That is now a line ` +
      'of the stream: whoever makes a link decides what the server says. A name was meant to stay ' +
      'a name.',
    ...placeInBody(answer, line, 'this line came with the request'),
    advice: otherwise,
    certain: true,
  });
}

/**
 * Each event must have an ID of its own.
 *
 * @param count how many events are looked at
 */
export async function idsCome(
  answer: Answer,
  count: number,
  { within, otherwise }: Within,
): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await answer.eventComes(number, { within, otherwise });
  }
  const mistake = wrongInStream(answer, ({ id }) => id === 'bad-id');
  if (mistake) throw new Failure(mistake);
  const events = answer.events.slice(0, count);
  for (const index of events.keys()) {
    const wrong = wrongId(answer, events, index);
    if (wrong) throw new Failure({ ...wrong, advice: otherwise, certain: true });
  }
}

function wrongId(answer: Answer, events: StreamEvent[], index: number): Explanation | undefined {
  const event = events[index]!;
  const { lastEventId } = event;
  const twin = events.findIndex((one) => one.lastEventId === lastEventId);
  if (lastEventId !== '' && twin === index) return undefined;
  const block = answer.reader.blocks.find(({ number }) => number === event.block);
  const line = block?.lines.findLast(({ name }) => name === 'id');
  if (line && lastEventId !== '') {
    return {
      sentence: `Event ${twin + 1} and event ${index + 1} have the same ID, \`${visible(lastEventId)}\`. An ID is meant to name one event.`,
      ...placeInBody(answer, line, `event ${twin + 1} had this ID`),
    };
  }
  const skipped = wrongInStream(answer, ({ id, span }) => {
    return id === 'unknown-field' && span !== undefined && span.start >= event.span.start;
  });
  if (skipped?.offset !== undefined && skipped.offset < event.span.end) return skipped;
  const result =
    lastEventId === ''
      ? 'A client that loses the connection cannot say that it has heard it.'
      : `For a client the last event ID stays \`${visible(lastEventId)}\`, as if it had not heard this one.`;
  return {
    sentence: `Event ${index + 1} has no ID. ${result}`,
    ...(block && placeInBody(answer, line ?? dataLine(block), 'an event without an ID')),
  };
}

/** Two answers must not say the same, event by event. What they have in common besides is theirs. */
export async function saysOtherThan(
  one: Answer,
  other: Answer,
  { sentence, within, otherwise }: Within & { sentence: string },
): Promise<void> {
  for (const answer of [one, other]) await answer.eventComes(1, { within, otherwise });
  const differ = () => {
    const common = Math.min(one.events.length, other.events.length);
    const [mine, others] = [sayings(one, common), sayings(other, common)];
    return mine.some((text) => !others.includes(text));
  };
  if (await one.stage.comes(one, differ, within)) return;
  throw new Failure({ sentence, excerpt: typeTable(one), advice: otherwise });
}

/**
 * What the first events say, whatever numbers they bear: all fields of their blocks but IDs. That is
 * more than their data, where a server has broken the data to pieces.
 */
function sayings({ events, reader }: Answer, count: number): string[] {
  return events.slice(0, count).map(({ block }) => {
    const fields = reader.blocks[block]!.lines.filter(({ kind, name }) => {
      return kind === 'field' && name !== 'id';
    });
    return fields.map(({ name, value }) => `${name}: ${value}`).join('\n');
  });
}

/**
 * Two clients that ask for the same must not take turns with one counter: each would hear every other
 * event only.
 */
export async function countsAlone(
  one: Answer,
  other: Answer,
  { within, otherwise }: Within,
): Promise<void> {
  for (const client of [one, other]) {
    for (let number = 1; number <= COUNTED; number++) {
      await client.eventComes(number, { within, otherwise });
    }
  }
  const [mine, others] = [one, other].map((client) =>
    client.events.map(({ lastEventId }) => lastEventId),
  ) as [string[], string[]];
  // A counter that is shared goes on by as many as listen; a clock goes on by much more.
  const { requests } = one.stage;
  if (!hasGaps(mine, requests) || !hasGaps(others, requests)) return;
  if (mine.some((id) => others.includes(id))) return;
  const shown = (ids: string[]) => ids.slice(0, COUNTED).map(visible).join(', ');
  throw new Failure({
    sentence:
      `Two clients asked for \`${one.path}\` at the same time, and took turns with one counter: each ` +
      'misses what the other is told. Both were meant to hear everything.',
    excerpt: `  IDs of the one    ${shown(mine)}\n  IDs of the other  ${shown(others)}`,
    finding: 'shared-clients',
    advice: otherwise,
    at: one.lesson(one.events[COUNTED - 1]!.at),
  });
}

/** Whole numbers, each larger than the one before by more than 1, and not by more than `largest`. */
function hasGaps(ids: string[], largest: number): boolean {
  const numbers = ids.slice(0, COUNTED).map((id) => (/^\d+$/.test(id) ? Number(id) : Number.NaN));
  return numbers.slice(1).every((number, index) => {
    const gap = number - numbers[index]!;
    return gap > 1 && gap <= largest;
  });
}

/** An event with a text of several lines must come, and all lines of all texts must arrive. */
export async function severalLinesCome(
  answer: Answer,
  { within, otherwise }: Within,
): Promise<void> {
  const find = () => answer.events.find(({ data }) => data.includes('\n'));
  // `retry` and `id` are no texts: what is wrong with them is said elsewhere.
  const wrong = () =>
    wrongInStream(
      answer,
      ({ id, level }) => level === 'error' && id !== 'bad-retry' && id !== 'bad-id',
    );
  await answer.eventComes(1, { within, otherwise });
  await answer.stage.comes(answer, () => find() ?? wrong(), within);
  const mistake = wrong();
  if (mistake) throw new Failure(mistake);
  if (find()) return;
  const escaped = answer.events.find(({ data }) => !isJson(data) && /\\n/.test(data));
  throw new Failure({
    sentence:
      `No event with several lines of data came within ${aboutSeconds(within)}. ` +
      (escaped
        ? 'One has a backslash and the letter `n` where a line break was meant.'
        : whatCame(answer.events)),
    excerpt: typeTable(answer, escaped),
    advice: otherwise,
    at: within,
  });
}

/** The data of the events of these types, so far, must be JSON. */
export function dataIsJson(answer: Answer, types: string[], { otherwise }: Otherwise): void {
  const event = answer.events.find(({ type, data }) => types.includes(type) && !isJson(data));
  if (!event) return;
  const block = answer.reader.blocks.find(({ number }) => number === event.block);
  throw new Failure({
    sentence: `The data of an event of the type \`${event.type}\` is no JSON: \`${visible(event.data)}\`.`,
    ...(block && placeInBody(answer, dataLine(block), '`JSON.parse` throws on this')),
    advice: otherwise,
    certain: true,
  });
}

/**
 * The browser must be told how soon to come back, before it needs to know.
 *
 * @param least and `most`: real milliseconds that make sense
 */
export async function reconnectionTimeComes(
  answer: Answer,
  { within, least, most, otherwise }: Within & { least: number; most: number },
): Promise<void> {
  const wrong = () => wrongInStream(answer, ({ id }) => id === 'bad-retry');
  const told = () => answer.events && answer.reader.reconnectionTime;
  await answer.stage.comes(
    answer,
    () => told() !== undefined || wrong() || answer.events.length >= COUNTED,
    within,
  );
  const mistake = wrong();
  if (mistake) throw new Failure(mistake);
  const time = told();
  if (time === undefined) {
    const block = answer.reader.blocks.find(({ event }) => event);
    throw new Failure({
      sentence:
        `${answer.events.length === 0 ? 'Nothing' : 'An event'} came, and no \`retry\`. After a cut the ` +
        'browser waits as long as it likes: 3 s in Chromium, 5 s in Firefox.',
      ...(block && placeInBody(answer, block.lines[0]!, 'no `retry` before the first event')),
      advice: otherwise,
    });
  }
  if (time >= least && time <= most) return;
  const line = linesSoFar(answer).find(({ name }) => name === 'retry')!;
  throw new Failure({
    sentence:
      time < least
        ? `\`retry: ${time}\` means ${time} ${time === 1 ? 'millisecond' : 'milliseconds'}: after a cut every client knocks again at once.`
        : `\`retry: ${time}\` means ${aboutSeconds(time)}: after a cut the board stands still as long as that.`,
    ...placeInBody(answer, line, 'milliseconds'),
    advice: otherwise,
    certain: true,
  });
}

function dataLine(block: Block): Line {
  return block.lines.find(({ name }) => name === 'data') ?? block.lines[0]!;
}

function linesSoFar(answer: Answer): Line[] {
  return answer.events && answer.reader.lines; // asking for the events reads what has come
}

function textOf(answer: Answer, { span, terminator }: Line): string {
  return Buffer.from(answer.exchange.body.subarray(span.start, terminator.start)).toString('utf8');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** `What came: a, b and c.` Each type once, in the order of their coming. */
function whatCame(events: StreamEvent[]): string {
  const types = new Set(events.map(({ type }) => `\`${visible(type)}\``));
  return `What came: ${listed([...types], 'and')}.`;
}

/** The first events with times and types; the one that is asked for, where it comes later. */
function typeTable({ events, stage }: Answer, asked?: StreamEvent): string {
  const first = events.slice(0, ROWS);
  const shown = asked && !first.includes(asked) ? [asked] : first;
  const width = Math.max(...shown.map(({ type }) => type.length));
  return shown
    .map(({ at, type, data }) => {
      const text = data.length > 40 ? `${data.slice(0, 39)}…` : data;
      return `  +${seconds(stage.lesson(at))}  ${visible(type).padEnd(width)}  ${visible(text)}`;
    })
    .join('\n');
}

function listed(parts: string[], word: 'and' | 'or'): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
}
