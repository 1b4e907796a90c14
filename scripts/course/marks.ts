// What one line of a lesson's file is: text, or a mark that says which step adds what follows.
//
//   TypeScript, JavaScript   // #region 2 What it adds.        // #endregion        //- older text
//   HTML                     <!-- #region 2 What it adds. -->  <!-- #endregion -->  <!--- older text -->
//   CSS                      /* #region 2 What it adds. */     /* #endregion */     /*- older text */
//
// A `+` after the number (`// #region 6+ Flush the compressor.`) marks a further step: a lesson is
// done without it. A mark has its line to itself. What is nearly a mark is refused and not passed
// over, for a mark that nobody reads would be shown to learners as it stands.
import { extname } from 'node:path';

/** How a file's type writes a comment that ends on its own line. `close` is empty for `//`. */
export interface CommentStyle {
  open: string;
  close: string;
}

export type Mark =
  | { kind: 'text' }
  | { kind: 'region'; indent: string; step: number; further: boolean; title: string }
  | { kind: 'endregion' }
  | { kind: 'older'; text: string /* with the mark's own indentation in front */ }
  | { kind: 'malformed'; why: string /* a sentence */ };

const slashes: CommentStyle = { open: '//', close: '' };
const angles: CommentStyle = { open: '<!--', close: '-->' };
const stars: CommentStyle = { open: '/*', close: '*/' };

const styles = new Map<string, CommentStyle>([
  ...['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'].map(
    (ending) => [ending, slashes] as const,
  ),
  ['.html', angles],
  ['.htm', angles],
  ['.css', stars],
]);

// `#region` or `#endregion` behind any comment's beginning, however it is spaced or spelled.
const nearlyRegion = /(\/\/|\/\*+|<!--+)[ \t]*#[ \t]*(?:end[ \t]*)?region\b/i;

/** The comment style of a file by its ending; undefined for a type that holds no marks (JSON, PNG). */
export function commentStyle(file: string): CommentStyle | undefined {
  return styles.get(extname(file).toLowerCase());
}

/** `words` as a comment of that style, as `// words` or `<!-- words -->`. */
export function comment(style: CommentStyle, words: string): string {
  return style.close ? `${style.open} ${words} ${style.close}` : `${style.open} ${words}`;
}

/** What a line is. `line` comes without its line ending. */
export function readMark(style: CommentStyle, line: string): Mark {
  const trimmed = line.trim();
  const indent = line.slice(0, line.length - line.trimStart().length);
  const body = commentBody(style, trimmed);
  if (body !== undefined) {
    if (body === ' #endregion') return { kind: 'endregion' };
    const region = /^ #region(?:[ \t]+(.*))?$/.exec(body);
    if (region) return readRegionMark(style, indent, (region[1] ?? '').trim());
    if (body.startsWith('-')) return readOlderMark(style, indent, body.slice(1));
  }
  const why = nearlyMark(style, line);
  return why ? { kind: 'malformed', why } : { kind: 'text' };
}

/** What stands between the comment's beginning and its end; undefined if the line is no such comment. */
function commentBody(style: CommentStyle, trimmed: string): string | undefined {
  if (!trimmed.startsWith(style.open)) return undefined;
  const inner = trimmed.slice(style.open.length);
  if (!style.close) return inner;
  if (!inner.endsWith(style.close)) return undefined;
  const body = inner.slice(0, -style.close.length);
  // `<!-- #region 2 a --> text -->` is a comment and something else besides.
  if (body.includes(style.close)) return undefined;
  return body.startsWith('-') ? body : body.trimEnd();
}

function readRegionMark(style: CommentStyle, indent: string, rest: string): Mark {
  const example = comment(style, '#region 2 What step 2 adds.');
  const parts = /^([1-9]\d*)(\+?)(?:[ \t]+(.*))?$/.exec(rest);
  if (!parts) {
    return malformed(
      rest
        ? `A region begins with the number of its step, 1 or more, and this one with "${rest}": write ${example}`
        : `A region without a number and a title: write ${example}`,
    );
  }
  const [, digits, plus, title] = parts;
  if (!title) return malformed(`Step ${digits} has no title here: write ${example}`);
  const why = nearlyMark(style, title);
  if (why) return malformed(why);
  return { kind: 'region', indent, step: Number(digits), further: plus === '+', title };
}

function readOlderMark(style: CommentStyle, indent: string, body: string): Mark {
  let content = body;
  if (content.trim() === '') return { kind: 'older', text: '' };
  if (!content.startsWith(' ')) {
    return malformed(
      `This is nearly an older line: write ${olderExample(style)}, with a space behind the mark; for a comment of your own put a space before the "-".`,
    );
  }
  content = content.slice(1);
  if (style.close && content.endsWith(' ')) content = content.slice(0, -1);
  const text = indent + content.trimEnd();
  if (readMark(style, text).kind !== 'text') {
    return malformed(
      'An older line cannot hold another mark: write only the text that stood here.',
    );
  }
  return { kind: 'older', text };
}

/** The sentence for a line that looks like a mark and is none; undefined for ordinary text. */
function nearlyMark(style: CommentStyle, line: string): string | undefined {
  const region = nearlyRegion.exec(line);
  if (region) {
    if (!region[1]!.startsWith(style.open)) return otherType(style, region[1]!);
    if (line.slice(0, region.index).trim() !== '') return notAlone();
    return `This is nearly a mark: write ${comment(style, '#region 2 What step 2 adds.')} or ${comment(style, '#endregion')}, in small letters, with one space and nothing else.`;
  }
  const trimmed = line.trim();
  for (const other of [slashes, angles, stars]) {
    const older = `${other.open}- `;
    if (other === style) {
      if (trimmed.includes(` ${older}`)) return notAlone();
      if (trimmed.startsWith(`${other.open}-`)) {
        return `This is nearly an older line: write ${olderExample(style)}, on one line.`;
      }
    } else if (trimmed.startsWith(older)) {
      return otherType(style, `${other.open}-`);
    }
  }
  return undefined;
}

function notAlone(): string {
  return 'A mark has its line to itself: give it a line of its own.';
}

function otherType(style: CommentStyle, found: string): string {
  return `This mark is written with ${found}, which is for another type of file: write ${comment(style, '#region 2 What step 2 adds.')}, ${comment(style, '#endregion')} or ${olderExample(style)} here.`;
}

function olderExample(style: CommentStyle): string {
  return style.close ? `${style.open}- older text ${style.close}` : `${style.open}- older text`;
}

function malformed(why: string): Mark {
  return { kind: 'malformed', why };
}
