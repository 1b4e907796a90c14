// What a lesson's traps.ts is written in: wrong answers that people really give. Each is a small
// change of the finished files. The suite plays all of them, and a learner may switch one on in the
// demonstration after having said what will happen.
import { finishedTexts } from '../course/derive.ts';
import type { Lesson } from '../course/lessons.ts';
import { KitError } from '../kit-error.ts';
import type { FindingId } from '../wire/findings.ts';
import { loadLessonModule } from './lesson-module.ts';
import type { SymptomId } from './symptom-words.ts';

/** Text that a trap puts in the place of other text. `from` occurs exactly once in the finished file. */
export interface Change {
  file: string;
  from: string;
  to: string;
}

/** What is asked before the trap is switched on. */
export interface Prediction {
  question: string;
  choices: [string, string, string];
  /** Which of the choices is right, counted from 0. */
  answer: 0 | 1 | 2;
  /** What happens, and why: shown after the choice. */
  explanation: string;
}

export interface Trap {
  /** Small letters, digits and hyphens; unique in the lesson. */
  name: string;
  /** The step whose check fails. */
  step: number;
  /** The mistake in a few words. */
  title: string;
  change: Change[];
  prediction: Prediction;
  /** The finding that the failing check reports. */
  finding?: FindingId;
  /** What somebody sees who has made the mistake and does not know it. */
  symptom?: SymptomId;
}

/**
 * A wrong answer.
 *
 * @throws KitError if its name or its prediction cannot be used
 */
export function trap(trap: Trap): Trap {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(trap.name) || /^step-\d+$/.test(trap.name)) {
    throw new KitError(
      `A trap is called "${trap.name}": use small letters, digits and hyphens, and not step-N.`,
    );
  }
  if (new Set(trap.prediction.choices).size !== 3) {
    throw new KitError(`The trap "${trap.name}" needs three choices, each of its own.`);
  }
  return trap;
}

/**
 * The traps of a lesson.
 *
 * @throws KitError if traps.ts cannot be loaded, or names one twice
 */
export async function loadTraps(lesson: Lesson): Promise<Trap[]> {
  const place = `lessons/${lesson.folder}/traps.ts`;
  const module = await loadLessonModule(lesson, 'traps.ts');
  if (!Array.isArray(module.traps)) {
    throw new KitError(`${place} has no list: it should say export const traps = [ … ].`);
  }
  const traps = module.traps as Trap[];
  const names = traps.map((one) => one.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new KitError(`${place} names two traps "${twice}".`);
  return traps;
}

/**
 * The finished files of a lesson with a trap's changes made, by name: those that it changes.
 *
 * @param root the clone; not read, the lesson knows its place
 * @throws KitError if a text to change is not there, or is there more than once
 */
export async function applyTrap(
  _root: string,
  lesson: Lesson,
  trap: Pick<Trap, 'name' | 'change'>,
): Promise<Map<string, string>> {
  const finished = finishedTexts(lesson);
  const changed = new Map<string, string>();
  for (const { file, from, to } of trap.change) {
    const text = changed.get(file) ?? finished.get(file);
    const trouble = `The trap "${trap.name}" of lesson ${lesson.folder}`;
    if (text === undefined) throw new KitError(`${trouble} changes ${file}, which is not there.`);
    const times = text.split(from).length - 1;
    if (times !== 1) {
      throw new KitError(
        `${trouble} changes a text of ${file} that must be there once and is there ${times} times: ${JSON.stringify(from)}`,
      );
    }
    changed.set(
      file,
      text.replace(from, () => to),
    );
  }
  return changed;
}
