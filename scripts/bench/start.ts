// From a fresh clone to the first page, and every start after that. Only npm may use the network,
// and with a warm cache it does not need to.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KitError } from '../kit-error.ts';
import { cloneCommitted, removeFolder } from './clone.ts';
import { type Account, median } from './figures.ts';
import { freePort } from './hub-process.ts';

const FIRST = 10; // seconds
const LATER = 500; // milliseconds
const PACKAGES = 45;
const MEGABYTES = 80;
const LATER_STARTS = 7;
const PATIENCE = 120_000; // milliseconds, for a cache that is cold after all

/** @throws KitError where it cannot be measured */
export async function timeStart(): Promise<Account> {
  const root = await cloneCommitted();
  try {
    const first = await timeOneStart(root);
    const { packages, bytes } = sizeOfPackages(root);
    const later: number[] = [];
    for (let count = 0; count < LATER_STARTS; count++) later.push(await timeOneStart(root));
    return {
      title: 'Start: npm start in a fresh clone, until the first page has come',
      figures: [
        { name: 'first start', value: first / 1000, unit: 's', limit: FIRST },
        { name: 'packages', value: packages, unit: '', limit: PACKAGES },
        { name: 'node_modules', value: bytes / 1e6, unit: 'MB', limit: MEGABYTES },
        {
          name: 'later starts, median',
          value: median(later),
          unit: 'ms',
          limit: LATER,
          note: later.map((one) => one.toFixed(0)).join(' '),
        },
      ],
    };
  } finally {
    removeFolder(join(root, '..'));
  }
}

/** @returns milliseconds from the command to the last byte of the page */
async function timeOneStart(root: string): Promise<number> {
  const port = await freePort();
  const begun = performance.now();
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const child = spawn(npm, ['start', '--', '--no-open', '--port', String(port)], {
    cwd: root,
    env: environment(),
    detached: process.platform !== 'win32', // npm, its shell and the hub are ended together
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-5000);
    });
  }
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null || performance.now() - begun > PATIENCE) {
        throw new KitError(
          `npm start did not come to a page. It said: ${said.trim() || 'nothing'}`,
        );
      }
      await pause(5);
    }
    return performance.now() - begun;
  } finally {
    await endAll(child);
  }
}

/** As a learner's shell has it: nothing of the npm that runs this benchmark. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_/i.test(name) || /^npm_config_(cache|registry|userconfig)$/i.test(name),
    ),
  );
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({
      host: '127.0.0.1',
      port,
      path: '/',
      headers: { host: `localhost:${port}` },
      agent: false,
    });
    request.on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
      response.on('error', () => resolve(false));
    });
    request.on('error', () => resolve(false));
  });
}

async function endAll(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = once(child, 'close');
  if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/T', '/F']);
  else process.kill(-child.pid, 'SIGTERM');
  const insist = setTimeout(() => {
    if (process.platform !== 'win32') process.kill(-child.pid!, 'SIGKILL');
  }, 5000);
  await gone;
  clearTimeout(insist);
}

function sizeOfPackages(root: string): { packages: number; bytes: number } {
  const folder = join(root, 'node_modules');
  const lock = JSON.parse(readFileSync(join(folder, '.package-lock.json'), 'utf8'));
  return { packages: Object.keys(lock.packages).length, bytes: sizeOf(folder) };
}

/** What the files take on the disk, as `du` counts it. */
function sizeOf(path: string): number {
  const found = lstatSync(path);
  const own = found.blocks === undefined ? found.size : found.blocks * 512;
  if (!found.isDirectory()) return own;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), own);
}
