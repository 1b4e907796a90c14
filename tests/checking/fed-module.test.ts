// A class of the exercise that is fed in a process of its own: whatever it does, the kit goes on. What
// a learner reads of each mistake is kept with lesson 07's wrong answers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { judgeOrigin } from '../../scripts/checking/judge.ts';
import { FedModule } from '../../scripts/checking/module/fed-module.ts';
import { ModuleProcess } from '../../scripts/checking/module/module-process.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { isAlive } from '../course/living.ts';
import { root } from './judging.ts';

const directory = mkdtempSync(join(tmpdir(), 'down-the-wire-fed-'));
writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
after(() => rmSync(directory, { recursive: true, force: true }));

const DEADLINE = 20_000; // milliseconds

let count = 0;

/** A class that does this when it is fed. @returns its file */
function parserThat(feeds: string): string {
  const path = join(directory, `parser-${++count}.js`);
  writeFileSync(
    path,
    `export class Parser {
      constructor(options) { Object.assign(this, options); }
      feed(bytes) { ${feeds} }
      end() {}
    }\n`,
  );
  return path;
}

const orderFor = (file: string) => ({
  file,
  name: 'Parser',
  budget: 500,
  anew: false,
  runs: [{ bytes: Buffer.from('a').toString('base64'), cuts: [], options: {} }],
});

const fine = parserThat("this.onComment('fine');");
const loop = parserThat('for (;;);');

test('what uses up its memory is ended, and what comes after it is fed as ever', async (t) => {
  const greedy = parserThat("const all = []; for (;;) all.push('x'.repeat(1e6).split(''));");
  const modules = new ModuleProcess();
  t.after(() => modules.close());
  const { stop } = await modules.carryOut({ ...orderFor(greedy), budget: 30_000 });
  assert.equal(stop?.kind, 'full');
  const { results } = await modules.carryOut(orderFor(fine));
  assert.deepEqual(results[0]?.told, [{ what: 'comment', value: 'fine', piece: 0 }]);
});

test('who waits behind an endless loop is told at once, and not after another', async (t) => {
  const modules = new ModuleProcess();
  t.after(() => modules.close());
  const outcomes = await Promise.all([
    modules.carryOut(orderFor(loop)),
    modules.carryOut({ ...orderFor(loop), budget: 1e9 }), // it would take for ever
  ]);
  assert.deepEqual(
    outcomes.map(({ stop }) => stop?.kind),
    ['loops', 'loops'],
  );
});

test('a closed process is gone, also when it is in a loop', async () => {
  const modules = new ModuleProcess();
  const order = modules.carryOut({ ...orderFor(loop), budget: 1e9 });
  modules.close();
  assert.equal((await order).stop?.kind, 'full'); // it was not asked what it was doing
  assert.equal((await modules.carryOut(orderFor(fine))).stop?.kind, 'left');
});

const LINUX = { timeout: DEADLINE, skip: process.platform !== 'linux' && 'read from /proc' };

test('no loop outlives a kit that was killed', LINUX, async () => {
  const room = join(root, 'scripts/checking/module/module-process.ts');
  // The loop tells its process's number by a file: nothing else comes out of it.
  const note = join(directory, 'pid');
  const marked = parserThat('for (;;);');
  writeFileSync(
    marked,
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(note)}, String(process.pid));
    writeFileSync(${JSON.stringify(`${note}-written`)}, '');
    export class Parser { feed() { for (;;); } end() {} }\n`,
  );
  const kit = join(directory, 'kit.ts');
  writeFileSync(
    kit,
    `import { watch } from 'node:fs';
    import { ModuleProcess } from ${JSON.stringify(room)};
    watch(${JSON.stringify(directory)}, (_, name) => name === 'pid-written' && console.log('fed'));
    void new ModuleProcess().carryOut(${JSON.stringify({ ...orderFor(marked), budget: 1e9 })});\n`,
  );
  const tsx = import.meta.resolve('tsx');
  const child = spawn(process.execPath, ['--import', tsx, kit], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const pid = Number(readFileSync(note, 'utf8'));
  assert.ok(isAlive(pid));
  child.kill('SIGKILL');
  while (isAlive(pid)) await pause(10);
});

test('an exercise without the file is told so', async (t) => {
  const modules = new ModuleProcess();
  t.after(() => modules.close());
  const fed = new FedModule({ directory, process: modules }, 'parsr.js', 'Parser');
  await assert.rejects(fed.tells({ otherwise: '' }, [{ bytes: 'a', told: [] }]), {
    message: /^The exercise has no `parsr.js`, so there is nothing to feed\./,
  });
});

test('where only a server is named its files cannot be judged, and that is no failure', async () => {
  const target = { origin: 'http://127.0.0.1:9', speed: 1 };
  const { verdicts, failed } = await judgeOrigin(findLesson(root, '07'), target);
  assert.equal(failed, 0);
  assert.match(verdicts[0]!.message!, /leave --url out to check the files/);
});
