// Plays pages under check in the learner's own browser: in a frame of a tab that shows the lesson.
//
//   live  page-check       { folder, id, url }   a page is to be shown; whoever sees it may claim it
//   POST  …/claim          { visible }           exactly one tab is told { yours: true }
//   live  page-check-ask   { id, question }      is the tab alive, around its frame?
//   POST  …/answer         { question }
//   POST  …/gone                                 the tab closes, or its frame was taken away
//   live  page-check-over  { id }                the frame is to be removed
//
// Where no tab claims it, an installed browser without a window plays it.
//
// Each frame has a name of its own below localhost, and so a process of its own: on one address, a
// frame that loops for ever would hold up every other frame there, the learner's stage included,
// and would go on doing so after it was removed.
import { randomUUID } from 'node:crypto';
import { Unseen } from '../checking/failure.ts';
import type { HeadlessHost } from '../checking/page/headless.ts';
import type { PageHost, Playing, Showing } from '../checking/page/host.ts';
import type { Live } from './live.ts';

/** Milliseconds that the tabs have to claim a page. */
const CLAIM = 1000;
/** Milliseconds in which a frame must have reported, or it is given its other address. */
const ARRIVAL = 1500;

const NO_TAB =
  'This is a check of the page, and nobody was there to play it: open the lesson in a tab of the ' +
  'hub, keep it in front, and check again.';

const TAB_GONE =
  'The tab of the hub that played the page was closed, or left the lesson, in the middle of the ' +
  'check: check again.';

interface Offered {
  /** Says whether a tab has taken it. */
  take: (taken: boolean) => void;
  claimed: boolean;
  /** Questions that were put to the tab, with what an answer does. */
  questions: Map<string, () => void>;
  leave: () => void;
}

export class PageChecks {
  readonly #live: Live;
  readonly #headless: HeadlessHost;
  readonly #offered = new Map<string, Offered>();

  constructor({ live, headless }: { live: Live; headless: HeadlessHost }) {
    this.#live = live;
    this.#headless = headless;
  }

  /** Plays the pages of one lesson. */
  of(folder: string): PageHost {
    return {
      show: (playing) => this.#show(folder, playing),
      close: async () => {},
    };
  }

  /** A tab offers to show a page. @returns whether it is this tab's now */
  async claim(id: string, visible: boolean): Promise<{ yours: boolean }> {
    const offered = this.#offered.get(id);
    if (!offered || offered.claimed) return { yours: false };
    if (!visible && (await this.#headless.available())) {
      // A browser slows down what nobody sees: better one that has no window at all.
      if (!offered.claimed) offered.take(false);
      return { yours: false };
    }
    if (offered.claimed) return { yours: false };
    offered.claimed = true;
    offered.take(true);
    return { yours: true };
  }

  /** A tab has answered a question. */
  answer(id: string, question: string): void {
    this.#offered.get(id)?.questions.get(question)?.();
  }

  /** The tab that shows a page, or its frame, is going away. */
  gone(id: string): void {
    this.#offered.get(id)?.leave();
  }

  async close(): Promise<void> {
    for (const { take, leave } of this.#offered.values()) {
      take(false);
      leave();
    }
    await this.#headless.close();
  }

  async #show(folder: string, playing: Playing): Promise<Showing> {
    if (this.#live.clients === 0) return this.#headless.show(playing);
    const id = randomUUID();
    const { port, path, name } = playing;
    let leave = () => {};
    const gone = new Promise<string>((resolve) => {
      leave = () => resolve(TAB_GONE);
    });
    const offered: Offered = { take: () => {}, claimed: false, questions: new Map(), leave };
    this.#offered.set(id, offered);
    const taken = new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), CLAIM);
      offered.take = (isTaken) => {
        clearTimeout(late);
        resolve(isTaken);
      };
    });
    const offer = (host: string) => {
      const url = `http://${host}:${port}${path}`;
      this.#live.publish('page-check', { folder, id, url }, 'key');
    };
    offer(`${name}.localhost`);
    if (!(await taken)) {
      this.#end(id);
      if (await this.#headless.available()) return this.#headless.show(playing);
      throw new Unseen(NO_TAB);
    }
    // Not every system knows the names below localhost: then the plain address has to do.
    const unreached = setTimeout(() => offer('127.0.0.1'), ARRIVAL);
    void playing.arrived.then(() => clearTimeout(unreached));
    return {
      gone,
      witness: (milliseconds) => this.#ask(id, offered, milliseconds),
      remove: () => {
        clearTimeout(unreached);
        this.#end(id);
      },
    };
  }

  #ask(id: string, { questions }: Offered, milliseconds: number): Promise<boolean> {
    const question = randomUUID();
    return new Promise((resolve) => {
      const done = (answered: boolean) => {
        clearTimeout(late);
        questions.delete(question);
        resolve(answered);
      };
      const late = setTimeout(() => done(false), milliseconds);
      questions.set(question, () => done(true));
      this.#live.publish('page-check-ask', { id, question }, 'key');
    });
  }

  #end(id: string): void {
    if (this.#offered.delete(id)) this.#live.publish('page-check-over', { id }, 'key');
  }
}
