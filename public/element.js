// One way for the kit's components to make an element: text goes in as text, never as HTML.

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, className = '', text = '') {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  if (element instanceof HTMLButtonElement) element.type = 'button';
  return element;
}

/**
 * A sentence in which bytes and code stand between backticks, as nodes: the code as `<code>`.
 * @param {string} sentence
 * @returns {(string | HTMLElement)[]}
 */
export function withCode(sentence) {
  const parts = sentence.split('`');
  return parts.map((part, place) => {
    // A backtick without its partner is itself.
    if (place % 2 === 1 && place < parts.length - 1) return make('code', '', part);
    return place % 2 === 1 ? `\`${part}` : part;
  });
}
