// What GET /live tells: the types of its events and the shape of their data.

import type { readProgress } from '../checking/progress.ts';
import type { Judging } from '../checking/verdict.ts';
import type { Levers } from '../wire/levers.ts';
import type { WireRecord } from '../wire/records.ts';

/** The shipped lesson (with its steps and traps), or the learner's own copy of it. */
export type Which = 'finished' | 'mine';

export interface StageEvent {
  which: Which;
  folder: string;
  /** Where the page is reached. */
  origin: string;
  state: 'starting' | 'running' | 'stopped' | 'broken';
  /** Said to the learner: why it is broken, or what it is waiting for. */
  message?: string;
  step?: number;
  trap?: string;
  levers: Levers;
  /** Connections that are open now. */
  connections: number;
}

export interface PairedEvent {
  which: Which;
  folder: string;
  exchange: number;
  reader: string;
  view: string;
  label: string;
}

export interface LiveEvents {
  stage: StageEvent;
  wire: { which: Which; folder: string; record: WireRecord; reader?: string; view?: string };
  paired: PairedEvent;
  'judge-started': { folder: string; run: number };
  judging: { folder: string; run: number; judging: Judging };
  /** A file of the playground changed on disk; `hash` is null when it is gone. */
  exercise: { folder: string; file: string; hash: string | null };
  output: { which: Which; folder: string; stream: 'stdout' | 'stderr'; text: string };
  /** A learner's server that is being cut; `said` with the last of them. */
  cutting: {
    folder: string;
    cuts: number;
    events: number;
    of: { cuts: number; events: number };
    said?: string;
  };
  progress: Awaited<ReturnType<typeof readProgress>>;
  /** A page that is to be played in a frame; see page-checks.ts. */
  'page-check': { folder: string; id: string; url: string };
  'page-check-ask': { id: string; question: string };
  'page-check-over': { id: string };
}

export type LiveType = keyof LiveEvents;
