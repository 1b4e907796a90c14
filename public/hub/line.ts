// The railway line in the header: which stops are done, in shape, word and colour.

import type { StopData } from './lesson-data.ts';
import type { Live } from './live.ts';
import { type Progress, wayOf, wordsOf } from './progress.ts';

/** Marks the stops of the line as the progress comes in. */
export function showLine(live: Live, lessons: StopData[]): void {
  const stops = document.querySelectorAll<HTMLElement>('.line [data-folder]');
  // On a narrow screen the line is longer than the window.
  const here = document.querySelector('.line .here');
  const line = here?.closest('.line');
  if (here instanceof HTMLElement && line) line.scrollLeft = here.offsetLeft - line.clientWidth / 2;
  live.on<Progress>('progress', (progress) => {
    for (const stop of stops) {
      const lesson = lessons.find(({ folder }) => folder === stop.dataset.folder);
      if (!lesson?.available) continue;
      const way = wayOf(lesson, progress);
      stop.classList.toggle('done', way.way === 'done');
      stop.classList.toggle('under-way', way.way === 'under way');
      const word = stop.querySelector('.state');
      const here = stop.classList.contains('here') ? ', you are here' : '';
      if (word) word.textContent = `, ${wordsOf(way)}${here}`;
    }
  });
}
