// Which modules are TypeScript, by their addresses.

/** @param {string} url @returns the address of a TypeScript file, without a query; else undefined */
export function typeScriptAt(url) {
  const [address = ''] = url.split(/[?#]/);
  return address.startsWith('file:') && /\.m?ts$/.test(address) ? address : undefined;
}

/**
 * A file that is not there under its name may be there as TypeScript: `./board` and `./board.js`
 * stand for `./board.ts` in many a project.
 *
 * @param {string} specifier
 * @param {unknown} error why it could not be found
 * @returns the other name, if there is one
 */
export function typedName(specifier, error) {
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code !== 'ERR_MODULE_NOT_FOUND' || !/^\.{1,2}\//.test(specifier)) return undefined;
  return `${specifier.replace(/\.js$/, '')}.ts`;
}
