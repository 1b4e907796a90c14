// The line between stage and desk can be moved: with the pointer, or with the arrow keys.
// https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/
import { byId } from './dom.ts';
import { keep, recall } from './storage.ts';

const LEAST = 20; // percent of the height
const MOST = 80;
const USUAL = 50;
const STEP = 4;

/** Puts the separator to work; where it was left is remembered. */
export function serveSplit(): void {
  const line = byId('split');
  const bench = line.parentElement!;
  let share = USUAL;

  const move = (wanted: number) => {
    share = Math.round(Math.min(Math.max(wanted, LEAST), MOST));
    bench.style.setProperty('--stage-share', `${share}fr`);
    bench.style.setProperty('--desk-share', `${100 - share}fr`);
    line.setAttribute('aria-valuenow', String(share));
  };
  move(Number(recall('browser', 'split') ?? USUAL) || USUAL);

  line.addEventListener('keydown', (event) => {
    const to: Record<string, number> = {
      ArrowUp: share - STEP,
      ArrowDown: share + STEP,
      Home: LEAST,
      End: MOST,
      Enter: USUAL,
    };
    const wanted = to[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    move(wanted);
    keep('browser', 'split', String(share));
  });

  line.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    // The frame would swallow the pointer as soon as it is over it.
    line.setPointerCapture(event.pointerId);
    bench.classList.add('is-split');
  });
  line.addEventListener('pointermove', (event) => {
    if (!line.hasPointerCapture(event.pointerId)) return;
    const { top, height } = bench.getBoundingClientRect();
    move(((event.clientY - top) / height) * 100);
  });
  line.addEventListener('pointerup', () => {
    bench.classList.remove('is-split');
    keep('browser', 'split', String(share));
  });
  line.addEventListener('dblclick', () => move(USUAL));
}
