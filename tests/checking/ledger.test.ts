// When a verdict is told: passes at once, failures in the order of the steps, and only if sure.
import assert from 'node:assert/strict';
import test from 'node:test';
import { check } from '../../scripts/checking/language.ts';
import { Ledger, type Outcome } from '../../scripts/checking/ledger.ts';

const checks = [1, 1, 2, 3].map((step, index) => check(step, `check ${index}`, async () => {}));
const passed: Outcome = { kind: 'passed' };
const failed = (sentence: string, sure = true): Outcome => {
  return { kind: 'failed', explanation: { sentence }, sure };
};

function open() {
  const said: string[] = [];
  const ledger = new Ledger(checks, ({ title, ok, message }) => {
    said.push(`${title}: ${ok}${message ? ` ${message}` : ''}`);
  });
  return { said, ledger };
}

test('a pass is told at once, a failure when all earlier steps have passed', () => {
  const { said, ledger } = open();
  ledger.note(checks[2]!, failed('late'));
  ledger.note(checks[3]!, passed);
  assert.deepEqual(said.splice(0), ['check 3: true']);
  ledger.note(checks[0]!, passed);
  assert.deepEqual(said.splice(0), ['check 0: true']);
  ledger.note(checks[1]!, passed);
  assert.deepEqual(said, ['check 1: true', 'check 2: false late']);
});

test('behind a failure, later ones wait for their turn', () => {
  const { said, ledger } = open();
  ledger.note(checks[3]!, failed('dark'));
  ledger.note(checks[2]!, failed('late'));
  ledger.note(checks[0]!, failed('cold'));
  assert.deepEqual(said, [
    'check 0: false cold',
    'check 2: false Not yet: step 1 comes first.',
    'check 3: false Not yet: step 1 comes first.',
  ]);
});

test('a failure that is not sure is doubtful, and is told only when it is', () => {
  const { said, ledger } = open();
  ledger.note(checks[0]!, passed);
  ledger.note(checks[1]!, failed('late', false));
  ledger.note(checks[2]!, failed('late too', false));
  ledger.note(checks[3]!, passed);
  assert.deepEqual(ledger.doubtful, [checks[1]]);
  ledger.note(checks[1]!, passed);
  assert.deepEqual(ledger.doubtful, [checks[2]], 'the next step has its turn now');
  ledger.note(checks[2]!, failed('late too'));
  assert.deepEqual(ledger.doubtful, []);
  assert.deepEqual(said.at(-1), 'check 2: false late too');
});

test('when the program breaks down, passes stay and the first open check says why', () => {
  const { ledger } = open();
  ledger.note(checks[0]!, passed);
  ledger.note(checks[3]!, passed);
  ledger.giveUp({ sentence: 'boom' });
  assert.deepEqual(
    ledger.verdicts.map(({ ok, message }) => [ok, message]),
    [
      [true, undefined],
      [false, 'boom'],
      [false, 'Not yet: step 1 comes first.'],
      [true, undefined],
    ],
  );
  assert.deepEqual(ledger.undecided, []);
});

test('a verdict that was told is not told again', () => {
  const { said, ledger } = open();
  ledger.note(checks[0]!, passed);
  ledger.note(checks[0]!, failed('after all'));
  assert.deepEqual(said, ['check 0: true']);
});

test('where any step is enough, each failure is told for itself, and none waits', () => {
  const said: string[] = [];
  const say = ({ title, message }: { title: string; message?: string }) => {
    said.push(`${title}: ${message ?? 'passes'}`);
  };
  const ledger = new Ledger(checks, say, { anyOrder: true });
  ledger.note(checks[3]!, failed('dark'));
  ledger.note(checks[2]!, failed('late', false));
  assert.deepEqual(said.splice(0), ['check 3: dark']);
  assert.deepEqual(ledger.doubtful, [checks[2]]);
  ledger.note(checks[2]!, failed('late'));
  ledger.note(checks[0]!, passed);
  assert.deepEqual(said.splice(0), ['check 2: late', 'check 0: passes']);
});

test('where any step is enough, what ends the program is told once', () => {
  const said: string[] = [];
  const ledger = new Ledger(checks, ({ message }) => said.push(message!), { anyOrder: true });
  ledger.giveUp({ sentence: 'It threw.' });
  assert.equal(said.filter((message) => message === 'It threw.').length, 2, 'the checks of step 1');
  assert.equal(said.filter((message) => /^Not yet/.test(message)).length, 2);
});
