// A page that is open for one check: what the check can see of it, do to it, and ask of it. Each
// question that is answered with no ends the check with a Failure.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Otherwise } from '../answer.ts';
import { Failure, Unseen } from '../failure.ts';
import { Control } from './control.ts';
import {
  explainNoRequest,
  explainNotPressed,
  explainNotShown,
  explainRequest,
  explainShown,
  type Known,
} from './explain.ts';
import { namesOf, type PageHost, type Showing } from './host.ts';
import { untilItStops } from './pulse.ts';
import type { Answering } from './replies.ts';
import type { PressResult, Report, Source } from './reports.ts';
import { type Reader, ScriptedServer, type Seen } from './scripted-server.ts';
import * as troubles from './troubles.ts';
import type { Wire } from './wire.ts';

export interface OpenOptions {
  /** The path, with a query if there should be one; `/` if not given. */
  at?: string;
  /** How much faster the page's own timers and clock run; 1 if not given. */
  speed?: number;
}

/** Where to look: `EventSource` or `fetch` for their logs, or a selector; else the whole page. */
export interface Place {
  in?: string;
}

/** Real milliseconds that a page has at the least: a browser is a slow thing beside a server. */
const LEAST = 1000;
/** Real milliseconds that something may still be on its way. */
const MOMENT = 25;
/** Real milliseconds in which a page answers that has nothing else to do. */
const PROMPT = 100;
/** Real milliseconds that a slow machine is waited for, beyond what a check asks for. */
const PATIENCE = 20_000;
/** Real milliseconds for a page to load. */
const LOADING = 10_000;
/** Real milliseconds for its first report, and for an answer; a frozen page is found out before. */
const ANSWER = 30_000;
/** Real milliseconds for whatever is around the page to answer. */
const WITNESS_ANSWER = 1000;
/** Real milliseconds for an EventSource to come back three times. */
const WITNESS = 10_000;

export class OpenPage {
  readonly #directory: string;
  readonly #host: PageHost;
  readonly #at: string;
  readonly #speed: number;
  readonly #name = `page-${randomBytes(6).toString('hex')}`;
  readonly #server: ScriptedServer;
  readonly #control: Control;
  readonly #over = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #taken = new Map<string, number>();
  readonly #looked = new Set(['page', 'EventSource', 'fetch']);
  #port = 0;
  #showing: Showing | undefined;
  #trouble: Failure | Unseen | undefined;
  #arrive = () => {};
  #ready = false;
  #hidden = false;
  #places: Record<string, string[] | null> = {};
  #sources: Source[] = [];
  #dialog: { name: string; text: string } | undefined;

  /** Use `OpenPage.open`. */
  private constructor(
    directory: string,
    host: PageHost,
    script: Record<string, Answering>,
    { at = '/', speed = 1 }: OpenOptions,
  ) {
    this.#directory = directory;
    this.#host = host;
    this.#at = at;
    this.#speed = speed;
    this.#server = new ScriptedServer({
      directory,
      script,
      owner: {
        comes: (look, within) => this.comes(look, within),
        sending: (text) => this.#probe(text),
        changed: () => this.#look(),
      },
      agentSettings: () => ({ control: this.#control.address, speed }),
      names: (port) => namesOf(port, this.#name),
    });
    this.#control = new Control(
      (origin) => namesOf(this.#port, this.#name).some((name) => origin === `http://${name}`),
      (report) => this.#take(report),
      () => void this.#lose(),
    );
  }

  /**
   * Opens the page of a directory, and waits until its scripts have run.
   *
   * @throws Failure if the page is in trouble; Unseen where there is nothing to play it in
   */
  static async open(
    directory: string,
    host: PageHost,
    script: Record<string, Answering>,
    options: OpenOptions & { signal: AbortSignal },
  ): Promise<OpenPage> {
    const page = new OpenPage(directory, host, script, options);
    options.signal.addEventListener('abort', () => page.close(), { once: true });
    try {
      await page.#open();
      options.signal.throwIfAborted();
    } catch (error) {
      page.close();
      throw error;
    }
    return page;
  }

  /** Every request of the page so far, oldest first, those for its own files included. */
  get requests(): readonly Seen[] {
    return this.#server.requests;
  }

  /** The requests for a path that are still being answered, oldest first. */
  openWires(path: string, { from = 'EventSource' }: { from?: Reader } = {}): Wire[] {
    return this.#server.wires.filter(
      ({ open, seen }) => open && seen.path === path && seen.reader === from,
    );
  }

  /** Every EventSource that the page has made, oldest first. */
  get sources(): readonly Source[] {
    return this.#sources;
  }

  /**
   * The page's next request for a path: each is given out once, in the order in which they came.
   *
   * @param from which of the page's readers asked; EventSource if not given
   * @param within milliseconds of the page's clock
   */
  async request(
    path: string,
    { from = 'EventSource', within, otherwise }: Otherwise & { within: number; from?: Reader },
  ): Promise<Wire> {
    const key = `${from} ${path}`;
    const nth = (this.#taken.get(key) ?? 0) + 1;
    const find = () =>
      this.#server.wires.filter(({ seen }) => seen.path === path && seen.reader === from)[nth - 1];
    const wire = await this.comes(find, within);
    if (!wire) {
      throw new Failure({
        ...explainNoRequest(path, from, nth, within, this.#known),
        advice: otherwise,
      });
    }
    this.#taken.set(key, nth);
    return wire;
  }

  /**
   * The page must not ask for a path any more. That is judged against a witness: an EventSource of
   * the kit's own, in the same page, whose server ends it at once, has come back three times.
   *
   * @param within for pages that come back by a timer of their own: so many milliseconds of the
   *   page's clock have passed as well
   */
  async staysAway(
    path: string,
    { from = 'EventSource', within = 0, otherwise }: Otherwise & { from?: Reader; within?: number },
  ): Promise<void> {
    const count = () =>
      this.#server.requests.filter((seen) => seen.path === path && seen.reader === from).length;
    const before = this.#taken.get(`${from} ${path}`) ?? 0;
    let witnessed = false;
    const milliseconds = within / this.#speed;
    void this.#control.ask({ do: 'witness', milliseconds }).then(() => {
      witnessed = true;
      this.#look();
    });
    await this.comes(() => witnessed || count() > before, (WITNESS + milliseconds) * this.#speed);
    await this.settles();
    if (count() <= before) {
      if (!witnessed) throw new Unseen(troubles.SLOW);
      return;
    }
    throw new Failure({ ...explainRequest(path, this.#known), advice: otherwise });
  }

  /**
   * The page must show a text. White space counts as one space, and markup as text.
   *
   * @param within milliseconds of the page's clock
   */
  async shows(
    text: string,
    { in: place = 'page', within, otherwise }: Place & Otherwise & { within: number },
  ): Promise<void> {
    this.#lookAt(place);
    if (await this.comes(() => this.#isShown(text, place), within)) return;
    throw new Failure({
      ...explainNotShown(text, place, within, this.#known),
      advice: otherwise,
    });
  }

  /** The page must not show a text. `witness` waits for something that would come later than it. */
  async showsNothingOf(
    text: string,
    {
      in: place = 'page',
      witness,
      otherwise,
    }: Place & Otherwise & { witness: () => Promise<unknown> },
  ): Promise<void> {
    this.#lookAt(place);
    await witness();
    await this.settles();
    if (!this.#isShown(text, place)) return;
    throw new Failure({ ...explainShown(text, place, this.#known), advice: otherwise });
  }

  /** The lines that a place shows now, the page having had its turn; undefined if it is not there. */
  async lines(place = 'page'): Promise<string[] | undefined> {
    this.#lookAt(place);
    await this.settles();
    return this.#places[place] ?? undefined;
  }

  /** Presses a button: by what is written on it, by its label, or by `#id`. */
  async click(name: string, { otherwise }: Partial<Otherwise> = {}): Promise<void> {
    const result = (await this.#ask({ do: 'press', name })) as PressResult;
    if (!result.found) {
      const advice = otherwise ?? 'Leave the buttons of the page as they are.';
      throw new Failure({ ...explainNotPressed('button', name, result), advice });
    }
    await this.settles();
  }

  /** Types into a field: found by its label, its name, or by `#id`. */
  async fill(name: string, value: string, { otherwise }: Partial<Otherwise> = {}): Promise<void> {
    const result = (await this.#ask({ do: 'fill', name, value })) as PressResult;
    if (!result.found) {
      const advice = otherwise ?? 'Leave the fields of the page as they are.';
      throw new Failure({ ...explainNotPressed('field', name, result), advice });
    }
    await this.settles();
  }

  /** Loads the page anew, and waits until its scripts have run. */
  async reload(): Promise<void> {
    this.#ready = false;
    this.#control.tell({ do: 'reload' });
    await this.#isReady();
  }

  /**
   * Resolves when the page has had its turn, and has told what it shows.
   *
   * @throws Failure or Unseen if it is in trouble
   */
  async settles(): Promise<void> {
    await this.#ask({ do: 'ping' });
  }

  /**
   * Waits until `look` gives something. It is asked at everything that comes from the page.
   *
   * @param within milliseconds of the page's clock
   * @returns undefined if it does not, though the page had its turn after the deadline
   * @throws Failure or Unseen if the page is in trouble
   */
  async comes<T>(look: () => T | undefined | false, within: number): Promise<T | undefined> {
    const real = this.#speed === 1 ? within : Math.max(within / this.#speed, LEAST);
    const found = await this.#until(look, real);
    if (found !== undefined) return found;
    // Not in time, but the machine may be slow. That nothing came is believed when the page has
    // had its turn twice since, and was quick to say so.
    const patience = performance.now() + PATIENCE;
    for (let prompt = 0; prompt < 2; ) {
      const asked = performance.now();
      await this.settles();
      prompt = performance.now() - asked < PROMPT ? prompt + 1 : 0;
      const late = await this.#until(look, MOMENT);
      if (late !== undefined) return late;
      if (performance.now() > patience) throw new Unseen(troubles.SLOW);
    }
    if (this.#hidden) throw new Unseen(troubles.HIDDEN);
    return undefined;
  }

  /** Takes the page away, and everything with it. */
  close(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#trouble ??= new Unseen('The check was given up.');
    this.#showing?.remove();
    this.#server.close();
    this.#control.close();
    this.#look();
  }

  async #open(): Promise<void> {
    if (!existsSync(join(this.#directory, 'index.html'))) {
      throw new Failure(troubles.explainNoIndex());
    }
    const arrived = new Promise<void>((resolve) => {
      this.#arrive = resolve;
    });
    const [port] = await Promise.all([this.#server.listen(), this.#control.listen()]);
    this.#port = port;
    this.#showing = await this.#host.show({ port, path: this.#at, name: this.#name, arrived });
    if (this.#over.signal.aborted) return this.#showing.remove();
    void this.#showing.gone.then((sentence) => this.#stop(new Unseen(sentence)));
    void this.#watch(this.#showing, arrived);
    await this.#isReady();
    this.#probe(decoded(this.#at));
  }

  /** Ends the check when the page's heart stops. */
  async #watch(showing: Showing, arrived: Promise<void>): Promise<void> {
    const late = setTimeout(() => this.#stop(new Unseen(troubles.SILENT)), ANSWER);
    this.#over.signal.addEventListener('abort', () => clearTimeout(late));
    await arrived;
    clearTimeout(late);
    const stopped = await untilItStops(
      {
        answers: () => this.#control.ask({ do: 'ping' }),
        witness: (milliseconds) => showing.witness(milliseconds),
      },
      this.#over.signal,
    );
    if (stopped === 'lost') this.#stop(new Unseen(troubles.GONE));
    else this.#stop(new Failure(troubles.explainFrozen()));
  }

  /** The page has gone. Is the browser around it still there? */
  async #lose(): Promise<void> {
    const isThere = await this.#showing?.witness(WITNESS_ANSWER);
    this.#stop(isThere ? new Failure(troubles.explainLost()) : new Unseen(troubles.GONE));
  }

  async #isReady(): Promise<void> {
    const ready = await this.comes(() => this.#ready, LOADING * this.#speed);
    if (ready) return;
    throw new Failure({
      sentence: `The page has not loaded within ${LOADING / 1000} s.`,
      advice: 'Look for a script that waits for an answer before the page may go on.',
      certain: true,
    });
  }

  async #ask(command: Parameters<Control['ask']>[0]): Promise<unknown> {
    let answered: { result: unknown } | undefined;
    void this.#control.ask(command).then((result) => {
      answered = { result };
      this.#look();
    });
    await this.#until(() => answered, ANSWER);
    if (!answered) throw new Unseen(troubles.SILENT);
    this.#throwTrouble();
    return answered.result;
  }

  /** Waits real milliseconds, and no longer than the page is well. */
  async #until<T>(look: () => T | undefined | false, real: number): Promise<T | undefined> {
    const deadline = performance.now() + real;
    for (;;) {
      this.#throwTrouble();
      const found = look();
      if (found) return found;
      const rest = deadline - performance.now();
      if (rest <= 0) return undefined;
      await this.#change(rest);
    }
  }

  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#waiting.add(done);
    });
  }

  /** Lets everybody who waits look again. */
  #look(): void {
    for (const waiting of [...this.#waiting]) waiting();
  }

  #throwTrouble(): void {
    if (!this.#trouble && this.#server.flood) {
      this.#stop(new Failure(troubles.explainRequests(this.#server.requests)));
    }
    if (this.#trouble) throw this.#trouble;
  }

  /** The first trouble is the one that is told. */
  #stop(trouble: Failure | Unseen): void {
    if (this.#trouble) return;
    this.#trouble = trouble;
    this.#showing?.remove();
    this.#look();
  }

  #take(report: Report): void {
    switch (report.kind) {
      case 'hello':
        this.#arrive();
        if (report.hidden) this.#hidden = true;
        this.#sources = [];
        this.#places = {};
        for (const place of this.#looked) this.#control.tell({ do: 'look', place });
        break;
      case 'ready':
        this.#ready = true;
        break;
      case 'hidden':
        this.#hidden = true;
        break;
      case 'dialog':
        this.#dialog = report;
        break;
      case 'shown':
        this.#places = report.places;
        this.#sources = report.sources;
        if (report.html[0] !== undefined) {
          this.#stop(new Failure(troubles.explainHtml(report.html[0])));
        }
        break;
      case 'error':
        this.#stop(new Failure(troubles.explainError(report, this.#directory)));
        break;
      case 'missing':
        this.#stop(new Failure(troubles.explainMissing(report.address, this.#server.requests)));
        break;
      case 'flood':
        this.#stop(new Failure(troubles.explainFlood(report.what)));
        break;
    }
    this.#look();
  }

  get #known(): Known {
    return {
      requests: this.#server.requests,
      wires: this.#server.wires,
      sources: this.#sources,
      places: this.#places,
      dialog: this.#dialog,
    };
  }

  #lookAt(place: string): void {
    if (this.#looked.has(place)) return;
    this.#looked.add(place);
    this.#control.tell({ do: 'look', place });
  }

  #isShown(text: string, place: string): boolean {
    const lines = this.#places[place];
    return lines ? oneLine(lines.join(' ')).includes(oneLine(text)) : false;
  }

  /** Has the page watched for what is sent as text and must not become elements. */
  #probe(text: string): void {
    for (const [markup] of text.matchAll(/<[a-z][^<>]*>([^<>]*<\/[a-z][^<>]*>)?/gi)) {
      this.#control.tell({ do: 'probe', markup });
    }
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
