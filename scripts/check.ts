// Checks an exercise, a finished lesson, or any server that should do what a lesson asks for.
//
//   npm run check -- 01
//   npm run check -- 01 --url http://localhost:8000
import { join } from 'node:path';
import { boardHead, boardRows, styleOf, wrapped } from './checking/board.ts';
import { isAnyStepEnough, type Judging, judgeExercise, judgeOrigin } from './checking/judge.ts';
import { nextThing } from './checking/next-thing.ts';
import { recordReport } from './checking/progress.ts';
import type { Report } from './checking/verdict.ts';
import { runCommand, wholeNumber } from './command.ts';
import { provideAtFirstUse } from './course/frameworks.ts';
import { findLesson, type Lesson, lessonSteps, listLessons } from './course/lessons.ts';
import { openExercise } from './course/playground.ts';
import { createRunner } from './course/runner.ts';
import { KitError } from './kit-error.ts';

const root = join(import.meta.dirname, '..');

await runCommand({
  name: 'check',
  about:
    'Checks your exercise, step by step, and says what to do next. Makes the starter if there is none.',
  takes: [{ name: 'LESSON', about: 'which lesson: 1, 01, or 01-event-stream' }],
  options: {
    url: {
      type: 'string',
      value: 'ORIGIN',
      about: 'checks a server that runs already, in any language',
    },
    finished: { type: 'boolean', about: 'checks the finished lesson' },
    step: { type: 'string', value: 'K', about: 'checks up to step K' },
    json: { type: 'boolean', about: 'prints one JSON object and nothing else' },
  },
  examples: ['01', '01 --step 2', '01 --url http://localhost:8000', '01 --finished --json'],
  async run({ values, takes }) {
    const lesson = findLesson(root, takes[0]!);
    const upTo = wholeNumber('--step', values.step, 1, lessonSteps(lesson).size);
    if (values.url !== undefined && values.finished) {
      throw new KitError('--url and --finished name two servers: give one of them.');
    }
    const on = (judging: Judging) => {
      if (judging.kind === 'provisional') process.stderr.write(`${judging.message}\n`);
    };
    const report = await judge(lesson, values, { upTo, on });
    if (values.json) process.stdout.write(`${JSON.stringify(asJson(report))}\n`);
    else showBoard(lesson, report, await isAnyStepEnough(lesson));
    return report.failed > 0 ? 1 : 0;
  },
});

async function judge(
  lesson: Lesson,
  { url, finished }: { url: string | undefined; finished: boolean },
  options: { upTo: number | undefined; on: (judging: Judging) => void },
): Promise<Report> {
  if (url !== undefined) return judgeOrigin(lesson, { origin: originOf(url), speed: 1 }, options);
  await provideAtFirstUse(root, lesson, (line) => process.stderr.write(`${line}\n`));
  const runner = createRunner();
  try {
    if (finished) return await judgeExercise(runner, lesson, lesson.directory, options);
    const { directory, message } = await openExercise(root, lesson);
    if (message) process.stderr.write(`${message}\n`);
    const report = await judgeExercise(runner, lesson, directory, options);
    const { notice } = await recordReport(root, report);
    if (notice) process.stderr.write(`${notice}\n`);
    return report;
  } finally {
    await runner.close();
  }
}

/** The checks know their paths: only scheme, host and port are taken. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new KitError(`--url takes an origin such as http://localhost:8000, and "${text}" came.`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new KitError(
      `--url takes an origin, for the checks know the paths: say --url ${url.origin}`,
    );
  }
  return url.origin;
}

function showBoard(lesson: Lesson, report: Report, anyStep: boolean): void {
  const style = styleOf(process.stdout);
  const number = String(lesson.number).padStart(2, '0');
  const head = boardHead(`${number}  ${lesson.title}`, report.target, style);
  const following = listLessons(root).find(
    (other) => other.available && other.number > lesson.number,
  );
  const next = wrapped(nextThing(report, { lesson, anyStep, following }), style);
  process.stdout.write(`${head}${boardRows(report.verdicts, style)}\n${next}\n`);
}

/** The report in the shape that scripts rely on. */
function asJson({ verdicts, ...report }: Report) {
  return {
    ...report,
    verdicts: verdicts.map(({ step, title, ok, finding, message }) => {
      return { step, title, ok, finding, message };
    }),
  };
}
