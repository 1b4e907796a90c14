// The departure board: a flap for each verdict, the failing one opened with what came and what to do.
import { byId, element, fill, sign, withCode } from './dom.ts';
import type { Verdict } from './protocol.ts';
import { type Outcome, type Row, STATE_WORDS, type Verdicts } from './verdicts.ts';

/** Draws the verdicts, and speaks the outcome of each judging once. */
export function showBoard(verdicts: Verdicts): void {
  const list = byId('verdicts');
  const note = byId('board-note');
  const sum = byId('board-sum');
  const spoken = byId('outcome');
  let flaps = new Map<string, { key: string; node: HTMLElement }>();

  verdicts.onChange((outcome) => {
    list.setAttribute('aria-busy', String(outcome.running));
    if (outcome.run !== undefined) list.dataset.run = String(outcome.run);
    note.textContent = noteOf(outcome);
    fill(sum, ...sumOf(outcome));
    flaps = drawFlaps(list, flaps, outcome.rows);
    if (outcome.complete) spoken.textContent = spokenWords(outcome);
    else if (outcome.running) spoken.textContent = '';
  });
}

/** Keeps the flaps that have not changed, so that only those turn that have news. */
function drawFlaps(
  list: HTMLElement,
  before: Map<string, { key: string; node: HTMLElement }>,
  rows: Row[],
): Map<string, { key: string; node: HTMLElement }> {
  const after = new Map<string, { key: string; node: HTMLElement }>();
  const seen = new Map<number, number>();
  for (const row of rows) {
    const nth = seen.get(row.step) ?? 0;
    seen.set(row.step, nth + 1);
    const place = `${row.step}.${nth}`;
    const key = JSON.stringify(row);
    const old = before.get(place);
    if (old?.key === key) after.set(place, old);
    else after.set(place, { key, node: flap(row, old !== undefined) });
  }
  const nodes = [...after.values()].map(({ node }) => node);
  const same =
    nodes.length === list.children.length &&
    nodes.every((node, index) => list.children[index] === node);
  if (!same) list.replaceChildren(...nodes);
  return after;
}

function flap(row: Row, turns: boolean): HTMLElement {
  const { sign: mark, word } = STATE_WORDS[row.state];
  const line = [
    element('span', { class: 'number' }, row.step),
    element('span', { class: 'title' }, row.title),
    element('span', { class: 'word' }, sign(mark), ' ', word),
  ];
  const attributes = {
    class: turns ? 'flap turns' : 'flap',
    'data-step': row.step,
    'data-state': row.state,
  };
  const details = row.verdict && row.state !== 'judging' ? explain(row.verdict) : [];
  if (details.length === 0) {
    return element('li', attributes, element('div', { class: 'flap-line' }, ...line));
  }
  const opened = row.state === 'failed';
  return element(
    'li',
    attributes,
    element(
      'details',
      { open: opened },
      element('summary', { class: 'flap-line' }, ...line),
      element('div', { class: 'say' }, ...details),
    ),
  );
}

/** What came, the bytes with a caret, what to do next. */
function explain({ ok, message, sentence, excerpt, advice }: Verdict): HTMLElement[] {
  if (ok === true) return [];
  const parts: HTMLElement[] = [];
  const said = sentence ?? message;
  if (said) parts.push(element('p', {}, ...withCode(said)));
  if (excerpt) parts.push(...bytes(excerpt));
  if (advice)
    parts.push(
      element('p', { class: 'advice' }, sign('→'), element('span', {}, ...withCode(advice))),
    );
  return parts;
}

/** The wire's lines with the caret under the byte; what the caret line says stands below, and wraps. */
function bytes(excerpt: string): HTMLElement[] {
  const lines = withoutIndent(excerpt.split('\n'));
  const [, caret, words] = /^(\s*\^+)\s*(.*)$/.exec(lines.at(-1) ?? '') ?? [];
  if (caret !== undefined) lines[lines.length - 1] = caret;
  const shown = element(
    'pre',
    { tabindex: 0, role: 'group', 'aria-label': 'The bytes' },
    lines.join('\n'),
  );
  return words ? [shown, element('p', { class: 'caret-words' }, words)] : [shown];
}

/** A terminal sets the bytes off by spaces; on the board they have a ground of their own. */
function withoutIndent(lines: string[]): string[] {
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const depth = depths.length > 0 ? Math.min(...depths) : 0;
  return lines.map((line) => line.slice(depth));
}

function noteOf({ running, provisional, broken, milliseconds, judged }: Outcome): string {
  if (running) return provisional ? 'still waiting' : 'judging …';
  if (broken !== undefined) return 'could not be judged';
  if (milliseconds !== undefined) return `judged in ${Math.round(milliseconds)} ms`;
  return judged ? '' : 'save, and it is judged';
}

function sumOf({ rows, running, calm, provisional, broken, judged }: Outcome): (Node | string)[] {
  if (running && provisional) return withCode(provisional);
  if (broken !== undefined) return withCode(broken);
  const passed = rows.filter(({ state }) => state === 'passed').length;
  const failed = rows.find(({ state }) => state === 'failed');
  if (!judged && passed === 0) return [];
  // Until the last verdict is there nobody knows how many there will be.
  if (running && !calm)
    return [`${passed} passed so far.`, failed ? ` Step ${failed.step} failed.` : ''];
  if (passed === rows.length) return [sign('✓'), ` All ${rows.length} checks pass.`];
  const sum = `${passed} of ${rows.length} passed.`;
  if (failed) return [sum, ` Next: step ${failed.step}.`];
  const unseen = rows.filter(({ state }) => state === 'unseen').length;
  return unseen > 0 ? [sum, ` ${unseen} could not be seen: judge again.`] : [sum];
}

function spokenWords({ rows, broken }: Outcome): string {
  if (broken !== undefined) return `It could not be judged. ${broken}`;
  const passed = rows.filter(({ state }) => state === 'passed').length;
  const failed = rows.find(({ state }) => state === 'failed');
  if (!failed) return `${passed} of ${rows.length} checks passed, none failed.`;
  const { message, sentence, advice = '' } = failed.verdict ?? {};
  const outcome = `${passed} of ${rows.length} passed. Step ${failed.step} failed: ${failed.title}.`;
  return sentence === undefined
    ? `${outcome} ${message ?? ''}`
    : `${outcome} ${sentence} ${advice}`;
}
