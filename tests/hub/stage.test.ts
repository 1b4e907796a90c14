// The stage: the lesson's page behind a relay, its steps, traps and levers, and what goes wrong.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openExchange } from '../../scripts/wire/exchange.ts';
import { eventually, folder, freePorts, makeClone, startHub } from './clone.ts';

const finished = `/api/stages/finished/${folder}`;
const mine = `/api/stages/mine/${folder}`;

/** Opens a stream of a stage, and leaves it after the test. */
function watch(test: TestContext, origin: string, path = '/signal') {
  const exchange = openExchange({ origin, path, headers: { Accept: 'text/event-stream' } });
  test.after(() => exchange.leave());
  return exchange;
}

const somethingCame = (exchange: ReturnType<typeof openExchange>) =>
  exchange.until((one) => one.pieces.length > 0, 5000);

test('the demonstration runs for whoever asks, and its wire is told to all', async (t) => {
  const hub = await startHub(t);
  const live = hub.live();
  await live.isHere();
  const { status, json } = await hub.ask('POST', finished);
  assert.equal(status, 200);
  assert.equal(json.state, 'running');
  assert.match(json.origin, /^http:\/\/localhost:\d+$/);
  await hub.ask('POST', '/api/announce', {
    body: {
      stage: 'finished',
      folder,
      view: 'v',
      reader: 'EventSource',
      url: '/signal',
      label: 'A',
    },
  });
  const stream = watch(t, json.origin);
  assert.ok(await somethingCame(stream));
  const paired = await live.hears('paired');
  assert.equal(paired.reader, 'EventSource');
  assert.equal(paired.view, 'v');
  assert.equal(paired.label, 'A');
  const piece = await live.hears('wire', ({ record }) => record.kind === 'event');
  assert.equal(piece.record.exchange, paired.exchange);
  assert.equal(piece.record.data, 'clear');
  assert.equal(piece.view, 'v');
  await live.hears('stage', ({ connections }) => connections === 1);
  stream.leave();
  await live.hears('wire', ({ record }) => record.kind === 'end');
});

test('asking again changes nothing; another step needs the key, and is what runs then', async (t) => {
  const hub = await startHub(t);
  const { origin } = (await hub.ask('POST', finished)).json;
  const stream = watch(t, origin);
  assert.ok(await somethingCame(stream));
  await hub.ask('POST', finished, { body: {} });
  await hub.ask('POST', finished, { body: { step: 2 } }); // the last one
  assert.equal(stream.ending, undefined);

  const refused = await hub.ask('POST', finished, { body: { step: 0 } });
  assert.equal(refused.status, 403);
  assert.equal(stream.ending, undefined);

  const { json } = await hub.keyed('POST', finished, { step: 0 });
  assert.equal(json.step, 0);
  assert.equal(json.origin, origin);
  const starter = watch(t, origin);
  assert.equal((await starter.until((one) => one.head, 5000))?.status, 404);
  // Who asks without a step gets what is shown, and does not disturb a presenter.
  assert.equal((await hub.ask('POST', finished)).json.step, 0);
  const wrong = await hub.keyed('POST', finished, { step: 9 });
  assert.equal(wrong.status, 422);
  assert.equal((await hub.keyed('POST', finished, { step: -1 })).status, 400);
});

test('a trap is shown, gives its answer away, and is taken back to the step before', async (t) => {
  const hub = await startHub(t);
  const { origin } = (await hub.keyed('POST', finished, { step: 1 })).json;
  const shown = await hub.keyed('POST', `${finished}/trap`, { name: 'text-plain', prediction: 2 });
  assert.equal(shown.json.trap, 'text-plain');
  assert.equal(shown.json.answer, 1);
  assert.equal(shown.json.explanation, 'Because it is so.');
  const stream = watch(t, origin);
  const head = await stream.until((one) => one.head, 5000);
  assert.ok(head?.headers.some(({ value }) => value === 'text/plain'));
  const { json: progress } = await hub.keyed('GET', '/api/progress');
  assert.equal(progress.lessons[folder].predictions['text-plain'].choice, 2);
  assert.equal(progress.lessons[folder].predictions['text-plain'].right, false);

  assert.equal((await hub.keyed('POST', `${finished}/trap`, { name: null })).json.step, 1);
  const none = await hub.keyed('POST', `${finished}/trap`, { name: 'no-such' });
  assert.equal(none.status, 404);
  assert.equal(none.json.error, '"no-such" is no trap of this lesson; it has text-plain.');
  const odd = await hub.keyed('POST', `${finished}/trap`, { name: 'text-plain', prediction: 3 });
  assert.equal(odd.status, 400);
});

test('levers act on the wire, are told, and take only what they can do', async (t) => {
  const hub = await startHub(t);
  const early = await hub.keyed('POST', `${finished}/levers`, { split: 3 });
  assert.equal(early.status, 409);
  assert.equal(early.json.error, 'This stage has not been set yet; open the lesson first.');

  const { origin } = (await hub.ask('POST', finished)).json;
  const live = hub.live();
  const set = await hub.keyed('POST', `${finished}/levers`, { split: 3 });
  assert.deepEqual(set.json.levers, { slow: 0, split: 3, hold: 0 });
  await live.hears('stage', ({ levers }) => levers.split === 3);
  const stream = watch(t, origin);
  await stream.until((one) => one.raw.length > 20, 5000);
  // TCP may join some of them again, and a slow machine sees it do so.
  assert.ok(stream.pieces.some(({ bytes }) => bytes.length <= 3));

  assert.deepEqual((await hub.keyed('POST', `${finished}/cut`)).json, { cut: 1 });
  assert.ok(await stream.until((one) => one.ending, 5000));
  await hub.keyed('POST', `${finished}/levers`, { split: 0 });
  const other = watch(t, origin);
  assert.ok(await somethingCame(other));
  await hub.keyed('POST', `${finished}/cut-in-mid-event`);
  assert.ok(await other.until((one) => one.ending, 5000));
  assert.doesNotMatch(Buffer.from(other.body).toString(), /\n\n$/);

  for (const levers of [{ slow: -1 }, { split: 1.5 }, { hold: 'much' }, { slow: 10 ** 9 }]) {
    const { status, json } = await hub.keyed('POST', `${finished}/levers`, levers);
    assert.ok([400, 422].includes(status), JSON.stringify(levers));
    assert.ok(json.error.length > 20);
  }
  assert.equal((await hub.keyed('POST', `/api/stages/yours/${folder}/cut`)).status, 404);
});

test("the learner's stage is on another site than the hub, and its wire needs the key", async (t) => {
  const hub = await startHub(t);
  const [keyed, open] = [hub.live({ 'x-kit-key': hub.key }), hub.live()];
  await Promise.all([keyed.isHere(), open.isHere()]);
  const { json } = await hub.keyed('POST', mine);
  assert.match(json.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
  const page = watch(t, json.origin, '/');
  assert.equal((await page.until((one) => one.head, 5000))?.status, 200);
  await keyed.hears('wire', ({ which }) => which === 'mine');
  const announced = await hub.ask('POST', '/api/announce', {
    body: { stage: 'mine', folder, view: 'v', reader: 'fetch', url: '/', label: '' },
  });
  assert.equal(announced.status, 403);
  // Something that both may see comes after it, so that nothing more can be on its way.
  await hub.ask('POST', finished);
  await open.hears('stage', ({ state }) => state === 'running');
  assert.ok(!open.told.some(({ data }) => data.which === 'mine'));
});

test('a port that is in use is one sentence on the stage, and works once it is free', async (t) => {
  const hub = await startHub(t, { root: makeClone() });
  const first = await hub.ask('POST', finished);
  const port = Number(new URL(first.json.origin).port);

  const other = await startHub(t, {
    ports: () => ({ first: port, second: port + 1 }),
  });
  const { status, json } = await other.ask('POST', finished);
  assert.equal(status, 409);
  assert.equal(json.state, 'broken');
  assert.equal(
    json.error,
    `Port ${port}, where this lesson is shown, is in use by another program (perhaps this lesson, started alone); end that program and ask again.`,
  );
  assert.equal((await other.ask('GET', '/')).status, 200);
  await hub.close();
  assert.equal((await other.ask('POST', finished)).json.state, 'running');
  assert.deepEqual(other.mistakes, []);
});

test('a server that crashes is said, and runs again when it is asked for', async (t) => {
  const hub = await startHub(t);
  const live = hub.live();
  const { origin } = (await hub.ask('POST', finished)).json;
  watch(t, origin, '/crash');
  const broken = await live.hears('stage', ({ state }) => state === 'broken');
  assert.match(broken.message, /the lamp broke/);
  const { json } = await hub.ask('POST', finished);
  assert.equal(json.state, 'running');
  assert.ok(await somethingCame(watch(t, origin)));
});

test('a server that shuts down by plan rests, and is started anew by who comes back', async (t) => {
  const hub = await startHub(t);
  const live = hub.live();
  await live.isHere();
  const { origin } = (await hub.ask('POST', finished)).json;
  const stream = watch(t, origin);
  assert.ok(await somethingCame(stream));
  watch(t, origin, '/shutdown');
  await live.hears('stage', ({ state }) => state === 'stopped');
  assert.ok(stream.ending);
  assert.ok(await somethingCame(watch(t, origin)));
  assert.ok(!live.told.some(({ data }) => data.state === 'broken'));
});

test("a syntax error in the learner's server is said on its stage, and mended by the next save", async (t) => {
  const hub = await startHub(t);
  const { json } = await hub.keyed('GET', `/api/exercise/${folder}`);
  const file = join(json.directory, 'server.ts');
  const starter = json.files.find(({ name }: { name: string }) => name === 'server.ts').text;
  writeFileSync(file, `${starter}\n}}}`);
  const shown = await hub.keyed('POST', mine);
  assert.equal(shown.status, 409);
  assert.match(shown.json.error, /server\.ts/);
  const live = hub.live({ 'x-kit-key': hub.key });
  await live.isHere();
  writeFileSync(file, `${starter}\n`);
  await live.hears('stage', ({ which, state }) => which === 'mine' && state === 'running');
});

test('while a server restarts by plan, who connects waits and is not refused', async (t) => {
  const hub = await startHub(t);
  const { origin } = (await hub.ask('POST', finished)).json;
  const live = hub.live();
  await live.isHere();
  const changed = hub.keyed('POST', finished, { step: 1 });
  await live.hears('stage', ({ state }) => state === 'starting');
  const heads = await Promise.all(
    Array.from({ length: 5 }, () => watch(t, origin).until((one) => one.head, 8000)),
  );
  assert.deepEqual(
    heads.map((head) => head?.status),
    [200, 200, 200, 200, 200],
  );
  assert.equal((await changed).json.state, 'running');
});

test('of many wishes at once the last one is what runs', async (t) => {
  const hub = await startHub(t);
  const wishes = [0, 1, 0, 1, 2, 0].map((step) => hub.keyed('POST', finished, { step }));
  const answers = await Promise.all(wishes);
  assert.deepEqual(new Set(answers.map(({ json }) => json.state)), new Set(['running']));
  assert.equal(
    (await watch(t, answers[0]!.json.origin).until((one) => one.head, 5000))?.status,
    404,
  );
  assert.equal((await hub.ask('POST', finished)).json.step, 0);
});

test('a server that nobody is connected to is put to rest, and woken by who connects', async (t) => {
  const hub = await startHub(t, { restAfter: 50 });
  const live = hub.live();
  await live.isHere();
  const { origin } = (await hub.ask('POST', finished)).json;
  const stream = watch(t, origin);
  assert.ok(await somethingCame(stream));
  stream.leave();
  await live.hears('stage', ({ state }) => state === 'stopped');
  const both = [watch(t, origin), watch(t, origin)];
  for (const again of both) {
    assert.ok(await somethingCame(again));
    assert.equal(again.ending, undefined);
  }
});

test("a flood of the learner's server leaves the other streams and the hub alone", async (t) => {
  const hub = await startHub(t);
  await hub.keyed('POST', mine);
  const live = hub.live({ 'x-kit-key': hub.key });
  await live.isHere();
  const { origin } = (await hub.ask('POST', finished)).json;
  const flooded = (await hub.keyed('POST', mine)).json.origin;
  const flood = get(`${flooded}/flood`, (response) => response.resume());
  t.after(() => flood.destroy());
  flood.on('error', () => {});
  await live.hears(
    'stage',
    ({ which, message }) => which === 'mine' && /leaves some of it out/.test(message),
  );

  const calm = watch(t, origin);
  assert.ok(await calm.until((one) => one.pieces.length >= 5, 5000), 'the other stream goes on');
  await live.hears('wire', ({ which, record }) => which === 'finished' && record.kind === 'event');
  const before = performance.now();
  assert.equal((await hub.ask('GET', '/')).status, 200);
  assert.ok(performance.now() - before < 2000);
  const told = live.told.filter(({ type, data }) => type === 'wire' && data.which === 'mine');
  assert.ok(JSON.stringify(told).length < 8_000_000);
  assert.equal(live.ended, false);
  const seen = live.told.length;
  flood.destroy();
  await live.until('the tape to be whole again', () =>
    live.told
      .slice(seen)
      .some(({ type, data }) => type === 'stage' && data.which === 'mine' && !data.message),
  );
});

test('a closed hub leaves no process and no port behind', async (t) => {
  const hub = await startHub(t);
  const { origin } = (await hub.ask('POST', finished)).json;
  const { origin: own } = (await hub.keyed('POST', mine)).json;
  await hub.keyed('GET', `/api/exercise/${folder}`);
  const live = hub.live();
  await live.isHere();
  const stream = watch(t, origin);
  assert.ok(await somethingCame(stream));
  const before = performance.now();
  await hub.close();
  assert.ok(performance.now() - before < 1500, 'it ends at once, streams or not');
  assert.ok(await stream.until((one) => one.ending, 1000));
  await live.until('the end', () => live.ended);
  for (const port of [hub.port, Number(new URL(origin).port), Number(new URL(own).port)]) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  }
  await eventually('all processes to be gone', () => processesBelow(hub.root).length === 0, 3000);
});

/** Command lines of processes that have to do with a clone; where /proc tells them. */
function processesBelow(root: string): string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .map((name) => {
        try {
          return readFileSync(`/proc/${name}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      })
      .filter((line) => line.includes(root));
  } catch {
    return [];
  }
}

test('a lesson that is broken is told as such, the others work, and mending it needs no restart', async (t) => {
  const hub = await startHub(t);
  const server = join(hub.root, 'lessons', folder, 'server.ts');
  const whole = readFileSync(server, 'utf8');
  const problem = async () => {
    const { json } = await hub.ask('GET', '/api/lessons');
    return json.lessons.find((lesson: { folder: string }) => lesson.folder === folder).problem;
  };
  renameSync(server, `${server}.away`);
  assert.match(await problem(), /^lessons\/31-signal\/server\.ts is missing/);
  assert.match((await hub.ask('GET', '/')).text, /lessons\/31-signal\/server\.ts is missing/);
  const page = await hub.ask('GET', `/lessons/${folder}`);
  assert.equal(page.status, 422);
  assert.match(page.text, /server\.ts is missing/);
  assert.equal((await hub.ask('POST', finished)).status, 422);

  writeFileSync(server, whole.replace('// #endregion', '// #endregio'));
  assert.match(await problem(), /^lessons\/31-signal\/server\.ts:\d+: /);
  writeFileSync(server, whole);
  assert.equal(await problem(), undefined);
  assert.equal((await hub.ask('GET', `/lessons/${folder}`)).status, 200);
  assert.equal((await hub.ask('POST', finished)).json.state, 'running');
});

test('a lesson that is not there, or not written yet, is 404 with a sentence', async (t) => {
  const hub = await startHub(t);
  const none = await hub.ask('GET', '/api/lessons/99-none');
  assert.equal(none.status, 404);
  assert.equal(none.json.error, 'There is no lesson "99-none"; the map at / shows all.');
  const later = await hub.ask('GET', '/lessons/16-websocket');
  assert.equal(later.status, 404);
  assert.match(later.text, /Lesson 16-websocket is still to be written\./);
});

test('a lesson with two origins is reached at both, and the levers move both wires', async (t) => {
  const ports = await freePorts();
  const hub = await startHub(t, { ports: () => ports });
  const server = join(hub.root, 'lessons', folder, 'server.ts');
  const second = `
const other = createServer((_request, response) => sendSignals(response));
listen(other, 31, { second: true }).then((origin) => console.log('second', origin));
`;
  writeFileSync(server, readFileSync(server, 'utf8') + second);
  const live = hub.live();
  await live.isHere();
  const { json } = await hub.ask('POST', finished);
  assert.equal(json.state, 'running');
  await live.hears('output', ({ text }) =>
    text.includes(`second http://localhost:${ports.second}`),
  );
  const streams = [ports.first, ports.second].map((port) => watch(t, `http://localhost:${port}`));
  for (const stream of streams) assert.ok(await somethingCame(stream));
  const exchanges = live.told
    .filter(({ type }) => type === 'wire')
    .map(({ data }) => data.record.exchange);
  assert.equal(new Set(exchanges).size, 2, 'exchanges of two wires are told apart');
  assert.deepEqual((await hub.keyed('POST', `${finished}/cut`)).json, { cut: 2 });
});
