// npm start as a command: what it prints, what it refuses, and how it ends.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TYPESCRIPT } from '../typescript.ts';
import { eventually, folder, freePorts, LiveClient, makeClone } from './clone.ts';

interface Command {
  child: ChildProcess;
  output: () => string;
  errors: () => string;
  exit: Promise<number | null>;
}

function start(test: TestContext, root: string, ...options: string[]): Command {
  const child = spawn(
    process.execPath,
    ['--import', TYPESCRIPT, 'scripts/start.ts', '--no-open', ...options],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  test.after(async () => {
    child.kill('SIGTERM');
    await exit;
  });
  return { child, output: () => output, errors: () => errors, exit };
}

/** Starts a hub as a learner does. @returns its port and key, as printed */
async function startHere(test: TestContext, root: string) {
  const port = (await freePorts()).first;
  const command = start(test, root, '--port', String(port));
  const link = await eventually(
    'the address',
    () => /is open: (\S+)\nCtrl-C ends it\./.exec(command.output())?.[1],
  );
  const { hash, host, protocol } = new URL(link);
  assert.equal(`${protocol}//${host}`, `http://localhost:${port}`);
  return { ...command, port, key: new URLSearchParams(hash.slice(1)).get('key')! };
}

test('it prints the address with the key, and Ctrl-C ends it at once with open streams', async (t) => {
  const root = makeClone({ scripts: 'copy' });
  const { child, exit, port, key } = await startHere(t, root);
  const live = new LiveClient(port, { 'x-kit-key': key });
  t.after(() => live.leave());
  await live.isHere();
  await fetch(`http://localhost:${port}/api/exercise/${folder}`, { headers: { 'x-kit-key': key } });
  const before = performance.now();
  child.kill('SIGINT');
  assert.equal(await exit, 0);
  assert.ok(performance.now() - before < 2000);
  assert.ok(!existsSync(join(root, '.kit', 'hub.json')));
});

test('a second start in the same clone finds the first one, and leaves it alone', async (t) => {
  const root = makeClone({ scripts: 'copy' });
  const first = await startHere(t, root);
  const second = start(t, root);
  assert.equal(await second.exit, 0);
  assert.equal(
    second.output(),
    `The hub of this clone is running already: http://localhost:${first.port}/#key=${first.key}\n`,
  );
  assert.equal((await fetch(`http://localhost:${first.port}/`)).status, 200);
});

test('a note that a killed hub has left is no hub, and its port is not shown the key', async (t) => {
  const root = makeClone({ scripts: 'copy' });
  const seen: string[] = [];
  const stranger = createServer((request, response) => {
    seen.push(`${request.url} ${JSON.stringify(request.headers)}`);
    response.end('{"proof":"none"}');
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  t.after(() => stranger.close());
  const first = await startHere(t, root);
  const note = { pid: process.pid, port: (stranger.address() as { port: number }).port };
  writeFileSync(join(root, '.kit', 'hub.json'), JSON.stringify(note));
  const second = start(t, root, '--port', String((await freePorts()).first));
  await eventually('a hub of its own', () => second.output().includes('is open'));
  assert.equal(seen.length, 1);
  assert.ok(!seen[0]!.includes(first.key));
});

test('a port that is taken, or is none, is one sentence and exit code 2', async (t) => {
  const root = makeClone({ scripts: 'copy' });
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const cases = [
    [
      ['--port', String(port)],
      `Port ${port} is in use by another program; choose another with --port, or leave it out and a free one is found.\n`,
    ],
    [['--port', '99999'], '--port 99999 is no port; give a number from 1 to 65535.\n'],
    [['--port', 'x'], '--port x is no port; give a number from 1 to 65535.\n'],
    [['--prot', '1'], "Unknown option '--prot'; npm start takes --port N and --no-open.\n"],
  ] as const;
  await Promise.all(
    cases.map(async ([options, sentence]) => {
      const command = start(t, root, ...options);
      assert.equal(await command.exit, 2, options.join(' '));
      assert.equal(command.errors(), sentence);
      assert.equal(command.output(), '');
    }),
  );
});

test('--help says what there is', async (t) => {
  const root = makeClone({ scripts: 'copy' });
  const command = start(t, root, '--help');
  assert.equal(await command.exit, 0);
  assert.match(command.output(), /npm start \[-- --port N\] \[--no-open\]/);
});
