// What all commands share: help, sentences for what was typed wrong, exit codes.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { type Command, runCommand, wholeNumber } from '../../scripts/command.ts';
import { KitError } from '../../scripts/kit-error.ts';

const options = {
  step: { type: 'string', value: 'K', about: 'which step' },
  json: { type: 'boolean', about: 'one JSON object' },
  header: {
    type: 'string',
    value: "'A: b'",
    about: 'a header; may be given again',
    multiple: true,
  },
} as const;

type Given = Parameters<Command<typeof options>['run']>[0];

async function call(typed: string[], run: (given: Given) => number | Promise<number> = () => 0) {
  let out = '';
  let err = '';
  const code = await runCommand(
    {
      name: 'look',
      about: 'Looks at a lesson.',
      takes: [
        { name: 'LESSON', about: 'which lesson' },
        { name: 'PLACE', about: 'where', optional: true },
      ],
      options,
      examples: ['01 --json'],
      run,
    },
    typed,
    { out: { write: (text) => (out += text) }, err: { write: (text) => (err += text) } },
  );
  assert.equal(process.exitCode, code);
  return { code, out, err };
}

// A command sets the exit code of its process, and this process is the test's.
afterEach(() => {
  process.exitCode = undefined;
});

test('help is the same for all commands and exits with 0, whatever else was typed', async () => {
  const help = `npm run look -- LESSON [PLACE] [--step K] [--json] [--header 'A: b']

Looks at a lesson.

  LESSON           which lesson
  PLACE            where
  --step K         which step
  --json           one JSON object
  --header 'A: b'  a header; may be given again
  --help           shows this and does nothing else

Examples:
  npm run look -- 01 --json
`;
  for (const typed of [['--help'], ['-h'], ['1', '2', '3', '--nonsense', '--help']]) {
    assert.deepEqual(await call(typed), { code: 0, out: help, err: '' });
  }
});

test('a command is given what was typed', async () => {
  let seen: Given | undefined;
  await call(['01', '--step=2', '--header', 'A: b', 'here', '--header=-c', '--json'], (given) => {
    seen = given;
    return 0;
  });
  assert.deepEqual(seen, {
    values: { step: '2', json: true, header: ['A: b', '-c'] },
    takes: ['01', 'here'],
  });
});

test('what was not typed is undefined, false or an empty list', async () => {
  let seen: Given | undefined;
  await call(['01'], (given) => {
    seen = given;
    return 0;
  });
  assert.deepEqual({ ...seen!.values }, { json: false, header: [] });
});

test('the exit code is what the command returns', async () => {
  assert.deepEqual(await call(['01'], async () => 1), { code: 1, out: '', err: '' });
});

const wrong: [string[], string][] = [
  [['01', '--stp', '2'], 'look does not know --stp: see npm run look -- --help.'],
  [['01', '-s'], 'look does not know -s: see npm run look -- --help.'],
  [['01', '--toString'], 'look does not know --toString: see npm run look -- --help.'],
  [['01', '--step'], '--step K needs a value: see npm run look -- --help.'],
  [
    ['01', '--step', '--json'],
    '--step K needs a value (--step=--json if this is meant as one): see npm run look -- --help.',
  ],
  [['01', '--json=yes'], '--json takes no value, and "yes" came: see npm run look -- --help.'],
  [[], "LESSON is missing: npm run look -- LESSON [PLACE] [--step K] [--json] [--header 'A: b']"],
  [
    ['1', '2', '3'],
    `look cannot tell what "3" is for: npm run look -- LESSON [PLACE] [--step K] [--json] [--header 'A: b']`,
  ],
];
for (const [typed, sentence] of wrong) {
  test(`"look ${typed.join(' ')}" is answered with one sentence and exit code 2`, async () => {
    const answer = await call(typed, () => assert.fail('the command is not run'));
    assert.deepEqual(answer, { code: 2, out: '', err: `${sentence}\n` });
  });
}

test('a mistake of the person is told in one sentence without a stack', async () => {
  const answer = await call(['01'], () => {
    throw new KitError('This cannot be done.');
  });
  assert.deepEqual(answer, { code: 2, out: '', err: 'This cannot be done.\n' });
});

test('a mistake of the kit is told with its stack', async () => {
  const { code, err } = await call(['01'], async () => {
    throw new TypeError('undefined is not a function');
  });
  assert.equal(code, 2);
  assert.match(err, /^TypeError: undefined is not a function\n {4}at /);
});

test('a flag that npm took for itself is told', async (t) => {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  process.env.npm_lifecycle_event = 'look';
  process.env.npm_config_json = 'true';
  assert.equal((await call(['01'])).code, 0, 'json is a setting of npm itself');
  process.env.npm_config_step = 'true';
  assert.deepEqual(await call(['01']), {
    code: 2,
    out: '',
    err: 'npm took --step for itself: put a -- in front, as in npm run look -- … --step.\n',
  });
  process.env.npm_lifecycle_event = 'test';
  assert.equal((await call(['01'])).code, 0);
});

test('a whole number is digits within its range', () => {
  assert.equal(wholeNumber('--step', undefined, 0), undefined);
  assert.equal(wholeNumber('--step', '02', 0), 2);
  assert.equal(wholeNumber('--port', '65535', 0, 65535), 65535);
  for (const text of ['-1', '1.5', 'two', '', '1e3', '0x1', ' 1', '99999999999999999999']) {
    assert.throws(
      () => wholeNumber('--step', text, 0),
      new KitError(`--step takes a whole number from 0 up, and "${text}" came.`),
    );
  }
  assert.throws(
    () => wholeNumber('--port', '65536', 0, 65535),
    new KitError('--port takes a whole number from 0 to 65535, and "65536" came.'),
  );
});
