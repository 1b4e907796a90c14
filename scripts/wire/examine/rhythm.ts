// How often events come while a client is alone: what silence means depends on it.
import type { StreamLook } from './stream-look.ts';

/** What one look has shown of a stream's course. */
export interface Rhythm {
  /** How many moments there were at which events came. */
  moments: number;
  /** The longest time without an event between the head and the end of the look, in milliseconds. */
  longest: number;
  /** No rest is much longer than most: then a long silence is no chance. */
  regular: boolean;
  /** The stream ended by itself. */
  ends: boolean;
}

/** Fewer moments than this are no rhythm. */
const SEVERAL = 3;
/** A stream that rests so many times longer than ever before may rest for any time. */
const RESTS = 2;
/** So long a busy machine may keep a quick stream waiting, in milliseconds. */
const HICCUP = 250;
/** The longest rest of a regular stream, as a multiple of the usual one. */
const UNEVEN = 3;
const MANY = 10;

/**
 * The rhythm of a stream that one client has watched.
 *
 * @returns undefined if too few events came to speak of one, or if it came to rest
 */
export function rhythmOf(look: StreamLook): Rhythm | undefined {
  const { moments, exchange } = look;
  if (moments.length < SEVERAL) return undefined;
  const ends = exchange.ending !== undefined && exchange.ending !== 'left';
  let last = exchange.headAt ?? 0;
  const gaps = moments.map((at) => {
    const gap = at - last;
    last = at;
    return gap;
  });
  const longest = Math.max(...gaps);
  const rest = ends ? 0 : (exchange.endedAt ?? look.now) - last;
  // Who sends five events and then nothing may do so to every client.
  if (rest > Math.max(longest * RESTS, longest + HICCUP)) return undefined;
  const sorted = [...gaps].sort((one, other) => one - other);
  const usual = sorted[Math.floor(gaps.length / 2)]!;
  // One hiccup of a busy machine among many gaps does not make a stream uneven.
  const long = sorted.at(gaps.length >= MANY ? -2 : -1)!;
  return {
    moments: moments.length,
    longest: Math.max(longest, rest),
    regular: long <= usual * UNEVEN,
    ends,
  };
}
