// Where what was told differs from what was meant.
import type { Feeding } from './cuts.ts';
import type { RunResult, Told } from './reports.ts';

/** What a listener must be told. */
export type Expected =
  | { what: 'event'; value: { type: string; data: string; lastEventId: string } }
  | { what: 'retry'; value: number }
  | { what: 'comment'; value: string };

/** An event: its data, and its type and the last event ID where they are not the usual ones. */
export function event(data: string, { type = 'message', lastEventId = '' } = {}): Expected {
  return { what: 'event', value: { type, data, lastEventId } };
}

/** The reconnection time, in milliseconds. */
export function retry(milliseconds: number): Expected {
  return { what: 'retry', value: milliseconds };
}

/** What stands behind the colon of a comment. */
export function comment(text: string): Expected {
  return { what: 'comment', value: text };
}

export type Difference =
  /** The first that was told otherwise, or that one of the two lists has not. */
  | { kind: 'told'; index: number; told: Told | undefined; meant: Expected | undefined }
  /** The first that was told at end(), and not when its last byte was fed. */
  | { kind: 'late'; index: number; told: Told }
  | { kind: 'lastEventId'; came: unknown; meant: string }
  | { kind: 'not refused' };

/** @returns undefined if all is as it was meant */
export function differenceOf(feeding: Feeding, result: RunResult): Difference | undefined {
  const { stream, pieces } = feeding;
  const length = Math.max(result.told.length, stream.told.length);
  for (let index = 0; index < length; index++) {
    const [told, meant] = [result.told[index], stream.told[index]];
    if (!told || !meant || !isSame(told, meant)) return { kind: 'told', index, told, meant };
  }
  const index = result.told.findIndex(({ piece }) => piece >= pieces.length);
  if (index >= 0) return { kind: 'late', index, told: result.told[index]! };
  if (stream.refused && !result.threw) return { kind: 'not refused' };
  const { lastEventId: meant } = stream;
  if (meant !== undefined && result.lastEventId !== meant) {
    return { kind: 'lastEventId', came: result.lastEventId, meant };
  }
  return undefined;
}

function isSame(told: Told, meant: Expected): boolean {
  if (told.what !== meant.what) return false;
  if (meant.what !== 'event') return told.value === meant.value;
  const value = told.value as Record<string, unknown>;
  return Object.entries(meant.value).every(([name, wanted]) => value?.[name] === wanted);
}
