// The stage: the lesson's own page in a frame, at the address of the relay, and the one port over
// which its <wire-view> is told what passed on the wire.
import { ask, sentenceOf } from './api.ts';
import { byId, element, fill } from './dom.ts';
import { currentKey } from './key.ts';
import type { Live } from './live.ts';
import type { PairedMessage, StageState, Which, WireMessage } from './protocol.ts';

/** Milliseconds; without its wire the page is better than no page. */
const PATIENCE = 3000;

/** What a view says to its hub. */
interface Announcement {
  kind: 'announce';
  reader: string;
  url: string;
  label: string;
}
type FromView = Announcement | { kind: 'key'; key: string };

/** The frame, and who is shown in it. */
export class Stage {
  readonly #folder: string;
  readonly #host = byId('frame');
  readonly #word = byId('frame-word');
  readonly #listeners = new Set<(state: StageState) => void>();
  readonly #states = new Map<Which, StageState>();
  #which: Which = 'finished';
  #frame: HTMLIFrameElement | undefined;
  #origin: string | undefined;
  #port: MessagePort | undefined;
  #view: string | undefined;
  /** What the frame shows: if any of it changes, the page is loaded anew. */
  #shown = '';
  /** Whether keys that turn pages are the presenter's, wherever the focus is. */
  #isPresenting = false;
  readonly #keyListeners = new Set<(key: string) => void>();
  /** Whether the page in the frame belongs to a server that is gone. */
  #stale = false;
  /** What passes before the live stream is open is never shown: the first page waits for it. */
  readonly #wireIsHeard: Promise<void>;

  constructor(live: Live, folder: string) {
    this.#folder = folder;
    live.on<StageState>('stage', (state) => {
      if (state.folder === folder) this.#take(state);
    });
    live.on<WireMessage>('wire', ({ which, folder: of, record, view }) => {
      const isForAnother = view !== undefined && view !== this.#view;
      if (of !== folder || which !== this.#which || isForAnother) return;
      this.#port?.postMessage({ kind: 'record', record });
    });
    live.on<PairedMessage>('paired', ({ which, folder: of, exchange, reader, view, label }) => {
      if (of !== folder || which !== this.#which || view !== this.#view) return;
      this.#port?.postMessage({ kind: 'paired', exchange, reader, label });
    });
    addEventListener('message', (event) => this.#answer(event));
    this.#wireIsHeard = new Promise((resolve) => {
      live.onState((state) => {
        if (state === 'connected' || state === 'refused') resolve();
      });
      setTimeout(resolve, PATIENCE);
    });
    // The hub does not know where we stand: it may be another one, in which nothing runs.
    live.on('reset', () => {
      const step = currentKey() === undefined ? undefined : this.state?.step;
      this.#states.clear();
      // The page in the frame has asked for streams that no hub was there to hear announced: it would
      // ask again, and its requests would be taken for those of the page that follows.
      this.#clear('The stage is being set.');
      this.show(this.#which, step);
    });
  }

  /** Which of the two servers is watched. */
  get which(): Which {
    return this.#which;
  }

  /** How the watched server stands, as far as it is known. */
  get state(): StageState | undefined {
    return this.#states.get(this.#which);
  }

  /** Calls back whenever the watched server's state changes, or another one is watched. */
  onChange(listener: (state: StageState) => void): void {
    this.#listeners.add(listener);
  }

  /** Has the keys of a clicker told that are pressed inside of the frame; with `false` no more. */
  present(isPresenting: boolean): void {
    this.#isPresenting = isPresenting;
    this.#port?.postMessage({ kind: 'presenting', on: isPresenting });
  }

  /** Calls back with such a key. */
  onKey(listener: (key: string) => void): void {
    this.#keyListeners.add(listener);
  }

  /**
   * Watches a server and has it started.
   *
   * @param step of the finished lesson: up to which step it is shown; the whole if not given
   */
  async show(which: Which, step?: number): Promise<void> {
    const isOther = which !== this.#which || this.#frame === undefined;
    this.#which = which;
    if (isOther) this.#clear('The stage is being set.');
    this.#tell();
    const path = `/api/stages/${which}/${this.#folder}`;
    try {
      const body = step === undefined ? {} : { step };
      const [state] = await Promise.all([
        ask<StageState & { origin: string }>('POST', path, body),
        this.#wireIsHeard,
      ]);
      if (which !== this.#which) return;
      // The stream may have told more, and sooner; without it the page is shown all the same.
      if (this.#frame === undefined && this.state?.state !== 'broken') {
        this.#load(state.origin);
        this.#shown = shownIn(state);
      }
    } catch (error) {
      if (which === this.#which) this.#complain(sentenceOf(error));
    }
  }

  /**
   * Shows the watched server as if for the first time: its page is loaded anew, and the tape with it.
   *
   * @param step as for `show`
   */
  async renew(step?: number): Promise<void> {
    this.#clear('The stage is being set.');
    await this.show(this.#which, step);
  }

  #take(state: StageState): void {
    const before = this.#states.get(state.which);
    this.#states.set(state.which, state);
    if (state.which !== this.#which) return;
    if (state.state === 'broken') {
      this.#stale = true;
      this.#complain(state.message ?? 'The server does not run.');
    } else if (state.state === 'starting') {
      // One that was at rest is woken by the page itself, which needs no other page for it.
      if (before?.state !== 'stopped') this.#stale = true;
      if (!this.#frame) this.#word.textContent = state.message ?? 'The stage is being set.';
    } else if (state.state === 'running' && state.origin !== undefined) {
      const shown = shownIn(state);
      if (!this.#frame || this.#stale || shown !== this.#shown) this.#load(state.origin);
      this.#shown = shown;
    }
    this.#tell();
  }

  #tell(): void {
    const state = this.state ?? { which: this.#which, folder: this.#folder, state: 'starting' };
    for (const listener of this.#listeners) listener(state);
  }

  /** A new frame, not a new address in the old one: that would be a step in the tab's history. */
  #load(origin: string): void {
    this.#port?.close();
    this.#port = undefined;
    this.#view = undefined;
    this.#origin = origin;
    const whose = this.#which === 'finished' ? 'finished' : 'mine';
    this.#frame = element('iframe', {
      title: `${this.#host.dataset.title}, ${whose}: the page`,
      src: `${origin}/`,
      // The learner's page may do what a page does, but not lead the hub away.
      sandbox:
        'allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads',
    });
    this.#stale = false;
    this.#word.hidden = true;
    fill(this.#host, this.#word, this.#frame);
  }

  /** Says what is wrong above the page, where there is one: what it has logged may explain it. */
  #complain(sentence: string): void {
    this.#word.hidden = false;
    this.#word.classList.add('problem');
    this.#word.textContent = sentence;
  }

  #clear(sentence: string): void {
    this.#port?.close();
    this.#port = undefined;
    this.#view = undefined;
    this.#frame = undefined;
    this.#word.hidden = false;
    this.#word.classList.remove('problem');
    this.#word.textContent = sentence;
    fill(this.#host, this.#word);
  }

  /** Hands the view its end of the port, if it is the one in the frame and at the address it should be. */
  #answer(event: MessageEvent): void {
    const { type, view } = (event.data ?? {}) as { type?: unknown; view?: unknown };
    if (type !== 'down-the-wire:ready' || typeof view !== 'string') return;
    const frame = this.#frame?.contentWindow;
    if (!frame || event.source !== frame || event.origin !== this.#origin) return;
    const { port1, port2 } = new MessageChannel();
    this.#port?.close();
    this.#port = port1;
    this.#view = view;
    port1.onmessage = ({ data }: MessageEvent<FromView>) => {
      if (data?.kind === 'announce') this.#announce(data, view);
      if (data?.kind === 'key') for (const listener of this.#keyListeners) listener(data.key);
    };
    frame.postMessage({ type: 'down-the-wire:wire' }, event.origin, [port2]);
    this.present(this.#isPresenting);
  }

  #announce({ reader, url, label }: Announcement, view: string): void {
    const stage = this.#which;
    const body = { stage, folder: this.#folder, view, reader, url, label };
    // A wire that nobody can be shown is no reason to stop the lesson.
    ask('POST', '/api/announce', body).catch(() => {});
  }
}

/** What a page is loaded for: another step or another trap is another page. */
function shownIn({ which, step, trap }: StageState): string {
  return JSON.stringify([which, step, trap]);
}
