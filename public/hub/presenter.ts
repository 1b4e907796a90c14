// For whoever stands in front of a room: the big screen, steps by a clicker, the keys, the notes.
import { dialogIsOpen, openDialog } from './dialog.ts';
import { button, byId, element, fill, takesText } from './dom.ts';
import { keep, recall } from './storage.ts';

export interface PresenterOptions {
  previousStep: () => void;
  nextStep: () => void;
  /** Sets the demonstration back: all levers off, no trap, no step, its page loaded anew. */
  resetStage: () => void;
  /** Called when the big screen is switched on or off. */
  onBig: (isBig: boolean) => void;
}

/** What is seen on the big screen. */
const SIGHTS = ['both', 'stage', 'code'] as const;

const KEYS: [string, string][] = [
  ['Ctrl S, or ⌘ S', 'Save, and be judged'],
  ['Ctrl Enter, or ⌘ Enter', 'Judge again'],
  ['Escape, then Tab', 'Leave the editor (Tab alone indents)'],
  ['PageDown, PageUp', 'On the big screen: next step, previous step'],
  ['Home', 'On the big screen: everything back to where it began, but not what you typed'],
  ['← → in a row of tabs', 'The tab before, the tab after'],
  ['?', 'These keys'],
];

/**
 * Puts the presenter's buttons and keys to work.
 *
 * @returns what a key does that was pressed elsewhere: in the frame of the stage
 */
export function servePresenter(options: PresenterOptions): (key: string) => void {
  const big = byId('big');
  const sights = element('div', {
    class: 'sights watch',
    role: 'group',
    'aria-label': 'Big screen shows',
  });
  const isBig = () => document.body.classList.contains('big');

  const setBig = (wanted: boolean) => {
    document.body.classList.toggle('big', wanted);
    big.setAttribute('aria-pressed', String(wanted));
    sights.hidden = !wanted;
    // The text is folded away, and with it the heading of the page.
    if (wanted) byId('stage-title').setAttribute('aria-level', '1');
    else byId('stage-title').removeAttribute('aria-level');
    keep('tab', 'big', wanted ? 'yes' : '');
    options.onBig(wanted);
  };
  const setSight = (sight: string) => {
    document.body.dataset.sight = sight;
    for (const one of sights.children) {
      one.setAttribute('aria-pressed', String((one as HTMLElement).dataset.sight === sight));
    }
  };

  fill(
    sights,
    ...SIGHTS.map((sight) => button(sight, () => setSight(sight), { 'data-sight': sight })),
  );
  big.before(sights);
  if (document.getElementById('notes')) {
    big.before(button('Stage notes', openNotes, { class: 'open-notes' }));
  }
  big.addEventListener('click', () => setBig(!isBig()));
  byId('keys').addEventListener('click', showKeys);
  setSight('both');
  setBig(new URLSearchParams(location.search).has('big') || recall('tab', 'big') === 'yes');

  addEventListener(
    'keydown',
    (event) => {
      if (dialogIsOpen() || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === '?' && !takesText(event.target)) {
        event.preventDefault();
        showKeys();
      } else if (isBig()) turnPage(event, options);
    },
    // Before the editor: a clicker sends PageDown wherever the cursor stands.
    { capture: true },
  );
  return (key) => {
    if (isBig() && !dialogIsOpen()) actOf(key, options)?.();
  };
}

function turnPage(event: KeyboardEvent, options: PresenterOptions): void {
  const act = actOf(event.key, options);
  if (!act || (event.key === 'Home' && takesText(event.target))) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function actOf(key: string, options: PresenterOptions): (() => void) | undefined {
  const acts: Record<string, () => void> = {
    PageDown: options.nextStep,
    PageUp: options.previousStep,
    Home: options.resetStage,
  };
  return acts[key];
}

function showKeys(): void {
  openDialog({
    title: 'Keys',
    body: [
      element(
        'dl',
        { class: 'keys' },
        ...KEYS.flatMap(([key, what]) => [
          element('dt', {}, element('kbd', {}, key)),
          element('dd', {}, what),
        ]),
      ),
    ],
    answers: [{ label: 'Close', choose: () => {} }],
  });
}

function openNotes(): void {
  open(`${location.pathname}?notes`, `notes-${location.pathname}`, 'popup,width=560,height=820');
}

/** In a window of their own the stage notes are all there is. @returns whether this is that window */
export function showNotesAlone(): boolean {
  const notes = document.getElementById('notes');
  if (!notes || !new URLSearchParams(location.search).has('notes')) return false;
  notes.setAttribute('open', '');
  document.body.classList.add('notes-alone');
  document.title = `Stage notes: ${document.title}`;
  fill(byId('main'), notes);
  return true;
}
