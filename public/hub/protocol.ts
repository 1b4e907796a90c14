// What the hub tells its pages: the data of the events of /live.

export type Which = 'finished' | 'mine';

/** What a lever does to the wire; 0 is off. */
export interface Levers {
  /** Milliseconds added to each piece. */
  slow: number;
  /** Bytes in a piece. */
  split: number;
  /** Bytes that are gathered before they pass. */
  hold: number;
}

/** `stage`: a server of the lesson, and the wire in front of it. */
export interface StageState {
  which: Which;
  folder: string;
  origin?: string;
  state: 'starting' | 'running' | 'stopped' | 'broken';
  /** Why it is broken, as one sentence. */
  message?: string;
  /** Of the finished lesson: up to which step it is shown. */
  step?: number;
  /** The name of the trap that is switched on. */
  trap?: string | null;
  levers?: Levers;
  connections?: number;
}

/** `wire`: one thing that passed. The record itself is for `<wire-view>`; it is handed on unread. */
export interface WireMessage {
  which: Which;
  folder: string;
  record: { exchange: number };
  view?: string;
}

/** `paired`: which announcement of which view an exchange belongs to. */
export interface PairedMessage {
  which: Which;
  folder: string;
  exchange: number;
  reader: string;
  view: string;
  label: string;
}

/** What a check has found. `ok` is null where it cannot be seen from here. */
export interface Verdict {
  step: number;
  title: string;
  ok: boolean | null;
  finding?: string;
  /** The whole text for a terminal, of which the page shows the parts. */
  message?: string;
  sentence?: string;
  excerpt?: string;
  advice?: string;
  /** The step that has to be done before this one can pass. */
  waitsFor?: number;
}

export interface Report {
  lesson: string;
  passed: number;
  failed: number;
  verdicts: Verdict[];
}

export type Judging =
  | { kind: 'provisional'; message: string }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'report'; report: Report; milliseconds: number }
  | { kind: 'broken'; message: string };

/** `judging`, and `judge-started` without the last field. */
export interface JudgingMessage {
  folder: string;
  run: number | string;
  judging: Judging;
}

/** `exercise`: a file of the exercise has changed on disk; without a hash it is gone. */
export interface ExerciseMessage {
  folder: string;
  file: string;
  hash?: string | null;
}

/** `cutting`: how far a learner's server has been cut; `said` is the result. */
export interface CuttingMessage {
  folder: string;
  cuts: number;
  events: number;
  of: { cuts: number; events: number };
  said?: string;
}

/** `page-check`: a page is to be shown in a frame. */
export interface PageCheckMessage {
  folder: string;
  id: string;
  url: string;
}

/** `page-check-ask`: whether the tab is alive, around its frame. */
export interface PageCheckAsk {
  id: string;
  question: string;
}

/** `output`: what a server printed. */
export interface OutputMessage {
  which: Which;
  folder: string;
  stream: 'stdout' | 'stderr';
  text: string;
}
