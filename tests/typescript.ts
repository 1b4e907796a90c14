// What the kit's own commands are started with: `node --import TYPESCRIPT scripts/check.ts`.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const TYPESCRIPT = pathToFileURL(
  join(import.meta.dirname, '../scripts/typescript/register.js'),
).href;
