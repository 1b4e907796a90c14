// What a program holds can be counted from outside, also while it is busy.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Run, RunState } from '../../scripts/course/runner.ts';
import { openExchange } from '../../scripts/wire/exchange.ts';
import { printed, startProgram, until } from './runner-programs.ts';

const SPEED = 50;

function untilState(run: Run, what: string, holds: (state: RunState) => boolean) {
  return until(what, async () => {
    const state = await run.state();
    return state && holds(state) ? state : undefined;
  });
}

/** A client that asks for a path and stays; `leave()` hangs up. */
async function visit(run: Run, path = '/'): Promise<{ leave: () => void }> {
  const socket = connect(run.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  return { leave: () => socket.destroy() };
}

const KINDS: Record<string, string> = {
  setTimeout: 'setTimeout(() => {}, 1e6)',
  setInterval: 'setInterval(() => {}, 1e6)',
  'a timer that was unreferenced': 'setTimeout(() => {}, 1e6).unref()',
  'a timer that was refreshed': 'setTimeout(() => {}, 1e6).refresh()',
  'a timer of node:timers': 'timers.setInterval(() => {}, 1e6)',
  'timers/promises': 'timersPromises.setTimeout(1e6)',
  'scheduler.wait': 'timersPromises.scheduler.wait(1e6)',
  'an iterated interval':
    '(async () => { for await (const _ of timersPromises.setInterval(1e6)); })()',
  'a promisified timer': 'promisify(setTimeout)(1e6)',
};
const OVER: Record<string, string> = {
  'has fired': 'setTimeout(() => {}, 1)',
  'has fired, as a promise': 'timersPromises.setTimeout(1)',
  'was cleared': 'clearInterval(setInterval(() => {}, 1e6))',
  'was cleared by its number': 'clearTimeout(+setTimeout(() => {}, 1e6))',
  'was closed': 'setInterval(() => {}, 1e6).close()',
  'was aborted':
    'timersPromises.setTimeout(1e6, 0, { signal: AbortSignal.abort() }).catch(() => {})',
  'was cleared by its own callback': 'const own = setInterval(() => clearInterval(own), 1)',
  'was left by its loop':
    '(async () => { for await (const _ of timersPromises.setInterval(1)) break; })()',
};

for (const speed of [1, SPEED]) {
  test(`each timer that a program holds is counted at speed ${speed}, and none that is over`, async () => {
    const statements = [...Object.values(KINDS), ...Object.values(OVER)];
    const run = await startProgram(
      `timers-${speed}`,
      `import timers from 'node:timers';
       import timersPromises from 'node:timers/promises';
       import { promisify } from 'node:util';
       ${statements.map((statement) => `{ ${statement}; }`).join('\n')}
       import { listen } from './page.ts';
       listen();\n`,
      { speed },
    );
    assert.equal(await run.listening(5000), true, run.problem?.message);
    const wanted = Object.keys(KINDS).length;
    await untilState(run, `${wanted} timers`, ({ timers }) => timers === wanted);
    await run.stop();
  });
}

test('timers grow with clients who leave their clocks behind, and fall when they are stopped', async () => {
  const run = await startProgram(
    'leak',
    `import { listen } from './page.ts';
     const clocks: NodeJS.Timeout[] = [];
     listen((request, response) => {
       if (request.url === '/stop') for (const clock of clocks) clearInterval(clock);
       else clocks.push(setInterval(() => {}, 1000));
       response.write('x');
     });\n`,
    { speed: SPEED },
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  for (let client = 0; client < 5; client++) (await visit(run)).leave();
  await untilState(run, 'five timers, no socket', (s) => s.timers === 5 && s.sockets === 0);
  const last = await visit(run, '/stop');
  await untilState(run, 'no timer, one socket', (s) => s.timers === 0 && s.sockets === 1);
  last.leave();
  await run.stop();
});

test('one shared interval that writes to clients who left is seen by its writes', async () => {
  const run = await startProgram(
    'writes',
    `import type { ServerResponse } from 'node:http';
     import { listen } from './page.ts';
     const clients = new Set<ServerResponse>();
     listen((request, response) => {
       response.write('x');
       clients.add(response);
     });
     setInterval(() => { for (const client of clients) client.write('data: x\\n\\n'); }, 1000);\n`,
    { speed: SPEED },
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  const stays = await visit(run);
  assert.equal((await run.state())?.writesAfterClose, 0);
  (await visit(run)).leave();
  const { writesAfterClose, timers } = await untilState(
    run,
    'writes to nobody',
    (state) => state.writesAfterClose >= 3,
  );
  assert.equal(timers, 1);
  await untilState(run, 'more of them', (state) => state.writesAfterClose > writesAfterClose);
  stays.leave();
  await run.stop();
});

test('a good-bye to a client who left is no write, nor is what comes in time', async () => {
  const run = await startProgram(
    'good-bye',
    `import { listen } from './page.ts';
     listen((request, response) => {
       response.write('x');
       response.on('close', () => { response.end(); console.log('bye'); });
     });\n`,
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  (await visit(run)).leave();
  await until('the good-bye', () => printed(run) === 'bye\n');
  assert.equal((await run.state())?.writesAfterClose, 0);
  await run.stop();
});

test('what is encoded once is told from what is encoded for each client', async () => {
  const run = await startProgram(
    'encoded',
    `import { listen } from './page.ts';
     const once = Buffer.from('once');
     listen((request, response) => {
       response.write(once);
       if (request.url === '/text') response.write('text');
       if (request.url === '/buffer') response.write(Buffer.from('new'));
       response.end('the end');
     });\n`,
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  for (const path of ['/', '/', '/text', '/buffer']) (await visit(run, path)).leave();
  const { pieces, encoded } = (await run.state())!;
  assert.deepEqual({ pieces, encoded }, { pieces: 6, encoded: 3 });
  await run.stop();
});

test('a process that was started is counted for as long as it lives', async () => {
  const run = await startProgram(
    'child',
    `import { spawn } from 'node:child_process';
     import { listen } from './page.ts';
     const wait = ['-e', 'setInterval(() => {}, 1000)'];
     listen((request, response) => {
       const child = spawn(process.execPath, wait);
       response.write('x');
       response.on('close', () => child.kill());
     });\n`,
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  const client = await visit(run);
  await untilState(run, 'a child', ({ children }) => children === 1);
  client.leave();
  await untilState(run, 'no child', ({ children }) => children === 0);
  await run.stop();
});

test('what a client does not take is counted as held, and no more when it has left', async () => {
  const run = await startProgram(
    'held',
    `import { listen } from './page.ts';
     listen((request, response) => response.write(Buffer.alloc(32 * 1024 * 1024)));\n`,
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  const deaf = openExchange({ origin: run.origin, path: '/' }, { limit: 64 * 1024 * 1024 });
  await deaf.until(({ head }) => head, 5000);
  deaf.pause();
  const { held } = await untilState(run, 'bytes that wait', (state) => state.held > 0);
  assert.ok(held > 1024 * 1024, `${held} bytes`);
  deaf.resume();
  await untilState(run, 'nothing that waits', (state) => state.held === 0);
  deaf.leave();
  await run.stop();
});

test('a busy program is known to be busy, and for how long', async () => {
  const run = await startProgram(
    'busy',
    `import { listen } from './page.ts';
     listen().on('listening', () => {
       setInterval(() => {}, 1e6);
       setTimeout(() => { while (true); }, 20);
     });\n`,
  );
  assert.equal(await run.listening(5000), true, run.problem?.message);
  const first = await untilState(run, 'busy', ({ busyFor }) => busyFor > 0);
  const later = await untilState(run, 'busier', ({ busyFor }) => busyFor >= first.busyFor + 100);
  assert.ok(later.timers >= 0);
  await run.stop();
});

test('a program that is busy from its first line on is known to be busy', async () => {
  const run = await startProgram('busy-at-once', `while (true);\n`);
  assert.equal(await run.listening(50), false);
  await untilState(run, 'busy', ({ busyFor }) => busyFor > 100);
  await run.stop();
});

test('a program that waits is not busy', async () => {
  const run = await startProgram('idle', `import { listen } from './page.ts';\nlisten();\n`);
  assert.equal(await run.listening(5000), true);
  const { lost, worked, ...state } = (await run.state())!;
  assert.ok(lost >= 0 && worked >= 0); // whatever the machine was about
  assert.deepEqual(state, {
    timers: 0,
    children: 0,
    sockets: 0,
    held: 0,
    pieces: 0,
    encoded: 0,
    writesAfterClose: 0,
    sources: 0,
    busyFor: 0,
  });
  await run.stop();
});
