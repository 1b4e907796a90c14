// Steps of a lesson, read from the marks in its finished files, and taken out again.
//
// At step k a region up to k shows its text. A later one is replaced, nested regions and all, by a
// TODO and by its own older lines. Derived text holds no marks. marks.ts says how marks are written.
//
// Every region carries the title of its step, and all regions of one step the same one: each TODO
// of a starter then says what it is for, and a file is understood without looking into another.
import { KitError } from '../kit-error.ts';
import { comment, commentStyle, type Mark, readMark } from './marks.ts';

/** What one step adds at one place. Lines are counted from 1 and are those of the marks. */
export interface Region {
  file: string;
  step: number;
  title: string;
  further: boolean /* marked with +: the lesson is done without it */;
  start: number;
  end: number;
  parent?: Region;
}

/** A line of a derived file. */
export interface DerivedLine {
  text: string /* without its line ending */;
  ending: string /* '\n', '\r\n' or '' */;
  source: number /* the line of the finished file that it comes from, from 1 */;
  kind: 'text' | 'todo' | 'older';
  step: number /* that put it there; of a TODO the one that is still to do; 0 outside all regions */;
}

export interface Step {
  title: string;
  files: string[] /* that have a region of this step, in the order given */;
  further: boolean;
}

interface MarkedLine {
  text: string;
  ending: string;
  mark: Mark;
  region: Region | undefined /* the innermost; for a mark of a region, that region */;
}

/**
 * The regions of a file, outer before inner, in the order of their opening marks.
 *
 * @throws KitError `file:line: sentence` for malformed marks and regions that do not fit together
 */
export function readRegions(file: string, text: string): Region[] {
  const regions = new Set<Region>();
  for (const { region } of markedLines(file, text)) if (region) regions.add(region);
  return [...regions];
}

/**
 * A file as it stands after `step`: 0 is the starter, any number from the last step on the finished
 * file without marks. Each line keeps its own line ending.
 *
 * @throws KitError as readRegions
 */
export function deriveText(file: string, text: string, step: number): string {
  return derivedLines(file, text, step)
    .map((line) => line.text + line.ending)
    .join('');
}

/** The same line by line, with where each line comes from: for margins and for what has changed. */
export function derivedLines(file: string, text: string, step: number): DerivedLine[] {
  const derived: DerivedLine[] = [];
  let later: Region | undefined; // the outermost region that is still to come
  for (const [index, { text: line, ending, mark, region }] of markedLines(file, text).entries()) {
    const source = index + 1;
    if (later) {
      if (mark.kind === 'endregion' && region === later) later = undefined;
      // Older lines further in belong to steps that come later still.
      else if (mark.kind === 'older' && region === later) {
        derived.push({
          text: mark.text,
          ending,
          source,
          kind: 'older',
          step: region.parent?.step ?? 0,
        });
      }
    } else if (mark.kind === 'region' && mark.step > step) {
      later = region;
      const todo = comment(commentStyle(file)!, `TODO ${mark.step}: ${mark.title}`);
      derived.push({ text: mark.indent + todo, ending, source, kind: 'todo', step: mark.step });
    } else if (mark.kind === 'text') {
      derived.push({ text: line, ending, source, kind: 'text', step: region?.step ?? 0 });
    }
  }
  return derived;
}

/**
 * Which lines of a file at `step` were not there one step before: 'added' is code and text, 'todo'
 * the note of a step that has come into sight. Lines are those of the derived file, from 1. A line
 * that was only kept or stands again in new surroundings is not listed. Nothing is new at step 0.
 */
export function changedLines(
  file: string,
  text: string,
  step: number,
): { line: number; kind: 'added' | 'todo' }[] {
  if (step < 1) return [];
  const before = derivedLines(file, text, step - 1);
  const after = derivedLines(file, text, step);
  const known = new Map(before.map((line, index) => [identity(line), index]));
  const changed: { line: number; kind: 'added' | 'todo' }[] = [];
  let beforeStart = 0;
  let afterStart = 0;
  // Lines from the same place of the finished file hold the two versions together. Between them
  // an older line may say the same as the newer one.
  for (let index = 0; index <= after.length; index += 1) {
    const held = index < after.length ? known.get(identity(after[index]!)) : before.length;
    if (held === undefined) continue;
    for (const gap of newLines(before.slice(beforeStart, held), after.slice(afterStart, index))) {
      const line = afterStart + gap;
      changed.push({ line: line + 1, kind: after[line]!.kind === 'todo' ? 'todo' : 'added' });
    }
    beforeStart = held + 1;
    afterStart = index + 1;
  }
  return changed;
}

/**
 * The steps of a lesson by number, from the texts of all its files by name.
 *
 * @throws KitError as readRegions, for two titles for one step, for a step that is further in one
 *   place only, for a core step after a further one, and for a gap in the numbers
 */
export function stepTitles(files: Map<string, string>): Map<number, Step> {
  const regions = [...files].flatMap(([file, text]) => readRegions(file, text));
  regions.sort((one, other) => one.step - other.step); // stable: files keep their order
  const steps = new Map<number, Step>();
  const first = new Map<number, Region>();
  for (const region of regions) {
    const { step, title, further, file } = region;
    const earlier = first.get(step);
    if (!earlier) {
      if (step !== steps.size + 1) {
        throw refusal(
          region,
          `Step ${step} is here, and no file has step ${steps.size + 1}: number the steps 1, 2, 3 without a gap.`,
        );
      }
      if (!further && steps.get(step - 1)?.further) {
        throw refusal(
          region,
          `Step ${step} comes after step ${step - 1}+: put further steps last, for a lesson is done without them.`,
        );
      }
      first.set(step, region);
      steps.set(step, { title, further, files: [file] });
      continue;
    }
    const where = `${earlier.file}:${earlier.start}`;
    if (title !== earlier.title) {
      throw refusal(
        region,
        `Step ${step} is called "${title}" here and "${earlier.title}" in ${where}: give it one title.`,
      );
    }
    if (further !== earlier.further) {
      throw refusal(
        region,
        `Step ${step} is a further step (${step}+) in one place only, see ${where}: write the + in both or in none.`,
      );
    }
    const known = steps.get(step)!;
    if (!known.files.includes(file)) known.files.push(file);
  }
  return steps;
}

/** The number of a lesson's last step, 0 if it has none. Throws as stepTitles. */
export function lastStep(files: Map<string, string>): number {
  return stepTitles(files).size;
}

function markedLines(file: string, text: string): MarkedLine[] {
  const style = commentStyle(file);
  const open: Region[] = [];
  const lines = splitLines(text).map((line, index): MarkedLine => {
    const mark: Mark = style ? readMark(style, line.text) : { kind: 'text' };
    const here = { file, start: index + 1 };
    const parent = open.at(-1);
    if (mark.kind === 'malformed') throw refusal(here, mark.why);
    if (mark.kind === 'region') {
      if (parent && mark.step <= parent.step) {
        throw refusal(
          here,
          `Step ${mark.step} stands inside step ${parent.step} (line ${parent.start}): an inner number is greater than the outer one.`,
        );
      }
      const { step, title, further } = mark;
      open.push({ ...here, step, title, further, end: 0, ...(parent && { parent }) });
    } else if (mark.kind === 'endregion') {
      if (!parent) throw refusal(here, 'This #endregion ends nothing: no region is open here.');
      parent.end = index + 1;
      open.pop();
      return { ...line, mark, region: parent };
    } else if (mark.kind === 'older' && !parent) {
      throw refusal(
        here,
        'An older line stands outside every region: put it into the region whose text takes its place.',
      );
    }
    return { ...line, mark, region: open.at(-1) };
  });
  const forgotten = open.at(-1);
  if (forgotten) {
    throw refusal(
      forgotten,
      `The region of step ${forgotten.step} is never closed: add ${comment(style!, '#endregion')}`,
    );
  }
  return lines;
}

function splitLines(text: string): { text: string; ending: string }[] {
  return Array.from(text.matchAll(/(.*?)(\r?\n|$)/gsy), (match) => ({
    text: match[1]!,
    ending: match[2]!,
  })).filter((line) => line.text !== '' || line.ending !== '');
}

function identity(line: DerivedLine): string {
  return `${line.kind} ${line.source}`;
}

/** The indices in `after` of lines outside a longest common subsequence with `before`. */
function newLines(before: DerivedLine[], after: DerivedLine[]): number[] {
  const common = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let old = before.length - 1; old >= 0; old -= 1) {
    for (let young = after.length - 1; young >= 0; young -= 1) {
      common[old]![young] =
        before[old]!.text === after[young]!.text
          ? common[old + 1]![young + 1]! + 1
          : Math.max(common[old + 1]![young]!, common[old]![young + 1]!);
    }
  }
  const found: number[] = [];
  let old = 0;
  for (let young = 0; young < after.length; ) {
    if (old < before.length && before[old]!.text === after[young]!.text) {
      old += 1;
      young += 1;
    } else if (old < before.length && common[old + 1]![young]! >= common[old]![young + 1]!) {
      old += 1;
    } else {
      found.push(young);
      young += 1;
    }
  }
  return found;
}

function refusal(place: { file: string; start: number }, sentence: string): KitError {
  return new KitError(`${place.file}:${place.start}: ${sentence}`);
}
