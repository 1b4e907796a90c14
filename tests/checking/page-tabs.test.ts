// A page in several tabs: what they share, what happens when one is closed, and what an address that
// is not secure takes from it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { stream } from '../../scripts/checking/language.ts';
import { play } from './page-stage.ts';

const WAIT = { within: 5000, otherwise: 'Look.' };

test('two tabs share locks, channels and connections, and the second takes over', async () => {
  const outcome = await play('shares', async (page) => {
    const board = await page.open({ '/departures': stream('retry: 20') });
    const tab = await board.openTab();
    await tab.click('Connect');
    const first = await board.request('/departures', WAIT);
    await board.click('Connect');
    first.send('data: Elba\n\n');
    await board.shows('Elba', { in: '#sign', ...WAIT });
    await tab.shows('Elba', { in: '#sign', ...WAIT });
    assert.equal(board.openWires('/departures').length, 1);

    await tab.close();
    await first.isLeft(WAIT);
    const second = await board.request('/departures', WAIT);
    second.send('data: Ithaca\n\n');
    await board.shows('Ithaca', { in: '#sign', ...WAIT });
  });
  assert.deepEqual(outcome, { passed: true });
});

test('what another tab throws is told, and what it does not show', async () => {
  const throws = await play('throws-in-a-listener', async (page) => {
    const board = await page.open({ '/departures': stream('retry: 20') });
    const tab = await board.openTab();
    await board.request('/departures', WAIT);
    const ofTheTab = await board.request('/departures', WAIT);
    ofTheTab.send('event: departure\ndata: x\n\n');
    await tab.shows('never', { in: '#sign', ...WAIT });
  });
  assert.match('failed' in throws ? throws.failed : '', /not valid JSON, in client\.js, line 4/);

  const silent = await play('shares', async (page) => {
    const board = await page.open({ '/departures': stream('retry: 20') });
    const tab = await board.openTab();
    await tab.shows('Elba', { in: '#sign', within: 200, otherwise: 'Look.' });
  });
  assert.deepEqual(silent, {
    failed:
      'The element #sign of the second tab does not show "Elba" within 0.2 s.\n\n    the element #sign of the second tab shows:\n      no train\n\nLook.',
  });
});

test('a page from an address that is not secure has no locks', async () => {
  const outcome = await play('shares', async (page) => {
    const board = await page.open({ '/departures': stream() }, { insecure: true });
    await board.click('Connect');
    await board.request('/departures', WAIT);
  });
  assert.match(
    'failed' in outcome ? outcome.failed : '',
    /Cannot read properties of undefined \(reading 'request'\)/,
  );
});
