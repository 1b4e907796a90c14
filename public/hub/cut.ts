// "Cut it a hundred times", below the verdicts of the lessons that ask for it: progress while it runs,
// then a sentence.
import { ask, sentenceOf } from './api.ts';
import { button, byId, element, fill, withCode } from './dom.ts';
import { currentKey, onKey } from './key.ts';
import type { LessonInPage } from './lesson-data.ts';
import type { Live } from './live.ts';
import type { CuttingMessage } from './protocol.ts';

/** Milliseconds without a word after which nobody waits for the end. */
const SILENCE = 60_000;

/** Puts the button there, and tells what comes of it. */
export function showCut(live: Live, { folder, cutTest }: LessonInPage): void {
  if (!cutTest) return;
  const place = byId('cut');
  const word = element('p', { class: 'cut-word', role: 'status' });
  const meter = element('progress', { 'aria-label': 'Cuts', max: 1, value: 0, hidden: true });
  const press = button('Cut it a hundred times', () => void start());
  let silence: ReturnType<typeof setTimeout> | undefined;
  fill(place, press, meter, word);
  const offer = () => {
    place.hidden = currentKey() === undefined;
  };
  onKey(offer);
  offer();

  live.on<CuttingMessage>('cutting', (message) => {
    if (message.folder !== folder) return;
    const { cuts, events, of, said } = message;
    const isOver = said !== undefined;
    show(!isOver);
    meter.max = of.cuts + of.events;
    meter.value = Math.min(cuts, of.cuts) + Math.min(events, of.events);
    if (isOver) fill(word, ...withCode(said));
    else if (word.textContent === '') fill(word, 'Your server talks a hundred times as fast now.');
  });
  live.onState((state) => {
    if (state === 'away') show(false);
  });

  async function start(): Promise<void> {
    if (press.getAttribute('aria-disabled') === 'true') return;
    fill(word);
    show(true);
    try {
      await ask('POST', `/api/exercise/${folder}/cut`, {});
    } catch (error) {
      show(false);
      fill(word, sentenceOf(error));
    }
  }

  /** The button keeps the focus while it cannot be pressed. */
  function show(isRunning: boolean): void {
    press.setAttribute('aria-disabled', String(isRunning));
    meter.hidden = !isRunning;
    clearTimeout(silence);
    if (isRunning) silence = setTimeout(() => show(false), SILENCE);
  }
}
