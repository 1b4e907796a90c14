// Lesson 07's parser beside those that people use: from bytes to events, on the same bytes, in one run.
//
// The peers are installed at the first run, in this folder alone. They need Node 22; where this is an
// older one, one of the npm registry runs them, and the lesson's parser too.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KitError } from '../kit-error.ts';
import type { Account, Figure } from './figures.ts';
import { npm } from './npm.ts';

const FOLDER = import.meta.dirname;
const NEWEST = 'node@24.9.0';
const WINDOWS = process.platform === 'win32';
/** One line of 8 MB may take so many times as long as eventsource-parser takes for it. */
const LONG_LINE = 3;

/** What parser-run.js prints. */
interface Measured {
  node: string;
  rows: {
    kind: string;
    kilobytes: number;
    /** Milliseconds of each round, by peer. */
    times: Record<string, number[]>;
    /** Whether all have told the same. */
    agree: boolean;
    told: Record<string, string>;
  }[];
}

/** @throws KitError where the peers cannot be installed, or cannot be run */
export async function timeParsers(): Promise<Account> {
  if (!existsSync(join(FOLDER, 'node_modules', 'eventsource-parser'))) {
    console.error('Installing the parsers to compare with, in scripts/bench/node_modules …');
    await npm('ci');
  }
  const { stdout } = await promisify(execFile)(await nodeForPeers(), ['parser-run.js'], {
    cwd: FOLDER,
    maxBuffer: 1e7,
  }).catch((error: Error) => {
    throw new KitError(`The parsers could not be run: ${error.message.split('\n')[0]}`);
  });
  const { node, rows } = JSON.parse(stdout) as Measured;
  return {
    title:
      `Parser: lesson 07's time beside eventsource-parser's, from bytes, on Node ${node.slice(1)}; ` +
      "then the others' beside lesson 07's",
    figures: rows.map(figureOf),
    faults: rows
      .filter(({ agree }) => !agree)
      .map(({ kind, told }) => `${kind}: they do not tell the same: ${JSON.stringify(told)}`),
  };
}

function figureOf({ kind, kilobytes, times }: Measured['rows'][number]): Figure {
  const { 'lesson 07': own, 'eventsource-parser': first, ...others } = times;
  const ours = least(own!);
  const notes = Object.entries(others).map(([name, took]) => {
    return `${name} ${(least(took) / ours).toFixed(1)} ×`;
  });
  const isLongLine = kilobytes < 2 && kind.includes('8 MB');
  return {
    name: isLongLine ? `${kind}, 1460 bytes` : `${kind}, ${kilobytes} kB`,
    value: ours / least(first!),
    unit: '×',
    note: notes.join(', '),
    ...(isLongLine && { limit: LONG_LINE }),
  };
}

/** The least of all rounds: whatever else the machine does can only add to it. */
function least(times: readonly number[]): number {
  return Math.min(...times);
}

/** This Node, if it is new enough for the peers; else one that is installed beside them. */
async function nodeForPeers(): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath;
  const own = join(FOLDER, 'node_modules', 'node', 'bin', WINDOWS ? 'node.exe' : 'node');
  if (!existsSync(own)) {
    console.error(`Installing ${NEWEST} beside them, for they need Node 22.19 …`);
    await npm('install', '--no-save', NEWEST);
  }
  if (existsSync(own)) return own;
  throw new KitError(
    `The parsers to compare with need Node 22.19 or newer, and this is ${process.versions.node}.`,
  );
}
