// Where checks meet a server: they open exchanges here, and wait here.
//
// Waiting is the delicate part. Time in the server runs fast, the machine may be slow, and a check
// must never take "not yet" for "not at all". So a wait that was in vain is not believed until the
// server has answered another request after the deadline: by then it has had its turn, and whatever
// was due had time to come.
import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../course/runner.ts';
import { openExchange } from '../wire/exchange.ts';
import { Answer } from './answer.ts';
import { Failure, Unseen } from './failure.ts';
import { ModuleProcess } from './module/module-process.ts';
import type { PageTarget } from './page/scene.ts';
import { Silence } from './silence.ts';
import { Stalls } from './stalls.ts';

/** What is judged. */
export interface Target {
  /** Scheme, host and port. */
  origin: string;
  /** Lesson milliseconds in a real one: 1 for a server whose clock is left alone. */
  speed: number;
  /** The process behind the origin, if it is ours: only then timers and sockets can be counted. */
  run?: Run | undefined;
  /** The page that belongs to it, if its files are at hand. */
  page?: PageTarget | undefined;
  /** Starts the program once more, if it is ours: see `Scene.restart`. */
  startAnew?: (() => Promise<Run>) | undefined;
}

/** A request that is not what an EventSource sends. */
export interface RequestOptions {
  /** POST if not given. */
  method?: string;
  /** A `Content-Length` is added, unless they say themselves how the body is framed. */
  headers?: Record<string, string>;
  /** The body, or the pieces that it is sent in: they may be cut inside a character. */
  body?: string | Uint8Array | (string | Uint8Array)[];
  /** Where it is sent, if not to the server's first origin. */
  origin?: string;
  /** Bytes of the answer's body after which it is left, where that is not the stage's own limit. */
  limit?: number;
}

/** Counts of the server's process; see `Run.state`. */
export type Counts = NonNullable<Awaited<ReturnType<Run['state']>>>;

/** Bytes of one body. What a check looks at is a hundredth of it. */
const LIMIT = 64 * 1024;
/** Where a check sends so much itself that it must be able to read it. */
const MUCH = 64 * 1024 * 1024;

/** Real milliseconds that bytes may take from a server's `write` to us, and a request there. */
export const JOURNEY = 8;

/** Real milliseconds for bytes that are here already and have to be read. */
const READING = 2;

/** Real milliseconds that quick answers are waited for. */
const MOMENT = 50;

/** Real milliseconds that the answer of a witness is waited for. */
const WITNESS = 300;

/** So often a process is asked for its counts. */
const ASKED = 4;

/** Real milliseconds after which a server that is busy all the time is given up. */
const PATIENCE = 10_000;

export class Stage {
  readonly target: Target;
  readonly openedAt = performance.now();

  readonly #patience: number;
  readonly #limit: number;
  readonly #open = new Set<Answer>();
  readonly #watched = new Map<string, Answer>();
  /** The program once more, for those who need all of it; and the last who has asked for a turn. */
  #second: Promise<Stage> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Requests of which the rest is still on its way. */
  readonly #sending = new Map<Answer, Promise<void>>();
  readonly #closing: (() => void)[] = [];
  readonly #silence: Silence;
  readonly #stalls = new Stalls();
  #modules: ModuleProcess | undefined;
  /** How many requests the checks have made so far; those of witnesses do not count. */
  asked = 0;
  /** Whether nobody waits here any more. */
  closed = false;

  /**
   * @param patience real milliseconds for a server that is busy all the time
   * @param limit bytes of one body
   */
  constructor(target: Target, patience = PATIENCE, limit = LIMIT) {
    this.#limit = limit;
    this.target = target;
    this.#patience = patience;
    this.#silence = new Silence(target.run, () => this.takesItsTurn());
  }

  /**
   * Sends a request as EventSource would, or with other headers.
   *
   * @param origin where it is sent, if not to the server itself: to a proxy in front of it
   */
  get(
    path: string,
    headers: Record<string, string> = AS_EVENT_SOURCE,
    origin: string = this.target.origin,
  ): Answer {
    this.asked++;
    return this.#ask(path, headers, 'GET', undefined, origin);
  }

  /**
   * Sends any request. A body in several pieces goes out one piece after the other: each one when the
   * server has had its turn with those before, so that no two of them are read as one.
   */
  send(
    path: string,
    { method = 'POST', headers = {}, body = [], origin, limit }: RequestOptions = {},
  ): Answer {
    this.asked++;
    const pieces = (Array.isArray(body) ? body : [body]).map((piece) => Buffer.from(piece));
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const isFramed = Object.keys(headers).some((name) => /^(content-length|transfer-)/i.test(name));
    const isAsIs = isFramed || (length === 0 && method !== 'POST');
    const framed = isAsIs ? headers : { ...headers, 'Content-Length': String(length) };
    const answer = this.#ask(path, framed, method, pieces[0], origin, limit);
    if (pieces.length > 1) this.#sending.set(answer, this.#sendRest(answer, pieces.slice(1)));
    return answer;
  }

  async #sendRest({ exchange }: Answer, pieces: Buffer[]): Promise<void> {
    await exchange.until(() => exchange.connectedAt !== undefined, WITNESS);
    for (const piece of pieces) {
      if (exchange.ending) return;
      await this.takesItsTurn().catch(() => {}); // one that is busy is told of by who waits for it
      exchange.send(piece);
    }
  }

  #ask(
    path: string,
    headers: Record<string, string>,
    method = 'GET',
    body: Uint8Array = new Uint8Array(),
    origin: string = this.target.origin,
    limit: number = this.#limit,
  ): Answer {
    const request = { origin, path, headers, method, ...(body.length > 0 && { body }) };
    const exchange = openExchange(request, { limit });
    const answer = new Answer(this, exchange, path, method);
    this.#open.add(answer);
    if (this.closed) answer.leave();
    return answer;
  }

  /** One client for all checks that only look: they see the same answer, from its first byte on. */
  watch(path: string): Answer {
    const watched = this.#watched.get(path) ?? this.get(path);
    this.#watched.set(path, watched);
    return watched;
  }

  /** Real milliseconds of so many lesson milliseconds. */
  real(lessonMilliseconds: number): number {
    return lessonMilliseconds / this.target.speed;
  }

  /** Lesson milliseconds of so many real ones. */
  lesson(realMilliseconds: number): number {
    return realMilliseconds * this.target.speed;
  }

  /**
   * Waits until `look` gives something.
   *
   * @param answer where it is expected
   * @param within lesson milliseconds, counted from now, or from when the request is sent
   * @returns what `look` gave; undefined if it does not come, or the answer has ended without it
   * @throws Failure if the server is busy without end
   */
  async comes<T>(
    answer: Answer,
    look: (answer: Answer) => T | undefined | false,
    within: number,
  ): Promise<T | undefined> {
    await this.#sending.get(answer);
    const seen = () => look(answer);
    const over = new AbortController();
    const waiting = answer.exchange
      .until(seen, this.real(within))
      .finally(() => over.abort())
      .then((found) => ({ found }));
    const settled = await Promise.race([waiting, this.#silence.falls(over.signal)]);
    if (!settled) return answer.exchange.until(seen, READING);
    if (settled.found !== undefined || answer.ending) return settled.found;
    await this.takesItsTurn();
    return answer.exchange.until(seen, JOURNEY);
  }

  /**
   * Resolves when the server has answered two more requests, one after the other, or will not. The
   * first may still be answered ahead of a timer that is due; the second is not.
   *
   * @throws Failure if it is busy all the time
   */
  async takesItsTurn(): Promise<void> {
    if (await this.#answersOnce()) await this.#answersOnce();
  }

  async #answersOnce(): Promise<boolean> {
    const witness = this.#ask('/', { Accept: '*/*' });
    try {
      const head = () => witness.exchange.head;
      if (await witness.exchange.until(head, WITNESS)) return true;
      while (!witness.ending && (await this.#busyFor()) > WITNESS / 2) {
        if (performance.now() - this.openedAt > this.#patience) throw busy(this.#patience);
        if (await witness.exchange.until(head, 100)) return true;
      }
      return false;
    } finally {
      witness.leave();
    }
  }

  /**
   * Counts of the server's process, or undefined if it is not ours. It is asked twice, and the higher
   * figures count, for what was counted may have been on its way when the first question came.
   */
  async counts(): Promise<Counts | undefined> {
    const [earlier, now] = [await this.#state(), await this.#state()];
    if (!earlier || !now) return undefined;
    return {
      timers: Math.max(earlier.timers, now.timers),
      children: Math.max(earlier.children, now.children),
      sockets: Math.max(earlier.sockets, now.sockets),
      held: Math.max(earlier.held, now.held),
      pieces: Math.max(earlier.pieces, now.pieces),
      encoded: Math.max(earlier.encoded, now.encoded),
      writesAfterClose: Math.max(earlier.writesAfterClose, now.writesAfterClose),
      sources: Math.max(earlier.sources, now.sources),
      lost: now.lost,
      worked: now.worked,
      busyFor: now.busyFor,
    };
  }

  /** What its process counts now. One that is slow to answer, for the machine is busy, is asked again. */
  async #state(): Promise<Counts | undefined> {
    for (let attempt = 1; attempt < ASKED; attempt++) {
      const state = await this.target.run?.state();
      if (state) return state;
    }
    return this.target.run?.state();
  }

  /** Real milliseconds that the server and we have lost so far, because others had their turn. */
  async lost(): Promise<number> {
    return ((await this.target.run?.state())?.lost ?? 0) + this.#stalls.lost;
  }

  /** Real milliseconds for which the server has had a processor so far. */
  async worked(): Promise<number> {
    return (await this.target.run?.state())?.worked ?? 0;
  }

  async #busyFor(): Promise<number> {
    return (await this.counts())?.busyFor ?? 0;
  }

  /** Resolves when every request so far has got its head, or takes longer than a moment for it. */
  async isAnswered(): Promise<void> {
    const pending = [...this.#open].filter(({ exchange }) => !exchange.head && !exchange.ending);
    await Promise.all(pending.map(({ exchange }) => exchange.until(() => exchange.head, MOMENT)));
  }

  /** A moment for what is on its way between us and the server. */
  async journey(): Promise<void> {
    await pause(JOURNEY);
  }

  /** Why the server could not be reached, not once; undefined if it was. */
  get unreachable(): string | undefined {
    const exchanges = [...this.#open].map((answer) => answer.exchange);
    if (exchanges.some(({ connectedAt }) => connectedAt !== undefined)) return undefined;
    return exchanges.find(({ ending }) => ending === 'refused')?.cause;
  }

  /** All answers so far, those of other checks included. */
  get answers(): Answer[] {
    return [...this.#open];
  }

  /** How many requests were made here so far. */
  get requests(): number {
    return this.#open.size;
  }

  /** Whether a connection broke off or was refused. */
  get isBroken(): boolean {
    return [...this.#open].some(({ ending }) => ending === 'cut' || ending === 'refused');
  }

  /**
   * The program once more, started anew: a stage of its own, which is closed with this one.
   *
   * @param limit bytes of one body
   * @throws Unseen if the program is not ours, or does not listen a second time
   */
  async restart(limit = LIMIT): Promise<Stage> {
    const { startAnew, ...target } = this.target;
    if (!startAnew) throw new Unseen(NOT_OURS);
    const run = await startAnew();
    const close = () => void run.stop();
    this.onClose(close);
    const listens = await run.listening(this.#patience);
    if (!listens || run.problem) throw new Unseen(run.problem?.message ?? SILENT);
    const stage = new Stage({ ...target, origin: run.origin, run }, this.#patience, limit);
    stage.onClose(close);
    this.onClose(() => stage.close());
    return stage;
  }

  /**
   * Gives somebody the program for themselves: a second one, started when it is first asked for. Those
   * who ask have it one after the other, in the order of their asking.
   *
   * @throws Unseen if the program is not ours
   */
  alone<T>(use: (program: Stage) => Promise<T>): Promise<T> {
    this.#second ??= this.restart(MUCH);
    const second = this.#second;
    second.catch(() => {}); // whoever has the next turn is told
    return this.inTurn(async () => use(await second));
  }

  /** Has something done when those who have asked for a turn before have had theirs. */
  inTurn<T>(use: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(use);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /** Where the exercise's modules are run; a process is started only when one is. */
  get modules(): ModuleProcess {
    if (!this.#modules) {
      const modules = new ModuleProcess();
      this.#modules = modules;
      this.onClose(() => modules.close());
    }
    return this.#modules;
  }

  /** Has something done when the stage is closed. */
  onClose(listener: () => void): void {
    if (this.closed) listener();
    else this.#closing.push(listener);
  }

  /** Leaves every exchange. Whoever still waits is told that nothing more comes. */
  close(): void {
    this.closed = true;
    this.#stalls.close();
    for (const answer of this.#open) answer.leave();
    for (const listener of this.#closing) listener();
  }
}

const NOT_OURS =
  'What the program does when it is started anew cannot be seen from here: only a server that the kit ' +
  'has started itself is started once more.';
const SILENT = 'The program was started once more, and did not listen.';

const AS_EVENT_SOURCE = { Accept: 'text/event-stream', 'Cache-Control': 'no-cache' };

/** The explanation for a thread that never comes back. */
export function busy(milliseconds: number): Failure {
  const time = `${Number((milliseconds / 1000).toFixed(1))} s`;
  return new Failure({
    sentence: `The server has been busy for ${time} and has answered nothing since.`,
    advice:
      'Node does one thing at a time: look for a loop that never ends and never awaits ' +
      '(`while (true) …`), and let `setInterval` call you again instead.',
    certain: true,
  });
}
