// Examining a stream from the hub: one POST, whose answer is an event stream of what is seen.
//
//   paired  { exchange, reader, label }     this exchange is that look's
//   record  a WireRecord                    what passed on the wire
//   seen    { number, type, id, data, at }  an event of the first look; `at` in milliseconds
//   said    { sentence }                    what another look has shown
//   report  { status, events, remarks, findings }   the end
//   failed  { error }                       the end, where something of the kit's own broke
import { excerpt } from '../wire/bytes.ts';
import { type Examination, examine, type Sight } from '../wire/examine/examine.ts';
import { readInquiry } from '../wire/examine/inquiry.ts';
import { recordExchange } from '../wire/examine/recording.ts';
import type { StreamLook } from '../wire/examine/stream-look.ts';
import type { Finding } from '../wire/findings.ts';
import type { WireFacts } from '../wire/records.ts';
import { textIn } from './input.ts';
import { Refusal } from './refusal.ts';
import type { Call } from './router.ts';

/** Examinations that may run at once: each holds up to four connections. */
const AT_ONCE = 3;
const LONGEST_LOOK = 60; // seconds
const LONGEST_BODY = 100_000; // characters of what is sent to the stream
/** Characters of records after which pieces are left out: the page is no place for a flood. */
const MOST_RECORDS = 2_000_000;
const MOST_EVENTS = 500;
/** Characters of one event's data that the list shows. */
const MOST_DATA = 300;

const READERS = {
  first: 'First look',
  again: 'Last-Event-ID',
  two: 'Two at once',
  stranger: 'No origin',
};

/** What a page is told of a finding. */
type ToldFinding = Omit<Finding, 'span'> & { offset?: number; lines?: string[]; caret?: string };

let running = 0;

/**
 * POST /api/examine.
 *
 * @throws {Refusal} 400 for a wish that cannot be read, 429 where too many are being carried out
 */
export async function examineStream(call: Call): Promise<void> {
  const { inquiry, options } = readWish(await call.body());
  if (running >= AT_ONCE) {
    throw new Refusal(429, `${AT_ONCE} streams are being examined; wait for one of them.`);
  }
  running++;
  try {
    await answer(call, inquiry, options);
  } finally {
    running--;
  }
}

/**
 * @throws {Refusal} 400
 * @throws KitError if it is no request that a browser could send
 */
function readWish(body: Record<string, unknown>) {
  const optional = (name: string) => {
    const value = body[name];
    return value === undefined || value === '' ? undefined : textIn(name, value);
  };
  const { body: sent, headers = [], seconds = 5 } = body;
  if (sent !== undefined && (typeof sent !== 'string' || sent.length > LONGEST_BODY)) {
    throw new Refusal(400, `"body" is no text of up to ${LONGEST_BODY} characters.`);
  }
  if (!Array.isArray(headers) || headers.length > 50) {
    throw new Refusal(400, '"headers" is no list of lines; send ["Name: value"].');
  }
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= LONGEST_LOOK)) {
    throw new Refusal(400, `A look takes more than 0 and up to ${LONGEST_LOOK} seconds.`);
  }
  const inquiry = readInquiry({
    url: textIn('url', body.url).trim(),
    method: optional('method'),
    headers: headers.map((line) => textIn('headers', line)),
    body: sent === '' ? undefined : sent,
    origin: optional('origin'),
    credentials: body.credentials === true,
  });
  const options = {
    look: seconds * 1000,
    again: body.again === true,
    insecure: body.insecure === true,
  };
  return { inquiry, options };
}

async function answer(
  { response }: Call,
  inquiry: ReturnType<typeof readInquiry>,
  options: { look: number; again: boolean; insecure: boolean },
): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  const left = new AbortController();
  response.on('close', () => left.abort());
  const tell = (type: string, data: unknown) => {
    if (!response.destroyed) response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const teller = new Teller(tell);
  try {
    const on = (sight: Sight) => teller.take(sight);
    const examination = await examine(inquiry, { ...options, on, signal: left.signal });
    tell('report', toldOf(examination));
  } catch (error) {
    // The head has gone out: what is wrong must be said in the stream.
    tell('failed', { error: (error as Error).message });
  }
  response.end();
}

/** Turns what is seen into events for the page. */
class Teller {
  readonly #tell: (type: string, data: unknown) => void;
  #exchanges = 0;
  #records = 0;
  readonly #counts = new Map<string, number>();

  constructor(tell: (type: string, data: unknown) => void) {
    this.#tell = tell;
  }

  take(sight: Sight): void {
    if (sight.kind === 'request') this.#record(sight.look, 'first');
    if (sight.kind === 'further') this.#record(sight.look, sight.why);
    if (sight.kind === 'over' || sight.kind === 'said') {
      this.#tell('said', { sentence: sight.sentence });
    }
    if (sight.kind === 'preflight') {
      const { head, asked } = sight;
      const what = head ? `${head.status} ${head.reason}`.trim() : 'nothing';
      this.#tell('said', { sentence: `The preflight for ${asked.method} was answered ${what}.` });
    }
    if (sight.kind === 'event' && sight.number <= MOST_EVENTS) {
      const { type, lastEventId: id, data, at } = sight.event;
      const shown = data.slice(0, MOST_DATA);
      this.#tell('seen', { number: sight.number, type, id, data: shown, at });
    }
  }

  #record({ exchange }: StreamLook, why: keyof typeof READERS): void {
    const number = ++this.#exchanges;
    const reader = READERS[why];
    const count = (this.#counts.get(reader) ?? 0) + 1;
    this.#counts.set(reader, count);
    const letter = String.fromCharCode(64 + this.#counts.size);
    this.#tell('paired', { exchange: number, reader, label: `${letter}${count}` });
    recordExchange(exchange, (facts) => {
      if (!this.#isAffordable(facts)) return;
      this.#tell('record', { ...facts, connection: number, exchange: number });
    });
  }

  #isAffordable(facts: WireFacts): boolean {
    const many = facts.kind === 'piece' || facts.kind === 'event' || facts.kind === 'comment';
    if (many && this.#records > MOST_RECORDS) return false;
    this.#records += facts.kind === 'piece' ? facts.bytes.length + 250 : 250;
    return true;
  }
}

function toldOf({ status, events, remarks, findings, body }: Examination) {
  const told = findings.map(({ span, ...finding }): ToldFinding => {
    if (!span) return finding;
    return { ...finding, offset: span.start, ...excerpt(body, span) };
  });
  return { status, events, remarks, findings: told };
}
