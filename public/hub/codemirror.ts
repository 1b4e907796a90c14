// CodeMirror in the kit's own face: the colours are those of public/tokens.css, so that it follows
// light and dark by itself.
import { css } from '@codemirror/lang-css';
import { html } from '@codemirror/lang-html';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Extension, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightSpecialChars,
  lineNumbers,
  MatchDecorator,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

const colours = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--soft)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self], color: 'var(--rail)' },
  { tag: [tags.tagName, tags.propertyName, tags.attributeName], color: 'var(--ink)' },
  { tag: tags.tagName, color: 'var(--rail)' },
  { tag: [tags.string, tags.special(tags.string), tags.attributeValue], color: 'var(--lamp)' },
  { tag: [tags.number, tags.bool, tags.null, tags.regexp, tags.escape], color: 'var(--lamp)' },
  { tag: [tags.typeName, tags.className], color: 'var(--rail)' },
  { tag: tags.invalid, color: 'var(--signal)' },
]);

const face = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent', fontSize: 'var(--code-size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '6px 0 24px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--soft)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { paddingLeft: '14px', paddingRight: '10px' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--ink) 4%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { background: 'var(--hot)' },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'transparent',
    outline: '1.5px solid var(--glow)',
  },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'transparent', color: 'var(--signal)' },
  '.cm-todo, .cm-todo *': { color: 'var(--ink)', fontStyle: 'normal' },
  '.cm-todo': { backgroundColor: 'var(--hot)', padding: '2px 4px', marginLeft: '-4px' },
  '.cm-specialChar': { color: 'var(--signal)' },
  // Differences: what is new on a wash, what went struck through.
  '.cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--wash) !important' },
  '.cm-changedText': { background: 'none !important', fontWeight: '500' },
  '.cm-deletedChunk': { backgroundColor: 'transparent', paddingLeft: '6px' },
  '.cm-deletedLine, .cm-deletedLine *': { color: 'var(--soft) !important' },
  '.cm-deletedLine del': { textDecoration: 'line-through' },
  '.cm-deletedText': { background: 'none !important' },
  '.cm-changeGutter': { width: '4px', padding: '0' },
  '.cm-changedLineGutter': { background: 'var(--rail) !important' },
  '.cm-deletedLineGutter': { background: 'var(--signal) !important' },
  '.cm-collapsedLines': {
    background: 'none',
    color: 'var(--soft)',
    fontFamily: 'var(--sign)',
    fontSize: '15px',
    borderBlock: '1px dashed var(--rule)',
    padding: '3px 14px',
  },
  // The usual sign is in none of our families.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"···" !important' },
});

const todoMark = Decoration.mark({ class: 'cm-todo' });
const todoFinder = new MatchDecorator({
  regexp: /TODO \d+: [^\n]*?(?=\s*(?:-->|\*\/)?$)/g,
  decoration: todoMark,
});

/** The places that steps are to fill, lit. */
export const todos: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = todoFinder.createDeco(view);
    }

    update(update: ViewUpdate) {
      this.decorations = todoFinder.updateDeco(update, this.decorations);
    }
  },
  { decorations: ({ decorations }) => decorations },
);

/** Characters that a line goes on deeper than it began, where it is longer than the place is wide. */
const HANG = 4;

/** Long lines go on below, and deeper than they began: nobody has to scroll sideways to read. */
const longLines: Extension = [
  EditorView.lineWrapping,
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = hangingLines(view);
      }

      update(update: ViewUpdate) {
        if (update.docChanged || update.viewportChanged) {
          this.decorations = hangingLines(update.view);
        }
      }
    },
    { decorations: ({ decorations }) => decorations },
  ),
];

function hangingLines({ state, visibleRanges }: EditorView): DecorationSet {
  const lines = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges) {
    for (let position = from; position <= to; ) {
      const line = state.doc.lineAt(position);
      // A comment goes on under its own words.
      const [, blank = '', comment = ''] = /^(\s*)(\/\/ *)?/.exec(line.text) ?? [];
      const depth = blank.length + (comment.length || HANG);
      const style = `padding-left: calc(6px + ${depth}ch); text-indent: -${depth}ch`;
      lines.add(line.from, line.from, Decoration.line({ attributes: { style } }));
      position = line.to + 1;
    }
  }
  return lines.finish();
}

/** Where a text says `TODO 3:`, as an offset; undefined if it does not. */
export function placeOfStep(text: string, step: number): number | undefined {
  const at = text.search(new RegExp(`TODO ${step}:`));
  return at < 0 ? undefined : at;
}

/** What every code view of the hub has: numbers, colours, brackets. */
export function codeFace(): Extension {
  return [
    lineNumbers(),
    highlightSpecialChars(),
    drawSelection(),
    bracketMatching(),
    longLines,
    syntaxHighlighting(colours),
    // What is edited takes the focus anyway; this says it to those who only look at attributes.
    EditorView.contentAttributes.of({ tabindex: '0' }),
    face,
  ];
}

/** The language of a file, by the end of its name. */
export function languageOf(file: string): Extension {
  if (file.endsWith('.html')) return html();
  if (file.endsWith('.css')) return css();
  if (/\.[cm]?ts$/.test(file)) return javascript({ typescript: true });
  if (/\.[cm]?js$/.test(file)) return javascript();
  return [];
}
