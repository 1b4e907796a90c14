// Other right answers pass: behaviour counts, and not the text of the code.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type Judging, judgeOrigin } from '../../scripts/checking/judge.ts';
import { fixtures, judgeVariant, lesson, steps } from './judging.ts';

const folder = join(fixtures, 'right');
const servers = readdirSync(folder).filter((name) => /\.(ts|js)$/.test(name));

for (const file of servers) {
  test(`${file} is right`, async () => {
    const said: Judging[] = [];
    const name = `right-${file.replace(/\W/g, '-')}`;
    const files = new Map([[file, readFileSync(join(folder, file), 'utf8')]]);
    const report = await judgeVariant(name, files, { file, on: (judging) => said.push(judging) });
    assert.equal(steps(report), '1 2 3 4', JSON.stringify(report.verdicts, null, 2));
    const told = said.some(({ kind }) => kind === 'provisional');
    if (file === 'slow-start.ts') assert.ok(told, 'a learner is told that nothing listens yet');
  });
}

const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);

test('a clock in Python is right as well, but for its threads, which cannot be seen', {
  skip: python ? false : 'there is no Python here to run clock.py',
}, async (t) => {
  const server = spawn(python!, [join(folder, 'clock.py')], { stdio: ['ignore', 'pipe', 2] });
  t.after(() => server.kill());
  const [port] = await once(server.stdout!, 'data');
  const origin = `http://127.0.0.1:${String(port).trim()}`;
  const report = await judgeOrigin(lesson, { origin, speed: 1 });
  assert.deepEqual(
    report.verdicts.map(({ ok }) => ok),
    [true, true, true, true, null],
    JSON.stringify(report.verdicts, null, 2),
  );
  assert.match(report.verdicts[4]!.message!, /cannot be seen from here/);
  assert.equal(report.failed, 0);
});
