// What a check can see of a page, and the words for a page that does not do what was meant.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { answer, silence, stream } from '../../scripts/checking/language.ts';
import { play, text } from './page-stage.ts';

const otherwise = 'Do what the step says.';
const within = 300;
const soon = { within: 5000, otherwise };

const departure = 'event: departure\nid: 7\ndata: Night Mail\n\n';

describe('a page under check', { concurrency: 2 }, () => {
  test('shows what it is sent, comes back with its last event ID, and leaves at "bye"', async () => {
    const outcome = await play('right', async (page) => {
      const board = await page.open({ '/departures': stream('retry: 20') });
      const first = await board.request('/departures', soon);
      assert.equal(first.lastEventId, '');
      assert.equal(first.query.get('station'), 'north');
      first.send(departure);
      await board.shows('Night Mail', soon);
      await board.shows('Night Mail', { in: '#sign', ...soon });
      await board.shows('departure 7 Night Mail', { in: 'EventSource', ...soon });
      first.end();
      const second = await board.request('/departures', soon);
      assert.equal(second.lastEventId, '7');
      second.cut();
      const third = await board.request('/departures', soon);
      third.send('event: bye\ndata: bye\n\n');
      await third.isLeft(soon);
      await board.staysAway('/departures', { otherwise });
      assert.deepEqual(
        board.sources.map(({ readyState }) => readyState),
        [2],
      );
    });
    assert.deepEqual(outcome, { passed: true });
  });

  test('may ask another origin, and is told there what the browser lets it know', async () => {
    const outcome = await play('elsewhere', async (page) => {
      const board = await page.open({
        '/elsewhere': ({ elsewhere }) =>
          answer(200, { body: elsewhere, headers: { 'Set-Cookie': 'ticket=7; SameSite=Lax' } }),
        '/departures': ({ headers }) =>
          answer(200, {
            body: `seen with ${headers.cookie}`,
            headers: {
              'Access-Control-Allow-Origin': headers.origin!,
              'Access-Control-Allow-Credentials': 'true',
            },
          }),
      });
      await board.request('/departures', { from: 'page', ...soon });
      await board.shows('seen with ticket=7', { in: '#sign', ...soon });
      const { headers, elsewhere } = board.requests.at(-1)!;
      assert.equal(`http://${headers.host}`, elsewhere);
      assert.notEqual(headers.origin, elsewhere);
    });
    assert.deepEqual(outcome, { passed: true });
    const refused = await play('elsewhere', async (page) => {
      const board = await page.open({
        '/elsewhere': ({ elsewhere }) => answer(200, { body: elsewhere }),
        '/departures': answer(200, { headers: { 'Access-Control-Allow-Origin': '*' } }),
      });
      await board.shows('refused: TypeError', { in: '#sign', ...soon });
    });
    assert.deepEqual(refused, { passed: true });
  });

  test('has its buttons pressed and its fields filled, and is loaded anew', async () => {
    const outcome = await play('right', async (page) => {
      const board = await page.open({ '/departures': stream() });
      const first = await board.request('/departures', soon);
      await board.fill('Station', 'south');
      await board.click('Connect EventSource');
      await first.isLeft(soon);
      const second = await board.request('/departures', soon);
      assert.equal(second.seen.target, '/departures?station=south');
      assert.equal(board.openWires('/departures').length, 1);
      second.send(departure);
      await board.shows('Night Mail', soon);
      await board.reload();
      await board.showsNothingOf('Night Mail', {
        witness: () => board.request('/departures', soon),
        otherwise,
      });
      assert.deepEqual(await board.lines('#sign'), ['no train']);
    });
    assert.deepEqual(outcome, { passed: true });
  });

  test('is answered by one reply after the other, or by what a function makes of the request', async () => {
    const outcome = await play('right', async (page) => {
      const board = await page.open({
        '/departures': [stream('retry: 20\nid: 10\ndata: x'), answer(204)],
      });
      (await board.request('/departures', soon)).end();
      await board.request('/departures', soon);
      await board.shows('gone', { in: 'EventSource', ...soon });
      await board.staysAway('/departures', { otherwise });
      assert.equal(board.sources[0]?.readyState, 2);
    });
    assert.deepEqual(outcome, { passed: true });
    const heard = await play('right', async (page) => {
      const board = await page.open({
        '/departures': ({ lastEventId, number }) =>
          lastEventId === '' ? stream(`retry: 20\nid: ${number}\ndata: x`) : answer(404),
      });
      (await board.request('/departures', soon)).end();
      assert.equal((await board.request('/departures', soon)).lastEventId, '1');
      await board.staysAway('/departures', { otherwise });
    });
    assert.deepEqual(heard, { passed: true });
  });

  test('has the body of its request seen, and may be answered with bytes cut inside a character', async () => {
    const outcome = await play('asks-by-post', async (page) => {
      const train = Buffer.from('🚂');
      const board = await page.open({
        '/enquiries': answer(200, { body: train.subarray(0, 1), whole: false }),
      });
      await board.click('Connect EventSource');
      const wire = await board.request('/enquiries', { from: 'fetch', ...soon });
      assert.equal(wire.seen.method, 'POST');
      assert.equal(wire.seen.headers['content-type'], 'application/json');
      assert.equal(wire.seen.body, '{"question":"Where to? 中"}');
      wire.send(train.subarray(1, 3));
      assert.equal(wire.sent, '');
      wire.send(train.subarray(3));
      assert.equal(wire.sent, '🚂');
      await board.shows('200: 🚂', { in: '#sign', ...soon });
      wire.end();
      await board.shows('200: 🚂 (the end)', { in: '#sign', ...soon });
    });
    assert.deepEqual(outcome, { passed: true });
  });

  test('may be left without an answer', async () => {
    const outcome = await play('right', async (page) => {
      const board = await page.open({ '/departures': silence() });
      const wire = await board.request('/departures', soon);
      await board.settles();
      assert.equal(board.sources[0]?.readyState, 0);
      wire.cut();
      await board.request('/departures', soon);
    });
    assert.deepEqual(outcome, { passed: true });
  });

  test('may put anything in the place of what the browser offers', async () => {
    const outcome = await play('takes-everything', async (page) => {
      const board = await page.open({ '/departures': stream('data: Night Mail') });
      await board.shows('Night Mail', soon);
      await board.click('Connect');
      await board.staysAway('/nowhere', { otherwise });
    });
    assert.deepEqual(outcome, { passed: true });
  });

  test('has its timers and its clock hurried where the check asks for it', async () => {
    const outcome = await play('slow-timer', async (page) => {
      const board = await page.open({ '/departures': stream() }, { speed: 100 });
      const wire = await board.request('/departures', { within: 70_000, otherwise });
      const waited = Number.parseInt((await board.lines('#sign'))?.[0] ?? '', 10);
      assert.ok(waited >= 60 && waited < 200, `by its own clock the page has waited ${waited} s`);
      wire.send('event: bye\ndata: bye\n\n');
      await wire.isLeft({ within: 1000, otherwise });
      await board.staysAway('/departures', { within: 20_000, otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The page asked for /departures once more, and was meant not to.',
        '',
        '    browser     GET /',
        '    browser     GET /client.js',
        '    EventSource GET /departures',
        '    EventSource GET /departures',
        '',
        otherwise,
      ),
    });
  });

  test('that uses onmessage for a named event is told what it listens for', async () => {
    const outcome = await play('on-message', async (page) => {
      const board = await page.open({ '/departures': stream('retry: 20') });
      const wire = await board.request('/departures', soon);
      wire.send(departure);
      await board.shows('Night Mail', { within, otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The page does not show "Night Mail" within 0.3 s. It was sent as an event of type ' +
          '"departure", and nothing in the page listens for that: its EventSource listens for ' +
          '"message".',
        '',
        '    sent from /departures:',
        '      retry: 20\\n',
        '      \\n',
        '      event: departure\\n',
        '      id: 7\\n',
        '      data: Night Mail\\n',
        '      \\n',
        '    the log of EventSource shows:',
        '      open',
        '      asks for /departures',
        '      open',
        '',
        otherwise,
      ),
    });
  });

  test('that puts data in as HTML is told so, with what became an element', async () => {
    const outcome = await play('inner-html', async (page) => {
      const board = await page.open({ '/departures': stream() });
      const wire = await board.request('/departures', soon);
      wire.send('event: departure\ndata: the <b>Ni'); // cut, as a network cuts
      wire.send('ght</b> Mail\n\n');
      await board.shows('the <b>Night</b> Mail', { within, otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'What was sent as text became a part of the page: `<b>Night</b>` is an element there now.',
        '',
        'Put data into the page as text: `element.textContent = …`, or `append(…)` with a string. ' +
          'Whoever may write into `innerHTML` may run scripts in the page.',
      ),
    });
  });

  test('that puts its own query in as HTML is told so', async () => {
    const outcome = await play('query-as-html', async (page) => {
      const at = `/?station=${encodeURIComponent('<img src=x:y alt=north>')}`;
      const board = await page.open({}, { at });
      await board.settles();
    });
    assert.match(
      'failed' in outcome ? outcome.failed : 'no failure',
      /^What was sent as text became a part of the page: `<img src=x:y alt=north>` is an element/,
    );
  });

  test('that asks for another path is told which, and that nothing is there', async () => {
    const outcome = await play('other-path', async (page) => {
      const board = await page.open({ '/departures': stream() });
      await board.request('/departures', { within, otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The page has not asked for /departures with an EventSource within 0.3 s. Its EventSource ' +
          'asks for /departure.',
        '',
        '    browser     GET /',
        '    browser     GET /client.js',
        '    EventSource GET /departure, 404: nothing is there',
        '',
        otherwise,
      ),
    });
  });

  test('that asks with fetch instead is told so', async () => {
    const outcome = await play('by-fetch', async (page) => {
      const board = await page.open({ '/departures': stream() });
      await board.shows('status 200', soon);
      await board.request('/departures', { within, otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The page has not asked for /departures with an EventSource within 0.3 s. Only fetch has ' +
          'asked for it.',
        '',
        '    browser     GET /',
        '    browser     GET /client.js',
        '    fetch       GET /departures',
        '',
        otherwise,
      ),
    });
  });

  test('that opens a second EventSource is told that it still holds the first', async () => {
    const outcome = await play('second-source', async (page) => {
      const board = await page.open({ '/departures': stream() });
      const first = await board.request('/departures', soon);
      await board.click('Connect');
      await board.request('/departures', soon);
      await first.isLeft({ within, otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The page still holds its connection to /departures, an EventSource, 0.3 s later. It was ' +
          'meant to close it.',
        '',
        otherwise,
      ),
    });
  });

  test('that never closes is caught when it comes back', async () => {
    const outcome = await play('never-closes', async (page) => {
      const board = await page.open({ '/departures': stream('retry: 20') });
      const wire = await board.request('/departures', soon);
      wire.send('event: bye\ndata: the last train has left\n\n');
      await board.shows('the last train has left', soon);
      wire.end();
      await board.staysAway('/departures', { otherwise });
    });
    const failed = 'failed' in outcome ? outcome.failed : 'no failure';
    assert.match(failed, /^The page asked for \/departures once more, and was meant not to\.\n\n/);
    assert.match(failed, /\n {4}EventSource GET \/departures\n/);
  });

  test('that does not come back is told how its EventSource stands', async () => {
    const outcome = await play('right', async (page) => {
      const board = await page.open({ '/departures': [answer(404), stream()] });
      await board.request('/departures', soon);
      await board.request('/departures', { within, otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The page has not asked for /departures again with an EventSource within 0.3 s. Its ' +
          'EventSource is closed (readyState 2).',
        '',
        '    browser     GET /',
        '    browser     GET /client.js',
        '    EventSource GET /departures?station=north',
        '',
        otherwise,
      ),
    });
  });

  test('that says it in a dialog is told that this was no place in the page', async () => {
    const outcome = await play('dialog', async (page) => {
      const board = await page.open({
        '/departures': stream('event: departure\ndata: Night Mail'),
      });
      await board.shows('Night Mail', { within, in: '#sign', otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The element #sign does not show "Night Mail" within 0.3 s. It opened a dialog instead: ' +
          'alert("Night Mail").',
        '',
        '    sent from /departures:',
        '      event: departure\\n',
        '      data: Night Mail\\n',
        '      \\n',
        '    the element #sign shows:',
        '      no train',
        '',
        otherwise,
      ),
    });
  });

  test('that shows what it should not is told where', async () => {
    const outcome = await play('right', async (page) => {
      const board = await page.open({ '/departures': stream() });
      const wire = await board.request('/departures', soon);
      wire.send(departure);
      await board.showsNothingOf('Night Mail', {
        in: '#sign',
        witness: () => board.shows('departure 7', soon),
        otherwise,
      });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The element #sign shows "Night Mail", and was meant not to.',
        '',
        '    sent from /departures:',
        '      event: departure\\n',
        '      id: 7\\n',
        '      data: Night Mail\\n',
        '      \\n',
        '    the element #sign shows:',
        '      Night Mail',
        '',
        otherwise,
      ),
    });
  });

  test('without the place, the button or the field that is asked for is told what it has', async () => {
    const place = await play('right', async (page) => {
      const board = await page.open({ '/departures': stream() });
      await board.shows('Night Mail', { in: '#platform', within, otherwise });
    });
    assert.deepEqual(place, {
      failed: text(
        'The element #platform, which was meant to show "Night Mail", is not in the page.',
        '',
        otherwise,
      ),
    });
    const button = await play('right', async (page) => {
      const board = await page.open({ '/departures': stream() });
      await board.click('Disconnect');
    });
    assert.deepEqual(button, {
      failed: text(
        'The page has no button "Disconnect". There is "Connect EventSource".',
        '',
        'Leave the buttons of the page as they are.',
      ),
    });
    const field = await play('right', async (page) => {
      const board = await page.open({ '/departures': stream() });
      await board.fill('Platform', '7', { otherwise });
    });
    assert.deepEqual(field, {
      failed: text('The page has no field "Platform". There is "Station".', '', otherwise),
    });
  });
});
