// Tabs by the usual pattern: one of them is in the Tab order, arrows, Home and End go to the others.
import { element } from './dom.ts';

export interface TabListOptions {
  label: string;
  /** The id of the panel. */
  controls: string;
  chosen: string;
  /** `mark` is a word that is shown after the name, such as "unsaved". */
  tabs: { name: string; mark: string }[];
  choose: (name: string) => void;
}

/** Makes a list of tabs; it is made anew when anything in it changes. */
export function tabList({ label, controls, chosen, tabs, choose }: TabListOptions): HTMLElement {
  const list = element('div', { role: 'tablist', 'aria-label': label, class: 'file-tabs' });
  for (const { name, mark } of tabs) {
    const isChosen = name === chosen;
    list.append(
      element(
        'button',
        {
          type: 'button',
          role: 'tab',
          'aria-selected': String(isChosen),
          'aria-controls': controls,
          tabindex: isChosen ? 0 : -1,
          onclick: () => choose(name),
          'data-name': name,
        },
        name,
        mark !== '' && ' ',
        mark !== '' && element('span', { class: 'mark' }, mark),
      ),
    );
  }
  followArrows(list);
  return list;
}

/** Lets arrows, Home and End move among the tabs of a list, and choose as they go. */
export function followArrows(list: HTMLElement): void {
  list.addEventListener('keydown', (event) => {
    const tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
    const at = tabs.indexOf(event.target as HTMLElement);
    const targets: Record<string, number> = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const to = targets[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    tabs[to]?.focus();
    tabs[to]?.click();
  });
}
