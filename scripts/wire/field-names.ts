// The four field names, and what somebody meant who wrote another one.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#processField
import type { Line } from './event-stream.ts';

/** The fields that the standard knows. */
export const FIELDS = ['data', 'event', 'id', 'retry'] as const;
export type Field = (typeof FIELDS)[number];

/** Whether this line is a field that clients know. */
export function isKnown(line: Line): boolean {
  return line.kind === 'field' && FIELDS.some((field) => field === line.name);
}

/** The field that was meant by a name that is none, if that is plain to see. */
export function meantBy(name: string): Field | undefined {
  const plain = plainName(name);
  const same = FIELDS.find((field) => field === plain);
  if (same) return same;
  return FIELDS.find((field) => field.length > 2 && isSlip(plain, field));
}

/** A name without what the eye does not see: capitals, spaces, control characters, byte order marks. */
export function plainName(name: string): string {
  return name.replace(/[\p{C}\p{Z}]/gu, '').toLowerCase();
}

/** Whether one text is the other with one letter too much, too few, wrong, or two exchanged. */
function isSlip(one: string, other: string): boolean {
  if (!/^[a-z]{3,}$/.test(one) || Math.abs(one.length - other.length) > 1) return false;
  let front = 0;
  while (front < one.length && one[front] === other[front]) front++;
  const [rest, otherRest] = [one.slice(front), other.slice(front)];
  return (
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1) ||
    rest.slice(1) === otherRest.slice(1) ||
    (rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2))
  );
}
