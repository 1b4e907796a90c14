// Why a program does not run: the exact words that a learner reads, for programs that provoke them.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Run, RunProblem } from '../../scripts/course/runner.ts';
import { freePort, printed, runner, startProgram, until } from './runner-programs.ts';

const SERVER = `import { listen } from './page.ts';\nlisten();\n`;

const blocker = createServer();
let taken = 0;
before(async () => {
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', () => resolve()));
  taken = (blocker.address() as { port: number }).port;
});
after(() => blocker.close());

function problemOf(run: Run): Promise<RunProblem> {
  return until('a problem', () => run.problem);
}

interface Wrong {
  about: string;
  program: string;
  /** `<port>` is the run's, `<taken>` one that is in use. */
  says: Partial<RunProblem>;
}

const WRONG: Wrong[] = [
  {
    about: 'a bracket that is not closed',
    program: `import { createServer } from 'node:http';\nconst server = createServer((request => {\n});\n`,
    says: {
      kind: 'syntax',
      file: 'server.ts',
      line: 3,
      column: 3,
      message: 'server.ts:3:3: ")" is expected here, not ";". Mend it and save again.',
      excerpt: '3 | });\n  |   ^',
    },
  },
  {
    about: 'a file that stops in the middle',
    program: `if (true) {\n  console.log('x');\n`,
    says: {
      kind: 'syntax',
      message:
        'server.ts:3:1: The file ends too early: a } or ) or ] is missing before. Mend it and save again.',
    },
  },
  {
    about: 'a missing comma',
    program: `const head = {\n\tstatus: 200\n\ttype: 'text/plain',\n};\n`,
    says: {
      kind: 'syntax',
      message: 'server.ts:3:2: A comma or "}" is missing before "type". Mend it and save again.',
      excerpt: "3 | \ttype: 'text/plain',\n  | \t^",
    },
  },
  {
    about: 'a mistake after letters that take more than one byte',
    program: `const 中 = '🚂'; const y = ;\n`,
    says: {
      kind: 'syntax',
      line: 1,
      column: 27,
      message: 'server.ts:1:27: ";" does not fit here. Mend it and save again.',
    },
  },
  {
    about: 'a name that is declared twice',
    program: `const tick = 1;\nconst tick = 2;\n`,
    says: {
      kind: 'syntax',
      message: 'server.ts:2:7: "tick" is declared twice. Mend it and save again.',
    },
  },
  {
    about: 'await outside of an async function',
    program: `function run() { await run(); }\n`,
    says: {
      kind: 'syntax',
      message:
        'server.ts:1:18: await works in an async function only: write async before the function around it. Mend it and save again.',
    },
  },
  {
    about: 'a name that a module does not have',
    program: `import { creatServer } from 'node:http';\ncreatServer();\n`,
    says: {
      kind: 'syntax',
      line: 1,
      column: 10,
      message:
        'server.ts:1:10: "node:http" has nothing that is called "creatServer". Mend the name and save again.',
    },
  },
  {
    about: 'an import of a file that is not there',
    program: `\nimport { listen } from './pgae.ts';\nlisten();\n`,
    says: {
      kind: 'missing',
      line: 2,
      message: 'server.ts:2:24: There is no file pgae.ts to import. Did you mean "page.ts"?',
      excerpt: "2 | import { listen } from './pgae.ts';\n  |                        ^",
    },
  },
  {
    about: 'an import of a package that is not installed',
    program: `import express from 'express-of-1872';\nexpress();\n`,
    says: {
      kind: 'missing',
      message:
        'server.ts:1:21: The package "express-of-1872" is not installed. Lessons use what Node brings along, as in "node:http".',
    },
  },
  {
    about: 'a misspelled module of Node',
    program: `import { get } from 'node:htp';\nget();\n`,
    says: {
      kind: 'missing',
      message: 'server.ts:1:21: Node has no module "node:htp". Did you mean "node:http"?',
    },
  },
  {
    about: 'an error while it is loaded',
    program: `const text: string = '{';\nJSON.parse(text.slice(5));\n`,
    says: {
      kind: 'crash',
      line: 2,
      message:
        'server.ts:2:6: The program threw an error that nothing caught: SyntaxError: Unexpected end of JSON input. Mend it and save again.',
    },
  },
  {
    about: 'an error while it serves',
    program: `interface Train { at: string }\n${SERVER}function next(trains: Train[]) {\n  return trains[0]!.at;\n}\nsetTimeout(() => next([]), 20);\n`,
    says: {
      kind: 'crash',
      line: 5,
      column: 21,
      message:
        "server.ts:5:21: The program threw an error that nothing caught: TypeError: Cannot read properties of undefined (reading 'at'). Find out why the value is missing there.",
      excerpt: '5 |   return trains[0]!.at;\n  |                     ^',
    },
  },
  {
    about: 'a second head',
    program: `import { ServerResponse } from 'node:http';
import { listen } from './page.ts';
listen((request, response) => {
  response.end('x');
  response.setHeader('A', 'b');
}).on('listening', () => fetch('http://127.0.0.1:' + process.env.PORT));\n`,
    says: {
      kind: 'crash',
      line: 5,
      message:
        'server.ts:5:12: The program threw an error that nothing caught: Error: Cannot set headers after they are sent to the client. The head has gone already: set headers before the first byte of the body.',
    },
  },
  {
    about: 'a promise that nobody looks after',
    program: `${SERVER}async function arrive() {\n  throw new RangeError('no such platform');\n}\narrive();\n`,
    says: {
      kind: 'crash',
      line: 4,
      message:
        'server.ts:4:9: A promise was rejected and nothing caught it: RangeError: no such platform. Mend it and save again.',
    },
  },
  {
    about: 'a text that was thrown',
    program: `${SERVER}Promise.reject('late');\n`,
    says: {
      kind: 'crash',
      message:
        'server.ts: A promise was rejected and nothing caught it: "late". Mend it and save again.',
    },
  },
  {
    about: 'a program that just ends',
    program: `console.log('hello');\n`,
    says: {
      kind: 'exit',
      message:
        'server.ts came to its end without listening on port <port>. A program goes on as long as a server listens: call listen(server, …) at the end.',
    },
  },
  {
    about: 'a program that gives up',
    program: `console.error('\\x1b[31mno clock here\\x1b[0m');\nprocess.exit(3);\n`,
    says: {
      kind: 'exit',
      message:
        'server.ts ended by itself, with code 3, before it listened on port <port>. It said: no clock here',
    },
  },
  {
    about: 'a program that ends while it serves',
    program: `${SERVER}setTimeout(() => process.exit(0), 50);\n`,
    says: {
      kind: 'exit',
      message:
        'server.ts ended by itself, with code 0, while it was serving. Look for process.exit() or server.close().',
    },
  },
  {
    about: 'a wait for nothing',
    program: `await new Promise(() => {});\n`,
    says: {
      kind: 'exit',
      message:
        'server.ts waits at its top level for something that never comes, so it ended. Look for an await outside of all functions.',
    },
  },
  {
    about: 'a flood of lines',
    program: `${SERVER}setInterval(() => { for (let i = 0; i < 1000; i++) console.log(i); }, 1);\n`,
    says: {
      kind: 'flood',
      message:
        'server.ts printed more than 5,000 lines within a second, and was stopped. Look for a console.log in a loop that never waits.',
    },
  },
  {
    about: 'a flood out of a loop that never waits',
    program: `while (true) console.log('x'.repeat(10000));\n`,
    says: {
      kind: 'flood',
      message:
        'server.ts printed more than 1 MB within a second, and was stopped. Look for a console.log in a loop that never waits.',
    },
  },
  {
    about: 'a flood from another process',
    program: `import { spawn } from 'node:child_process';\nspawn(process.execPath, ['-e', 'setInterval(() => console.log("x".repeat(60000)), 1)'], { stdio: 'inherit' });\n`,
    says: {
      kind: 'flood',
      message:
        'server.ts printed more than 1 MB within a second, and was stopped. Look for a console.log in a loop that never waits.',
    },
  },
  {
    about: 'writes to a client in a loop that never waits',
    program: `import { createServer } from 'node:http';\ncreateServer((request, response) => { for (;;) response.write('x'.repeat(10000)); }).listen(process.env.PORT, () => fetch('http://127.0.0.1:' + process.env.PORT));\n`,
    says: {
      kind: 'flood',
      message:
        "server.ts wrote more than 64 MB to its clients without once waiting, and was stopped. Look for response.write() in a loop: let setInterval call it, or wait for 'drain' when it returns false.",
    },
  },
  {
    about: 'a port of its own choice that is in use',
    program: `import { createServer } from 'node:http';\ncreateServer().listen(process.env.TAKEN);\n`,
    says: {
      kind: 'port',
      message:
        'server.ts wants to listen on port <taken>, which is in use. Listen on the port that the variable PORT names, as listen(server, …) does.',
    },
  },
];

describe('a learner reads what is wrong:', { concurrency: 3 }, () => {
  for (const { about, program, says } of WRONG) {
    test(about, async () => {
      const name = about.replaceAll(' ', '-');
      const run = await startProgram(name, program, { env: { TAKEN: `${taken}` } });
      const problem = await problemOf(run);
      const message = says.message?.replace('<port>', `${run.port}`).replace('<taken>', `${taken}`);
      const keys = Object.keys(says) as (keyof RunProblem)[];
      const found = Object.fromEntries(keys.map((key) => [key, problem[key]]));
      assert.deepEqual(found, { ...says, message });
      assert.equal(await run.listening(10_000), false);
      assert.equal(await run.state(), undefined);
      await run.stop();
    });
  }
});

test('a port that another program holds is named, and the program is not run', async () => {
  const run = await startProgram('taken', `console.log('ran');\n`, { port: taken });
  assert.equal(await run.listening(5000), false);
  assert.deepEqual(run.problem, {
    kind: 'port',
    file: 'server.ts',
    message: `Port ${taken} is in use by another program, so server.ts cannot listen there. Stop that program, then save again.`,
  });
  await run.stop();
  assert.equal(printed(run), '');
});

test('a port that is lost at the last moment is named too, also where the program handles it', async () => {
  const port = await freePort();
  const run = await startProgram(
    'lost',
    `import { createServer } from 'node:http';
     import { createServer as block } from 'node:net';
     block().listen(Number(process.env.PORT), () => {
       createServer().on('error', () => {}).listen(Number(process.env.PORT));
     });\n`,
    { port },
  );
  const { kind, message } = await problemOf(run);
  assert.equal(kind, 'port');
  assert.match(message, new RegExp(`^Port ${port} is in use by another program`));
});

test('a server.ts that is not there is named, with the command that makes it', async () => {
  const directory = join(import.meta.dirname, '04-resuming');
  const run = runner.start({ directory, port: 1, publicPort: 1 });
  assert.equal(await run.listening(5000), false);
  assert.deepEqual(await problemOf(run), {
    kind: 'missing',
    file: 'server.ts',
    message: 'server.ts is not in 04-resuming. "npm run reset -- 04" makes it again.',
  });
  await run.stop();
});

test('an error that the program handles is no problem, and not why it ends later', async () => {
  const run = await startProgram(
    'handles',
    `process.on('uncaughtException', () => console.log('handled'));\n${SERVER}setTimeout(() => { throw new Error('x'); }, 5);\n`,
  );
  await until('its handling', () => printed(run).includes('handled'));
  assert.equal(await run.listening(5000), true);
  assert.equal(run.problem, undefined);
  await run.stop();
});

test('a problem is told to whoever listens, and to whoever comes later', async () => {
  const run = await startProgram('told', 'throw new Error("x");\n');
  const first = new Promise((resolve) => run.onProblem(resolve));
  assert.equal(await first, run.problem);
  const second = new Promise((resolve) => run.onProblem(resolve));
  assert.equal(await second, run.problem);
});
