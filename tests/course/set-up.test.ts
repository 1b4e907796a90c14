// What runs before every command: it fetches packages when their list has changed, takes nothing away,
// and says in one sentence what is in the way.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';

const kit = join(import.meta.dirname, '../..');
const DEADLINE = 60_000; // milliseconds; npm alone takes seconds on a busy machine

/** The list of packages: one for learners, one for those who work on the kit. */
const LOCK = {
  name: 'small',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': { name: 'small', dependencies: { lamp: '1.0.0' }, devDependencies: { file: '1.0.0' } },
    'node_modules/lamp': { version: '1.0.0' },
    'node_modules/file': { version: '1.0.0', dev: true },
  },
};

class Clone {
  readonly root: string;
  readonly #npm: string;
  readonly #asked: string;

  constructor(t: TestContext) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'down-the-wire-set-up-')));
    t.after(() => rmSync(this.root, { recursive: true, force: true, maxRetries: 3 }));
    this.#npm = join(this.root, 'npm.cjs');
    this.#asked = join(this.root, 'asked.json');
    mkdirSync(join(this.root, 'scripts'));
    copyFileSync(join(kit, 'scripts/set-up.js'), join(this.root, 'scripts/set-up.js'));
    const { name, dependencies, devDependencies } = LOCK.packages[''];
    this.write('package.json', { name, type: 'module', dependencies, devDependencies });
    this.write('package-lock.json', LOCK);
  }

  write(path: string, content: unknown): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), JSON.stringify(content));
  }

  /** What an earlier set-up has left behind, and the packages that npm has noted. */
  setUpBefore(level: string, notes: Record<string, object>): void {
    this.write('node_modules/.down-the-wire.json', { lock: this.lockHash, level });
    this.write('node_modules/.package-lock.json', { packages: notes });
  }

  get lockHash(): string {
    const lock = readFileSync(join(this.root, 'package-lock.json'));
    return createHash('sha256').update(lock).digest('hex');
  }

  get stamp(): unknown {
    const file = join(this.root, 'node_modules/.down-the-wire.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  }

  /** Puts something in npm's place that notes what it is asked for, and fails if it is to. */
  replaceNpm(complaint?: string): this {
    writeFileSync(
      this.#npm,
      `const { mkdirSync, writeFileSync } = require('node:fs');
writeFileSync(${JSON.stringify(this.#asked)}, JSON.stringify(process.argv.slice(2)));
mkdirSync('node_modules', { recursive: true });
${complaint === undefined ? '' : `console.error(${JSON.stringify(complaint)}); process.exit(1);`}`,
    );
    return this;
  }

  /** What npm was asked for; undefined if it was not called. */
  get asked(): string[] | undefined {
    return existsSync(this.#asked) ? JSON.parse(readFileSync(this.#asked, 'utf8')) : undefined;
  }

  run(level: string, { node = process.execPath, before = [] as string[], env = {} } = {}) {
    const { status, stdout, stderr } = spawnSync(node, [...before, 'scripts/set-up.js', level], {
      cwd: this.root,
      encoding: 'utf8',
      env: { ...process.env, npm_execpath: this.#npm, ...env },
      timeout: DEADLINE,
    });
    return { status, stdout, stderr };
  }
}

const tooOld = (version: string) =>
  `Down the Wire needs Node 20.19 or later, and this is Node ${version}. Install a newer one from https://nodejs.org and try again.\n`;

for (const version of ['18.20.8', '20.18.3']) {
  test(`Node ${version} is told which Node is needed, and nothing is fetched`, (t) => {
    const clone = new Clone(t).replaceNpm();
    const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
    assert.deepEqual(
      clone.run('learner', { before: [`--import=data:text/javascript,${pretend}`] }),
      {
        status: 2,
        stdout: '',
        stderr: tooOld(version),
      },
    );
    assert.equal(clone.asked, undefined);
  });
}

test('a real Node 18 understands the file well enough to say it', (t) => {
  const clone = new Clone(t).replaceNpm();
  const words = ['exec', '--yes', '--offline', '--package=node@18', '--', 'node'];
  const npm = process.env.npm_execpath;
  const options = { cwd: clone.root, encoding: 'utf8', timeout: DEADLINE } as const;
  const ask = ['-p', 'JSON.stringify([process.execPath, process.versions.node])'];
  const { status, stdout } = npm
    ? spawnSync(process.execPath, [npm, ...words, ...ask], options)
    : spawnSync('npm', [...words, ...ask], { ...options, shell: process.platform === 'win32' });
  if (status !== 0) return t.skip("Node 18 is not in npm's cache.");
  const [node, version] = JSON.parse(stdout.trim().split('\n').at(-1)!);
  assert.deepEqual(clone.run('learner', { node }), {
    status: 2,
    stdout: '',
    stderr: tooOld(version),
  });
});

test('without packages and without a network it is one sentence, and nothing is taken away', async (t) => {
  const clone = new Clone(t);
  clone.write('node_modules/by-hand/package.json', { name: 'by-hand', version: '1.0.0' });
  const npm = process.env.npm_execpath;
  const { status, stdout, stderr } = clone.run('learner', {
    env: {
      npm_execpath: npm ?? '', // the real one
      npm_config_registry: `http://127.0.0.1:${await closedPort()}/`,
      npm_config_cache: join(clone.root, 'cache'),
    },
  });
  assert.equal(status, 2, stderr);
  assert.equal(stdout, '');
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines.length, 2, stderr);
  assert.equal(lines[0], 'Setting up: fetching the packages (about 40 MB, once).');
  assert.match(
    lines[1]!,
    /^The packages could not be fetched \(request to http:\S+ failed, reason: connect ECONNREFUSED \S+\)\. Connect to the network once and run the same command again; until then a lesson alone needs no package: node lessons\/01-event-stream\/server\.ts \(Node 22\.18 or later\)\.$/,
  );
  assert.ok(existsSync(join(clone.root, 'node_modules/by-hand/package.json')));
  assert.equal(clone.stamp, undefined);
});

test('the first time it fetches what a learner needs, and notes it', (t) => {
  const clone = new Clone(t).replaceNpm();
  assert.deepEqual(clone.run('learner'), {
    status: 0,
    stdout: '',
    stderr: 'Setting up: fetching the packages (about 40 MB, once).\n',
  });
  assert.equal(clone.asked![0], 'install', '`ci` would throw away what is there');
  assert.ok(clone.asked!.includes('--omit=dev'));
  assert.ok(clone.asked!.includes('--no-save'), 'the lockfile stays as it is');
  assert.deepEqual(clone.stamp, { lock: clone.lockHash, level: 'learner' });
});

test('the second time it does nothing and says nothing', (t) => {
  const clone = new Clone(t).replaceNpm();
  clone.setUpBefore('all', {});
  for (const level of ['learner', 'all']) {
    assert.deepEqual(clone.run(level), { status: 0, stdout: '', stderr: '' });
  }
  assert.equal(clone.asked, undefined);
});

test('what working on the kit needs is fetched on top of what a learner has', (t) => {
  const clone = new Clone(t).replaceNpm();
  clone.setUpBefore('learner', { 'node_modules/lamp': { version: '1.0.0' } });
  assert.equal(clone.run('all').status, 0);
  assert.ok(!clone.asked!.includes('--omit=dev'));
  assert.deepEqual(clone.stamp, { lock: clone.lockHash, level: 'all' });
});

test('a changed list takes away neither what working on the kit needs nor what was put there by hand', (t) => {
  const clone = new Clone(t).replaceNpm();
  clone.setUpBefore('all', {
    'node_modules/file': { version: '1.0.0', dev: true },
    'node_modules/by-hand': { version: '3.2.1' },
  });
  clone.write('package-lock.json', { ...LOCK, version: '0.2.0' });
  const { status, stderr } = clone.run('learner');
  assert.equal(status, 0);
  assert.equal(stderr, 'The list of packages has changed: fetching what is new.\n');
  assert.ok(!clone.asked!.includes('--omit=dev'), 'npm would remove the others');
  assert.ok(clone.asked!.includes('by-hand@3.2.1'), 'npm removes what it is not asked for');
  assert.deepEqual(clone.stamp, { lock: clone.lockHash, level: 'all' });
});

test('a changed list without a network goes on with the packages that are here', (t) => {
  const clone = new Clone(t).replaceNpm('npm error code ENOTFOUND\nnpm error no such host');
  clone.setUpBefore('learner', {});
  const before = clone.stamp;
  clone.write('package-lock.json', { ...LOCK, version: '0.2.0' });
  assert.deepEqual(clone.run('learner'), {
    status: 0,
    stdout: '',
    stderr:
      'The list of packages has changed: fetching what is new.\n' +
      'The packages could not be brought up to date (no such host); going on with those that are here.\n',
  });
  assert.deepEqual(clone.stamp, before, 'so that it is tried again the next time');
  assert.equal(clone.run('all').status, 2, 'those of the other level are not here');
});

/** A port of this machine on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
