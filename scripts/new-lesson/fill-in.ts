// The files in this folder are a lesson that could be run, numbered 99 and called "A new lesson".
// What is particular to a lesson is put in the place of these names and numbers.

export interface Places {
  number: number;
  folder: string;
  title: string;
  question: string;
  port: number /* of the finished lesson */;
  minePort: number /* of the learner's */;
}

/** A file of the template as a lesson's own. */
export function filledIn(template: string, lesson: Places): string {
  const number = String(lesson.number).padStart(2, '0');
  const replacements: [string, string][] = [
    ["'../../lessons/page.ts'", "'../page.ts'"],
    ['listen(server, 99)', `listen(server, ${lesson.number})`],
    ['99-new-lesson', lesson.folder],
    ['Lesson 99', `Lesson ${number}`],
    ['lesson 99', `lesson ${number}`],
    ['check -- 99', `check -- ${number}`],
    ['4499', String(lesson.port)],
    ['4799', String(lesson.minePort)],
    ['A new lesson', lesson.title],
    ['What is the question of this lesson?', lesson.question],
  ];
  return replacements.reduce((text, [from, to]) => text.replaceAll(from, () => to), template);
}
