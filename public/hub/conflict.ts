// Both texts side by side, where a file was changed on disk while something else was typed here.
// Nothing is overwritten before the learner has chosen.
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { codeFace, languageOf } from './codemirror.ts';
import { button, element } from './dom.ts';

const SIDE_BY_SIDE = 480; // pixels: less, and neither side can be read

export interface ConflictOptions {
  file: string;
  /** What is on disk. */
  theirs: string;
  /** What is typed in this page. */
  mine: string;
  /** Called as the learner works on the merged text, so that it is lost as little as the rest. */
  edit: (text: string) => void;
  /** Called with the text that is to be the file's from now on. */
  choose: (text: string) => void;
}

export interface ConflictView {
  node: HTMLElement;
  destroy(): void;
}

/**
 * Shows the two texts and asks which is to stay. One's own side can be edited, so that a third
 * answer is to take over some of the differences.
 *
 * @param width of the place, in pixels
 */
export function showConflict(options: ConflictOptions, width: number): ConflictView {
  const { file, theirs, mine, edit, choose } = options;
  const host = element('div', { class: 'conflict-code' });
  const own = [
    codeFace(),
    languageOf(file),
    EditorView.contentAttributes.of({ 'aria-label': `${file}: your text in this page` }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) edit(update.state.doc.toString());
    }),
  ];
  const isWide = width >= SIDE_BY_SIDE;
  const view = isWide ? sideBySide(host, options, own) : inOne(host, theirs, mine, own);
  const text = () => (view instanceof MergeView ? view.b : view).state.doc.toString();
  const node = element(
    'div',
    { class: 'conflict', role: 'group', 'aria-label': `Two versions of ${file}` },
    element(
      'p',
      { role: 'alert' },
      element('strong', {}, `${file} was changed in two places. `),
      'You typed here, and the file was changed on disk. Nothing has been overwritten. Choose:',
    ),
    isWide &&
      element(
        'p',
        { class: 'conflict-heads', 'aria-hidden': 'true' },
        element('span', {}, 'The file on disk'),
        element('span', {}, 'Your text in this page (you may edit it)'),
      ),
    host,
    element(
      'p',
      { class: 'conflict-answers' },
      button('Take the file', () => choose(theirs)),
      button('Save my text', () => choose(text()), { class: 'main' }),
    ),
  );
  return { node, destroy: () => view.destroy() };
}

function sideBySide(
  host: HTMLElement,
  { file, theirs, mine }: ConflictOptions,
  own: ConstructorParameters<typeof MergeView>[0]['b']['extensions'] & {},
): MergeView {
  return new MergeView({
    parent: host,
    revertControls: 'a-to-b',
    collapseUnchanged: { margin: 2, minSize: 4 },
    a: {
      doc: theirs,
      extensions: [
        codeFace(),
        languageOf(file),
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': `${file}: on disk` }),
      ],
    },
    b: { doc: mine, extensions: own },
  });
}

function inOne(
  host: HTMLElement,
  theirs: string,
  mine: string,
  own: ConstructorParameters<typeof MergeView>[0]['b']['extensions'] & {},
): EditorView {
  return new EditorView({
    parent: host,
    doc: mine,
    extensions: [
      own,
      unifiedMergeView({
        original: theirs,
        mergeControls: true,
        collapseUnchanged: { margin: 2, minSize: 4 },
      }),
    ],
  });
}
