// The browser for tests and page checks: the one that is there, else Playwright fetches its own, else,
// as root on Debian or Ubuntu, the system's package. Order and reasons: CONTRIBUTING.md.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, findBrowser, HEADLESS_SHELL } from './checking/browser.ts';

const require = createRequire(import.meta.url);

/**
 * Finds a browser, and installs one where there is none.
 *
 * @param say takes each line about what is being done
 * @returns the browser, or undefined when there is none and none could be had (said through `say`)
 */
export async function provideBrowser(say: (line: string) => void): Promise<Browser | undefined> {
  const found = await findBrowser();
  if (found) return (await lighterThan(found, say)) ?? found;

  say('No browser for the page tests yet: Playwright fetches one (about 150 MB, once).');
  const playwright = join(dirname(require.resolve('playwright/package.json')), 'cli.js');
  // Without network the download would be tried again and again for minutes.
  const fetched = spawnSync(process.execPath, [playwright, 'install', 'chromium', '--no-shell'], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: 10 * 60_000,
    env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
  });
  if (fetched.status === 0) {
    const own = await findBrowser();
    if (own) return own;
  }

  if (mayInstall()) {
    say(
      "Playwright's browser could not be fetched: installing the system's chromium with apt-get.",
    );
    apt(['apt-get', 'update', '-qq']);
    const packages = ['chromium', ...(hasPackage(HEADLESS_SHELL) ? [HEADLESS_SHELL] : [])];
    apt(['apt-get', 'install', '-y', '-qq', ...packages]);
    const installed = await findBrowser();
    if (installed) return installed;
  }

  say(
    'There is no browser, and none could be fetched: install Chrome, Chromium or Edge, or name one with PLAYWRIGHT_CHROMIUM=/path/to/it.',
  );
  return undefined;
}

/**
 * The part of the system's Chromium that has no windows, if that is what is missing and may be had.
 *
 * @returns undefined if there is nothing lighter than what was found
 */
async function lighterThan(
  found: Browser,
  say: (line: string) => void,
): Promise<Browser | undefined> {
  if (process.env.PLAYWRIGHT_CHROMIUM || found.executablePath !== '/usr/bin/chromium') return;
  if (!mayInstall() || !hasPackage(HEADLESS_SHELL)) return;
  say(
    `Installing ${HEADLESS_SHELL} beside the system's chromium: with it the page tests take a third of the time.`,
  );
  apt(['apt-get', 'install', '-y', '-qq', HEADLESS_SHELL]);
  return findBrowser();
}

/** As root on Debian or Ubuntu, where a package is one command away and nobody is asked. */
function mayInstall(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

function hasPackage(name: string): boolean {
  return /Candidate: \d/.test(apt(['apt-cache', 'policy', name]));
}

/** Runs a command of the package manager, quietly. @returns what it printed */
function apt([program = '', ...rest]: string[]): string {
  const { stdout } = spawnSync(program, rest, {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  return stdout ?? '';
}
