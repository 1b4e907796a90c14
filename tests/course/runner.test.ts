// A program runs as it does alone, quickly, and is gone when it is stopped.
import assert from 'node:assert/strict';
import { realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRunner, type Run } from '../../scripts/course/runner.ts';
import { childrenOf, isAlive } from './living.ts';
import { freePort, printed, startProgram, until, writeProgram } from './runner-programs.ts';

const SERVER = `import { listen } from './page.ts';\nlisten();\n`;
const LINUX = { skip: process.platform === 'linux' ? false : 'reads /proc' };

const WHO_AM_I = `
import { listen } from './page.ts';
console.log(JSON.stringify({
  argv: process.argv,
  dirname: import.meta.dirname,
  filename: import.meta.filename,
  env: process.env,
  listeners: process.eventNames(),
}));
listen();
`;

async function answer(run: Run): Promise<string> {
  return (await fetch(run.origin)).text();
}

for (const kind of ['cold', 'spare'] as const) {
  test(`a program in a ${kind} process finds what it finds when it runs alone`, async (t) => {
    process.env.npm_config_secret = 'a';
    process.env.DOWN_THE_WIRE_KEY = 'b';
    t.after(() => {
      delete process.env.npm_config_secret;
      delete process.env.DOWN_THE_WIRE_KEY;
    });
    const runner = createRunner();
    t.after(() => runner.close());
    if (kind === 'spare') {
      runner.warm(1);
      await until('a warm spare', () => runner.spares.ready === 1);
    }
    const directory = realpathSync(writeProgram(`alone-${kind}`, WHO_AM_I));
    const port = await freePort();
    const run = runner.start({
      directory,
      port,
      publicPort: 4701,
      secondPort: 4801,
      env: { A: 'x' },
    });
    assert.equal(runner.spares.waiting, 0);
    assert.equal(await run.listening(5000), true, run.problem?.message);
    assert.equal(await answer(run), 'here');
    const seen = JSON.parse(await until('its output', () => printed(run)));
    const file = join(directory, 'server.ts');
    assert.deepEqual(seen.argv, [process.execPath, file]);
    assert.equal(seen.dirname, directory);
    assert.equal(seen.filename, file);
    const { PORT, PUBLIC_PORT, SECOND_PORT, A } = seen.env;
    assert.deepEqual(
      { PORT, PUBLIC_PORT, SECOND_PORT, A },
      { PORT: `${port}`, PUBLIC_PORT: '4701', SECOND_PORT: '4801', A: 'x' },
    );
    const leaked = Object.keys(seen.env).filter((name) => /^npm_|KEY$|NODE_TEST/.test(name));
    assert.deepEqual(leaked, []);
    assert.equal(seen.listeners.includes('uncaughtException'), false);
    await run.stop();
  });
}

test('a saved file runs as it is now, not as it was', async (t) => {
  const runner = createRunner({ spares: 1, refill: 0 });
  t.after(() => runner.close());
  const port = await freePort();
  for (const word of ['first', 'second', 'third']) {
    const program = `import { listen } from './page.ts';\nlisten((_, response) => response.end('${word}'));\n`;
    const run = runner.start({ directory: writeProgram('saved', program), port, publicPort: port });
    assert.equal(await run.listening(5000), true, run.problem?.message);
    assert.equal(await answer(run), word);
    await run.stop();
  }
});

test('two programs run at once', async () => {
  const runs = await Promise.all([startProgram('one', SERVER), startProgram('two', SERVER)]);
  assert.deepEqual(await Promise.all(runs.map((run) => run.listening(5000))), [true, true]);
  await Promise.all(runs.map((run) => run.stop()));
});

test('TypeScript that is more than types runs as well', async () => {
  const run = await startProgram(
    'enum',
    `enum Track { one = 1 }\n${SERVER}console.log(Track.one);\n`,
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  await until('its output', () => printed(run) === '1\n');
  await run.stop();
});

for (const name of ['./track', './track.js', './track.ts']) {
  test(`a program finds another file of its own as ${name}`, async () => {
    const directory = writeProgram('neighbour', '');
    writeFileSync(join(directory, 'track.ts'), 'export const track = (): number => 9;\n');
    const run = await startProgram(
      'neighbour',
      `import { track } from '${name}';\n${SERVER}console.log(track());\n`,
    );
    assert.equal(await run.listening(5000), true, run.problem?.message);
    await until('its output', () => printed(run) === '9\n');
    await run.stop();
  });
}

test('a program listens when another process of it does', async () => {
  const run = await startProgram(
    'grandchild-listens',
    `import { spawn } from 'node:child_process';
     const code = "require('http').createServer((q, r) => r.end('grandchild')).listen(process.env.PORT)";
     spawn(process.execPath, ['-e', code]);`,
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  assert.equal(await answer(run), 'grandchild');
  await run.stop();
  assert.equal(await run.listening(1000), false);
});

test('waiting for a program that does not listen ends at the deadline', async () => {
  const run = await startProgram('silent', 'setInterval(() => {}, 1000);');
  assert.equal(await run.listening(100), false);
  assert.equal(run.problem, undefined);
  await run.stop();
});

test('waiting ends at once when the run is stopped', async () => {
  const run = await startProgram('stopped', 'setInterval(() => {}, 1000);');
  const listening = run.listening(60_000);
  await run.stop();
  assert.equal(await listening, false);
  assert.equal(run.problem, undefined);
  assert.equal(await run.state(), undefined);
});

test('a program that listened and was stopped says no problem and leaves its port', async () => {
  const run = await startProgram('leaves', SERVER);
  assert.equal(await run.listening(5000), true);
  await run.stop();
  assert.equal(run.problem, undefined);
  await new Promise<void>((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(run.port, '127.0.0.1', () => server.close(() => resolve()));
  });
});

test('stopping ends what the program started, in whatever group it is', LINUX, async () => {
  const run = await startProgram(
    'grandchildren',
    `import { spawn } from 'node:child_process';
     const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')";
     const ways = [{}, { detached: true }, { detached: true, env: {} }];
     for (const way of ways) {
       const child = spawn(process.execPath, ['-e', deaf], { stdio: 'pipe', ...way });
       child.stdout.once('data', () => console.log(child.pid));
       child.unref();
     }
     setInterval(() => {}, 1000);`,
  );
  await until('three processes', () => printed(run).trim().split('\n').length === 3);
  const pids = printed(run).trim().split('\n').map(Number);
  assert.deepEqual(pids.filter(isAlive), pids);
  await run.stop();
  assert.deepEqual(pids.filter(isAlive), []);
});

test('what a program started ends with it when it ends by itself', LINUX, async () => {
  const run = await startProgram(
    'orphan',
    `import { spawn } from 'node:child_process';
     const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
     console.log(child.pid);
     child.unref();`,
  );
  await until('its end', () => run.problem);
  const pid = Number(printed(run));
  assert.ok(pid > 0);
  await until('the end of what it started', () => !isAlive(pid));
});

test('spares are let go when nobody needs them, and a start works without', LINUX, async (t) => {
  const runner = createRunner({ idle: 50 });
  t.after(() => runner.close());
  const before = childrenOf(process.pid);
  runner.warm(2);
  const spares = childrenOf(process.pid).filter((pid) => !before.includes(pid));
  assert.equal(spares.length, 1, 'they are warmed one after the other');
  await until('no spares', () => runner.spares.waiting === 0);
  await until('no processes', () => spares.filter(isAlive).length === 0);
  const port = await freePort();
  const run = runner.start({ directory: writeProgram('cold', SERVER), port, publicPort: port });
  assert.equal(await run.listening(5000), true, run.problem?.message);
});

test('a spare that has died is not taken', LINUX, async (t) => {
  const runner = createRunner();
  t.after(() => runner.close());
  const before = childrenOf(process.pid);
  runner.warm(1);
  await until('a warm spare', () => runner.spares.ready === 1);
  const [spare] = childrenOf(process.pid).filter((pid) => !before.includes(pid));
  assert.ok(spare);
  process.kill(spare, 'SIGKILL');
  const port = await freePort();
  await until('its end', () => runner.spares.waiting === 0);
  const run = runner.start({
    directory: writeProgram('dead-spare', SERVER),
    port,
    publicPort: port,
  });
  assert.equal(await run.listening(5000), true, run.problem?.message);
});

test('a spare that was taken is replaced', async (t) => {
  const runner = createRunner({ spares: 1, refill: 10 });
  t.after(() => runner.close());
  const port = await freePort();
  const run = runner.start({ directory: writeProgram('refill', SERVER), port, publicPort: port });
  await until('a warm spare', () => runner.spares.ready === 1);
  assert.equal(await run.listening(5000), true);
});

test('while a fast program is watched no spare is started beside it', async (t) => {
  const runner = createRunner({ spares: 2, refill: 1 });
  t.after(() => runner.close());
  const port = await freePort();
  const directory = writeProgram('undisturbed', SERVER);
  const run = runner.start({ directory, port, publicPort: port, speed: 50 });
  assert.equal(await run.listening(5000), true);
  assert.equal(runner.spares.waiting, 0);
  await run.stop();
  await until('two warm spares', () => runner.spares.ready === 2);
});

test('spares that are let go come back with the next start', async (t) => {
  const runner = createRunner({ spares: 1, refill: 1 });
  t.after(() => runner.close());
  runner.warm(1);
  runner.cool();
  assert.equal(runner.spares.waiting, 0);
  const port = await freePort();
  runner.start({ directory: writeProgram('again', SERVER), port, publicPort: port });
  await until('a warm spare', () => runner.spares.ready === 1);
});

test('a closed runner starts nothing', async () => {
  const runner = createRunner();
  await runner.close();
  runner.warm(1);
  assert.equal(runner.spares.waiting, 0);
  assert.throws(() => runner.start({ directory: '.', port: 1, publicPort: 1 }), {
    message: 'This runner is closed: start the program in another.',
  });
});
