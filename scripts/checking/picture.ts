// A picture that is sent as text in an event: what a check can ask about the letters that it was
// written in, and whether the bytes that a client makes of them are those of the picture. As with
// Answer, each question that is answered with no ends the check with a Failure.
import { visible } from '../wire/bytes.ts';
import type { StreamEvent } from '../wire/event-stream.ts';
import type { Answer, Otherwise } from './answer.ts';
import { headExcerpt, placeInBody } from './diagnosis.ts';
import { type Explanation, Failure } from './failure.ts';

type Within = Otherwise & { within: number /* lesson milliseconds, from one piece to the next */ };

/** How every PNG begins. https://www.w3.org/TR/png-3/#3PNGsignature */
const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** What UTF-8 has for a character that could not be read. */
const REPLACEMENT = Buffer.from('\ufffd');
/** How a PNG begins where each byte was made the character of its number, and that was sent as UTF-8. */
const LATIN1 = Buffer.from('\x89PNG');
/** Letters of an event that an excerpt shows before and behind a place. */
const AROUND = 24;

/** What a client makes of the letters: bytes, or a reason why there are none. */
export type Reading = { bytes: Uint8Array } | { wrong: string; at?: number };

/** A picture's bytes as the server itself gives them: they are what everything is compared with. */
export async function pictureAt(answer: Answer, { within, otherwise }: Within): Promise<Buffer> {
  const head = await answer.headComes({ within, otherwise });
  await arrives(answer, () => answer.ending !== undefined, within);
  const { ending, body } = answer.exchange;
  const isWhole = ending === 'complete' || ending === 'closed';
  if (head.status === 200 && isWhole && SIGNATURE.equals(body.subarray(0, SIGNATURE.length))) {
    return Buffer.from(body);
  }
  throw new Failure({
    sentence: `\`GET ${answer.path}\` was asked for, and no PNG came: the checks need it, to compare.`,
    excerpt: headExcerpt(answer),
    advice: otherwise,
  });
}

/**
 * One event must come whose data are the picture, to the byte.
 *
 * @param read what a client does with the data
 * @param meant the picture
 */
export async function pictureComes(
  answer: Answer,
  read: (data: string) => Reading,
  meant: Uint8Array,
  { within, otherwise }: Within,
): Promise<void> {
  await answer.headComes({ within, otherwise });
  answer.isAnEventStream();
  const madeText = () => explainMadeText(answer, otherwise);
  await arrives(answer, () => answer.events.length > 0 || madeText() !== undefined, within);
  const mistake = madeText() ?? explainFlood(answer, meant, otherwise);
  if (mistake) throw new Failure(mistake);
  const event = await answer.eventComes(1, { within, otherwise });
  answer.everyLineIsUnderstood();
  if (event.type !== 'message') {
    const sentence = `The event has the type \`${visible(event.type)}\`. The page listens with \`onmessage\`, which hears events without a type.`;
    const excerpt = around(event, 0);
    throw new Failure({ sentence, excerpt, advice: 'Leave the `event:` line out.', certain: true });
  }
  const reading = read(event.data);
  if ('wrong' in reading) {
    const { wrong: sentence, at = 0 } = reading;
    throw new Failure({
      sentence,
      excerpt: around(event, at),
      advice: otherwise,
      certain: true,
    });
  }
  if (Buffer.from(meant).equals(reading.bytes)) return;
  throw new Failure({
    sentence: explainDifference(reading.bytes, meant),
    excerpt: around(event, 0),
    advice: otherwise,
    certain: true,
  });
}

/** As the page reads it: JSON.parse(data).data, a list of numbers. */
export function readAsJson(data: string): Reading {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (error) {
    const at = Number(/position (\d+)/.exec(`${error}`)?.[1] ?? 0);
    return { wrong: 'The data of the event are no JSON.', at };
  }
  const numbers = (value as { data?: unknown } | null)?.data;
  const isByte = (one: unknown) => Number.isInteger(one) && Number(one) >= 0 && Number(one) < 256;
  if (Array.isArray(numbers) && numbers.every(isByte)) return { bytes: Uint8Array.from(numbers) };
  const meant = 'an object was meant whose `data` is a list of bytes';
  if (typeof value === 'string')
    return { wrong: `The data are JSON, and in it is one text: ${meant}.` };
  if (Array.isArray(value))
    return { wrong: `The data are JSON, and in it is a bare list: ${meant}.` };
  if (typeof numbers === 'string') {
    return { wrong: `The data are JSON, and its \`data\` is a text: a list of numbers was meant.` };
  }
  return { wrong: `The data are JSON, and there is no list of bytes in it: ${meant}.` };
}

/**
 * As the page reads it: `atob`, which takes white space out and needs no `=` at the end.
 * https://infra.spec.whatwg.org/#forgiving-base64-decode
 */
export function readAsBase64(data: string): Reading {
  const address = /^data:[^,]*,/.exec(data);
  if (address) {
    return {
      wrong: `The data begin with \`${address[0]}\`, as the address of a picture does. Here base64 alone was meant.`,
    };
  }
  const strange = /[^A-Za-z0-9+/=\s]/.exec(data);
  if (strange) {
    const letter = strange[0];
    const why =
      letter === '-' || letter === '_' ? ': it belongs to `base64url`, which is for addresses' : '';
    return {
      wrong: `The data have a \`${visible(letter)}\` in them, which is no letter of base64${why}.`,
      at: strange.index,
    };
  }
  const letters = data.replace(/\s/g, '').replace(/={1,2}$/, '');
  if (letters.includes('=') || letters.length % 4 === 1) {
    return {
      wrong: 'The data are no base64: letters are missing, or it was put together from several.',
    };
  }
  return { bytes: Buffer.from(letters, 'base64') };
}

/** Waits until something is so, as long as pieces keep coming. */
async function arrives(answer: Answer, isSo: () => boolean, silence: number): Promise<void> {
  const { exchange, stage } = answer;
  while (!isSo() && !exchange.ending) {
    const count = exchange.pieces.length;
    const more = () => isSo() || exchange.pieces.length > count;
    if (!(await stage.comes(answer, more, silence))) return;
  }
}

/** The bytes of the picture went as text; undefined if they did not. */
function explainMadeText(answer: Answer, advice: string): Explanation | undefined {
  const body = Buffer.from(answer.exchange.body);
  const lost = body.indexOf(REPLACEMENT);
  const asLatin1 = body.indexOf(LATIN1);
  const start = lost >= 0 ? lost : asLatin1;
  if (start < 0) return undefined;
  const piece = answer.exchange.pieces.findLast(({ offset }) => offset <= start);
  const place = { span: { start, end: start + 1 }, at: piece?.at ?? 0 };
  return {
    sentence:
      lost >= 0
        ? 'The bytes of the picture were made text. Where they are no UTF-8, \\uFFFD stands in their ' +
          'place, and no client can get them back.'
        : 'The bytes of the picture were made text, a character for each (`latin1`, `binary`). Those from ' +
          '0x80 on take two bytes in UTF-8, and the line breaks among them are line breaks of the stream.',
    ...placeInBody(answer, place, 'here was a byte of the picture'),
    advice,
    certain: true,
  };
}

/** More came than any client would wait for, in one event. */
function explainFlood(answer: Answer, meant: Uint8Array, advice: string): Explanation | undefined {
  const { ending, body } = answer.exchange;
  if (ending !== 'flooded' || answer.events.length > 0) return undefined;
  return {
    sentence:
      `${Math.floor(body.length / 1024)} kilobytes came, and the event is not over. The picture has ` +
      `${meant.length} bytes: so much no way of writing it down should take.`,
    excerpt: `    ${visible(body.subarray(0, 3 * AROUND))}…`,
    advice,
    certain: true,
  };
}

function explainDifference(came: Uint8Array, meant: Uint8Array): string {
  const place = came.findIndex((byte, index) => byte !== meant[index]);
  const both = `${came.length} bytes come out of it, and the picture has ${meant.length}`;
  const text = Buffer.from(came).toString('latin1');
  if (/^[0-9a-f]{16,}$/i.test(Buffer.from(came).toString('base64'))) {
    return 'The data are hexadecimal, two letters a byte. Base64 was meant, which takes less.';
  }
  if (Buffer.from(came).indexOf(REPLACEMENT) >= 0 && Buffer.from(meant).indexOf(REPLACEMENT) < 0) {
    return `The bytes of the picture were made text before they were written down: \\uFFFD is among them. ${both}.`;
  }
  if (/^[A-Za-z0-9+/]{16,}=*$/.test(text)) {
    return `What comes out of it is base64 once more: it was written down twice. ${both}.`;
  }
  if (place < 0) return `The picture is not whole: ${both}.`;
  const [one, other] = [came[place], meant[place]].map((byte) => {
    return byte === undefined ? 'nothing' : `0x${byte.toString(16).padStart(2, '0')}`;
  });
  return `The bytes are not those of the picture: byte ${place} is ${one}, and ${other} was meant. ${both}.`;
}

/** The letters of an event around a place. */
function around({ data }: StreamEvent, at: number): string {
  const from = Math.max(0, at - AROUND);
  const before = visible(`${from > 0 ? '…' : 'data: '}${data.slice(from, at)}`);
  const rest = data.slice(at, at + AROUND);
  const more = at + AROUND < data.length ? '…' : '';
  return `    ${before}${visible(rest)}${more}\n    ${' '.repeat(before.length)}^`;
}
