// The finished lesson's code, step by step: each step as a difference from the one before.

import { standardKeymap } from '@codemirror/commands';
import { getChunks, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { ask, sentenceOf } from './api.ts';
import { codeFace, languageOf } from './codemirror.ts';
import { button, byId, element, fill, sign } from './dom.ts';
import type { LessonInPage } from './lesson-data.ts';
import { tabList } from './tabs.ts';

const ABOVE = 3; // lines in sight above those that a step has brought

interface CodeFile {
  name: string;
  text: string;
}

/** Shows one step at a time. Which one is shown is this class's own. */
export class CodeBySteps {
  readonly #lesson: LessonInPage;
  readonly #place = byId('code');
  readonly #title = element('p', { class: 'step-title', role: 'status' });
  readonly #previous = button('', () => this.go(this.step - 1));
  readonly #next = button('', () => this.go(this.step + 1));
  readonly #files = byId('code-files');
  readonly #host = element('div', { class: 'code-host' });
  readonly #listeners = new Set<(step: number) => void>();
  readonly #texts = new Map<number, Promise<CodeFile[]>>();
  #view: EditorView | undefined;
  #step = 0;
  #file: string | undefined;

  constructor(lesson: LessonInPage) {
    this.#lesson = lesson;
    fill(this.#previous, sign('←'), ' Step back');
    fill(this.#next, 'Next step ', sign('→'));
    fill(
      this.#place,
      element('div', { class: 'bar' }, this.#previous, this.#title, this.#next),
      this.#host,
    );
  }

  /** The step that is shown; 0 is the starter. */
  get step(): number {
    return this.#step;
  }

  /** The number of the last step. */
  get last(): number {
    return this.#lesson.steps.at(-1)?.step ?? 0;
  }

  /** Calls back when another step is shown. */
  onStep(listener: (step: number) => void): void {
    this.#listeners.add(listener);
  }

  /** Shows a step and tells the others. Before the first and after the last it stays. */
  async go(step: number): Promise<void> {
    const wanted = Math.min(Math.max(step, 0), this.last);
    const isOther = wanted !== this.#step;
    this.#step = wanted;
    this.#file = undefined;
    if (isOther) for (const listener of this.#listeners) listener(wanted);
    await this.draw();
  }

  /** Shows the starter again and tells nobody: what is on the stage is another's to say. */
  async begin(): Promise<void> {
    this.#step = 0;
    this.#file = undefined;
    await this.draw();
  }

  /** Draws the step that is shown; called when the panel opens. */
  async draw(): Promise<void> {
    const step = this.#step;
    const entry = this.#lesson.steps.find((one) => one.step === step);
    this.#title.textContent = entry
      ? `Step ${step} of ${this.last}: ${entry.title}`
      : 'The starter, before the first step';
    // A button that is switched off under the finger takes the focus with it.
    this.#previous.setAttribute('aria-disabled', String(step === 0));
    this.#next.setAttribute('aria-disabled', String(step === this.last));
    try {
      const [files, before] = await Promise.all([
        this.#read(step),
        this.#read(Math.max(step - 1, 0)),
      ]);
      if (step === this.#step) this.#drawFiles(files, before);
    } catch (error) {
      this.#texts.clear();
      fill(this.#files);
      this.#view?.destroy();
      fill(this.#host, element('p', { class: 'problem' }, sentenceOf(error)));
    }
  }

  #drawFiles(files: CodeFile[], before: CodeFile[]): void {
    const older = new Map(before.map(({ name, text }) => [name, text]));
    const isNew = ({ name, text }: CodeFile) => older.get(name) !== text;
    const chosen = files.find(({ name }) => name === this.#file) ?? files.find(isNew) ?? files[0];
    if (!chosen) return;
    this.#file = chosen.name;
    const tabs = tabList({
      label: 'Files of this step',
      controls: 'code-host',
      chosen: chosen.name,
      tabs: files.map((file) => ({ name: file.name, mark: isNew(file) ? 'changed' : '' })),
      choose: (name) => {
        this.#file = name;
        this.#drawFiles(files, before);
        this.#files.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
      },
    });
    fill(this.#files, tabs);
    this.#show(chosen, older.get(chosen.name) ?? '');
  }

  #show({ name, text }: CodeFile, older: string): void {
    this.#view?.destroy();
    fill(this.#host);
    this.#host.id = 'code-host';
    this.#view = new EditorView({
      parent: this.#host,
      doc: text,
      extensions: [
        codeFace(),
        languageOf(name),
        keymap.of(standardKeymap),
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': `${name}, step ${this.#step}, to read` }),
        older === text
          ? []
          : unifiedMergeView({
              original: older,
              mergeControls: false,
              highlightChanges: false,
              syntaxHighlightDeletions: true,
            }),
      ],
    });
    this.#revealChange();
  }

  /** Brings the first change into sight, wherever in the file it is. */
  #revealChange(): void {
    const view = this.#view;
    const [change] = (view && getChunks(view.state)?.chunks) ?? [];
    if (!view || !change) return;
    const position = Math.min(change.fromB, view.state.doc.length);
    // What stood there before is above it. The view does not know yet how high its lines are.
    const yMargin = ABOVE * Number.parseFloat(getComputedStyle(view.scrollDOM).lineHeight);
    view.dispatch({ effects: EditorView.scrollIntoView(position, { y: 'start', yMargin }) });
  }

  #read(step: number): Promise<CodeFile[]> {
    const known = this.#texts.get(step);
    if (known) return known;
    const path = `/api/lessons/${this.#lesson.folder}/code?step=${step}`;
    const reading = ask<{ files: CodeFile[] }>('GET', path).then(({ files }) => files);
    this.#texts.set(step, reading);
    return reading;
  }
}
