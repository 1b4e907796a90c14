// Traps: wrong answers that people really give. One says first what will happen, then it is switched
// on in the demonstration, and one sees.
import { ask, sentenceOf } from './api.ts';
import { openDialog } from './dialog.ts';
import { button, byId, element, fill, withCode } from './dom.ts';
import { currentKey, onKey } from './key.ts';
import type { TrapInPage } from './lesson-data.ts';
import type { Stage } from './stage.ts';

interface Answered {
  answer?: string | number;
  explanation?: string;
}

export interface TrapsOptions {
  folder: string;
  traps: TrapInPage[];
  stage: Stage;
  /** Makes the stage show the finished lesson, where traps are set. */
  watchFinished: () => void;
}

/** The button under the stage that leads to the traps, and the banner while one is switched on. */
export function showTraps({ folder, traps, stage, watchFinished }: TrapsOptions): void {
  const place = byId('trap-choice');
  const banner = byId('trap-banner');
  const path = `/api/stages/finished/${folder}/trap`;
  if (traps.length === 0) return;

  const draw = () => {
    fill(place, currentKey() !== undefined && button('Traps …', chooseTrap));
  };
  const drawBanner = () => {
    const trap = traps.find(({ name }) => name === stage.state?.trap);
    banner.hidden = trap === undefined || stage.which !== 'finished';
    if (banner.hidden || !trap) return fill(banner);
    fill(
      banner,
      element('p', {}, element('strong', {}, 'A trap is set: '), ...withCode(trap.title)),
      button('Take it away', () => switchTo(null)),
    );
  };

  function chooseTrap(): void {
    const list = traps.map((trap) =>
      element(
        'li',
        {},
        button(trap.title, () => askPrediction(trap)),
        element('span', { class: 'of-step' }, `step ${trap.step}`),
      ),
    );
    openDialog({
      title: 'Traps',
      body: [
        'Wrong answers that people really give. Say first what will happen; then it is switched on in the finished lesson.',
        element('ul', { class: 'trap-list' }, ...list),
      ],
      answers: [{ label: 'Close', choose: () => {} }],
    });
  }

  function askPrediction(trap: TrapInPage): void {
    const { question, choices } = trap.prediction;
    const word = element('p', { role: 'status', class: 'problem' });
    const options = choices.map((choice, index) =>
      element(
        'label',
        {},
        element('input', { type: 'radio', name: 'prediction', value: index }),
        element('span', {}, ...withCode(choice)),
      ),
    );
    openDialog({
      title: trap.title,
      body: [
        element('fieldset', {}, element('legend', {}, ...withCode(question)), ...options),
        word,
      ],
      answers: [
        {
          label: 'Back',
          choose: () => {
            chooseTrap();
            return false;
          },
        },
        {
          label: 'Switch it on',
          kind: 'main',
          choose: async () => {
            const chosen = options.findIndex((option) => option.querySelector('input')!.checked);
            if (chosen < 0) {
              word.textContent = 'Choose one of the three first: a guess is enough.';
              return false;
            }
            try {
              const body = { name: trap.name, prediction: chosen };
              showAnswer(trap, chosen, await ask<Answered>('POST', path, body));
              watchFinished();
            } catch (error) {
              word.textContent = sentenceOf(error);
            }
            return false;
          },
        },
      ],
    });
    byId('dialog').querySelector('input')?.focus();
  }

  function showAnswer(trap: TrapInPage, chosen: number, { answer, explanation }: Answered): void {
    const { choices } = trap.prediction;
    const right = typeof answer === 'number' ? answer : choices.indexOf(answer ?? '');
    const isRight = right === chosen;
    openDialog({
      title: trap.title,
      body: [
        element(
          'p',
          { class: isRight ? 'right' : 'wrong' },
          element('strong', {}, isRight ? '✓ As you said. ' : '✗ Not quite. '),
          ...withCode(choices[right] ?? String(answer ?? '')),
        ),
        ...(isRight ? [] : [element('p', {}, 'You said: ', ...withCode(choices[chosen] ?? ''))]),
        element('p', {}, ...withCode(explanation ?? '')),
        element('p', {}, 'The trap is set on the stage: look at the wire.'),
      ],
      answers: [
        { label: 'Take it away', choose: () => switchTo(null) },
        { label: 'Look', kind: 'main', choose: () => byId('stage').focus() },
      ],
    });
  }

  async function switchTo(name: string | null): Promise<void> {
    try {
      await ask('POST', path, { name });
    } catch (error) {
      byId('stage-word').textContent = sentenceOf(error);
    }
  }

  stage.onChange(drawBanner);
  onKey(draw);
  draw();
}
