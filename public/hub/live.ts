// A tab's end of the live stream: through the shared worker, or directly where there is none.
import { currentKey, onKey } from './key.ts';
import { type LiveEvent, type LiveState, LiveStream } from './live-stream.ts';
import type { FromWorker, ToWorker } from './live-worker.ts';

/** The live stream as the parts of a page see it. */
export class Live {
  readonly #listeners = new Map<string, Set<(data: never) => void>>();
  readonly #watchers = new Set<(state: LiveState) => void>();
  #state: LiveState = 'connecting';

  /** Calls back with the data of each event of a type. */
  on<Data>(type: string, listener: (data: Data) => void): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  /** Calls back with the state of the connection, now and whenever it changes. */
  onState(watcher: (state: LiveState) => void): void {
    this.#watchers.add(watcher);
    watcher(this.#state);
  }

  /** Opens the connection. Called once, when everybody listens. */
  connect(): void {
    if (typeof SharedWorker === 'undefined') this.#connectDirectly();
    else this.#connectToWorker();
  }

  #connectToWorker(): void {
    const worker = new SharedWorker('/hub/live-worker.js', {
      type: 'module',
      name: 'down-the-wire',
    });
    const send = (message: ToWorker) => worker.port.postMessage(message);
    const hello = () => send({ kind: 'hello', key: currentKey() });
    worker.port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === 'state') this.#setState(data.state);
      else this.#pass(data.event);
    };
    // A worker that cannot be loaded must not leave the page without verdicts.
    worker.onerror = () => {
      worker.port.close();
      this.#connectDirectly();
    };
    addEventListener('pagehide', () => send({ kind: 'bye' }));
    addEventListener('pageshow', (event) => {
      if (event.persisted) hello();
    });
    this.#hurryWhenSeen(() => send({ kind: 'hurry' }));
    onKey(hello);
    hello();
  }

  #connectDirectly(): void {
    const stream = new LiveStream(
      (event) => this.#pass(event),
      (state) => this.#setState(state),
    );
    addEventListener('pagehide', () => stream.stop());
    addEventListener('pageshow', (event) => {
      if (event.persisted) stream.start(currentKey());
    });
    this.#hurryWhenSeen(() => stream.hurry());
    onKey(() => stream.start(currentKey()));
    stream.start(currentKey());
  }

  #hurryWhenSeen(hurry: () => void): void {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') hurry();
    });
  }

  #pass({ type, data }: LiveEvent): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(data as never);
  }

  #setState(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher(state);
  }
}

const WORDS: Record<LiveState, string> = {
  connecting: '',
  connected: 'connected',
  away: 'the hub is away, trying again',
  refused: 'connected without your key',
};

/** Says in the header whether the hub is there. */
export function showLiveState(live: Live, place: HTMLElement): void {
  live.onState((state) => {
    place.dataset.state = state;
    place.textContent = WORDS[state];
  });
}
