// From a relay's records to the live stream: pairs each exchange with its reader, and keeps a flood
// of one stage from drowning the others.
import type { WireRecord } from '../wire/records.ts';
import type { Relay } from '../wire/relay.ts';
import type { Live } from './live.ts';
import type { Which } from './live-events.ts';
import { type Announcement, Pairing, type PairingOptions } from './pairing.ts';

/** Characters of records that a stage may tell at once, and how many it gets back each second. */
const BURST = 1024 * 1024;
const EACH_SECOND = 256 * 1024;

/** These can be left out: the offsets of the next piece show how much is missing. */
const MANY = new Set<WireRecord['kind']>(['request-piece', 'piece', 'event', 'comment']);

export class WireFeed {
  readonly #live: Live;
  readonly #which: Which;
  readonly #folder: string;
  readonly #pairing: Pairing;
  readonly #onFlood: (isFlooding: boolean) => void;
  #allowance = BURST;
  #counted = Date.now();
  #flood: NodeJS.Timeout | undefined;

  /** @param onFlood told when the tape begins to leave something out, and when it is whole again */
  constructor(
    live: Live,
    which: Which,
    folder: string,
    onFlood: (isFlooding: boolean) => void,
    options: PairingOptions = {},
  ) {
    this.#live = live;
    this.#which = which;
    this.#folder = folder;
    this.#onFlood = onFlood;
    this.#pairing = new Pairing((pair) => {
      live.publish('paired', { which, folder, ...pair }, this.#audience);
    }, options);
  }

  /** What one learner sends is nobody else's to read; the lessons' own streams are. */
  get #audience() {
    return this.#which === 'finished' ? 'all' : 'key';
  }

  /**
   * Tells what passes through a relay.
   *
   * @param label exchanges of a second relay are counted apart from the first one's by this offset
   */
  watch(relay: Relay, offset = 0): () => void {
    return relay.onRecord((record) => {
      this.#take({ ...record, exchange: record.exchange + offset } as WireRecord);
    });
  }

  announce(announcement: Announcement): void {
    this.#pairing.announce(announcement);
  }

  close(): void {
    this.#pairing.close();
    clearInterval(this.#flood);
  }

  #take(record: WireRecord): void {
    if (record.kind === 'request') this.#pairing.request(record);
    const pair = this.#pairing.of(record.exchange);
    if (record.kind === 'end') this.#pairing.end(record.exchange);
    if (!this.#isAffordable(record)) return;
    this.#live.publish(
      'wire',
      {
        which: this.#which,
        folder: this.#folder,
        record,
        ...(pair && { reader: pair.reader, view: pair.view }),
      },
      this.#audience,
    );
  }

  #isAffordable(record: WireRecord): boolean {
    this.#earn();
    if (MANY.has(record.kind) && this.#allowance <= 0) {
      this.#beginFlood();
      return false;
    }
    this.#allowance -= costOf(record);
    return true;
  }

  #earn(): void {
    const now = Date.now();
    const earned = (Math.max(0, now - this.#counted) / 1000) * EACH_SECOND;
    this.#allowance = Math.min(BURST, this.#allowance + earned);
    this.#counted = now;
  }

  /** It is over when there has been less for a while. */
  #beginFlood(): void {
    if (this.#flood) return;
    this.#onFlood(true);
    this.#flood = setInterval(() => {
      this.#earn();
      if (this.#allowance < BURST / 2) return;
      clearInterval(this.#flood);
      this.#flood = undefined;
      this.#onFlood(false);
    }, 500).unref();
  }
}

/** About as many characters as its JSON has, without making it. */
function costOf(record: WireRecord): number {
  const around = 250;
  if (record.kind === 'piece' || record.kind === 'request-piece')
    return around + record.bytes.length;
  if (record.kind === 'event') return around + record.data.length;
  return around;
}
