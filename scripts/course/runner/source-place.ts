// Places in a program's files: found in stacks and imports, shown with their line and a caret.
import { readFileSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Place {
  path: string;
  line: number;
  /** From 1; undefined where only the line is known. */
  column?: number;
}

/** The line with its number, and a caret below the place. Tabs stay, so that the caret does too. */
export function excerptAt(place: Place): string | undefined {
  const text = lineOf(place);
  if (text === undefined) return undefined;
  const margin = `${place.line} | `;
  if (place.column === undefined) return margin + text;
  const indent = text.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
  return `${margin}${text}\n${' '.repeat(margin.length - 2)}| ${indent}^`;
}

/** The text of a line, undefined where the file or the line is not there. */
export function lineOf({ path, line }: Place): string | undefined {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/)[line - 1];
  } catch {
    return undefined;
  }
}

/** The first line of a stack that is the learner's: within the lesson's folder. */
export function firstOwnFrame(directory: string, stack: string): Place | undefined {
  const homes = [directory, realPath(directory)].map((home) => home + sep);
  for (const frame of stack.split('\n')) {
    const [, name, line, column] =
      /^\s+at .*?\(?((?:file:|[/\\]|[A-Za-z]:).*?):(\d+):(\d+)\)?$/.exec(frame) ?? [];
    if (!name) continue;
    const path = asPath(name);
    if (homes.some((home) => path.startsWith(home))) {
      return { path, line: Number(line), column: Number(column) };
    }
  }
  return undefined;
}

/** Where a file imports a thing: a report names the file alone. */
export function whereImported(path: string, name: string): Place | undefined {
  let lines: string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const quoted = new RegExp(`(['"\`])[^'"\`]*${name.replace(/[^\w]/g, '\\$&')}\\1`);
  for (const [index, line] of lines.entries()) {
    const column = line.search(quoted);
    if (column >= 0) return { path, line: index + 1, column: column + 1 };
  }
  return undefined;
}

/** A path, for what a stack may also give as a file URL. */
export function asPath(name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name) : name;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** With slashes on every system, as a learner writes it in an import. */
export function relativePath(directory: string, path: string): string {
  const home = path.startsWith(directory) ? directory : realPath(directory);
  return relative(home, path).split(sep).join('/');
}
