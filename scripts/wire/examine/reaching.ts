// From the address that was given to the answer that a browser would give to its page: redirects
// followed, leave asked for where a browser asks.
import { concat } from '../bytes.ts';
import { openExchange } from '../exchange.ts';
import { type Finding, quote } from '../finding.ts';
import type { ResponseHead } from '../http.ts';
import {
  findingsInCors,
  findingsInPreflight,
  type Page,
  type Preflight,
  preflightFor,
  preflightHeaders,
} from './cors.ts';
import { afterRedirect, type Inquiry, isCrossOrigin } from './inquiry.ts';
import { StreamLook } from './stream-look.ts';
import { tooManyRedirects, unreachable } from './unreachable.ts';

/** What happens on the way, to be shown as it happens. */
export type Step =
  | { kind: 'preflight'; asked: Preflight; url: URL; head: ResponseHead | undefined }
  | { kind: 'request'; look: StreamLook }
  | { kind: 'redirect'; head: ResponseHead; from: URL; to: URL };

export interface Reached {
  /** The look at the last answer; missing where there was none. */
  look?: StreamLook;
  findings: Finding[];
  remarks: string[];
}

export interface Way {
  insecure: boolean;
  /** How long may be waited for each answer, in milliseconds. */
  patience: number;
  /** Milliseconds until all must be over. */
  left: () => number;
  on: (step: Step) => void;
}

/** However short a look is, a head may take so long (milliseconds), where time is left. */
const HEAD = 2000;
/** As many as browsers follow. */
const MOST_REDIRECTS = 20;
/** The answer to a preflight has no body worth reading. */
const PREFLIGHT_BODY = 64 * 1024;

/**
 * Asks, and follows.
 *
 * @throws KitError if the request cannot be put on a wire
 */
export async function reach(first: Inquiry, way: Way): Promise<Reached> {
  const reached: Reached = { findings: [], remarks: [] };
  let inquiry = first;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const page = pageOf(inquiry);
    if (page) reached.findings.push(...(await askLeave(inquiry, page, way, reached.remarks)));

    const look = new StreamLook(inquiry, { insecure: way.insecure });
    way.on({ kind: 'request', look });
    await look.until(({ head }) => head !== undefined, patienceOf(way));
    const { head } = look;
    if (!head) {
      reached.findings = [unreachable(silenceOf(look))];
      look.leave();
      return reached;
    }
    if (page) reached.findings.push(...findingsInCors(head, page, look.exchange.headAt));
    const next = afterRedirect(inquiry, head);
    if (!next) return { ...reached, look };

    look.leave();
    way.on({ kind: 'redirect', head, from: inquiry.url, to: next.url });
    reached.remarks.push(
      `${quote(inquiry.url.href, 200)} answered ${quote(`${head.status} ${head.reason}`.trim())} and led to ` +
        `${quote(next.url.href, 200)}${next.method === inquiry.method ? '' : `, now with ${next.method}`}.`,
    );
    inquiry = next;
    if (way.left() <= 0) return { ...reached, findings: [tooManyRedirects(hop + 1, inquiry.url)] };
  }
  return { ...reached, findings: [tooManyRedirects(MOST_REDIRECTS, inquiry.url)] };
}

/** How long may be waited for a head, in milliseconds: what is left must do for a look. */
function patienceOf({ patience, left }: Way): number {
  return Math.max(0, Math.min(Math.max(patience, Math.min(HEAD, left() - patience)), left()));
}

/** The page that asks, if it is of another origin. */
export function pageOf(inquiry: Inquiry): Page | undefined {
  const { origin, credentials } = inquiry;
  return origin !== undefined && isCrossOrigin(inquiry) ? { origin, credentials } : undefined;
}

/** Sends the preflight that a browser would send, if it would, and judges the answer. */
async function askLeave(
  inquiry: Inquiry,
  page: Page,
  way: Way,
  remarks: string[],
): Promise<Finding[]> {
  const asked = preflightFor(inquiry);
  if (!asked) return [];
  const { url } = inquiry;
  const exchange = openExchange(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'OPTIONS',
      headers: preflightHeaders(asked, page.origin),
    },
    { insecure: way.insecure, limit: PREFLIGHT_BODY },
  );
  const head = await exchange.until((one) => one.head, patienceOf(way));
  const { connectedAt } = exchange;
  exchange.leave();
  way.on({ kind: 'preflight', asked, url, head });
  if (head) return findingsInPreflight(head, asked, page, exchange.headAt);
  if (connectedAt !== undefined) remarks.push('The preflight, `OPTIONS`, got no answer.');
  return [];
}

function silenceOf(look: StreamLook) {
  const { cause, connectedAt, raw, ending } = look.exchange;
  return {
    url: look.inquiry.url,
    ...(ending !== undefined && { cause: cause ?? ending }),
    connected: connectedAt !== undefined,
    came: concat(raw.map(({ bytes }) => bytes)),
    waited: look.now,
  };
}
