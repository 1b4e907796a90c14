// The colours of public/tokens.css, measured by the rule of WCAG 2.2 (1.4.3 and 1.4.11).
// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const tokens = readTokens(
  readFileSync(join(import.meta.dirname, '../../public/tokens.css'), 'utf8'),
);
const grounds = ['paper', 'sheet', 'tape', 'hot', 'wash'];
const texts = ['ink', 'soft', 'rail', 'signal', 'lamp'];
const onTheBoard = ['amber', 'lit', 'dim', 'green', 'red'];

for (const scheme of ['light', 'dark'] as const) {
  test(`every text can be read on every ground, ${scheme}`, () => {
    const pairs = [
      ...grounds.flatMap((ground) => texts.map((text) => [text, ground] as const)),
      ...['board', 'flap'].flatMap((ground) => onTheBoard.map((text) => [text, ground] as const)),
      ['on-rail', 'rail'] as const,
      ['on-ink', 'ink'] as const,
    ];
    assert.deepEqual(tooPale(pairs, scheme, 4.5), []);
  });

  test(`edges, lamp and focus stand out, ${scheme}`, () => {
    const pairs = ['paper', 'sheet', 'tape'].flatMap((ground) =>
      ['edge', 'glow', 'focus'].map((line) => [line, ground] as const),
    );
    assert.deepEqual(tooPale(pairs, scheme, 3), []);
  });
}

function tooPale(
  pairs: (readonly [string, string])[],
  scheme: 'light' | 'dark',
  least: number,
): string[] {
  return pairs
    .map(([front, back]) => ({ front, back, ratio: contrast(colour(front), colour(back)) }))
    .filter(({ ratio }) => !(ratio >= least))
    .map(({ front, back, ratio }) => `${front} on ${back}: ${ratio.toFixed(2)}`);

  function colour(name: string): string {
    const token = tokens.get(name);
    assert.ok(token, `there is no --${name}`);
    return token[scheme];
  }
}

function readTokens(css: string): Map<string, { light: string; dark: string }> {
  const colours = /--([\w-]+):\s*(?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));/g;
  return new Map(
    [...css.matchAll(colours)].map(([, name, light, dark, both]) => [
      name!,
      { light: light ?? both!, dark: dark ?? both! },
    ]),
  );
}

function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter! + 0.05) / (darker! + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
