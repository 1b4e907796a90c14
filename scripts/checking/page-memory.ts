// What was found out about a page. A check of the page takes longer than one of the server, and what
// it says depends on the page's files alone: as long as they stay as they are, it need not be asked
// again each time when the server is saved.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lesson } from '../course/lessons.ts';
import type { Check } from './language.ts';
import type { Outcome } from './ledger.ts';

export class PageMemory {
  #version = '';
  readonly #outcomes = new Map<string, Outcome>();

  /** Forgets all if the page in `directory`, or what is asked of it, is not what it was. */
  async look(lesson: Lesson, directory: string): Promise<void> {
    const names = await readdir(directory).catch(() => []);
    const files = names.filter((name) => !name.endsWith('.ts')).sort();
    const hash = createHash('sha256');
    const checks = join(lesson.directory, 'checks.ts');
    for (const [name, path] of [
      [checks, checks],
      // Wherever the page is: its server is played by the kit.
      ...files.map((file) => [file, join(directory, file)] as const),
    ] as const) {
      const bytes = await readFile(path).catch(() => undefined);
      hash.update(`${name}\0${bytes?.length}\0`).update(bytes ?? '');
    }
    const version = hash.digest('hex');
    if (version !== this.#version) this.forget();
    this.#version = version;
  }

  /** What the check has found out about this page. */
  recall(check: Check): Outcome | undefined {
    return this.#outcomes.get(nameOf(check));
  }

  /** Keeps what is sure; what could not be seen may be seen next time. */
  remember(check: Check, outcome: Outcome): void {
    if (outcome.kind === 'unseen' || (outcome.kind === 'failed' && !outcome.sure)) return;
    this.#outcomes.set(nameOf(check), outcome);
  }

  forget(): void {
    this.#outcomes.clear();
  }
}

function nameOf({ step, title }: Check): string {
  return `${step} ${title}`;
}
