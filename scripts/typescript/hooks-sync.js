// Gives Node JavaScript for TypeScript as it is imported; runs in the thread that imports.
import { fileURLToPath } from 'node:url';
import { typedName, typeScriptAt } from './addresses.js';
import { translateSourceSync } from './translate.js';

/** @typedef {import('node:module').ResolveHookSync} ResolveHook */
/** @typedef {import('node:module').LoadHookSync} LoadHook */

/** What is translated already, by address. @type {Record<string, string>} */
let given = {};

/** @param {Record<string, string>} translation */
export function give(translation) {
  given = translation;
}

/** @type {ResolveHook} */
export function resolve(specifier, context, next) {
  try {
    return next(specifier, context);
  } catch (error) {
    const typed = typedName(specifier, error);
    if (typed === undefined) throw error;
    try {
      return next(typed, context);
    } catch {
      throw error;
    }
  }
}

/** @type {LoadHook} */
export function load(url, context, next) {
  const address = typeScriptAt(url);
  if (address === undefined) return next(url, context);
  const source = given[address] ?? translateSourceSync(fileURLToPath(address));
  return { format: 'module', source, shortCircuit: true };
}
