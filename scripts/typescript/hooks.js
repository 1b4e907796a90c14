// Gives Node JavaScript for TypeScript as it is imported; runs in the thread in which Node loads
// modules.
import { fileURLToPath } from 'node:url';
import { receiveMessageOnPort } from 'node:worker_threads';
import { translateSource } from './translate.js';

/** @typedef {{ format?: string | null, shortCircuit?: boolean, source?: string }} Loaded */

/** @type {import('node:worker_threads').MessagePort} */
let givenThrough;
/** What is translated already, by address. @type {Record<string, string>} */
let given = {};

/** @param {{ port: import('node:worker_threads').MessagePort }} data */
export function initialize({ port }) {
  givenThrough = port;
}

/**
 * A file that is not there under its name may be there as TypeScript: `./board` and `./board.js`
 * stand for `./board.ts` in many a project.
 *
 * @param {string} specifier
 * @param {object} context
 * @param {(specifier: string, context: object) => Promise<{ url: string }>} next
 */
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !/^\.{1,2}\//.test(specifier)) throw error;
    const typed = `${specifier.replace(/\.js$/, '')}.ts`;
    return next(typed, context).catch(() => {
      throw error;
    });
  }
}

/**
 * @param {string} url
 * @param {object} context
 * @param {(url: string, context: object) => Promise<Loaded>} next
 * @returns {Promise<Loaded>}
 */
export async function load(url, context, next) {
  const [address = ''] = url.split(/[?#]/);
  if (!address.startsWith('file:') || !/\.m?ts$/.test(address)) return next(url, context);
  const source = takeGiven(address) ?? (await translateSource(fileURLToPath(address)));
  return { format: 'module', source, shortCircuit: true };
}

/** It was sent before the import that leads here, so it has come. @param {string} address */
function takeGiven(address) {
  const news = receiveMessageOnPort(givenThrough);
  if (news) given = news.message;
  return given[address];
}
