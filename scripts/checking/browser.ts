// Which browser plays the pages: the one that was named, else Playwright's own, else an installed
// Chrome, Chromium or Edge. Nothing is installed from here.
import { accessSync, constants, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { KitError } from '../kit-error.ts';

/** What `chromium.launch` of Playwright takes: `launch({ ...browser, headless: true })`. */
export interface Browser {
  executablePath: string;
  args: string[];
}

/** Where to look: taken from this process by default, chosen by the tests. */
export interface Surroundings {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** On Windows there is none. */
  userId: number | undefined;
  isProgram: (path: string) => boolean;
  /** Where Playwright would keep a Chromium of its own; undefined if it cannot say. */
  playwrights: () => Promise<string | undefined>;
}

/**
 * Chromium without windows, as Debian packs it. Behind a page without a window a whole Chromium
 * still builds its toolbars: there a page costs three times the processor time.
 */
export const HEADLESS_SHELL = 'chromium-headless-shell';

/** A browser that is driven should neither call home nor greet anybody. */
const QUIET = [
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  // As every Chromium with windows has it: a page that loops for ever must not stop another site's.
  '--site-per-process',
];

/**
 * Finds a browser of the Chromium family.
 *
 * @returns its program and the arguments to start it with, or undefined where there is none
 * @throws KitError if PLAYWRIGHT_CHROMIUM names something that cannot be run
 */
export async function findBrowser(
  surroundings: Surroundings = thisMachine(),
): Promise<Browser | undefined> {
  const executablePath = await findProgram(surroundings);
  if (executablePath === undefined) return undefined;
  // Chromium's sandbox refuses to work for root, and with it the whole browser.
  const asRoot = surroundings.platform === 'linux' && surroundings.userId === 0;
  return { executablePath, args: asRoot ? ['--no-sandbox', ...QUIET] : [...QUIET] };
}

async function findProgram(surroundings: Surroundings): Promise<string | undefined> {
  const named = surroundings.env.PLAYWRIGHT_CHROMIUM;
  if (named) {
    if (surroundings.isProgram(named)) return named;
    throw new KitError(
      `PLAYWRIGHT_CHROMIUM names ${named}, and no program is there. ` +
        'Set it to the path of Chromium, Chrome or Edge, or unset it to let the kit look itself.',
    );
  }
  const playwrights = await surroundings.playwrights();
  if (playwrights && surroundings.isProgram(playwrights)) return playwrights;
  return usualPlaces(surroundings).find(surroundings.isProgram);
}

/** The paths at which installers of the three systems leave a browser, the plainest first. */
export function usualPlaces({ platform, env }: Pick<Surroundings, 'platform' | 'env'>): string[] {
  if (platform === 'darwin') {
    const applications = ['/Applications', ...(env.HOME ? [`${env.HOME}/Applications`] : [])];
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return applications.flatMap((folder) =>
      names.map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
    const inside = [
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ];
    return inside.flatMap((rest) =>
      roots.filter((root) => root !== undefined).map((root) => win32.join(root, rest)),
    );
  }
  const names = [
    HEADLESS_SHELL,
    'google-chrome-stable',
    'google-chrome',
    'chromium',
    'chromium-browser',
    'microsoft-edge-stable',
    'microsoft-edge',
  ];
  const folders = (env.PATH ?? '').split(posix.delimiter).filter((folder) => folder !== '');
  for (const usual of ['/usr/bin', '/usr/local/bin', '/snap/bin']) {
    if (!folders.includes(usual)) folders.push(usual);
  }
  return names.flatMap((name) => folders.map((folder) => posix.join(folder, name)));
}

function thisMachine(): Surroundings {
  return {
    platform: process.platform,
    env: process.env,
    userId: process.getuid?.(),
    isProgram,
    playwrights: async () => {
      try {
        const { chromium } = await import('playwright');
        return chromium.executablePath();
      } catch {
        return undefined; // a clone without packages still may have a browser
      }
    },
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
