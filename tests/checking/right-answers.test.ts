// Other right answers pass: behaviour counts, and not the text of the code.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type Judging, judgeOrigin } from '../../scripts/checking/judge.ts';
import { lessonFiles } from '../../scripts/course/lessons.ts';
import { allSteps, fixturesOf, judgeVariant, lessons, steps } from './judging.ts';

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
  // Answers that take the place of one file of the page: right/event-stream-parser/ has them for
  // event-stream-parser.js.
  for (const name of lessonFiles(lesson)) {
    const others = join(folder, plain(name.replace(/\.js$/, '')));
    for (const file of namesIn(others)) {
      test(`${lesson.folder}: ${file} is right as ${name}`, async () => {
        const files = new Map([[name, readFileSync(join(others, file), 'utf8')]]);
        const report = await judgeVariant(lesson, `right-${plain(name)}-${plain(file)}`, files);
        assert.equal(steps(report), allSteps(lesson), JSON.stringify(report.verdicts, null, 2));
      });
    }
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

for (const lesson of lessons) {
  const folder = join(fixturesOf(lesson), 'right');
  for (const file of namesIn(folder, /\.py$/)) {
    test(`${lesson.folder}: ${file} is right as well, but for its threads, which cannot be seen`, {
      skip: python ? false : `there is no Python here to run ${file}`,
    }, async (t) => {
      const server = spawn(python!, [join(folder, file)], { stdio: ['ignore', 'pipe', 2] });
      t.after(() => server.kill());
      const [port] = await once(server.stdout!, 'data');
      const origin = `http://127.0.0.1:${String(port).trim()}`;
      const { verdicts } = await judgeOrigin(lesson, { origin, speed: 1 });
      const told = JSON.stringify(verdicts, null, 2);
      assert.deepEqual(
        verdicts.filter(({ ok }) => ok === false),
        [],
        told,
      );
      const unseen = verdicts.filter(({ ok }) => ok === null).map(({ message }) => message!);
      const others = unseen.filter((message) => !/check of the page/.test(message));
      for (const message of others) assert.match(message, /cannot be seen from here/, told);
    });
  }
}

function namesIn(folder: string, kind = /\.(ts|js)$/): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => kind.test(name)) : [];
}

function plain(file: string): string {
  return file.replace(/\W/g, '-');
}
