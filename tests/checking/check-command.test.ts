// The command, as it is typed: in a copy of the clone, for it writes to playground and progress.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { TYPESCRIPT } from '../typescript.ts';
import { root } from './judging.ts';

const clone = mkdtempSync(join(tmpdir(), 'check-'));
for (const name of ['lessons', 'scripts', 'package.json']) {
  cpSync(join(root, name), join(clone, name), { recursive: true });
}
symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
after(() => rmSync(clone, { recursive: true, force: true, maxRetries: 3 }));

async function check(...typed: string[]) {
  const child = spawn(process.execPath, ['--import', TYPESCRIPT, 'scripts/check.ts', ...typed], {
    cwd: clone,
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (piece) => (text.out += piece));
  child.stderr.on('data', (piece) => (text.err += piece));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  // On a slow machine a provisional word comes first, and is taken back: that is right, and not the matter.
  return { code, out: text.out, err: text.err.replaceAll(/^.*Still waiting\.\n/gm, '') };
}

const progress = () => JSON.parse(readFileSync(join(clone, '.kit', 'progress.json'), 'utf8'));

test('the first check makes the starter, says so, fails it, and says what comes next', async () => {
  const { code, out, err } = await check('01');
  assert.equal(code, 1);
  assert.equal(err, 'The starter of lesson 01-event-stream is in playground/01-event-stream.\n');
  assert.match(out, /^\n01 {2}The station clock\nplayground\/01-event-stream\n\n ✗ fails {3}1 {2}/);
  assert.match(out, /\n1 of 5 checks pass\. Next: step 1, ".*" in server\.ts\.\n$/s);
  assert.deepEqual(progress().lessons['01-event-stream'].done, {});
});

test('what the learner has written is judged, remembered, and left alone', async () => {
  const file = join(clone, 'playground', '01-event-stream', 'server.ts');
  const finished = readFileSync(join(clone, 'lessons', '01-event-stream', 'server.ts'), 'utf8');
  writeFileSync(file, finished);
  const { code, out, err } = await check('1', '--step', '3');
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /\n4 of 4 checks pass\. Next: step 4, without --step\.\n$/);
  assert.deepEqual(Object.keys(progress().lessons['01-event-stream'].done), ['1', '2', '3']);
  assert.equal(readFileSync(file, 'utf8'), finished);
});

test('--json prints one object in the promised shape, and nothing else', async () => {
  const { code, out } = await check('01-event-stream', '--finished', '--json');
  assert.equal(code, 0);
  const { verdicts, ...rest } = JSON.parse(out);
  assert.deepEqual(rest, {
    lesson: '01-event-stream',
    target: 'lessons/01-event-stream',
    passed: 5,
    failed: 0,
  });
  for (const verdict of verdicts) assert.deepEqual(Object.keys(verdict), ['step', 'title', 'ok']);
});

test('the finished lesson is none of the progress', async () => {
  const before = existsSync(join(clone, '.kit', 'progress.json')) && progress();
  await check('01', '--finished');
  assert.deepEqual(progress(), before);
});

for (const [typed, sentence] of [
  [['01', '--url', 'http://127.0.0.1:1'], /^Nothing answers at http:\/\/127\.0\.0\.1:1 \(ECONNREF/],
  [['01', '--url', 'localhost'], /^--url takes an origin such as .* and "localhost" came\.$/],
  [['01', '--url', 'http://127.0.0.1:1/clock'], /say --url http:\/\/127\.0\.0\.1:1$/],
  [['01', '--url', 'http://127.0.0.1:1', '--finished'], /give one of them\.$/],
  [['01', '--step', '9'], /^--step takes a whole number from 1 to 4, and "9" came\.$/],
  [['99'], /^There is no lesson "99"/],
] as const) {
  test(`check ${typed.join(' ')} cannot be done, and one sentence says why`, async () => {
    const { code, out, err } = await check(...typed);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err.trim(), sentence);
    assert.doesNotMatch(err, /\n\s+at /, 'no stack');
  });
}
