// Who may speak to a page under check, and to its server; and what the channel costs the page.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import test, { describe } from 'node:test';
import { stream } from '../../scripts/checking/language.ts';
import { Control } from '../../scripts/checking/page/control.ts';
import type { PageHost, Playing } from '../../scripts/checking/page/host.ts';
import type { Report } from '../../scripts/checking/page/reports.ts';
import { PageScene } from '../../scripts/checking/page/scene.ts';
import { withAgent } from '../../scripts/checking/page/with-agent.ts';
import { pageDirectory, play } from './page-stage.ts';

const otherwise = 'Do what the step says.';
const soon = { within: 5000, otherwise };

/** Asks as no browser would have to. @returns the status */
function ask(address: string, method: string, headers: Record<string, string>, body = '') {
  return new Promise<number>((resolve, reject) => {
    const request = httpRequest(address, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end(body);
  });
}

test('the channel takes reports from the one page alone', async (t) => {
  const origin = 'http://127.0.0.1:5000';
  const reports: Report[] = [];
  const control = new Control(
    (from) => from === origin,
    (report) => reports.push(report),
    () => {},
  );
  await control.listen();
  t.after(() => control.close());
  const { host } = new URL(control.address);
  const hello = JSON.stringify([{ kind: 'hello', hidden: false, address: '/' }]);
  const address = `${control.address}/reports/visit`;

  assert.equal(await ask(address, 'POST', { origin: 'http://evil.example' }, hello), 403);
  assert.equal(await ask(address, 'POST', {}, hello), 403);
  assert.equal(await ask(address, 'POST', { origin, host: 'rebound.example' }, hello), 403);
  assert.equal(
    await ask(`http://${host}/guessed/reports/visit`, 'POST', { origin }, hello),
    403,
    'without the token',
  );
  assert.equal(
    await ask(`${control.address}/commands/visit`, 'GET', { origin: 'http://evil.example' }),
    403,
  );
  assert.deepEqual(reports, []);
  assert.equal(await ask(address, 'POST', { origin }, 'no JSON'), 204);
  assert.equal(await ask(address, 'POST', { origin }, hello), 204);
  assert.deepEqual(
    reports.map(({ kind }) => kind),
    ['hello'],
  );
});

test('the server of a page answers to its own names, and hands the agent to its own page', async () => {
  let playing: Playing | undefined;
  const nobody: PageHost = {
    show: async (given) => {
      playing = given;
      return { gone: new Promise(() => {}), witness: async () => true, remove: () => {} };
    },
    close: async () => {},
  };
  const scene = new PageScene({ directory: pageDirectory('right'), host: nobody });
  const opened = scene.open({ '/departures': stream() });
  while (!playing) await new Promise((resolve) => setImmediate(resolve));
  const { port, name } = playing;
  const page = `http://127.0.0.1:${port}/`;
  const agent = `${page}.page-check/agent.js`;
  assert.equal(await ask(page, 'GET', {}), 200);
  assert.equal(await ask(page, 'GET', { host: `${name}.localhost:${port}` }), 200);
  assert.equal(await ask(page, 'GET', { host: `rebound.example:${port}` }), 403);
  assert.equal(await ask(page, 'GET', { host: `localhost:${port}` }), 403);
  assert.equal(await ask(agent, 'GET', { 'sec-fetch-site': 'same-origin' }), 200);
  assert.equal(await ask(agent, 'GET', { 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal(await ask(`${page}nowhere`, 'GET', {}), 404);
  assert.equal(await ask(`${page}server.ts`, 'GET', {}), 404);
  assert.equal(await ask(page, 'DELETE', {}), 405);
  scene.close();
  await assert.rejects(opened, { name: 'Unseen' });
});

test('a page that has used up its six connections is seen and asked all the same', async () => {
  const outcome = await play('six-sources', async (page) => {
    const board = await page.open({ '/departures': stream() });
    for (let platform = 1; platform <= 6; platform++) {
      const wire = await board.request('/departures', soon);
      wire.send('data: Night Mail\n\n');
    }
    await board.shows('Night Mail', soon);
    await board.click('Connect');
  });
  assert.deepEqual(outcome, { passed: true });
});

describe('the agent is put before every other script, and moves no line', () => {
  const tag = '<script src="/agent.js"></script>';
  const cases: [string, string, string][] = [
    [
      'in the head',
      '<!doctype html>\n<head>\n<script>1</script>',
      '<!doctype html>\n<head>|\n<script>1</script>',
    ],
    ['in a head with attributes', '<HEAD lang="en"><title>', '<HEAD lang="en">|<title>'],
    ['not in a header', '<html>\n<header>a</header>', '<html>|\n<header>a</header>'],
    ['not in a comment', '<!-- <head> --><head>', '<!-- <head> --><head>|'],
    ['behind the doctype where no head is written', '<!doctype html><p>', '<!doctype html>|<p>'],
    ['in front of what is no page at all', 'hello', '|hello'],
  ];
  for (const [where, html, meant] of cases) {
    test(where, () => {
      assert.equal(withAgent(html, '/agent.js'), meant.replace('|', tag));
    });
  }
});
