// A browser without a window must not outlive the kit, and least of all one that is busy.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { descendantsOf, isAlive } from '../course/living.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { pageDirectory } from './page-stage.ts';

const OWNER = join(import.meta.dirname, 'fixtures', 'page-owner.ts');

for (const name of ['right', 'endless-loop']) {
  test(`the browser that plays "${name}" ends with a kit that is killed`, {
    skip: process.platform === 'linux' ? false : 'reads /proc',
  }, async (t) => {
    const owner = spawn(process.execPath, ['--import', TYPESCRIPT, OWNER, pageDirectory(name)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const text of owner.stdout) if (String(text).includes('arrived')) break;
    const pids = descendantsOf(owner.pid!);
    assert.ok(pids.length > 2, 'there is a browser');
    owner.kill('SIGKILL');
    // It takes a fifth of a second, but the browser ends in good order, and a busy machine is slow.
    const deadline = performance.now() + 15_000;
    let living = pids;
    while (living.length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      living = living.filter(isAlive);
    }
    t.diagnostic(`${Math.round(performance.now() - deadline + 15_000)} ms`);
    assert.deepEqual(living, []);
  });
}
