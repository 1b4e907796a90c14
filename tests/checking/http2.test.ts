// Without a certificate a learner is told the command, and not that the exercise is wrong.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { Failure, Unseen } from '../../scripts/checking/failure.ts';
import { originOverHttp2 } from '../../scripts/checking/http2.ts';
import { Stage, type Target } from '../../scripts/checking/stage.ts';

/** A server that has no HTTP/2 half, and says so; `isOurs`: one that the kit has started. */
async function stageOf(t: TestContext, isOurs: boolean): Promise<Stage> {
  const server = createServer((_, response) => response.end('{"origin":"","note":"not yet"}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = { state: async () => undefined, onProblem: () => {} };
  const stage = new Stage({ origin, speed: 1, ...(isOurs && { run }) } as unknown as Target);
  t.after(() => {
    stage.close();
    server.closeAllConnections();
    server.close();
  });
  return stage;
}

const root = mkdtempSync(join(tmpdir(), 'down-the-wire-'));
const advice = { otherwise: 'Make a second server.', root };

test('in a clone without a certificate the HTTP/2 half cannot be seen, and the command is told', async (t) => {
  const stage = await stageOf(t, true);
  await assert.rejects(
    originOverHttp2(() => stage.get('/second'), advice),
    (error) => error instanceof Unseen && /run `npm run certificate`/.test(error.message),
  );
});

test('a server elsewhere has a certificate of its own, and none of ours is asked for', async (t) => {
  const stage = await stageOf(t, false);
  await assert.rejects(
    originOverHttp2(() => stage.get('/second'), advice),
    (error) => error instanceof Failure && /It says: \{"origin":"",/.test(error.message),
  );
});
