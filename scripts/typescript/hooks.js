// Gives Node JavaScript for TypeScript as it is imported; runs in the thread in which Node loads
// modules, where it has one: before 22.15.
import { fileURLToPath } from 'node:url';
import { receiveMessageOnPort } from 'node:worker_threads';
import { typedName, typeScriptAt } from './addresses.js';
import { translateSource } from './translate.js';

/** @typedef {import('node:module').ResolveHook} ResolveHook */
/** @typedef {import('node:module').LoadHook} LoadHook */

/** @type {import('node:worker_threads').MessagePort} */
let givenThrough;
/** What is translated already, by address. @type {Record<string, string>} */
let given = {};

/** @param {{ port: import('node:worker_threads').MessagePort }} data */
export function initialize({ port }) {
  givenThrough = port;
}

/** @type {ResolveHook} */
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    const typed = typedName(specifier, error);
    if (typed === undefined) throw error;
    try {
      return await next(typed, context);
    } catch {
      throw error;
    }
  }
}

/** @type {LoadHook} */
export async function load(url, context, next) {
  const address = typeScriptAt(url);
  if (address === undefined) return next(url, context);
  const source = takeGiven(address) ?? (await translateSource(fileURLToPath(address)));
  return { format: 'module', source, shortCircuit: true };
}

/** It was sent before the import that leads here, so it has come. @param {string} address */
function takeGiven(address) {
  const news = receiveMessageOnPort(givenThrough);
  if (news) given = news.message;
  return given[address];
}
