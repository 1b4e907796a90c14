// The list of steps in the text: what has passed, and which is to be done now.
import { byId, fill, sign } from './dom.ts';
import { STATE_WORDS, stateOfStep, stepToDo, type Verdicts } from './verdicts.ts';

/** Marks each step of the list with its state, in a sign and a word. */
export function showSteps(verdicts: Verdicts): void {
  const items = [...byId('steps').querySelectorAll<HTMLElement>('li[data-step]')];
  let shown = Number(items[0]?.dataset.step);
  verdicts.onChange(({ rows, running }) => {
    const now = stepToDo(rows);
    if (!running && now !== undefined && now !== shown) {
      // The step that is on is unfolded, and the one that it follows makes room.
      for (const item of items) {
        const step = Number(item.dataset.step);
        if (step === shown || step === now) {
          item.querySelector('details')!.open = step === now;
        }
      }
      shown = now;
    }
    for (const item of items) {
      const step = Number(item.dataset.step);
      const state = stateOfStep(rows, step);
      item.dataset.state = state;
      // While checks run, the place in the list stays: it would only flicker.
      if (!running) item.classList.toggle('is-now', step === now);
      if (step === now) item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
      const { sign: mark, word } = STATE_WORDS[state];
      const place = item.querySelector('.state')!;
      if (state === 'waiting' || state === 'later') fill(place, step === now && 'to do now');
      else fill(place, sign(mark), ' ', word);
    }
  });
}
