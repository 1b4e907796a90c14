// The learner's progress on the live stream, whoever has changed it: this hub, or a check in a
// terminal.
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { readProgress } from '../checking/progress.ts';
import type { Live } from './live.ts';
import type { LiveEvents } from './live-events.ts';

export class ProgressFeed {
  readonly #root: string;
  readonly #live: Live;
  #watcher: FSWatcher | undefined;
  #told = '';

  constructor(root: string, live: Live) {
    this.#root = root;
    this.#live = live;
  }

  /** The progress as it is on disk. */
  async read(): Promise<LiveEvents['progress']> {
    return readProgress(this.#root);
  }

  /** Tells the progress, if it is not what was told last. */
  async tell(): Promise<void> {
    const progress = await this.read();
    const text = JSON.stringify(progress);
    if (text === this.#told) return;
    this.#told = text;
    this.#live.publish('progress', progress, 'key');
  }

  /** Watches the file for as long as anybody looks. */
  watch(wanted: boolean): void {
    if (!wanted) {
      this.#watcher?.close();
      this.#watcher = undefined;
      return;
    }
    try {
      this.#watcher ??= watch(join(this.#root, '.kit'), (_change, name) => {
        // Whoever reads between two writes reads a whole file: it is replaced in one go.
        if (name === 'progress.json') this.tell().catch(() => {});
      });
      this.#watcher.on('error', () => this.watch(false));
      this.#watcher.unref();
    } catch {
      // No .kit, or a system that cannot watch: what this hub changes is told all the same.
    }
  }
}
