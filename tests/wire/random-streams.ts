// Random event streams, as nasty as can be, and how one that fails is told.
import fc from 'fast-check';
import { concat, visible } from '../../scripts/wire/bytes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

const nastyText = fc
  .array(
    fc.constantFrom(
      ...['a', 'Z', '0', '9', ' ', '\t', ':', '\0', '\f', 'data', 'id', '{', '"', '\\n', '-', '/'],
      ...['é', '中', '🚂', '\uFEFF', '\u0085', '\u2028', '\uFFFD', 'ï', 'e\u0301', '\u{10FFFF}'],
    ),
    { maxLength: 6 },
  )
  .map((parts) => bytes(parts.join('')));
const brokenText = fc.uint8Array({ maxLength: 4 });
const name = fc.constantFrom(
  ...['data', 'data', 'data', 'event', 'id', 'retry', '', 'Data', 'data ', ' data', 'datum', 'x'],
);
const separator = fc.constantFrom(...['', ':', ': ', ':  ', ' :', '::']);
const lineEnd = fc.constantFrom(
  ...['\n', '\n\n', '\r\n', '\r\n\r\n', '\r', '\r\r', '\n\r', '\r\r\n'],
);
const nastyLine = fc
  .tuple(
    name,
    separator,
    fc.oneof({ weight: 5, arbitrary: nastyText }, { weight: 1, arbitrary: brokenText }),
    lineEnd,
  )
  .map(([field, colon, value, end]) => concat([bytes(field + colon), value, bytes(end)]));
const retryLine = fc
  .tuple(fc.stringMatching(/^[0-9 .+-]{0,4}$/), lineEnd)
  .map(([value, end]) => bytes(`retry: ${value}${end}`));
/** The bytes of a stream. */
export const streamBytes = fc
  .tuple(
    fc.constantFrom('', '', '', '\uFEFF', '\uFEFF\uFEFF', '\n', '\r'),
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: nastyLine },
        { weight: 1, arbitrary: retryLine },
        { weight: 1, arbitrary: nastyText },
      ),
      { maxLength: 12 },
    ),
  )
  .map(([front, lines]) => concat([bytes(front), ...lines]));

/** A stream in pieces. The cuts are taken modulo its length, in any order. */
export function cutAt(body: Uint8Array, numbers: readonly number[]): Uint8Array[] {
  const cuts = numbers.map((number) => number % (body.length + 1)).sort((a, b) => a - b);
  return [...cuts, body.length].map((cut, index) => body.subarray(cuts[index - 1] ?? 0, cut));
}

/** Says a failing stream so that it can be read. */
const readable = (values: unknown[]) =>
  values
    .map((value) => (value instanceof Uint8Array ? visible(value) : JSON.stringify(value)))
    .join(' ');

/** For `fc.assert`: throws with the stream that fails, and the seed. */
export function reporterOf<Values extends unknown[]>(details: fc.RunDetails<Values>): void {
  if (!details.failed) return;
  const error = details.errorInstance instanceof Error ? details.errorInstance.message : '';
  throw new Error(
    `fails for ${readable(details.counterexample ?? [])} (seed ${details.seed}): ${error}`,
  );
}
