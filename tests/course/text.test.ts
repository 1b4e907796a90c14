// A lesson's README.md, taken apart at its headings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLessonText, readLessonText } from '../../scripts/course/text.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { firstLesson, makeClone, smallLesson } from './clone.ts';

const text = `# The station clock

> How does a server
> go on talking?

You are at the station.

## The idea

A response *need not* end.

## What to look at

- one
- two

## Steps

Edit \`server.ts\`.

### Step 1

Send the head.

### Hint 1.1

Look at \`writeHead\`.

#### A heading inside

More of it.

### Hint 1.2

\`\`\`ts
## not a heading
\`\`\`

### Step 2

Send the time.

### Hint 2.1

Write.

## On the wire

First this:

\`\`\`wire
GET /clock HTTP/1.1

\`\`\`

\`\`\`wire
data: {time}

\`\`\`

## The same with curl

\`curl -N\`

## Where DevTools shows it

In the network panel.

## Heard elsewhere

Claims.

## On stage

Five minutes.
`;

test('a text comes apart into title, question, parts, hints and transcripts', () => {
  const parsed = parseLessonText(text);
  assert.equal(parsed.title, 'The station clock');
  assert.equal(parsed.question, 'How does a server\ngo on talking?');
  assert.equal(parsed.opening, 'You are at the station.');
  assert.deepEqual(Object.keys(parsed.parts), [
    'idea',
    'look',
    'steps',
    'wire',
    'curl',
    'devtools',
    'heard',
    'stage',
  ]);
  assert.equal(parsed.parts.idea, 'A response *need not* end.');
  assert.equal(parsed.parts.look, '- one\n- two');
  assert.equal(parsed.parts.stage, 'Five minutes.');
});

test('hints are told by step and number, and are no longer in the steps', () => {
  const { hints, parts } = parseLessonText(text);
  assert.deepEqual(hints, [
    {
      step: 1,
      number: 1,
      line: 25,
      markdown: 'Look at `writeHead`.\n\n#### A heading inside\n\nMore of it.',
    },
    { step: 1, number: 2, line: 33, markdown: '```ts\n## not a heading\n```' },
    { step: 2, number: 1, line: 43, markdown: 'Write.' },
  ]);
  assert.equal(
    parts.steps,
    'Edit `server.ts`.\n\n### Step 1\n\nSend the head.\n\n### Step 2\n\nSend the time.',
  );
});

test('a transcript is what stands between its fences, empty lines at its end included', () => {
  assert.deepEqual(parseLessonText(text).wire, [
    { text: 'GET /clock HTTP/1.1\n\n', line: 52 },
    { text: 'data: {time}\n\n', line: 57 },
  ]);
});

test('a text with line endings of Windows reads the same', () => {
  assert.deepEqual(parseLessonText(text.replaceAll('\n', '\r\n')), parseLessonText(text));
});

test('a text without hints and transcripts has none', () => {
  const { hints, wire } = parseLessonText(
    text.replaceAll('### Hint', '### Thought').replaceAll('```wire', '```http'),
  );
  assert.deepEqual(hints, []);
  assert.deepEqual(wire, []);
});

const broken: [what: string, text: string, sentence: string][] = [
  [
    'no title',
    text.replace('# The station clock\n', 'Hello'),
    'README.md:1: The text begins with its title: write "# The title" here.',
  ],
  ['an empty text', '', 'README.md:1: The text begins with its title: write "# The title" here.'],
  [
    'no question',
    text.replace(/^> .*\n> .*\n/m, ''),
    'README.md:4: The question of the lesson stands under its title: write "> The question?" here.',
  ],
  [
    'a missing heading',
    text.replace('## The same with curl\n', ''),
    'README.md:64: "## The same with curl" is missing: it belongs here, before "## Where DevTools shows it".',
  ],
  [
    'a missing last heading',
    text.replace(/## On stage[\s\S]*/, ''),
    'README.md:71: "## On stage" is missing: it belongs here, at the end.',
  ],
  [
    'a heading in other words',
    text.replace('## The idea', '## The Idea'),
    'README.md:8: "## The Idea" stands where "## The idea" is expected.',
  ],
  [
    'a heading too many',
    `${text}\n## Credits\n\nMe.\n`,
    'README.md:77: "## Credits" is not one of a lesson\'s headings: the last one is "## On stage".',
  ],
  [
    'an empty part',
    text.replace('Claims.\n', ''),
    'README.md:69: "## Heard elsewhere" says nothing: write its text.',
  ],
  [
    'a hint without a number',
    text.replace('### Hint 2.1', '### Hint 2'),
    'README.md:43: A hint names its step and its number: write "### Hint 2.1".',
  ],
  [
    'a hint out of order',
    text.replace('### Hint 1.2', '### Hint 1.3'),
    'README.md:33: Hint 1.3 is here where 1.2 is expected.',
  ],
  [
    'a hint that says nothing',
    text.replace('Write.\n', ''),
    'README.md:43: Hint 2.1 says nothing: write its text.',
  ],
  [
    'a hint in another part',
    text.replace('Claims.\n', 'Claims.\n\n### Hint 3.1\n\nNo.\n'),
    'README.md:73: Hints stand under "## Steps": move this one there.',
  ],
  [
    'a transcript inside a list',
    text.replace('- two', '- two\n\n  ```wire\n  data: x\n  ```'),
    'README.md:14: A wire block stands by itself, not inside a list or a quotation.',
  ],
];
for (const [what, spoiled, sentence] of broken) {
  test(`${what} is refused with file and line`, () => {
    assert.throws(() => parseLessonText(spoiled), new KitError(sentence));
  });
}

test('the text of a lesson is read from its folder, and errors name it', (t) => {
  const good = firstLesson(makeClone(t, { ...smallLesson, 'README.md': text }));
  assert.equal(readLessonText(good).title, 'The station clock');
  const astray = firstLesson(
    makeClone(t, { ...smallLesson, 'README.md': text.replace('### Hint 2.1', '### Hint 3.1') }),
  );
  assert.throws(
    () => readLessonText(astray),
    new KitError(
      'lessons/01-event-stream/README.md:43: Hint 3.1 is for a step that is not there: the last one is 2.',
    ),
  );
  const bad = firstLesson(makeClone(t, { ...smallLesson, 'README.md': '# A\n\n> B?\n' }));
  assert.throws(
    () => readLessonText(bad),
    new KitError(
      'lessons/01-event-stream/README.md:3: "## The idea" is missing: it belongs here, at the end.',
    ),
  );
});
