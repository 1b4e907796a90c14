// What comes in a request's body, judged before anything is done with it.
import type { Levers } from '../wire/levers.ts';
import { Refusal } from './refusal.ts';

const LONGEST_TEXT = 2000; // characters: an address, a name, a label

/**
 * A short text.
 *
 * @throws {Refusal} 400
 */
export function textIn(name: string, value: unknown): string {
  if (typeof value === 'string' && value.length <= LONGEST_TEXT) return value;
  throw new Refusal(
    400,
    `"${name}" is ${value === undefined ? 'missing' : 'no short text'}; send it as text.`,
  );
}

/**
 * A whole number from 0: a step, or the number of a hint.
 *
 * @throws {Refusal} 400
 */
export function numberIn(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new Refusal(
    400,
    `"${name}" is ${JSON.stringify(value) ?? 'missing'}; send a whole number from 0.`,
  );
}

/**
 * One of the three choices of a prediction.
 *
 * @throws {Refusal} 400
 */
export function choiceIn(value: unknown): 0 | 1 | 2 {
  if (value === 0 || value === 1 || value === 2) return value;
  throw new Refusal(400, 'A prediction is the number of one of the three choices: 0, 1 or 2.');
}

/**
 * Some of the levers; how far each goes is the relay's to say.
 *
 * @throws {Refusal} 400
 */
export function leversIn(body: Record<string, unknown>): Partial<Levers> {
  const levers: Partial<Levers> = {};
  for (const name of ['slow', 'split', 'hold'] as const) {
    if (body[name] !== undefined) levers[name] = numberIn(name, body[name]);
  }
  return levers;
}
