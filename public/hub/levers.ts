// The levers of the wire, right under the stage, and the switch that says whose server is watched.
import { ask, sentenceOf } from './api.ts';
import { button, byId, element, fill } from './dom.ts';
import { currentKey, onKey } from './key.ts';
import type { Levers, StageState, Which } from './protocol.ts';
import type { Stage } from './stage.ts';

const SLOW = 400; // milliseconds: long enough to see, short enough to wait for
const HOLD = 256; // bytes: some seconds of a station clock
const SPLIT = 7; // bytes: cuts inside a field's name

/** What a lever does, said when it is pulled. */
const WORDS: Record<keyof Levers, (value: number) => string> = {
  split: (bytes) => `Pieces of at most ${bytes} bytes.`,
  hold: (bytes) => `Nothing passes before ${bytes} bytes have come.`,
  slow: (milliseconds) => `Each piece comes ${milliseconds} ms later.`,
};

/** The switch "finished or mine". */
export function showWatch(stage: Stage, choose: (which: Which) => void): void {
  const buttons = [...byId('watch').querySelectorAll<HTMLButtonElement>('button')];
  for (const one of buttons) {
    one.addEventListener('click', () => choose(one.dataset.which as Which));
  }
  const draw = () => {
    for (const one of buttons) {
      one.setAttribute('aria-pressed', String(one.dataset.which === stage.which));
    }
    const mine = buttons.find((one) => one.dataset.which === 'mine')!;
    mine.disabled = currentKey() === undefined;
    mine.title = mine.disabled ? 'Your own server needs the key of your clone.' : '';
  };
  stage.onChange(draw);
  onKey(draw);
  draw();
}

/** The levers. They are there with the key alone, for they change what runs. */
export function showLevers(stage: Stage, folder: string, say: (word: string) => void): void {
  const place = byId('levers');
  const size = element('input', {
    type: 'number',
    min: 1,
    max: 9999,
    value: SPLIT,
    'aria-label': 'Bytes in a piece',
  });

  const pull = async (lever: string, body: unknown, word?: string) => {
    try {
      const path = `/api/stages/${stage.which}/${folder}/${lever}`;
      const answer = await ask<{ cut?: number }>('POST', path, body);
      if (word !== undefined) say(word.replace('{cut}', cutWords(answer.cut)));
    } catch (error) {
      say(sentenceOf(error));
    }
  };

  const splitSize = () => Math.max(1, Math.trunc(Number(size.value)) || SPLIT);
  const cutNow = button('Cut now', () => pull('cut', {}, 'Cut: {cut}.'), { class: 'cut' });
  const cutLater = button('Cut in mid-event', () =>
    pull('cut-in-mid-event', {}, 'The next event will be cut in its middle.'),
  );
  const toggles: Record<keyof Levers, HTMLButtonElement> = {
    split: button('Split every', () => toggle('split', splitSize())),
    hold: button('Hold', () => toggle('hold', HOLD), {
      title: `Like a buffering proxy: nothing passes before ${HOLD} bytes have come`,
    }),
    slow: button('Slow', () => toggle('slow', SLOW), {
      title: `Each piece comes ${SLOW} milliseconds later`,
    }),
  };
  const toggle = (lever: keyof Levers, value: number) => {
    const isOn = toggles[lever].getAttribute('aria-pressed') === 'true';
    pull('levers', { [lever]: isOn ? 0 : value }, isOn ? '' : WORDS[lever](value));
  };
  size.addEventListener('change', () => {
    if ((stage.state?.levers?.split ?? 0) > 0) pull('levers', { split: splitSize() });
  });

  const draw = () => {
    if (currentKey() === undefined) {
      fill(place, element('span', { class: 'label' }, 'The levers of the wire need your key.'));
      return;
    }
    const levers = stage.state?.levers;
    for (const [name, one] of Object.entries(toggles)) {
      one.setAttribute('aria-pressed', String((levers?.[name as keyof Levers] ?? 0) > 0));
    }
    const split = levers?.split ?? 0;
    if (split > 0 && document.activeElement !== size) size.value = String(split);
    if (place.contains(cutNow)) return; // drawn already: the focus stays where it is
    fill(
      place,
      element('span', { class: 'label' }, 'The wire'),
      cutNow,
      cutLater,
      element('span', { class: 'with-size' }, toggles.split, size, element('span', {}, 'bytes')),
      toggles.hold,
      toggles.slow,
    );
  };
  stage.onChange(draw);
  onKey(draw);
  draw();
}

function cutWords(cut: number | undefined): string {
  if (cut === undefined) return 'every open stream';
  if (cut === 0) return 'nothing, for no stream is open';
  return cut === 1 ? 'one open stream' : `${cut} open streams`;
}

/** How the watched server stands, in a word under the stage. */
export function stageWord({ state, message, step }: StageState): string {
  if (message && state !== 'broken') return message;
  if (state === 'starting') return 'starting …';
  if (state === 'stopped') return 'at rest; the next request wakes it';
  if (state === 'broken') return 'not running';
  return step === undefined ? 'running' : `running, up to step ${step}`;
}
