// Hints: one at a time, in order, and remembered in the progress.
import { ask } from './api.ts';
import { byId, fill } from './dom.ts';
import { currentKey } from './key.ts';

/** The hints of one lesson. They stand hidden in the list of steps. */
export class Hints {
  readonly #folder: string;
  readonly #listeners = new Set<() => void>();

  constructor(folder: string) {
    this.#folder = folder;
    for (const item of this.#items()) {
      const button = item.querySelector<HTMLButtonElement>('.ask-hint');
      button?.addEventListener('click', () => this.open(Number(item.dataset.step)));
      this.#label(item);
    }
  }

  /** Calls back when a hint has been opened. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** How many hints a step has, and how many of them are open. */
  count(step: number): { open: number; all: number } {
    const hints = this.#hints(step);
    return { open: hints.filter((hint) => !hint.hidden).length, all: hints.length };
  }

  /** Copies of the open hints of a step, the latest first. */
  opened(step: number): Node[] {
    const open = this.#hints(step).filter((hint) => !hint.hidden);
    return open.reverse().map((hint) => hint.cloneNode(true));
  }

  /** Opens the next hint of a step. */
  open(step: number): void {
    const next = this.#hints(step).find((hint) => hint.hidden);
    if (!next) return;
    this.show(step, Number(next.dataset.number));
    if (currentKey() === undefined) return;
    const number = Number(next.dataset.number);
    // That the hub did not note it takes nothing from the hint.
    ask('POST', '/api/progress/hint', { folder: this.#folder, step, number }).catch(() => {});
  }

  /** Shows the hints of a step up to a number: opened before, or just now. */
  show(step: number, number: number): void {
    for (const hint of this.#hints(step)) {
      if (Number(hint.dataset.number) <= number) hint.hidden = false;
    }
    const item = this.#items().find((one) => Number(one.dataset.step) === step);
    if (item) this.#label(item);
    for (const listener of this.#listeners) listener();
  }

  #label(item: HTMLElement): void {
    const button = item.querySelector<HTMLButtonElement>('.ask-hint');
    if (!button) return;
    const step = Number(item.dataset.step);
    const { open, all } = this.count(step);
    if (open === all) {
      // The focus must not fall off the page with the button that had it.
      if (document.activeElement === button) {
        item.tabIndex = -1;
        item.focus();
      }
      button.hidden = true;
      return;
    }
    fill(
      button,
      `${open === 0 ? 'A hint' : 'Another hint'} for step ${step} (${open + 1} of ${all})`,
    );
  }

  #items(): HTMLElement[] {
    return [...byId('steps').querySelectorAll<HTMLElement>('li[data-step]')];
  }

  #hints(step: number): HTMLElement[] {
    return [...byId('steps').querySelectorAll<HTMLElement>(`li[data-step="${step}"] .hint`)];
  }
}
