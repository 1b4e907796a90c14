// The browser for tests and page checks: the one that is there, else Playwright fetches its own, else,
// as root on Debian or Ubuntu, the system's package. Order and reasons: CONTRIBUTING.md.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, findBrowser } from './checking/browser.ts';

const require = createRequire(import.meta.url);

/**
 * Finds a browser, and installs one where there is none.
 *
 * @param say takes each line about what is being done
 * @returns the browser, or undefined when there is none and none could be had (said through `say`)
 */
export async function provideBrowser(say: (line: string) => void): Promise<Browser | undefined> {
  const found = await findBrowser();
  if (found) return found;

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

  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(
      "Playwright's browser could not be fetched: installing the system's chromium with apt-get.",
    );
    const options = {
      stdio: ['ignore', 'ignore', 'ignore'] as const,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    spawnSync('apt-get', ['update', '-qq'], { ...options, stdio: [...options.stdio] });
    spawnSync('apt-get', ['install', '-y', '-qq', 'chromium'], {
      ...options,
      stdio: [...options.stdio],
    });
    const installed = await findBrowser();
    if (installed) return installed;
  }

  say(
    'There is no browser, and none could be fetched: install Chrome, Chromium or Edge, or name one with PLAYWRIGHT_CHROMIUM=/path/to/it.',
  );
  return undefined;
}
