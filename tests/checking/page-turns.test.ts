// So many at a time, and each in its turn.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Turns } from '../../scripts/checking/page/turns.ts';

test('no more work at a time than may, and who waits comes in the order of asking', async () => {
  const turns = new Turns(2);
  const { signal } = new AbortController();
  const said: string[] = [];
  const [first, second] = [await turns.take(signal), await turns.take(signal)];
  const third = turns.take(signal).then((end) => {
    said.push('third');
    return end;
  });
  const fourth = turns.take(signal).then(() => said.push('fourth'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(said, []);
  first();
  first(); // said twice, it counts once
  const end = await third;
  assert.deepEqual(said, ['third']);
  end();
  await fourth;
  second();
  (await turns.take(signal))();
});

test('who gives up waiting leaves the place to others', async () => {
  const turns = new Turns(1);
  const giving = new AbortController();
  const { signal } = new AbortController();
  const end = await turns.take(signal);
  const given = turns.take(giving.signal);
  const next = turns.take(signal);
  giving.abort();
  await assert.rejects(given, { name: 'AbortError' });
  end();
  await next;
  await assert.rejects(turns.take(giving.signal), { name: 'AbortError' });
});
