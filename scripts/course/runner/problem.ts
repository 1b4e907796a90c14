// Why a program does not run, in one sentence with file and line and what to do.
import { existsSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { nearestName } from './nearest-name.ts';
import type { Exit, Thrown } from './owned-process.ts';
import {
  asPath,
  excerptAt,
  firstOwnFrame,
  lineOf,
  type Place,
  relativePath,
  whereImported,
} from './source-place.ts';
import { plainSyntaxError } from './syntax-words.ts';

export interface RunProblem {
  kind: 'syntax' | 'crash' | 'exit' | 'flood' | 'port' | 'missing';
  /** One or two sentences for the learner: file and line, what happened, what to do. */
  message: string;
  /** Relative to the lesson's folder. */
  file?: string;
  /** From 1. */
  line?: number;
  /** From 1, in characters. */
  column?: number;
  /** The line itself, and below it a caret. */
  excerpt?: string;
  /** It has served, and then ended with code 0, as a server does that shuts down by plan. */
  endedWell?: true;
}

/** The program that a problem is about. */
export interface Program {
  directory: string;
  /** Its name within the directory. */
  file: string;
  port: number;
}

/** The file to run is not there. */
export function missingFile({ directory, file }: Program): RunProblem {
  const lesson = /^(\d\d)-/.exec(basename(directory))?.[1];
  const mend = lesson ? `"npm run reset -- ${lesson}" makes it again.` : 'Put it back.';
  return { kind: 'missing', file, message: `${file} is not in ${basename(directory)}. ${mend}` };
}

/** Something else listens on the program's port already. */
export function portInUse(program: Program, port: number, isOwn: boolean): RunProblem {
  const message = isOwn
    ? `Port ${port} is in use by another program, so ${program.file} cannot listen there. Stop that program, then save again.`
    : `${program.file} wants to listen on port ${port}, which is in use. Listen on the port that the variable PORT names, as listen(server, …) does.`;
  return { kind: 'port', file: program.file, message };
}

/** It prints without end. @param amount such as "5,000 lines" */
export function floodOfOutput({ file }: Program, amount: string): RunProblem {
  const message = `${file} printed more than ${amount} within a second, and was stopped. Look for a console.log in a loop that never waits.`;
  return { kind: 'flood', file, message };
}

/** It writes to a client in a loop that never waits. @param amount such as "64 MB" */
export function floodOfWrites({ file }: Program, amount: string): RunProblem {
  const message = `${file} wrote more than ${amount} to its clients without once waiting, and was stopped. Look for response.write() in a loop: let setInterval call it, or wait for 'drain' when it returns false.`;
  return { kind: 'flood', file, message };
}

/** What the program threw while it was loaded, or later without catching it. */
export function thrownProblem(program: Program, thrown: Thrown): RunProblem {
  if (thrown.code === 'EADDRINUSE') {
    return portInUse(program, thrown.port, thrown.port === program.port);
  }
  return (
    syntaxProblem(program, thrown) ??
    importProblem(program, thrown) ??
    crashProblem(program, thrown)
  );
}

/** The program ended, and nothing was thrown. */
export function exitProblem(
  { file, port }: Program,
  exit: Exit,
  more: { listened: boolean; lastError: string | undefined; outOfMemory: boolean },
): RunProblem {
  const said = more.lastError ? ` It said: ${more.lastError}` : '';
  let message: string;
  if (exit.error) {
    message = `${file} could not be started: ${exit.error.message}. Close other programs and save again.`;
  } else if (more.outOfMemory) {
    message = `${file} used up its memory and was ended. Look for a list that only grows, or a loop that never waits.`;
  } else if (exit.signal) {
    message = `${file} was ended from outside, by ${exit.signal}. Save it to start it again.`;
  } else if (exit.code === 13) {
    message = `${file} waits at its top level for something that never comes, so it ended. Look for an await outside of all functions.`;
  } else if (more.listened) {
    message = `${file} ended by itself, with code ${exit.code}, while it was serving. Look for process.exit() or server.close().${said}`;
  } else if (exit.code === 0) {
    message = `${file} came to its end without listening on port ${port}. A program goes on as long as a server listens: call listen(server, …) at the end.`;
  } else {
    message = `${file} ended by itself, with code ${exit.code}, before it listened on port ${port}.${said || ' Look for process.exit().'}`;
  }
  const endedWell = more.listened && exit.code === 0;
  return { kind: 'exit', file, message, ...(endedWell && { endedWell }) };
}

/** What esbuild or Node could not read. Its columns begin at 0 and count bytes. */
function syntaxProblem(program: Program, thrown: Thrown): RunProblem | undefined {
  const [, path, line, column, text] =
    /^Transform failed.*\n(.+?):(\d+):(\d+): ERROR: (.*)/.exec(thrown.message) ?? [];
  if (path && text) {
    const place = { path, line: Number(line) };
    const before = Buffer.from(lineOf(place) ?? '').subarray(0, Number(column));
    const at = { ...place, column: before.toString().length + 1 };
    return placed(program, 'syntax', at, `${plainSyntaxError(text)} Mend it and save again.`);
  }
  if (thrown.name !== 'SyntaxError' || thrown.origin !== 'load') return undefined;
  const [, header, headerLine] = /^(.+):(\d+)\n/.exec(thrown.stack) ?? [];
  if (!header) return undefined; // thrown by the program itself, as JSON.parse does
  const [, module, name] =
    /module '(.+)' does not provide an export named '(.+)'/.exec(thrown.message) ?? [];
  const at = { path: asPath(header), line: Number(headerLine) };
  if (!name) return placed(program, 'syntax', at, `${thrown.message}. Mend it and save again.`);
  const symbol = lineOf(at)?.search(new RegExp(`\\b${name}\\b`)) ?? -1;
  return placed(
    program,
    'syntax',
    symbol < 0 ? at : { ...at, column: symbol + 1 },
    `"${module}" has nothing that is called "${name}". Mend the name and save again.`,
  );
}

/** An import that leads nowhere. */
function importProblem(program: Program, thrown: Thrown): RunProblem | undefined {
  const [, what, importer] =
    /^Cannot find (?:module|package) '(.+?)' imported from '?(.+?)'?$/m.exec(thrown.message) ?? [];
  if (thrown.code === 'ERR_UNKNOWN_BUILTIN_MODULE') {
    const name = /node:\S+/.exec(thrown.message)?.[0] ?? '';
    const at = whereImported(join(program.directory, program.file), name);
    const meant = nearestName(
      name,
      builtinModules.map((module) => `node:${module}`),
    );
    return placed(program, 'missing', at, `Node has no module "${name}". ${didYouMean(meant)}`);
  }
  if (!what || !importer) return undefined;
  const path = asPath(importer);
  const target = asPath(what);
  if (target === what && !/^([/\\]|[A-Za-z]:)/.test(what)) {
    const at = whereImported(path, what);
    const known = builtinModules.includes(what)
      ? `Write "node:${what}".`
      : 'Lessons use what Node brings along, as in "node:http".';
    return placed(program, 'missing', at, `The package "${what}" is not installed. ${known}`);
  }
  const at = whereImported(path, basename(target));
  const meant = nearestName(basename(target), filesIn(dirname(target)));
  const shown = relativePath(dirname(path), target);
  return placed(
    program,
    'missing',
    at,
    `There is no file ${shown} to import. ${didYouMean(meant)}`,
  );
}

const CAUSES: [RegExp, string][] = [
  [
    /ERR_HTTP_HEADERS_SENT/,
    'The head has gone already: set headers before the first byte of the body.',
  ],
  [
    /ERR_STREAM_WRITE_AFTER_END/,
    'The response has ended already: stop what goes on writing to it.',
  ],
  [/^Assignment to constant variable/, 'A const keeps its value: declare it with let.'],
  [/is not defined$/, 'Is the name spelled as where it is declared?'],
  [/Cannot read properties of undefined/, 'Find out why the value is missing there.'],
];

function crashProblem(program: Program, thrown: Thrown): RunProblem {
  // Node wraps what is no Error in one that explains promises at length.
  const reason = /The promise rejected with the reason "(.*)"\.$/s.exec(thrown.message)?.[1];
  const error = thrown.name ? `${thrown.name}: ${thrown.message}` : thrown.message;
  const what = thrown.code === 'ERR_UNHANDLED_REJECTION' && reason ? `"${reason}"` : error;
  const how =
    thrown.origin === 'rejection'
      ? 'A promise was rejected and nothing caught it'
      : 'The program threw an error that nothing caught';
  const cause = CAUSES.find(([sign]) => sign.test(thrown.code) || sign.test(thrown.message))?.[1];
  const message = `${how}: ${sentence(what)} ${cause ?? 'Mend it and save again.'}`;
  return placed(program, 'crash', firstOwnFrame(program.directory, thrown.stack), message);
}

function sentence(text: string): string {
  const short = text.length > 500 ? `${text.slice(0, 500)} …` : text;
  return /[.!?]$/.test(short) ? short : `${short}.`;
}

function placed(
  program: Program,
  kind: RunProblem['kind'],
  place: Place | undefined,
  text: string,
): RunProblem {
  if (!place) return { kind, file: program.file, message: `${program.file}: ${text}` };
  const file = relativePath(program.directory, place.path);
  const { line, column } = place;
  const where = column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
  const excerpt = excerptAt(place);
  return {
    kind,
    message: `${where}: ${text}`,
    file,
    line,
    ...(column === undefined ? {} : { column }),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}

function didYouMean(name: string | undefined): string {
  return name ? `Did you mean "${name}"?` : 'Mend the name and save again.';
}

function filesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
