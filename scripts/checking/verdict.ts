// What judging gives: verdicts one by one, and a report at the end.

/** What one check says of one server. */
export interface Verdict {
  step: number;
  title: string;
  /** null where it cannot be seen from here, which is no failure. */
  ok: boolean | null;
  /** The id of the finding that the failure is, where the list of findings has it. */
  finding?: string;
  /** The whole text for a terminal: the sentence, the place on the wire, what to do next. */
  message?: string;
  /** The parts of `message`, for a page that shows each in its own manner. */
  sentence?: string;
  excerpt?: string;
  advice?: string;
  /** Lesson milliseconds from the request to what the message speaks of. */
  at?: number;
  /** Where that is in the body, in bytes. */
  offset?: number;
  /** The step that has to be done first: this one failed, but its turn has not come. */
  waitsFor?: number;
}

export interface Report {
  /** The lesson's folder. */
  lesson: string;
  /** What was judged: an origin, or a directory. */
  target: string;
  passed: number;
  failed: number;
  verdicts: Verdict[];
}

export type Judging =
  /** Said while there is no verdict yet, and taken back by whatever comes next. */
  | { kind: 'provisional'; message: string }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'report'; report: Report; milliseconds: number }
  /** Instead of a report, and as final: the lesson's checks or the kit itself are at fault. */
  | { kind: 'broken'; message: string };

/** Counts the verdicts. What cannot be seen counts neither way. */
export function makeReport(lesson: string, target: string, verdicts: Verdict[]): Report {
  return {
    lesson,
    target,
    passed: verdicts.filter((verdict) => verdict.ok === true).length,
    failed: verdicts.filter((verdict) => verdict.ok === false).length,
    verdicts,
  };
}
