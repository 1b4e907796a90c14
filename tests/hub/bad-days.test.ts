// What goes wrong in a learner's program is named in the page's own words, and nothing of it stands in
// the way of the next save. How soon all this is said is measured by `npm run bench -- bad-days`.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { finishedTexts } from '../../scripts/course/derive.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { folder, startHub } from './clone.ts';

/** An exercise whose files are saved by another program. */
async function openExercise(test: TestContext) {
  const hub = await startHub(test);
  const live = hub.live({ 'x-kit-key': hub.key });
  await live.isHere();
  const { json } = await hub.keyed('GET', `/api/exercise/${folder}`);
  const finished = finishedTexts(findLesson(hub.root, folder)).get('server.ts')!;
  let latest = 0;
  /** What is said of what is saved now: the first thing of that kind. */
  const says = async (text: string, ...kinds: string[]) => {
    const before = latest;
    writeFileSync(join(json.directory, 'server.ts'), text);
    const { run, judging } = await live.hears(
      'judging',
      (data) => data.run > before && kinds.includes(data.judging.kind),
    );
    latest = run;
    return judging;
  };
  /** The next good save, and that nothing is said of it but that it passes. */
  const passesAgain = async (after: string) => {
    const { report } = await says(`${finished}// good after ${after}\n`, 'report');
    assert.deepEqual([report.passed, report.failed], [2, 0], after);
  };
  return { hub, live, finished, says, passesAgain };
}

const FINAL: Record<string, { after: string; said: RegExp }> = {
  'a syntax error': {
    after: 'const = 1;\n',
    said: /^server\.ts:\d+:7: Identifier is expected here, not "="\. Mend it and save again\./,
  },
  'a crash': {
    after: "throw new Error('out of steam');\n",
    said: /^server\.ts:\d+:7: The program threw an error that nothing caught: Error: out of steam\./,
  },
  'an exit': {
    after: 'process.exit(3);\n',
    said: /^server\.ts ended by itself, with code 3, before it listened on port \d+\./,
  },
  'a flood': {
    after: "for (;;) console.log('all aboard');\n",
    said: /^server\.ts printed more than 5,000 lines within a second, and was stopped\./,
  },
  'a flood from a timer': {
    after: "setInterval(() => console.log('all aboard\\n'.repeat(9999)), 50);\n",
    said: /^server\.ts printed more than 5,000 lines within a second, and was stopped\./,
  },
};

test('what ends a program is named for good, and the next good save passes', async (t) => {
  const { finished, says, passesAgain } = await openExercise(t);
  for (const [name, { after, said }] of Object.entries(FINAL)) {
    const { report } = await says(`${finished}${after}`, 'report');
    assert.equal(report.passed, 0, name);
    assert.match(report.verdicts[0].message, said, name);
    await passesAgain(name);
  }
});

const WAITING: Record<string, { before: string; said: RegExp }> = {
  'a busy program': {
    before: 'while (true);\n',
    // On a slow machine it may not even have come as far as that.
    said: /^(The server is busy and does not listen|Nothing listens) on port \d+ yet\. Still waiting\.$/,
  },
  'a program that listens nowhere': {
    before:
      "import { Server } from 'node:net';\nServer.prototype.listen = function () { setInterval(() => {}, 9999); return this; };\n",
    said: /^Nothing listens on port \d+ yet\. Still waiting\.$/,
  },
};

test('what may still come right is said to be waited for, and the next good save passes', async (t) => {
  const { finished, says, passesAgain } = await openExercise(t);
  for (const [name, { before, said }] of Object.entries(WAITING)) {
    const { kind, message } = await says(`${before}${finished}`, 'report', 'provisional');
    assert.equal(kind, 'provisional', name);
    assert.match(message, said, name);
    await passesAgain(name);
  }
});

test('checks that cannot be loaded are the final word, with their place, until they are mended', async (t) => {
  const { hub, finished, says, passesAgain } = await openExercise(t);
  const file = join(hub.root, 'lessons', folder, 'checks.ts');
  const checks = readFileSync(file, 'utf8');
  writeFileSync(file, `${checks.trimEnd()}\n]\n`);
  const judging = await says(`${finished}// judged in vain\n`, 'report', 'broken');
  assert.equal(judging.kind, 'broken');
  assert.match(
    judging.message,
    /^lessons\/31-signal\/checks\.ts:\d+:1: "\]" does not fit here\. Mend it and save again\.$/,
  );
  const later = hub.live({ 'x-kit-key': hub.key });
  const told = await later.hears('judging', (data) => data.judging.kind === 'broken');
  assert.equal(told.judging.message, judging.message, 'who comes later is told as well');
  writeFileSync(file, checks);
  await passesAgain('broken checks');
});

test('a mistake of the kit is the final word too, and does not end the hub', async (t) => {
  const { hub, finished, says, passesAgain } = await openExercise(t);
  const file = join(hub.root, 'lessons', folder, 'checks.ts');
  const checks = readFileSync(file, 'utf8');
  writeFileSync(file, checks.replace('signal.isAnEventStream()', 'signal.noSuchQuestion()'));
  const judging = await says(`${finished}// judged in vain\n`, 'broken');
  assert.equal(
    judging.message,
    'The kit made a mistake while judging; the terminal of npm start says more.',
  );
  assert.match(hub.mistakes.join('\n'), /noSuchQuestion is not a function/);
  hub.mistakes.length = 0;
  writeFileSync(file, checks);
  await passesAgain('a mistake of the kit');
});
