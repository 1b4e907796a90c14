// A page that is open for one check: what the check can see of it, do to it, and ask of it. Each
// question that is answered with no ends the check with a Failure.
import type { Otherwise } from '../answer.ts';
import { Failure, Unseen } from '../failure.ts';
import {
  explainNoRequest,
  explainNotPressed,
  explainNotShown,
  explainRequest,
  explainShown,
} from './explain.ts';
import type { PageHost } from './host.ts';
import { OtherTab } from './other-tab.ts';
import { PlayedPage } from './played-page.ts';
import type { Answering } from './replies.ts';
import type { PressResult, Source } from './reports.ts';
import type { Reader, Seen } from './scripted-server.ts';
import * as troubles from './troubles.ts';
import type { Wire } from './wire.ts';

export interface OpenOptions {
  /** The path, with a query if there should be one; `/` if not given. */
  at?: string;
  /** How much faster the page's own timers and clock run; 1 if not given. */
  speed?: number;
  /**
   * Whether it lacks what a page lacks that came over plain http from another machine: Web Locks
   * among them. See https://w3c.github.io/webappsec-secure-contexts/
   */
  insecure?: boolean;
}

/** Where to look: `EventSource` or `fetch` for their logs, or a selector; else the whole page. */
export interface Place {
  in?: string;
}

/** Real milliseconds for an EventSource to come back three times. */
const WITNESS = 10_000;

export class OpenPage {
  readonly #page: PlayedPage;
  readonly #speed: number;
  readonly #taken = new Map<string, number>();
  #tabs = 0;

  /** Use `OpenPage.open`. */
  private constructor(page: PlayedPage, speed: number) {
    this.#page = page;
    this.#speed = speed;
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
    { at = '/', speed = 1, insecure = false, signal }: OpenOptions & { signal: AbortSignal },
  ): Promise<OpenPage> {
    const page = new PlayedPage({ directory, host, script, at, speed, insecure });
    signal.addEventListener('abort', () => page.close(), { once: true });
    try {
      await page.open();
      signal.throwIfAborted();
    } catch (error) {
      page.close();
      throw error;
    }
    return new OpenPage(page, speed);
  }

  /** Every request of the page so far, oldest first, those for its own files included. */
  get requests(): readonly Seen[] {
    return this.#page.known.requests;
  }

  /** The requests for a path that are still being answered, oldest first. */
  openWires(path: string, { from = 'EventSource' }: { from?: Reader } = {}): Wire[] {
    return this.#page.known.wires.filter(
      ({ open, seen }) => open && seen.path === path && seen.reader === from,
    );
  }

  /** Every EventSource that the page has made, oldest first. */
  get sources(): readonly Source[] {
    return this.#page.known.sources;
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
      this.#page.known.wires.filter(({ seen }) => seen.path === path && seen.reader === from)[
        nth - 1
      ];
    const wire = await this.comes(find, within);
    if (!wire) {
      throw new Failure({
        ...explainNoRequest(path, from, nth, within, this.#page.known),
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
    const asked = () =>
      this.#page.known.requests.filter((seen) => seen.path === path && seen.reader === from);
    const count = () => asked().length;
    const before = this.#taken.get(`${from} ${path}`) ?? 0;
    let witnessed = false;
    const milliseconds = within / this.#speed;
    const witness = this.#page.ask({ do: 'witness', milliseconds }).then(() => {
      witnessed = true;
      this.#page.look();
    });
    witness.catch(() => {}); // its trouble is the page's, and ends the waiting below
    await this.comes(() => witnessed || count() > before, (WITNESS + milliseconds) * this.#speed);
    await this.settles();
    if (count() <= before) {
      if (!witnessed) throw new Unseen(troubles.SLOW);
      return;
    }
    // What came after the first one that was not meant to come is not told.
    const { requests } = this.#page.known;
    const first = requests.indexOf(asked()[before]!);
    throw new Failure({
      ...explainRequest(path, requests.slice(0, first + 1)),
      advice: otherwise,
    });
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
    this.#page.lookAt(place);
    if (await this.comes(() => this.#isShown(text, place), within)) return;
    throw new Failure({
      ...explainNotShown(text, place, within, this.#page.known),
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
    this.#page.lookAt(place);
    await witness();
    await this.settles();
    if (!this.#isShown(text, place)) return;
    throw new Failure({ ...explainShown(text, place, this.#page.known), advice: otherwise });
  }

  /** The lines that a place shows now, the page having had its turn; undefined if it is not there. */
  async lines(place = 'page'): Promise<string[] | undefined> {
    this.#page.lookAt(place);
    await this.settles();
    return this.#page.known.places[place] ?? undefined;
  }

  /** Presses a button: by what is written on it, by its label, or by `#id`. */
  async click(name: string, { otherwise }: Partial<Otherwise> = {}): Promise<void> {
    const result = (await this.#page.ask({ do: 'press', name })) as PressResult;
    if (!result.found) {
      const advice = otherwise ?? 'Leave the buttons of the page as they are.';
      throw new Failure({ ...explainNotPressed('button', name, result), advice });
    }
    await this.settles();
  }

  /** Types into a field: found by its label, its name, or by `#id`. */
  async fill(name: string, value: string, { otherwise }: Partial<Otherwise> = {}): Promise<void> {
    const result = (await this.#page.ask({ do: 'fill', name, value })) as PressResult;
    if (!result.found) {
      const advice = otherwise ?? 'Leave the fields of the page as they are.';
      throw new Failure({ ...explainNotPressed('field', name, result), advice });
    }
    await this.settles();
  }

  /**
   * Resolves when so much time has passed in the page: its own timers that are due by then have had
   * their turn, however slow the machine is.
   *
   * @param milliseconds of the page's clock
   */
  async passes(milliseconds: number): Promise<void> {
    await this.#page.ask({ do: 'wait', milliseconds: milliseconds / this.#speed });
  }

  /**
   * Opens the page in another tab as well, and waits until its scripts have run.
   *
   * @param path with a query if there should be one
   */
  async openTab(path = '/'): Promise<OtherTab> {
    this.#tabs += 1;
    const tab = new OtherTab(this, this.#page, this.#tabs);
    await this.#page.ask({ do: 'open tab', path });
    return tab;
  }

  /** Loads the page anew, and waits until its scripts have run. */
  async reload(): Promise<void> {
    await this.#page.reload();
  }

  /**
   * Resolves when the page has had its turn, and has told what it shows.
   *
   * @throws Failure or Unseen if it is in trouble
   */
  async settles(): Promise<void> {
    await this.#page.settles();
  }

  /**
   * Waits until `look` gives something. It is asked at everything that comes from the page.
   *
   * @param within milliseconds of the page's clock
   * @returns undefined if it does not, though the page had its turn after the deadline
   * @throws Failure or Unseen if the page is in trouble
   */
  async comes<T>(look: () => T | undefined | false, within: number): Promise<T | undefined> {
    return this.#page.comes(look, within);
  }

  #isShown(text: string, place: string): boolean {
    const lines = this.#page.known.places[place];
    return lines ? oneLine(lines.join(' ')).includes(oneLine(text)) : false;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
