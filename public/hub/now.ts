// "What am I to do?": the step that is on, its hint, and where to go when all are done.
import { button, byId, element, fill, sign } from './dom.ts';
import type { ExercisePanel } from './exercise-panel.ts';
import type { Hints } from './hints.ts';
import type { LessonInPage } from './lesson-data.ts';
import { stepToDo, type Verdicts } from './verdicts.ts';

export interface NowOptions {
  lesson: LessonInPage;
  verdicts: Verdicts;
  hints: Hints;
  panel: ExercisePanel;
  /** Brings the exercise to the front. */
  openExercise: () => void;
}

/** Keeps the sentence above the editor on the step that is to be done. */
export function showNow({ lesson, verdicts, hints, panel, openExercise }: NowOptions): void {
  const place = byId('now');
  let step = lesson.steps[0]?.step;
  let showsHint = false;
  let drawn = '';

  const draw = () => {
    const entry = lesson.steps.find((one) => one.step === step);
    const { open, all } = step === undefined ? { open: 0, all: 0 } : hints.count(step);
    const hasPlace = step !== undefined && panel.hasPlaceOf(step);
    const state = JSON.stringify([step, open, showsHint, hasPlace]);
    if (state === drawn) return;
    drawn = state;
    const hadFocus = place.contains(document.activeElement);
    if (entry) drawStep(entry, open, all, hasPlace);
    else drawDone();
    if (hadFocus) (place.querySelector('button, a') as HTMLElement | null)?.focus();
  };

  function drawStep(
    entry: LessonInPage['steps'][number],
    open: number,
    all: number,
    hasPlace: boolean,
  ): void {
    const where = hasPlace && button('Where?', goThere, { 'aria-label': 'Where in the code?' });
    const more = open < all && button(hintLabel(open, all), () => ask(entry.step));
    const again =
      open > 0 &&
      button(showsHint ? 'Fold the hint' : 'Show the hint', fold, {
        'aria-expanded': String(showsHint),
      });
    fill(
      place,
      element(
        'p',
        { class: 'now-line' },
        element('span', { class: 'label' }, 'Now'),
        ' ',
        element('span', { class: 'number' }, entry.step),
        ' ',
        element('strong', {}, entry.title),
        ' ',
        element('span', { class: 'of-files' }, entry.files.join(', ')),
      ),
      element('span', { class: 'now-buttons' }, where, again, more),
      showsHint &&
        open > 0 &&
        element('div', { class: 'now-hint' }, ...hints.opened(entry.step).slice(0, 1)),
    );
  }

  function drawDone(): void {
    const next = lesson.lessons.find(
      ({ number, available }) => available && number > lesson.number,
    );
    fill(
      place,
      element(
        'p',
        { class: 'now-line done' },
        sign('✓'),
        element('strong', {}, 'All steps of this lesson pass.'),
      ),
      element(
        'span',
        { class: 'now-buttons' },
        next
          ? element('a', { class: 'main', href: `/lessons/${next.folder}` }, `On to ${next.title}`)
          : element('a', { href: '/' }, 'Back to the course'),
      ),
    );
  }

  function ask(of: number): void {
    showsHint = true;
    hints.open(of);
    draw();
  }

  function goThere(): void {
    openExercise();
    if (step !== undefined) panel.showPlaceOf(step, { focus: true });
  }

  function fold(): void {
    showsHint = !showsHint;
    draw();
  }

  hints.onChange(draw);
  panel.onOpen(() => {
    if (step !== undefined) panel.showPlaceOf(step, { focus: false });
    draw();
  });
  verdicts.onChange(({ rows, running }) => {
    // While checks run, the sentence stays as it is: a flicker says nothing.
    if (running) return;
    const next = stepToDo(rows);
    const isOther = next !== step;
    if (isOther) showsHint = false;
    step = next;
    // Whoever is typing is not carried away.
    if (isOther && next !== undefined && !panel.isInUse) panel.showPlaceOf(next, { focus: false });
    draw();
  });
  draw();
}

function hintLabel(open: number, all: number): string {
  return `${open === 0 ? 'A hint' : 'Another hint'} (${open + 1} of ${all})`;
}
