// How often events come while a client is alone: what silence means depends on it.
import type { StreamLook } from './stream-look.ts';

/** What one look has shown of a stream's course. */
export interface Rhythm {
  /** How many moments there were at which events came. */
  moments: number;
  /** The longest time without an event between the head and the end of the look, in milliseconds. */
  longest: number;
  /** The stream ended by itself. */
  ends: boolean;
}

/** Fewer moments than this are no rhythm. */
const SEVERAL = 3;

/**
 * The rhythm of a stream that one client has watched.
 *
 * @returns undefined if too few events came to speak of one
 */
export function rhythmOf(look: StreamLook): Rhythm | undefined {
  const { moments, exchange } = look;
  if (moments.length < SEVERAL) return undefined;
  const ends = exchange.ending !== undefined && exchange.ending !== 'left';
  const marks = [exchange.headAt ?? 0, ...moments];
  // Silence at the end counts too: who sends five events and then rests may rest again.
  if (!ends) marks.push(exchange.endedAt ?? look.now);
  let longest = 0;
  for (let index = 1; index < marks.length; index++) {
    longest = Math.max(longest, marks[index]! - marks[index - 1]!);
  }
  return { moments: moments.length, longest, ends };
}
