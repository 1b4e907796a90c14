// What can make a program act by itself is counted, so that nobody waits for one that will not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgram, until } from './runner-programs.ts';

/** Programs that listen, and besides have something that may make them speak later. */
const ACTING: Record<string, string> = {
  'an interval': 'setInterval(() => {}, 1e6);',
  'an interval that keeps nothing awake': 'setInterval(() => {}, 1e6).unref();',
  'a promised delay':
    "import { setTimeout as pause } from 'node:timers/promises'; void pause(1e6);",
  'a child process': `import { spawn } from 'node:child_process';
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']).unref();`,
  'a watched file': "import { watch } from 'node:fs'; watch('.', { persistent: false });",
  'a thread': `import { Worker } from 'node:worker_threads';
    new Worker('setInterval(() => {}, 1e6)', { eval: true }).unref();`,
  'a signal that comes in time': 'AbortSignal.timeout(1e6);',
  'a connection of its own': `import { createServer, connect } from 'node:net';
    createServer().listen(0, '127.0.0.1', function () { connect(this.address().port, '127.0.0.1'); });`,
  'a file that is read': `import { readFile } from 'node:fs/promises';
    const again = () => readFile(process.argv[1]).then(again); void again();`,
  'text that is compressed': `import { createGzip } from 'node:zlib'; createGzip().resume().write('x');`,
};

for (const [name, text] of Object.entries(ACTING)) {
  test(`a program with ${name} may act by itself`, async () => {
    const run = await startProgram(
      name.replaceAll(' ', '-'),
      `import { listen } from './page.ts';\n${text}\nlisten();\n`,
    );
    assert.equal(await run.listening(10_000), true, run.problem?.message);
    for (let look = 0; look < 3; look++) assert.notEqual((await run.state())?.sources, 0);
    await run.stop();
  });
}

const PASSED: Record<string, string> = {
  'a timer that has fired': 'setTimeout(() => {}, 1);',
  'a delay that is over':
    "import { setTimeout as pause } from 'node:timers/promises'; void pause(1);",
  'a file that was read':
    "import { readFile } from 'node:fs/promises'; await readFile(process.argv[1]!);",
  nothing: '',
};

for (const [name, text] of Object.entries(PASSED)) {
  test(`a program with ${name} waits for its clients alone`, async () => {
    const run = await startProgram(
      `passed-${name.replaceAll(' ', '-')}`,
      `import { listen } from './page.ts';\n${text}\nlisten();\n`,
    );
    assert.equal(await run.listening(10_000), true, run.problem?.message);
    await until('nothing to do', async () => (await run.state())?.sources === 0);
    await run.stop();
  });
}
