// The wire of one stage: a relay at the lesson's port, and a second one where the lesson has two
// origins. Their levers move together.
import { KitError } from '../kit-error.ts';
import type { Levers } from '../wire/levers.ts';
import { type Relay, startRelay } from '../wire/relay.ts';
import type { Which } from './live-events.ts';
import { Refusal } from './refusal.ts';
import type { WireFeed } from './wire-feed.ts';

/** A port on which no program listens: who is led there is refused at once. */
const NOBODY = 1;

/** Keeps the exchanges of the second origin apart from the first one's. */
const SECOND = 1_000_000_000;

export interface StageWireOptions {
  which: Which;
  ports: { first: number; second: number };
  hasSecond: boolean;
  feed: WireFeed;
  /** Told when a connection has come or gone. */
  onChange: () => void;
}

export class StageWire {
  readonly #options: StageWireOptions;
  #first: Relay | undefined;
  #second: Relay | undefined;
  #opening: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: StageWireOptions) {
    this.#options = options;
  }

  /** Connections that are open now. */
  get connections(): number {
    return (this.#first?.connections ?? 0) + (this.#second?.connections ?? 0);
  }

  get levers(): Levers {
    return this.#first ? { ...this.#first.levers } : { slow: 0, split: 0, hold: 0 };
  }

  /**
   * Takes the stage's ports, if it does not have them yet.
   *
   * @throws KitError if one is in use
   */
  open(): Promise<void> {
    // In turn: two wishes at once must not take one port from each other.
    const opening = this.#opening.then(async () => {
      const { ports, hasSecond } = this.#options;
      if (this.#closed) return;
      this.#first ??= await this.#listen(ports.first, 0);
      if (hasSecond) this.#second ??= await this.#listen(ports.second, SECOND);
    });
    this.#opening = opening.catch(() => {});
    return opening;
  }

  /** Leads connections to a server's ports. */
  leadTo(first: number, second: number = NOBODY): void {
    this.#first?.target(first);
    this.#second?.target(second);
  }

  /** Lets new connections wait: the server is being exchanged. */
  hold(): void {
    this.#first?.target(undefined);
    this.#second?.target(undefined);
  }

  /** Refuses new connections: a server's port may be another program's once it is gone. */
  refuse(): void {
    this.leadTo(NOBODY);
  }

  /**
   * Sets some of the levers.
   *
   * @throws {Refusal} 409 before the stage was opened, as the others below
   * @throws KitError for a value that a lever does not take
   */
  set(levers: Partial<Levers>): void {
    for (const relay of this.#relays()) relay.set(levers);
  }

  /** Cuts every open stream now. @returns how many */
  cut(): number {
    return this.#relays().reduce((sum, relay) => sum + relay.cut(), 0);
  }

  /** Cuts each open stream within its next event. */
  cutInMidEvent(): void {
    for (const relay of this.#relays()) relay.cutInMidEvent();
  }

  /** Gives the ports back, for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening;
    await Promise.all([this.#first?.close(), this.#second?.close()]);
    this.#first = this.#second = undefined;
  }

  #relays(): Relay[] {
    if (!this.#first) {
      throw new Refusal(409, 'This stage has not been set yet; open the lesson first.');
    }
    return this.#second ? [this.#first, this.#second] : [this.#first];
  }

  async #listen(port: number, offset: number): Promise<Relay> {
    const { which, feed, onChange } = this.#options;
    const relay = await startRelay({ port }).catch((error: Error) => {
      if (!/in use/.test(error.message)) throw error;
      const whose = which === 'finished' ? 'this lesson' : 'your exercise';
      throw new KitError(
        `Port ${port}, where ${whose} is shown, is in use by another program (perhaps this lesson, started alone); end that program and ask again.`,
      );
    });
    feed.watch(relay, offset);
    relay.onRecord(({ kind }) => {
      if (kind === 'request' || kind === 'end') onChange();
    });
    return relay;
  }
}
