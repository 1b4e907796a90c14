// What a check and the process of a learner's event source say to each other: one JSON object a line.

/** The options of the constructor, and how they are filled in where they are functions. */
export interface SourceInit {
  [option: string]: unknown;
  /** Makes `headers` a function that gives these, one after the other, and the last for ever. */
  headersInTurn?: Record<string, string>[];
}

export type Order =
  | {
      do: 'open';
      /** The module, absolute, and the class in it. */
      file: string;
      name: string;
      url: string;
      init: SourceInit;
      /** Types that are listened for, besides open, message and error. */
      types: string[];
      /** Whatever is said at this port comes back. */
      echoPort: number;
      /** What its clock says when it is made: milliseconds, as Date.now() has them. */
      begun: number;
      /** Tells its reports from those that an earlier one may still make. */
      visit: number;
      /** The data of the event, or the type, at which a listener calls close(). */
      closeAt?: string;
    }
  | { do: 'close' }
  /** Lets time pass, so many milliseconds or to the next timer if one is due before. */
  | { do: 'pass'; milliseconds: number }
  /** Answers when all that was on its way has arrived. */
  | { do: 'settle' };

export interface Thrown {
  name: string;
  message: string;
  /** Of the module; 0 where it is not known. */
  line: number;
}

/** An event that a listener was told. */
export interface Told {
  type: string;
  data?: string;
  lastEventId?: string;
  readyState: unknown;
}

export type Result =
  /** What stands in the way of `open`: an exception, or what the module exports instead. */
  | { thrown: Thrown }
  | { exports: string[] }
  /** How much time has passed. */
  | { passed: number }
  | { done: true };

export type Report =
  | { id: number; result: Result }
  | { told: Told; visit: number }
  /** Nobody has caught it; `visit` is 0 where nothing tells whose it is. */
  | { uncaught: Thrown; visit?: number }
  /** It has burnt a second of the processor and answers nothing. */
  | { loops: true };
