// Requests with a body, and answers that are text: what a check can ask about a refusal, about words
// that come one by one, and about clients who leave in the middle of them. As with Answer, each
// question that is answered with no ends the check with a Failure.
import { visible } from '../wire/bytes.ts';
import { headerValue, mediaType } from '../wire/http-head.ts';
import type { Answer, Otherwise } from './answer.ts';
import { explainNoHead, headExcerpt } from './diagnosis.ts';
import { countsOf } from './ending.ts';
import { aboutSeconds, type Explanation, Failure, seconds } from './failure.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };

/** So often an answer is asked for anew, where a slow machine may be why it came in one burst. */
const ATTEMPTS = 4;
/** Characters and lines of a text that an excerpt shows. */
const WIDTH = 72;
const LINES = 4;

/** The body so far, as UTF-8; the half of a character at its end is left out. */
export function textOf({ exchange }: Answer): string {
  return new TextDecoder().decode(exchange.body, { stream: true });
}

/**
 * The answer must be a refusal: this status, and a sentence in JSON.
 *
 * @param asked what was asked, the beginning of the sentence: "`GET /enquiries` was sent"
 */
export async function isRefused(
  answer: Answer,
  status: number,
  { asked, within, otherwise }: Within & { asked: string },
): Promise<void> {
  const came = await answer.stage.comes(answer, ({ exchange }) => exchange.head, within);
  if (!came) {
    const explanation = explainNoHead(answer, within, otherwise);
    throw new Failure({ ...explanation, sentence: `${asked}. ${explanation.sentence}` });
  }
  if (came.status !== status) {
    const meant = `${status} was meant`;
    throw new Failure({
      sentence:
        came.status === 200
          ? `${asked}, and the answer has the status 200: ${meant}. A status cannot be taken back when the head has gone.`
          : `${asked}, and the answer has the status ${came.status}: ${meant}.`,
      excerpt: headExcerpt(answer),
      advice: otherwise,
      certain: true,
    });
  }
  if (status === 405 && !headerValue(came, 'allow')) {
    throw new Failure({
      sentence: `${asked}, and the answer says 405, and not what is allowed instead.`,
      excerpt: headExcerpt(answer, 'allow'),
      advice:
        "Name the method in a header, before the head goes: `response.setHeader('Allow', 'POST')`.",
      certain: true,
    });
  }
  await hasSentence(answer, { asked, within });
}

/** A refusal's body must be JSON, and have a sentence in it. */
async function hasSentence(
  answer: Answer,
  { asked, within }: { asked: string; within: number },
): Promise<void> {
  const { status } = answer.exchange.head!;
  const advice =
    "Say why, as JSON: `refuse(response, status, 'A sentence.')` does, with the type application/json.";
  const refused = `${asked}, and is refused with ${status}`;
  if (!/^application\/(\S+\+)?json$/.test(mediaType(answer.exchange.head!) ?? '')) {
    const sentence = `${refused}, in a type that is not JSON. Programs were meant to be able to read it.`;
    const excerpt = headExcerpt(answer, 'content-type');
    throw new Failure({ sentence, excerpt, advice, certain: true });
  }
  const spoken = await answer.stage.comes(answer, () => sentenceIn(textOf(answer)), within);
  if (spoken) return;
  throw new Failure({
    sentence: `${refused}, and what comes with it is no sentence in JSON.`,
    excerpt: textExcerpt(answer),
    advice,
  });
}

/** A text of several words, anywhere in a JSON value. */
function sentenceIn(json: string): string | undefined {
  let found: string | undefined;
  try {
    JSON.parse(json, (_key, value) => {
      if (typeof value === 'string' && /\S\s+\S/.test(value)) found = value;
      return value;
    });
  } catch {
    return undefined;
  }
  return found;
}

/** The answer must be text that people can read: 200, text/plain, UTF-8. */
export async function isPlainText(answer: Answer, { within, otherwise }: Within): Promise<void> {
  const head = await answer.headComes({ within, otherwise });
  const type = headerValue(head, 'content-type') ?? '';
  const charset = /charset="?([^";]+)/i.exec(type)?.[1]?.toLowerCase();
  if (head.status === 200 && mediaType(head) === 'text/plain' && charset === 'utf-8') return;
  const what =
    head.status !== 200
      ? `the status ${head.status}: 200 was meant`
      : `the type \`${visible(type)}\`: \`text/plain; charset=utf-8\` was meant`;
  throw new Failure({
    sentence: `A question was asked as it should be, and the answer has ${what}.`,
    excerpt: head.status === 200 ? headExcerpt(answer, 'content-type') : headExcerpt(answer),
    advice: otherwise,
    certain: true,
  });
}

/** The body must have this text in it. */
export async function textComes(
  answer: Answer,
  text: string,
  { within, otherwise }: Within,
): Promise<void> {
  await answer.headComes({ within, otherwise });
  const broken = () => /^.*\ufffd.*\n/m.exec(textOf(answer))?.[0]; // the whole line
  const has = () => textOf(answer).includes(text);
  await answer.stage.comes(answer, () => has() || broken(), within);
  if (has()) return;
  const isBroken = textOf(answer).includes('\ufffd');
  throw new Failure({
    sentence: isBroken
      ? `\`${visible(text)}\` was meant to be in the answer, and \\uFFFD stands in place of a character: its bytes came in two pieces, and each was made text by itself.`
      : `\`${visible(text)}\` was meant to be in the answer, and is not${answer.ending ? '' : `, within ${aboutSeconds(within)}`}.`,
    excerpt: textExcerpt(answer, broken()),
    advice: otherwise,
    certain: isBroken || answer.ending === 'complete',
  });
}

/**
 * A text must come bit by bit, and end.
 *
 * @param ask makes a request
 * @param options `span`: lesson milliseconds that lie between the first byte and the last at least;
 *   `within`: until something comes, again and again
 */
export async function comesBitByBit(
  ask: () => Answer,
  { span, within, otherwise }: Within & { span: number },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const answer = ask();
    await answer.headComes({ within, otherwise });
    await comesToItsEnd(answer, within);
    const { pieces, ending } = answer.exchange;
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (!first || !last) throw new Failure(explainNothing(answer, within, otherwise));
    if (ending !== 'complete' && ending !== 'closed') {
      throw new Failure(explainUnended(answer, within, otherwise));
    }
    if (answer.lesson(last.at - first.at) >= span) return;
    // Where the machine stood still, what came bit by bit is here in one burst.
    if (attempt < ATTEMPTS) continue;
    const waited = answer.lesson(first.at);
    throw new Failure({
      sentence:
        `The whole answer came at once, ${seconds(waited)} after the request. ` +
        'Each word was meant to come as soon as the desk has it.',
      excerpt: textExcerpt(answer),
      advice: otherwise,
      at: waited,
    });
  }
}

/** Waits until an answer has ended, or nothing has come for a while. */
async function comesToItsEnd(answer: Answer, silence: number): Promise<void> {
  const { exchange, stage } = answer;
  while (!exchange.ending) {
    const count = exchange.pieces.length;
    if (!(await stage.comes(answer, () => exchange.pieces.length > count, silence))) return;
  }
}

/** How many clients leave, and how long their answers would have been. */
export interface Leavers extends Within {
  size: number;
  /** Lesson milliseconds that an answer takes. */
  whole: number;
  /** What to do if one of them hears nothing. */
  unserved: string;
}

/**
 * Many clients ask, hear something and leave. After that nothing may be written to them any more, no
 * timer of theirs may be left, and who asks next must be answered to the end.
 *
 * @param ask makes a request
 * @throws Unseen if the server's process is not ours
 */
export async function forgetsAskers(
  ask: () => Answer,
  { size, whole, within, unserved, otherwise }: Leavers,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const first = ask();
    const { stage } = first;
    await hearsSomething(first, { within, otherwise: unserved });
    const before = await countsOf(stage);
    const came = performance.now();
    const leaving = [first, ...Array.from({ length: size - 1 }, ask)];
    await Promise.all(
      leaving.map(async (client) => {
        await hearsSomething(client, { within, otherwise: unserved });
        client.leave();
      }),
    );
    const left = performance.now();
    // Who comes now is answered later than they would have been: when this one has had two pieces,
    // whoever looks at each turn whether the client is there has had that turn.
    const witness = ask();
    const hasTwo = () => witness.exchange.pieces.length >= 2;
    await stage.comes(witness, hasTwo, 2 * within);
    const early = await countsOf(stage);
    const looked = performance.now();
    await comesToItsEnd(witness, within);
    const late = await countsOf(stage);
    const writes = late.writesAfterClose - early.writesAfterClose;
    const timers = late.timers - before.timers;
    if (writes >= size || timers >= size / 2) {
      const kept =
        writes >= size
          ? 'the server still wrote to them, word after word'
          : `${Math.min(timers, size)} more timers ran than before`;
      throw new Failure({
        sentence:
          `${size} clients asked, heard the first words and left. ` +
          `${seconds(stage.lesson(performance.now() - left))} later ${kept}. ` +
          'An answer was meant to stop when nobody listens to it any more.',
        advice: otherwise,
      });
    }
    // On a slow machine theirs may be over before anybody could look.
    if (stage.lesson(looked - came) < 0.75 * whole) return;
  }
}

async function hearsSomething(answer: Answer, { within, otherwise }: Within): Promise<void> {
  await answer.headComes({ within, otherwise });
  const heard = await answer.stage.comes(answer, () => answer.exchange.pieces.length > 0, within);
  if (heard) return;
  const explanation = explainNothing(answer, within, otherwise);
  const sentence = `Several clients asked at the same time. ${explanation.sentence}`;
  throw new Failure({ ...explanation, sentence });
}

function explainNothing(answer: Answer, within: number, advice: string): Explanation {
  const then = answer.ending ? 'and then the end' : `and nothing for ${aboutSeconds(within)}`;
  return {
    sentence: `The head of the answer came, ${then}: no word of a body.`,
    excerpt: headExcerpt(answer),
    advice,
  };
}

function explainUnended(answer: Answer, within: number, advice: string): Explanation {
  const { ending } = answer;
  return {
    sentence:
      ending === undefined
        ? `Words came, and then nothing for ${aboutSeconds(within)}, and the response stays open. It was meant to end.`
        : 'The connection broke off in the middle of the answer. The response was meant to come to an end, and to say so.',
    excerpt: textExcerpt(answer),
    advice,
  };
}

/** The last lines of a body, or of a part of it, every control character to be seen. */
function textExcerpt(answer: Answer, text = textOf(answer)): string | undefined {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  if (lines.length === 0) return undefined;
  return lines
    .slice(-LINES)
    .map((line) => {
      const shown = visible(line);
      return `    ${shown.length > WIDTH ? `${shown.slice(0, WIDTH - 1)}…` : shown}`;
    })
    .join('\n');
}
