// Steps of random files: whatever is nested in whatever, derived files hold what they should.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changedLines, deriveText, readRegions } from '../../scripts/course/regions.ts';

type Item =
  | { kind: 'text'; text: string }
  | { kind: 'older'; text: string }
  | { kind: 'region'; ahead: number; items: Item[] };

interface Written {
  marked: string[];
  finished: string[];
  regions: { step: number; title: string; parents: number[] }[];
}

const word = fc.constantFrom(
  '',
  'let a = 1;',
  '  b();',
  'c',
  '} else {',
  '<p>',
  'p { color: red }',
);
const { items } = fc.letrec<{ items: Item[]; item: Item }>((tie) => ({
  items: fc.array(tie('item'), { maxLength: 4, size: 'max' }),
  item: fc.oneof(
    // Without a size of its own fast-check hardly ever nests.
    { maxDepth: 4, depthSize: 'max' },
    fc.record({ kind: fc.constant('text' as const), text: word }),
    fc.record({ kind: fc.constant('older' as const), text: word }),
    fc.record({
      kind: fc.constant('region' as const),
      ahead: fc.integer({ min: 1, max: 3 }),
      items: tie('items'),
    }),
  ),
}));
const file = fc.record({
  items,
  style: fc.constantFrom(
    { name: 'a.ts', open: '//', close: '' },
    { name: 'a.html', open: '<!--', close: ' -->' },
    { name: 'a.css', open: '/*', close: ' */' },
  ),
  ending: fc.constantFrom('\n', '\r\n'),
});

function write(given: { items: Item[]; style: { open: string; close: string } }): Written {
  const { open, close } = given.style;
  const written: Written = { marked: [], finished: [], regions: [] };
  const add = (list: Item[], parents: number[]) => {
    const indent = ' '.repeat(parents.length * 2);
    for (const item of list) {
      if (item.kind === 'text') {
        written.marked.push(item.text);
        written.finished.push(item.text);
      } else if (item.kind === 'older') {
        // Each older line names its region, so that a test sees where it has gone.
        if (parents.length > 0)
          written.marked.push(`${indent}${open}- older of ${written.regions.length}${close}`);
      } else {
        const step = (parents.at(-1) ?? 0) + item.ahead;
        const title = `Region ${written.regions.length}.`;
        written.regions.push({ step, title, parents });
        written.marked.push(`${indent}${open} #region ${step} ${title}${close}`);
        add(item.items, [...parents, step]);
        written.marked.push(`${indent}${open} #endregion${close}`);
      }
    }
  };
  add(given.items, []);
  return written;
}

const linesOf = (text: string) => text.split(/\r?\n/).slice(0, -1);

test('at the last step a file is its text without marks and older lines', () => {
  fc.assert(
    fc.property(file, (given) => {
      const { marked, finished } = write(given);
      const text = marked.map((line) => line + given.ending).join('');
      const derived = deriveText(given.style.name, text, 99);
      assert.equal(derived, finished.map((line) => line + given.ending).join(''));
    }),
  );
});

test('each outermost later region leaves its TODO once, and no other region leaves one', () => {
  fc.assert(
    fc.property(file, fc.nat(8), (given, step) => {
      const { marked, regions } = write(given);
      const derived = linesOf(deriveText(given.style.name, `${marked.join('\n')}\n`, step));
      const expected = regions.filter(
        (region) => region.step > step && region.parents.every((parent) => parent <= step),
      );
      assert.deepEqual(
        derived.filter((line) => line.includes('TODO')).map((line) => line.trim()),
        expected.map(
          ({ step, title }) => `${given.style.open} TODO ${step}: ${title}${given.style.close}`,
        ),
      );
    }),
  );
});

test('a derived file holds no marks, and deriving it again changes nothing', () => {
  fc.assert(
    fc.property(file, fc.nat(8), fc.nat(8), (given, step, again) => {
      const { marked } = write(given);
      const derived = deriveText(given.style.name, `${marked.join('\n')}\n`, step);
      assert.deepEqual(readRegions(given.style.name, derived), []);
      assert.doesNotMatch(derived, /#\s*(end)?region|\/\/-|<!---|\/\*-/);
      assert.equal(deriveText(given.style.name, derived, again), derived);
    }),
  );
});

test('older lines are shown for the outermost later region alone', () => {
  fc.assert(
    fc.property(file, fc.nat(8), (given, step) => {
      const { marked, regions } = write(given);
      const shown = linesOf(deriveText(given.style.name, `${marked.join('\n')}\n`, step));
      const stack: number[] = [];
      const expected: string[] = [];
      let count = 0;
      for (const line of marked) {
        if (line.includes('#region')) stack.push(count++);
        else if (line.includes('#endregion')) stack.pop();
        else if (line.includes('older of')) {
          const region = regions[stack.at(-1)!]!;
          const isShown = region.step > step && region.parents.every((parent) => parent <= step);
          if (isShown) expected.push(/older of \d+/.exec(line)![0]);
        }
      }
      const found = shown.filter((line) => line.includes('older of')).map((line) => line.trim());
      assert.deepEqual(found, expected);
    }),
  );
});

test('what a step has not changed stands in the same order one step before', () => {
  fc.assert(
    fc.property(file, fc.integer({ min: 1, max: 8 }), (given, step) => {
      const text = `${write(given).marked.join('\n')}\n`;
      const before = linesOf(deriveText(given.style.name, text, step - 1));
      const after = linesOf(deriveText(given.style.name, text, step));
      const changed = new Set(changedLines(given.style.name, text, step).map(({ line }) => line));
      let at = 0;
      for (const [index, line] of after.entries()) {
        if (changed.has(index + 1)) continue;
        at = before.indexOf(line, at) + 1;
        assert.ok(at > 0, `"${line}" is said to be unchanged`);
      }
    }),
  );
});
