// Nothing but a reason to translate TypeScript once, before it matters.
import type { ServerResponse } from 'node:http';

/** Has a type in every place where a lesson's server has one. */
export const warm = (response?: ServerResponse): string => `${response?.statusCode ?? 'warm'}`;
