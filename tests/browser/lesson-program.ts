// A lesson's server as a program of its own, and its page in a browser, as a learner starts both.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { TYPESCRIPT } from '../typescript.ts';

export const lessons = join(import.meta.dirname, '..', '..', 'lessons');

export interface RunningLesson {
  origin: string;
  stop(): Promise<void>;
}

/** Starts the finished server of a lesson; resolves when it has told its address. */
export async function startLesson(folder: string, port = '0'): Promise<RunningLesson> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', TYPESCRIPT, join(lessons, folder, 'server.ts')],
    { env: { ...process.env, PORT: port, SECOND_PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const origin = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', (text) => {
      const found = /http:\S+/.exec(String(text));
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`the lesson's server has ended with ${code}`)));
  });
  return {
    origin,
    stop: () => {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

/** A server of the test's own listens on a free port. @returns its origin */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** A new page, and the words to speak of it. */
export async function visit(browser: Browser, look: Parameters<Browser['newPage']>[0] = {}) {
  const page: Page = await browser.newPage(look);
  const entry = (log: 'events' | 'pieces', hasText: string | RegExp): Locator =>
    page.locator(`#${log} .entries li`, { hasText });
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  return { page, entry, press };
}

/** What the keyboard reaches, in its order: labels, or else texts, of so many stops. */
export async function tabStops(page: Page, count: number): Promise<string[]> {
  const reached: string[] = [];
  while (reached.length < count) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(() => {
        const at = document.activeElement as HTMLInputElement | null;
        const label = at?.labels?.[0]?.textContent?.trim();
        return at?.getAttribute('aria-label') ?? label ?? at?.textContent ?? '';
      }),
    );
  }
  return reached;
}
