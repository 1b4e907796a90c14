// TypeScript on Node 20: translated once, kept for as long as the file is the same, and with the lines
// of the file in error messages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { translateProgram } from '../../scripts/typescript/program.ts';

const kit = join(import.meta.dirname, '..', '..');

/** A clone with nothing in it but TypeScript, and packages of its own. */
function clone(t: TestContext): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'typescript-')));
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  cpSync(join(kit, 'scripts', 'typescript'), join(root, 'scripts', 'typescript'), {
    recursive: true,
  });
  mkdirSync(join(root, 'node_modules'));
  for (const name of ['esbuild', '@esbuild']) {
    symlinkSync(join(kit, 'node_modules', name), join(root, 'node_modules', name), 'junction');
  }
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n');
  return root;
}

function run(root: string, file: string) {
  const words = ['--import', './scripts/typescript/register.js', file];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, {
    cwd: root,
    encoding: 'utf8',
  });
  return { stdout, stderr, status };
}

const kept = (root: string) => readdirSync(join(root, 'node_modules', '.cache', 'down-the-wire'));

test('a file is translated once, and once more when it has changed', (t) => {
  const root = clone(t);
  const file = join(root, 'scripts', 'say.ts');
  writeFileSync(file, "const word: string = 'one';\nconsole.log(word);\n");
  assert.deepEqual(run(root, file), { stdout: 'one\n', stderr: '', status: 0 });
  assert.deepEqual(kept(root), ['scripts+say.ts.js']);
  rmSync(join(root, 'node_modules', 'esbuild')); // from here on nothing can be translated
  assert.equal(run(root, file).stdout, 'one\n');
  writeFileSync(file, "const word: string = 'another';\nconsole.log(word);\n");
  assert.match(run(root, file).stderr, /Cannot find (package|module) 'esbuild'/);
  symlinkSync(
    join(kit, 'node_modules', 'esbuild'),
    join(root, 'node_modules', 'esbuild'),
    'junction',
  );
  assert.equal(run(root, file).stdout, 'another\n');
  assert.deepEqual(kept(root), ['scripts+say.ts.js']);
});

test('an error names the line of the file, kept or not, and a neighbour may be called .js', (t) => {
  const root = clone(t);
  writeFileSync(
    join(root, 'scripts', 'fails.ts'),
    'interface Nothing {\n  none: 0;\n}\n\nexport const fail = () => {\n  throw new Error("no");\n};\n',
  );
  const file = join(root, 'scripts', 'calls.ts');
  writeFileSync(file, "import { fail } from './fails.js';\n\nfail();\n");
  for (const time of ['first', 'second']) {
    const { stderr } = run(root, file);
    assert.match(stderr, /fails\.ts:6:\d+/, time);
    assert.match(stderr, /calls\.ts:3:1/, time);
  }
});

test("what is the learner's is translated each time", (t) => {
  const root = clone(t);
  mkdirSync(join(root, 'playground'));
  const file = join(root, 'playground', 'server.ts');
  writeFileSync(file, "console.log('mine' as string);\n");
  assert.equal(run(root, file).stdout, 'mine\n');
  assert.throws(() => kept(root), { code: 'ENOENT' });
});

test('a program is translated with all that it imports by name, but for what cannot be read', async (t) => {
  const root = clone(t);
  const path = (name: string) => join(root, name);
  writeFileSync(path('a.ts'), "import './b.ts';\nimport 'node:fs';\nexport const a: number = 1;\n");
  writeFileSync(path('b.ts'), 'export const b: number = 2;\n');
  const address = (name: string) => pathToFileURL(path(name)).href;
  const both = await translateProgram(path('a.ts'));
  assert.deepEqual(Object.keys(both).sort(), [address('a.ts'), address('b.ts')]);
  assert.match(both[address('b.ts')]!, /^const b = 2;/m);
  writeFileSync(path('b.ts'), 'export const b: = 2;\n');
  assert.deepEqual(Object.keys(await translateProgram(path('a.ts'))), [address('a.ts')]);
  assert.deepEqual(await translateProgram(path('none.ts')), {});
  assert.deepEqual(await translateProgram(path('package.json')), {});
});
