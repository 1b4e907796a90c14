// One TypeScript file as JavaScript, with its lines and columns kept for error messages.
import { readFile } from 'node:fs/promises';

/**
 * @param {string} path
 * @throws what esbuild or the file system says
 */
export async function translateSource(path) {
  const { transform } = await import('esbuild'); // not before it is needed: to load it takes a while
  const { code } = await transform(await readFile(path, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    platform: 'node',
    sourcefile: path,
    sourcemap: 'inline',
    sourcesContent: false,
  });
  return code;
}
