// From a saved file to the last verdict on the screen, beside a cold start of the same server.
//
// Each save is another stage of the work, from the starter to the finished server, so that verdicts
// of all kinds are timed, and each is compared with what it must be.
import { setTimeout as pause } from 'node:timers/promises';
import { finishedTexts, textsAtStep } from '../course/derive.ts';
import { lessonSteps } from '../course/lessons.ts';
import { timeColdStart } from './cold-start.ts';
import { Desk, type Shown } from './desk.ts';
import { type Account, type Figure, median, percentile } from './figures.ts';

const MEDIAN = 100; // milliseconds
const NINETY_FIFTH = 250;
/** Milliseconds from a verdict to the next save: a learner in haste. */
const HASTE = { shortest: 600, more: 800 };

export interface LoopOptions {
  /** Number of the lesson. */
  lesson: number;
  saves: number;
  /** Told of each save. */
  log?: (line: string) => void;
}

/** @throws KitError where it cannot be measured */
export async function timeLoop({ lesson: number, saves, log }: LoopOptions): Promise<Account> {
  const desk = await Desk.open(number);
  try {
    const { lesson } = desk;
    const last = Math.max(...lessonSteps(lesson).keys());
    const serverSteps = [...lessonSteps(lesson)].filter(([, { files }]) =>
      files.includes('server.ts'),
    );
    const shown: { step: number; save: Shown }[] = [];
    const cold: number[] = [];
    const faults: string[] = [];
    // The page's files are finished from the start: what is timed is the work on the server.
    for (const [name, text] of finishedTexts(lesson)) {
      if (name !== 'server.ts') await desk.save(name, `${text}\n`);
    }
    const stages = [0, ...serverSteps.map(([step]) => step)];
    for (let count = 0; count < saves; count++) {
      const step = stages[(saves - count) % stages.length]!;
      const text = `${textsAtStep(lesson, step).get('server.ts')}// save ${count}\n`;
      const save = await desk.save('server.ts', text);
      shown.push({ step, save });
      log?.(
        `step ${step}: shown ${save.complete} ms (began ${save.started}, judged ${save.judged})`,
      );
      for (const [server] of serverSteps) {
        if (save.passed.get(server) === server <= step) continue;
        faults.push(
          `With step ${step} saved, step ${server} was shown ${server <= step ? 'as failed' : 'as passed'}: ${save.said}`,
        );
      }
      if (count % 3 === 0) {
        await pause(HASTE.shortest);
        cold.push(await timeColdStart(desk.root, lesson));
      }
      await pause(HASTE.shortest + Math.random() * HASTE.more);
    }
    const all = shown.map(({ save }) => save.complete!);
    const middle = median(all);
    const byStep = stages.map((step): Figure => {
      const own = shown.filter((one) => one.step === step).map(({ save }) => save.complete!);
      const name = step === last ? 'finished' : step === 0 ? 'starter' : `step ${step} done`;
      return { name: `  ${name}, median`, value: median(own), unit: 'ms', note: timesOf(own) };
    });
    const phase = (name: string, of: (save: Shown) => number): Figure => ({
      name: `  of it ${name}, median`,
      value: median(shown.map(({ save }) => of(save))),
      unit: 'ms',
    });
    return {
      title: `Loop, lesson ${lesson.folder}: from a saved server.ts to the last verdict on the screen, ${saves} saves`,
      figures: [
        { name: 'median', value: middle, unit: 'ms', limit: MEDIAN },
        { name: '95th percentile', value: percentile(all, 0.95), unit: 'ms', limit: NINETY_FIFTH },
        { name: 'slowest', value: Math.max(...all), unit: 'ms' },
        { name: 'cold tsx start, median', value: median(cold), unit: 'ms', note: timesOf(cold) },
        { name: 'loop to cold start', value: middle / median(cold), unit: '×' },
        phase('until the board says that it judges', ({ started }) => started),
        phase('judging', ({ judged }) => judged ?? Number.NaN),
        ...byStep,
      ],
      faults,
    };
  } finally {
    await desk.close();
  }
}

function timesOf(values: number[]): string {
  return values.map((value) => value.toFixed(0)).join(' ');
}
