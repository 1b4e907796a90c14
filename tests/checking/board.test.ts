// The departure board: signs and words, wrapped text, wire lines as they are, colours only if wanted.
import assert from 'node:assert/strict';
import test from 'node:test';
import { boardRows, styleOf, wrapped } from '../../scripts/checking/board.ts';
import type { Verdict } from '../../scripts/checking/verdict.ts';

const plain = { columns: 40, colour: false };
const title = 'The train is on time';

test('a pass is one row, and so is a step that waits', () => {
  const verdicts: Verdict[] = [
    { step: 1, title, ok: true },
    { step: 2, title, ok: false, message: 'Not yet.', waitsFor: 1 },
  ];
  assert.equal(
    boardRows(verdicts, plain),
    ' ✓ passes  1  The train is on time\n · waits   2  The train is on time\n',
  );
});

test('a failure has its sentence, the wire and the advice below; only text is wrapped', () => {
  const wire = '    data: a line of the wire that is longer than any terminal is wide\\n';
  const verdict: Verdict = {
    step: 1,
    title,
    ok: false,
    message: 'as a whole',
    sentence: 'The train came late, and nobody on the platform knew why.',
    excerpt: wire,
    advice: 'Announce it.',
  };
  assert.equal(
    boardRows([verdict], plain),
    [
      ' ✗ fails   1  The train is on time',
      '',
      '    The train came late, and nobody on',
      '    the platform knew why.',
      '',
      `    ${wire}`,
      '',
      '    Announce it.',
      '',
      '',
    ].join('\n'),
  );
});

test('what cannot be seen says why', () => {
  const rows = boardRows([{ step: 1, title, ok: null, message: 'It is dark.' }], plain);
  assert.equal(rows, ' ? unseen  1  The train is on time\n\n    It is dark.\n\n');
});

test('the same reason is told once', () => {
  const verdict: Verdict = { step: 1, title, ok: false, message: 'No power.' };
  assert.equal(boardRows([verdict, verdict], plain).match(/No power/g)?.length, 1);
  assert.match(boardRows([verdict, verdict], plain), /For the same reason\.\n\n$/);
});

test('a word that is longer than a line stays whole', () => {
  const word = 'Donaudampfschifffahrtsgesellschaftskapitän';
  assert.equal(wrapped(`The ${word} waits`, plain), `The\n${word}\nwaits`);
});

test('colours are for terminals that have not been told otherwise', () => {
  assert.equal(styleOf({ isTTY: true, columns: 100 }, {}).colour, true);
  assert.equal(styleOf({ isTTY: true }, { NO_COLOR: '1' }).colour, false);
  assert.equal(styleOf({ isTTY: true }, { TERM: 'dumb' }).colour, false);
  assert.equal(styleOf({}, {}).colour, false);
  assert.equal(styleOf({}, {}).columns, 80);
  const verdict: Verdict = { step: 1, title, ok: true };
  assert.match(boardRows([verdict], { columns: 80, colour: true }), /\x1b\[32m✓ passes/);
});
