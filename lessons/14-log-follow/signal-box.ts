// Where the logs are, and who writes them. There is nothing to do in this file: read it, and follow.
//
// The logs are in a folder of the system's for temporary files, which goes with this program.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, rename, truncate, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TICK = 150; // milliseconds from one piece of a build's output to the next
const NAME = 'down-the-wire-14-';

forgetThoseBefore();
const folder = mkdtempSync(join(tmpdir(), `${NAME}${process.pid}-`));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit());

/** The logs that there are, by the name that one asks for. */
export const LOGS = new Map(
  ['build', 'signals'].map((name) => [name, join(folder, `${name}.log`)] as const),
);
for (const path of LOGS.values()) writeFileSync(path, '');

/** Appends what a build prints somewhere else, piece by piece as it comes. */
export async function append(path: string, request: IncomingMessage) {
  for await (const piece of request) await appendFile(path, piece);
}

/** Empties a log, as `> build.log` does. */
export function empty(path: string) {
  return truncate(path);
}

/** Puts a log away under another name, and begins a new one. */
export async function rotate(path: string) {
  await rename(path, `${path}.1`);
  await writeFile(path, '');
}

/** What a build prints: in colours, in halves of lines, with a bar that overwrites itself. */
const OUTPUT = [
  '\x1b[1mBuilding the signal box\x1b[0m\n',
  'Laying the points … ',
  '\x1b[32mdone\x1b[0m\n',
  'Fetching 12 levers\n',
  '\r[=>        ]  20 %',
  '\r[=====>    ]  60 %',
  '\r[==========] 100 %\n',
  'src/lever.ts: \x1b[33mwarning:\x1b[39m <b>lever 7</b> is stiff\n',
  'Testing\n',
  '  \x1b[32m✓\x1b[0m the arm falls\n',
  '  \x1b[32m✓\x1b[0m the lamp is lit 🚦\n',
  '  \x1b[31m✗ the bell rings\x1b[0m \x1b[90m(expected "ding", got "中")\x1b[0m\n',
  '\x1b[31;1m1 failed\x1b[0m, 2 passed\n',
];

/** A build that writes into a log for a while. */
export function build(path: string) {
  const pieces = [...OUTPUT];
  const printing = setInterval(async () => {
    const piece = pieces.shift();
    if (piece) await appendFile(path, piece);
    else clearInterval(printing);
  }, TICK);
}

/** A program that was killed has tidied nothing up. */
function forgetThoseBefore() {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${NAME}(\\d+)-`).exec(name) ?? [];
    if (!pid || isAlive(Number(pid))) continue;
    const left = join(tmpdir(), name);
    if (existsSync(left)) rmSync(left, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
