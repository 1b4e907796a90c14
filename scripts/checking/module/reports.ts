// What a check and the process of a module say to each other: one JSON object a line.

/** A run: one parser made, fed, and ended. */
export interface RunOrder {
  /** The stream's bytes, in base64. */
  bytes: string;
  /** Where it is cut: offsets, ascending. `every` cuts after each so many bytes instead. */
  cuts: number[] | { every: number };
  /** Plain values for the constructor, besides the listeners. */
  options: Record<string, unknown>;
  /** How often it is repeated to be timed; without it, it is judged by what it tells. */
  times?: number;
}

export interface Order {
  id: number;
  /** The module, absolute. */
  file: string;
  /** The class in it. */
  name: string;
  /** Milliseconds of processor time that one run may take. */
  budget: number;
  /** Whether it must have a thread that nothing has run in before. */
  anew: boolean;
  runs: RunOrder[];
}

/** What a listener was told, and at which piece: the first is 0; one more than the last is end(). */
export interface Told {
  what: 'event' | 'retry' | 'comment';
  /** An event's type, data and last event ID, or the one value; what is no JSON is described. */
  value: unknown;
  piece: number;
}

export interface Thrown {
  name: string;
  message: string;
  /** The line in the module; 0 where it is not known. */
  line: number;
}

export interface RunResult {
  told: Told[];
  lastEventId?: unknown;
  threw?: Thrown & { piece: number };
  /** Milliseconds, the least of all repetitions. */
  took?: number;
}

/** Why no result will come. */
export interface Stop {
  kind: 'unloaded' | 'loops' | 'waits' | 'full' | 'threw' | 'left';
  /** The run that it was stopped in; -1 while the module was loaded. */
  run?: number | undefined;
  error?: Thrown;
  /** Of a module that was loaded, and has no such class: what it exports instead. */
  exports?: string[];
}

export interface Report {
  order: number;
  run?: number;
  result?: RunResult;
  over?: true;
  stop?: Stop;
}
