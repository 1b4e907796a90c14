// What people write at two in the morning: each is a change of the finished files of lesson 03.
import type { WrongAnswer } from './wrong-answer.ts';

const BYE = "'event: bye\\ndata: The last train has left.\\n\\n'";
const END = '    response.end();\n';
const HEARD = "if (request.headers['last-event-id'] === '1') {";
const SENT_AWAY = "    response.writeHead(204, { 'Cache-Control': 'no-store' }).end();\n";
const AGAIN = '    again = setTimeout(connectEventSource, wait);\n';
const CLOSE = '    opened.close(); // no event tells of it: whoever closes has to say so\n';
const page = 'client.js';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: bye, and the end.
  {
    name: 'stays-open',
    step: 1,
    change: [{ from: END, to: '' }],
  },
  {
    name: 'ends-without-bye',
    step: 1,
    change: [{ from: `    response.write(${BYE}); // no id: 1 stays the last\n`, to: '' }],
  },
  {
    name: 'bye-in-capitals',
    step: 1,
    change: [{ from: BYE, to: BYE.replace('bye', 'BYE') }],
  },
  {
    name: 'bye-as-data',
    step: 1,
    change: [{ from: BYE, to: "'data: bye\\n\\n'" }],
  },
  {
    name: 'bye-without-data',
    step: 1,
    finding: 'no-data',
    change: [{ from: BYE, to: "'event: bye\\n\\n'" }],
  },
  {
    name: 'bye-cut-off',
    step: 1,
    finding: 'unfinished-event',
    change: [{ from: BYE, to: BYE.replace('\\n\\n', '\\n') }],
  },
  {
    name: 'bye-runs-into-the-last-minute',
    step: 1,
    finding: 'run-together',
    change: [
      {
        from: 'data: ${minutes} min\\n\\n`',
        to: "data: ${minutes} min${minutes > 1 ? '\\n\\n' : '\\n'}`",
      },
      { from: BYE, to: BYE.replace('event: bye', 'id: 1\\nevent: bye') },
    ],
  },
  {
    name: 'tears-the-connection',
    step: 1,
    change: [{ from: END, to: '    response.destroy();\n' }],
  },
  {
    name: 'never-stops-counting',
    step: 1,
    change: [{ from: 'if (minutes > 0) {', to: 'if (minutes > -100) {' }],
  },
  {
    name: 'one-minute-short',
    step: 1,
    change: [{ from: 'if (minutes > 0) {', to: 'if (minutes > 1) {' }],
  },
  {
    name: 'no-numbers',
    step: 1,
    change: [{ from: 'id: ${minutes}\\ndata', to: 'data' }],
  },
  {
    name: 'one-countdown-for-all',
    step: 1,
    change: [
      { from: '  let minutes = 10;\n', to: '' },
      { from: 'const TICK = 500;', to: 'let minutes = 10;\nconst TICK = 500;' },
    ],
  },
  // Step 2: close on bye.
  {
    name: 'hears-bye-and-stays',
    step: 2,
    change: [{ file: page, from: CLOSE, to: '' }],
  },
  {
    name: 'starts-again-on-bye',
    step: 2,
    change: [{ file: page, from: CLOSE, to: '    return connectEventSource();\n' }],
  },
  {
    name: 'misspelt-method',
    step: 2,
    change: [
      {
        file: page,
        from: "opened.addEventListener('bye'",
        to: "opened.addEventListner('bye'",
      },
    ],
  },
  // Step 3: do not come back.
  {
    name: 'compares-with-a-number',
    step: 3,
    finding: 'replays',
    change: [{ from: HEARD, to: HEARD.replace("'1'", '1') }],
  },
  {
    name: 'says-404',
    step: 3,
    finding: 'status',
    change: [{ from: SENT_AWAY, to: SENT_AWAY.replace('204', '404') }],
  },
  {
    name: 'says-200-and-ends',
    step: 3,
    change: [
      {
        from: SENT_AWAY,
        to: "    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end();\n",
      },
    ],
  },
  {
    name: 'says-bye-once-more',
    step: 3,
    finding: 'replays',
    change: [
      {
        from: SENT_AWAY,
        to: `    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(${BYE});\n`.replace(
          "'event",
          "'id: 1\\nevent",
        ),
      },
    ],
  },
  {
    name: 'goes-on-after-the-204',
    step: 3,
    change: [{ from: `${SENT_AWAY}    return;\n`, to: SENT_AWAY }],
  },
  {
    name: 'sends-everybody-away',
    step: 3,
    finding: 'status',
    change: [{ from: HEARD, to: "if (request.headers['last-event-id']) {" }],
  },
  {
    name: 'takes-10-for-1',
    step: 3,
    finding: 'status',
    change: [{ from: HEARD, to: "if (request.headers['last-event-id']?.startsWith('1')) {" }],
  },
  {
    name: 'bye-has-an-id',
    step: 3,
    finding: 'replays',
    change: [{ from: BYE, to: BYE.replace('event: bye', 'event: bye\\nid: 0') }],
  },
  // Step 4: a new one.
  {
    name: 'same-wait',
    step: 4,
    change: [{ file: page, from: 'Math.min(2 * wait, LONGEST_WAIT)', to: 'FIRST_WAIT' }],
  },
  {
    name: 'nobody-listens',
    step: 4,
    change: [
      {
        file: page,
        from: AGAIN,
        to: '    again = setTimeout(() => {\n      source = new EventSource(address.value);\n    }, wait);\n',
      },
    ],
  },
  {
    name: 'timer-not-kept',
    step: 4,
    change: [{ file: page, from: AGAIN, to: AGAIN.replace('again = ', '') }],
  },
];
