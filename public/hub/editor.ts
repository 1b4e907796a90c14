// The exercise in the page: a tab for each file, the editor, and what can be done with the files.
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { indentOnInput, indentUnit } from '@codemirror/language';
import { EditorState, Transaction } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
} from '@codemirror/view';
import { codeFace, languageOf, placeOfStep, todos } from './codemirror.ts';
import { type ConflictView, showConflict } from './conflict.ts';
import { button, byId, element, fill } from './dom.ts';
import { type Exercise, type ExerciseFile, stateOfFile } from './exercise.ts';
import { tabList } from './tabs.ts';

const MARKS = {
  saved: '',
  unsaved: 'unsaved',
  saving: 'saving',
  conflict: 'two versions',
  gone: 'gone',
};

/** One editor for all files of an exercise; each keeps its own undo history and place. */
export class Editor {
  readonly node: HTMLElement;
  readonly #exercise: Exercise;
  readonly #tabs = byId('exercise-files');
  readonly #notice = element('div', { class: 'file-notice', role: 'status' });
  readonly #host = element('div', { class: 'code-host', id: 'editor-host' });
  readonly #states = new Map<string, EditorState>();
  readonly #save: () => void;
  #view: EditorView | undefined;
  #conflict: { file: string; hash: string; view: ConflictView } | undefined;
  #file: string;
  #drawnTabs = '';
  #drawnNotice = '';

  /** @param save called where the learner asks for it in a notice */
  constructor(exercise: Exercise, save: () => void) {
    this.#exercise = exercise;
    this.#save = save;
    this.#file = exercise.files[0]?.name ?? '';
    this.node = element('div', { class: 'editor' }, this.#notice, this.#host);
    exercise.onChange(() => this.#draw());
    this.#draw();
  }

  /** The file that is shown. */
  get file(): string {
    return this.#file;
  }

  /** Shows a file, and puts the focus where it was put last. */
  open(name: string): void {
    if (name === this.#file) return;
    this.#rememberState();
    this.#file = name;
    this.#closeView();
    this.#draw();
  }

  /** Puts the focus into the text. */
  focus(): void {
    this.#view?.focus();
  }

  /** Whether the text of some file has a place for this step. */
  hasPlaceOf(step: number): boolean {
    return this.#exercise.files.some(({ text }) => placeOfStep(text, step) !== undefined);
  }

  /** Shows the place that a step is to fill, the cursor at its beginning. */
  showPlaceOf(step: number, options: { focus: boolean }): void {
    const has = ({ text }: ExerciseFile) => placeOfStep(text, step) !== undefined;
    const file = this.#exercise.files.find(has);
    if (!file) return;
    this.open(file.name);
    const position = placeOfStep(file.text, step)!;
    this.#view?.dispatch({
      selection: { anchor: position },
      effects: EditorView.scrollIntoView(position, { y: 'center' }),
    });
    if (options.focus) this.focus();
  }

  #draw(): void {
    const file = this.#exercise.file(this.#file);
    this.#drawTabs();
    this.#drawNotice(file);
    if (!file) return;
    if (file.theirs) {
      this.#drawConflict(file, file.theirs);
      return;
    }
    if (this.#conflict) this.#closeConflict();
    if (this.#view) this.#takeOver(file);
    else this.#openView(file);
  }

  /** Made anew only if there is news, so that the focus stays where it is. */
  #drawTabs(): void {
    const tabs = this.#exercise.files.map((file) => ({
      name: file.name,
      mark: MARKS[stateOfFile(file)],
    }));
    const drawn = JSON.stringify([this.#file, tabs]);
    if (drawn === this.#drawnTabs) return;
    this.#drawnTabs = drawn;
    const hadFocus = this.#tabs.contains(document.activeElement);
    const label = 'Files of your exercise';
    const choose = (name: string) => this.open(name);
    fill(this.#tabs, tabList({ label, controls: this.#host.id, chosen: this.#file, tabs, choose }));
    if (hadFocus) this.#tabs.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }

  #drawNotice(file: ExerciseFile | undefined): void {
    const isGone = file !== undefined && stateOfFile(file) === 'gone';
    const drawn = isGone ? file.name : '';
    if (drawn === this.#drawnNotice) return;
    this.#drawnNotice = drawn;
    fill(this.#notice);
    if (!isGone) return;
    fill(
      this.#notice,
      element('p', {}, `${file.name} is gone from the disk. Its text is still here.`),
      button('Put it back with this text', () => this.#save()),
    );
  }

  #openView(file: ExerciseFile): void {
    const kept = this.#states.get(file.name);
    this.#view = new EditorView({ state: kept ?? this.#newState(file), parent: this.#host });
    this.#takeOver(file);
  }

  #newState(file: ExerciseFile): EditorState {
    return EditorState.create({
      doc: file.text,
      extensions: [
        codeFace(),
        todos,
        languageOf(file.name),
        history(),
        indentOnInput(),
        indentUnit.of('  '),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorView.contentAttributes.of({
          'aria-label': `${file.name}, your exercise`,
          'aria-describedby': 'editor-keys',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.#exercise.edit(file.name, update.state.doc.toString());
        }),
      ],
    });
  }

  /** Puts a text that came from the disk into the editor; undo still leads back to the older one. */
  #takeOver({ text }: ExerciseFile): void {
    const view = this.#view;
    if (!view) return;
    const before = view.state.doc.toString();
    if (before === text) return;
    view.dispatch({
      changes: smallestChange(before, text),
      annotations: Transaction.userEvent.of('input.disk'),
    });
  }

  #drawConflict(file: ExerciseFile, theirs: { text: string; hash: string }): void {
    const isShown = this.#conflict?.file === file.name && this.#conflict.hash === theirs.hash;
    if (isShown) return;
    this.#rememberState();
    this.#closeView();
    const view = showConflict(
      {
        file: file.name,
        theirs: theirs.text,
        mine: file.text,
        edit: (text) => this.#exercise.edit(file.name, text),
        choose: (text) => this.#choose(file.name, text),
      },
      this.#host.clientWidth,
    );
    this.#conflict = { file: file.name, hash: theirs.hash, view };
    fill(this.#host, view.node);
  }

  #choose(name: string, text: string): void {
    this.#closeConflict();
    this.#exercise.settle(name, text).catch(() => this.#save());
    this.focus();
  }

  #closeConflict(): void {
    this.#conflict?.view.destroy();
    this.#conflict = undefined;
    fill(this.#host);
  }

  #rememberState(): void {
    if (this.#view) this.#states.set(this.#file, this.#view.state);
  }

  #closeView(): void {
    this.#view?.destroy();
    this.#view = undefined;
    if (this.#conflict) this.#closeConflict();
  }
}

/** The part between what both texts begin and end with, so that the cursor and the folds stay. */
function smallestChange(before: string, after: string) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
