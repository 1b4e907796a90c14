// The packages of lesson 17, which are the lesson's alone: whether they are here, and how they come.
//
// They stay in lessons/17-frameworks/frameworks/. What a browser is to load of them is built into
// public/frameworks/, so that every server of the kit hands it out.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitError } from '../kit-error.ts';
import type { Lesson } from './lessons.ts';
import { writeWhole } from './writing.ts';

/** Another number where they are built in another way. */
const BUILD = 2;

/** What a browser loads: each is built of the file of its name beside the packages. */
const FOR_BROWSERS = ['react.js', 'fetch-event-source.js'];

const WINDOWS = process.platform === 'win32';

/** Milliseconds that whoever wants to use the lesson waits for its packages. */
const FIRST_USE = 60_000;

/** What is said of them before they come. */
export const SIZE = 'Express, NestJS, React and two clients: 126 packages, 33 MB, once';

/** The packages that are being fetched, by clone: two who ask at once wait for the same. */
const coming = new Map<string, Promise<void>>();

/** Where the packages are, or will be. */
export function frameworksFolder(root: string): string {
  return join(root, 'lessons', '17-frameworks', 'frameworks');
}

/** Whether the packages of the lockfile are here, and what is built of them. */
export async function frameworksAreThere(root: string): Promise<boolean> {
  const folder = frameworksFolder(root);
  const stamp = await readFile(stampIn(folder), 'utf8').catch(() => '');
  const built = FOR_BROWSERS.every((name) => existsSync(join(root, 'public', 'frameworks', name)));
  return built && stamp === (await lockOf(folder));
}

/** Whether a lesson has packages of its own, and they are not here yet. */
export async function lacksFrameworks(root: string, lesson: Lesson): Promise<boolean> {
  const isTheirs = join(lesson.directory, 'frameworks') === frameworksFolder(root);
  return isTheirs && !(await frameworksAreThere(root));
}

/**
 * Fetches what a lesson lacks, at its first use. Where that cannot be, the lesson works in part.
 *
 * @param say is told a line before anything is fetched, and a sentence where it could not be
 */
export async function provideAtFirstUse(
  root: string,
  lesson: Lesson,
  say: (line: string) => void,
): Promise<void> {
  if (!(await lacksFrameworks(root, lesson))) return;
  try {
    await provideFrameworks(root, say, FIRST_USE);
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    say(error.message);
  }
}

/**
 * Fetches the packages and builds what browsers load of them, unless that is done already.
 *
 * @param say is told a line about size and time before anything is fetched
 * @param milliseconds after which npm is given up
 * @returns whether anything was fetched
 * @throws KitError one sentence, where npm cannot fetch them
 */
export async function provideFrameworks(
  root: string,
  say: (line: string) => void,
  milliseconds = 300_000,
): Promise<boolean> {
  if (await frameworksAreThere(root)) return false;
  say(`Fetching the packages of lesson 17 (${SIZE}).`);
  const fetching = coming.get(root) ?? fetchAndBuild(root, milliseconds);
  coming.set(root, fetching);
  try {
    await fetching;
  } finally {
    coming.delete(root);
  }
  return true;
}

async function fetchAndBuild(root: string, milliseconds: number): Promise<void> {
  const folder = frameworksFolder(root);
  await npmInstall(folder, milliseconds);
  await Promise.all(FOR_BROWSERS.map((name) => build(root, name)));
  await writeWhole(root, stampIn(folder), await lockOf(folder));
}

async function npmInstall(folder: string, milliseconds: number): Promise<void> {
  const words = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--prefer-offline',
    '--fetch-retries=1',
  ];
  words.push('--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000', '--loglevel=error');
  const [program, ...before] = npmProgram();
  const child = spawn(program, [...before, ...words], {
    cwd: folder,
    shell: WINDOWS && before.length === 0,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: milliseconds,
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve).on('error', resolve));
  if (code === 0) return;
  // npm names a code, a system call and a number first; the sentence comes after them.
  const reason =
    /^npm error (?:network |\w*Error: )?(?!code |syscall |errno |type |A complete log)(\S.*)$/m.exec(
      said,
    );
  const why = reason?.[1]?.trim() ?? (code === null ? 'npm took too long' : 'npm did not say why');
  throw new KitError(
    `The packages of lesson 17 could not be fetched (${why}). Connect to the network once and type ` +
      'npm run frameworks again. All the rest of the kit works without them.',
  );
}

/** The npm that runs us, or the one of the system. */
function npmProgram(): [string, ...string[]] {
  const npm = process.env.npm_execpath;
  return npm ? [process.execPath, npm] : [WINDOWS ? 'npm.cmd' : 'npm'];
}

/** As a bundler in development does: React's StrictMode is of use there alone. */
async function build(root: string, name: string): Promise<void> {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(frameworksFolder(root), name)],
    bundle: true,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"' },
    minify: true, // a megabyte of it would pass for a flood on the tape
    legalComments: 'eof',
    write: false,
    logLevel: 'silent',
  });
  await writeWhole(root, join(root, 'public', 'frameworks', name), outputFiles[0]!.contents);
}

function stampIn(folder: string): string {
  return join(folder, 'node_modules', '.down-the-wire');
}

async function lockOf(folder: string): Promise<string> {
  const lock = await readFile(join(folder, 'package-lock.json')).catch(() => Buffer.of());
  return createHash('sha256').update(lock).update(`${BUILD}`).digest('hex');
}
