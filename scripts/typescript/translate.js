// One TypeScript file as JavaScript, with its lines and columns kept for error messages.
//
// What belongs to the kit seldom changes, so its JavaScript is kept in node_modules/.cache/: a command
// begins without esbuild, which takes longer to load than most commands take to run.
import { lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, relative, resolve, sep } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'down-the-wire');
/** Other folders are the learner's, or made for the moment; and so is a clone with borrowed packages. */
const KEPT = new Set(hasOwnPackages() ? ['scripts', 'tests', 'lessons'] : []);

/** @param {string} path */
const optionsFor = (path) =>
  /** @type {const} */ ({
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    platform: 'node',
    sourcefile: path,
    sourcemap: 'inline',
    sourcesContent: false,
  });

/**
 * @param {string} path
 * @throws what esbuild or the file system says
 */
export async function translateSource(path) {
  const { kept, keep } = keeperOf(path);
  if (kept !== undefined) return kept;
  const { transform } = await import('esbuild'); // not before it is needed: to load it takes a while
  const { code } = await transform(await readFile(path, 'utf8'), optionsFor(path));
  keep(code);
  return code;
}

/**
 * The same at once: esbuild is started for each file then, so it is for the few that nobody has given.
 * @param {string} path
 * @throws what esbuild or the file system says
 */
export function translateSourceSync(path) {
  const { kept, keep } = keeperOf(path);
  if (kept !== undefined) return kept;
  const { transformSync } = createRequire(import.meta.url)('esbuild');
  const { code } = transformSync(readFileSync(path, 'utf8'), optionsFor(path));
  keep(code);
  return code;
}

/** What is kept of a file, and how to keep it. @param {string} path */
function keeperOf(path) {
  const place = placeFor(path);
  if (place === undefined) return { kept: undefined, keep: () => {} };
  const version = versionOf(path);
  return {
    kept: readKept(place, version),
    keep: (/** @type {string} */ code) => keep(place, version, code),
  };
}

function hasOwnPackages() {
  return lstatSync(join(ROOT, 'node_modules'), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** @param {string} path @returns {string | undefined} where its JavaScript is kept, if it is */
function placeFor(path) {
  const steps = relative(ROOT, path).split(sep);
  if (!KEPT.has(steps[0] ?? '') || steps.includes('node_modules')) return undefined;
  return join(CACHE, `${steps.join('+')}.js`);
}

/** @param {string} path */
function versionOf(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return `//${path} ${found?.mtimeMs} ${found?.size}\n`;
}

/** @param {string} place @param {string} version */
function readKept(place, version) {
  try {
    const text = readFileSync(place, 'utf8');
    return text.startsWith(version) ? text.slice(version.length) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where it cannot be written the next start takes a little longer.
 * @param {string} place @param {string} version @param {string} code
 */
function keep(place, version, code) {
  const beside = join(CACHE, `.${process.pid}.${basename(place)}`);
  try {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(beside, version + code);
    renameSync(beside, place);
  } catch {
    // A clone that nobody may write to, or another process was quicker.
  }
}
