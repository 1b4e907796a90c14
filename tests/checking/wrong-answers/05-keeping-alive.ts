// What people write at two in the morning: each is a change of the finished files of lesson 05.
import type { WrongAnswer } from './wrong-answer.ts';

const COMMENT = "    send(': still there\\n\\n');\n";
const LAMP =
  "send('event: lamp\\ndata: lit\\n\\n'); // no id: it is no news, and nobody has missed it";
const BEATS = '  const heartbeat = setInterval(() => {\n';
const CACHE = "'Cache-Control': 'no-store, no-transform', // do not compress";
const FLUSH =
  '    gzip.flush(); // whatever is in there goes out now; it costs some bytes each time\n';
const page = 'client.js';

export const wrongAnswers: WrongAnswer[] = [
  // Step 2: a comment every 15 seconds.
  {
    name: 'one-comment',
    step: 2,
    change: [{ from: BEATS, to: BEATS.replace('setInterval', 'setTimeout') }],
  },
  {
    name: 'comment-without-colon',
    step: 2,
    change: [
      { from: COMMENT, to: COMMENT.replace(': still', 'still') },
      { from: `    ${LAMP}\n`, to: '' },
    ],
  },
  {
    name: 'comment-without-end',
    step: 2,
    change: [
      { from: COMMENT, to: COMMENT.replace('\\n\\n', '') },
      { from: `    ${LAMP}\n`, to: '' },
    ],
  },
  {
    name: 'message-for-a-comment',
    step: 2,
    change: [
      { from: COMMENT, to: "    send('data: still there\\n\\n');\n" },
      { from: `    ${LAMP}\n`, to: '' },
    ],
  },
  {
    name: 'ends-after-a-while',
    step: 2,
    change: [{ from: BEATS, to: `  setTimeout(() => response.end(), 10_000);\n${BEATS}` }],
  },
  // Step 3: the lamp.
  {
    name: 'comment-swallows-the-lamp',
    step: 3,
    change: [{ from: COMMENT, to: COMMENT.replace('\\n\\n', '') }],
  },
  {
    name: 'lamp-without-data',
    step: 3,
    finding: 'no-data',
    change: [{ from: LAMP, to: "send('event: lamp\\n\\n');" }],
  },
  {
    name: 'lamp-in-capitals',
    step: 3,
    change: [{ from: LAMP, to: LAMP.replace('lamp', 'Lamp') }],
  },
  {
    name: 'lamp-of-another-name',
    step: 3,
    change: [{ from: LAMP, to: LAMP.replace('lamp', 'ping') }],
  },
  {
    name: 'lamp-cut-off',
    step: 3,
    finding: 'unfinished-event',
    change: [{ from: LAMP, to: LAMP.replace('\\n\\n', '\\n') }],
  },
  {
    name: 'lamp-empties-the-id',
    step: 3,
    change: [{ from: LAMP, to: LAMP.replace('event: lamp', 'id\\nevent: lamp') }],
  },
  // Step 4: the watchdog.
  {
    name: 'never-called-off',
    step: 4,
    change: [
      {
        file: page,
        from: 'function leaveEventSource() {\n  clearTimeout(watchdog);\n',
        to: 'function leaveEventSource() {\n',
      },
    ],
  },
  {
    name: 'barks-and-does-not-bite',
    step: 4,
    change: [
      {
        file: page,
        from: '    connectEventSource(); // closes the old one, which may hang on to its connection for hours\n',
        to: '',
      },
    ],
  },
  // Step 5: through a proxy.
  {
    name: 'no-transform-misspelt',
    step: 5,
    change: [{ from: CACHE, to: CACHE.replace('no-transform', 'notransform') }],
  },
  // Step 6: flushed.
  {
    name: 'flushed-before',
    step: 6,
    change: [
      { from: FLUSH, to: '' },
      { from: '    gzip.write(text);\n', to: '    gzip.flush();\n    gzip.write(text);\n' },
    ],
  },
  {
    name: 'says-gzip-and-is-not',
    step: 6,
    change: [
      {
        from: 'compressed ? compressor(response) : (text: string) => response.write(text)',
        to: '(text: string) => response.write(text)',
      },
    ],
  },
  {
    name: 'not-compressed',
    step: 6,
    change: [{ from: "const compressed = query.has('gzip');", to: 'const compressed = false;' }],
  },
];
