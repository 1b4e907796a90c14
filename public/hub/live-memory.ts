// What a tab must be told that opens while the stream has been running for long: the last word on
// each stage, on progress and on each judging. The wire is not repeated; it is watched as it passes.
import type { LiveEvent } from './live-stream.ts';

/** Remembers the events of state and forgets the others. */
export class LiveMemory {
  readonly #stages = new Map<string, LiveEvent>();
  readonly #judgings = new Map<string, LiveEvent[]>();
  #progress: LiveEvent | undefined;

  /** Takes an event as it passes. */
  remember(event: LiveEvent): void {
    const data = (event.data ?? {}) as { which?: string; folder?: string };
    if (event.type === 'reset') {
      this.#stages.clear();
      this.#judgings.clear();
      this.#progress = undefined;
    } else if (event.type === 'stage') this.#stages.set(`${data.which} ${data.folder}`, event);
    else if (event.type === 'progress') this.#progress = event;
    else if (event.type === 'judge-started') this.#judgings.set(data.folder ?? '', [event]);
    else if (event.type === 'judging') this.#judgings.get(data.folder ?? '')?.push(event);
  }

  /** Everything that a newcomer needs, in an order that makes sense. */
  recall(): LiveEvent[] {
    return [
      ...(this.#progress ? [this.#progress] : []),
      ...this.#stages.values(),
      ...[...this.#judgings.values()].flat(),
    ];
  }
}
