// A check can have the program started anew: another process, which knows nothing of the first.
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

test('a program is started anew beside the first, and is gone when the check is over', async (t) => {
  const files = new Map([['server.ts', COUNTS]]);
  const directory = await deriveVariant(root, findLesson(root, '01'), 'restart', files);
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
  const { scene, leave } = sceneOn(stage);
  const told = async ({ get }: Pick<typeof scene, 'get'>) => {
    const { exchange } = get('/');
    await exchange.until(() => exchange.ending, 10_000);
    const [pid, asked] = Buffer.from(exchange.body).toString().split(' ');
    return { pid: Number(pid), asked };
  };

  const [one, two] = [await told(scene), await told(scene)];
  const anew = await told(await scene.restart());
  assert.equal(two.pid, one.pid);
  assert.deepEqual([one.asked, two.asked, anew.asked], ['1', '2', '1']);
  assert.notEqual(anew.pid, one.pid);

  leave();
  for (const deadline = Date.now() + 10_000; isAlive(anew.pid); ) {
    assert.ok(Date.now() < deadline, 'the second process is ended with the check');
    await told(scene);
  }
  assert.ok(isAlive(one.pid));
});

test('a server that is not ours is not started anew, and that is no failure', async () => {
  const stage = new Stage({ origin: 'http://127.0.0.1:9', speed: 1 });
  await assert.rejects(
    sceneOn(stage).scene.restart(),
    (error) => error instanceof Unseen && /cannot be seen from here/.test(error.message),
  );
  stage.close();
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
