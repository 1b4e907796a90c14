// The README's table of lessons, made from the syllabus and the folders that are there. It stands
// between two marks; what is around them is left alone.
import type { Lesson } from './lessons.ts';

const START = '<!-- lessons -->';
const END = '<!-- /lessons -->';

/** The table as Markdown: a row for each part, and below it a row for each of its lessons. */
export function lessonTable(lessons: Lesson[]): string {
  const rows = ['| | lesson | the question that it answers | |', '|---|---|---|---|'];
  let part = '';
  for (const lesson of lessons) {
    if (lesson.part !== part) rows.push(`| | **${lesson.part}** | | |`);
    part = lesson.part;
    const number = String(lesson.number).padStart(2, '0');
    const title = lesson.available
      ? `[${lesson.title}](lessons/${lesson.folder}/README.md)`
      : lesson.title;
    const state = lesson.available ? 'ready' : 'to come';
    rows.push(`| ${number} | ${title} | ${lesson.question} | ${state} |`);
  }
  return `${rows.join('\n')}\n`;
}

/**
 * A text with the table between its marks brought up to date.
 *
 * @returns undefined if the text has no place for the table
 */
export function withLessonTable(text: string, lessons: Lesson[]): string | undefined {
  const start = text.indexOf(START);
  const end = text.indexOf(END, start);
  if (start < 0 || end < 0) return undefined;
  return `${text.slice(0, start)}${START}\n\n${lessonTable(lessons)}\n${text.slice(end)}`;
}
