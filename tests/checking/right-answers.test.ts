// Other right answers pass: behaviour counts, and not the text of the code.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type Judging, judgeOrigin } from '../../scripts/checking/judge.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { allSteps, fixturesOf, judgeVariant, lessons, root, steps } from './judging.ts';

for (const lesson of lessons) {
  const folder = join(fixturesOf(lesson), 'right');
  for (const file of namesIn(folder)) {
    test(`${lesson.folder}: ${file} is right`, async () => {
      const said: Judging[] = [];
      const files = new Map([[file, readFileSync(join(folder, file), 'utf8')]]);
      const report = await judgeVariant(lesson, `right-${plain(file)}`, files, {
        file,
        on: (judging) => said.push(judging),
      });
      assert.equal(steps(report), allSteps(lesson), JSON.stringify(report.verdicts, null, 2));
      const told = said.some(({ kind }) => kind === 'provisional');
      if (file === 'slow-start.ts') assert.ok(told, 'a learner is told that nothing listens yet');
    });
  }
  for (const file of namesIn(join(folder, 'pages'))) {
    test(`${lesson.folder}: ${file} is right as the page's script`, async () => {
      const files = new Map([['client.js', readFileSync(join(folder, 'pages', file), 'utf8')]]);
      const report = await judgeVariant(lesson, `right-page-${plain(file)}`, files);
      assert.equal(steps(report), allSteps(lesson), JSON.stringify(report.verdicts, null, 2));
    });
  }
}

const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);

test('a clock in Python is right as well, but for its threads, which cannot be seen', {
  skip: python ? false : 'there is no Python here to run clock.py',
}, async (t) => {
  const lesson = findLesson(root, '01');
  const folder = join(fixturesOf(lesson), 'right');
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

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => /\.(ts|js)$/.test(name)) : [];
}

function plain(file: string): string {
  return file.replace(/\W/g, '-');
}
