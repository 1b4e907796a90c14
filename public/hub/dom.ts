// Elements from data. Text becomes text nodes, so nothing that a server or a learner wrote is ever HTML.

export { withCode } from '../element.js';

type Child = Node | string | number | false | undefined | null;
type Value = string | number | boolean | undefined | ((event: never) => void);

/**
 * Makes an element.
 *
 * @param properties attributes by name; `true` is an empty one, `false` and `undefined` none; a
 *   function is a listener for the event of that name without its `on`
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), value as EventListener);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...present(children));
  return made;
}

/** A button that does one thing and never sends a form. */
export function button(
  label: string,
  onclick: (event: MouseEvent) => void,
  properties: Record<string, Value> = {},
): HTMLButtonElement {
  return element('button', { type: 'button', onclick, ...properties }, label);
}

/** Text for ears alone. */
export function unseen(text: string): HTMLElement {
  return element('span', { class: 'unseen' }, text);
}

/** An arrow or a sign for eyes alone. */
export function sign(text: string): HTMLElement {
  return element('span', { 'aria-hidden': 'true', class: 'sign' }, text);
}

/** Replaces what an element holds. */
export function fill(target: Element, ...children: Child[]): void {
  target.replaceChildren(...present(children));
}

/** The element with that id. The page is rendered by scripts/hub/pages.ts, so it is there. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element with the id "${id}".`);
  return found;
}

/** Whether typing goes into this element. */
export function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select')) &&
    target.ariaReadOnly !== 'true'
  );
}

function present(children: Child[]): (Node | string)[] {
  return children
    .filter((child) => child !== undefined && child !== null && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}
