// What a program prints is shown as text, the latest of it, and never without end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programEnvironment } from '../../scripts/course/runner/environment.ts';
import { OutputLog, withoutControls } from '../../scripts/course/runner/output.ts';
import { printed, startProgram, until } from './runner-programs.ts';

test('colours, cursor movements and titles are taken out, tabs and line ends stay', () => {
  const text =
    '\x1b[1;31mred\x1b[0m\tand\r\n\x1b[2Jcleared\x1b]0;a title\x07 \x1b[?25lhidden\x00\x9b';
  assert.equal(withoutControls(text), 'red\tand\ncleared hidden');
});

test('a character that comes in two pieces is one character', () => {
  const log = new OutputLog();
  const [first, second] = [Buffer.from('🚂').subarray(0, 2), Buffer.from('🚂').subarray(2)];
  assert.equal(log.add('stdout', first), undefined);
  assert.equal(log.add('stdout', second)?.text, '🚂');
});

test('the latest 64 KiB are kept', () => {
  const log = new OutputLog();
  for (let line = 0; line < 3000; line++)
    log.add('stdout', Buffer.from(`${`${line}`.padEnd(63)}\n`));
  const text = log.entries.map((entry) => entry.text).join('');
  assert.equal(text.length, 64 * 1024);
  assert.ok(text.trimEnd().endsWith('2999'));
  assert.equal(log.flood, undefined);
});

test('a piece that is larger than all that is kept is cut', () => {
  const log = new OutputLog();
  log.add('stderr', Buffer.alloc(100_000, 'a'));
  assert.equal(log.entries.length, 1);
  assert.equal(log.entries[0]?.text.length, 64 * 1024);
});

test('more than 5,000 lines or 1 MB in a second is a flood', () => {
  const lines = new OutputLog();
  lines.add('stdout', Buffer.from('\n'.repeat(5000)));
  assert.equal(lines.flood, undefined);
  lines.add('stdout', Buffer.from('\n'));
  assert.equal(lines.flood, '5,000 lines');
  const bytes = new OutputLog();
  bytes.add('stdout', Buffer.alloc(2 ** 20 + 1, 'a'));
  assert.equal(bytes.flood, '1 MB');
});

test('the last line that says something is found among many pieces', () => {
  const log = new OutputLog();
  for (const piece of ['first\nsec', 'ond', '\n\n']) log.add('stderr', Buffer.from(piece));
  log.add('stdout', Buffer.from('other'));
  assert.equal(log.lastLine('stderr'), 'second');
});

test('both streams are told apart, with the time, to whoever listens', async () => {
  const run = await startProgram('prints', `console.log('out'); console.error('err');\n`);
  const heard: string[] = [];
  run.onOutput(({ stream, text }) => heard.push(`${stream} ${text}`));
  await until('both', () => heard.length === 2);
  assert.deepEqual(heard.sort(), ['stderr err\n', 'stdout out\n']);
  assert.equal(printed(run, 'stderr'), 'err\n');
  for (const { at } of run.output) assert.ok(at >= run.startedAt && at <= Date.now() + 1);
});

test("a program's environment is the person's, without the kit's, npm's and a debugger's", () => {
  const given = {
    HOME: '/home/ada',
    PATH: '/bin',
    npm_lifecycle_event: 'start',
    npm_config_authToken: 'x',
    NODE_OPTIONS: '--inspect',
    NODE_TEST_CONTEXT: 'child',
    NODE_CHANNEL_FD: '3',
    DOWN_THE_WIRE_KEY: 'secret',
    INIT_CWD: '/',
    PORT: '80',
    nothing: undefined,
  };
  assert.deepEqual(programEnvironment(given, 'a-tag'), {
    HOME: '/home/ada',
    PATH: '/bin',
    DOWN_THE_WIRE_RUN: 'a-tag',
  });
});
