// Requests of pages of another origin: what a check can ask about who may read an answer, and about
// the preflight that goes ahead of a request. The rules are those of the doctor, and so are the
// sentences. Each question that is answered with no ends the check with a Failure.
//
// https://fetch.spec.whatwg.org/#http-cors-protocol
import {
  findingsInCors,
  findingsInPreflight,
  lacksVary,
  noVary,
  type Page,
  type Preflight,
} from '../wire/examine/cors.ts';
import type { Finding } from '../wire/finding.ts';
import { headerValue, mediaType } from '../wire/http-head.ts';
import type { Answer, Otherwise } from './answer.ts';
import { headExcerpt } from './diagnosis.ts';
import { Failure } from './failure.ts';

/** Lesson milliseconds that a head may take. */
const SOON = 5000;

const ORIGIN = 'access-control-allow-origin';

export interface Asked extends Otherwise {
  page: Page;
  /** What was asked, the beginning of the sentence: "`GET /departures` was sent". */
  asked: string;
}

/** The browser must let the page read this answer. */
export async function mayRead(answer: Answer, { page, asked, otherwise }: Asked): Promise<void> {
  const head = await answer.headComes({ within: SOON, otherwise });
  const [finding] = findingsInCors(head, page);
  if (finding) throw failureOf(answer, finding, asked, ORIGIN, otherwise);
}

/** The browser must keep this answer from the page. */
export async function mayNotRead(answer: Answer, { page, asked, otherwise }: Asked): Promise<void> {
  const head = await answer.headComes({ within: SOON, otherwise });
  if (findingsInCors(head, page).length > 0) return;
  const value = headerValue(head, ORIGIN);
  const all =
    value === '*'
      ? 'any page may read it'
      : value === 'null'
        ? 'any page may read it, for each can make a frame whose origin is `null`'
        : `a page of \`${page.origin}\` may read it`;
  throw new Failure({
    sentence: `${asked}, and the answer says \`Access-Control-Allow-Origin: ${value}\`: ${all}. Only pages of our own origins were meant to.`,
    excerpt: headExcerpt(answer, ORIGIN),
    advice: otherwise,
    certain: true,
  });
}

/** The browser must send the request itself after this answer to its preflight. */
export async function passesPreflight(
  answer: Answer,
  { page, asked, otherwise, preflight }: Asked & { preflight: Preflight },
): Promise<void> {
  const head = await answer.headComes({ within: SOON, otherwise });
  if (mediaType(head) === 'text/event-stream') {
    throw new Failure({
      sentence: `${asked}, and it was answered with the stream itself. A preflight asks what is allowed, and wants no body: nobody will read this stream.`,
      excerpt: headExcerpt(answer, 'content-type'),
      advice: otherwise,
      finding: 'preflight',
      certain: true,
    });
  }
  const [finding] = findingsInPreflight(head, preflight, page);
  if (finding) {
    const header =
      finding.id === 'preflight-headers'
        ? 'access-control-allow-headers'
        : finding.id === 'preflight-method'
          ? 'access-control-allow-methods'
          : head.status < 300
            ? ORIGIN
            : undefined;
    throw failureOf(answer, finding, asked, header, otherwise);
  }
  await answer.stage.comes(answer, () => answer.ending, SOON);
  if (answer.ending === 'complete' || answer.ending === 'closed') return;
  throw new Failure({
    sentence: `${asked}, and the answer allows it, but it does not end.`,
    excerpt: headExcerpt(answer),
    advice: 'End it: `response.writeHead(204).end()`, and return, so that nothing follows.',
  });
}

/** A page of another origin must be able to read this header of an answer. */
export async function isExposed(
  answer: Answer,
  header: string,
  { asked, otherwise }: Omit<Asked, 'page'>,
): Promise<void> {
  const head = await answer.headComes({ within: SOON, otherwise });
  if (headerValue(head, header.toLowerCase()) === undefined) {
    throw new Failure({
      sentence: `${asked}, and the answer has no header \`${header}\`.`,
      excerpt: headExcerpt(answer),
      advice: `Leave the line that sets \`${header}\` where it is, ahead of everything else.`,
      certain: true,
    });
  }
  const value = headerValue(head, 'access-control-expose-headers');
  const names = (value ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (names.includes(header.toLowerCase()) || names.includes('*')) return;
  const said =
    value === undefined
      ? 'does not say `Access-Control-Expose-Headers`'
      : `says \`Access-Control-Expose-Headers: ${value}\``;
  throw new Failure({
    sentence: `${asked}, and the answer ${said}. So \`${header}\` is on the wire, and a page of another origin is told \`null\`.`,
    excerpt: headExcerpt(answer, 'access-control-expose-headers'),
    advice: otherwise,
    certain: true,
  });
}

/**
 * An answer that may be kept, and depends on the origin, must say so: where an origin asks, and where
 * none does.
 *
 * @param allowed the answer to the page
 * @param plain the answer to the same request without an origin
 */
export async function saysThatItVaries(
  allowed: Answer,
  plain: Answer,
  { page, otherwise }: { page: Page } & Otherwise,
): Promise<void> {
  const head = await allowed.headComes({ within: SOON, otherwise });
  const other = await plain.headComes({ within: SOON, otherwise });
  const without = headerValue(other, ORIGIN);
  if (without === headerValue(head, ORIGIN)) return; // the same for everybody
  if (lacksVary(head, page)) {
    throw failureOf(allowed, noVary(page, without), '', 'vary', otherwise);
  }
  const varies = (headerValue(other, 'vary') ?? '').toLowerCase().split(',');
  if (varies.some((name) => name.trim() === 'origin' || name.trim() === '*')) return;
  throw new Failure({
    sentence: `\`${plain.method} ${plain.path}\` without an \`Origin\` was answered without \`Vary: Origin\`. That is the answer that does harm: a cache keeps it, and gives it to the page, for which it allows nothing.`,
    excerpt: headExcerpt(plain, 'vary'),
    advice: otherwise,
    finding: 'cors-vary',
    certain: true,
  });
}

function failureOf(
  answer: Answer,
  { id, message, advice }: Finding,
  asked: string,
  header: string | undefined,
  otherwise: string,
): Failure {
  return new Failure({
    sentence: asked === '' ? message : `${asked}. ${message}`,
    excerpt: headExcerpt(answer, header),
    advice: `${advice} ${otherwise}`.trim(),
    finding: id,
    certain: true,
  });
}
