// A file that grows, followed line by line: what a check can ask while it writes into the log itself. As
// with Answer, each question that is answered with no ends the check with a Failure.
import { sep } from 'node:path';
import { visible } from '../wire/bytes.ts';
import type { StreamEvent } from '../wire/event-stream.ts';
import type { Answer, Otherwise } from './answer.ts';
import { Failure, Unseen } from './failure.ts';
import type { Scene } from './language.ts';
import { comingBack } from './resuming.ts';
import type { Stage } from './stage.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };
type Writing = Pick<Scene, 'send'>;
type Reading = Pick<Scene, 'get' | 'send'>;

/** Lesson milliseconds in which the half of a line would have been sent. */
const MOMENT = 1200;
/** Lesson milliseconds for which a log is empty: several looks. */
const EMPTY = 600;
/** Lines that stand in an excerpt. */
const SHOWN = 4;
const WIDTH = 48;
/** A log with more lines is no reading matter. */
const MANY = 100;

/** Writes into a log, or does something to it. Resolves when it is done. */
export async function print(
  { send }: Writing,
  path: string,
  body: string | Uint8Array = '',
): Promise<void> {
  const answer = send(path, { body });
  const { status } = await answer.headComes({ within: 60_000, otherwise: LEAVE });
  await answer.stage.comes(answer, ({ ending }) => ending, 60_000);
  if (status >= 200 && status < 300) return;
  throw new Failure({
    sentence: `\`POST ${path}\` was answered with the status ${status}. It was meant to write into the log.`,
    advice: LEAVE,
  });
}

const LEAVE = 'Leave `write` and `signal-box.ts` as they are: they write what is followed.';

/** The log is emptied, and has these lines then: whoever follows it had time to see it empty. */
export async function begins(scene: Reading, path: string, lines: string[]): Promise<void> {
  await print(scene, `${path}?do=empty`);
  const quiet = scene.get(`${path}?name=signals`); // another log, in which nothing happens
  await quiet.stage.comes(quiet, () => false, EMPTY);
  quiet.leave();
  await print(scene, path, lines.map((line) => `${line}\n`).join(''));
}

/** The events that are lines: those without a type of their own. */
function linesOf({ events }: Answer): StreamEvent[] {
  return events.filter(({ type }) => type === 'message');
}

/**
 * These lines must come, in this order and once each.
 *
 * @param options `from`: so many events are not looked at; `reset`: an event of that type must come first
 */
export async function follows(
  client: Answer,
  lines: string[],
  { within, otherwise, from = 0, reset = false }: Within & { from?: number; reset?: boolean },
): Promise<void> {
  await client.headComes({ within, otherwise });
  client.isAnEventStream({ otherwise });
  const came = () => linesOf(client).slice(from);
  const isDone = () => came().length >= lines.length || differs(came(), lines) !== undefined;
  await client.stage.comes(client, isDone, within);
  const at = differs(came(), lines);
  if (at !== undefined || came().length < lines.length) {
    client.everyLineIsUnderstood();
    throw new Failure({
      sentence: explainLines(came(), lines, at, client),
      excerpt: excerptOf(came(), lines, at ?? came().length),
      advice: otherwise,
    });
  }
  if (!reset || client.events.some(({ type }) => type === 'reset')) return;
  throw new Failure({
    sentence:
      'The log was emptied, and its new lines came. Nothing told the client: a page puts them below the old ones, as if they belonged together.',
    advice: otherwise,
  });
}

/** The place of the first line that is another one. */
function differs(came: StreamEvent[], lines: string[]): number | undefined {
  const at = came.findIndex(({ data }, index) => index < lines.length && data !== lines[index]);
  return at < 0 ? undefined : at;
}

function explainLines(
  came: StreamEvent[],
  lines: string[],
  at: number | undefined,
  client: Answer,
): string {
  if (at === undefined) {
    const what = came.length === 0 ? 'No line came' : 'Some lines came';
    return `${what}, and then ${client.ending ? 'the response was over' : 'nothing more'}. The log has ${lines.length}.`;
  }
  const { data } = came[at]!;
  const meant = lines[at]!;
  if (data.includes('\uFFFD')) {
    return 'A line came with characters that are broken: `\uFFFD` stands where some bytes were no character. They were cut between two reads.';
  }
  if (data !== '' && meant.startsWith(data)) {
    return 'The half of a line came as an event. The rest of it was written a moment later: whoever reads the log sees two lines where there is one.';
  }
  if (data !== '' && meant.endsWith(data) && !lines.includes(data)) {
    return 'The end of a line came, and its beginning is lost: it had been read before the line was whole.';
  }
  if (data.replace(/\r$/, '') === meant) {
    return 'A line came with its carriage return at the end.';
  }
  if (lines.slice(0, at).includes(data)) return 'A line came twice.';
  if (lines.slice(at).includes(data)) return 'A line is missing: it was left out.';
  if (data.includes(meant)) return 'An event came with more than its line in it.';
  return 'A line came that is not in the log.';
}

function excerptOf(came: StreamEvent[], lines: string[], at: number): string | undefined {
  if (lines.length > MANY) return undefined; // where a long log breaks off is chance
  const around = Math.max(0, at - 1);
  const shown = (texts: string[]) =>
    texts
      .slice(around, around + SHOWN)
      .map((text) => visible(text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text))
      .map((text) => `\`${text}\``)
      .join(', ') || '(none)';
  return [
    `    in the log  ${shown(lines)}`,
    `    came        ${shown(came.map(({ data }) => data))}`,
  ].join('\n');
}

/**
 * A line is written part by part: nothing of it may come before it is whole.
 *
 * @param options `parts`: written one after the other; `lines`: all that must have come then
 */
export async function waitsForTheRest(
  scene: Reading,
  client: Answer,
  options: Within & { path: string; parts: (string | Uint8Array)[]; lines: string[] },
): Promise<void> {
  const { path, parts, lines, within, otherwise } = options;
  const before = client.events.length;
  for (const part of parts) {
    await print(scene, path, part);
    // So long nothing may come. Two looks of the server at the file pass at least.
    await client.stage.comes(client, ({ events }) => events.length > before, MOMENT);
  }
  await follows(client, lines, { within, otherwise });
}

/** What is done for a client must stop when it leaves: timers, programs that were started, writes. */
export async function forgetsFollowers(
  scene: Reading,
  stage: Stage,
  { path, size, within, otherwise }: Within & { path: string; size: number },
): Promise<void> {
  const witness = scene.get(path);
  await witness.eventComes(1, { within, otherwise });
  const before = await stage.counts();
  const clients = Array.from({ length: size }, () => scene.get(path));
  await Promise.all(clients.map((client) => client.eventComes(1, { within, otherwise })));
  const during = await stage.counts();
  for (const client of clients) client.leave();
  // Each line that the witness hears is one that they would have been sent.
  for (let line = 2; line <= 4; line++) {
    await print(scene, path, `line ${line}\n`);
    await witness.eventComes(line, { within, otherwise });
    await stage.comes(witness, () => false, MOMENT);
  }
  const after = await stage.counts();
  if (!before || !during || !after) {
    throw new Unseen(
      'Who stayed goes on to hear lines. Whether anything goes on for those who left cannot be seen from ' +
        'here: only a server that the kit has started itself shows it.',
    );
  }
  const kept = [
    after.children - before.children >= size / 2 &&
      'the programs that were started for them still run',
    after.timers - before.timers >= size / 2 && 'the timers that were set for them still run',
    after.writesAfterClose - during.writesAfterClose >= size &&
      'each new line is still written to them',
  ].filter((part) => part !== false);
  if (kept.length === 0) return;
  throw new Failure({
    sentence: `${size} clients came, heard a line and left. Three lines later ${kept.join(', and ')}. What is done for a client was meant to stop when it leaves.`,
    advice: otherwise,
  });
}

/** A name that leads to another file must not be served with what is in that file. */
export async function servesNoOtherFile(
  { get }: Pick<Scene, 'get'>,
  path: string,
  file: string,
  { within, otherwise }: Within,
): Promise<void> {
  const below = file.slice(file.indexOf(sep)).replaceAll(sep, '/');
  const name = `${'../'.repeat(20)}${below.slice(1)}`;
  for (const parameter of ['name', 'file', 'path']) {
    const answer = get(`${path}?${parameter}=${encodeURIComponent(name)}`);
    await answer.headComes({ within, otherwise });
    // A stream of what is really a log is as good as a refusal.
    const hasContent = () =>
      Buffer.from(answer.exchange.body).toString().includes('servesNoOtherFile');
    await answer.stage.comes(answer, () => answer.ending || answer.events.length > 0, MOMENT);
    await answer.stage.comes(answer, () => hasContent() || answer.ending, MOMENT);
    if (hasContent()) {
      throw new Failure({
        sentence: `\`?${parameter}=../../…\` was asked for, and a file came that is no log: \`${below.slice(below.lastIndexOf('/') + 1)}\` of this lesson. Whoever can reach the server reads every file that it can read.`,
        advice: otherwise,
        certain: true,
      });
    }
    answer.leave();
  }
}

/** Whoever comes back with the ID of a line must hear the next one first, whichever line it is. */
export async function resumesAtEach(
  scene: Reading,
  path: string,
  lines: string[],
  advice: Within,
): Promise<void> {
  const { within, otherwise } = advice;
  const first = scene.get(path);
  await follows(first, lines, advice);
  const heard = linesOf(first).slice(0, -1);
  await Promise.all(
    heard.map(async ({ lastEventId, data }, index) => {
      const back = scene.get(path, comingBack(lastEventId));
      await back.headComes(advice);
      back.isAnEventStream({ otherwise });
      const next = await back.stage.comes(back, ({ events }) => events[0], within);
      const meant = lines[index + 1]!;
      if (next?.data === meant && next.type === 'message') return;
      const came = `A client came back and said that it had heard the line \`${data}\``;
      const isHalf = next && next.data !== '' && meant.endsWith(next.data);
      throw new Failure({
        sentence: !next
          ? `${came}. Nothing came.`
          : next.type === 'reset'
            ? `${came}, and was told \`reset\`. The log is the same: it was meant to go on with the next line.`
            : next.data === data
              ? `${came}. That very line came again.`
              : isHalf
                ? `${came}. The end of the next line came: \`${next.data}\` of \`${meant}\`. The place is some bytes too far.`
                : lines.indexOf(next.data) >= 0 && lines.indexOf(next.data) <= index
                  ? `${came}. Lines came that it had heard before.`
                  : `${came}. What came first is not the next line: \`${visible(next.data)}\`.`,
        excerpt: excerptOf(back.events, lines.slice(index + 1), 0),
        ...(next &&
          lines.indexOf(next.data) >= 0 &&
          lines.indexOf(next.data) <= index && { finding: 'replays' }),
        advice: otherwise,
      });
    }),
  );
}

/** Where an ID is of no use any more, the client must be told `reset` before it hears the lines. */
export async function saysThatItBeganAnew(
  { get }: Reading,
  path: string,
  { last, lines }: { last: string; lines: string[] },
  advice: Within,
): Promise<void> {
  const back = get(path, comingBack(last));
  await back.headComes(advice);
  back.isAnEventStream(advice);
  const first = await back.stage.comes(back, ({ events }) => events[0], advice.within);
  if (first?.type === 'reset') return follows(back, lines, advice);
  throw new Failure({
    sentence: first
      ? 'The log was emptied while a client was away. It came back, and lines came as if they followed what it has: nothing said that the log has begun anew.'
      : 'The log was emptied while a client was away. It came back with a place that is beyond its end, and nothing came.',
    advice: advice.otherwise,
  });
}

/**
 * A log was put away while it was followed: all lines must have come, of the old and of the new file, and
 * their IDs must tell the two apart.
 */
export async function staysTrueWhenPutAway(
  scene: Reading,
  client: Answer,
  { path, lines, within, otherwise }: Within & { path: string; lines: string[] },
): Promise<void> {
  await follows(client, lines, { within, otherwise });
  const heard = linesOf(client);
  const ids = heard.map(({ lastEventId }) => lastEventId);
  const twin = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (twin >= 0) {
    throw new Failure({
      sentence: `The log was put away, and a new one begun. A line of the new one has the ID that a line of the old one had: \`${visible(ids[twin]!)}\` is \`${heard[ids.indexOf(ids[twin]!)]!.data}\` as well as \`${heard[twin]!.data}\`. Who comes back with it goes on at the wrong place.`,
      advice: otherwise,
    });
  }
  const old = heard[1]!;
  const back = scene.get(path, comingBack(old.lastEventId));
  const first = await back.stage.comes(back, ({ events }) => events[0], within);
  if (first?.type === 'reset' || first?.data === lines[2]) return;
  throw new Failure({
    sentence: `A client came back with a place in the log that was put away. ${first ? `The first line that came is \`${visible(first.data)}\`, and nothing said that some are missing.` : 'Nothing came.'}`,
    advice: otherwise,
  });
}
