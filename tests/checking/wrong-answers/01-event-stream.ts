// What people write at two in the morning: each is a change of the finished server of lesson 01.
// Together with the lesson's own traps they hold the words of the checks to their task.
import type { WrongAnswer } from './wrong-answer.ts';

const TYPE = "'Content-Type': 'text/event-stream', //";
const WRITE = 'response.write(`data: ${stationTime()}\\n\\n`);';
const CLOSE = "response.on('close', () => clearInterval(clock));";
const TICK = 'const TICK = 1000;';
const START = '  const clock = setInterval(() => {\n';
const STREAM = 'function streamTheTime(response: ServerResponse) {\n';
const LISTEN = 'listen(server, 1);';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: the head.
  {
    name: 'type-misspelt',
    step: 1,
    finding: 'content-type',
    change: [{ from: TYPE, to: "'Content-type': 'text/event-streams', //" }],
  },
  {
    name: 'type-missing',
    step: 1,
    finding: 'content-type',
    change: [{ from: TYPE, to: '//' }],
  },
  {
    name: 'charset-latin1',
    step: 1,
    finding: 'content-type',
    change: [{ from: TYPE, to: "'Content-Type': 'text/event-stream; charset=iso-8859-1', //" }],
  },
  {
    name: 'status-204',
    step: 1,
    finding: 'status',
    change: [{ from: 'writeHead(200', to: 'writeHead(204' }],
  },
  {
    name: 'wrong-path',
    step: 1,
    finding: 'status',
    change: [{ from: "=== '/clock'", to: "=== 'clock'" }],
  },
  {
    name: 'never-answers',
    step: 1,
    change: [
      {
        from: "if (request.url === '/clock') streamTheTime(response);\n  else servePage(import.meta.dirname, request, response);",
        to: "if (request.url === '/clock') console.log('a client');\n  else servePage(import.meta.dirname, request, response);",
      },
    ],
  },
  {
    name: 'everything-is-the-clock',
    step: 1,
    change: [
      { from: "if (request.url === '/clock') streamTheTime", to: 'if (request.url) streamTheTime' },
    ],
  },
  // Step 2: the event.
  {
    name: 'no-data-field',
    step: 2,
    finding: 'not-framed',
    change: [{ from: WRITE, to: 'response.write(`${stationTime()}\\n\\n`);' }],
  },
  {
    name: 'bare-json',
    step: 2,
    finding: 'not-framed',
    change: [
      { from: WRITE, to: 'response.write(`${JSON.stringify({ time: stationTime() })}\\n\\n`);' },
    ],
  },
  {
    name: 'capital-data',
    step: 2,
    finding: 'unknown-field',
    change: [{ from: WRITE, to: 'response.write(`Data: ${stationTime()}\\n\\n`);' }],
  },
  {
    name: 'space-before-colon',
    step: 2,
    finding: 'unknown-field',
    change: [{ from: WRITE, to: 'response.write(`data : ${stationTime()}\\n\\n`);' }],
  },
  {
    name: 'no-colon',
    step: 2,
    finding: 'not-framed',
    change: [{ from: WRITE, to: 'response.write(`data ${stationTime()}\\n\\n`);' }],
  },
  {
    name: 'backslash-typed-twice',
    step: 2,
    finding: 'unfinished-event',
    change: [{ from: WRITE, to: 'response.write(`data: ${stationTime()}\\\\n\\\\n`);' }],
  },
  {
    name: 'no-newline',
    step: 2,
    finding: 'unfinished-event',
    change: [{ from: WRITE, to: 'response.write(`data: ${stationTime()}`);' }],
  },
  {
    name: 'event-without-data',
    step: 2,
    finding: 'no-data',
    change: [{ from: WRITE, to: 'response.write(`event: ${stationTime()}\\n\\n`);' }],
  },
  {
    name: 'single-newline-and-end',
    step: 2,
    finding: 'unfinished-event',
    change: [{ from: WRITE, to: 'response.end(`data: ${stationTime()}\\n`);' }],
  },
  // Step 3: the rhythm.
  {
    name: 'ends-after-the-first',
    step: 3,
    change: [{ from: WRITE, to: 'response.end(`data: ${stationTime()}\\n\\n`);' }],
  },
  {
    name: 'only-once',
    step: 3,
    change: [{ from: 'setInterval(', to: 'setTimeout(' }],
  },
  {
    name: 'every-millisecond',
    step: 3,
    change: [{ from: TICK, to: 'const TICK = 1;' }],
  },
  {
    name: 'a-hundred-a-second',
    step: 3,
    change: [{ from: TICK, to: 'const TICK = 10;' }],
  },
  {
    name: 'every-other-second',
    step: 3,
    change: [{ from: TICK, to: 'const TICK = 2000;' }],
  },
  {
    name: 'two-at-a-time',
    step: 3,
    change: [
      { from: TICK, to: 'const TICK = 2000;' },
      { from: WRITE, to: `${WRITE}\n    ${WRITE}` },
    ],
  },
  {
    name: 'stands-still',
    step: 3,
    change: [
      { from: START, to: `  const time = stationTime();\n${START}` },
      { from: WRITE, to: 'response.write(`data: ${time}\\n\\n`);' },
    ],
  },
  {
    name: 'floods',
    step: 3,
    change: [
      {
        from: START,
        to: `  (function flood() {\n    response.write('data: now\\n\\n'.repeat(200));\n    if (!response.destroyed) setImmediate(flood);\n  })();\n${START}`,
      },
    ],
  },
  // Step 4: the leaving.
  {
    name: 'waits-for-finish',
    step: 4,
    change: [{ from: "on('close'", to: "on('finish'" }],
  },
  {
    name: 'stops-the-clock-at-arrival',
    step: 4,
    finding: 'shared-clients',
    change: [
      { from: STREAM, to: `let clock: NodeJS.Timeout;\n${STREAM}` },
      { from: '  const clock = ', to: '  clearInterval(clock);\n  clock = ' },
    ],
  },
  {
    name: 'only-the-latest-client',
    step: 4,
    finding: 'shared-clients',
    change: [
      { from: STREAM, to: `let latest: ServerResponse;\n${STREAM}  latest = response;\n` },
      { from: WRITE, to: WRITE.replace('response.', 'latest.') },
    ],
  },
  {
    name: 'forgets-nobody',
    step: 4,
    change: [
      {
        from: STREAM,
        to: `const clients: ServerResponse[] = [];\nsetInterval(() => {\n  for (const client of clients) client.write(\`data: \${stationTime()}\\n\\n\`);\n}, TICK);\n\n${STREAM}  clients.push(response);\n`,
      },
      { from: `    ${WRITE}\n`, to: '' },
    ],
  },
  {
    name: 'exits-with-the-client',
    step: 4,
    change: [{ from: CLOSE, to: "response.on('close', () => process.exit());" }],
  },
  // The program itself.
  {
    name: 'syntax-error',
    step: 1,
    change: [{ from: '  }, TICK);', to: '  }, TICK;' }],
  },
  {
    name: 'throws-at-start',
    step: 1,
    change: [{ from: LISTEN, to: `server.listn();\n${LISTEN}` }],
  },
  {
    name: 'throws-on-the-second-client',
    step: 4,
    change: [
      {
        from: STREAM,
        to: `let guests = 0;\n${STREAM}  if (++guests > 1) throw new Error('The waiting room is full');\n`,
      },
    ],
  },
  {
    name: 'exits-at-once',
    step: 1,
    change: [{ from: LISTEN, to: '' }],
  },
  {
    name: 'never-listens',
    step: 1,
    patience: 800,
    change: [{ from: LISTEN, to: 'setInterval(() => {}, TICK);' }],
  },
  {
    name: 'another-port',
    step: 1,
    patience: 800,
    change: [{ from: LISTEN, to: "server.listen(0, '127.0.0.1');" }],
  },
  {
    name: 'busy-at-the-start',
    step: 1,
    patience: 2000,
    change: [{ from: LISTEN, to: `while (true);\n${LISTEN}` }],
  },
  {
    name: 'busy-with-a-client',
    step: 1,
    patience: 2000,
    change: [
      {
        from: 'function streamTheTime(response: ServerResponse) {\n',
        to: 'function streamTheTime(response: ServerResponse) {\n  while (!response.destroyed);\n',
      },
    ],
  },
  {
    name: 'talks-without-end',
    step: 1,
    change: [
      {
        from: LISTEN,
        to: `while (true) console.log('tick');\n${LISTEN}`,
      },
    ],
  },
];
