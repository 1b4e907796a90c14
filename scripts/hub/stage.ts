// One stage: a lesson's own page behind a relay, at the lesson's own port. The server behind it
// is started, exchanged for another step or trap, put to rest and woken; the address stays.
import type { Lesson } from '../course/lessons.ts';
import type { Run, Runner } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import type { Levers } from '../wire/levers.ts';
import { type Relay, startRelay } from '../wire/relay.ts';
import type { Live } from './live.ts';
import type { StageEvent, Which } from './live-events.ts';
import type { Announcement } from './pairing.ts';
import { Refusal } from './refusal.ts';
import { freePort, type Wake, waitForCaller } from './wake.ts';
import { WireFeed } from './wire-feed.ts';

const PATIENCE = 10_000; // milliseconds for a server to listen
const FIRST_WORD = 1000; // milliseconds until the learner is told that nothing listens yet
const NOBODY = 1; // a port on which no program listens: who is led there is refused at once
const SECOND_RELAY = 1_000_000_000; // keeps the exchanges of a second origin apart from the first's

/** What a stage shows; `directory` is asked for each time it starts. */
export interface Program {
  step?: number;
  trap?: string;
  /** What was shown before the trap. */
  before?: Program;
  directory(): Promise<string>;
}

export interface StageOptions {
  which: Which;
  lesson: Lesson;
  ports: { first: number; second: number };
  /** Whether the lesson's server listens on a second origin as well. */
  hasSecond: boolean;
  runner: Runner;
  live: Live;
}

export class Stage {
  readonly which: Which;
  readonly lesson: Lesson;
  /** Where the page is reached: a demonstration on localhost, the learner's code on 127.0.0.1. */
  readonly origin: string;
  readonly #options: StageOptions;
  readonly #feed: WireFeed;
  #state: StageEvent['state'] = 'stopped';
  #message: string | undefined;
  #program: Program | undefined;
  #relay: Relay | undefined;
  #second: Relay | undefined;
  #run: Run | undefined;
  #wake: Wake | undefined;
  #turn: Promise<void> = Promise.resolve();
  #wish = 0;
  #giveWay = () => {};
  #telling = false;
  #closed = false;
  #idleSince: number | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.which = options.which;
    this.lesson = options.lesson;
    const host = this.which === 'finished' ? 'localhost' : '127.0.0.1';
    this.origin = `http://${host}:${options.ports.first}`;
    this.#feed = new WireFeed(options.live, this.which, this.lesson.folder, () => {
      this.#say(
        this.#state,
        `More came over the wire than anyone can read; the tape of this stage leaves some of it out.`,
      );
    });
  }

  /** How it stands, as the live stream tells it. */
  get event(): StageEvent {
    const { step, trap } = this.#program ?? {};
    return {
      which: this.which,
      folder: this.lesson.folder,
      origin: this.origin,
      state: this.#state,
      ...(this.#message !== undefined && { message: this.#message }),
      ...(step !== undefined && { step }),
      ...(trap !== undefined && { trap }),
      levers: this.#levers,
      connections: (this.#relay?.connections ?? 0) + (this.#second?.connections ?? 0),
    };
  }

  /** What it shows, if it has ever been asked to. */
  get program(): Program | undefined {
    return this.#program;
  }

  /**
   * Shows a program, unless it does so already. The newest wish wins.
   *
   * @returns how it stands once the server listens or has failed
   */
  async show(program: Program): Promise<StageEvent> {
    const same = this.#program?.step === program.step && this.#program?.trap === program.trap;
    if (same && (this.#state === 'running' || this.#state === 'starting')) await this.#settled();
    else await this.#change((isCurrent) => this.#start(program, isCurrent));
    return this.event;
  }

  /** Starts what it shows anew, for its files have changed. A stage at rest wakes with the new ones. */
  async restart(): Promise<void> {
    const program = this.#program;
    if (program && this.#state !== 'stopped')
      await this.#change((isCurrent) => this.#start(program, isCurrent));
  }

  /**
   * Sets some of the levers.
   *
   * @throws {Refusal} 409 where nothing has been shown yet
   */
  set(levers: Partial<Levers>): StageEvent {
    for (const relay of this.#relays()) relay.set(levers);
    this.#tell();
    return this.event;
  }

  /** Cuts every open stream now. @returns how many */
  cut(): number {
    return this.#relays().reduce((sum, relay) => sum + relay.cut(), 0);
  }

  /** Cuts each open stream within its next event. */
  cutInMidEvent(): void {
    for (const relay of this.#relays()) relay.cutInMidEvent();
  }

  announce(announcement: Announcement): void {
    this.#feed.announce(announcement);
  }

  /**
   * Puts the server to rest if nobody has been connected for a while. Its address stays, and the
   * next connection wakes it.
   *
   * @param now milliseconds
   * @param patience milliseconds without a connection
   * @returns whether a server still runs
   */
  async restIfIdle(now: number, patience: number): Promise<boolean> {
    if (!this.#run) return false;
    if (this.event.connections > 0 || this.#state === 'starting') this.#idleSince = undefined;
    else this.#idleSince ??= now;
    if (this.#idleSince === undefined || now - this.#idleSince < patience) return true;
    await this.#change(() => this.#rest());
    return false;
  }

  /** Ends the server and gives the ports back. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#feed.close();
    await this.#change(async () => {
      await this.#stopServer();
      await Promise.all([this.#relay?.close(), this.#second?.close()]);
      this.#relay = this.#second = undefined;
    });
  }

  get #levers(): Levers {
    return this.#relay ? { ...this.#relay.levers } : { slow: 0, split: 0, hold: 0 };
  }

  #relays(): Relay[] {
    if (!this.#relay) {
      throw new Refusal(409, 'This stage has not been set yet; open the lesson first.');
    }
    return this.#second ? [this.#relay, this.#second] : [this.#relay];
  }

  /** Carries out one change at a time. One that is overtaken by a newer wish is left out. */
  async #change(carryOut: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    const wish = ++this.#wish;
    const isCurrent = () => wish === this.#wish;
    this.#giveWay();
    this.#turn = this.#turn.then(async () => {
      if (!isCurrent()) return;
      const overtaken = new Promise<void>((resolve) => {
        this.#giveWay = resolve;
      });
      try {
        await Promise.race([carryOut(isCurrent), overtaken]);
      } catch (error) {
        if (isCurrent()) this.#fail(sentenceOf(error));
      }
    });
    await this.#settled();
  }

  async #settled(): Promise<void> {
    let turn: Promise<void>;
    do {
      turn = this.#turn;
      await turn;
    } while (turn !== this.#turn);
  }

  async #start(program: Program, isCurrent: () => boolean): Promise<void> {
    this.#program = program;
    this.#idleSince = undefined;
    this.#say('starting');
    await this.#openRelays();
    this.#aim(undefined, undefined);
    const [directory] = await Promise.all([program.directory(), this.#stopServer()]);
    const { first, second } = this.#options.ports;
    const port = await freePort();
    const secondPort = this.#second ? await freePort() : undefined;
    if (!isCurrent()) return; // a newer wish is being carried out already
    const run = this.#options.runner.start({
      directory,
      port,
      publicPort: first,
      ...(secondPort !== undefined && {
        secondPort,
        env: { PUBLIC_SECOND_PORT: String(second) },
      }),
      speed: 1,
    });
    this.#run = run;
    this.#listenTo(run);
    const firstWord = setTimeout(() => {
      if (this.#run === run && this.#state === 'starting') {
        this.#say('starting', 'Nothing listens yet; still waiting.');
      }
    }, FIRST_WORD);
    const listens = await run.listening(PATIENCE);
    clearTimeout(firstWord);
    if (!isCurrent()) return;
    if (run.problem) return this.#fail(run.problem.message);
    this.#aim(port, secondPort);
    if (listens) this.#say('running');
    else {
      // It stays, and is reached as soon as it listens after all.
      const seconds = PATIENCE / 1000;
      this.#say(
        'broken',
        `server.ts has not listened on its port within ${seconds} seconds: does it call listen?`,
      );
    }
  }

  /** Nobody is led to a server that is gone: its port may be another program's by now. */
  #fail(message: string): void {
    this.#aim(NOBODY, NOBODY);
    this.#say('broken', message);
  }

  #listenTo(run: Run): void {
    const { live } = this.#options;
    const audience = this.which === 'finished' ? 'all' : 'key';
    run.onProblem(() => {
      if (this.#run === run && run.problem) this.#fail(run.problem.message);
    });
    run.onOutput(({ stream, text }: { stream: 'stdout' | 'stderr'; text: string }) => {
      if (this.#run !== run) return;
      const { which } = this;
      live.publish('output', { which, folder: this.lesson.folder, stream, text }, audience);
    });
  }

  async #openRelays(): Promise<void> {
    const { ports, hasSecond } = this.#options;
    this.#relay ??= await this.#openRelay(ports.first, 0);
    if (hasSecond) this.#second ??= await this.#openRelay(ports.second, SECOND_RELAY);
  }

  async #openRelay(port: number, offset: number): Promise<Relay> {
    const relay = await startRelay({ port }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && !/EADDRINUSE|in use|taken/.test(error.message))
        throw error;
      const whose = this.which === 'finished' ? 'this lesson' : 'your exercise';
      throw new KitError(
        `Port ${port}, where ${whose} is shown, is in use by another program (perhaps this lesson, started alone); end that program and ask again.`,
      );
    });
    this.#feed.watch(relay, offset);
    relay.onRecord(({ kind }) => {
      if (kind === 'request' || kind === 'end') this.#tell();
    });
    return relay;
  }

  #aim(first: number | undefined, second: number | undefined): void {
    this.#relay?.target(first);
    this.#second?.target(second);
  }

  async #rest(): Promise<void> {
    await this.#stopServer();
    this.#wake = await waitForCaller(async () => {
      const program = this.#program;
      if (!program || this.#closed) return undefined;
      const before = this.#run;
      if (!before) await this.show(program);
      return this.#state === 'running' ? this.#run?.port : undefined;
    });
    this.#aim(this.#wake.port, NOBODY);
    this.#say('stopped');
  }

  async #stopServer(): Promise<void> {
    const [run, wake] = [this.#run, this.#wake];
    this.#run = this.#wake = undefined;
    wake?.close();
    await run?.stop();
  }

  #say(state: StageEvent['state'], message?: string): void {
    this.#state = state;
    this.#message = message;
    this.#tell();
  }

  /** One word a turn, however much happens in it. */
  #tell(): void {
    if (this.#telling || this.#closed) return;
    this.#telling = true;
    setImmediate(() => {
      this.#telling = false;
      if (this.#closed) return;
      const audience = this.which === 'finished' ? 'all' : 'key';
      this.#options.live.publish('stage', this.event, audience);
    });
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof KitError || error instanceof Refusal) return error.message;
  return `It could not be started: ${(error as Error).message}.`;
}
