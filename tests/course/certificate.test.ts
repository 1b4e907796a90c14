// `npm run certificate`: what it writes, for whom, and that TLS can be spoken with it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { readCertificate } from '../../lessons/12-connection-limit/certificate.ts';
import { provideCertificate } from '../../scripts/course/certificate.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { makeClone, makeCloneWithCommands } from './clone.ts';

const DAY = 86_400_000;

test('the command makes a certificate for this machine, and a second time it changes nothing', (t) => {
  const root = makeCloneWithCommands(t);
  const run = () => {
    const typed = ['--import', TYPESCRIPT, 'scripts/certificate.ts'];
    const { status, stdout, stderr } = spawnSync(process.execPath, typed, {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const first = run();
  const file = join(root, '.kit', 'certificate');
  const text = readFileSync(file, 'utf8');
  const certificate = new X509Certificate(text);
  const day = new Date(certificate.validTo).toISOString().slice(0, 10);
  assert.deepEqual(first, {
    status: 0,
    stdout: `.kit/certificate is there, with its key, and good until ${day}. Start lesson 12 anew, and it is used.\n`,
    stderr: '',
  });
  assert.equal(
    run().stdout,
    `.kit/certificate is there already, and good until ${day}: nothing was changed.\n`,
  );
  assert.equal(readFileSync(file, 'utf8'), text);
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  for (const name of ['localhost', 'a.localhost']) assert.ok(certificate.checkHost(name), name);
  for (const address of ['127.0.0.1', '::1']) assert.ok(certificate.checkIP(address), address);
  assert.equal(certificate.checkHost('example.org'), undefined);
  assert.equal(certificate.ca, false);
  const days = (Date.parse(certificate.validTo) - Date.now()) / DAY;
  assert.ok(days > 29 && days <= 30, `${days} days`);
});

test('TLS can be spoken with it, by whoever takes it for good', async (t) => {
  const root = makeClone(t);
  const { file } = await provideCertificate(root);
  const pem = readFileSync(file);
  const server = createServer({ key: pem, cert: pem }, (socket) => socket.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: [pem] });
  const [said] = await once(socket, 'data');
  assert.equal(String(said), 'hello');
  assert.equal(socket.authorized, true);
  socket.destroy();
});

test('what is no certificate, or ends soon, is made anew', async (t) => {
  const root = makeClone(t);
  const { file } = await provideCertificate(root);
  writeFileSync(file, 'no certificate');
  assert.equal((await provideCertificate(root)).made, true);
  assert.match(readFileSync(file, 'utf8'), /BEGIN RSA PRIVATE KEY[\s\S]+BEGIN CERTIFICATE/);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 29 * DAY });
  assert.equal((await provideCertificate(root)).made, true);
  assert.equal((await provideCertificate(root)).made, false);
});

test('a clone in which it cannot be written is told so in one sentence', async (t) => {
  const root = makeClone(t);
  writeFileSync(join(root, '.kit'), 'a file where a folder is meant');
  await assert.rejects(
    provideCertificate(root),
    (error) => error instanceof KitError && /a file stands where/.test(error.message),
  );
});

test('lesson 12 finds it wherever it runs in the clone, and else says the command', async (t) => {
  const root = makeClone(t);
  const folders = ['lessons/12-connection-limit', 'playground/12-connection-limit'].concat(
    '.kit/derived/12-connection-limit/step-2',
  );
  const places = folders.map((folder) => join(root, folder));
  for (const place of places) mkdirSync(place, { recursive: true });
  const make = 'Run `npm run certificate`, and start this server again.';
  for (const place of places) {
    assert.deepEqual(readCertificate(place), {
      pem: '',
      problem: `HTTP/2 needs a certificate, and there is none yet. ${make}`,
    });
  }
  const { file } = await provideCertificate(root);
  const pem = readFileSync(file, 'utf8');
  for (const place of places) assert.deepEqual(readCertificate(place), { pem, problem: '' });

  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 31 * DAY });
  assert.equal(
    readCertificate(places[0]!).problem,
    `The certificate for HTTP/2 has run out. ${make}`,
  );
  writeFileSync(file, 'no certificate');
  assert.equal(
    readCertificate(places[0]!).problem,
    `.kit/certificate is no certificate. Remove it. ${make}`,
  );
});
