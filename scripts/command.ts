// What all commands share: arguments, --help, one sentence for what cannot be done, exit codes.
//
//   0  nothing failed
//   1  something did
//   2  it could not be done, and one sentence on standard error says why
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { KitError } from './kit-error.ts';

export interface Option {
  type: 'string' | 'boolean';
  value?: string /* what help calls the value, as K or URL; for strings */;
  about: string /* one line of help */;
  multiple?: boolean;
}

/** What was typed. An option that was not given is undefined (an empty list for `multiple`). */
export type Values<Options extends Record<string, Option>> = {
  [Name in keyof Options]: Options[Name] extends { type: 'boolean' }
    ? boolean
    : Options[Name] extends { multiple: true }
      ? string[]
      : string | undefined;
};

export interface Command<Options extends Record<string, Option>> {
  name: string /* as in `npm run name` */;
  call?: string /* how it is called, where that is not `npm run name --` */;
  about: string /* what it does: one or two sentences */;
  /** What comes without a flag, as `{ name: 'LESSON', about: '…' }`; `optional` ones come last. */
  takes?: { name: string; about: string; optional?: boolean }[];
  options: Options;
  examples?: string[] /* what stands behind `npm run name -- ` */;
  /** Does it, and returns the exit code. A KitError becomes its sentence and exit code 2. */
  run(given: { values: Values<Options>; takes: string[] }): Promise<number> | number;
}

export interface Streams {
  out: { write(text: string): unknown };
  err: { write(text: string): unknown };
}

/**
 * Runs a command with the process's arguments and sets `process.exitCode`.
 *
 * @param command what it takes and does
 * @param typed the arguments, without the program's own
 * @param streams where help and sentences go
 * @returns the exit code
 */
export async function runCommand<const Options extends Record<string, Option>>(
  command: Command<Options>,
  typed: string[] = process.argv.slice(2),
  streams: Streams = { out: process.stdout, err: process.stderr },
): Promise<number> {
  const code = await perform(command, typed, streams);
  process.exitCode = code;
  return code;
}

async function perform<Options extends Record<string, Option>>(
  command: Command<Options>,
  typed: string[],
  streams: Streams,
): Promise<number> {
  try {
    const given = readArguments(command, typed);
    if (given === 'help') {
      streams.out.write(helpText(command));
      return 0;
    }
    return await command.run(given);
  } catch (error) {
    // Only a KitError is for whoever typed the command. Anything else is a mistake of the kit,
    // and its stack is what helps to mend it.
    const text = error instanceof KitError ? error.message : stackOf(error);
    streams.err.write(`${text}\n`);
    return 2;
  }
}

/**
 * A whole number that was typed as an option's value; undefined if the option was not given.
 *
 * @param flag as it was typed, `--step`
 * @throws KitError if it is not digits, or outside `lowest` to `highest`
 */
export function wholeNumber(
  flag: string,
  text: string | undefined,
  lowest: number,
  highest: number = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
  const range =
    highest === Number.MAX_SAFE_INTEGER ? `from ${lowest} up` : `from ${lowest} to ${highest}`;
  throw new KitError(`${flag} takes a whole number ${range}, and "${text}" came.`);
}

/** The text of --help, in the one shape that all commands have. */
export function helpText<Options extends Record<string, Option>>(
  command: Command<Options>,
): string {
  const takes = command.takes ?? [];
  const rows: [string, string][] = takes.map(({ name, about }) => [name, about]);
  for (const [name, option] of Object.entries(command.options)) {
    rows.push([flagOf(name, option), option.about]);
  }
  rows.push(['--help', 'shows this and does nothing else']);
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = [usageOf(command), '', command.about, ''];
  for (const [left, right] of rows) lines.push(`  ${left.padEnd(width)}  ${right}`);
  if (command.examples?.length) {
    lines.push('', 'Examples:');
    for (const example of command.examples) lines.push(`  ${callOf(command)} ${example}`);
  }
  return `${lines.join('\n')}\n`;
}

function readArguments<Options extends Record<string, Option>>(
  command: Command<Options>,
  typed: string[],
): 'help' | { values: Values<Options>; takes: string[] } {
  const see = `see ${callOf(command)} --help`;
  const options: NonNullable<ParseArgsConfig['options']> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const [name, { type, multiple }] of Object.entries(command.options)) {
    options[name] = { type, multiple: multiple ?? false };
  }
  // Not strict, so that every mistake gets a sentence of ours; tokens tell what was typed.
  const { tokens, positionals } = parseArgs({
    args: typed,
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values: Record<string, unknown> = {};
  for (const [name, { type, multiple }] of Object.entries(command.options)) {
    if (type === 'boolean') values[name] = false;
    else if (multiple) values[name] = [];
  }
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help';
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(command.options, token.name)
      ? command.options[token.name]
      : undefined;
    if (!option) {
      throw new KitError(`${command.name} does not know ${token.rawName}: ${see}.`);
    }
    if (option.type === 'boolean') {
      if (token.value !== undefined) {
        throw new KitError(`--${token.name} takes no value, and "${token.value}" came: ${see}.`);
      }
      values[token.name] = true;
      continue;
    }
    // `--step --json`: the next flag is no value, unless it is tied with `=`.
    if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
      const tied = token.value ? ` (--${token.name}=${token.value} if this is meant as one)` : '';
      throw new KitError(`${flagOf(token.name, option)} needs a value${tied}: ${see}.`);
    }
    if (option.multiple) (values[token.name] as string[]).push(token.value);
    else values[token.name] = token.value;
  }
  refuseWhatNpmKept(command);
  const takes = command.takes ?? [];
  const missing = takes[positionals.length];
  if (missing && !missing.optional) {
    throw new KitError(`${missing.name} is missing: ${usageOf(command)}`);
  }
  if (positionals.length > takes.length) {
    throw new KitError(
      `${command.name} cannot tell what "${positionals[takes.length]}" is for: ${usageOf(command)}`,
    );
  }
  return { values: values as Values<Options>, takes: positionals };
}

// `npm run check 01 --finished`, without a `--` of its own, gives the flag to npm, which takes it
// for a setting and passes nothing on. The command would quietly do something else.
function refuseWhatNpmKept<Options extends Record<string, Option>>(command: Command<Options>) {
  if (process.env.npm_lifecycle_event !== command.name) return;
  for (const name of Object.keys(command.options)) {
    if (name === 'json') continue; // a setting of npm's own, which people have in their .npmrc
    const setting = name.replace(/^no-/, '').replaceAll('-', '_');
    if (process.env[`npm_config_${setting}`] === undefined) continue;
    throw new KitError(
      `npm took --${name} for itself: put a -- in front, as in ${callOf(command)} … --${name}.`,
    );
  }
}

function usageOf<Options extends Record<string, Option>>(command: Command<Options>): string {
  const takes = (command.takes ?? []).map(({ name, optional }) => (optional ? `[${name}]` : name));
  const flags = Object.entries(command.options).map(
    ([name, option]) => `[${flagOf(name, option)}]`,
  );
  const all = [...takes, ...flags];
  return all.length > 0 ? `${callOf(command)} ${all.join(' ')}` : `npm run ${command.name}`;
}

function callOf({ name, call }: { name: string; call?: string }): string {
  if (call !== undefined) return call;
  // `npm start` needs no "run", and is what the README says.
  return name === 'start' || name === 'test' ? `npm ${name} --` : `npm run ${name} --`;
}

function flagOf(name: string, option: Option): string {
  return option.type === 'string' ? `--${name} ${option.value ?? 'VALUE'}` : `--${name}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
