// `npx down-the-wire doctor URL` without a clone: the package as npm makes it, in an empty folder.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { resumes } from '../wire/examine-streams.ts';
import { httpServer } from '../wire/sockets.ts';
import { asJson, doctor, root } from './calling.ts';

/** What `npm pack` reads of the kit. */
const READ = ['package.json', 'package-lock.json', 'README.md', 'LICENSE', 'scripts'];

describe('the package', { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'packed-'));
  const clone = join(directory, 'clone');
  const empty = join(directory, 'empty');
  let manifest: string;
  after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));

  before(() => {
    mkdirSync(clone);
    mkdirSync(empty);
    for (const name of READ) cpSync(join(root, name), join(clone, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
    manifest = readFileSync(join(clone, 'package.json'), 'utf8');
    npm(['pack', '--silent'], clone);
    // Offline, and without a cache: whatever the package needed could not be fetched.
    const cache = join(directory, 'cache');
    npm(['init', '-y', '--silent'], empty);
    npm(['install', '--offline', '--cache', cache, '--no-audit', '--no-fund', tarball()], empty);
  });

  function npm(typed: string[], cwd: string): string {
    const shell = process.platform === 'win32';
    const env = { ...process.env, npm_config_loglevel: 'error' };
    const { status, stdout, stderr } = spawnSync('npm', typed, {
      cwd,
      env,
      shell,
      encoding: 'utf8',
    });
    assert.equal(status, 0, `npm ${typed.join(' ')}\n${stdout}${stderr}`);
    return stdout;
  }

  function tarball(): string {
    const [name] = readdirSync(clone).filter((file) => file.endsWith('.tgz'));
    assert.ok(name, 'npm pack made a package');
    return join(clone, name);
  }

  it('holds the program, what npm asks for, and nothing else', () => {
    const packed = join(empty, 'node_modules', 'down-the-wire');
    const files = readdirSync(packed, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .sort();
    assert.deepEqual(files, [
      'LICENSE',
      'README.md',
      'dist',
      'dist/down-the-wire.js',
      'package.json',
    ]);
    const { dependencies, devDependencies, scripts, bin } = JSON.parse(
      readFileSync(join(packed, 'package.json'), 'utf8'),
    );
    assert.deepEqual([dependencies, devDependencies, scripts], [undefined, undefined, undefined]);
    assert.deepEqual(bin, { 'down-the-wire': 'dist/down-the-wire.js' });
    assert.deepEqual(
      readdirSync(join(empty, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['down-the-wire'],
    );
  });

  it("leaves the kit's own package.json as it was", () => {
    assert.equal(readFileSync(join(clone, 'package.json'), 'utf8'), manifest);
  });

  it('examines a stream from an empty folder, and calls itself by its name', async (context) => {
    const port = await httpServer(context, resumes());
    const program = [join(empty, 'node_modules', 'down-the-wire', 'dist', 'down-the-wire.js')];
    const caller = { program, cwd: empty, env: { NODE_PATH: '' } };
    const url = `http://127.0.0.1:${port}/`;
    const call = await doctor(['doctor', url, '--for', '0.5', '--json'], caller);
    assert.equal(call.code, 0, call.err);
    assert.ok(asJson(call).events > 0);

    const help = await doctor(['doctor', '--help'], caller);
    assert.match(help.out, /^npx down-the-wire doctor URL/);
    assert.doesNotMatch(help.out, /npm run/);
    const unknown = await doctor(['nurse'], caller);
    assert.deepEqual([unknown.code, unknown.out], [2, '']);
    assert.match(unknown.err, /^There is no command "nurse" here/);
  });

  it('runs by npx', () => {
    const out = npm(['exec', '--offline', '--', 'down-the-wire', 'doctor', '--help'], empty);
    assert.match(out, /^npx down-the-wire doctor URL/);
  });
});
