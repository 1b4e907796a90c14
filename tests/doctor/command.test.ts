// The doctor as a command: what is typed, what is printed, how it ends, and what it never does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { begin, every, resumes } from '../wire/examine-streams.ts';
import { answering, freePort, httpServer } from '../wire/sockets.ts';
import { asJson, doctor } from './calling.ts';

const TOGETHER = { concurrency: 3, timeout: 60_000 };
const QUICK = ['--for', '0.4'];
const address = (port: number, path = '/events') => `http://127.0.0.1:${port}${path}`;

/** A server that notes each request, and how many connections are open at once. */
async function noting(
  context: TestContext,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const seen: IncomingMessage[] = [];
  const bodies: string[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    seen.push(request);
    let body = '';
    request.on('data', (bytes) => {
      body += bytes;
    });
    request.on('end', () => bodies.push(body));
    listener(request, response);
  });
  server.on('connection', (socket) => {
    most = Math.max(most, ++open);
    socket.on('close', () => open--);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, seen, bodies, most: () => most };
}

/** The arguments of a line as a shell would take it, double quotes alone. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('the doctor', TOGETHER, () => {
  it('shows three examples that work', async (context) => {
    const help = await doctor(['--help']);
    assert.equal(help.code, 0);
    for (const flag of [
      ...['--method M', "--header 'A: b'", '--body TEXT', '--origin O', '--credentials'],
      ...['--for S', '--again', '--insecure', '--strict', '--json'],
    ]) {
      assert.ok(help.out.includes(flag), `${flag} is not in the help`);
    }
    const examples = help.out
      .slice(help.out.indexOf('Examples:'))
      .split('\n')
      .filter((line) => line.startsWith('  npm run doctor -- '));
    assert.equal(examples.length, 3);

    const port = await httpServer(context, (request, response) => {
      resumes({ 'Access-Control-Allow-Origin': '*' })(request, response);
    });
    for (const example of examples) {
      const typed = words(example.replace('npm run doctor --', '')).map((word) =>
        word.replace('localhost:3000', `127.0.0.1:${port}`),
      );
      const call = await doctor([...typed, ...QUICK]);
      assert.equal(call.code, 0, `${example}\n${call.out}${call.err}`);
      assert.match(call.out, /200 OK/);
    }
  });

  it('shows the head and each event as it comes, before the stream is over', async (context) => {
    let heard: (() => void) | undefined;
    const port = await httpServer(context, (_request, response) => {
      begin(response);
      response.write('event: departure\nid: 7\ndata: 14:03 north\n\n');
      // The next one only when the first is on the screen: a report at the end would never come.
      heard = () => response.end('data: last\n\n');
    });
    const call = await doctor([address(port), '--for', '20'], {
      onOutput: (out) => {
        if (out.includes('14:03 north')) heard?.();
      },
    });
    assert.match(call.out, /HTTP\/1\.1 200 OK/);
    assert.match(call.out, /Content-Type: text\/event-stream/);
    assert.match(call.out, /\+\d\.\d{3} s {4}1 {2}departure {2}id 7 +`14:03 north`/);
    assert.match(call.out, / 2 {2}message {2}id 7 +`last`/);
    assert.ok(call.milliseconds < 15_000);
  });

  it('shows findings worst first, with bytes, caret, time, rule and the smallest change', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: a\n\nretry: 2s\ndata:\tb\n\n');
    });
    const call = await doctor([address(port), ...QUICK]);
    assert.equal(call.code, 1);
    const order = [...call.out.matchAll(/^[✗!·] (error|warning|note) {2}(\S+)/gm)];
    assert.deepEqual(
      order.map(([, level, id]) => `${level} ${id}`),
      ['error bad-retry', 'warning cacheable', 'note no-ids'],
    );
    assert.match(
      call.out.replace(/\+\d+\.\d{3} s/g, '{time}'),
      new RegExp(
        [
          '    data: a\\\\n',
          '    \\\\n',
          '    retry: 2s\\\\n',
          '            \\^ byte 17, \\{time\\}: digits only',
          '',
          '    Write whole milliseconds and nothing else: `retry: 2000`\\.',
          '    https://html\\.spec\\.whatwg\\.org/',
        ].join('\n'),
      ),
    );
    assert.match(call.out, /1 error, 1 warning, 1 note\.\n$/);
    assert.doesNotMatch(call.out, /\x1b/, 'no colours where nobody sees them');
  });

  it('prints one JSON object and nothing else', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      begin(response);
      response.end('id: 1\nData: a\n\ndata: b\n\n');
    });
    const call = await doctor([address(port), '--json', ...QUICK]);
    const report = asJson(call);
    assert.equal(call.code, 1);
    assert.equal(call.err, '');
    assert.deepEqual(Object.keys(report), ['url', 'status', 'events', 'findings']);
    assert.deepEqual([report.url, report.status, report.events], [address(port), 200, 1]);
    const [first] = report.findings;
    assert.deepEqual(Object.keys(first!), ['id', 'level', 'message', 'offset', 'at']);
    assert.deepEqual([first?.id, first?.level, first?.offset], ['unknown-field', 'error', 6]);
    assert.ok(report.findings.every(({ level }) => ['error', 'warning', 'note'].includes(level)));
  });

  it('exits with 0 for warnings and notes, and with 1 for a warning under --strict', async (context) => {
    const port = await httpServer(context, (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end('data: a\n\n');
    });
    assert.equal((await doctor([address(port), ...QUICK])).code, 0);
    assert.equal((await doctor([address(port), ...QUICK, '--strict'])).code, 1);
  });

  it('exits with 2 and the cause where there is no answer', async (context) => {
    const refused = await freePort();
    const nameless = await doctor(['http://nobody.invalid/', ...QUICK]);
    const call = await doctor([address(refused), ...QUICK, '--json']);
    assert.equal(call.code, 2);
    const { status, findings } = asJson(call);
    assert.equal(status, null);
    assert.deepEqual(
      findings.map(({ id, level }) => `${id} ${level}`),
      ['unreachable error'],
    );
    assert.match(call.err, /^Nothing listens at `127.*ECONNREFUSED.*\n$/);
    assert.equal(nameless.code, 2);
    assert.match(nameless.err, /`nobody\.invalid`.*\((ENOTFOUND|EAI_AGAIN)\)|within/);

    const mute = await answering(context, '');
    const silent = await doctor([address(mute), ...QUICK]);
    assert.equal(silent.code, 2);
    assert.match(silent.err, /took the request, and no byte of an answer came within/);
  });

  it('refuses what it cannot do, in one sentence', async () => {
    const refused: [string[], RegExp][] = [
      [[], /^URL is missing/],
      [['localhost:3000/events'], /write it as http:\/\/localhost:3000\/events\n$/],
      [['ftp://x/'], /is not an address to examine/],
      [['http://a:b@x/'], /give them as a header/],
      [['http://x/', '--for', '0'], /--for takes seconds/],
      [['http://x/', '--for', 'long'], /--for takes seconds/],
      [['http://x/', '--header', 'nonsense'], /is not a header/],
      [['http://x/', '--header', 'Content-Length: 3'], /leave it out/],
      [['http://x/', '--body', 'x'], /A GET has no body: add --method POST/],
      [['http://x/', '--origin', 'http://a.example/page'], /write it as http:\/\/a\.example\n$/],
      [['http://x/', '--origin', 'a.example'], /with the scheme/],
      [['http://x/', '--credentials'], /add --origin/],
      [['http://x/', '--method', 'TRACE'], /No browser sends TRACE/],
      [['http://x/', '--nonsense'], /does not know --nonsense/],
    ];
    for (const [typed, sentence] of refused) {
      const call = await doctor(typed);
      assert.equal(call.code, 2, typed.join(' '));
      assert.equal(call.out, '');
      assert.match(call.err, sentence);
      assert.equal(call.err.trimEnd().split('\n').length, 1);
    }
  });

  it('opens a healthy stream four times, one after another or two at once, by GET alone', async (context) => {
    const { port, seen, most } = await noting(context, resumes());
    const call = await doctor([address(port), '--for', '0.8']);
    assert.equal(call.code, 0, call.out);
    assert.match(call.out, /^With `Last-Event-ID: \d+`/m);
    assert.match(call.out, /each went on when the other left|Two at once were not tried/);
    assert.ok(most() <= 4, `${most()} at once`);
    assert.ok(seen.length <= 4, `${seen.length} in all`);
    assert.ok(seen.every(({ method }) => method === 'GET'));
    assert.deepEqual(
      seen.map(({ headers }) => headers.accept),
      seen.map(() => 'text/event-stream'),
    );
  });

  it('sends a POST once, with what it was given', async (context) => {
    const { port, seen, bodies } = await noting(context, (_request, response) => {
      begin(response);
      every(response, () => response.write('data: word\n\n'));
    });
    const typed = ['--method', 'POST', '--header', 'X-A: 1', '--header', 'x-a: 2', '--body', 'hé'];
    const call = await doctor([address(port), ...typed, ...QUICK]);
    assert.equal(call.code, 0, call.out);
    assert.equal(seen.length, 1);
    assert.deepEqual(bodies, ['hé']);
    const [{ method, headers } = {} as IncomingMessage] = seen;
    assert.deepEqual([method, headers['x-a'], headers['content-length']], ['POST', '1, 2', '3']);
    assert.match(call.out, /POST was sent once.*--again/s);
  });

  it('sends a POST more than once where --again allows it', async (context) => {
    const { port, seen } = await noting(context, (request, response) => {
      resumes()(request, response);
    });
    await doctor([address(port), '--method', 'POST', '--body', 'x', '--again', ...QUICK]);
    assert.ok(seen.length > 1);
    assert.ok(seen.every(({ method }) => method === 'POST'));
    assert.ok(seen.some(({ headers }) => headers['last-event-id'] !== undefined));
  });

  it('follows redirects as a browser does, and says so', async (context) => {
    const { port, seen } = await noting(context, (request, response) => {
      if (request.url === '/old') response.writeHead(301, { Location: 'new?x=1' }).end();
      else if (request.url === '/new?x=1') response.writeHead(303, { Location: '/events' }).end();
      else {
        begin(response);
        response.end('data: here\n\n');
      }
    });
    const call = await doctor([
      ...[address(port, '/old'), '--method', 'POST', '--body', 'x', '--again', ...QUICK],
    ]);
    assert.equal(call.code, 0, call.out);
    assert.deepEqual(
      seen
        .slice(0, 3)
        .map(({ method, url, headers }) => `${method} ${url} ${headers['content-length'] ?? ''}`),
      ['POST /old 1', 'GET /new?x=1 ', 'GET /events '],
    );
    assert.match(call.out, /301: on to http.*\/new\?x=1/);
    assert.match(call.out, /`303 See Other` and led to/);

    const round = await httpServer(context, (_request, response) => {
      response.writeHead(302, { Location: '/' }).end();
    });
    const endless = await doctor([address(round), '--for', '2']);
    assert.equal(endless.code, 2);
    assert.match(endless.err, /20 redirects in a row/);
  });

  it('names a certificate that browsers refuse, and looks all the same with --insecure', async (context) => {
    const file = (name: string) =>
      readFileSync(new URL(`fixtures/self-signed.${name}`, import.meta.url));
    const server = createSecureServer({ key: file('key'), cert: file('crt') }, resumes());
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    context.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    const call = await doctor([url, '--json', ...QUICK]);
    assert.equal(call.code, 2);
    assert.deepEqual(
      asJson(call).findings.map(({ id }) => id),
      ['unreachable'],
    );
    assert.match(call.err, /certificate of .* is signed by itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);

    const insecure = await doctor([url, '--insecure', ...QUICK]);
    assert.equal(insecure.code, 0, insecure.out + insecure.err);
    assert.match(insecure.out, /The certificate was not looked at/);

    const plain = await httpServer(context, resumes());
    const mistaken = await doctor([`https://127.0.0.1:${plain}/`, ...QUICK]);
    assert.equal(mistaken.code, 2);
    assert.match(mistaken.err, /does not speak TLS .* write http:\/\//);
  });
});
