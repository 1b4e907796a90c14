// What ends the check of a page for good: each is named in words, and takes nothing with it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { Browser } from 'playwright';
import { stream } from '../../scripts/checking/language.ts';
import { HeadlessHost } from '../../scripts/checking/page/headless.ts';
import type { OpenPage } from '../../scripts/checking/page/open-page.ts';
import { PageScene } from '../../scripts/checking/page/scene.ts';
import { host, type Outcome, pageDirectory, play, text } from './page-stage.ts';

const otherwise = 'Do what the step says.';
const soon = { within: 5000, otherwise };
const departure = 'event: departure\ndata: Night Mail\n\n';

/** Opens the page, sends a departure if it asks for some, and waits for what never comes. */
async function waitInVain(page: PageScene): Promise<void> {
  const board = await page.open({ '/departures': stream('retry: 20') });
  const wire = await board.request('/departures', soon);
  wire.send(departure);
  wire.send('data: Night Mail\n\n');
  await board.shows('what never comes', { within: 60_000, otherwise });
}

describe('a page under check', { concurrency: 2 }, () => {
  test('that throws at load is told what, where, and on which line', async () => {
    assert.deepEqual(await play('throws-at-load', waitInVain), {
      failed: text(
        "The page stopped with an error: TypeError: Cannot read properties of null (reading 'addEventListener'), in client.js, line 3.",
        '',
        "    document.querySelector('#conect').addEventListener('click', () => source.close());",
        '                                     ^',
        '',
        'Mend that line. What the script had still to do after it was not done.',
      ),
    });
  });

  test('that throws in a listener is told so, before the time is over', async () => {
    const begun = performance.now();
    const outcome = await play('throws-in-a-listener', waitInVain);
    assert.ok(performance.now() - begun < 30_000);
    assert.deepEqual(outcome, {
      failed: text(
        'The page stopped with an error: SyntaxError: Unexpected token \'N\', "Night Mail" is not valid JSON, in client.js, line 4.',
        '',
        '  const { train } = JSON.parse(event.data);',
        '                         ^',
        '',
        'Mend that line. What the script had still to do after it was not done.',
      ).replace(/^( {2}const| {25}\^)/gm, '    $1'),
    });
  });

  test('that throws after all was seen has not passed', async () => {
    const outcome = await play('throws-in-a-listener', async (page) => {
      const board = await page.open({ '/departures': stream() });
      (await board.request('/departures', soon)).send(departure);
    });
    // The error may come after the last question; the page is asked once more before it passes.
    const again = 'passed' in outcome ? await play('throws-in-a-listener', waitInVain) : outcome;
    assert.ok('failed' in again);
  });

  test('that leaves a promise uncaught is told so', async () => {
    assert.deepEqual(
      await play('rejects', async (page) => {
        const board = await page.open();
        await board.shows('what never comes', soon);
      }),
      {
        failed: text(
          'The page stopped with an error: Error: no train today, in client.js, line 3.',
          '',
          "      throw new Error('no train today');",
          '            ^',
          '',
          'Mend that line. What the script had still to do after it was not done.',
        ),
      },
    );
  });

  test('that is no JavaScript is told where', async () => {
    const outcome = await play('syntax-error', waitInVain);
    assert.deepEqual(outcome, {
      failed: text(
        'The page stopped with an error: SyntaxError: Unexpected end of input, in client.js, line 5.',
        '',
        'Mend it where the error points, or shortly before. Until then no line of that file runs.',
      ),
    });
  });

  test('that imports what is not there is told what', async () => {
    assert.deepEqual(await play('missing-import', waitInVain), {
      failed: text(
        'The page asks for `/borad.js`, and nothing is there.',
        '',
        'Compare the name with the files of the exercise, letter by letter.',
      ),
    });
  });

  test('whose index.html is gone is told so', async () => {
    const directory = pageDirectory('right');
    rmSync(join(directory, 'index.html'));
    assert.deepEqual(await play('right', waitInVain, { directory }), {
      failed: text(
        'The exercise has no `index.html`, so there is no page to look at.',
        '',
        'Bring it back: a reset of the exercise makes it anew, and keeps what you have now.',
      ),
    });
  });

  const frozen = {
    failed: text(
      'The page has answered nothing for two seconds, while the browser around it has: its script ' +
        'is in a loop that never ends.',
      '',
      'A page does one thing at a time. Wait for a stream with `addEventListener` or with `await`, ' +
        'and never in a `while` that does not await.',
    ),
  };

  test('that loops for ever is named, and another page beside it goes on', async () => {
    const over = new AbortController();
    const looping = play('endless-loop', waitInVain).finally(() => over.abort());
    const beside = play('right', async (page) => {
      const board = await page.open({ '/departures': stream('retry: 20') });
      const wire = await board.request('/departures', soon);
      for (let train = 1; !over.signal.aborted; train++) {
        wire.send(`event: departure\ndata: train ${train}\n\n`);
        await board.shows(`train ${train}`, { in: '#sign', ...soon });
      }
    });
    assert.deepEqual(await looping, frozen);
    assert.deepEqual(await beside, { passed: true });
  });

  test('that loops for ever when a button is pressed is named', async () => {
    const outcome = await play('endless-loop-at-a-click', async (page) => {
      const board = await page.open();
      await board.click('Connect');
      await board.shows('what never comes', soon);
    });
    assert.deepEqual(outcome, frozen);
  });

  test('that grows without end is stopped', async () => {
    const advice =
      'Look for a loop or a timer that adds to the page again and again for one event.';
    const wait = async (page: PageScene) => {
      const board = await page.open();
      await board.shows('what never comes', { within: 20_000, otherwise });
    };
    assert.deepEqual(await play('dom-flood', wait), {
      failed: text(
        'The page has grown past 20 000 elements, and was stopped before it took the browser with it.',
        '',
        advice,
      ),
    });
    assert.deepEqual(await play('text-flood', wait), {
      failed: text(
        'The page has grown past a million characters, and was stopped before it took the browser with it.',
        '',
        advice,
      ),
    });
  });

  test('that asks without end is stopped', async () => {
    const outcome = await play('request-flood', async (page) => {
      const board = await page.open({
        '/departures': () => ({ ...stream('retry: 1'), whole: true }),
      });
      await board.shows('what never comes', { within: 10_000, otherwise });
    });
    assert.deepEqual(outcome, {
      failed: text(
        'The page asked the server more than 100 times in one second, mostly for /departures.',
        '',
        'Look for a `new EventSource(…)` or a `fetch(…)` that is made again at every error: the ' +
          'browser brings an EventSource back by itself.',
      ),
    });
  });

  test('that goes to another address is told to stay', async () => {
    assert.deepEqual(await play('goes-away', waitInVain), {
      failed: text(
        'The page went to another address while it was checked, and does not come back.',
        '',
        'Leave `location` alone: the page was meant to stay where it is.',
      ),
    });
  });

  test('that nobody sees is not blamed for being slow', async () => {
    const outcome = await play('hidden', async (page) => {
      const board = await page.open();
      await board.shows('no train', soon);
      await board.shows('what never comes', { within: 100, otherwise });
    });
    assert.deepEqual(outcome, {
      unseen:
        'The tab that played the page was hidden, and browsers slow hidden pages down: bring the ' +
        'tab of the hub to the front, and check again.',
    });
  });

  test('cannot be seen where there is no browser, or no page', async () => {
    const none = new HeadlessHost({ find: async () => undefined });
    assert.deepEqual(await play('right', waitInVain, { host: none }), {
      unseen:
        'This is a check of the page, and no browser was found to play it: install Chrome, ' +
        'Chromium or Edge, or open the hub with npm start and check there.',
    });
    const broken = new HeadlessHost({
      find: async () => ({ executablePath: process.execPath, args: [] }),
    });
    const outcome = await play('right', waitInVain, { host: broken });
    assert.ok('unseen' in outcome);
    assert.ok(
      outcome.unseen.startsWith(
        `The browser at ${process.execPath} did not start, so the page could not be played: `,
      ),
      outcome.unseen,
    );
    await assert.rejects(new PageScene(undefined).open(), {
      name: 'Unseen',
      message:
        'This is a check of the page, and only a server was named: leave --url out to check the ' +
        'page of your exercise.',
    });
  });

  test('is not blamed when the browser is killed in the middle, and the next one is played', async (t) => {
    const browsers: Browser[] = [];
    const mortal = new HeadlessHost({ onStart: (browser) => browsers.push(browser) });
    t.after(() => mortal.close());
    const outcome = await play(
      'right',
      async (page) => {
        const board = await page.open({ '/departures': stream() });
        const session = await browsers[0]!.newBrowserCDPSession();
        session.send('Browser.crash').catch(() => {});
        await board.shows('what never comes', { within: 20_000, otherwise });
      },
      { host: mortal },
    );
    assert.deepEqual(outcome, {
      unseen: 'The browser that played the page went away in the middle of the check: check again.',
    });
    const next = await play('right', async (page) => void (await page.open()), { host: mortal });
    assert.deepEqual(next, { passed: true });
    assert.equal(browsers.length, 2);
  });

  test('is let go, with all that waits for it, when the check is given up', async () => {
    const scene = new PageScene({ directory: pageDirectory('right'), host });
    const board: OpenPage = await scene.open({ '/departures': stream() });
    const waiting = board.shows('what never comes', { within: 60_000, otherwise });
    scene.close();
    await assert.rejects(waiting, { name: 'Unseen', message: 'The check was given up.' });
    await assert.rejects(scene.open(), { name: 'AbortError' });
  });
});

test('a browser that nobody has used for a while is let go, and started again when it is needed', async (t) => {
  const browsers: Browser[] = [];
  const resting = new HeadlessHost({ idle: 50, onStart: (browser) => browsers.push(browser) });
  t.after(() => resting.close());
  const look = (): Promise<Outcome> =>
    play('right', async (page) => void (await page.open()), { host: resting });
  assert.deepEqual(await look(), { passed: true });
  await new Promise((resolve) => browsers[0]!.once('disconnected', resolve));
  assert.deepEqual(await look(), { passed: true });
  assert.equal(browsers.length, 2);
});
