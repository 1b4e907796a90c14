// What a list of wrong answers is made of. Each lesson has a file of its own here: what people write
// at two in the morning, beyond the lesson's traps.
import type { Change } from '../../../scripts/checking/traps.ts';

export interface WrongAnswer {
  name: string;
  /** The step that fails. */
  step: number;
  /** Made in the finished files; in server.ts, where no file is named. */
  change: (Omit<Change, 'file'> & Partial<Pick<Change, 'file'>>)[];
  finding?: string;
  /** Real milliseconds, for those that would take ten seconds to be given up. */
  patience?: number;
}
