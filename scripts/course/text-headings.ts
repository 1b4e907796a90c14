// The fixed headings of a lesson's README.md. They stand apart from what reads it, which needs a reader
// of Markdown.

/** The headings of the second level, in order, and the parts that they open. */
export const headings = [
  ['idea', 'The idea'],
  ['look', 'What to look at'],
  ['steps', 'Steps'],
  ['wire', 'On the wire'],
  ['curl', 'The same with curl'],
  ['devtools', 'Where DevTools shows it'],
  ['heard', 'Heard elsewhere'],
  ['stage', 'On stage'],
] as const;
