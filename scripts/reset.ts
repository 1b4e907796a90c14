// Sets an exercise back to its starter, or to a step. What was there is kept and named.
//
//   npm run reset -- 01 --step 2
import { join } from 'node:path';
import { runCommand, wholeNumber } from './command.ts';
import { findLesson } from './course/lessons.ts';
import { resetExercise } from './course/playground.ts';

const root = join(import.meta.dirname, '..');

await runCommand({
  name: 'reset',
  about: 'Sets your exercise back to its starter, or to a step. What was there is kept.',
  takes: [{ name: 'LESSON', about: 'which lesson: 1, 01, or 01-event-stream' }],
  options: {
    step: { type: 'string', value: 'K', about: 'to what step K leaves, and not to the starter' },
  },
  examples: ['01', '01 --step 2'],
  async run({ values, takes }) {
    const step = wholeNumber('--step', values.step, 0) ?? 0;
    const { message } = await resetExercise(root, findLesson(root, takes[0]!), step);
    process.stdout.write(`${message}\n`);
    return 0;
  },
});
