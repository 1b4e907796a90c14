// A page that is being played: its server, its channel, whoever shows it, and what it has told. Here
// one waits for it, and here its troubles end all waiting.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, Unseen } from '../failure.ts';
import { Control } from './control.ts';
import type { Known } from './explain.ts';
import { namesOf, type PageHost, type Showing } from './host.ts';
import { untilItStops } from './pulse.ts';
import type { Answering } from './replies.ts';
import type { Command, Report, Source } from './reports.ts';
import { ScriptedServer } from './scripted-server.ts';
import * as troubles from './troubles.ts';

export interface PlayOptions {
  /** Where index.html and its scripts are. */
  directory: string;
  host: PageHost;
  /** What each path answers. */
  script: Record<string, Answering>;
  /** The path, with a query if there should be one. */
  at: string;
  /** How much faster the page's own timers and clock run. */
  speed: number;
  /** Whether it is played as if it came from a plain-http address elsewhere. */
  insecure: boolean;
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

export class PlayedPage {
  readonly #options: PlayOptions;
  readonly #name = `page-${randomBytes(6).toString('hex')}`;
  readonly #server: ScriptedServer;
  readonly #control: Control;
  readonly #over = new AbortController();
  readonly #waiting = new Set<() => void>();
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

  constructor(options: PlayOptions) {
    this.#options = options;
    const { directory, script, speed, insecure } = options;
    this.#server = new ScriptedServer({
      directory,
      script,
      owner: {
        comes: (look, within) => this.comes(look, within),
        sending: (text) => this.#probe(text),
        changed: () => this.look(),
      },
      agentSettings: () => ({ control: this.#control.address, speed, insecure }),
      names: (port) => namesOf(port, this.#name),
    });
    this.#control = new Control(
      (origin) => namesOf(this.#port, this.#name).some((name) => origin === `http://${name}`),
      (report) => this.#take(report),
      () => void this.#lose(),
    );
  }

  /** What is known of the page now. */
  get known(): Known {
    return {
      requests: this.#server.requests,
      wires: this.#server.wires,
      sources: this.#sources,
      places: this.#places,
      dialog: this.#dialog,
    };
  }

  /**
   * Resolves when the page has had its turn, and has told what it shows.
   *
   * @throws Failure or Unseen if it is in trouble
   */
  async settles(): Promise<void> {
    await this.ask({ do: 'ping' });
  }

  /**
   * Waits until `look` gives something. It is asked at everything that comes from the page.
   *
   * @param within milliseconds of the page's clock
   * @returns undefined if it does not, though the page had its turn after the deadline
   * @throws Failure or Unseen if the page is in trouble
   */
  async comes<T>(look: () => T | undefined | false, within: number): Promise<T | undefined> {
    const real = this.#options.speed === 1 ? within : Math.max(within / this.#options.speed, LEAST);
    const found = await this.#until(look, real);
    if (found !== undefined) return found;
    // Not in time, but the machine may be slow. That nothing came is believed when the page has
    // had its turn twice since, and was quick to say so.
    const patience = performance.now() + PATIENCE;
    for (let prompt = 0; prompt < 2; ) {
      const asked = performance.now();
      await this.settles();
      const isPrompt = performance.now() - asked < PROMPT && !this.#server.isLoading;
      prompt = isPrompt ? prompt + 1 : 0;
      const late = await this.#until(look, MOMENT);
      if (late !== undefined) return late;
      if (performance.now() > patience) throw new Unseen(troubles.SLOW);
    }
    if (this.#hidden) throw new Unseen(troubles.HIDDEN);
    return undefined;
  }

  /**
   * Asks the page to do something, and waits for its answer.
   *
   * @throws Failure or Unseen if it is in trouble
   */
  async ask(command: Command): Promise<unknown> {
    let answered: { result: unknown } | undefined;
    void this.#control.ask(command).then((result) => {
      answered = { result };
      this.look();
    });
    await this.#until(() => answered, ANSWER);
    if (!answered) throw new Unseen(troubles.SILENT);
    this.#throwTrouble();
    return answered.result;
  }

  /** Looks at one more place from now on. */
  lookAt(place: string): void {
    if (this.#looked.has(place)) return;
    this.#looked.add(place);
    this.#control.tell({ do: 'look', place });
  }

  /** Loads the page anew, and waits until its scripts have run. */
  async reload(): Promise<void> {
    this.#ready = false;
    this.#control.tell({ do: 'reload' });
    await this.#isReady();
  }

  /**
   * Opens the page, and waits until its scripts have run.
   *
   * @throws Failure if the page is in trouble; Unseen where there is nothing to play it in
   */
  async open(): Promise<void> {
    if (!existsSync(join(this.#options.directory, 'index.html'))) {
      throw new Failure(troubles.explainNoIndex());
    }
    const arrived = new Promise<void>((resolve) => {
      this.#arrive = resolve;
    });
    const [port] = await Promise.all([this.#server.listen(), this.#control.listen()]);
    this.#port = port;
    this.#showing = await this.#options.host.show({
      port,
      path: this.#options.at,
      name: this.#name,
      arrived,
    });
    if (this.#over.signal.aborted) return this.#showing.remove();
    void this.#showing.gone.then((sentence) => this.#stop(new Unseen(sentence)));
    void this.#watch(this.#showing, arrived);
    await this.#isReady();
    this.#probe(decoded(this.#options.at));
  }

  /** Takes the page away, and everything with it. */
  close(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#trouble ??= new Unseen('The check was given up.');
    this.#showing?.remove();
    this.#server.close();
    this.#control.close();
    this.look();
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
    const ready = await this.comes(() => this.#ready, LOADING * this.#options.speed);
    if (ready) return;
    throw new Failure({
      sentence: `The page has not loaded within ${LOADING / 1000} s.`,
      advice: 'Look for a script that waits for an answer before the page may go on.',
      certain: true,
    });
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
  look(): void {
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
    this.look();
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
        this.#stop(new Failure(troubles.explainError(report, this.#options.directory)));
        break;
      case 'missing':
        this.#stop(
          new Failure(
            troubles.explainMissing(report.address, this.#server.requests, this.#options.directory),
          ),
        );
        break;
      case 'flood':
        this.#stop(new Failure(troubles.explainFlood(report.what)));
        break;
    }
    this.look();
  }

  /** Has the page watched for what is sent as text and must not become elements. */
  #probe(text: string): void {
    for (const [markup] of text.matchAll(/<[a-z][^<>]*>([^<>]*<\/[a-z][^<>]*>)?/gi)) {
      this.#control.tell({ do: 'probe', markup });
    }
  }
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
