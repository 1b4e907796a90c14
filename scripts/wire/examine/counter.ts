// Whether two clients share one counter: each gets the numbers that the other does not.
//
// A counter is a number that grows by the same step from event to event while one client is alone.
// Clocks do that too, and so do events that go to everybody: what gives a shared counter away is
// that with two clients each one's numbers have gaps, and the other one's numbers stand in them.
import type { StreamEvent } from '../event-stream.ts';

/** Where in an event a counter stands, and how it grows. */
export interface Counter {
  /** The event with its numbers taken out. */
  shape: string;
  /** Which of its numbers. */
  place: number;
  step: number;
}

/** Numbers that are shared: as the two clients got them. */
export interface Shared {
  older: number[];
  newer: number[];
}

/** So many numbers make a counter. */
const SEVERAL = 3;
/** A counter shows in the first events, or in none. */
const LOOKED_AT = 100;
/** So often must one client's number stand in the other's gap. */
const GAPS = 2;

/** The counters in the events that a client got while it was alone. */
export function countersIn(events: readonly StreamEvent[]): Counter[] {
  const some = events.slice(0, LOOKED_AT);
  const shapes = new Map(some.map((event) => [take(event).shape, take(event).numbers.length]));
  const counters: Counter[] = [];
  for (const [shape, places] of shapes) {
    for (let place = 0; place < places; place++) {
      const values = valuesAt(some, shape, place);
      const step = (values[1] ?? 0) - (values[0] ?? 0);
      const steady = values.every((value, index) => value === values[0]! + index * step);
      if (values.length >= SEVERAL && step !== 0 && steady) counters.push({ shape, place, step });
    }
  }
  return counters;
}

/**
 * Whether two clients that were there at once took their numbers from one counter.
 *
 * @param older what the one got while the other was there
 * @param newer what the other got
 */
export function sharedCounter(
  counters: readonly Counter[],
  older: readonly StreamEvent[],
  newer: readonly StreamEvent[],
): Shared | undefined {
  for (const { shape, place, step } of counters) {
    const one = valuesAt(older, shape, place);
    const other = valuesAt(newer, shape, place);
    const all = [...one, ...other];
    const distinct = new Set(all).size === all.length;
    const inStep = all.every((value) => (value - all[0]!) % step === 0);
    if (!distinct || !inStep) continue;
    if (gapsFilled(one, other, step) >= GAPS && gapsFilled(other, one, step) >= GAPS) {
      return { older: one, newer: other };
    }
  }
  return undefined;
}

/** How many gaps there are in `values` with one of `others` in it. */
function gapsFilled(values: number[], others: number[], step: number): number {
  let filled = 0;
  for (let index = 1; index < values.length; index++) {
    const [from, to] = [values[index - 1]!, values[index]!];
    if ((to - from) / step < 2) continue;
    if (others.some((value) => (value - from) / step > 0 && (to - value) / step > 0)) filled++;
  }
  return filled;
}

function valuesAt(events: readonly StreamEvent[], shape: string, place: number): number[] {
  const values: number[] = [];
  for (const event of events) {
    const taken = take(event);
    if (taken.shape === shape) values.push(taken.numbers[place]!);
  }
  return values;
}

function take({ type, data, lastEventId }: StreamEvent): { shape: string; numbers: number[] } {
  const numbers: number[] = [];
  // Longer numbers than these are not counted exactly, and longer data is no counter.
  const text = `${lastEventId}\n${type}\n${data.slice(0, 500)}`;
  const shape = text.replace(/[0-9]{1,15}/g, (digits) => {
    numbers.push(Number(digits));
    return '#';
  });
  return { shape, numbers };
}
