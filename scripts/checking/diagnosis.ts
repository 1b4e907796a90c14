// What is wrong with an answer, in words. Where the kit's list of findings has it, the sentence is
// taken from there: a mistake is described in the same words wherever it is met.
import { excerpt, type Span, visible } from '../wire/bytes.ts';
import { EventStreamReader, type Line } from '../wire/event-stream.ts';
import {
  describeFinding,
  type Finding,
  findingsInHead,
  findingsInStream,
  type Look,
  missingBlankLine,
} from '../wire/findings.ts';
import type { HeaderLine } from '../wire/http-head.ts';
import type { Answer } from './answer.ts';
import { aboutSeconds, type Explanation, seconds } from './failure.ts';

/** So many pieces show what a stream is like that never gets to an event. */
const PIECES = 2;

/** Why the head is not that of an event stream; undefined if it is. */
export function wrongInHead(answer: Answer): Explanation | undefined {
  const { head } = answer.exchange;
  if (!head) return undefined;
  const finding = findingsInHead(head, lookAt(answer)).find(({ level }) => level === 'error');
  if (!finding) return undefined;
  const name = finding.id === 'content-type' ? 'content-type' : undefined;
  return { ...explainFinding(answer, finding), excerpt: headExcerpt(answer, name) };
}

/**
 * The first byte of the body that costs a client an event; undefined if there is none.
 *
 * @param counts which findings are meant; every error, if not given
 */
export function wrongInStream(
  answer: Answer,
  counts: (finding: Finding) => boolean = ({ level }) => level === 'error',
): Explanation | undefined {
  const { events, reader, exchange } = answer;
  const finding = findingsInStream(reader, exchange.body, lookAt(answer)).find(
    (one) => counts(one) && (one.id !== 'not-framed' || events.length === 0),
  );
  return finding && explainFinding(answer, finding);
}

/** The wire up to a place in the body, with a caret under the place and a remark beside it. */
export function placeInBody(answer: Answer, { span, at }: Pick<Line, 'span' | 'at'>, mark: string) {
  const time = `+${seconds(answer.lesson(at))}`;
  return {
    excerpt: pointed(answer.exchange.body, span, `byte ${span.start}, ${time}: ${mark}`),
    offset: span.start,
    at: answer.lesson(at),
  };
}

function lookAt(answer: Answer): Look {
  const { head, headAt, connectedAt, pieces, ending, endedAt } = answer.exchange;
  return { head, headAt, connectedAt, pieces, ending, endedAt, speed: answer.lesson(1) };
}

/** The head, the line of a header last, with a caret under it. */
export function headExcerpt(answer: Answer, header?: string): string {
  const { head, headAt, raw } = answer.exchange;
  if (!head) return '';
  const bytes = Buffer.concat(raw.map((piece) => piece.bytes)).subarray(0, head.span.end);
  const line = head.headers.find(({ name }) => name.toLowerCase() === header);
  // A header that is missing is missed where the head ends: at its empty line.
  const end = { start: head.span.end - 2, end: head.span.end };
  const span = line ? valueSpan(line) : header === undefined ? head.span : end;
  return pointed(bytes, span, `+${seconds(answer.lesson(headAt!))}`);
}

/** No head has come. `otherwise` is said where the reason is not plain. */
export function explainNoHead(answer: Answer, within: number, otherwise?: string): Explanation {
  const { ending, cause } = answer.exchange;
  if (ending === 'refused') {
    return {
      sentence: `The connection for \`${answer.path}\` was refused (${cause}): nobody listens there any more.`,
      advice: 'Look for what closes the server after its first client, such as `server.close()`.',
      finding: 'unreachable',
    };
  }
  if (ending) {
    return {
      sentence: `The request for \`${answer.path}\` came to an end without an answer: ${lowered(cause ?? ending)}`,
      advice: otherwise,
      at: answer.lesson(answer.exchange.endedAt!),
      ...(ending === 'malformed' && { certain: true }),
    };
  }
  return {
    sentence: `No byte of an answer to \`${answer.method} ${answer.path}\` came within ${aboutSeconds(within)}, not even its head.`,
    advice: otherwise,
    at: within,
  };
}

/** No event has come. `otherwise` is said where the bytes tell nothing more special. */
export function explainNoEvent(answer: Answer, within: number, otherwise: string): Explanation {
  const { exchange } = answer;
  if (!exchange.head) return explainNoHead(answer, within, otherwise);
  const wrong = wrongInStream(answer) ?? explainUnended(answer);
  if (wrong) return wrong;
  const over = exchange.endedAt !== undefined && exchange.ending !== 'left';
  const at = over ? answer.lesson(exchange.endedAt!) : within;
  const by = over
    ? `The response ended after ${seconds(at)}, and no event had come.`
    : `No event came within ${aboutSeconds(within)}.`;
  const came =
    exchange.body.length === 0
      ? 'The head came, and no byte of a body after it.'
      : 'What came are comments and empty lines, and no `data:` line.';
  return { sentence: `${by} ${came}`, advice: otherwise, at };
}

/** Bytes of an event came, and nothing that ends it: told by the first of them. */
export function explainUnended(answer: Answer): Explanation | undefined {
  const reader = new EventStreamReader();
  const pieces = answer.exchange.pieces.slice(0, PIECES);
  for (const { bytes, at } of pieces) reader.feed(bytes, at);
  const body = Buffer.concat(pieces.map(({ bytes }) => bytes));
  const finding = missingBlankLine(reader, body);
  return finding && explainFinding(answer, finding, body);
}

/** The head came too late: alone, or together with the first event. */
export function explainLateHead(answer: Answer, otherwise: string): Explanation {
  const { head, headAt } = answer.exchange;
  const at = answer.lesson(headAt!);
  const finding = findingsInHead(head!, lookAt(answer)).find(({ id }) => id === 'head-late');
  return {
    ...(finding
      ? explainFinding(answer, finding)
      : {
          sentence: `The head came ${seconds(at)} after the request. It was meant to come at once.`,
          advice: otherwise,
          finding: 'head-late',
          at,
        }),
    excerpt: headExcerpt(answer),
    certain: false, // a slow machine makes heads late as well
  };
}

function explainFinding(
  answer: Answer,
  finding: Finding,
  body: Uint8Array = answer.exchange.body,
): Explanation {
  const { id, message, advice, at, span } = finding;
  const whole = describeFinding(finding, body, { speed: answer.lesson(1) });
  return {
    sentence: message,
    advice,
    finding: id,
    // What stands between the two is the wire around the place.
    ...(span && {
      excerpt: whole.slice(message.length, -advice.length).replace(/^\n+|\n+$/g, ''),
      offset: span.start,
    }),
    ...(at !== undefined && { at: answer.lesson(at) }),
    certain: true,
  };
}

/** Lines of the wire, and below them a caret with a remark. */
function pointed(bytes: Uint8Array, span: Span, remark: string): string {
  const { lines, caret } = excerpt(bytes, span);
  return [...lines, `${caret} ${remark}`].map((line) => `    ${line}`).join('\n');
}

function valueSpan({ name, value, span }: HeaderLine): Span {
  // Spaces around the value are allowed, and mostly there is one.
  return { start: Math.max(span.end - value.length, span.start + name.length + 1), end: span.end };
}

function lowered(text: string): string {
  const sentence = visible(text);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
