// The index of symptoms: from what one sees to the lesson that explains it. It is made from the traps
// of the lessons and from what the doctor may find; nobody writes it by hand.
import type { Lesson } from '../course/lessons.ts';
import { type FindingId, findingTable } from '../wire/findings.ts';
import { findingSymptoms, type SymptomId, symptomTable } from './symptom-words.ts';
import { loadTraps } from './traps.ts';

/** One mistake that shows itself so. */
export interface Cause {
  lesson: number;
  folder: string;
  /** The trap's name in its lesson. */
  trap: string;
  title: string;
}

export interface Symptom {
  id: SymptomId;
  /** What one sees; code stands in backticks. */
  words: string;
  /** The lessons that are about it, each once, the one with most to say first. */
  lessons: Lesson[];
  causes: Cause[];
  /** What the doctor calls it. */
  findings: FindingId[];
}

/**
 * All symptoms that a lesson of the course or a finding of the doctor knows.
 *
 * @param lessons those of the whole course, the ones to come included
 * @throws KitError if the traps of a lesson cannot be loaded
 */
export async function listSymptoms(lessons: Lesson[]): Promise<Symptom[]> {
  const causes = new Map<SymptomId, Cause[]>();
  for (const lesson of lessons.filter(({ available }) => available)) {
    for (const { name, title, symptom } of await loadTraps(lesson)) {
      if (!symptom) continue;
      const { number, folder } = lesson;
      const own = causes.get(symptom) ?? [];
      causes.set(symptom, [...own, { lesson: number, folder, trap: name, title }]);
    }
  }
  const ids = Object.keys(symptomTable) as SymptomId[];
  return ids
    .map((id) => {
      const findings = findingsOf(id);
      const numbers = [
        ...(causes.get(id) ?? []).map(({ lesson }) => lesson),
        ...findings.map((finding) => findingSymptoms[finding].lesson),
      ];
      return {
        id,
        words: symptomTable[id],
        lessons: byWeight(numbers).flatMap(
          (number) => lessons.find((lesson) => lesson.number === number) ?? [],
        ),
        causes: causes.get(id) ?? [],
        findings,
      };
    })
    .filter((symptom) => symptom.lessons.length > 0);
}

function findingsOf(id: SymptomId): FindingId[] {
  const all = Object.keys(findingTable) as FindingId[];
  return all.filter((finding) => findingSymptoms[finding].symptom === id);
}

/** Each number once: those that come often first, and of these the lowest. */
function byWeight(numbers: number[]): number[] {
  const weight = (number: number) => numbers.filter((other) => other === number).length;
  return [...new Set(numbers)].sort((one, other) => weight(other) - weight(one) || one - other);
}

const START = '<!-- symptoms -->';
const END = '<!-- /symptoms -->';

/** The index as a table of Markdown. */
export function symptomMarkdown(symptoms: Symptom[]): string {
  const rows = ['| what you see | lesson | the doctor calls it |', '|---|---|---|'];
  for (const { words, lessons, findings } of symptoms) {
    const where = lessons.map(({ number, folder, available }) => {
      const digits = String(number).padStart(2, '0');
      return available ? `[${digits}](lessons/${folder}/README.md)` : digits;
    });
    const names = findings.map((finding) => `\`${finding}\``);
    rows.push(`| ${words} | ${where.join(', ')} | ${names.join(', ')} |`);
  }
  return `${rows.join('\n')}\n`;
}

/**
 * A text with the index between its marks brought up to date.
 *
 * @returns undefined if the text has no place for it
 */
export function withSymptoms(text: string, symptoms: Symptom[]): string | undefined {
  const start = text.indexOf(START);
  const end = text.indexOf(END, start);
  if (start < 0 || end < 0) return undefined;
  return `${text.slice(0, start)}${START}\n\n${symptomMarkdown(symptoms)}\n${text.slice(end)}`;
}
