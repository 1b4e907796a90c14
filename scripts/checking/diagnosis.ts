// What is wrong with an answer, in words. Where the kit's list of findings has it, the sentence is
// taken from there: a mistake is described in the same words wherever it is met.
import { excerpt, type Span, visible } from '../wire/bytes.ts';
import { type Finding, findingsInHead, findingsInStream } from '../wire/findings.ts';
import type { Answer } from './answer.ts';
import { aboutSeconds, type Explanation, seconds } from './failure.ts';

/** Why the head is not that of an event stream; undefined if it is. */
export function wrongInHead(answer: Answer): Explanation | undefined {
  const { head } = answer.exchange;
  if (!head) return undefined;
  const finding = findingsInHead(head).find(({ level }) => level === 'error');
  if (!finding) return undefined;
  const name = finding.id === 'content-type' ? 'content-type' : undefined;
  return { ...explainFinding(answer, finding), excerpt: headExcerpt(answer, name) };
}

/** The first byte of the body that costs a client an event; undefined if there is none. */
export function wrongInStream(answer: Answer): Explanation | undefined {
  const { ending } = answer.exchange;
  const read = answer.events; // feeds the reader
  const finding = findingsInStream(answer.reader, answer.exchange.body, {
    ...(ending !== undefined && { ending }),
  }).find(({ id, level }) => level === 'error' && (id !== 'not-framed' || read.length === 0));
  return finding && explainFinding(answer, finding);
}

/** The head, the line of a header last, with a caret under it. */
export function headExcerpt(answer: Answer, header?: string): string {
  const { head, headAt, raw } = answer.exchange;
  if (!head) return '';
  const bytes = Buffer.concat(raw.map((piece) => piece.bytes)).subarray(0, head.span.end);
  const line = head.headers.find(({ name }) => name.toLowerCase() === header);
  // A header that is missing is missed where the head ends.
  const span = line?.span ?? (header === undefined ? head.span : endOf(head.span));
  return pointed(bytes, span, `+${seconds(answer.lesson(headAt!))}`);
}

/** No head has come. */
export function explainNoHead(answer: Answer, within: number): Explanation {
  const { ending, cause } = answer.exchange;
  if (ending === 'refused') {
    return {
      sentence: `The connection for ${answer.path} was refused (${cause}): nobody listens there any more.`,
      finding: 'unreachable',
    };
  }
  if (ending) {
    return {
      sentence: `The request for ${answer.path} came to an end without an answer: ${lowered(cause ?? ending)}`,
      at: answer.lesson(answer.exchange.endedAt!),
      ...(ending === 'malformed' && { certain: true }),
    };
  }
  return {
    sentence: `No byte of an answer to GET ${answer.path} came within ${aboutSeconds(within)}, not even its head.`,
    at: within,
  };
}

/** No event has come. `otherwise` is said where the bytes tell nothing more special. */
export function explainNoEvent(answer: Answer, within: number, otherwise: string): Explanation {
  const { exchange, reader } = answer;
  if (!exchange.head) return { ...explainNoHead(answer, within), advice: otherwise };
  const wrong = wrongInStream(answer);
  if (wrong) return wrong;
  const { body, ending } = exchange;
  const over = exchange.endedAt !== undefined && ending !== 'left';
  const by = over
    ? `The response ended after ${seconds(answer.lesson(exchange.endedAt!))}, and no event had come.`
    : `No event came within ${aboutSeconds(within)}.`;
  if (body.length === 0) {
    return {
      sentence: `${by} The head came, and no byte of a body after it.`,
      advice: otherwise,
      ...(over && { at: answer.lesson(exchange.endedAt!) }),
    };
  }
  const end = { start: body.length - 1, end: body.length };
  const last = exchange.pieces.at(-1)!;
  const place = {
    excerpt: pointed(body, end, `byte ${end.start}, +${seconds(answer.lesson(last.at))}`),
    offset: end.start,
    at: answer.lesson(last.at),
  };
  const escaped = /\\r|\\n/.exec(Buffer.from(body).toString('latin1'));
  if (reader.lines.length === 0 && escaped) {
    const start = escaped.index;
    return {
      sentence: `${by} On the wire are the two characters ${escaped[0]}, a backslash and a letter, where a line break was meant.`,
      excerpt: pointed(body, { start, end: start + 2 }, `byte ${start}`),
      advice: 'Write \\n with one backslash, in quotes that know it: \'…\\n\\n\', "…" or `…`.',
      offset: start,
      at: answer.lesson(exchange.pieces[0]!.at),
      certain: true,
    };
  }
  if (reader.lines.length === 0) {
    return {
      sentence: `${by} ${body.length} bytes came, and no line break among them: to a client this is still the first line.`,
      advice: 'End the line with \\n, and the event with an empty line, so \\n\\n in all.',
      ...place,
    };
  }
  const lines = reader.lines.length === 1 ? 'One line came' : `${reader.lines.length} lines came`;
  return {
    sentence: `${by} ${lines}, and no empty line: to a client this is one event that has not ended yet.`,
    advice: 'End each event with an empty line: two line breaks, \\n\\n, after the last field.',
    ...place,
  };
}

/** The head came together with the first event, too late. */
export function explainLateHead(answer: Answer, otherwise: string): Explanation {
  const { exchange } = answer;
  const at = answer.lesson(exchange.headAt!);
  const withBody = exchange.pieces.length > 0 && exchange.pieces[0]!.at - exchange.headAt! < 2;
  return {
    sentence: `The head came ${withBody ? 'only with the first event, ' : ''}${seconds(at)} after the request. It was meant to come at once.`,
    excerpt: headExcerpt(answer),
    advice: otherwise,
    finding: 'head-late',
    at,
  };
}

function explainFinding(answer: Answer, finding: Finding): Explanation {
  const at = finding.at === undefined ? undefined : answer.lesson(finding.at);
  const when = at === undefined ? '' : `, +${seconds(at)}`;
  const { span } = finding;
  return {
    sentence: finding.message,
    advice: finding.advice,
    finding: finding.id,
    ...(span && {
      excerpt: pointed(answer.exchange.body, span, `byte ${span.start}${when}`),
      offset: span.start,
    }),
    ...(at !== undefined && { at }),
    certain: true,
  };
}

/** Lines of the wire, and below them a caret with a remark. */
function pointed(bytes: Uint8Array, span: Span, remark: string): string {
  const { lines, caret } = excerpt(bytes, span);
  return [...lines, `${caret} ${remark}`].map((line) => `    ${line}`).join('\n');
}

function endOf(span: Span): Span {
  return { start: span.end - 1, end: span.end };
}

function lowered(text: string): string {
  const sentence = visible(text);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
