// Streams on which seldom anything happens: what a check can ask about the signs of life in between.
import { visible } from '../wire/bytes.ts';
import type { Answer, Otherwise } from './answer.ts';
import { explainUnended } from './diagnosis.ts';
import { aboutSeconds, Failure, seconds } from './failure.ts';

/** A comment, or an event. */
export interface Sign {
  /** As it stands on the wire. */
  text: string;
  /** Real milliseconds since the request. */
  at: number;
  /** Where it begins in the body. */
  offset: number;
}

/** How long, and how often. */
export interface Rhythm extends Otherwise {
  /** Lesson milliseconds that may pass without a sign. */
  limit: number;
  /** How many signs are waited for. */
  count: number;
}

/** Lesson milliseconds within which two signs are one: they were said in one breath. */
const BREATH = 1000;

/** So much of a pause may have been the machine's, and not the server's. */
const DISTURBED = 0.1;

const FIELDS = new Set(['data', 'event', 'id', 'retry']);

/** What a pause in the signs of life is: nothing came after `since` within the limit. */
interface Pause {
  heard: Sign[];
  /** Lesson milliseconds, if the next sign came after all. */
  gap?: number;
}

/** Every comment, and every event that has a name: what is said where there is no news. */
export function signsOfLife(answer: Answer): Sign[] {
  const comments = answer.reader.lines.filter(({ kind }) => kind === 'comment');
  const signs = [
    ...comments.map(({ value = '', at, span }) => ({ text: `:${value}`, at, offset: span.start })),
    ...named(answer),
  ];
  return signs.sort((one, other) => one.offset - other.offset);
}

/** The events that have a name, or those of one type. */
export function named(answer: Answer, type?: string): Sign[] {
  return answer.events
    .filter((event) => (type === undefined ? event.type !== 'message' : event.type === type))
    .map(({ type, at, span }) => ({ text: `event: ${type}`, at, offset: span.start }));
}

/** Waits for signs, and returns the first pause among them that is too long. */
async function firstPause(
  answer: Answer,
  signs: (answer: Answer) => Sign[],
  { limit, count }: Rhythm,
): Promise<Pause | undefined> {
  const { stage, exchange } = answer;
  let since = exchange.headAt!;
  for (let number = 1; number <= count; number++) {
    const lost = await stage.lost();
    const isNext = ({ at }: Sign) => answer.lesson(at - since) > BREATH;
    const next = await stage.comes(answer, () => signs(answer).find(isNext), limit);
    const heard = signs(answer);
    if (!next) return { heard };
    const gap = answer.lesson(next.at - since);
    const disturbed = answer.lesson((await stage.lost()) - lost) > gap * DISTURBED;
    if (gap > limit && !disturbed) return { heard, gap };
    since = next.at;
  }
  return undefined;
}

/** The last signs, each with its time, and what came of the stream then. */
export function timetable(answer: Answer, heard: Sign[]): string {
  const rows = heard
    .slice(-3)
    .map(({ text, at }) => `    +${seconds(answer.lesson(at))}  ${visible(text)}`);
  const { ending, endedAt } = answer.exchange;
  if (ending && ending !== 'left') {
    rows.push(`    +${seconds(answer.lesson(endedAt!))}  (${hasEnded(answer)})`);
  }
  return rows.join('\n');
}

export function hasEnded({ exchange: { ending } }: Answer): string {
  return ending === 'complete' || ending === 'closed' ? 'the response ended' : 'it was cut off';
}

export function isOver({ ending }: Answer): boolean {
  return ending !== undefined && ending !== 'left';
}

/**
 * A stream must never be silent for long: a comment, or an event that has a name, must come within
 * every `limit`. Events without a name are news, and do not count.
 */
export async function isNeverSilent(answer: Answer, rhythm: Rhythm): Promise<void> {
  const { limit, otherwise } = rhythm;
  await answer.headComes({ within: limit, otherwise });
  answer.isAnEventStream();
  const pause = await firstPause(answer, signsOfLife, rhythm);
  if (!pause) return;
  const { heard, gap } = pause;
  const instead = gap === undefined && !isOver(answer) && insteadOfComment(answer, heard);
  if (!instead) answer.everyLineIsUnderstood();
  const patient = 'A proxy that waits no longer than that has cut the connection by then.';
  throw new Failure({
    sentence: isOver(answer)
      ? `A stream that says it is there was meant to go on; ${hasEnded(answer)}.`
      : gap !== undefined
        ? `For ${seconds(gap)} nothing was said. ${patient}`
        : instead || `${afterWhat(heard, answer)}. ${patient}`,
    excerpt: timetable(answer, heard),
    advice: otherwise,
    at: answer.lesson(heard.at(-1)?.at ?? answer.exchange.headAt!),
    offset: answer.exchange.body.length,
    certain: Boolean(instead), // what came was wrong, however late it was
  });

  function afterWhat(heard: Sign[], { exchange }: Answer): string {
    const silence = `nothing was said for ${aboutSeconds(limit)}`;
    const last = heard.at(-1);
    if (last) return `\`${visible(last.text)}\` came, and then ${silence}`;
    return exchange.body.length === 0 ? `After the head ${silence}` : `No comment came: ${silence}`;
  }
}

/** What came in the place of a comment, if it tells what was meant. */
function insteadOfComment(answer: Answer, heard: Sign[]): string | undefined {
  const since = heard.at(-1)?.at ?? -1;
  // What has an ID of its own is news indeed, and stands for no comment.
  const news = answer.events.find(({ type, at, lastEventId }, place) => {
    const isNumbered = lastEventId !== (answer.events[place - 1]?.lastEventId ?? '');
    return type === 'message' && at > since && !isNumbered;
  });
  if (news) {
    return `No comment came, but \`data: ${visible(news.data)}\`, an event without a name. To a page that is news, and it shows it.`;
  }
  const said = answer.reader.lines.find(({ kind, name = '', at }) => {
    return kind === 'field' && at > since && !FIELDS.has(name.trim().toLowerCase());
  });
  if (said) {
    const text = Buffer.from(answer.exchange.body).subarray(said.span.start, said.terminator.start);
    return `\`${visible(text.toString('utf8'))}\` came, a line that does not begin with a colon. So it is no comment, but a field that nobody knows.`;
  }
  const read = answer.reader.lines.at(-1)?.span.end ?? 0;
  const rest = Buffer.from(answer.exchange.body).subarray(read).toString('utf8');
  if (rest === '' || answer.coding !== undefined) return undefined;
  return `\`${visible(rest)}\` came, and no end of the line. What has no end may still become anything.`;
}

/** Events of a type must come within every `limit`. */
export async function keepsComing(answer: Answer, type: string, rhythm: Rhythm): Promise<void> {
  const { limit, otherwise } = rhythm;
  await answer.headComes({ within: limit, otherwise });
  answer.isAnEventStream();
  const pause = await firstPause(answer, (one) => named(one, type), rhythm);
  answer.everyLineIsUnderstood();
  if (!pause) return;
  explainSwallowed(answer, type);
  const unended = answer.events.length === 0 && explainUnended(answer);
  if (unended) throw new Failure({ ...unended, certain: true });
  const { heard, gap } = pause;
  const time = aboutSeconds(limit);
  const instead = heard.length === 0 ? insteadOfType(answer, type) : undefined;
  throw new Failure({
    sentence: isOver(answer)
      ? `\`event: ${type}\` was meant to come again and again; ${hasEnded(answer)}.`
      : gap !== undefined
        ? `\`event: ${type}\` came ${seconds(gap)} after the one before it. Within ${time} a page must hear one.`
        : heard.length > 0
          ? `\`event: ${type}\` came, and then none for ${time}. It was meant to come again and again.`
          : (instead ?? `No event of the type \`${type}\` came within ${time}.`),
    excerpt: timetable(answer, heard.length > 0 ? heard : signsOfLife(answer)),
    advice: otherwise,
    at: answer.lesson(heard.at(-1)?.at ?? answer.exchange.headAt!),
    offset: answer.exchange.body.length,
    certain: instead !== undefined,
  });
}

/** Where a comment has no end of its own, the line that names the event is a part of it. */
function explainSwallowed(answer: Answer, type: string): void {
  const swallows = ({ kind, value = '' }: { kind: string; value?: string }) =>
    kind === 'comment' && new RegExp(`event: ?${type}$`).test(value);
  const line = answer.reader.lines.find(swallows);
  if (!line) return;
  throw new Failure({
    sentence: `\`:${visible(line.value ?? '')}\` came, and that is one line: a comment to its end. So the event after it has no name, and a page takes it for news.`,
    excerpt: timetable(answer, signsOfLife(answer)),
    advice: 'End the comment as well: it has to have `\\n\\n` behind it before the event begins.',
    at: answer.lesson(line.at),
    offset: line.span.start,
    certain: true,
  });
}

function insteadOfType(answer: Answer, type: string): string | undefined {
  const nearly = answer.events.find((event) => event.type.trim().toLowerCase() === type);
  if (nearly) {
    return `An event of the type \`${visible(nearly.type)}\` came. Types are compared letter by letter: a page that listens for \`${type}\` does not hear it.`;
  }
  const nameless = answer.events.find((event) => event.type === 'message');
  if (nameless) {
    return `\`data: ${visible(nameless.data)}\` came, an event without a name: \`onmessage\` gets it, as it gets the news, and the page shows it as such.`;
  }
  const other = answer.events[0];
  if (other) {
    return `An event of the type \`${visible(other.type)}\` came, and none of the type \`${type}\`, for which the page listens.`;
  }
  const comments = answer.reader.lines.filter(({ kind }) => kind === 'comment');
  if (comments.length < 2) return undefined;
  return 'Comments came, and no event. EventSource swallows every comment: no script of the page can know that it has come.';
}

/** Events of a type must leave the last event ID as it is. At least one of them has come. */
export function hasNoId(answer: Answer, type: string, { otherwise }: Otherwise): void {
  const { events } = answer;
  const index = events.findIndex((event, place) => {
    return event.type === type && event.lastEventId !== (events[place - 1]?.lastEventId ?? '');
  });
  if (index < 0) return;
  const { lastEventId, at, span } = events[index]!;
  const came = `\`event: ${type}\` came with`;
  throw new Failure({
    sentence:
      lastEventId === ''
        ? `${came} an empty \`id\`, and the last ID of this client is gone. If the connection breaks, it asks as somebody who has heard nothing.`
        : `${came} \`id: ${visible(lastEventId)}\`, and that is now the last ID of this client. If the connection breaks, it asks for what came after that, and not for what came after the last news.`,
    excerpt: `    +${seconds(answer.lesson(at))}  event: ${type}\n               id: ${visible(lastEventId)}`,
    advice: otherwise,
    at: answer.lesson(at),
    offset: span.start,
    certain: true,
  });
}
