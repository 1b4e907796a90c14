// How an exercise stands, and what to do now: the last words of a judging in the terminal.
import { type Lesson, lessonSteps } from '../course/lessons.ts';
import type { Report } from './verdict.ts';

export interface Course {
  lesson: Lesson;
  /** Whether any one of its steps, the further ones aside, completes it. */
  anyStep: boolean;
  /** The next lesson that is there. */
  following: Lesson | undefined;
}

/** @returns one line; it is not wrapped yet */
export function nextThing(report: Report, { lesson, anyStep, following }: Course): string {
  const { passed, verdicts } = report;
  const steps = lessonSteps(lesson);
  const isMine = report.target.startsWith('playground/');
  const count = `${passed} of ${verdicts.length} checks pass.`;
  const then = following ? ` Next: npm run check -- ${following.number}` : '';
  if (anyStep && isMine) {
    const enough = [...steps].find(([step, { further }]) => !further && isPassed(report, step));
    if (enough)
      return `${count} Step ${enough[0]} is done, and one is enough for lesson ${lesson.number}.${then}`;
  }
  const failing = verdicts.find(({ ok, waitsFor }) => ok === false && waitsFor === undefined);
  if (failing) {
    const step = steps.get(failing.step);
    const files = step && isMine ? ` in ${step.files.join(' and ')}` : '';
    const title = step ? `, "${step.title.replace(/\.$/, '')}"` : '';
    return `${count} Next: step ${failing.step}${title}${files}.`;
  }
  const unseen = verdicts.length - passed;
  if (unseen > 0) return `${count} ${unseen} cannot be seen from here.`;
  if (!isMine) return count;
  const reached = Math.max(...verdicts.map(({ step }) => step));
  if (reached < Math.max(...steps.keys()))
    return `${count} Next: step ${reached + 1}, without --step.`;
  return `${count} Lesson ${lesson.number} is done.${then}`;
}

function isPassed({ verdicts }: Report, step: number): boolean {
  const own = verdicts.filter((verdict) => verdict.step === step);
  return own.length > 0 && own.every(({ ok }) => ok === true);
}
