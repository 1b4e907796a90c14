// What is said where the key is missing: one sentence on how to get it, and a field to paste it in.
import { ask, sentenceOf } from './api.ts';
import { element, fill } from './dom.ts';
import { currentKey, keyIn, onKey, setKey } from './key.ts';

/** Asks for the key in this place for as long as there is none. */
export function askForKey(place: HTMLElement, what: string): void {
  const field = element('input', {
    type: 'text',
    name: 'key',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-label': 'Key, or the whole address with the key',
  });
  const word = element('p', { class: 'problem', role: 'status' });
  const take = async () => {
    const key = keyIn(field.value);
    try {
      await ask('POST', '/api/key', undefined, key);
    } catch (error) {
      word.textContent = sentenceOf(error);
      field.focus();
      return;
    }
    field.value = '';
    word.textContent = '';
    setKey(key);
  };
  const form = element(
    'form',
    {
      class: 'key-form',
      onsubmit: (event: SubmitEvent) => {
        event.preventDefault();
        take();
      },
    },
    field,
    element('button', { type: 'submit' }, 'Use this key'),
  );
  fill(
    place,
    element('h2', { id: 'key-title' }, `${what} needs your key`),
    element(
      'p',
      {},
      'Open the address that npm start has printed, with all that follows the #; or paste that address, or the key from .kit/key in your clone:',
    ),
    form,
    word,
  );
  const draw = () => {
    place.hidden = currentKey() !== undefined;
  };
  onKey(draw);
  draw();
}

/** Forgets a key that this hub does not know, so that the page asks for the right one. */
export async function checkKey(): Promise<void> {
  if (currentKey() === undefined) return;
  try {
    await ask('POST', '/api/key');
  } catch (error) {
    if ((error as { status?: number }).status === 403) setKey(undefined);
  }
}
