// One says something and everybody hears it: what a check can ask about many clients, about what a
// server does once and what it does for each of them, about clients that do not read, and about the
// last words of a server. As with Answer, each question that is answered with no ends the check with
// a Failure.
import type { StreamEvent } from '../wire/event-stream.ts';
import type { Answer, Otherwise } from './answer.ts';
import { aboutSeconds, type Explanation, Failure } from './failure.ts';
import { comingBack } from './resuming.ts';
import type { RequestOptions, Stage } from './stage.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };

/** What can ask: a scene, or a program of one's own. */
type Asking = Pick<Stage, 'get' | 'send'>;

/** Announces texts: a JSON list, one event each. */
export function announces(program: Asking, path: string, texts: string[]): Answer {
  const headers = { 'Content-Type': 'application/json' };
  const request: RequestOptions = { headers, body: JSON.stringify(texts) };
  return program.send(path, request);
}

/** So many clients that have heard an event. */
export async function audience(
  program: Asking,
  path: string,
  size: number,
  { within, otherwise }: Within,
): Promise<Answer[]> {
  const clients = Array.from({ length: size }, () => program.get(path));
  for (const client of clients) {
    await client.headComes({ within, otherwise });
    client.isAnEventStream({ otherwise });
  }
  await Promise.all(clients.map((client) => client.eventComes(1, { within, otherwise })));
  return clients;
}

/** The announcement must have been taken. */
async function isTaken(answer: Answer, { within, otherwise }: Within): Promise<void> {
  const { status } = await answer.headComes({ within, otherwise });
  if (status >= 200 && status < 300) return;
  throw new Failure({
    sentence: `A JSON list of texts was posted to \`${answer.path}\`, and the answer has the status ${status}.`,
    advice: 'Leave `takeTexts` as it is: it announces each text of the list, and answers with 202.',
    certain: true,
  });
}

/**
 * Each client must hear a text that is announced, as one and the same event.
 *
 * @returns that event, as each of them heard it
 */
export async function isHeardByAll(
  clients: Answer[],
  text: string,
  answer: Answer,
  { within, otherwise }: Within,
): Promise<void> {
  await isTaken(answer, { within, otherwise });
  const find = ({ events }: Answer) => events.find(({ data }) => data.includes(text));
  const found = await Promise.all(clients.map((one) => one.stage.comes(one, find, within)));
  const heard = found.filter((event) => event !== undefined);
  const told = `${clients.length} clients listen, and \`${text}\` was announced`;
  if (heard.length < clients.length) {
    throw new Failure({
      sentence:
        heard.length === 0
          ? `${told}. Nobody has heard it within ${aboutSeconds(within)}.`
          : `${told}. ${heard.length === 1 ? 'One of them has' : 'Some of them have'} heard it, and the others have not.`,
      ...(heard.length > 0 && { finding: 'shared-clients' }),
      advice: otherwise,
    });
  }
  for (const client of clients) client.everyLineIsUnderstood();
  const strange = heard.find(({ type }) => type !== 'message');
  if (strange) {
    throw new Failure({
      sentence: `The text had a line break and \`event: ${strange.type}\` behind it, and that has become a field: the event has the type \`${strange.type}\`. What somebody announces was meant to stay text.`,
      advice: 'Put the text into JSON: `JSON.stringify({ text })` writes a line break as `\\n`.',
      certain: true,
    });
  }
  const ids = new Set(heard.map(({ lastEventId }) => lastEventId));
  if (ids.size === 1 && !ids.has('')) return;
  throw new Failure({
    sentence: ids.has('')
      ? `${told}. It has no ID: who loses the connection cannot say that it has heard it.`
      : `${told}. It has another ID for each of them. An ID was meant to name one event, whoever hears it.`,
    ...(!ids.has('') && { finding: 'shared-clients' }),
    advice: otherwise,
  });
}

/** How much an announcement costs, counted in a program that does nothing else. */
export interface Cost {
  /** Clients that listen. */
  size: number;
  /** Texts that are announced in one request. */
  texts: string[];
}

/** What the program wrote while so many texts went to so many clients. */
async function counted(
  program: Stage,
  path: string,
  { size, texts }: Cost,
  advice: Within,
): Promise<{ pieces: number; encoded: number; events: number }> {
  const clients = await audience(program, path, size, advice);
  const first = clients[0]!;
  const heardBefore = first.events.length;
  const before = (await program.counts())!;
  const posted = announces(program, path, texts);
  for (const text of texts) await isHeardByAll(clients, text, posted, advice);
  const after = (await program.counts())!;
  const heard = clients.map(({ events }) => wordsIn(events, texts));
  for (const client of clients) client.leave();
  const wrong = heard.find((words) => words.join() !== texts.join());
  if (wrong) {
    throw new Failure({
      sentence: `The texts ${texts.join(', ')} were announced in this order. A client has heard ${wrong.join(', ')}.`,
      advice: advice.otherwise,
    });
  }
  return {
    // What goes to those who have left is another check's affair.
    pieces: after.pieces - before.pieces - (after.writesAfterClose - before.writesAfterClose),
    encoded: after.encoded - before.encoded,
    events: first.events.length - heardBefore,
  };
}

/** The announced words that a client has heard, in the order of their coming. */
function wordsIn(events: StreamEvent[], texts: string[]): string[] {
  return events.flatMap(({ data }) =>
    texts.filter((text) => data.includes(`"${text}"`) || data === text),
  );
}

/** An event must be made into bytes once, and not once for each client. */
export async function isEncodedOnce(
  program: Stage,
  path: string,
  cost: Cost,
  advice: Within,
): Promise<void> {
  const { pieces, encoded } = await counted(program, path, cost, advice);
  if (encoded <= pieces / 4) return;
  throw new Failure({
    sentence:
      `An announcement went to ${cost.size} clients, and was encoded ${cost.size} times: what was ` +
      'written to each of them was made for it alone. Once was meant to be enough, however many listen.',
    advice: advice.otherwise,
    certain: true,
  });
}

/** What is said in one tick must leave in one write to each client. */
export async function isWrittenOnce(
  program: Stage,
  path: string,
  cost: Cost,
  advice: Within,
): Promise<void> {
  const { pieces, events } = await counted(program, path, cost, advice);
  const { size, texts } = cost;
  if (pieces <= size * (events - texts.length / 2)) return;
  throw new Failure({
    sentence:
      `${texts.length} texts were announced in one request, and were written one by one: ` +
      `${texts.length} writes to each of ${size} clients. One write to each was meant to be enough.`,
    advice: advice.otherwise,
    certain: true,
  });
}

/** So many requests of a flood come between two looks at the server. */
const BETWEEN = 8;

export interface Flood {
  /** Bytes that may be held for a client that does not read. */
  most: number;
  /** Texts of a request, and requests until it is over. */
  texts: string[];
  rounds: number;
}

/**
 * A client that stops reading must be let go, or at least not be waited for with more and more memory;
 * others must not notice. When it comes back it must hear what followed, or `reset`.
 */
export async function letsSlowClientGo(
  program: Stage,
  path: string,
  { most, texts, rounds }: Flood,
  advice: Within,
): Promise<void> {
  const [witness, slow] = (await audience(program, path, 2, advice)) as [Answer, Answer];
  slow.exchange.pause();
  const before = (await program.counts())!;
  let wasLetGo = false;
  for (let round = 1; round <= rounds && !wasLetGo; round++) {
    const posted = announces(program, path, texts);
    await isTaken(posted, advice);
    await program.comes(posted, ({ ending }) => ending, advice.within);
    if (round % BETWEEN > 0) continue;
    const counts = (await program.counts())!;
    wasLetGo = counts.sockets < before.sockets;
    if (!wasLetGo && counts.held > most) throw new Failure(heldTooMuch(most, advice));
  }
  await hearsTheLatest(program, path, witness, advice);
  slow.exchange.resume();
  if (!wasLetGo) return; // it was never held for: there are other ways than to let it go
  await program.comes(slow, ({ ending }) => ending, advice.within);
  slow.leave();
  await hearsTheRest(program, path, { witness, slow }, advice);
  witness.leave();
}

function heldTooMuch(most: number, { otherwise }: Within): Explanation {
  return {
    sentence:
      `A client stopped reading, and announcements went on. The server holds more than ${most / 1e6} MB ` +
      'for it by now, and would hold more and more, until there is no memory left for anybody. It was ' +
      'meant to let such a client go.',
    advice: otherwise,
    certain: true,
  };
}

/** Whoever reads goes on to hear everything. */
async function hearsTheLatest(
  program: Stage,
  path: string,
  witness: Answer,
  { within, otherwise }: Within,
): Promise<void> {
  const word = 'after-the-flood';
  await isTaken(announces(program, path, [word]), { within, otherwise });
  const find = () => witness.events.some(({ data }) => data.includes(word));
  if (await program.comes(witness, find, within)) return;
  throw new Failure({
    sentence: witness.ending
      ? 'One client stopped reading, and another one, which does read, was let go with it.'
      : 'One client stopped reading, and another one, which does read, heard nothing more.',
    finding: 'shared-clients',
    advice: otherwise,
  });
}

/** The client that was let go comes back with its last ID. */
async function hearsTheRest(
  program: Stage,
  path: string,
  { witness, slow }: { witness: Answer; slow: Answer },
  { within, otherwise }: Within,
): Promise<void> {
  const { lastEventId } = slow.reader;
  const back = program.get(path, comingBack(lastEventId));
  const first = await program.comes(back, ({ events }) => events[0], within);
  const place = witness.events.findIndex((event) => event.lastEventId === lastEventId);
  const next = witness.events[place + 1];
  back.leave();
  if (first?.type === 'reset' || (first && first.lastEventId === next?.lastEventId)) return;
  if (first && first.lastEventId === lastEventId) {
    throw new Failure({
      sentence:
        'A client was let go, and came back with its last ID. That very event came again, and it was meant to hear what followed.',
      finding: 'replays',
      advice: otherwise,
    });
  }
  throw new Failure({
    sentence: first
      ? 'A client was let go, and came back with its last ID. The first event that it heard is not the one that followed, and nothing says that some are missing.'
      : 'A client was let go, and came back with its last ID. It heard nothing of what it had missed.',
    advice:
      'In `streamEvents`, look at `last-event-id` and call `replay`: who was let go must lose nothing by it. ' +
      otherwise,
  });
}

/** Real milliseconds in which a program ends that has no connection any more. */
const END = 3000;

/**
 * When it is told to shut down, a server must tell each client when to come back, end its stream, and
 * come to its own end.
 *
 * @param options `least` and `most`: real milliseconds of `retry` that make sense
 */
export async function shutsDown(
  program: Stage,
  { path, by, size }: { path: string; by: string; size: number },
  options: Within & { least: number; most: number },
): Promise<void> {
  const clients = await audience(program, path, size, options);
  const read = clients.map(({ exchange }) => exchange.body.length);
  const over = new Promise<true>((resolve) => program.target.run!.onProblem(() => resolve(true)));
  const asked = program.send(by);
  const { status } = await asked.headComes(options);
  if (status < 200 || status >= 300) {
    const sentence = `\`POST ${by}\` was answered with the status ${status}. It was meant to shut the server down.`;
    throw new Failure({ sentence, advice: options.otherwise });
  }
  for (const client of clients) await program.comes(client, ({ ending }) => ending, options.within);
  const advice = options.otherwise;
  const open = clients.find(({ ending }) => ending === undefined);
  if (open) {
    const sentence = `The server was shut down, and ${aboutSeconds(options.within)} later its streams are still open. Nobody has told the clients, and \`server.close()\` waits for them for ever.`;
    throw new Failure({ sentence, advice, certain: true });
  }
  const waits = clients.map((client, index) => retrySince(client, read[index]!));
  throwForWaits(waits, clients, options);
  const deadline = new AbortController();
  const late = new Promise<false>((resolve) => {
    const timer = setTimeout(() => resolve(false), END);
    deadline.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const ended = await Promise.race([over, late]);
  deadline.abort();
  if (ended) return;
  const sentence = `All streams are ended, and the program still runs ${aboutSeconds(END)} later. Something keeps it: a timer, or a server that still listens.`;
  throw new Failure({ sentence, advice, certain: true });
}

/** The reconnection time that came after so many bytes. */
function retrySince({ reader }: Answer, offset: number): number | undefined {
  const line = reader.lines.findLast(({ name, span }) => name === 'retry' && span.start >= offset);
  return line && /^\d+$/.test(line.value ?? '') ? Number(line.value) : undefined;
}

function throwForWaits(
  waits: (number | undefined)[],
  clients: Answer[],
  { least, most, otherwise }: Otherwise & { least: number; most: number },
): void {
  const fail = (sentence: string) => {
    throw new Failure({ sentence, advice: otherwise, certain: true });
  };
  if (clients.some(({ ending }) => ending === 'cut')) {
    fail(
      'The server was shut down, and its streams broke off in the middle. A client cannot tell that from a cable that was pulled: they were meant to be ended.',
    );
  }
  if (waits.some((wait) => wait === undefined)) {
    fail(
      'The server was shut down. Its streams have ended, and their last words say nothing about when to come back: every client comes when it likes.',
    );
  }
  const wrong = waits.find((wait) => wait! < least || wait! > most);
  if (wrong !== undefined) {
    fail(
      `The last words are \`retry: ${wrong}\`: ${aboutSeconds(wrong)}. ${wrong < least ? 'The server is not back by then, and Firefox gives up for good where nobody answers.' : 'The loudspeakers are silent for as long as that.'}`,
    );
  }
  if (new Set(waits).size === 1) {
    fail(
      `All ${waits.length} clients are told \`retry: ${waits[0]}\`. A thousand would come back in the same moment, and the new server would be down again.`,
    );
  }
}
