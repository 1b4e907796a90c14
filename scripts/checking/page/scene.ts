// What a check is given to open the exercise's page with.
import { Unseen } from '../failure.ts';
import type { PageHost } from './host.ts';
import { type OpenOptions, OpenPage } from './open-page.ts';
import type { Answering } from './replies.ts';
import type { Turns } from './turns.ts';

/** The page that is judged, and who plays it. */
export interface PageTarget {
  /** Where index.html and its scripts are. */
  directory: string;
  host: PageHost;
  /** How many checks may have their pages played at a time; all, if not given. */
  turns?: Turns;
}

const NO_PAGE =
  'This is a check of the page, and only a server was named: leave --url out to check the page of ' +
  'your exercise.';

/** The pages of one check. */
export class PageScene {
  readonly #target: PageTarget | undefined;
  readonly #over = new AbortController();
  readonly #pages: OpenPage[] = [];
  #turn: Promise<() => void> | undefined;

  constructor(target: PageTarget | undefined) {
    this.#target = target;
  }

  /** Whether a page was asked for. */
  get isUsed(): boolean {
    return this.#turn !== undefined || this.#pages.length > 0;
  }

  /**
   * Opens the exercise's page, against a server that answers as the check says.
   *
   * @param script what each path answers: `{ '/departures': stream('retry: 20') }`
   * @returns when the page's scripts have run for the first time
   * @throws Failure if the page is in trouble; Unseen where there is nothing to play it in
   */
  async open(script: Record<string, Answering> = {}, options: OpenOptions = {}): Promise<OpenPage> {
    if (!this.#target) throw new Unseen(NO_PAGE);
    const { directory, host, turns } = this.#target;
    const { signal } = this.#over;
    // One turn for all the pages of a check, or two checks might wait for each other's second page.
    this.#turn ??= turns?.take(signal);
    await this.#turn;
    const page = await OpenPage.open(directory, host, script, { ...options, signal });
    this.#pages.push(page);
    return page;
  }

  /**
   * Looks once more when the check is done: what the page has just thrown counts as well.
   *
   * @throws Failure or Unseen if a page is in trouble
   */
  async isWell(): Promise<void> {
    for (const page of this.#pages) await page.settles();
  }

  /** Takes the pages away. */
  close(): void {
    this.#over.abort();
    void this.#turn?.then(
      (end) => end(),
      () => {},
    );
  }
}
