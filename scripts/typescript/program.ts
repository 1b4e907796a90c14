// Translates a program in the kit's own process, where esbuild is warm. A process that has to load
// esbuild first takes half as long again to begin.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { translateSource } from './translate.js';

/** Addresses of TypeScript files (`file:` URLs), each with its JavaScript. */
export type Translation = Record<string, string>;

/**
 * The file, and all TypeScript files that it imports by name. One that cannot be read is left out:
 * the process that runs it says what is wrong.
 */
export async function translateProgram(path: string): Promise<Translation> {
  if (!isTypeScript(path)) return {};
  const files = await importedFiles(path).catch(() => [path]);
  const translated = await Promise.all(
    files.filter(isTypeScript).map(async (file) => {
      const code = await translateSource(file).catch(() => undefined);
      return code === undefined ? [] : [[pathToFileURL(file).href, code]];
    }),
  );
  return Object.fromEntries(translated.flat());
}

/** Loads esbuild and starts its service. */
export async function warmTranslation(): Promise<void> {
  const { transform } = await import('esbuild');
  await transform('');
}

async function importedFiles(path: string): Promise<string[]> {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    entryPoints: [path],
    absWorkingDir: resolve('/'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    write: false,
    metafile: true,
    logLevel: 'silent',
    tsconfigRaw: {},
  });
  return Object.keys(metafile.inputs).map((file) => resolve('/', file));
}

function isTypeScript(path: string): boolean {
  return /\.m?ts$/.test(path);
}
