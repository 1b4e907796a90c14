// `npm run reset` and `npm run lesson`, as they are typed.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TYPESCRIPT } from '../typescript.ts';
import { makeCloneWithCommands, smallLesson } from './clone.ts';

const DEADLINE = 10_000; // milliseconds

function run(root: string, ...typed: string[]) {
  const [command, ...rest] = typed;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', TYPESCRIPT, `scripts/${command}.ts`, ...rest],
    { cwd: root, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

test('reset makes the starter, keeps what was there, and says so', (t) => {
  const root = makeCloneWithCommands(t);
  const place = 'playground/01-event-stream';
  assert.deepEqual(run(root, 'reset', '01'), {
    status: 0,
    stdout: `${place} is now at its starter.\n`,
    stderr: '',
  });
  writeFileSync(join(root, place, 'server.ts'), 'mine');
  const { status, stdout } = run(root, 'reset', 'event', '--step', '2');
  assert.equal(status, 0);
  const kept =
    /^playground\/01-event-stream is now at step 2, "Say it twice\."\. What was there is kept in (\S+)\.\n$/.exec(
      stdout,
    )![1]!;
  assert.equal(readFileSync(join(root, kept, 'server.ts'), 'utf8'), 'mine');
  assert.match(readFileSync(join(root, place, 'server.ts'), 'utf8'), /hello again/);
});

for (const [typed, sentence] of [
  [
    ['reset', '01', '--step', '9'],
    'Lesson 01-event-stream has no step 9: it has 0, the starter, to 2, the finished lesson.',
  ],
  [['reset', '01', '--step', 'two'], '--step takes a whole number from 0 up, and "two" came.'],
  [
    ['reset', '99'],
    'There is no lesson "99". There is 01-event-stream; name it by its number, as 1.',
  ],
  [
    ['lesson', 'nonsense'],
    'There is no lesson "nonsense". There is 01-event-stream; name it by its number, as 1.',
  ],
  [['lesson'], 'LESSON is missing: npm run lesson -- LESSON'],
] as const) {
  test(`"${typed.join(' ')}" is answered with one sentence and exit code 2`, (t) => {
    const root = makeCloneWithCommands(t);
    assert.deepEqual(run(root, ...typed), { status: 2, stdout: '', stderr: `${sentence}\n` });
    assert.equal(existsSync(join(root, 'playground')), false);
  });
}

test('lesson ends with the exit code of its server, and shows what it says', (t) => {
  const root = makeCloneWithCommands(t, {
    ...smallLesson,
    'index.html': '<!doctype html>\n',
    'server.ts': "console.log('said');\nconsole.error('complained');\nprocess.exitCode = 7;\n",
  });
  assert.deepEqual(run(root, 'lesson', '1'), {
    status: 7,
    stdout: 'said\n',
    stderr: 'complained\n',
  });
});

const listening = {
  ...smallLesson,
  'index.html': '<!doctype html>\n',
  'server.ts':
    "import { createServer } from 'node:net';\nconst server = createServer(() => {}).listen(0, '127.0.0.1', () => {\n  const { port } = server.address() as { port: number };\n  console.log(JSON.stringify({ port, pid: process.pid }));\n});\n",
};

async function startLesson(t: TestContext): Promise<{ child: ChildProcess; port: number }> {
  const root = makeCloneWithCommands(t, listening);
  const child = spawn(process.execPath, ['--import', TYPESCRIPT, 'scripts/lesson.ts', '1'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout!, 'data', { signal: AbortSignal.timeout(DEADLINE) });
  const { port, pid } = JSON.parse(String(line));
  t.after(() => endIfRunning(pid)); // the tests are to end even when what they test fails
  return { child, port };
}

function endIfRunning(pid: number) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, as it should.
  }
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`lesson ends at once with its server on ${signal}`, {
    skip: process.platform === 'win32',
  }, async (t) => {
    const { child, port } = await startLesson(t);
    assert.equal(await connects(port), true);
    const exit = once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE) });
    child.kill(signal);
    assert.equal((await exit)[0], code);
    assert.equal(await connects(port), false);
  });
}

test('a server does not outlive a lesson command that was killed', async (t) => {
  const { child, port } = await startLesson(t);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect', { signal: AbortSignal.timeout(DEADLINE) });
  // A reset of the connection is as good an end as a proper one.
  socket.on('error', () => {}).resume();
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(DEADLINE) });
  child.kill('SIGKILL');
  await closed;
  // The system closes what a dying process had open one by one, the listening port perhaps last.
  const end = performance.now() + DEADLINE;
  while (await connects(port)) assert.ok(performance.now() < end, 'the server still listens');
});

test('reset in a read-only clone is answered with one sentence', {
  skip: process.platform === 'win32' && 'Windows has no such modes',
}, (t) => {
  const root = makeCloneWithCommands(t);
  // Modes do not hold root back, so root becomes somebody else for this, where the system allows.
  const somebody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const start = (...typed: string[]) =>
    spawnSync(process.execPath, ['--import', TYPESCRIPT, ...typed], {
      cwd: root,
      encoding: 'utf8',
      ...somebody,
    });
  chmodSync(root, 0o555);
  if (start('-e', '').status !== 0) {
    chmodSync(root, 0o755);
    return t.skip('nobody but root can read the packages here');
  }
  const { status, stdout, stderr } = start('scripts/reset.ts', '1');
  chmodSync(root, 0o755); // or it cannot be removed
  assert.deepEqual(
    { status, stdout, stderr },
    {
      status: 2,
      stdout: '',
      stderr: `playground/01-event-stream cannot be written: ${root} is read-only for you. Make it writable, or clone the kit into a folder of your own.\n`,
    },
  );
});
