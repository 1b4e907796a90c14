// Nothing but a reason to do what takes long the first time, before it matters: to translate
// TypeScript, and to load the words of a locale.
import type { ServerResponse } from 'node:http';

/** Has a type in every place where a lesson's server has one. */
export const warm = (response?: ServerResponse): string =>
  `${response?.statusCode ?? new Date().toLocaleTimeString('en-GB')}`;
