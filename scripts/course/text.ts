// A lesson's README.md taken apart at its fixed headings.
//
//   # Title
//   > The question.
//   ## The idea · ## What to look at · ## Steps (with ### Hint N.M) · ## On the wire (with `wire`
//   blocks) · ## The same with curl · ## Where DevTools shows it · ## Heard elsewhere · ## On stage
//
// Parts come back as Markdown; whoever shows them renders them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked, type Token, type Tokens } from 'marked';
import { KitError } from '../kit-error.ts';
import { inLesson, type Lesson, lessonSteps } from './lessons.ts';
import { headings } from './text-headings.ts';

export { headings } from './text-headings.ts';

export type PartName = (typeof headings)[number][0];

export interface Hint {
  step: number;
  number: number /* from 1 within its step */;
  markdown: string;
  line: number;
}

/** A transcript of a request and its answer, as it stands between the fences. */
export interface WireBlock {
  text: string /* every line ends in '\n' */;
  line: number /* of the block's first line in README.md, from 1 */;
}

export interface LessonText {
  title: string;
  question: string /* Markdown, without the > */;
  opening: string /* Markdown between the question and the first part, often '' */;
  parts: Record<PartName, string> /* Markdown without the heading; `steps` without its hints */;
  hints: Hint[];
  wire: WireBlock[] /* of the whole text, in order */;
}

interface PlacedToken {
  token: Token;
  line: number;
}

/**
 * Reads a lesson's text.
 *
 * @throws KitError `lessons/…/README.md:12: sentence` if it is not there, a heading is missing or
 *   out of its place, a part is empty, the hints of a step are not numbered 1, 2, 3, one is for no
 *   step of the lesson, or a `wire` block stands inside a list or a quotation
 */
export function readLessonText(lesson: Lesson): LessonText {
  return inLesson(lesson, () => {
    let text: string;
    try {
      text = readFileSync(join(lesson.directory, 'README.md'), 'utf8');
    } catch {
      throw new KitError(
        `README.md is missing: write it, or get it back with git checkout -- lessons/${lesson.folder}`,
      );
    }
    const parsed = parseLessonText(text);
    const last = lessonSteps(lesson).size;
    const astray = parsed.hints.find((hint) => hint.step > last);
    if (!astray) return parsed;
    throw new KitError(
      `README.md:${astray.line}: Hint ${astray.step}.${astray.number} is for a step that is not there: the last one is ${last}.`,
    );
  });
}

/** The same from the text itself; `file` is what errors call it. */
export function parseLessonText(text: string, file = 'README.md'): LessonText {
  const tokens = placed(text);
  const refuse = (line: number, sentence: string) => new KitError(`${file}:${line}: ${sentence}`);
  const end = tokens.at(-1)?.line ?? 1;

  const [first, second] = tokens.filter(({ token }) => token.type !== 'space');
  if (!isHeading(first?.token, 1)) {
    throw refuse(first?.line ?? 1, 'The text begins with its title: write "# The title" here.');
  }
  if (second?.token.type !== 'blockquote') {
    throw refuse(
      second?.line ?? end,
      'The question of the lesson stands under its title: write "> The question?" here.',
    );
  }

  const starts = headingStarts(tokens, refuse, end);
  const sections = headings.map(([name, title], index) => {
    const from = starts[index]!;
    const section = tokens.slice(from + 1, starts[index + 1]);
    const line = tokens[from]!.line;
    if (markdownOf(section) === '')
      throw refuse(line, `"## ${title}" says nothing: write its text.`);
    return [name, section] as const;
  });

  const parts = Object.fromEntries(
    sections.map(([name, section]) => [name, markdownOf(section)]),
  ) as Record<PartName, string>;
  const { hints, rest } = splitHints(sections.find(([name]) => name === 'steps')![1], refuse);
  parts.steps = markdownOf(rest);
  for (const { token, line } of tokens) {
    if (!isHint(token) || hints.some((hint) => hint.line === line)) continue;
    throw refuse(line, 'Hints stand under "## Steps": move this one there.');
  }
  for (const { token, line } of tokens) {
    if (isWire(token)) continue;
    marked.walkTokens([token], (inner) => {
      if (!isWire(inner)) return;
      throw refuse(line, 'A wire block stands by itself, not inside a list or a quotation.');
    });
  }
  return {
    title: (first!.token as Tokens.Heading).text,
    question: (second.token as Tokens.Blockquote).text.trim(),
    opening: markdownOf(tokens.slice(tokens.indexOf(second) + 1, starts[0])),
    parts,
    hints,
    wire: tokens.filter(({ token }) => isWire(token)).map(wireBlock),
  };
}

function placed(text: string): PlacedToken[] {
  let line = 1;
  return marked.lexer(text).map((token) => {
    const at = { token, line };
    line += token.raw.split('\n').length - 1;
    return at;
  });
}

type Refuse = (line: number, sentence: string) => KitError;

/** The index among the tokens of each heading of the second level. */
function headingStarts(tokens: PlacedToken[], refuse: Refuse, end: number): number[] {
  const found = tokens.flatMap(({ token }, index) => (isHeading(token, 2) ? [index] : []));
  const titleAt = (index: number) => (tokens[index]!.token as Tokens.Heading).text.trim();
  for (const [order, [, title]] of headings.entries()) {
    const index = found[order];
    if (index !== undefined && titleAt(index) === title) continue;
    const there = found.some((other) => titleAt(other) === title);
    const line = index === undefined ? end : tokens[index]!.line;
    if (index === undefined || (!there && headings.some(([, known]) => known === titleAt(index)))) {
      const before = index === undefined ? 'at the end' : `before "## ${titleAt(index)}"`;
      throw refuse(line, `"## ${title}" is missing: it belongs here, ${before}.`);
    }
    throw refuse(line, `"## ${titleAt(index)}" stands where "## ${title}" is expected.`);
  }
  const extra = found[headings.length];
  if (extra !== undefined) {
    const last = headings.at(-1)![1];
    throw refuse(
      tokens[extra]!.line,
      `"## ${titleAt(extra)}" is not one of a lesson's headings: the last one is "## ${last}".`,
    );
  }
  return found;
}

/** A hint reaches to the next heading of the third level or higher. */
function splitHints(
  section: PlacedToken[],
  refuse: Refuse,
): { hints: Hint[]; rest: PlacedToken[] } {
  const hints: Hint[] = [];
  const rest: PlacedToken[] = [];
  let open: PlacedToken[] | undefined;
  for (const placedToken of section) {
    const { token, line } = placedToken;
    if (isHint(token)) {
      const numbers = /^Hint ([1-9]\d*)\.([1-9]\d*)$/.exec(token.text.trim());
      if (!numbers)
        throw refuse(line, 'A hint names its step and its number: write "### Hint 2.1".');
      const [step, number] = [Number(numbers[1]), Number(numbers[2])];
      const expected = hints.filter((hint) => hint.step === step).length + 1;
      if (number !== expected) {
        throw refuse(line, `Hint ${step}.${number} is here where ${step}.${expected} is expected.`);
      }
      open = [];
      const tokens = open;
      hints.push({
        step,
        number,
        line,
        get markdown() {
          return markdownOf(tokens);
        },
      });
    } else if (token.type === 'heading' && (token as Tokens.Heading).depth <= 3) {
      open = undefined;
      rest.push(placedToken);
    } else {
      (open ?? rest).push(placedToken);
    }
  }
  for (const hint of hints) {
    if (hint.markdown) continue;
    throw refuse(hint.line, `Hint ${hint.step}.${hint.number} says nothing: write its text.`);
  }
  return { hints: hints.map((hint) => ({ ...hint })), rest };
}

function wireBlock({ token, line }: PlacedToken): WireBlock {
  // marked's own text of a block has lost or kept its last line ending, by its version.
  const lines = token.raw.replace(/\n+$/, '').split('\n').slice(1, -1);
  return { text: lines.map((one) => `${one}\n`).join(''), line: line + 1 };
}

function isHeading(token: Token | undefined, depth: number): token is Tokens.Heading {
  return token?.type === 'heading' && (token as Tokens.Heading).depth === depth;
}

function isHint(token: Token): token is Tokens.Heading {
  return isHeading(token, 3) && /^hint\b/i.test(token.text.trim());
}

function isWire(token: Token): boolean {
  return token.type === 'code' && /^wire\b/.test((token as Tokens.Code).lang ?? '');
}

function markdownOf(tokens: PlacedToken[]): string {
  return tokens
    .map(({ token }) => token.raw)
    .join('')
    .trim();
}
