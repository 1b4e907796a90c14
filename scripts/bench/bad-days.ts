// What goes wrong with a learner's program, and how soon the board says so; and the next good save,
// which must pass as fast as ever.
import { setTimeout as pause } from 'node:timers/promises';
import { finishedTexts } from '../course/derive.ts';
import { Desk, type Shown } from './desk.ts';
import { type Account, type Figure, median } from './figures.ts';

const SECOND = 1000; // milliseconds, for every word that is final, or the first that is not
const AS_EVER = 250; // milliseconds for a good save

interface BadDay {
  name: string;
  /** Put in front of, or behind, the finished server. */
  before?: string;
  after?: string;
  /** What the board must say. */
  says: RegExp;
  /** Nothing is final yet: the learner is told that the kit still waits. */
  isProvisional?: true;
}

const BAD_DAYS: BadDay[] = [
  { name: 'syntax error', after: '\nconst = 1;\n', says: /^.*server\.ts:\d+:\d+: / },
  { name: 'crash', after: "\nthrow new Error('out of steam');\n", says: /out of steam/ },
  { name: 'exit', after: '\nprocess.exit(3);\n', says: /ended by itself, with code 3/ },
  {
    name: 'flood',
    after: "\nfor (;;) console.log('all aboard');\n",
    says: /printed more than/,
  },
  {
    name: 'flood from a timer',
    after: "\nsetInterval(() => console.log('all aboard\\n'.repeat(9999)), 50);\n",
    says: /printed more than/,
  },
  { name: 'busy', before: 'while (true);\n', says: /is busy/, isProvisional: true },
  {
    name: 'silent',
    before:
      "import { Server } from 'node:net';\nServer.prototype.listen = function () { setInterval(() => {}, 9999); return this; };\n",
    says: /Nothing listens on port/,
    isProvisional: true,
  },
];

const ROUNDS = 3;

/** @throws KitError where it cannot be measured */
export async function timeBadDays({
  lesson: number,
  log,
}: {
  lesson: number;
  log?: (line: string) => void;
}): Promise<Account> {
  const desk = await Desk.open(number);
  const faults: string[] = [];
  try {
    const finished = finishedTexts(desk.lesson);
    for (const [name, text] of finished) {
      if (name !== 'server.ts') await desk.save(name, `${text}\n`);
    }
    const good = finished.get('server.ts')!;
    let count = 0;
    const saveGood = async (after: string): Promise<number> => {
      const save = await desk.save('server.ts', `${good}// good ${++count}\n`);
      if (![...save.passed.values()].every(Boolean)) {
        faults.push(`A good save after ${after} did not pass: ${save.said}`);
      }
      await pause(1000);
      return save.complete!;
    };
    const asEver: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) asEver.push(await saveGood('a good one'));
    asEver.shift(); // the first is the one that everybody waits for

    const figures: Figure[] = [];
    const afterwards: number[] = [];
    for (const day of BAD_DAYS) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { name, before = '', after = '', says, isProvisional } = day;
        const text = `${before}${good}${after}// bad ${++count}\n`;
        const until = isProvisional ? 'provisional' : 'complete';
        const save = await desk.save('server.ts', text, until);
        times.push(timeOf(save, until));
        if (!says.test(save.said)) faults.push(`Of "${name}" the board said: ${save.said}`);
        log?.(`${name}: ${timeOf(save, until)} ms: ${save.said.slice(0, 120)}`);
        await pause(300);
        afterwards.push(await saveGood(name));
      }
      figures.push({
        name: `${day.name}, ${day.isProvisional ? 'first word' : 'named for good'}`,
        value: Math.max(...times),
        unit: 'ms',
        limit: SECOND,
        note: times.join(' '),
      });
    }
    figures.push(
      { name: 'a good save, median', value: median(asEver), unit: 'ms', note: asEver.join(' ') },
      {
        name: 'a good save after a bad one, median',
        value: median(afterwards),
        unit: 'ms',
        limit: AS_EVER,
        note: afterwards.join(' '),
      },
    );
    return {
      title: `Bad days, lesson ${desk.lesson.folder}: from a saved server.ts to the word on the screen, slowest of ${ROUNDS}`,
      figures,
      faults,
    };
  } finally {
    await desk.close();
  }
}

function timeOf(save: Shown, until: 'provisional' | 'complete'): number {
  return save[until] ?? Number.NaN;
}
