// A lesson whose server listens twice: both of its origins are behind relays, on both stages, and the
// program knows the addresses that the world sees.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { openExchange } from '../../scripts/wire/exchange.ts';
import { makeClone, startHub } from './clone.ts';

const folder = '10-cors';

/** Asks a stage, and reads the answer to its end. */
async function ask(t: TestContext, origin: string, path: string, headers = {}, method = 'GET') {
  const exchange = openExchange({ origin, path, headers, method });
  t.after(() => exchange.leave());
  await exchange.until((one) => one.ending, 5000);
  const allowed = exchange.head?.headers.find(({ name }) => /allow-origin/i.test(name));
  return { text: Buffer.from(exchange.body).toString(), allowed: allowed?.value };
}

test('the second origin is relayed as the first is, and a stage trusts its own page', async (t) => {
  const root = makeClone();
  cpSync(join(import.meta.dirname, '../../lessons', folder), join(root, 'lessons', folder), {
    recursive: true,
  });
  const hub = await startHub(t, { root });
  const live = hub.live({ 'x-kit-key': hub.key });
  await live.isHere();
  const finished = (await hub.ask('POST', `/api/stages/finished/${folder}`)).json;
  const harbour = (await ask(t, finished.origin, '/harbour')).text;
  assert.match(harbour, /^http:\/\/localhost:\d+$/);
  assert.notEqual(harbour, finished.origin);
  const { allowed } = await ask(t, harbour, '/plan.svg', { Origin: finished.origin });
  assert.equal(allowed, finished.origin);
  // It has crossed the relay: it is on the tape, with the number of a second origin.
  const crossed = await live.hears('wire', ({ record }) => record.target === '/plan.svg');
  assert.ok(crossed.record.exchange > 1_000_000);
  const stranger = { Origin: finished.origin.replace('localhost', 'a.localhost') };
  assert.equal((await ask(t, harbour, '/plan.svg', stranger)).allowed, undefined);

  // The learner's own is at other ports, by another name; its starter allows nobody yet.
  const mine = (await hub.keyed('POST', `/api/stages/mine/${folder}`)).json;
  const own = (await ask(t, mine.origin, '/harbour')).text;
  assert.notEqual(new URL(own).port, new URL(harbour).port);
  const plan = await ask(t, own, '/plan.svg', { Origin: mine.origin });
  assert.equal(plan.allowed, undefined);
  assert.match(plan.text, /^<svg /);
});
