// What people write at two in the morning: each is a change of the finished files of lesson 10.
import type { WrongAnswer } from './wrong-answer.ts';

const ALLOW =
  "  if (origin && trusted.has(origin)) response.setHeader('Access-Control-Allow-Origin', origin);\n";
const allows = (value: string) => [
  { from: ALLOW, to: `  response.setHeader('Access-Control-Allow-Origin', ${value});\n` },
];
const OPTIONS = "if (request.method === 'OPTIONS') {";
const EXPOSE = "'Access-Control-Expose-Headers', 'Station'";
const HEADERS = "'Authorization, Content-Type, Last-Event-ID'";
const VARY =
  "  response.setHeader('Vary', 'Origin'); // where no origin asks as well: that answer is kept, too\n";

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: who may read.
  { name: 'everybody', step: 1, change: allows("'*'") },
  {
    name: 'a-list',
    step: 1,
    finding: 'cors-origin',
    change: allows("[...trusted].join(', ')"),
  },
  {
    name: 'its-own-address',
    step: 1,
    finding: 'cors-origin',
    change: allows('harbour'),
  },
  {
    name: 'a-slash-at-the-end',
    step: 1,
    finding: 'cors-origin',
    change: allows('`${origin}/`'),
  },
  {
    name: 'one-name-alone',
    step: 1,
    finding: 'cors-missing',
    change: [{ from: ".add(page.replace('localhost', '127.0.0.1'))", to: '' }],
  },
  {
    name: 'null-is-trusted',
    step: 1,
    change: [{ from: 'trusted.has(origin))', to: "(trusted.has(origin) || origin === 'null'))" }],
  },
  // Step 2: the preflight.
  {
    name: 'login-first',
    step: 2,
    finding: 'preflight',
    change: [
      { from: OPTIONS, to: "if (request.method === 'OPTIONS' && request.headers.authorization) {" },
    ],
  },
  {
    name: 'content-type-forgotten',
    step: 2,
    finding: 'preflight-headers',
    change: [{ from: HEADERS, to: "'Authorization, Last-Event-ID'" }],
  },
  {
    name: 'headers-in-allow-methods',
    step: 2,
    finding: 'preflight-headers',
    change: [{ from: "'Access-Control-Allow-Headers'", to: "'Access-Control-Allow-Methods'" }],
  },
  {
    name: 'preflight-never-ends',
    step: 2,
    change: [
      {
        from: '    return response.writeHead(204).end();\n',
        to: '    return response.writeHead(200).flushHeaders();\n',
      },
    ],
  },
  {
    name: 'allows-the-preflight-alone',
    step: 1,
    finding: 'cors-missing',
    change: [
      { from: '  allowOrigin(request, response);\n  // Before', to: '  // Before' },
      { from: OPTIONS, to: `${OPTIONS}\n    allowOrigin(request, response);` },
    ],
  },
  {
    name: 'any-preflight',
    step: 2,
    change: [
      {
        from: OPTIONS,
        to: `${OPTIONS}\n    response.setHeader('Access-Control-Allow-Origin', request.headers.origin!);`,
      },
    ],
  },
  // Step 3: the header.
  {
    name: 'not-exposed',
    step: 3,
    change: [{ from: `  response.setHeader(${EXPOSE});\n`, to: '' }],
  },
  {
    name: 'reads-the-request',
    step: 3,
    change: [
      {
        file: 'client.js',
        from: "response.headers.get('Station')",
        to: "new Headers(init.headers).get('Station')",
      },
    ],
  },
  // Step 4: refusals.
  {
    name: 'only-where-all-is-well',
    step: 4,
    finding: 'cors-missing',
    change: [
      {
        from: 'function refuse(response: ServerResponse, status: number, sentence: string) {\n',
        to: "function refuse(response: ServerResponse, status: number, sentence: string) {\n  response.removeHeader('Access-Control-Allow-Origin');\n",
      },
    ],
  },
  // Step 5: the cache.
  {
    name: 'varies-where-an-origin-asks',
    step: 5,
    finding: 'cors-vary',
    change: [{ from: VARY, to: `  if (origin) ${VARY.trimStart()}` }],
  },
];
