// The page under check in another tab of the same browser: what is shared between tabs (connections,
// locks, channels, workers) is shared with it. It has no agent of its own, and its EventSources are
// known by their requests alone.
import type { Otherwise } from '../answer.ts';
import { Failure } from '../failure.ts';
import { explainNotPressed } from './explain.ts';
import type { OpenPage } from './open-page.ts';
import type { PlayedPage } from './played-page.ts';
import type { PressResult } from './reports.ts';

export class OtherTab {
  readonly #first: OpenPage;
  readonly #page: PlayedPage;
  readonly #number: number;

  /** @param number of the tabs beside the first, counted from 1 */
  constructor(first: OpenPage, page: PlayedPage, number: number) {
    this.#first = first;
    this.#page = page;
    this.#number = number;
  }

  /** Presses a button, as `click` of the first tab does. */
  async click(name: string, { otherwise }: Partial<Otherwise> = {}): Promise<void> {
    const command = { do: 'press', name, tab: this.#number } as const;
    const result = (await this.#page.ask(command)) as PressResult;
    if (!result.found) {
      const advice = otherwise ?? 'Leave the buttons of the page as they are.';
      throw new Failure({ ...explainNotPressed('button', name, result), advice });
    }
    await this.#first.settles();
  }

  /** It must show a text, as `shows` of the first tab asks it. `in`: a selector. */
  async shows(
    text: string,
    { in: place, within, otherwise }: Otherwise & { in: string; within: number },
  ): Promise<void> {
    await this.#first.shows(text, { in: `tab ${this.#number} ${place}`, within, otherwise });
  }

  /** Closes it, as its user does. */
  async close(): Promise<void> {
    await this.#page.ask({ do: 'close tab', tab: this.#number });
  }
}
