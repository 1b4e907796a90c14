// What people write at two in the morning: each is a change of the finished files of lesson 13.
import type { WrongAnswer } from './wrong-answer.ts';

const DROP = '    client.destroy(); // the memory is free, and the client will find out\n';
const REPLAY = '  if (lastEventId) replay(String(lastEventId), response);\n';
const page = 'client.js';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: everybody, once.
  {
    name: 'text-as-it-is',
    step: 1,
    change: [{ from: 'data: ${JSON.stringify(data)}', to: 'data: ${data.text}' }],
  },
  // Step 2: slow clients.
  {
    name: 'lets-everybody-go',
    step: 2,
    finding: 'shared-clients',
    change: [
      { from: DROP, to: '    for (const one of clients) one.destroy();\n    client.destroy();\n' },
    ],
  },
  {
    name: 'no-replay',
    step: 2,
    change: [{ from: REPLAY, to: '' }],
  },
  // Step 3: the page.
  {
    name: 'rate-since-the-start',
    step: 3,
    change: [
      {
        file: page,
        from: 'Math.round((said - before.said) / seconds)',
        to: 'Math.round(said / seconds)',
      },
    ],
  },
  {
    name: 'negative-rate',
    step: 3,
    change: [
      { file: page, from: 'last && last.said <= said ? last : figures', to: 'last ?? figures' },
    ],
  },
  // Step 5: shutdown.
  {
    name: 'exits-at-once',
    step: 5,
    change: [{ from: '  clearInterval(station);\n', to: '  process.exit(0);\n' }],
  },
  {
    name: 'a-fraction-of-a-millisecond',
    step: 5,
    change: [{ from: 'Math.round(BACK * (1 + Math.random()))', to: 'BACK * (1 + Math.random())' }],
  },
];
