// What the server on the stage prints: console.log is still the first tool of whoever looks for a mistake.
import { button, byId, element, fill } from './dom.ts';
import type { Live } from './live.ts';
import type { OutputMessage, StageState, Which } from './protocol.ts';
import type { Stage } from './stage.ts';

const MOST = 40_000; // characters: enough to scroll back, little enough for a server that floods

/** Collects the output of both servers, and shows that of the one which is watched. */
export function showOutput(live: Live, stage: Stage, folder: string): void {
  const texts: Record<Which, string> = { finished: '', mine: '' };
  const states: Partial<Record<Which, StageState['state']>> = {};
  const tab = byId('tab-output');
  const mark = element('span', { class: 'mark' });
  const heading = element('p', { class: 'step-title' });
  const shown = element('pre', { tabindex: 0, 'aria-label': 'What the server prints' });
  let isWaiting = false;

  const draw = () => {
    isWaiting = false;
    const text = texts[stage.which];
    // Whoever has scrolled back to read is left there.
    const isAtEnd = shown.scrollHeight - shown.scrollTop - shown.clientHeight < 30;
    shown.textContent = text === '' ? 'Nothing yet.' : text;
    heading.textContent = `What your server prints: ${stage.which === 'mine' ? 'mine' : 'the finished lesson'}`;
    if (isAtEnd) shown.scrollTop = shown.scrollHeight;
  };
  // A flood is drawn once a frame, and not once a line.
  const drawSoon = () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(draw);
  };
  const add = (which: Which, text: string) => {
    texts[which] = (texts[which] + text).slice(-MOST);
    if (which !== stage.which) return;
    // The finished lesson only says where it listens: that is no news.
    const isNews = which === 'mine' && tab.getAttribute('aria-selected') !== 'true';
    if (isNews) mark.textContent = 'new';
    drawSoon();
  };

  live.on<OutputMessage>('output', ({ which, folder: of, text }) => {
    if (of === folder) add(which, text);
  });
  live.on<StageState>('stage', ({ which, folder: of, state }) => {
    if (of !== folder) return;
    if (state === 'starting' && states[which] !== 'starting' && texts[which] !== '') {
      texts[which] += '\n';
    }
    states[which] = state;
  });
  stage.onChange(drawSoon);

  tab.append(' ', mark);
  tab.addEventListener('click', () => {
    mark.textContent = '';
  });
  fill(
    byId('output'),
    element(
      'div',
      { class: 'bar' },
      heading,
      button('Clear', () => {
        texts[stage.which] = '';
        draw();
      }),
    ),
    shown,
  );
  draw();
}
