// npm run bench: the kit's own figures, beside limits and peers of the same run.
//
//   npm run bench [-- NAME] [--lesson 01] [--saves 30]

import { timeBadDays } from './bench/bad-days.ts';
import { timeBroadcast } from './bench/broadcast.ts';
import { type Account, isKept, tableOf } from './bench/figures.ts';
import { timeLoop } from './bench/loop.ts';
import { timeParsers } from './bench/parser.ts';
import { timeRest } from './bench/rest.ts';
import { timeStart } from './bench/start.ts';
import { runCommand, wholeNumber } from './command.ts';
import { KitError } from './kit-error.ts';

interface Given {
  lesson: number;
  saves: number;
  log: (line: string) => void;
}

const BENCHES: Record<string, (given: Given) => Promise<Account>> = {
  loop: timeLoop,
  'bad-days': timeBadDays,
  rest: timeRest,
  start: timeStart,
  parser: timeParsers,
  broadcast: timeBroadcast,
};

await runCommand({
  name: 'bench',
  about:
    'Prints the figures of the kit: how long a save takes to its verdict, what bad days cost, what\n' +
    'the hub needs at rest, how long a start takes; and the parser of lesson 07 and the loudspeakers of\n' +
    'lesson 13 beside others (installed in scripts/bench at their first run). All the rest is done in\n' +
    'copies.',
  takes: [
    {
      name: 'NAME',
      about: `one of ${Object.keys(BENCHES).join(', ')}; all without it`,
      optional: true,
    },
  ],
  options: {
    lesson: { type: 'string', value: 'N', about: 'the lesson that is worked on; default 1' },
    saves: { type: 'string', value: 'N', about: 'how many saves the loop takes; default 30' },
    verbose: { type: 'boolean', about: 'tells each save as well' },
  },
  examples: ['', 'loop --lesson 2'],
  async run({ values, takes: [name] }) {
    const lesson = wholeNumber('--lesson', values.lesson, 1, 99) ?? 1;
    const saves = wholeNumber('--saves', values.saves, 1, 1000) ?? 30;
    const log = values.verbose ? (line: string) => console.error(line) : () => {};
    const names = name === undefined ? Object.keys(BENCHES) : [name];
    let isGood = true;
    for (const one of names) {
      const bench = BENCHES[one];
      if (!bench) {
        throw new KitError(
          `There is no benchmark "${one}"; there are ${Object.keys(BENCHES).join(', ')}.`,
        );
      }
      const account = await bench({ lesson, saves, log });
      console.log(tableOf(account));
      if (!account.figures.every(isKept) || account.faults?.length) isGood = false;
    }
    return isGood ? 0 : 1;
  },
});
