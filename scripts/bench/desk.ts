// A learner's desk: the hub as a process, its page in a browser, and an editor beside it. What is
// saved there is timed until it is on the screen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright';
import { findBrowser } from '../checking/browser.ts';
import { type Lesson, listLessons } from '../course/lessons.ts';
import { KitError } from '../kit-error.ts';
import { copyWorkingTree, removeFolder } from './clone.ts';
import { type OwnEditor, openEditor } from './editor.ts';
import { type HubProcess, startHub } from './hub-process.ts';

/** What the page has shown, and when: see board-watch.js. */
export interface Sight {
  kind: 'started' | 'provisional' | 'complete';
  /** Epoch milliseconds. */
  at: number;
  note: string;
  rows: { step: number; state: string }[];
  said: string;
}

/** One save, and what came of it on the screen: milliseconds since it was written. */
export interface Shown {
  /** The board says that it judges. */
  started: number;
  /** The first word while there is no verdict, if there was one. */
  provisional?: number;
  /** The last verdict; absent if it was not waited for. */
  complete?: number;
  /** What the hub says that judging took. */
  judged?: number;
  /** Whether each step has passed, as the board shows it. */
  passed: Map<number, boolean>;
  /** What the board said of it. */
  said: string;
}

const PATIENCE = 20_000; // milliseconds for a verdict, whatever happens

export class Desk {
  readonly root: string;
  readonly lesson: Lesson;
  readonly hub: HubProcess;
  readonly #browser: Browser;
  readonly #sights: Sights;
  readonly #editor: OwnEditor;

  private constructor(
    root: string,
    lesson: Lesson,
    hub: HubProcess,
    browser: Browser,
    sights: Sights,
    editor: OwnEditor,
  ) {
    this.root = root;
    this.lesson = lesson;
    this.hub = hub;
    this.#browser = browser;
    this.#sights = sights;
    this.#editor = editor;
  }

  /**
   * Opens a copy of the kit, its hub, and the page of a lesson with the learner's own server on the
   * stage.
   *
   * @param number the lesson's
   * @throws KitError where there is no browser, or the hub does not start
   */
  static async open(number: number): Promise<Desk> {
    const found = await findBrowser();
    if (!found) {
      throw new KitError(
        'What is on the screen can only be timed in a browser: install Chrome, Chromium or Edge.',
      );
    }
    const root = copyWorkingTree();
    const undo: (() => unknown)[] = [() => removeFolder(root)];
    try {
      const lesson = listLessons(root).find((one) => one.number === number && one.available);
      if (!lesson) throw new KitError(`There is no lesson ${number} to time.`);
      const hub = await startHub(root);
      undo.unshift(() => hub.end());
      const { chromium } = await import('playwright');
      const browser = await chromium.launch(found);
      undo.unshift(() => browser.close());
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(hub.page(`lessons/${lesson.folder}`));
      await page.locator('#editor-host .cm-content').waitFor();
      await page.locator('[data-which="mine"]').click();
      const sights = new Sights();
      await page.exposeFunction('tellSight', (sight: Sight) => sights.add(sight));
      await page.evaluate(readFileSync(join(import.meta.dirname, 'board-watch.js'), 'utf8'));
      await pause(2000); // whatever is made once is made now
      return new Desk(root, lesson, hub, browser, sights, openEditor());
    } catch (error) {
      for (const step of undo) await step();
      throw error;
    }
  }

  /** The place of one of the exercise's files. */
  file(name: string): string {
    return join(this.root, 'playground', this.lesson.folder, name);
  }

  /**
   * Saves a file of the exercise with the other program, and watches the screen.
   *
   * @param until the last verdict, or the first word that none is there yet
   */
  async save(
    name: string,
    text: string,
    until: 'complete' | 'provisional' = 'complete',
  ): Promise<Shown> {
    const seen = this.#sights.until(until, PATIENCE);
    const written = await this.#editor.save(this.file(name), text);
    const sights = await seen;
    if (!sights) {
      throw new KitError(
        `The board has shown nothing final within ${PATIENCE / 1000} s of a save of ${name}.`,
      );
    }
    const at = (kind: Sight['kind']) => {
      const sight = sights.find((one) => one.kind === kind);
      return sight && sight.at - written;
    };
    const last = sights.findLast(({ kind }) => kind === until)!;
    const judged = /judged in (\d+) ms/.exec(last.note)?.[1];
    const [provisional, complete] = [at('provisional'), at('complete')];
    return {
      started: at('started') ?? Number.NaN,
      ...(provisional !== undefined && { provisional }),
      ...(complete !== undefined && { complete }),
      ...(judged !== undefined && { judged: Number(judged) }),
      passed: passedSteps(last.rows),
      said: last.said,
    };
  }

  async close(): Promise<void> {
    this.#editor.close();
    await this.#browser.close();
    await this.hub.end();
    removeFolder(this.root);
  }
}

/** What the page tells, handed to whoever waits for it. */
class Sights {
  #seen: Sight[] = [];
  #look = () => {};

  add(sight: Sight): void {
    this.#seen.push(sight);
    this.#look();
  }

  /**
   * Begins anew, and resolves to all that is seen until something of this kind is.
   *
   * @returns undefined if that does not come in so many milliseconds
   */
  until(kind: Sight['kind'], milliseconds: number): Promise<Sight[] | undefined> {
    this.#seen = [];
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(undefined), milliseconds);
      this.#look = () => {
        if (this.#seen.at(-1)?.kind !== kind) return;
        clearTimeout(late);
        this.#look = () => {};
        resolve(this.#seen);
      };
    });
  }
}

/** A step has passed when all its checks have, and those that cannot be seen do not count. */
function passedSteps(rows: Sight['rows']): Map<number, boolean> {
  const passed = new Map<number, boolean>();
  for (const { step, state } of rows) {
    const isGood = state === 'passed' || state === 'unseen';
    passed.set(step, (passed.get(step) ?? true) && isGood);
  }
  return passed;
}
