// Who is refused, and with which sentence: other names, other pages, other users, other paths.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askRaw, folder, startHub } from './clone.ts';

test('a foreign Host is refused with a sentence, whatever is asked for', async (t) => {
  const hub = await startHub(t);
  const names = [
    'evil.example',
    `evil.example:${hub.port}`,
    'localhost',
    `localhost:${hub.port + 1}`,
  ];
  names.push(`localhost.evil.example:${hub.port}`, `127.0.0.2:${hub.port}`, `[::1]:${hub.port}`);
  for (const host of names) {
    for (const path of ['/', '/live', '/api/lessons', '/public/tokens.css', `/lessons/${folder}`]) {
      const { status, json } = await hub.ask('GET', path, { headers: { host } });
      assert.equal(status, 403, `${host} ${path}`);
      assert.equal(
        json.error,
        `This hub answers as localhost:${hub.port} alone, and was called "${host}"; open http://localhost:${hub.port}/ instead.`,
      );
    }
  }
});

test('a foreign Origin is refused with a sentence, even with the key', async (t) => {
  const hub = await startHub(t);
  const origins = ['http://evil.example', 'null', `http://localhost:${hub.port + 1}`];
  origins.push(`https://localhost:${hub.port}`, `http://localhost:${hub.port}.evil.example`);
  for (const origin of origins) {
    const headers = { origin, 'x-kit-key': hub.key };
    for (const [method, path] of [
      ['POST', '/api/key'],
      ['GET', '/live'],
      ['POST', `/api/exercise/${folder}/check`],
      ['POST', `/api/stages/finished/${folder}`],
      ['OPTIONS', '/api/key'],
    ] as const) {
      const { status, json, headers: answered } = await hub.ask(method, path, { headers });
      assert.equal(status, 403, `${origin} ${path}`);
      assert.equal(
        json.error,
        `A page of "${origin}" asked, and only the hub's own pages may; open http://localhost:${hub.port}/ and ask from there.`,
      );
      assert.equal(answered['access-control-allow-origin'], undefined);
    }
  }
});

test("the hub's own Origin is let in", async (t) => {
  const hub = await startHub(t);
  const headers = {
    origin: `http://localhost:${hub.port}`,
    'sec-fetch-site': 'same-origin',
    'x-kit-key': hub.key,
  };
  assert.equal((await hub.ask('POST', '/api/key', { headers })).status, 200);
});

test('a request from a page of another address is refused, though it names no Origin', async (t) => {
  const hub = await startHub(t);
  for (const site of ['cross-site', 'same-site']) {
    const headers = { 'sec-fetch-site': site };
    const { status, json } = await hub.ask('GET', '/api/lessons', { headers });
    assert.equal(status, 403);
    assert.match(
      json.error,
      new RegExp(`^A page from another address asked \\(Sec-Fetch-Site: ${site}\\)`),
    );
    // A link from elsewhere to a page is welcome.
    assert.equal((await hub.ask('GET', '/', { headers })).status, 200);
  }
});

const needKey = [
  ['POST', '/api/key'],
  ['GET', '/api/progress'],
  ['POST', '/api/progress/hint'],
  ['GET', `/api/exercise/${folder}`],
  ['PUT', `/api/exercise/${folder}/server.ts`],
  ['POST', `/api/exercise/${folder}/reset`],
  ['POST', `/api/exercise/${folder}/check`],
  ['POST', `/api/exercise/${folder}/open`],
  ['POST', `/api/stages/mine/${folder}`],
  ['POST', `/api/stages/finished/${folder}/levers`],
  ['POST', `/api/stages/finished/${folder}/cut`],
  ['POST', `/api/stages/mine/${folder}/cut-in-mid-event`],
  ['POST', `/api/stages/finished/${folder}/trap`],
] as const;

test('without the key nothing runs, writes or shows what the learner did', async (t) => {
  const hub = await startHub(t);
  for (const [method, path] of needKey) {
    const { status, json } = await hub.ask(method, path, { body: {} });
    assert.equal(status, 403, path);
    assert.equal(
      json.error,
      'This needs the key of your clone: open the address, with all that follows the #, that npm start has printed.',
    );
  }
});

test('a wrong key is refused, however near it is', async (t) => {
  const hub = await startHub(t);
  const wrong = ['', 'x', hub.key.slice(1), `${hub.key}A`, hub.key.toLowerCase(), 'x'.repeat(43)];
  for (const key of wrong) {
    for (const [method, path] of needKey) {
      const { status, json } = await hub.ask(method, path, { headers: { 'x-kit-key': key } });
      assert.equal(status, 403, `${key} ${path}`);
      assert.match(json.error, /^The key that came is not the key of this clone: open the address/);
    }
    const live = await hub.ask('GET', '/live', { headers: { 'x-kit-key': key } });
    assert.equal(live.status, 403);
  }
});

test('the course is open without the key', async (t) => {
  const hub = await startHub(t);
  const { json } = await hub.ask('GET', '/api/lessons');
  assert.ok(json.lessons.some((lesson: { folder: string }) => lesson.folder === folder));
  const lesson = await hub.ask('GET', `/api/lessons/${folder}`);
  assert.equal(lesson.json.title, 'The signal');
  assert.deepEqual(
    lesson.json.steps.map(({ step, title }: { step: number; title: string }) => [step, title]),
    [
      [1, 'Say that an event stream follows.'],
      [2, 'Send the signal.'],
    ],
  );
  assert.deepEqual(
    lesson.json.hints.map(({ step, number }: { step: number; number: number }) => [step, number]),
    [
      [1, 1],
      [1, 2],
    ],
  );
  assert.match(lesson.json.html.steps, /href="\/lessons\/01-event-stream"/);
  // The answer of a prediction is given away only when it has been made.
  assert.deepEqual(lesson.json.traps[0].prediction, {
    question: 'What will be seen?',
    choices: ['Nothing', 'All', 'Half'],
  });
  const code = await hub.ask('GET', `/api/lessons/${folder}/code?step=1`);
  const server = code.json.files.find((file: { name: string }) => file.name === 'server.ts');
  assert.match(server.text, /TODO 2: Send the signal/);
  assert.doesNotMatch(server.text, /#region/);
});

test('pages asked for by number are led to the name that keeps the key', async (t) => {
  const hub = await startHub(t);
  for (const path of ['/', `/lessons/${folder}?notes`]) {
    const headers = { host: `127.0.0.1:${hub.port}` };
    const answer = await hub.ask('GET', path, { headers });
    assert.equal(answer.status, 307);
    assert.equal(answer.headers.location, `http://localhost:${hub.port}${path}`);
  }
});

test('a page takes scripts from the hub alone, and stands in no frame', async (t) => {
  const hub = await startHub(t);
  for (const path of ['/', `/lessons/${folder}`, '/lessons/99-nowhere']) {
    const { headers } = await hub.ask('GET', path);
    const policy = headers['content-security-policy'] as string;
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(
      policy,
      /frame-src http:\/\/localhost:\* http:\/\/127\.0\.0\.1:\* http:\/\/\*\.localhost:\*;/,
    );
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['set-cookie'], undefined);
  }
});

test('no path leaves the folder that it names', async (t) => {
  const hub = await startHub(t);
  const tails = [
    '../package.json',
    '%2e%2e/package.json',
    '%2e%2e%2fpackage.json',
    '..%2fpackage.json',
    '..%5cpackage.json',
    '%2e%2e%5cpackage.json',
    '..\\package.json',
    '%252e%252e%252fpackage.json',
    '%252e%252e/package.json',
    '..%252fpackage.json',
    'tokens.css%00.png',
    '%00',
    'fonts/../../package.json',
    'fonts/%2e%2e/%2e%2e/package.json',
    '.%2e/.kit/key',
    '%2e%2e/.kit/key',
    './tokens.css',
    '/tokens.css',
    '//etc/passwd',
    'C:%5cWindows',
    'tokens.css::$DATA',
    '%c0%ae%c0%ae/package.json',
    '%zz',
    'hub/api.ts',
    '.hidden',
    '',
  ];
  const starts = ['/public/', '/hub/', '/lessons/', `/api/lessons/${folder}/`, '/api/exercise/'];
  for (const start of starts) {
    for (const tail of tails) {
      if (tail === '' && start.startsWith('/api/lessons/')) continue; // one slash too many is no harm
      const { status, text } = await hub.ask('GET', start + tail, {
        headers: { 'x-kit-key': hub.key },
      });
      assert.ok([400, 404, 405].includes(status), `${start}${tail}: ${status}`);
      assert.doesNotMatch(text, /"dependencies"|root:x|import \{|^[\w-]{43}$/m, start + tail);
    }
  }
  for (const tail of tails.filter((tail) => tail !== '')) {
    const { status } = await hub.keyed('PUT', `/api/exercise/${folder}/${tail}`, {
      text: 'x',
      base: '',
    });
    assert.ok([400, 404, 422].includes(status), `PUT ${tail}: ${status}`);
  }
  assert.deepEqual(hub.mistakes, []);
});

test('a request target that is a whole address is refused', async (t) => {
  const hub = await startHub(t);
  const answer = await hub.ask('GET', 'http://evil.example/public/tokens.css');
  assert.equal(answer.status, 400);
});

test('what is no file of an exercise is not written', async (t) => {
  const hub = await startHub(t);
  for (const file of ['checks.ts', 'traps.ts', 'README.md', 'page.ts', 'new.ts', '.env']) {
    const { status, json } = await hub.keyed('PUT', `/api/exercise/${folder}/${file}`, {
      text: 'x',
      base: '',
    });
    assert.equal(status, 422, file);
    assert.match(json.error, /is not a file of this exercise/);
  }
});

test('a wrong method says which one is right', async (t) => {
  const hub = await startHub(t);
  for (const [method, path, allowed] of [
    ['POST', '/', 'GET, HEAD'],
    ['DELETE', '/api/lessons', 'GET, HEAD'],
    ['GET', '/api/key', 'POST'],
    ['POST', `/api/exercise/${folder}/server.ts`, 'PUT'],
    ['OPTIONS', '/live', 'GET, HEAD'],
  ] as const) {
    const { status, headers, json } = await hub.ask(method, path);
    assert.equal(status, 405, path);
    assert.equal(headers.allow, allowed);
    assert.equal(json.error, `${method} does not work here; ${allowed} does.`);
  }
  assert.equal((await hub.ask('HEAD', '/')).status, 200);
});

test('a body that is too large, no JSON or no object is refused with a sentence', async (t) => {
  const hub = await startHub(t);
  const save = (body: string, headers: Record<string, string> = {}) =>
    hub.ask('PUT', `/api/exercise/${folder}/server.ts`, {
      headers: { 'x-kit-key': hub.key, ...headers },
      body,
    });
  const large = await save(JSON.stringify({ text: 'x'.repeat(1024 * 1024) }));
  assert.equal(large.status, 413);
  assert.equal(large.json.error, 'The request is larger than 1 MiB; send a smaller file.');
  const unmeasured = await save(JSON.stringify({ text: 'x'.repeat(1024 * 1024) }), {
    'transfer-encoding': 'chunked',
  });
  assert.equal(unmeasured.status, 413);
  const broken = await save('{"text": ');
  assert.equal(broken.status, 400);
  assert.match(broken.json.error, /^The body is not JSON \(.+\); send one object\.$/);
  for (const body of ['[]', 'null', '"text"', '1']) {
    const other = await save(body);
    assert.equal(other.json.error, 'The body is JSON but not an object; send { … }.');
  }
  const form = await save('text=x', { 'content-type': 'text/plain' });
  assert.equal(form.status, 415);
  assert.match(form.json.error, /^The body is text\/plain; send it with Content-Type/);
  const empty = await save('{}');
  assert.equal(empty.status, 400);
  assert.match(empty.json.error, /^There is no text to save/);
});

test('the hub proves that it holds the key without showing it', async (t) => {
  const hub = await startHub(t);
  const { json, text } = await hub.ask('GET', '/api/proof?question=0123456789abcdef');
  assert.match(json.proof, /^[\w-]{43}$/);
  assert.ok(!text.includes(hub.key));
  assert.equal((await hub.ask('GET', '/api/proof?question=short')).status, 400);
});

test('bytes that are no HTTP are answered 400 and harm nobody', async (t) => {
  const hub = await startHub(t);
  const { connect } = await import('node:net');
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(hub.port, '127.0.0.1', () => socket.write('\0\0 nonsense\r\n\r\n'));
    let text = '';
    socket.on('data', (piece) => (text += piece));
    socket.on('close', () => resolve(text));
  });
  assert.match(answer, /^HTTP\/1\.1 400 .*\{"error":"This is no HTTP request/s);
  assert.equal(
    (await askRaw(hub.port, 'GET', '/', { headers: { host: `localhost:${hub.port}` } })).status,
    200,
  );
});
