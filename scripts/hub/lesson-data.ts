// What the hub tells about lessons: for the map, for a lesson's page, and as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTraps } from '../checking/traps.ts';
import { textsAtStep } from '../course/derive.ts';
import { lacksFrameworks, SIZE } from '../course/frameworks.ts';
import { type Lesson, lessonSteps, lessonTexts, listLessons } from '../course/lessons.ts';
import { changedLines } from '../course/regions.ts';
import { stageMinutes } from '../course/stage-minutes.ts';
import { troubleIn } from './lesson-trouble.ts';
import type { LessonData, Stop } from './pages.ts';
import { Refusal } from './refusal.ts';

/** All lessons, those to come and those that cannot be opened included; read anew each time. */
export async function stops(root: string): Promise<Stop[]> {
  return Promise.all(
    listLessons(root).map(async (lesson) => {
      const { directory: _private, ...stop } = lesson;
      if (!lesson.available) return stop;
      const problem = await troubleIn(lesson);
      if (problem !== undefined) return { ...stop, available: false, problem };
      const minutes = stageMinutes(lesson);
      const steps = lessonSteps(lesson);
      const anyOf = saysOf(lesson, 'anyStep')
        ? [...steps].flatMap(([step, { further }]) => (further ? [] : [step]))
        : undefined;
      return { ...stop, steps: steps.size, ...(anyOf && { anyOf }), ...(minutes && { minutes }) };
    }),
  );
}

/**
 * The lesson of a folder, by its full name alone.
 *
 * @throws {Refusal} 404 if there is none, 422 with the sentence of what is missing or broken
 */
export function lessonAt(root: string, folder: string): Lesson {
  const lesson = listLessons(root).find((one) => one.folder === folder);
  if (!lesson) {
    throw new Refusal(404, `There is no lesson ${JSON.stringify(folder)}; the map at / shows all.`);
  }
  if (lesson.problem) throw new Refusal(422, lesson.problem);
  if (!lesson.available) throw new Refusal(404, `Lesson ${folder} is still to be written.`);
  return lesson;
}

/** A lesson for its page and for its JSON: text, steps, hints and traps. */
export async function lessonData(root: string, folder: string): Promise<LessonData> {
  const lesson = lessonAt(root, folder);
  // The renderer is loaded with the first lesson that is opened, and not with the hub.
  const [{ readLessonText }, { marked }] = await Promise.all([
    import('../course/text.ts'),
    import('marked'),
  ]);
  const { opening, parts, hints } = readLessonText(lesson);
  const render = (markdown: string) =>
    withHubLinks(marked.parse(markdown, { async: false, gfm: true }));
  const section = (title: string, markdown: string) => `## ${title}\n\n${markdown}`;
  const { number, title, part, question } = lesson;
  return {
    number,
    folder,
    title,
    part,
    question,
    html: {
      text: render(
        [opening, section('The idea', parts.idea), section('What to look at', parts.look)].join(
          '\n\n',
        ),
      ),
      steps: render(
        [
          parts.steps,
          section('On the wire', parts.wire),
          section('The same with curl', parts.curl),
          section('Where DevTools shows it', parts.devtools),
          section('Heard elsewhere', parts.heard),
        ].join('\n\n'),
      ),
      stage: render(parts.stage),
    },
    steps: [...lessonSteps(lesson)].map(([step, { title, files, further }]) => ({
      step,
      title,
      files,
      further,
    })),
    hints: hints.map(({ step, number, markdown }) => ({ step, number, html: render(markdown) })),
    traps: (await loadTraps(lesson)).map(({ name, step, title, prediction }) => ({
      name,
      step,
      title,
      // The answer stays here until the learner has predicted.
      prediction: { question: prediction.question, choices: [...prediction.choices] },
    })),
    files: [...lessonTexts(lesson).keys()],
    cutTest: saysOf(lesson, 'cutTest'),
    ...((await lacksFrameworks(root, lesson)) && { lacks: SIZE }),
    lessons: await stops(root),
  };
}

/** Whether checks.ts exports it. It is not loaded for that: the page comes first. */
function saysOf(lesson: Lesson, name: 'cutTest' | 'anyStep'): boolean {
  const text = readFileSync(join(lesson.directory, 'checks.ts'), 'utf8');
  return new RegExp(`^export const ${name}\\b`, 'm').test(text);
}

/**
 * The lesson's code as it stands after a step, and which lines of it the step has brought.
 *
 * @throws KitError if there is no such step
 */
export function codeAtStep(lesson: Lesson, step: number) {
  const finished = lessonTexts(lesson);
  return {
    step,
    files: [...textsAtStep(lesson, step)].map(([name, text]) => ({
      name,
      text,
      changed: changedLines(name, finished.get(name) ?? '', step),
    })),
  };
}

/** Links from one lesson's README.md to another's lead to its page. */
function withHubLinks(html: string): string {
  return html.replace(/href="\.\.\/(\d\d-[a-z0-9-]+)\/?(?:README\.md)?"/g, 'href="/lessons/$1"');
}
