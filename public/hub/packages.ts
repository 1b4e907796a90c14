// The packages that a lesson has of its own, where they are not here yet: a button that fetches them.
import { ask, sentenceOf } from './api.ts';
import { button, byId, element, fill } from './dom.ts';
import { currentKey, onKey } from './key.ts';
import type { LessonInPage } from './lesson-data.ts';

const HERE =
  'The packages of this lesson are here now. Save your file once more, and its checks are asked anew.';

/** Puts the button below the words that say what is missing, and tells what comes of it. */
export function offerPackages({ folder, lacks }: LessonInPage): void {
  if (lacks === undefined) return;
  const word = element('p', { role: 'status' });
  const press = button('Fetch them', () => void start());
  byId('packages').append(press, word);
  const offer = () => {
    press.hidden = currentKey() === undefined;
  };
  onKey(offer);
  offer();

  /** The button keeps the focus while it cannot be pressed. */
  async function start(): Promise<void> {
    if (press.getAttribute('aria-disabled') === 'true') return;
    press.setAttribute('aria-disabled', 'true');
    fill(word, 'npm fetches them. You can go on meanwhile.');
    try {
      await ask('POST', `/api/lessons/${folder}/packages`, {});
      fill(byId('packages'), word); // the same element: whoever listens hears its words change
      fill(word, HERE);
    } catch (error) {
      press.removeAttribute('aria-disabled');
      fill(word, sentenceOf(error));
    }
  }
}
