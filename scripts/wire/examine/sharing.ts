// Two clients at once: what one does must be nothing to the other.
//
// A newer client comes and leaves, and the older one must go on; then an older one leaves, and the
// newer one must. Silence alone accuses nobody: what looks wrong is tried again with two new
// clients, after a third has shown that the server still speaks, and only what happens twice is told.
import type { StreamEvent } from '../event-stream.ts';
import { type Finding, finding, seconds } from '../finding.ts';
import { countersIn, type Shared, sharedCounter } from './counter.ts';
import { type Rhythm, rhythmOf } from './rhythm.ts';
import type { StreamLook } from './stream-look.ts';

/** What two clients at once have shown: sentences, and what is wrong. */
export interface Sharing {
  said: string[];
  finding?: Finding;
}

/** What was done when a stream fell silent. */
type Occasion = 'newer leaves' | 'older leaves' | 'newer comes';

export interface Company {
  /** The look at which a client was alone. */
  alone: StreamLook;
  /** A client that is there already, if one is. It is left before the end. */
  older?: StreamLook | undefined;
  /** Opens the stream once more. */
  open: () => StreamLook;
  /** How long may be waited for one thing at most, in milliseconds. */
  patience: number;
  /** Milliseconds until all must be over. */
  left: () => number;
}

/** Silence shorter than this many times the longest one means nothing. */
const TIMES = 2;
/** What was on its way when a client left comes within so many milliseconds. */
const ON_ITS_WAY = 50;
/** So many numbers of each client show whether they share a counter. */
const NUMBERS = 4;

/** Looks at two clients at once. All that it opens is left when it is done. */
export async function lookAtTwo(company: Company): Promise<Sharing> {
  const rhythm = rhythmOf(company.alone);
  if (!rhythm) {
    company.older?.leave();
    return {
      said: ['Two at once were not tried: too few events came to tell a stop from a rest.'],
    };
  }
  const patience = Math.max(rhythm.longest * TIMES, Math.min(1000, company.patience * 0.8));
  if (patience > company.left()) {
    company.older?.leave();
    return {
      said: [
        `Two at once were not tried: events rest for up to ${seconds(rhythm.longest)}. ` +
          'Look longer to have them tried.',
      ],
    };
  }
  const pair = new Pair(company, rhythm, patience);
  try {
    return await pair.look();
  } finally {
    pair.leaveAll();
  }
}

class Pair {
  readonly #company: Company;
  readonly #rhythm: Rhythm;
  readonly #patience: number;
  readonly #open = new Set<StreamLook>();
  readonly #said: string[] = [];

  constructor(company: Company, rhythm: Rhythm, patience: number) {
    this.#company = company;
    this.#rhythm = rhythm;
    this.#patience = patience;
    if (company.older) this.#open.add(company.older);
  }

  leaveAll(): void {
    for (const look of this.#open) look.leave();
  }

  async look(): Promise<Sharing> {
    const { alone } = this.#company;
    let older = this.#company.older;
    // The one that came back may have been told that nothing more is to come.
    if (!older || older.ending || !(await this.#hears(older, 0))) {
      older?.leave();
      older = this.#come();
      if (!(await this.#hears(older, 0))) {
        return this.#nothing('the stream gave no more events to whoever came later');
      }
    }

    const newer = this.#come();
    const answered = await newer.until(({ head }) => head !== undefined, this.#wait);
    if (!answered || newer.head?.status !== 200) return this.#alone(newer);
    const since = older.events.length;
    const comes = await this.#bothHear(older, newer, since);
    if (comes === 'silent') return this.#tryAgain('newer comes');
    if (comes === 'unclear') {
      return this.#nothing('the second one heard nothing, or one of the streams was over');
    }

    const counters = countersIn(alone.events);
    if (counters.length > 0) {
      await this.#enoughNumbers(older, newer, since);
      const shared = sharedCounter(counters, older.events.slice(since), newer.events);
      if (shared) return this.#told(oneCounter(shared, newer.events));
    }

    newer.leave();
    if (await this.#fallsSilent(older)) return this.#tryAgain('newer leaves');

    const third = this.#come();
    if (!(await this.#hears(third, 0))) return this.#nothing('a third client heard nothing');
    older.leave();
    if (await this.#fallsSilent(third)) return this.#tryAgain('older leaves');
    this.#said.push('Two at once: each went on when the other left.');
    return { said: this.#said };
  }

  /** What looked wrong, once more, with clients that are new. Only then is it told. */
  async #tryAgain(occasion: Occasion): Promise<Sharing> {
    this.leaveAll();
    // Whether the server speaks at all, to somebody who has nothing to do with what happened.
    const older = this.#come();
    if (!(await this.#hears(older, 0))) return this.#nothing('then it fell silent for everybody');
    const newer = this.#come();
    const answered = await newer.until(({ head }) => head !== undefined, this.#wait);
    if (!answered || newer.head?.status !== 200) return this.#alone(newer);
    const since = older.events.length;
    const comes = await this.#bothHear(older, newer, since);
    if (occasion === 'newer comes') {
      if (comes !== 'silent') return this.#nothing('once it seemed so, and not twice');
      return this.#told(stopped(occasion, older, this.#patience));
    }
    if (comes !== 'both') return this.#nothing('once it seemed so, and could not be tried again');
    const [leaving, staying] = occasion === 'older leaves' ? [older, newer] : [newer, older];
    // The client that was alone has heard more than this one: so it is too soon to rest.
    const tooOld = staying.moments.length + 2 > this.#rhythm.moments;
    leaving.leave();
    if (tooOld || !(await this.#fallsSilent(staying))) {
      return this.#nothing('once it seemed so, and not twice');
    }
    if (!this.#rhythm.regular && !staying.ending && !(await this.#othersHear(staying))) {
      return this.#nothing('events come so unevenly that a rest looks like a stop');
    }
    return this.#told(stopped(occasion, staying, this.#patience));
  }

  /** Whether somebody new hears events while this client still hears none. */
  async #othersHear(silent: StreamLook): Promise<boolean> {
    const before = silent.moments.length;
    return (await this.#hears(this.#come(), 1)) && silent.moments.length === before;
  }

  #come(): StreamLook {
    const look = this.#company.open();
    this.#open.add(look);
    return look;
  }

  /** How long may be waited now. */
  get #wait(): number {
    return Math.max(0, Math.min(this.#patience, this.#company.left()));
  }

  /** Whether more events come than these. */
  #hears(look: StreamLook, than: number): Promise<boolean> {
    return look.until(({ moments }) => moments.length > than, this.#wait);
  }

  /** Waits until both have heard an event since the newer one came, or one shows that it will not. */
  async #bothHear(
    older: StreamLook,
    newer: StreamLook,
    since: number,
  ): Promise<'both' | 'silent' | 'unclear'> {
    const [heard, came] = await Promise.all([
      older.until(({ events }) => events.length > since, this.#wait),
      newer.until(({ events }) => events.length > 0, this.#wait),
    ]);
    if (heard && came) return 'both';
    if (heard || older.ending || this.#company.left() <= 0) return 'unclear';
    // The newer one goes on while the older one does not: the witness.
    return newer.moments.length >= 3 ? 'silent' : 'unclear';
  }

  async #enoughNumbers(older: StreamLook, newer: StreamLook, since: number): Promise<void> {
    const enough = Promise.all([
      older.until(({ events }) => events.length - since >= NUMBERS, this.#wait),
      newer.until(({ events }) => events.length >= NUMBERS, this.#wait),
    ]);
    await enough;
  }

  /** Whether a stream stops now that another client has left. */
  async #fallsSilent(look: StreamLook): Promise<boolean> {
    if (look.ending) return false;
    const from = look.now + ON_ITS_WAY;
    const before = look.moments.length;
    const wait = this.#wait;
    const goesOn = await look.until(
      ({ moments }) => moments.length >= before + 2 || (moments.at(-1) ?? 0) > from,
      wait,
    );
    if (goesOn) return false;
    // A stream that ends by itself may well end now; and who was not waited for has time left.
    if (look.ending) return !this.#rhythm.ends && look.ending !== 'flooded';
    return wait >= this.#patience;
  }

  #alone(newer: StreamLook): Sharing {
    const { head } = newer;
    return this.#nothing(
      head
        ? `the second one was answered ${head.status}`
        : 'the second one got no answer while the first was there',
    );
  }

  #nothing(why: string): Sharing {
    this.#said.push(`Two at once told nothing: ${why}.`);
    return { said: this.#said };
  }

  #told(found: Finding): Sharing {
    this.#said.push('Two at once: they are not independent of each other.');
    return { said: this.#said, finding: found };
  }
}

function stopped(occasion: Occasion, look: StreamLook, silence: number): Finding {
  const what = {
    'newer leaves': "When the newer of two clients left, the older one's stream stopped",
    'older leaves': "When the older of two clients left, the newer one's stream stopped",
    'newer comes': "When a second client came, the first one's stream stopped",
  }[occasion];
  return finding('shared-clients', {
    message:
      `${what}: ${look.ending ? 'it ended' : `no event for ${seconds(silence)}`}, and the same when ` +
      'tried again. ' +
      'What one client does was meant to be nothing to another.',
    advice:
      occasion === 'newer comes'
        ? 'Keep each response in a list, or in the function that answers it: one variable holds one client.'
        : 'Keep what belongs to one client (its timer, its place in a list) in the function that ' +
          'answers it, and when it leaves stop that and nothing else.',
  });
}

function oneCounter({ older, newer }: Shared, events: readonly StreamEvent[]): Finding {
  const begin = Math.max(older[0] ?? 0, newer[0] ?? 0) - 1;
  const some = (numbers: number[]) => {
    const both = numbers.filter((number) => number >= begin);
    return (both.length < 2 ? numbers : both).slice(0, NUMBERS).join(', ');
  };
  return finding('shared-clients', {
    message:
      'Two clients share one counter: ' +
      `one got \`${some(older)}\` and the other, at the same time, \`${some(newer)}\`. ` +
      'Each misses the numbers of the other.',
    advice:
      'Count for each client, in the function that answers it; or count once for all, and send each ' +
      'event to every client.',
    at: events[0]?.at,
  });
}
