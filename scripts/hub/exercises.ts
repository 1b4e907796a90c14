// The learner's exercises: opened, saved, set back, judged.
import { join } from 'node:path';
import type { Report } from '../checking/verdict.ts';
import { type Lesson, lessonTexts } from '../course/lessons.ts';
import {
  type ExerciseFile,
  openExercise,
  readExercise,
  resetExercise,
  type Saved,
  saveFile,
} from '../course/playground.ts';
import type { Runner } from '../course/runner.ts';
import { Exercise, exerciseFolder, loadJudge } from './exercise.ts';
import type { Live, Tell } from './live.ts';
import { openInEditor } from './own-editor.ts';
import type { PageChecks } from './page-checks.ts';
import { Refusal } from './refusal.ts';
import type { Stages } from './stages.ts';

/** After a save one judges and one is shown; the third is for the save that follows in haste. */
const SPARES = 3;

export interface ExercisesOptions {
  root: string;
  runner: Runner;
  live: Live;
  stages: Stages;
  pageChecks: PageChecks;
  onReport: (report: Report) => Promise<void>;
  log: (text: string) => void;
}

export class Exercises {
  readonly #options: ExercisesOptions;
  readonly #open = new Map<string, Exercise>();

  constructor(options: ExercisesOptions) {
    this.#options = options;
  }

  /** Makes the starter on first use, watches the folder, and reads it. */
  async open(
    lesson: Lesson,
  ): Promise<{ directory: string; files: ExerciseFile[]; message?: string }> {
    const { root, runner } = this.#options;
    const { directory, message } = await openExercise(root, lesson);
    await this.#of(lesson, directory).watch();
    runner.warm(SPARES);
    void loadJudge().catch(() => {}); // the first judging says it, if there is something wrong
    const { files } = await readExercise(root, lesson);
    return { directory, files, ...(message !== undefined && { message }) };
  }

  /** Saves a file, unless the disk holds something that the editor has not seen. */
  async save(lesson: Lesson, file: string, text: string, base: string): Promise<Saved> {
    const exercise = await this.#watched(lesson);
    const saved = await saveFile(this.#options.root, lesson, file, text, base);
    if (saved.ok) await exercise.look(); // the watcher would see it too, only later
    return saved;
  }

  /** Sets the exercise to a step; what was there is kept. */
  async reset(lesson: Lesson, step: number): Promise<{ message: string; kept?: string }> {
    const exercise = await this.#watched(lesson);
    const { message, kept } = await resetExercise(this.#options.root, lesson, step);
    await exercise.look();
    return { message, ...(kept !== undefined && { kept }) };
  }

  /** Judges the exercise as it stands. @returns the number of this judging */
  async check(lesson: Lesson): Promise<number> {
    const exercise = await this.#watched(lesson);
    return exercise.judge({ anew: true });
  }

  /** Opens one of the exercise's files in the learner's own editor. */
  async openInEditor(lesson: Lesson, file: string): Promise<string> {
    if (!lessonTexts(lesson).has(file)) {
      throw new Refusal(404, `${file} is not a file of this exercise.`);
    }
    const directory = await exerciseFolder(this.#options.root, lesson);
    return openInEditor(join(directory, file));
  }

  /** Tells a newcomer what was said of each exercise. */
  tell(tell: Tell): void {
    for (const [folder, { judged }] of this.#open) {
      if (!judged) continue;
      tell('judge-started', { folder, run: judged.run }, 'key');
      for (const judging of judged.said)
        tell('judging', { folder, run: judged.run, judging }, 'key');
    }
  }

  close(): void {
    for (const exercise of this.#open.values()) exercise.close();
  }

  async #watched(lesson: Lesson): Promise<Exercise> {
    const directory = await exerciseFolder(this.#options.root, lesson);
    const exercise = this.#of(lesson, directory);
    await exercise.watch();
    return exercise;
  }

  #of(lesson: Lesson, directory: string): Exercise {
    let exercise = this.#open.get(lesson.folder);
    if (!exercise) {
      const { runner, live, stages, pageChecks, onReport, log } = this.#options;
      exercise = new Exercise({
        lesson,
        directory,
        runner,
        live,
        pages: pageChecks.of(lesson.folder),
        onReport,
        restartStage: () => stages.of('mine', lesson).restart(),
        log,
      });
      this.#open.set(lesson.folder, exercise);
    }
    return exercise;
  }
}
