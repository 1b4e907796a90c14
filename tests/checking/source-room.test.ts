// The process that an exercise's own event source is played in: it serves one judging after the other,
// and goes when the kit goes, however that ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Order, Told } from '../../scripts/checking/source/orders.ts';
import { giveBack, RoomProcess, takeRoom } from '../../scripts/checking/source/room-process.ts';

const root = join(import.meta.dirname, '..', '..');
const file = join(root, 'lessons', '08-own-event-source', 'fetch-event-source.js');
const roomProcess = join(root, 'scripts', 'checking', 'source', 'room-process.ts');
const DEADLINE = 10_000; // milliseconds

async function openOrder(room: RoomProcess, url: string): Promise<Extract<Order, { do: 'open' }>> {
  const echoPort = await room.echoPort();
  const visit = ++room.visits;
  const begun = Date.UTC(2026, 0, 1);
  const name = 'FetchEventSource';
  return { do: 'open', file, name, url, init: {}, types: [], visit, echoPort, begun };
}

test('time stands still in there until it is let pass', async (t) => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('retry: 3600000\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const room = new RoomProcess();
  t.after(() => {
    room.close();
    server.close();
    server.closeAllConnections();
  });
  const told: Told[] = [];
  room.listener = { told: (one) => told.push(one), uncaught: () => {}, lost: () => {} };
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await room.carryOut(await openOrder(room, `http://127.0.0.1:${port}/`)), {
    done: true,
  });
  await room.carryOut({ do: 'settle' });
  assert.deepEqual(
    told.map(({ type, readyState }) => [type, readyState]),
    [
      ['open', 1],
      ['error', 0],
    ],
  );
  assert.deepEqual(await room.carryOut({ do: 'pass', milliseconds: 3_599_999 }), {
    passed: 3_599_999,
  });
  assert.equal(asked, 1);
  assert.deepEqual(await room.carryOut({ do: 'pass', milliseconds: 5000 }), { passed: 1 });
  assert.equal(asked, 2);
});

test('its clock begins where it is told, and a wait of 0 ms is no wait', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'source-room-'));
  const probe = join(folder, 'fetch-event-source.js');
  writeFileSync(
    probe,
    `export class FetchEventSource extends EventTarget {
       readyState = 0;
       constructor() {
         super();
         const say = (what) => this.dispatchEvent(new MessageEvent('message', { data: String(what) }));
         setTimeout(() => say(Date.now()), 0);
         setTimeout(() => say(new Date().getTime()));
         clearTimeout(setTimeout(() => say('cleared'), 0));
         setTimeout(() => say('a wait'), 1);
         let turns = 0;
         const loop = () => {
           turns += 1;
           if (turns === 5000) say('an end');
           setTimeout(loop, 0);
         };
         loop();
       }
     }`,
  );
  const room = new RoomProcess();
  const here = setInterval(() => {}, 1000); // nobody waits for a room
  t.after(() => {
    clearInterval(here);
    room.close();
    rmSync(folder, { recursive: true });
  });
  const told: Told[] = [];
  room.listener = { told: (one) => told.push(one), uncaught: () => {}, lost: () => {} };
  // Of two, for a process that has served others must have no older clock.
  for (const begun of [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)]) {
    told.length = 0;
    await room.carryOut({ ...(await openOrder(room, 'http://127.0.0.1:1/')), file: probe, begun });
    await room.carryOut({ do: 'settle' });
    const said = told.map(({ data }) => data);
    assert.deepEqual(said, [String(begun), String(begun)]);
  }
});

test('a process that is well serves the next judging, and one that was closed does not', () => {
  const room = takeRoom();
  giveBack(room);
  assert.equal(takeRoom(), room);
  room.close();
  giveBack(room);
  const other = takeRoom();
  assert.notEqual(other, room);
  other.close();
});

test('it goes when the kit is killed', {
  skip: process.platform === 'win32' ? 'there are no process groups to look into' : false,
}, async () => {
  const kit = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `import { RoomProcess } from ${JSON.stringify(roomProcess)};
       setInterval(() => {}, 1000);
       const room = new RoomProcess();
       const order = { do: 'open', file: ${JSON.stringify(file)}, name: 'FetchEventSource', url: 'http://127.0.0.1:1/', init: {}, types: [], visit: 1, begun: 0, echoPort: await room.echoPort() };
       await room.carryOut(order);
       console.log(room.pid);`,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(kit.stdout!, 'data');
  const pid = Number(String(line));
  assert.ok(isAlive(pid));
  kit.kill('SIGKILL');
  const end = performance.now() + DEADLINE;
  while (isAlive(pid) && performance.now() < end) await pause(10);
  assert.ok(!isAlive(pid), 'the process of the module is still there');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
