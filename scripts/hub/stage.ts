// One stage: a lesson's own page behind a relay, at the lesson's own port. The server behind it
// is started, exchanged for another step or trap, put to rest and woken; the address stays.
import type { Lesson } from '../course/lessons.ts';
import type { Run, Runner } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import type { Levers } from '../wire/levers.ts';
import { LatestWish } from './latest-wish.ts';
import type { Live } from './live.ts';
import type { StageEvent, Which } from './live-events.ts';
import type { Announcement } from './pairing.ts';
import { StageWire } from './stage-wire.ts';
import { freePort, type Wake, waitForCaller } from './wake.ts';
import { WireFeed } from './wire-feed.ts';

const PATIENCE = 10_000; // milliseconds for a server to listen
const FLOODED =
  'More comes over the wire than anyone can read; the tape of this stage leaves some of it out.';
const FIRST_WORD = 1000; // milliseconds until the learner is told that nothing listens yet

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
  readonly #wire: StageWire;
  readonly #wishes = new LatestWish();
  #state: StageEvent['state'] = 'stopped';
  #message: string | undefined;
  #program: Program | undefined;
  #run: Run | undefined;
  #wake: Wake | undefined;
  #isFlooding = false;
  #telling = false;
  #closed = false;
  #idleSince: number | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.which = options.which;
    this.lesson = options.lesson;
    const host = this.which === 'finished' ? 'localhost' : '127.0.0.1';
    this.origin = `http://${host}:${options.ports.first}`;
    const { live, ports, hasSecond } = options;
    this.#feed = new WireFeed(live, this.which, this.lesson.folder, (isFlooding) => {
      this.#isFlooding = isFlooding;
      this.#tell();
    });
    this.#wire = new StageWire({
      which: this.which,
      ports,
      hasSecond,
      feed: this.#feed,
      onChange: () => this.#tell(),
    });
  }

  /** How it stands, as the live stream tells it. */
  get event(): StageEvent {
    const { step, trap } = this.#program ?? {};
    const message = this.#message ?? (this.#isFlooding ? FLOODED : undefined);
    return {
      which: this.which,
      folder: this.lesson.folder,
      origin: this.origin,
      state: this.#state,
      ...(message !== undefined && { message }),
      ...(step !== undefined && { step }),
      ...(trap !== undefined && { trap }),
      levers: this.#wire.levers,
      connections: this.#wire.connections,
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
    if (same && (this.#state === 'running' || this.#state === 'starting'))
      await this.#wishes.settled();
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
    this.#wire.set(levers);
    this.#tell();
    return this.event;
  }

  /** Cuts every open stream now. @returns how many */
  cut(): number {
    return this.#wire.cut();
  }

  /** Cuts each open stream within its next event. */
  cutInMidEvent(): void {
    this.#wire.cutInMidEvent();
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
    await this.#change((isCurrent) => this.#rest(isCurrent));
    return false;
  }

  /** Ends the server and gives the ports back. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#feed.close();
    await this.#change(async () => {
      await this.#stopServer();
      await this.#wire.close();
    });
  }

  #change(carryOut: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    return this.#wishes.carryOut(carryOut, (error) => this.#fail(sentenceOf(error)));
  }

  async #start(program: Program, isCurrent: () => boolean): Promise<void> {
    if (this.#closed) return;
    this.#program = program;
    this.#idleSince = undefined;
    this.#say('starting');
    await this.#wire.open();
    if (!isCurrent()) return; // a newer wish is being carried out already; so below
    this.#wire.hold();
    const [directory] = await Promise.all([program.directory(), this.#stopServer()]);
    const { ports, hasSecond, runner } = this.#options;
    const port = await freePort();
    const secondPort = hasSecond ? await freePort() : undefined;
    if (!isCurrent()) return;
    const run = runner.start({
      directory,
      port,
      publicPort: ports.first,
      ...(secondPort !== undefined && {
        secondPort,
        env: { PUBLIC_SECOND_PORT: String(ports.second) },
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
    this.#wire.leadTo(port, secondPort);
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
    this.#wire.refuse();
    this.#say('broken', message);
  }

  #listenTo(run: Run): void {
    const { live } = this.#options;
    const audience = this.which === 'finished' ? 'all' : 'key';
    run.onProblem(({ endedWell, message }) => {
      if (this.#run !== run) return;
      // Who shuts down by plan expects to be started anew, and so do the clients who were told when.
      if (endedWell) void this.#change((isCurrent) => this.#rest(isCurrent));
      else this.#fail(message);
    });
    run.onOutput(({ stream, text }: { stream: 'stdout' | 'stderr'; text: string }) => {
      if (this.#run !== run) return;
      const { which } = this;
      live.publish('output', { which, folder: this.lesson.folder, stream, text }, audience);
    });
  }

  async #rest(isCurrent: () => boolean): Promise<void> {
    await this.#stopServer();
    const wake = await waitForCaller(async () => {
      if (this.#program) await this.show(this.#program);
      return this.#state === 'running' ? this.#run?.port : undefined;
    });
    if (!isCurrent()) return wake.close();
    this.#wake = wake;
    this.#wire.leadTo(wake.port);
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
  if (error instanceof KitError) return error.message;
  return `It could not be started: ${(error as Error).message}.`;
}
