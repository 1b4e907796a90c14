// What people write to lesson 17 at two in the morning, beyond its traps.
import type { WrongAnswer } from './wrong-answer.ts';

export const wrongAnswers: WrongAnswer[] = [
  {
    name: 'sends-and-ends',
    step: 1,
    change: [
      {
        file: 'express.ts',
        from: '(departure) => response.write(asEvent(departure)));\n  response.on',
        to: '(departure) => response.end(asEvent(departure)));\n  response.on',
      },
    ],
  },
  {
    name: 'nest-numbers-itself',
    step: 2,
    change: [
      {
        file: 'nest.ts',
        from: "type: 'departure', id: String(departure.train), data",
        to: "type: 'departure', data",
      },
    ],
  },
  {
    name: 'an-end-is-the-last-one',
    step: 4,
    change: [
      {
        file: 'ready-made.js',
        from: "      throw new Error('the server ended it'); // else it takes an end for the last one\n",
        to: '',
      },
    ],
  },
];
