// A check can have the program for itself: a second process, shared with those who ask for the same,
// one after the other.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { Unseen } from '../../scripts/checking/failure.ts';
import { sceneOn } from '../../scripts/checking/language.ts';
import { Stage } from '../../scripts/checking/stage.ts';
import { deriveVariant } from '../../scripts/course/derive.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { createRunner } from '../../scripts/course/runner.ts';
import { root } from './judging.ts';

const COUNTS = `
import { createServer } from 'node:http';
let asked = 0;
createServer((request, response) => response.end(process.pid + ' ' + ++asked)).listen(process.env.PORT, '127.0.0.1');
`;

test('checks that want the program for themselves share a second one, one after the other', async (t) => {
  const files = new Map([['server.ts', COUNTS]]);
  const directory = await deriveVariant(root, findLesson(root, '01'), 'alone', files);
  const runner = createRunner();
  t.after(() => runner.close());
  const start = async () => {
    const port = await freePort();
    return runner.start({ directory, port, publicPort: port });
  };
  const run = await start();
  assert.ok(await run.listening(10_000));
  const stage = new Stage({ origin: run.origin, speed: 1, run, startAnew: start });
  t.after(() => stage.close());
  const told = async ({ get }: Pick<Stage, 'get'>) => {
    const { exchange } = get('/');
    await exchange.until(() => exchange.ending, 10_000);
    return Buffer.from(exchange.body).toString();
  };

  const said: string[] = [];
  const first = sceneOn(stage).scene.alone(async (program) => {
    said.push(await told({ get: (path) => program.get(path) }));
    said.push(await told({ get: (path) => program.get(path) }));
    throw new Error('what goes wrong here is nothing to the next');
  });
  const second = sceneOn(stage).scene.alone(async (program) => {
    said.push(await told({ get: (path) => program.get(path) }));
  });
  await assert.rejects(first, /nothing to the next/);
  await second;
  const [pid] = (await told({ get: (path) => stage.get(path) })).split(' ');
  const pids = new Set(said.map((text) => text.split(' ')[0]));
  assert.deepEqual(
    said.map((text) => text.split(' ')[1]),
    ['1', '2', '3'],
  );
  assert.equal(pids.size, 1);
  assert.ok(!pids.has(pid), 'it is not the process of the other checks');
});

test('checks that take turns do not meet, and one that fails is nothing to the next', async () => {
  const stage = new Stage({ origin: 'http://127.0.0.1:9', speed: 1 });
  const said: string[] = [];
  const turn = (name: string) =>
    sceneOn(stage).scene.inTurn(async () => {
      said.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      said.push(`${name} ends`);
      if (name === 'first') throw new Error(name);
    });
  await Promise.allSettled([turn('first'), turn('second')]);
  assert.deepEqual(said, ['first begins', 'first ends', 'second begins', 'second ends']);
  stage.close();
});

test('a server that is not ours has no second, and that is no failure', async () => {
  const stage = new Stage({ origin: 'http://127.0.0.1:9', speed: 1 });
  const alone = sceneOn(stage).scene.alone(async () => {});
  await assert.rejects(
    alone,
    (error) => error instanceof Unseen && /cannot be seen from here/.test(error.message),
  );
  stage.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
