// `npm test [-- PART …]`: format and lint, types, then the tests. A part is a folder below tests/,
// such as `wire`, or the beginning of a file's name, such as `browser/hub`.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { provideFrameworks } from './course/frameworks.ts';
import { KitError } from './kit-error.ts';
import { provideBrowser } from './provide-browser.ts';

const root = resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

/** Milliseconds for the packages of lesson 17: a few seconds where npm has them in its cache. */
const FRAMEWORKS_PATIENCE = 60_000;

const HELP = `npm test [-- PART …]

Sets up what is missing (packages, a browser), then checks format and style (biome), types (tsc) and
runs the tests. Where up to five files fail they are run once more, alone. PART narrows the tests: a folder below tests/ or the beginning of a file's name.

  npm test
  npm test -- wire
  npm test -- browser/hub

Exit codes: 0 all passed, 1 something failed, 2 it could not be done.`;

/** The files that take longest come first, so that none of them is left alone at the end. */
const LONGEST = [
  'browser/learner-path',
  'checking/wrong-answers',
  'checking/traps',
  'checking/right-answers',
  'checking/steps',
  'browser/',
  'course/new-lesson',
];

/** So many files with failures may be the machine's fault; where there are more it is the code's. */
const ALONE = 5;

const parts = process.argv.slice(2);
if (parts.includes('--help') || parts.includes('-h')) {
  console.log(HELP);
} else {
  process.exitCode = await testAll();
}

async function testAll(): Promise<number> {
  const files = testFiles(parts);
  if (files.length === 0) {
    console.error(
      `No test file begins with ${parts.join(' or ')}. The parts are: ${folders().join(', ')}.`,
    );
    return 2;
  }
  const browser = await provideBrowser((line) => console.error(line));
  await tryFrameworks();
  const environment = {
    ...process.env,
    ...(browser && { PLAYWRIGHT_CHROMIUM: browser.executablePath }),
  };

  const biome = join(dirname(require.resolve('@biomejs/biome/package.json')), 'bin', 'biome');
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const looks = await Promise.all([
    run('format and style', [biome, 'check', '--error-on-warnings', '.'], environment),
    run('types', [tsc], environment),
  ]);
  // Three keep two processors busy. With more of them each is slower, and clocks that run fast slip.
  const concurrency = Math.min(8, Math.ceil(1.5 * availableParallelism()));
  let { result: tests, failedFiles } = await runTests('tests', files, concurrency, environment);
  if (failedFiles.length > 0 && failedFiles.length <= ALONE) {
    const names = failedFiles.map((file) => relative(root, file)).join(', ');
    console.error(
      `\nThe machine is quiet now, so what failed is run once more, alone: ${names}.\n` +
        'What passes only so depends on how busy the machine is: find out why, and mend it.\n',
    );
    ({ result: tests, failedFiles } = await runTests('tests, alone', failedFiles, 1, environment));
  }
  const failed = [...looks, tests].filter((result) => !result.ok);
  if (failed.length > 0)
    console.error(`\nFailed: ${failed.map((result) => result.name).join(', ')}.`);
  return failed.length > 0 ? 1 : 0;
}

/** @returns whether all passed, and the files in which something failed */
async function runTests(
  name: string,
  files: string[],
  concurrency: number,
  environment: NodeJS.ProcessEnv,
): Promise<{ result: { name: string; ok: boolean }; failedFiles: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'down-the-wire-test-'));
  const list = join(folder, 'failed.txt');
  try {
    const words = [
      ...['--import', './scripts/typescript/register.js', '--test'],
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'], // names the failed at the end
      ...['--test-reporter=./scripts/failed-files.js', `--test-reporter-destination=${list}`],
      `--test-concurrency=${concurrency}`,
      '--test-timeout=600000',
      ...files,
    ];
    const result = await run(name, words, environment);
    const told = existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : [];
    return { result, failedFiles: result.ok ? [] : [...new Set(told)] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without its packages lesson 17 is not proved, and the tests say so. */
async function tryFrameworks(): Promise<void> {
  try {
    await provideFrameworks(root, (line) => console.error(line), FRAMEWORKS_PATIENCE);
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    console.error(error.message);
  }
}

function place(path: string): number {
  const index = LONGEST.findIndex((beginning) => path.startsWith(beginning));
  return index < 0 ? LONGEST.length : index;
}

/** All test files below tests/, or those whose path below tests/ begins with one of the parts. */
function testFiles(beginnings: string[]): string[] {
  return readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.test.ts') && !path.includes('/fixtures/'))
    .filter((path) => beginnings.length === 0 || beginnings.some((part) => path.startsWith(part)))
    .sort((one, other) => place(one) - place(other) || (one < other ? -1 : 1))
    .map((path) => join('tests', path));
}

function folders(): string[] {
  return readdirSync(join(root, 'tests'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function run(
  name: string,
  nodeArguments: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ name: string; ok: boolean }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, nodeArguments, {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', (error) => {
      console.error(`${name} did not start: ${error.message}`);
      done({ name, ok: false });
    });
    child.on('exit', (code) => done({ name, ok: code === 0 }));
  });
}
