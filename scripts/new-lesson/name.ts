// What a new lesson is called: its number, its folder, its title and its question.
import type { Lesson } from '../course/lessons.ts';
import { syllabus } from '../course/syllabus.ts';
import { KitError } from '../kit-error.ts';

export interface LessonName {
  number: number;
  folder: string;
  title: string;
  question: string;
}

const WORDS = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const HIGHEST = 99; // folders have two digits

/**
 * Finds number, title and question for a name: of the syllabus, if the name is one of its folders,
 * with or without the number; else as the name says, with the next free number if it has none.
 *
 * @param lessons all lessons of the clone, written or not
 * @throws KitError one sentence, if the name is no folder's name, or the name or number is taken
 */
export function nameLesson(lessons: Lesson[], typed: string): LessonName {
  const name = typed.trim().replace(/^(\.\/)?lessons[/\\]|[/\\]$/g, '');
  const planned = syllabus.find(
    ({ number, folder }) =>
      folder === name ||
      folder.slice(3) === name ||
      (/^\d+$/.test(name) && number === Number(name)),
  );
  const found = planned ?? ownName(lessons, name, typed);
  const same = lessons.find(({ folder }) => folder === found.folder);
  if (same?.available || same?.problem) {
    throw new KitError(
      `lessons/${same.folder} is there already: choose another name, or take that folder away first.`,
    );
  }
  const other = lessons.find(({ number }) => !planned && number === found.number);
  if (other) {
    throw new KitError(
      `Number ${digits(found.number)} is taken by ${other.folder}: choose another, or leave it out and it is ${digits(nextNumber(lessons))}.`,
    );
  }
  const { number, folder, title, question } = found;
  return { number, folder, title, question };
}

function ownName(lessons: Lesson[], name: string, typed: string): LessonName {
  const [, numberText, rest] = /^(?:(\d+)-)?(.*)$/s.exec(name)!;
  const number = numberText === undefined ? nextNumber(lessons) : Number(numberText);
  if (!WORDS.test(rest!) || /^\d+$/.test(rest!)) {
    throw new KitError(
      `A lesson's folder is named by small letters, digits and hyphens, as my-topic or 21-my-topic, and "${typed}" came.`,
    );
  }
  if (number < 1 || number > HIGHEST) {
    throw new KitError(
      `A lesson's number is from 01 to ${HIGHEST}, and ${number} came: choose another.`,
    );
  }
  const words = rest!.replaceAll('-', ' ');
  return {
    number,
    folder: `${digits(number)}-${rest}`,
    title: `${words[0]!.toUpperCase()}${words.slice(1)}`,
    question: 'What is the question of this lesson?',
  };
}

function nextNumber(lessons: Lesson[]): number {
  return Math.max(0, ...lessons.map(({ number }) => number)) + 1;
}

function digits(number: number): string {
  return String(number).padStart(2, '0');
}
