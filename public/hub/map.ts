// The map of the course: how far one has come at each stop, and where to go on.
import { byId, element, fill, sign } from './dom.ts';
import { takeKeyFromAddress } from './key.ts';
import { askForKey, checkKey } from './key-notice.ts';
import { readPageData, type StopData } from './lesson-data.ts';
import { Live, showLiveState } from './live.ts';
import { nextLesson, type Progress, wayOf, wordsOf } from './progress.ts';

const { lessons } = readPageData<{ lessons: StopData[] }>();

takeKeyFromAddress();
askForKey(byId('key-notice'), 'Your progress');

const live = new Live();
showLiveState(live, byId('live'));
live.on<Progress>('progress', (progress) => {
  for (const lesson of lessons) showStop(lesson, progress);
  showOnward(progress);
});
live.connect();
checkKey();

function showStop(lesson: StopData, progress: Progress): void {
  const stop = document.querySelector<HTMLElement>(`.stop[data-folder="${lesson.folder}"]`);
  if (!stop || !lesson.available) return;
  const way = wayOf(lesson, progress);
  stop.classList.toggle('done', way.way === 'done');
  stop.classList.toggle('under-way', way.way === 'under way');
  const word = stop.querySelector('.word');
  if (word) word.textContent = wordsOf(way);
}

function showOnward(progress: Progress): void {
  const place = byId('onward');
  const heading = byId('onward-title');
  const lesson = nextLesson(lessons, progress);
  if (!lesson) {
    fill(
      place,
      heading,
      element('p', {}, 'You have been at every stop that is open. Well travelled.'),
    );
    return;
  }
  const { way, done, steps } = wayOf(lesson, progress);
  const isBegun = way === 'under way';
  const hasBegunAny = lessons.some((one) => wayOf(one, progress).done > 0);
  const go = isBegun ? 'Continue' : hasBegunAny ? 'Continue with this' : 'Begin here';
  fill(
    place,
    heading,
    element(
      'a',
      { class: 'departure', href: `/lessons/${lesson.folder}` },
      element('span', { class: 'number' }, String(lesson.number).padStart(2, '0')),
      element('span', { class: 'title' }, lesson.title),
      element('span', { class: 'question' }, lesson.question),
      element(
        'span',
        { class: 'go' },
        isBegun ? `${go}: ${done} of ${steps} steps ` : `${go} `,
        sign('→'),
      ),
    ),
    progress.notice ? element('p', { class: 'problem' }, progress.notice) : undefined,
  );
}
