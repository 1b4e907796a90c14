// What the agent in the page tells, and what it can be asked to do. agent.js speaks the same.

/** One EventSource that the page has made. */
export interface Source {
  url: string;
  /** 0 connecting, 1 open, 2 closed for good. */
  readyState: number;
  /** The event types that it listens for, by addEventListener or by a property such as onmessage. */
  listensFor: string[];
}

/** What the page shows. */
export interface Shown {
  /** The lines of each place that is looked at, by its name; null where the page has none. */
  places: Record<string, string[] | null>;
  sources: Source[];
  /** Markup that was sent as text and has become elements. */
  html: string[];
}

export type Report =
  | { kind: 'hello'; hidden: boolean; address: string }
  /** Its scripts have run for the first time. */
  | { kind: 'ready' }
  | ({ kind: 'shown' } & Shown)
  | ({ kind: 'error' } & PageError)
  /** A script or a style sheet that did not load. */
  | { kind: 'missing'; address: string }
  | { kind: 'dialog'; name: string; text: string }
  | { kind: 'hidden' }
  | { kind: 'flood'; what: 'elements' | 'characters'; count: number }
  /** The answer to a command. */
  | { kind: 'done'; id: number; result?: unknown };

/** An error that nobody in the page has caught. */
export interface PageError {
  message: string;
  /** The address of the script, and the place in it, counted from 1; 0 or empty where unknown. */
  file: string;
  line: number;
  column: number;
}

export type Command =
  /** Answered when the page has its turn, after a report of what it shows. */
  | { do: 'ping' }
  /** Looks at one more place from now on. */
  | { do: 'look'; place: string }
  /** Watches whether this text becomes elements. */
  | { do: 'probe'; markup: string }
  /** Result: PressResult. `tab`: in another tab, counted from 1. */
  | { do: 'press'; name: string; tab?: number }
  /** Answered when another tab has loaded the page: see other-tab.ts. */
  | { do: 'open tab'; path: string }
  | { do: 'close tab'; tab: number }
  /** Result: PressResult. */
  | { do: 'fill'; name: string; value: string }
  | { do: 'reload' }
  /** Answered when so many real milliseconds have passed in the page. */
  | { do: 'wait'; milliseconds: number }
  /**
   * Answered when an EventSource that has nothing to do with the page's has come back three times,
   * and so many real milliseconds have passed.
   */
  | { do: 'witness'; milliseconds: number };

/** What came of looking for a button or a field. */
export type PressResult =
  | { found: true }
  | { found: false; names: string[] }
  | { found: false; disabled: true };
