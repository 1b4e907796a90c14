// The page that examines somebody's own stream: what is asked goes to the hub in one POST, and what is
// seen comes back in the event stream that answers it, read by fetch: a form of its own, and a body.
import { EventStreamReader } from '../../scripts/wire/event-stream.ts';
import type { Finding } from '../../scripts/wire/findings.ts';
import type { WireView } from '../wire-view.js';
import '../wire-view.js';
import { byId, element, fill, withCode } from './dom.ts';
import { currentKey, takeKeyFromAddress } from './key.ts';
import { askForKey, checkKey } from './key-notice.ts';

interface Report {
  status?: number;
  events: number;
  remarks: string[];
  findings: (Finding & { offset?: number; lines?: string[]; caret?: string })[];
}

const form = byId('inquiry') as HTMLFormElement;
const go = byId('go') as HTMLButtonElement;
const tape = document.querySelector('wire-view') as WireView;
let running: AbortController | undefined;

takeKeyFromAddress();
askForKey(byId('key-notice'), 'Examining a stream');
checkKey();

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (running) running.abort();
  else examine();
});

async function examine(): Promise<void> {
  running = new AbortController();
  go.textContent = 'Stop';
  clear();
  try {
    await ask(wish(), running.signal);
  } catch (error) {
    if (running.signal.aborted) say('You have stopped it.');
    else byId('problem').textContent = error instanceof Error ? error.message : String(error);
  } finally {
    running = undefined;
    go.textContent = 'Examine';
  }
}

function clear(): void {
  byId('problem').textContent = '';
  byId('sum').textContent = 'The request is on its way.';
  fill(byId('said'));
  fill(byId('events'));
  fill(byId('findings'), element('p', { class: 'nothing' }, 'Findings stand here, worst first.'));
  tape.feed({ kind: 'reset' });
}

function wish() {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? '').trim();
  return {
    url: text('url'),
    method: text('method'),
    headers: text('headers')
      .split('\n')
      .filter((line) => line.trim() !== ''),
    body: String(data.get('body') ?? ''),
    origin: text('origin'),
    seconds: Number(text('seconds').replace(',', '.')),
    credentials: data.has('credentials'),
    again: data.has('again'),
    insecure: data.has('insecure'),
  };
}

/** @throws Error with a sentence, if the hub refuses */
async function ask(body: ReturnType<typeof wish>, signal: AbortSignal): Promise<void> {
  const key = currentKey();
  const response = await fetch('/api/examine', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { 'x-kit-key': key }),
    },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok || !response.body) {
    const { error } = (await response.json()) as { error?: string };
    throw new Error(error ?? `The hub answered ${response.status}.`);
  }
  const pieces = response.body.getReader();
  const events = new EventStreamReader({ keep: 1 });
  let over = false;
  while (true) {
    const { done, value } = await pieces.read();
    if (done) break;
    for (const { type, data } of events.feed(value)) {
      over ||= type === 'report' || type === 'failed';
      take(type, JSON.parse(data));
    }
  }
  if (!over) throw new Error('The hub broke off. Look at the terminal of npm start.');
}

// biome-ignore lint/suspicious/noExplicitAny: what scripts/hub/examine-routes.ts sends, by its type
function take(type: string, data: any): void {
  if (type === 'record') tape.feed({ kind: 'record', record: data });
  else if (type === 'paired') tape.feed({ kind: 'paired', ...data });
  else if (type === 'said') say(data.sentence);
  else if (type === 'seen') addEvent(data);
  else if (type === 'failed') throw new Error(data.error);
  else if (type === 'report') showReport(data);
}

function say(sentence: string): void {
  byId('said').append(element('li', {}, ...withCode(sentence)));
}

function addEvent(event: { type: string; id: string; data: string; at: number }): void {
  const scroll = byId('events').closest('.events-scroll')!;
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 24;
  const after = `${(event.at / 1000).toFixed(3)} s`;
  byId('events').append(
    element(
      'tr',
      {},
      ...[after, event.type, event.id, event.data].map((text) => element('td', {}, text)),
    ),
  );
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

function showReport({ findings, remarks, events }: Report): void {
  for (const remark of remarks) say(remark);
  const counts = (['error', 'warning', 'note'] as const)
    .map((level) => ({ level, number: findings.filter((one) => one.level === level).length }))
    .filter(({ number }) => number > 0)
    .map(({ level, number }) => `${number} ${level}${number === 1 ? '' : 's'}`);
  const found = counts.length > 0 ? counts.join(', ') : 'nothing was found';
  byId('sum').textContent = `Done: ${events} event${events === 1 ? '' : 's'}, ${found}.`;
  fill(
    byId('findings'),
    ...(findings.length > 0
      ? findings.map(findingElement)
      : [element('p', { class: 'nothing' }, 'Nothing was found.')]),
  );
}

function findingElement(finding: Report['findings'][number]): HTMLElement {
  const { id, level, message, advice, rule, at, mark, offset, lines, caret } = finding;
  const time = at === undefined ? '' : `+${(at / 1000).toFixed(3)} s`;
  const place = `${caret} byte ${offset}${time && `, ${time}`}${mark ? `: ${mark}` : ''}`;
  return element(
    'article',
    { class: `diagnosis ${level}` },
    element(
      'h3',
      {},
      element('span', { class: 'level' }, level),
      ' ',
      element('code', {}, id),
      lines || !time ? undefined : element('span', { class: 'time' }, ` ${time}`),
    ),
    element('p', {}, ...withCode(message)),
    lines ? element('pre', { tabindex: '0' }, [...lines, place].join('\n')) : undefined,
    element('p', {}, ...withCode(advice)),
    element('p', { class: 'rule' }, element('a', { href: rule, rel: 'noreferrer' }, 'The rule')),
  );
}
