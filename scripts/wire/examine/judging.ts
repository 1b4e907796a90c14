// What the first look has shown: the list of findings, and what only somebody can know who has waited.
import { type Finding, finding } from '../finding.ts';
import { findingsInHead, findingsInStream, missingBlankLine } from '../findings.ts';
import { ResponseReader } from '../http.ts';
import type { StreamLook } from './stream-look.ts';
import { brokenAnswer } from './unreachable.ts';

/** A field that no blank line has followed for so long (milliseconds) waits for none. */
const LONG_SILENCE = 2000;
const SHORT_SILENCE = 500;
/** So many lines of one name, at as many moments, were meant as that many events. */
const SEVERAL = 3;

/**
 * Judges a look that is over.
 *
 * @param wanted how long it was to last, in milliseconds
 * @param whole whether it has lasted so long, and was left then
 */
export function judgeFirstLook(
  look: StreamLook,
  wanted: number,
  whole: boolean,
): { findings: Finding[]; remarks: string[] } {
  const { head, body, reader } = look;
  const findings: Finding[] = [];
  const remarks: string[] = [];
  if (!head) return { findings, remarks };
  const facts = look.facts(whole ? wanted : undefined);
  // The head's findings speak of the head as it came, compression included.
  findings.push(...findingsInHead(head, { ...facts, head }));
  if (look.undecodable === undefined) findings.push(...findingsInStream(reader, body, facts));
  else if (look.undecodable.endsWith('read here.')) remarks.push(look.undecodable);
  else findings.push(undecodable(look.undecodable));
  if (head.status === 200 && waitsForBlankLine(look, wanted)) {
    const missing = missingBlankLine(reader, body);
    if (missing && !findings.some(({ id }) => id === missing.id)) findings.push(missing);
  }
  const { ending, cause = '', endedAt } = look.exchange;
  if (ending === 'malformed') findings.push(brokenAnswer(cause, body.length, endedAt));
  if (ending === 'cut') remarks.push(howItEnded(look, false));
  if (look.tooMuch) remarks.push(look.tooMuch);
  const behind = bytesBehind(look);
  if (behind > 0) {
    remarks.push(
      `${behind} bytes came behind the end of the answer. No client reads them as part of it.`,
    );
  }
  return { findings, remarks };
}

/**
 * How a look ended, in one sentence.
 *
 * @param early whether it was left because enough had been seen
 */
export function howItEnded(look: StreamLook, early: boolean): string {
  const { ending, cause, endedAt = look.now } = look.exchange;
  const when = `${(endedAt / 1000).toFixed(3)} s after the request`;
  if (look.tooMuch) return look.tooMuch;
  if (look.undecodable) return look.undecodable;
  if (ending === 'left') return early ? `Seen enough ${when}.` : `Left it open, ${when}.`;
  if (ending === 'complete' || ending === 'closed') return `The server ended it ${when}.`;
  if (ending === 'malformed') return `What came is no HTTP any more, ${when}.`;
  return `The connection broke ${when}${cause && /^[A-Z]+$/.test(cause) ? ` (${cause})` : ''}.`;
}

function undecodable(message: string): Finding {
  return finding('not-framed', {
    message: `${message} Browsers give up at such an answer, and no event can come of it.`,
    advice: 'Compress the body as the header says, or leave `Content-Encoding` out.',
  });
}

/**
 * Whether the blank line of an event has had time to come: an endless line, lines that came one after
 * another as events do, or a long silence.
 */
function waitsForBlankLine(look: StreamLook, wanted: number): boolean {
  const { reader, exchange } = look;
  const block = reader.unfinished;
  if (!block || (exchange.ending !== 'left' && look.tooMuch === undefined)) return false;
  if (look.tooMuch !== undefined && reader.blocks.length === 0) return true;
  const [first] = block.lines.filter(({ kind }) => kind === 'field');
  const alike = block.lines.filter(({ name }) => name === first?.name);
  const moments = new Set(alike.map(({ at }) => Math.round(at / 5)));
  const lasted = (alike.at(-1)?.at ?? 0) - (alike[0]?.at ?? 0);
  if (moments.size >= SEVERAL && lasted >= Math.min(1000, wanted * 0.6)) return true;
  const last = look.pieces.at(-1)?.at ?? 0;
  const long = Math.min(LONG_SILENCE, Math.max(SHORT_SILENCE, wanted * 0.75));
  return (exchange.endedAt ?? look.now) - last >= long;
}

/** How many bytes came behind the end of an answer that is complete. */
function bytesBehind({ exchange, inquiry }: StreamLook): number {
  if (exchange.ending !== 'complete') return 0;
  const reader = new ResponseReader();
  reader.expect(inquiry.method);
  let behind = 0;
  let over = false;
  for (const { bytes } of exchange.raw) {
    for (const part of reader.feed(bytes)) {
      if (over) behind += part.bytes.length;
      over ||= part.end === true;
    }
  }
  return behind;
}
