// Whatever way the kit ends, nothing that it ran is alive two seconds later.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { TYPESCRIPT } from '../typescript.ts';
import { descendantsOf, isAlive } from './living.ts';
import { freePort, until, writeProgram } from './runner-programs.ts';

const OWNER = join(import.meta.dirname, 'fixtures', 'runner-owner.ts');
const LINUX = { skip: process.platform === 'linux' ? false : 'reads /proc' };

const DEAF = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`;
const startDeaf = (options: string) => `
  import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, ['-e', ${JSON.stringify(DEAF)}], { stdio: ['ignore', 'pipe', 'ignore'], ...${options} });
  child.stdout.once('data', () => { console.log('grandchild ' + child.pid + ' up'); });
`;

const PROGRAMS: Record<string, string> = {
  'a busy loop': `console.log('up'); setTimeout(() => { while (true); }, 10);`,
  'a busy loop with a detached process': `${startDeaf('{ detached: true }')}
    child.stdout.once('data', () => setTimeout(() => { while (true); }, 10));`,
  'a detached process that ignores SIGTERM': startDeaf('{ detached: true }'),
  'a process with an environment of its own': startDeaf('{ detached: true, env: {} }'),
  'a process that ignores SIGTERM': startDeaf('{}'),
  'a program that prints all the time beside a detached process': `${startDeaf('{ detached: true }')}
    setInterval(() => process.stdout.write('.'), 1);`,
  'a program that refuses to end': `
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
    process.on('uncaughtException', () => {});
    setInterval(() => console.log('up'), 5);`,
};

function startOwner(...given: string[]): { owner: ChildProcess; output: () => string } {
  const owner = spawn(process.execPath, ['--import', TYPESCRIPT, OWNER, ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  owner.stdout.on('data', (text) => (output += text));
  return { owner, output: () => output };
}

async function assertNothingSurvives(owner: ChildProcess, pids: number[]): Promise<void> {
  assert.ok(pids.length > 0);
  owner.kill('SIGKILL');
  await until('the end of everything', () => pids.filter(isAlive).length === 0, 2000);
}

for (const [name, text] of Object.entries(PROGRAMS)) {
  test(`${name} does not outlive a killed kit`, LINUX, async () => {
    const directory = writeProgram(name.replaceAll(' ', '-'), text);
    const { owner, output } = startOwner(directory, `${await freePort()}`);
    await until('the program', () => output().includes('up'));
    const named = [...output().matchAll(/grandchild (\d+)/g)].map(([, pid]) => Number(pid));
    await assertNothingSurvives(owner, [...descendantsOf(owner.pid!), ...named]);
  });
}

test('spares that wait do not outlive a killed kit', LINUX, async () => {
  const { owner, output } = startOwner('', '', '2');
  await until('the spares', () => output().includes('up'));
  await assertNothingSurvives(owner, descendantsOf(owner.pid!));
});

test('a spare that has hardly begun does not outlive a killed kit', LINUX, async () => {
  const { owner, output } = startOwner('', '', '1');
  await until('its beginning', () => output().includes('started'));
  await assertNothingSurvives(owner, descendantsOf(owner.pid!));
});

test('nothing survives a kit that ends without closing its runner', LINUX, async () => {
  const directory = writeProgram('left', startDeaf('{ detached: true }'));
  const { owner, output } = startOwner(directory, `${await freePort()}`);
  await until('the program', () => output().includes('up'));
  const pids = descendantsOf(owner.pid!);
  owner.kill('SIGTERM');
  await until('the end of everything', () => pids.filter(isAlive).length === 0, 2000);
});

for (const when of ['ready', 'hardly begun']) {
  test(`closing a spare that is ${when} is waited for, though nothing else keeps the kit awake`, async () => {
    const closer = spawn(
      process.execPath,
      ['--import', TYPESCRIPT, join(import.meta.dirname, 'fixtures', 'runner-closer.ts'), when],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    closer.stdout.on('data', (text) => (output += text));
    const [code] = await once(closer, 'close');
    assert.deepEqual([code, output], [0, 'closed\n']);
  });
}
