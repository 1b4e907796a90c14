// A lesson alone, without the hub: by tsx, by the kit's command, and by a plain Node in a clone in
// which nothing was ever installed. Each sends events, has all files of its page, and ends with Ctrl-C.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { listLessons } from '../../scripts/course/lessons.ts';

const kit = join(import.meta.dirname, '../..');
const DEADLINE = 30_000; // milliseconds
const SERVER = 'lessons/01-event-stream/server.ts';

/** A clone without packages: what is in the repository and needed by whoever runs one lesson. */
const clone = realpathSync(mkdtempSync(join(tmpdir(), 'down-the-wire-alone-')));
after(() => rmSync(clone, { recursive: true, force: true, maxRetries: 3 }));
for (const path of ['lessons', 'public', 'package.json']) {
  cpSync(join(kit, path), join(clone, path), { recursive: true });
}
const node = plainNode();
const skip = node ? false : 'There is no Node 22.18 or later here, and none could be fetched.';

describe('a lesson alone', { concurrency: true }, () => {
  for (const [how, directory, words] of [
    ['node --import tsx', kit, ['--import', 'tsx', SERVER]],
    ['npm run lesson -- 01', kit, ['--import', 'tsx', 'scripts/lesson.ts', '01']],
  ] as const) {
    test(`${how} streams lesson 01, and Ctrl-C ends it with the stream open`, async (t) => {
      await streamsAndEnds(t, process.execPath, directory, words);
    });
  }

  test('plain node streams lesson 01 in a clone without packages, and Ctrl-C ends it', {
    skip,
  }, async (t) => {
    await streamsAndEnds(t, node!, clone, [SERVER]);
  });

  for (const { folder, available } of listLessons(kit)) {
    if (!available) continue;
    test(`plain node has all files of the page of ${folder} without packages, fonts too`, {
      skip,
    }, async (t) => {
      const { origin } = await start(t, node!, clone, [`lessons/${folder}/server.ts`]);
      const types = await crawl(`${origin}/`);
      const missing = [...types].filter(([, type]) => type === undefined);
      assert.deepEqual(missing, [], 'everything that is named is there');
      const found = [...types].map(([path, type]) => `${path} ${type}`);
      assert.ok(found.includes('/client.js text/javascript; charset=utf-8'), found.join('\n'));
      assert.ok(found.includes('/public/wire-view.js text/javascript; charset=utf-8'));
      assert.ok(found.some((line) => /^\/public\/fonts\/.+\.woff2 font\/woff2$/.test(line)));
    });
  }
});

async function streamsAndEnds(
  t: TestContext,
  program: string,
  directory: string,
  words: readonly string[],
): Promise<void> {
  const { child, origin } = await start(t, program, directory, words);
  const response = await fetch(`${origin}/clock`, { signal: AbortSignal.timeout(DEADLINE) });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('\n\n')) {
    const { done, value } = await reader.read();
    assert.ok(!done, 'the stream goes on');
    text += value;
  }
  assert.match(text, /^data: \d\d:\d\d:\d\d\n\n/);

  if (process.platform === 'win32') return; // no Ctrl-C can be sent to one process there
  const exit = once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE) });
  const before = performance.now();
  child.kill('SIGINT');
  const [code, signal] = await exit;
  assert.ok(performance.now() - before < 5000, 'at once, though somebody listens');
  assert.equal(signal ?? code, words.includes(SERVER) ? 'SIGINT' : 130);
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  }, 'the stream is cut off');
}

/** Starts a server on a port that the system chooses. */
async function start(
  t: TestContext,
  program: string,
  directory: string,
  words: readonly string[],
): Promise<{ child: ChildProcess; origin: string }> {
  const child = spawn(program, words, {
    cwd: directory,
    env: { ...process.env, PORT: '0', SECOND_PORT: '0', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  const origin = await new Promise<string>((resolve, reject) => {
    const look = (text: Buffer) => {
      said += text;
      const [, address] = /^Lesson \d\d: (http:\S+)/m.exec(said) ?? [];
      if (address) resolve(address);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
    setTimeout(() => reject(new Error(`no address: ${said}`)), DEADLINE).unref();
  });
  return { child, origin };
}

/** The type of everything that a page names, and that what it names does; undefined if not there. */
async function crawl(address: string): Promise<Map<string, string | undefined>> {
  const { origin } = new URL(address);
  const types = new Map<string, string | undefined>();
  const open = [address];
  for (let next = open.pop(); next; next = open.pop()) {
    const { pathname } = new URL(next);
    if (types.has(pathname)) continue;
    const response = await fetch(next);
    const type = response.headers.get('content-type') ?? '';
    types.set(pathname, response.ok ? type : undefined);
    const text = await response.text();
    for (const name of namesIn(type, text)) {
      const url = new URL(name, next);
      if (url.origin === origin) open.push(url.href);
    }
  }
  return types;
}

function namesIn(type: string, text: string): string[] {
  const pattern = type.startsWith('text/html')
    ? /<(?:link|script|img)\b[^>]*?(?:href|src)="([^"]+)"/g
    : type.startsWith('text/css')
      ? /url\(['"]?([^'")]+)|@import '([^']+)'/g
      : type.startsWith('text/javascript')
        ? /^(?:import|export) (?:[^'"`;]*? from )?'([^']+)';/gm
        : /(?!)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2]!);
}

/** A Node that runs TypeScript by itself: this one, else the one that npm has or fetches. */
function plainNode(): string | undefined {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const words = ['exec', '--yes', '--prefer-offline', '--package=node@24', '--'];
  words.push('node', '-p', 'process.execPath');
  const options = { cwd: clone, encoding: 'utf8', timeout: DEADLINE } as const;
  const npm = process.env.npm_execpath;
  const { stdout, status } = npm
    ? spawnSync(process.execPath, [npm, ...words], options)
    : spawnSync('npm', words, { ...options, shell: process.platform === 'win32' });
  return status === 0 ? stdout.trim().split('\n').at(-1) : undefined;
}
