// The one live stream of this browser. A browser opens six connections to an origin over HTTP/1.1;
// with a stream in each tab the seventh tab would wait for ever. So the tabs share this worker.
//
// Tab to worker: { kind: 'hello', key? } (also when the key changes), { kind: 'hurry' }, { kind: 'bye' }.
// Worker to tab: { kind: 'state', state }, { kind: 'event', event }.
import { LiveMemory } from './live-memory.ts';
import { type LiveEvent, type LiveState, LiveStream } from './live-stream.ts';

export type ToWorker = { kind: 'hello'; key?: string | undefined } | { kind: 'hurry' | 'bye' };
export type FromWorker = { kind: 'state'; state: LiveState } | { kind: 'event'; event: LiveEvent };

const tabs = new Set<MessagePort>();
const memory = new LiveMemory();
let state: LiveState = 'connecting';

const stream = new LiveStream(
  (event) => {
    memory.remember(event);
    tell({ kind: 'event', event });
  },
  (next) => {
    state = next;
    tell({ kind: 'state', state });
  },
);

function tell(message: FromWorker): void {
  for (const tab of tabs) tab.postMessage(message);
}

function welcome(tab: MessagePort): void {
  tabs.add(tab);
  tab.postMessage({ kind: 'state', state } satisfies FromWorker);
  for (const event of memory.recall()) {
    tab.postMessage({ kind: 'event', event } satisfies FromWorker);
  }
}

function leave(tab: MessagePort): void {
  tabs.delete(tab);
}

addEventListener('connect', (event) => {
  const tab = (event as MessageEvent).ports[0];
  if (!tab) return;
  tab.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === 'hello') {
      if (!tabs.has(tab)) welcome(tab);
      stream.start(data.key);
    } else if (data.kind === 'hurry') stream.hurry();
    else leave(tab);
  };
  // Where ports tell it, a tab that crashed is noticed as well.
  tab.addEventListener('close', () => leave(tab));
});
