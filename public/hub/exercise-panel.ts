// The panel "My exercise": the editor with its buttons, and what is said of saving and judging.
import { ask, sentenceOf } from './api.ts';
import { openDialog } from './dialog.ts';
import { button, byId, element, fill } from './dom.ts';
import { Editor } from './editor.ts';
import { type Exercise, stateOfFile } from './exercise.ts';
import { currentKey, onKey } from './key.ts';
import { askForKey } from './key-notice.ts';
import type { LessonInPage } from './lesson-data.ts';

/** Opens the exercise as soon as there is a key, and serves its buttons. */
export class ExercisePanel {
  readonly #lesson: LessonInPage;
  readonly #exercise: Exercise;
  readonly #word = element('p', { class: 'save-word', role: 'status' });
  readonly #onReset: () => void;
  readonly #openListeners = new Set<() => void>();
  #editor: Editor | undefined;

  constructor(lesson: LessonInPage, exercise: Exercise, onReset: () => void) {
    this.#lesson = lesson;
    this.#exercise = exercise;
    this.#onReset = onReset;
    const place = byId('exercise');
    const notice = element('section', { class: 'notice', 'aria-labelledby': 'key-title' });
    const room = element('div', { class: 'editor-room' });
    fill(place, notice, room);
    askForKey(notice, 'Your exercise');
    onKey(() => this.#open(room));
    this.#open(room);
  }

  /** Calls back when the files are there. */
  onOpen(listener: () => void): void {
    this.#openListeners.add(listener);
    if (this.#editor) listener();
  }

  /** Whether somebody types, or has typed what is not saved. */
  get isInUse(): boolean {
    return this.#exercise.isUnsaved || byId('exercise').contains(document.activeElement);
  }

  /** Whether the exercise has a place that this step is to fill. */
  hasPlaceOf(step: number): boolean {
    return this.#editor?.hasPlaceOf(step) ?? false;
  }

  /** Shows that place; with `focus` one can type there at once. */
  showPlaceOf(step: number, options: { focus: boolean }): void {
    this.#editor?.showPlaceOf(step, options);
  }

  /** Saves what is unsaved; the hub judges what it finds changed. With nothing to save, it judges. */
  async save(): Promise<void> {
    if (!this.#editor) return;
    try {
      const written = await this.#exercise.save();
      const open = this.#exercise.files.filter((file) => stateOfFile(file) === 'conflict');
      if (open.length > 0) {
        this.#say(`${open[0]!.name} has two versions: choose one first.`);
      } else if (written > 0) this.#say('Saved.');
      else await this.check();
    } catch (error) {
      this.#say(`Not saved. ${sentenceOf(error)}`);
    }
  }

  /** Has the exercise judged as it is on disk. */
  async check(): Promise<void> {
    if (currentKey() === undefined) return;
    try {
      await ask('POST', `/api/exercise/${this.#lesson.folder}/check`, {});
      this.#say('');
    } catch (error) {
      this.#say(sentenceOf(error));
    }
  }

  async #open(room: HTMLElement): Promise<void> {
    if (currentKey() === undefined || this.#editor) return;
    fill(room, element('p', { class: 'waiting' }, 'Your files are being opened.'));
    try {
      const message = await this.#exercise.open();
      if (this.#editor) return;
      this.#editor = new Editor(this.#exercise, () => this.save());
      fill(room, this.#editor.node, this.#buttons());
      if (message) this.#say(message);
      for (const listener of this.#openListeners) listener();
    } catch (error) {
      fill(
        room,
        element('p', { class: 'problem' }, sentenceOf(error)),
        button('Try again', () => this.#open(room)),
      );
    }
  }

  #buttons(): HTMLElement {
    return element(
      'div',
      { class: 'bar editor-bar' },
      button('Save and judge', () => this.save(), { class: 'main', title: 'Ctrl S' }),
      button('Open in my editor', () => this.#openOutside()),
      button('Reset …', () => this.#askReset()),
      this.#word,
      element(
        'p',
        { class: 'editor-keys', id: 'editor-keys' },
        'Tab indents. To leave: Escape, then Tab.',
      ),
    );
  }

  async #openOutside(): Promise<void> {
    try {
      await this.#exercise.save();
      const path = `/api/exercise/${this.#lesson.folder}/open`;
      const { editor } = await ask<{ editor?: string }>('POST', path, { file: this.#editor?.file });
      this.#say(editor ? `Opened in ${editor}.` : 'Opened.');
    } catch (error) {
      this.#say(sentenceOf(error));
    }
  }

  #askReset(): void {
    const choices: [number, string][] = [
      [0, 'The starter, as it was at first'],
      ...this.#lesson.steps.map(
        ({ step, title }) => [step, `With step ${step} done: ${title}`] as [number, string],
      ),
    ];
    const options = choices.map(([step, label]) =>
      element(
        'label',
        {},
        element('input', { type: 'radio', name: 'reset-to', value: step, checked: step === 0 }),
        element('span', {}, label),
      ),
    );
    const word = element('p', { role: 'status', class: 'problem' });
    openDialog({
      title: 'Reset the exercise',
      body: [
        element('fieldset', {}, element('legend', {}, 'What shall be in your files?'), ...options),
        element('p', {}, 'What is there now is kept, and you are told where.'),
        word,
      ],
      answers: [
        { label: 'Leave it', choose: () => {} },
        {
          label: 'Reset',
          kind: 'danger',
          choose: async () => {
            const inputs = options.map((option) => option.querySelector('input')!);
            const step = Number(inputs.find((input) => input.checked)?.value ?? 0);
            const problem = await this.#reset(step);
            word.textContent = problem ?? '';
            return problem === undefined;
          },
        },
      ],
    });
  }

  /** What is typed is saved first, so that it is in the copy that is kept. */
  async #reset(step: number): Promise<string | undefined> {
    try {
      await this.#exercise.save();
      if (this.#exercise.files.some((file) => stateOfFile(file) === 'conflict')) {
        return 'A file has two versions: choose one first, so that none is lost.';
      }
      const path = `/api/exercise/${this.#lesson.folder}/reset`;
      const { message } = await ask<{ message: string }>('POST', path, { step });
      await this.#exercise.refresh();
      this.#onReset();
      this.#say(message);
      return undefined;
    } catch (error) {
      return sentenceOf(error);
    }
  }

  #say(word: string): void {
    this.#word.textContent = word;
  }
}
