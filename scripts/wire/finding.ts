// What a finding is: one mistake or risk in what came over the wire, told so that its reader can
// mend it. The table holds every id with its levels and the address of its rule.
import { characterAt, excerpt, type Span, visible } from './bytes.ts';

/**
 * `error`: some client will not get what was meant. `warning`: it works here and fails somewhere.
 * `note`: worth knowing.
 */
export type Level = 'error' | 'warning' | 'note';

/** What may be found, at which levels, and where the rule stands. */
interface Kind {
  levels: readonly [Level, ...Level[]];
  rule: string;
}

const HTML = 'https://html.spec.whatwg.org/multipage/server-sent-events.html';
const FETCH = 'https://fetch.spec.whatwg.org/';
const RFC = 'https://www.rfc-editor.org/rfc/';

/** Every finding that there is. */
export const findingTable = {
  unreachable: { levels: ['error'], rule: `${FETCH}#concept-network-error` },
  status: { levels: ['error'], rule: `${HTML}#sse-processing-model` },
  'content-type': { levels: ['error'], rule: `${HTML}#sse-processing-model` },
  cacheable: { levels: ['warning'], rule: `${RFC}rfc9111#section-5.2.2.5` },
  'content-length': { levels: ['warning'], rule: `${RFC}rfc9110#section-8.6` },
  compressed: { levels: ['note'], rule: `${RFC}rfc9110#section-8.4` },
  'hop-by-hop': { levels: ['note'], rule: `${RFC}rfc9113#section-8.2.2` },
  'head-late': { levels: ['warning'], rule: `${HTML}#announce-the-connection` },
  'held-back': { levels: ['warning', 'note'], rule: `${HTML}#authoring-notes` },
  silent: { levels: ['warning', 'note'], rule: `${HTML}#authoring-notes` },
  'not-framed': { levels: ['error'], rule: `${HTML}#parsing-an-event-stream` },
  'unknown-field': { levels: ['error', 'warning'], rule: `${HTML}#processField` },
  'line-break-in-data': { levels: ['error'], rule: `${HTML}#event-stream-interpretation` },
  'no-data': { levels: ['error'], rule: `${HTML}#dispatchMessage` },
  'run-together': { levels: ['error'], rule: `${HTML}#event-stream-interpretation` },
  'unfinished-event': { levels: ['error'], rule: `${HTML}#event-stream-interpretation` },
  'bad-retry': { levels: ['error'], rule: `${HTML}#processField` },
  'bad-id': { levels: ['error'], rule: `${HTML}#processField` },
  'not-utf8': { levels: ['error'], rule: `${HTML}#parsing-an-event-stream` },
  'stray-bom': { levels: ['warning'], rule: `${HTML}#parsing-an-event-stream` },
  'reserved-type': { levels: ['warning'], rule: `${HTML}#the-eventsource-interface` },
  'no-ids': { levels: ['note'], rule: `${HTML}#the-last-event-id-header` },
  ends: { levels: ['note'], rule: `${HTML}#reestablish-the-connection` },
  replays: { levels: ['error'], rule: `${HTML}#the-last-event-id-header` },
  'shared-clients': { levels: ['error'], rule: `${HTML}#server-sent-events-intro` },
  'cors-missing': { levels: ['error'], rule: `${FETCH}#cors-check` },
  'cors-origin': { levels: ['error'], rule: `${FETCH}#cors-check` },
  'cors-wildcard-credentials': {
    levels: ['error'],
    rule: `${FETCH}#cors-protocol-and-credentials`,
  },
  'cors-credentials': { levels: ['error'], rule: `${FETCH}#cors-protocol-and-credentials` },
  'cors-vary': { levels: ['warning'], rule: `${FETCH}#cors-protocol-and-http-caches` },
  preflight: { levels: ['error'], rule: `${FETCH}#cors-preflight-fetch` },
  'preflight-method': { levels: ['error'], rule: `${FETCH}#cors-preflight-fetch` },
  'preflight-headers': { levels: ['error'], rule: `${FETCH}#cors-preflight-fetch` },
} as const satisfies Record<string, Kind>;

export type FindingId = keyof typeof findingTable;

/** One finding. Its texts are plain sentences; names and bytes stand in backticks. */
export interface Finding {
  id: FindingId;
  level: Level;
  /** What came, and what it does. */
  message: string;
  /** The smallest change that mends it. */
  advice: string;
  /** Where in the body; missing where it is not about bytes of the body. */
  span?: Span;
  /** A few words that stand beside the caret under the first byte of `span`. */
  mark?: string;
  /** When that came: milliseconds since the request, as measured. */
  at?: number;
  /** The address of the rule. */
  rule: string;
}

/** What a finding says, without what the table knows of it. */
export type Told = Pick<Finding, 'message' | 'advice'> &
  Partial<Record<'span', Span | undefined>> &
  Partial<Record<'mark', string | undefined>> &
  Partial<Record<'at', number | undefined>>;

/**
 * Makes a finding.
 *
 * @param level must be one that the table gives this id; its first one, if not given
 */
export function finding<Id extends FindingId>(
  id: Id,
  told: Told,
  level: (typeof findingTable)[Id]['levels'][number] = findingTable[id].levels[0],
): Finding {
  const { message, advice, span, mark, at } = told;
  return {
    id,
    level,
    message,
    advice,
    ...(span && { span: { ...span } }),
    ...(mark !== undefined && { mark }),
    ...(at !== undefined && { at }),
    rule: findingTable[id].rule,
  };
}

/**
 * A finding as text for a terminal or a page: the sentence, the wire around the place with a caret
 * under its first byte, and the advice.
 *
 * @param body the bytes that the finding's span counts in
 * @param options `speed`: how many times faster than real time the server's clock ran; times are
 *   told in its seconds. `start`: where `body` begins, if it is only a part of the stream.
 */
export function describeFinding(
  { message, advice, span, mark, at }: Finding,
  body: Uint8Array,
  options: { speed?: number; start?: number } = {},
): string {
  const parts = [message];
  if (span) {
    const start = span.start - (options.start ?? 0);
    const { lines, caret } = excerpt(body, { start, end: start });
    const time = at === undefined ? '' : `, +${seconds(at, options.speed)}`;
    const words = mark === undefined ? '' : `: ${mark}`;
    const shown = [...lines, `${caret} byte ${span.start}${time}${words}`];
    parts.push(shown.map((line) => `    ${line}`).join('\n'));
  }
  parts.push(advice);
  return parts.join('\n\n');
}

/** Milliseconds as seconds, with three digits behind the point: `1.003 s`. */
export function seconds(milliseconds: number, speed = 1): string {
  return `${((milliseconds * speed) / 1000).toFixed(3)} s`;
}

/** Text or bytes of the wire in backticks, control characters visible, cut after `limit` characters. */
export function quote(wire: string | Uint8Array, limit = 48): string {
  const bytes = typeof wire === 'string' ? new TextEncoder().encode(wire) : wire;
  let end = 0;
  for (let number = 0; number < limit && end < bytes.length; number++) {
    end += characterAt(bytes, end).length;
  }
  return `\`${visible(bytes.subarray(0, end))}${end < bytes.length ? '…' : ''}\``;
}

/** `1 event`, `2 events`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
