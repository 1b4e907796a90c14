// What the text shows is what came: the player itself, and the transcripts of every lesson.
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server } from 'node:net';
import test, { type TestContext } from 'node:test';
import {
  type Mismatch,
  playTranscripts,
  readTranscripts,
} from '../../scripts/checking/transcript.ts';
import { createRunner } from '../../scripts/course/runner.ts';
import { readLessonText } from '../../scripts/course/text.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { lessons } from './judging.ts';

for (const lesson of lessons) {
  test(`${lesson.folder}: every transcript is what the server answers, to the byte`, async (t) => {
    const transcripts = readTranscripts(readLessonText(lesson).wire);
    assert.ok(transcripts.length >= 2, 'the text shows a stream and an answer that ends');
    const runner = createRunner();
    t.after(() => runner.close());
    const [port, secondPort] = await Promise.all([freePort(), freePort()]);
    const ports = { port, publicPort: port, secondPort };
    const run = runner.start({ directory: lesson.directory, ...ports, speed: 50 });
    assert.ok(await run.listening(10_000));
    assert.equal((await playTranscripts(run.origin, transcripts))?.message, undefined);
  });
}

const GREETING = `
GET /greeting HTTP/1.1
Host: {host}

---
HTTP/1.1 200 OK
Content-Type: text/plain
Connection: close

Hello at {time}.
Good-bye.
`;

/** What the server says to a request target: a whole answer, which ends with the connection. */
type Says = (target: string, request: string) => string;

function greet(body: string): Says {
  return () => `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${body}`;
}

test('an answer that is what the block shows has no mismatch', async (t) => {
  assert.equal(await play(t, greet('Hello at 12:00.\nGood-bye.\n'), GREETING), undefined);
});

test('one byte more in the body is a mismatch, and both lines are shown', async (t) => {
  const mismatch = await play(t, greet('Hello at 12:00.\nGood-bye. \n'), GREETING);
  assert.equal(
    mismatch?.message,
    'Line 2 of the body differs.\n  the text shows  Good-bye.\\n\n  the wire has    Good-bye. \\n',
  );
});

test('a missing last line break is a mismatch', async (t) => {
  const mismatch = await play(t, greet('Hello at 12:00.\nGood-bye.'), GREETING);
  assert.match(
    mismatch!.message,
    /the text shows {2}Good-bye\.\\n\n {2}the wire has {4}Good-bye\.$/,
  );
});

test('a body that goes on behind what is shown is a mismatch', async (t) => {
  const mismatch = await play(t, greet('Hello at 12:00.\nGood-bye.\nWait!\n'), GREETING);
  assert.match(mismatch!.message, /\(nothing more\)\n {2}the wire has {4}Wait!/);
});

test('headers are compared in their order', async (t) => {
  const turned = GREETING.replace(
    'Content-Type: text/plain\nConnection: close',
    'Connection: close\nContent-Type: text/plain',
  );
  const mismatch = await play(t, greet('Hello at 12:00.\nGood-bye.\n'), turned);
  assert.match(mismatch!.message, /^Line 2 of the head differs/);
});

test('a block that ends in ... needs a stream that goes on', async (t) => {
  const open = GREETING.replace('Good-bye.\n', 'Good-bye.\n...\n');
  const ended = await play(t, greet('Hello at 12:00.\nGood-bye.\n'), open);
  assert.match(ended!.message, /^The text says \.\.\. and the answer ended there/);
  const stream = greet('Hello at 12:00.\nGood-bye.\nOne m');
  assert.equal(await play(t, stream, open, { goesOn: true }), undefined);
});

test('a placeholder with = stands for the value that it had before', async (t) => {
  const twice = GREETING.replace('Good-bye.', 'It is still {=time}.');
  const listener = greet('Hello at 12:00.\nIt is still 12:00.\n');
  assert.equal(await play(t, listener, twice), undefined);
  const other = await play(t, greet('Hello at 12:00.\nIt is still 12:01.\n'), twice);
  assert.match(other!.message, /Line 2 of the body/);
});

test('a value of one answer can be sent with a later request', async (t) => {
  const second = 'GET /greeting/{=time} HTTP/1.1\n\n---\nHTTP/1.1 404 Not Found\n\n';
  const asked: string[] = [];
  const says: Says = (target) => {
    asked.push(target);
    if (target !== '/greeting') return 'HTTP/1.1 404 Not Found\r\n\r\nGone';
    return greet('Hello at 12:00.\nGood-bye.\n')(target, '');
  };
  const mismatch = await play(t, says, GREETING, second);
  assert.deepEqual(asked, ['/greeting', '/greeting/12:00']);
  assert.equal(mismatch?.line, 100, 'the second block begins at line 100 and shows no body');
});

test('a request with a body is sent as it is shown, with its length and without a last line break', async (t) => {
  const block = `
POST /greeting HTTP/1.1
Host: {host}
Content-Type: application/json

{
  "to": "中"
}
---
HTTP/1.1 204 No Content
`;
  const asked: string[] = [];
  const says: Says = (_target, request) => {
    asked.push(request);
    return 'HTTP/1.1 204 No Content\r\n\r\n';
  };
  assert.equal(await play(t, says, block), undefined);
  const [head, body] = asked[0]!.split('\r\n\r\n');
  assert.match(head!, /^POST .*\r\nContent-Type: application\/json\r\nContent-Length: 17$/s);
  assert.equal(body, '{\n  "to": "中"\n}');
});

test('a block that breaks the grammar is refused with its line', () => {
  for (const text of [
    'GET / HTTP/1.1\n',
    'GET /\n---\nHTTP/1.1 200 OK\n',
    'GET / HTTP/1.1\n---\n',
  ]) {
    assert.throws(
      () => readTranscripts([{ text, line: 7 }], 'README.md'),
      (error) => error instanceof KitError && error.message.startsWith('README.md:7: '),
    );
  }
});

async function play(
  t: TestContext,
  says: Says,
  ...rest: (string | { goesOn: boolean })[]
): Promise<Mismatch | undefined> {
  const blocks = rest.filter((one) => typeof one === 'string');
  const goesOn = rest.some((one) => typeof one !== 'string' && one.goesOn);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (request) => {
      socket.write(says(String(request).split(' ')[1]!, String(request)));
      if (!goesOn) socket.end();
    });
    t.after(() => socket.destroy());
  });
  const port = await listen(server);
  t.after(() => server.close());
  const wire = blocks.map((text, index) => ({ text: text.trimStart(), line: index * 100 }));
  return playTranscripts(`http://127.0.0.1:${port}`, readTranscripts(wire));
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
