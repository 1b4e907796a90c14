// Plays the small pages of fixtures/page/, each a client.js for the one index.html there, as an
// exercise's page is played, and says what became of a check.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Failure, Unseen, wholeText } from '../../scripts/checking/failure.ts';
import { HeadlessHost } from '../../scripts/checking/page/headless.ts';
import type { PageHost } from '../../scripts/checking/page/host.ts';
import { PageScene } from '../../scripts/checking/page/scene.ts';

const fixtures = join(import.meta.dirname, 'fixtures', 'page');

export const host = new HeadlessHost();
after(() => host.close());

/** What came of a check: `passed`, or the whole text that a learner reads. */
export type Outcome = { passed: true } | { failed: string } | { unseen: string };

/** A directory with the page of the fixtures and one of its scripts. */
export function pageDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'down-the-wire-page-'));
  after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  cpSync(join(fixtures, 'index.html'), join(directory, 'index.html'));
  cpSync(join(fixtures, `${name}.js`), join(directory, 'client.js'));
  return directory;
}

/** Runs a check on the page with that script. */
export async function play(
  name: string,
  run: (page: PageScene) => Promise<void>,
  options: { host?: PageHost; directory?: string } = {},
): Promise<Outcome> {
  const scene = new PageScene({ directory: pageDirectory(name), host, ...options });
  try {
    await run(scene);
    await scene.isWell();
    return { passed: true };
  } catch (error) {
    if (error instanceof Failure) return { failed: wholeText(error.explanation) };
    if (error instanceof Unseen) return { unseen: error.message };
    throw error;
  } finally {
    scene.close();
  }
}

/** Lines as one text; those of an excerpt keep their margin. */
export function text(...lines: string[]): string {
  return lines.join('\n');
}
