// How a check ends other than well: with a sentence that says what came, what was meant and what to
// do next, and with the place on the wire.
import type { Verdict } from './verdict.ts';

/** The parts of what a learner reads. */
export interface Explanation {
  /** What came, and what was expected. */
  sentence: string;
  /** Lines of the wire with a caret under the place, or a short table of what came when. */
  excerpt?: string | undefined;
  /** What to do next. */
  advice?: string | undefined;
  finding?: string | undefined;
  /** Lesson milliseconds since the request. */
  at?: number | undefined;
  /** Byte in the body. */
  offset?: number | undefined;
  /** The bytes that came prove it: no other client and no delay can be the reason. */
  certain?: boolean | undefined;
  /** No other client can be the reason. A delay still may. */
  unshared?: boolean | undefined;
}

/** What a check throws when the server does not do what the step asks for. */
export class Failure extends Error {
  override name = 'Failure';
  readonly explanation: Explanation;

  constructor(explanation: Explanation) {
    super(wholeText(explanation));
    this.explanation = explanation;
  }
}

/** What a check throws when it cannot see what it would have to judge: no failure, and no success. */
export class Unseen extends Error {
  override name = 'Unseen';
}

/** The text for a terminal: the parts, one below the other, with an empty line between. */
export function wholeText({ sentence, excerpt, advice }: Explanation): string {
  return [sentence, excerpt, advice].filter((part) => part).join('\n\n');
}

/** The parts of a verdict that an explanation fills; absent ones are left out. */
export function explained(explanation: Explanation): Partial<Verdict> {
  const { sentence, excerpt, advice, finding, at, offset } = explanation;
  return {
    ...(finding !== undefined && { finding }),
    message: wholeText(explanation),
    sentence,
    ...(excerpt !== undefined && { excerpt }),
    ...(advice !== undefined && { advice }),
    ...(at !== undefined && { at }),
    ...(offset !== undefined && { offset }),
  };
}

/** Lesson milliseconds as seconds with three decimals: `1.003 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}

/** Round seconds as one says them: `3 s`, `0.5 s`. */
export function aboutSeconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`;
}
