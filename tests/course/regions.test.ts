// Marks and steps: what each step shows, and the sentence for every mark that cannot be read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changedLines,
  derivedLines,
  deriveText,
  lastStep,
  readRegions,
  stepTitles,
} from '../../scripts/course/regions.ts';
import { KitError } from '../../scripts/kit-error.ts';

const clock = `function stream() {
  // #region 1 Send the head.
  head();
  // #endregion

  // #region 2 Send the time.
  // #region 3 Send it once a second.
  //- send();
  setInterval(() => {
    send();
  }, 1000);
  // #endregion
  // #endregion
}
`;

test('the starter has one TODO for each outermost region and nothing of what is inside', () => {
  assert.equal(
    deriveText('server.ts', clock, 0),
    `function stream() {
  // TODO 1: Send the head.

  // TODO 2: Send the time.
}
`,
  );
});

test('a step shows its region, and inside it the TODO and the older lines of the next one', () => {
  assert.equal(
    deriveText('server.ts', clock, 2),
    `function stream() {
  head();

  // TODO 3: Send it once a second.
  send();
}
`,
  );
});

test('the last step shows the finished text without marks and older lines', () => {
  const finished = `function stream() {
  head();

  setInterval(() => {
    send();
  }, 1000);
}
`;
  assert.equal(deriveText('server.ts', clock, 3), finished);
  assert.equal(deriveText('server.ts', clock, 99), finished);
});

test('older lines keep their indentation, and an empty one is an empty line', () => {
  const text =
    '{\n  // #region 1 Loop.\n  //- if (a) {\n  //-\n  //-   b();\n  //- }\n  c();\n  // #endregion\n}\n';
  assert.equal(
    deriveText('a.js', text, 0),
    '{\n  // TODO 1: Loop.\n  if (a) {\n\n    b();\n  }\n}\n',
  );
});

test('an older line further in does not leak out of a region that is replaced', () => {
  const text =
    '// #region 1 A.\n//- mine\n// #region 2 B.\n//- not yet\nb\n// #endregion\n//- mine too\na\n// #endregion\n';
  assert.equal(deriveText('a.ts', text, 0), '// TODO 1: A.\nmine\nmine too\n');
  assert.equal(deriveText('a.ts', text, 1), '// TODO 2: B.\nnot yet\na\n');
});

test('HTML has its own marks', () => {
  const text =
    '<main>\n  <!-- #region 1 Show the log. -->\n  <!--- <p>nothing</p> -->\n  <!--- -->\n  <ol></ol>\n  <!-- #endregion -->\n</main>\n';
  assert.equal(
    deriveText('index.html', text, 0),
    '<main>\n  <!-- TODO 1: Show the log. -->\n  <p>nothing</p>\n\n</main>\n',
  );
  assert.equal(deriveText('index.html', text, 1), '<main>\n  <ol></ol>\n</main>\n');
});

test('CSS has its own marks', () => {
  const text =
    '/* #region 1 Colour it. */\n/*- p { color: red } */\np { color: blue }\n/* #endregion */\n';
  assert.equal(deriveText('page.css', text, 0), '/* TODO 1: Colour it. */\np { color: red }\n');
  assert.equal(deriveText('page.css', text, 1), 'p { color: blue }\n');
});

test('a file of a type without marks is left as it is', () => {
  assert.equal(deriveText('data.json', '"// #region 1 x"\n', 0), '"// #region 1 x"\n');
});

test('line endings of Windows stay, on TODO lines and older lines too', () => {
  for (let step = 0; step <= 3; step += 1) {
    assert.equal(
      deriveText('server.ts', clock.replaceAll('\n', '\r\n'), step),
      deriveText('server.ts', clock, step).replaceAll('\n', '\r\n'),
    );
  }
});

test('a last line without a line ending is not given one', () => {
  assert.equal(
    deriveText('a.ts', '// #region 1 A.\na\n// #endregion\nend', 0),
    '// TODO 1: A.\nend',
  );
  assert.equal(deriveText('a.ts', '', 0), '');
});

test('regions are told with lines, title, parent and whether they are further steps', () => {
  const regions = readRegions(
    'a.ts',
    '// #region 1 A.\n// #region 2+ B.\nb\n// #endregion\n// #endregion\n',
  );
  const [outer, inner] = regions;
  assert.equal(regions.length, 2);
  assert.deepEqual(outer, { file: 'a.ts', step: 1, title: 'A.', further: false, start: 1, end: 5 });
  assert.deepEqual(inner, {
    file: 'a.ts',
    step: 2,
    title: 'B.',
    further: true,
    start: 2,
    end: 4,
    parent: outer,
  });
});

test('a further step leaves a TODO like any other', () => {
  assert.equal(deriveText('a.ts', '// #region 1+ A.\na\n// #endregion\n', 0), '// TODO 1: A.\n');
});

test('each derived line tells its source line and the step that put it there', () => {
  const lines = derivedLines('server.ts', clock, 2).map(({ kind, source, step }) => [
    kind,
    source,
    step,
  ]);
  assert.deepEqual(lines, [
    ['text', 1, 0],
    ['text', 3, 1],
    ['text', 5, 0],
    ['todo', 7, 3],
    ['older', 8, 2],
    ['text', 14, 0],
  ]);
});

test('the steps of a lesson are gathered from all its files', () => {
  const files = new Map([
    ['server.ts', '// #region 1 A.\n// #endregion\n// #region 3+ C.\n// #endregion\n'],
    ['client.js', '// #region 2 B.\n// #endregion\n// #region 1 A.\n// #endregion\n'],
    ['index.html', '<p></p>\n'],
  ]);
  assert.deepEqual(
    [...stepTitles(files)],
    [
      [1, { title: 'A.', further: false, files: ['server.ts', 'client.js'] }],
      [2, { title: 'B.', further: false, files: ['client.js'] }],
      [3, { title: 'C.', further: true, files: ['server.ts'] }],
    ],
  );
  assert.equal(lastStep(files), 3);
  assert.equal(lastStep(new Map([['a.ts', 'a\n']])), 0);
});

test('what a step has changed is told line by line', () => {
  assert.deepEqual(changedLines('server.ts', clock, 0), []);
  assert.deepEqual(changedLines('server.ts', clock, 1), [{ line: 2, kind: 'added' }]);
  assert.deepEqual(changedLines('server.ts', clock, 2), [
    { line: 4, kind: 'todo' },
    { line: 5, kind: 'added' },
  ]);
  assert.deepEqual(changedLines('server.ts', clock, 3), [
    { line: 4, kind: 'added' },
    { line: 5, kind: 'added' },
    { line: 6, kind: 'added' },
  ]);
});

test('a line that an older line said already has not changed', () => {
  const text =
    '// #region 1 A.\n//- const a = 1;\n//- use(a);\nconst a = 1;\ncheck(a);\nuse(a);\n// #endregion\n';
  assert.deepEqual(changedLines('a.ts', text, 1), [{ line: 2, kind: 'added' }]);
});

const region = '// #region 2 What step 2 adds.';
const refused: [what: string, file: string, text: string, sentence: string][] = [
  [
    'an end without a region',
    'a.ts',
    'a\n// #endregion\n',
    'a.ts:2: This #endregion ends nothing: no region is open here.',
  ],
  [
    'a region that is never closed',
    'a.ts',
    'a\n// #region 1 A.\nb\n',
    'a.ts:2: The region of step 1 is never closed: add // #endregion',
  ],
  [
    'an inner number that is not greater',
    'a.ts',
    '// #region 2 A.\n// #region 2 B.\n// #endregion\n// #endregion\n',
    'a.ts:2: Step 2 stands inside step 2 (line 1): an inner number is greater than the outer one.',
  ],
  [
    'a region without number and title',
    'a.ts',
    '// #region\n// #endregion\n',
    `a.ts:1: A region without a number and a title: write ${region}`,
  ],
  [
    'a region without a number',
    'a.ts',
    '// #region Send\n// #endregion\n',
    `a.ts:1: A region begins with the number of its step, 1 or more, and this one with "Send": write ${region}`,
  ],
  [
    'step 0',
    'a.ts',
    '// #region 0 A.\n// #endregion\n',
    `a.ts:1: A region begins with the number of its step, 1 or more, and this one with "0 A.": write ${region}`,
  ],
  [
    'a region without a title',
    'a.ts',
    '// #region 3\n// #endregion\n',
    `a.ts:1: Step 3 has no title here: write ${region}`,
  ],
  [
    'an older line outside a region',
    'a.ts',
    '//- old\n',
    'a.ts:1: An older line stands outside every region: put it into the region whose text takes its place.',
  ],
  [
    'an older line without its space',
    'a.ts',
    '// #region 1 A.\n//-old\n// #endregion\n',
    'a.ts:2: This is nearly an older line: write //- older text, with a space behind the mark; for a comment of your own put a space before the "-".',
  ],
  [
    'an older line that is not closed',
    'a.css',
    '/* #region 1 A. */\n/*- old\n/* #endregion */\n',
    'a.css:2: This is nearly an older line: write /*- older text */, on one line.',
  ],
  [
    'an older line that holds a mark',
    'a.ts',
    '// #region 1 A.\n//- // #region 2 B.\n// #endregion\n',
    'a.ts:2: An older line cannot hold another mark: write only the text that stood here.',
  ],
  [
    'an older line behind code',
    'a.ts',
    '// #region 1 A.\nfoo(); //- bar();\n// #endregion\n',
    'a.ts:2: A mark has its line to itself: give it a line of its own.',
  ],
  [
    'a region behind code',
    'a.ts',
    'foo(); // #region 1 A.\n// #endregion\n',
    'a.ts:1: A mark has its line to itself: give it a line of its own.',
  ],
  [
    'a region that is cut short by the end of its comment',
    'a.html',
    '<!-- #region 1 A --> <p> -->\n',
    'a.html:1: This is nearly a mark: write <!-- #region 2 What step 2 adds. --> or <!-- #endregion -->, in small letters, with one space and nothing else.',
  ],
  [
    'HTML marks in TypeScript',
    'a.ts',
    '<!-- #region 1 A. -->\n',
    `a.ts:1: This mark is written with <!--, which is for another type of file: write ${region}, // #endregion or //- older text here.`,
  ],
  [
    'slashes in CSS',
    'a.css',
    '// #region 1 A.\n',
    'a.css:1: This mark is written with //, which is for another type of file: write /* #region 2 What step 2 adds. */, /* #endregion */ or /*- older text */ here.',
  ],
  [
    'older lines of TypeScript in HTML',
    'a.html',
    '  //- old\n',
    'a.html:1: This mark is written with //-, which is for another type of file: write <!-- #region 2 What step 2 adds. -->, <!-- #endregion --> or <!--- older text --> here.',
  ],
];
for (const nearly of [
  '//#region 1 A.',
  '// #Region 1 A.',
  '// # region 1 A.',
  '//  #region 1 A.',
  '//#endregion',
  '// #endRegion',
  '// #endregion 1',
  '// #end region',
  '// #regions',
]) {
  if (nearly === '// #regions') continue;
  refused.push([
    `"${nearly}"`,
    'a.ts',
    `${nearly}\n`,
    `a.ts:1: This is nearly a mark: write ${region} or // #endregion, in small letters, with one space and nothing else.`,
  ]);
}

for (const [what, file, text, sentence] of refused) {
  test(`${what} is refused with file and line`, () => {
    assert.throws(() => readRegions(file, text), new KitError(sentence));
  });
}

const refusedTogether: [what: string, server: string, client: string, sentence: string][] = [
  [
    'a gap in the steps',
    '// #region 1 A.\n// #endregion\n',
    '// #region 3 C.\n// #endregion\n',
    'client.js:1: Step 3 is here, and no file has step 2: number the steps 1, 2, 3 without a gap.',
  ],
  [
    'two titles for one step',
    '// #region 1 A.\n// #endregion\n',
    '\n// #region 1 B.\n// #endregion\n',
    'client.js:2: Step 1 is called "B." here and "A." in server.ts:1: give it one title.',
  ],
  [
    'a step that is further in one file only',
    '// #region 1 A.\n// #endregion\n',
    '// #region 1+ A.\n// #endregion\n',
    'client.js:1: Step 1 is a further step (1+) in one place only, see server.ts:1: write the + in both or in none.',
  ],
  [
    'a core step behind a further one',
    '// #region 1+ A.\n// #endregion\n',
    '// #region 2 B.\n// #endregion\n',
    'client.js:1: Step 2 comes after step 1+: put further steps last, for a lesson is done without them.',
  ],
];
for (const [what, server, client, sentence] of refusedTogether) {
  test(`${what} is refused with file and line`, () => {
    const files = new Map([
      ['server.ts', server],
      ['client.js', client],
    ]);
    assert.throws(() => stepTitles(files), new KitError(sentence));
  });
}

test('ordinary comments, strings and selectors are no marks', () => {
  const typescript =
    "// - a list\n// the region ends\nconst url = 'https://-x';\na = b //-1\n/* -- */\n#region\n";
  assert.equal(deriveText('a.ts', typescript, 0), typescript);
  const html = '<a href="#region">x</a>\n<!-- a note -->\n<!-- - a list -->\n';
  assert.equal(deriveText('a.html', html, 0), html);
  const css = '#region { color: red }\n/* a note */\n/* --- */\n';
  assert.equal(deriveText('a.css', css, 0), css);
});
