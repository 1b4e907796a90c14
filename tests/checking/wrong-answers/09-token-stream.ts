// What people write at two in the morning: each is a change of the finished files of lesson 09.
import type { WrongAnswer } from './wrong-answer.ts';

const TOKEN = 'return sendData(response, { delta: value });';
const DONE = "    response.write('data: [DONE]\\n\\n'); // an end alone may as well be a break\n";
const USAGE = '    sendData(response, { usage: { tokens: count } });\n';
const FAILS = `    if (value) {
      sendData(response, { error: value });
      return response.end(); // and no [DONE]
    }
`;
const page = 'client.js';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: the tokens.
  {
    name: 'all-at-the-end',
    step: 1,
    change: [
      { from: TOKEN, to: 'return void said.push(value);' },
      { from: '  let count = 0;\n', to: '  let count = 0;\n  const said: string[] = [];\n' },
      { from: USAGE, to: `    sendData(response, { delta: said.join('') });\n${USAGE}` },
    ],
  },
  {
    name: 'bare-words',
    step: 1,
    change: [{ from: TOKEN, to: 'return void response.write(`data: ${value}\\n\\n`);' }],
  },
  {
    name: 'another-name',
    step: 1,
    change: [{ from: TOKEN, to: 'return sendData(response, { token: value });' }],
  },
  {
    name: 'one-line-break',
    step: 1,
    finding: 'unfinished-event',
    change: [{ from: '${JSON.stringify(data)}\\n\\n`', to: '${JSON.stringify(data)}\\n`' }],
  },
  // Step 2: the words.
  {
    name: 'each-piece-is-an-event',
    step: 2,
    change: [
      {
        file: page,
        from: '(piece) => parser.feed(piece)',
        to: "(piece) => paper.append(JSON.parse(new TextDecoder().decode(piece).slice(6)).delta ?? '')",
      },
    ],
  },
  // Step 3: the end.
  {
    name: 'no-done',
    step: 3,
    change: [{ from: DONE, to: '' }],
  },
  {
    name: 'done-in-quotes',
    step: 3,
    change: [{ from: DONE, to: "    sendData(response, '[DONE]' as never);\n" }],
  },
  {
    name: 'done-in-json',
    step: 3,
    change: [{ from: DONE, to: "    sendData(response, { delta: '[DONE]' });\n" }],
  },
  {
    name: 'usage-after-done',
    step: 3,
    change: [{ from: `${USAGE}${DONE}`, to: `${DONE}${USAGE}` }],
  },
  {
    name: 'counts-nothing',
    step: 3,
    change: [{ from: '      count += 1;\n', to: '' }],
  },
  // Step 4: the failure.
  {
    name: 'half-is-whole',
    step: 4,
    change: [{ from: FAILS, to: '' }],
  },
  {
    name: 'ends-without-a-word',
    step: 4,
    change: [{ from: FAILS, to: '    if (value) return response.end();\n' }],
  },
  {
    name: 'skips-the-error',
    step: 4,
    change: [
      {
        file: page,
        from: 'if (said.error) throw new Error(said.error);',
        to: 'if (said.error) return;',
      },
    ],
  },
];
