// What people write at two in the morning: each is a change of the finished files of lesson 06.
import type { WrongAnswer } from './wrong-answer.ts';

const TYPE = "if (type.trim().toLowerCase() !== 'application/json') {";
const WORD = '    if (word) response.write(word);\n    else response.end();\n';
const PARSED = `  try {
    const { question } = JSON.parse(body.toString());
    if (typeof question === 'string') return question;
  } catch {} // no JSON, or null, which has nothing in it
  return undefined;
`;
const page = 'client.js';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: the judgement.
  {
    name: 'no-allow',
    step: 1,
    change: [{ from: "    response.setHeader('Allow', 'POST');\n", to: '' }],
  },
  {
    name: 'type-letter-by-letter',
    step: 1,
    change: [{ from: TYPE, to: "if (request.headers['content-type'] !== 'application/json') {" }],
  },
  {
    name: 'type-is-there',
    step: 1,
    change: [
      {
        from: "(request.headers['content-type'] ?? '').split(';')",
        to: "request.headers['content-type']!.split(';')",
      },
    ],
  },
  {
    name: 'trusts-the-length',
    step: 1,
    change: [
      {
        from: '      length += piece.length;\n',
        to: "      length = Number(request.headers['content-length'] ?? 0);\n",
      },
    ],
  },
  {
    name: 'parse-throws',
    step: 1,
    change: [{ from: PARSED, to: '  return JSON.parse(body.toString()).question;\n' }],
  },
  {
    name: 'takes-a-number',
    step: 1,
    change: [{ from: "if (typeof question === 'string') ", to: '' }],
  },
  {
    name: 'refuses-in-plain-words',
    step: 1,
    change: [
      {
        from: "return refuse(response, 400, 'Ask something: JSON in which the question is a text.');",
        to: "return response.writeHead(400, { 'Content-Type': 'text/plain' }).end('Ask something.');",
      },
    ],
  },
  {
    name: 'a-leaver-takes-all-along',
    step: 1,
    change: [{ from: '.catch(() => response.destroy())', to: '' }],
  },
  // Step 2: the stream.
  {
    name: 'never-ends',
    step: 2,
    change: [{ from: WORD, to: '    if (word) response.write(word);\n' }],
  },
  {
    name: 'one-desk-for-all',
    step: 2,
    change: [
      { from: '  const desk = setInterval', to: '  clearInterval(desk);\n  desk = setInterval' },
      { from: 'const TICK = 200;', to: 'let desk: NodeJS.Timeout;\nconst TICK = 200;' },
    ],
  },
  // Step 3: read.
  {
    name: 'status-not-looked-at',
    step: 3,
    change: [
      {
        file: page,
        from: '    if (!response.ok) throw new Error((await response.json()).error);\n',
        to: '',
      },
      {
        file: page,
        from: "if (!type.startsWith('text/plain'))",
        to: "if (type.startsWith('text/html'))",
      },
    ],
  },
  // Step 4: stop.
  {
    name: 'takes-a-break-for-a-stop',
    step: 4,
    change: [
      {
        file: page,
        from: '    if (mine.signal.aborted) return;',
        to: '    if (answer.textContent) return;',
      },
    ],
  },
];
