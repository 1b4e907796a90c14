// What the server has put into the page for its script (see forTheBrowser in scripts/hub/pages.ts).

export interface StopData {
  number: number;
  folder: string;
  title: string;
  part: string;
  question: string;
  available: boolean;
  problem?: string;
  steps?: number;
  /** Where any one of some steps completes the lesson: which. */
  anyOf?: number[];
}

export interface LessonInPage {
  number: number;
  folder: string;
  title: string;
  steps: { step: number; title: string; files: string[]; further?: boolean }[];
  hints: { step: number; number: number }[];
  traps: TrapInPage[];
  files: string[];
  cutTest?: boolean;
  /** The packages of its own that are still to be fetched, in words. */
  lacks?: string;
  lessons: StopData[];
}

export interface TrapInPage {
  name: string;
  step: number;
  title: string;
  prediction: { question: string; choices: string[] };
}

/** Reads the data of this page. */
export function readPageData<Data>(): Data {
  return JSON.parse(document.getElementById('data')?.textContent ?? '{}') as Data;
}
