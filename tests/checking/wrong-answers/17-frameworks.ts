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
    name: 'from-the-beginning',
    step: 1,
    change: [
      {
        file: 'express.ts',
        from: "  response.write('\\n');\n  const after = Number(request.get('Last-Event-ID')) || 0;\n",
        to: "  response.write('\\n');\n  const after = 0;\n",
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
    name: 'after-each-event',
    step: 3,
    change: [
      {
        file: 'board.js',
        from: '  }, [url, events]); // without this list, after each event once more\n',
        to: '  });\n',
      },
      { file: 'board.js', from: '    return () => source.close();', to: '    //' },
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
  {
    name: 'asks-for-ever',
    step: 4,
    change: [
      {
        file: 'ready-made.js',
        from: '      if (/is no stream/.test(error.message)) throw error; // what is thrown here ends it for good\n',
        to: '',
      },
    ],
  },
];
