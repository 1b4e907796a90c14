// The wire view and the logs beside it, in a browser, with a scripted hub around the page.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WireFacts } from '../../scripts/wire/records.ts';
import { violations } from './accessible.ts';
import { type Scene, Stage } from './wire-stage.ts';

const REQUEST: WireFacts = {
  kind: 'request',
  method: 'GET',
  target: '/clock',
  accept: 'text/event-stream',
  text: 'GET /clock HTTP/1.1\r\nHost: localhost:4401\r\nsec-ch-ua: "A"\r\nAccept: text/event-stream\r\nUser-Agent: B\r\n\r\n',
};
const HEAD: WireFacts = {
  kind: 'head',
  status: 200,
  contentType: 'text/event-stream',
  text: 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n',
};

function event(start: number, end: number, data: string, type = 'message'): WireFacts {
  return { kind: 'event', span: { start, end }, type, data, lastEventId: '' };
}

function finding(level: 'error' | 'note', span?: { start: number; end: number }): WireFacts {
  const words = { message: 'A field came that nobody knows.', advice: 'Write data: instead.' };
  const place = span ? { span } : {};
  return {
    kind: 'finding',
    text: '',
    finding: {
      id: 'unknown-field',
      level,
      ...words,
      ...place,
      rule: 'https://html.spec.whatwg.org/',
    },
  };
}

describe('the wire view', { concurrency: 2 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage.close());

  /** A scene in which both readers have asked, and the first exchange has its heads. */
  async function connected(): Promise<Scene> {
    const scene = await stage.enter();
    await scene.log('events', 'opening', '/clock');
    await scene.log('pieces', 'opening', '/clock');
    await scene.pair(1, 'EventSource', 'A1');
    await scene.pair(2, 'fetch', 'B1');
    await scene.pass(1, 0, REQUEST);
    await scene.pass(1, 3.2, HEAD);
    return scene;
  }

  async function rows(scene: Scene, count: number): Promise<string[]> {
    const lines = scene.frame.locator('.tape > li');
    await lines.nth(count - 1).waitFor({ timeout: 5000 });
    return lines.allInnerTexts();
  }

  it('gives its place to the columns when the page stands alone, in one line', async () => {
    const page = await stage.browser.newPage();
    await page.goto(stage.origin);
    const line = page.locator('wire-view');
    await page.locator('wire-view[alone]').waitFor();
    assert.equal(
      await line.locator('.alone').textContent(),
      'The wire between the two is shown in the course: npm start',
    );
    assert.ok((await line.boundingBox())!.height < 50);
    await page.close();
  });

  it('takes a frame whose parent is no hub for standing alone', async () => {
    const page = await stage.browser.newPage();
    await page.goto(`${stage.hub}/?silent`);
    await page.frames()[1]!.locator('wire-view[alone]').waitFor({ timeout: 5000 });
    await page.close();
  });

  it('takes a port from the window around it and from no other', async () => {
    const page = await stage.browser.newPage();
    await page.goto(`${stage.hub}/?silent`);
    const frame = page.frames()[1]!;
    await frame.locator('wire-view').waitFor();
    await frame.evaluate(() => {
      const { port1, port2 } = new MessageChannel();
      port1.postMessage({ kind: 'paired', exchange: 1, reader: 'fetch', label: 'B1' });
      window.postMessage({ type: 'down-the-wire:wire' }, '*', [port2]);
    });
    await frame.locator('wire-view[alone]').waitFor({ timeout: 5000 });
    assert.equal(await frame.locator('.chips button').count(), 0);
    await page.close();
  });

  it('announces each connection to the hub, those before the port was there too', async () => {
    const scene = await stage.enter();
    await scene.log('events', 'opening', '/clock');
    await scene.log('events', 'comingBack', 'gone');
    await scene.log('events', 'opened', 'open');
    await scene.log('pieces', 'opening', '/clock?again');
    await scene.page.waitForFunction('window.told.length === 3');
    const url = `${stage.origin}/clock`;
    assert.deepEqual(await scene.told(), [
      { kind: 'announce', reader: 'EventSource', url, label: 'A1' },
      { kind: 'announce', reader: 'EventSource', url, label: 'A2' },
      { kind: 'announce', reader: 'fetch', url: `${url}?again`, label: 'B1' },
    ]);
    await scene.page.close();
  });

  it('shows heads and pieces with their times, and every control character', async () => {
    const scene = await connected();
    await scene.piece(1, 1003, 'data: a\tb\r\n\n');
    const [request, head, piece] = await rows(scene, 3);
    assert.match(request!, /^0\.000 ↑\s+GET \/clock HTTP\/1\.1\\r\\n\n/);
    assert.match(request!, /Accept: text\/event-stream\\r\\n\n.*2 more lines/s);
    assert.match(head!, /^\+0\.003 ↓\s+HTTP\/1\.1 200 OK\\r\\n\n.*\n\\r\\n/s);
    assert.match(piece!, /^\+1\.003 ↓\s+data: a\\tb\\r\\n\n\\n/);
    await scene.page.close();
  });

  it('shows bytes that make no character, and the halves of one that was cut', async () => {
    const scene = await connected();
    const train = Buffer.from('🚂');
    await scene.piece(1, 1, train.subarray(0, 3));
    await scene.piece(1, 2, Buffer.concat([train.subarray(3), Buffer.from('中\ufeff')]));
    const [, , first, second] = await rows(scene, 4);
    assert.match(first!, /\\xf0\\x9f\\x9a$/);
    assert.match(second!, /\\x82中\\uFEFF$/);
    await scene.page.close();
  });

  it('shows the body of a request below its head, as it was cut', async () => {
    const scene = await connected();
    const body = Buffer.from('{ "to": "中" }');
    for (const [start, end] of [
      [0, 10],
      [10, body.length],
    ] as const) {
      const bytes = body.subarray(start, end).toString('base64');
      await scene.pass(1, 1, { kind: 'request-piece', offset: start, bytes });
    }
    const [, , first, second] = await rows(scene, 4);
    assert.match(first!, /^0\.001 ↑\s+\{ "to": "\\xe4$/);
    assert.match(second!, /↑\s+\\xb8\\xad" \}$/);
    await scene.page.close();
  });

  it('shows what passed as text, never as HTML', async () => {
    const scene = await connected();
    await scene.piece(1, 1, 'data: <img src=x onerror="document.title=1">\n\n');
    await scene.log('events', 'add', { type: '<b>x', data: '<img src=x>' });
    const [, , piece] = await rows(scene, 3);
    assert.match(piece!, /<img src=x/);
    assert.equal(await scene.frame.locator('img').count(), 0);
    await scene.page.close();
  });

  it('keeps what passed until it knows whose it is, and then shows it', async () => {
    const scene = await stage.enter();
    await scene.log('pieces', 'opening', '/clock');
    await scene.pass(7, 0, REQUEST);
    await scene.piece(7, 4, 'data: later\n\n');
    assert.equal(await scene.frame.locator('.tape > li').count(), 0);
    await scene.pair(7, 'fetch', 'B1');
    assert.match((await rows(scene, 2))[1]!, /data: later/);
    await scene.page.close();
  });

  it('lights an event that came in two pieces together with its entry, and back', async () => {
    const scene = await connected();
    await scene.piece(1, 1, 'data: one\n\ndata: t');
    await scene.piece(1, 2, 'wo\n\ndata: three\n\n');
    await scene.pass(1, 2, event(0, 11, 'one'), event(11, 22, 'two'), event(22, 35, 'three'));
    for (const data of ['one', 'two', 'three']) {
      await scene.log('events', 'add', { type: 'message', data });
    }
    const entry = scene.frame.locator('#events li', { hasText: 'two' });
    await scene.frame.locator('.atom.lit', { hasText: 'three' }).waitFor(); // the newest, unasked
    await entry.hover();
    assert.equal(await scene.lit(), 'data: two\\n\n\\n\n');
    await scene.frame.locator('.atom', { hasText: 'one' }).hover();
    assert.equal(await scene.lit(), 'data: one\\n\n\\n\n');
    const [lit, ...others] = await scene.frame.locator('#events .lit').allTextContents();
    assert.match(lit!, /message\s*one$/);
    assert.deepEqual(others, []);
    await scene.page.close();
  });

  it('walks through the entries with the arrow keys, and lights their bytes', async () => {
    const scene = await connected();
    await scene.piece(1, 1, 'data: one\n\ndata: two\n\n');
    await scene.pass(1, 1, event(0, 11, 'one'), event(11, 22, 'two'));
    await scene.log('events', 'add', { type: 'message', data: 'one' });
    await scene.log('events', 'add', { type: 'message', data: 'two' });
    await scene.frame.locator('.atom.lit').waitFor();
    await scene.frame.locator('#events .entries').focus();
    await scene.page.keyboard.press('ArrowUp');
    await scene.page.keyboard.press('ArrowUp');
    assert.equal(await scene.lit(), 'data: one\\n\n\\n\n');
    await scene.page.close();
  });

  it('finds the event of an entry though the page has not listened to the one before', async () => {
    const scene = await connected();
    await scene.piece(1, 1, 'event: odd\ndata: same\n\ndata: same\n\n');
    await scene.pass(1, 1, event(0, 23, 'same', 'odd'), event(23, 35, 'same'));
    await scene.log('events', 'add', { type: 'message', data: 'same' });
    await scene.frame.locator('.atom.lit').waitFor();
    await scene.frame.locator('#events li').last().hover();
    assert.equal(await scene.lit(), 'data: same\\n\n\\n\n');
    await scene.page.close();
  });

  it('lights the bytes of a piece by their count, wherever the reader was given them', async () => {
    const scene = await connected();
    await scene.pass(2, 0, REQUEST);
    await scene.piece(2, 1, 'data: 中\n');
    await scene.piece(2, 2, '\ndata: two\n\n');
    await scene.log('pieces', 'piece', 'data: 中\n\nda', 13);
    await scene.log('pieces', 'piece', 'ta: two\n\n', 9);
    await scene.frame.getByRole('button', { name: 'B fetch' }).click();
    await scene.frame.locator('#pieces li', { hasText: 'data: 中' }).hover();
    assert.equal(await scene.lit(), 'data: 中\\n\n\\n\nda');
    await scene.page.close();
  });

  it('shows the tape of a reader when one of its entries is clicked', async () => {
    const scene = await connected();
    await scene.pass(2, 0, REQUEST);
    await scene.piece(2, 1, 'raw');
    await scene.log('pieces', 'piece', 'raw', 3);
    await scene.frame.locator('#pieces li', { hasText: 'raw' }).click();
    await scene.frame.locator('.chips [aria-pressed=true]', { hasText: 'B fetch' }).waitFor();
    assert.equal(await scene.lit(), 'raw');
    await scene.page.close();
  });

  it('shows HTTP’s chunk framing by a switch, and leaves it out otherwise', async () => {
    const scene = await connected();
    await scene.piece(1, 1, 'data: a\n\n');
    const last = { offset: 9, bytes: '', framing: { before: '0\r\n\r\n', after: '' } };
    await scene.pass(1, 2, { kind: 'piece', ...last });
    const pieces = scene.frame.locator('.tape > li:nth-child(n+3)');
    await pieces.nth(1).waitFor({ state: 'attached' });
    assert.equal((await pieces.allInnerTexts()).join('').includes('9\\r\\n'), false);
    await scene.frame.getByRole('button', { name: 'chunk framing' }).click();
    const [piece, end] = await pieces.allInnerTexts();
    assert.match(piece!, /9\\r\\n\ndata: a\\n\n\\n\n\\r\\n/);
    assert.match(end!, /0\\r\\n\n\\r\\n/);
    await scene.page.close();
  });

  it('underlines what was found, and says it below the piece in which it ends', async () => {
    const scene = await connected();
    await scene.piece(1, 1, 'Data: x\n\n');
    await scene.piece(1, 2, 'data: y\n\n');
    await scene.pass(1, 2, finding('error', { start: 0, end: 5 }), finding('note'));
    const lines = await rows(scene, 6);
    assert.match(lines[3]!, /^✗ error A field came that nobody knows\. Write data: instead\./);
    assert.match(lines[5]!, /^· note/);
    assert.equal(await scene.frame.locator('.atom.finding').textContent(), 'Data:');
    await scene.page.close();
  });

  it('puts a connection that came back behind the one that was cut', async () => {
    const scene = await connected();
    await scene.piece(1, 1, 'data: hal');
    await scene.pass(1, 5, { kind: 'end', how: 'cut', unfinished: { start: 0, end: 9 } });
    await scene.log('events', 'comingBack', 'gone');
    await scene.pair(3, 'EventSource', 'A1'); // seen on the wire before the page has heard of it
    await scene.pass(3, 3000, REQUEST);
    await scene.log('events', 'opened', 'open');
    await scene.piece(3, 4001, 'data: back\n\n');
    const lines = await rows(scene, 7);
    assert.match(lines[3]!, /Cut: the connection broke.* An event was not finished/s);
    assert.equal(await scene.frame.locator('.unfinished').textContent(), 'data: hal');
    assert.match(lines[4]!, /EventSource, connection A2/);
    assert.match(lines[6]!, /^\+1\.001 ↓\s+data: back/);
    await scene.log('events', 'add', { type: 'message', data: 'back' });
    await scene.pass(3, 4001, event(0, 12, 'back'));
    await scene.frame.locator('#events li', { hasText: 'back' }).hover();
    assert.equal(await scene.lit(), 'data: back\\n\n\\n\n');
    await scene.page.close();
  });

  it('says that sealed bytes are for the two ends alone', async () => {
    const scene = await connected();
    await scene.pass(1, 9, { kind: 'sealed', direction: 'up', length: 517 });
    assert.match((await rows(scene, 3))[2]!, /0\.009 ↑\s+517 bytes, sealed/);
    await scene.page.close();
  });

  it('keeps the last 300 pieces of a long stream, and their heads', async () => {
    const scene = await connected();
    for (let index = 0; index < 320; index++) await scene.piece(1, index, `data: ${index}\n\n`);
    await scene.frame.locator('.piece', { hasText: 'data: 319' }).waitFor();
    assert.equal(await scene.frame.locator('.piece').count(), 300);
    assert.match((await rows(scene, 1))[0]!, /GET \/clock/);
    assert.match((await scene.frame.locator('.piece').first().textContent())!, /data: 20\\n/);
    await scene.page.close();
  });

  it('keeps the last 200 entries of a log, and counts on', async () => {
    const scene = await stage.enter();
    await scene.log('pieces', 'opening', '/clock');
    await scene.frame.evaluate(() => {
      type Log = HTMLElement & { piece(text: string, byteLength: number): void };
      const log = document.querySelector<Log>('#pieces')!;
      for (let index = 0; index < 500; index++) log.piece(`${index}`, 3);
    });
    const entries = scene.frame.locator('#pieces li');
    assert.equal(await entries.count(), 200);
    assert.match((await entries.last().textContent())!, /"499"$/);
    assert.match((await scene.frame.locator('#pieces h2').textContent())!, /open · 500 pieces/);
    await scene.page.close();
  });

  it('follows the newest until its reader scrolls up, and goes back by a button', async () => {
    const scene = await connected();
    for (let index = 0; index < 20; index++) await scene.piece(1, index, `data: ${index}\n\n`);
    const tape = scene.frame.locator('.tape-scroll');
    const newest = scene.frame.getByRole('button', { name: 'newest' });
    await scene.frame.locator('.piece', { hasText: 'data: 19' }).waitFor();
    const away = () => tape.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    assert.ok((await away()) < 24);
    await tape.evaluate((box) => {
      box.scrollTop = 0;
    });
    await scene.piece(1, 30, 'data: late\n\n');
    await newest.waitFor();
    assert.equal(await tape.evaluate((box) => box.scrollTop), 0);
    await newest.click();
    assert.ok((await away()) < 24);
    assert.equal(await newest.isVisible(), false);

    const height = await tape.evaluate((box) => box.clientHeight);
    await scene.page.setViewportSize({ width: 1040, height: 420 }); // as a hub's line is moved
    const box = await tape.elementHandle();
    await scene.frame.waitForFunction(
      ([shown, before]) =>
        shown.clientHeight < before &&
        shown.scrollHeight - shown.scrollTop - shown.clientHeight < 24,
      [box!, height] as const,
    );
    await scene.piece(1, 40, 'data: later\n\n');
    await scene.frame.locator('.piece', { hasText: 'data: later' }).waitFor();
    assert.ok((await away()) < 24);
    await scene.page.close();
  });

  it('stands still while it is held, and loses nothing', async () => {
    const scene = await connected();
    await rows(scene, 2);
    const hold = scene.frame.getByRole('button', { name: 'Hold the tape' });
    await hold.click();
    await scene.piece(1, 1, 'data: held\n\n');
    // What is said aloud of the end shows that the piece before it has been there, and was not drawn.
    await scene.pass(1, 2, { kind: 'end', how: 'complete' });
    await scene.frame.locator('wire-view [role=status]', { hasText: 'ended' }).waitFor({
      state: 'attached',
    });
    await scene.frame.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    assert.equal(await scene.frame.locator('.tape > li').count(), 2);
    await hold.click();
    assert.match((await rows(scene, 4))[2]!, /data: held/);
    await scene.page.close();
  });

  it('forgets everything when the hub says so, and begins anew', async () => {
    const scene = await connected();
    await rows(scene, 2);
    await scene.say({ kind: 'reset' });
    await scene.pair(9, 'EventSource', 'A1');
    await scene.piece(9, 1, 'data: new\n\n');
    await scene.frame.locator('.piece', { hasText: 'data: new' }).waitFor();
    assert.equal(await scene.frame.locator('.tape > li').count(), 1);
    await scene.page.close();
  });

  it('counts the connections in use of the page', async () => {
    const scene = await connected();
    const count = scene.frame.locator('[data-connections]');
    assert.equal(await count.textContent(), '2 of 6 connections in use');
    await scene.log('events', 'comingBack', 'gone'); // waits, and uses none
    await scene.log('pieces', 'closed', 'you left');
    assert.equal(await count.textContent(), '0 of 6 connections in use');
    await scene.page.close();
  });

  it('speaks of the turns of a connection, and not of every piece', async () => {
    const scene = await connected();
    await scene.piece(1, 1, 'data: a\n\n');
    await rows(scene, 3);
    const spoken = scene.frame.locator('wire-view [role=status]');
    assert.equal(await spoken.textContent(), 'EventSource: answered 200');
    await scene.pass(1, 2, { kind: 'end', how: 'complete' });
    await rows(scene, 4);
    assert.equal(await spoken.textContent(), 'EventSource: The server ended the response.');
    await scene.page.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1040, 400]) {
      it(`has nothing that axe objects to, ${colorScheme}, ${width} wide`, async () => {
        const scene = await stage.enter({ colorScheme, width, height: 800 });
        await scene.log('events', 'opening', '/clock');
        await scene.log('pieces', 'opening', '/clock');
        await scene.pair(1, 'EventSource', 'A1');
        await scene.pass(1, 0, REQUEST, HEAD, { kind: 'comment', span: { start: 0, end: 4 } });
        await scene.piece(1, 1, ':ok\nData: x\n\ndata: y\n\nda');
        await scene.pass(1, 1, event(13, 22, 'y'), finding('error', { start: 4, end: 8 }));
        await scene.pass(1, 2, { kind: 'end', how: 'cut', unfinished: { start: 22, end: 24 } });
        await scene.log('events', 'add', { type: 'message', data: 'y\n' });
        await scene.log('events', 'failed', 'given up');
        await scene.log('pieces', 'piece', 'data\n\n', 6);
        await scene.frame.getByRole('button', { name: 'chunk framing' }).click();
        await rows(scene, 5);
        assert.deepEqual(await violations(scene.frame), []);
        await scene.page.close();
      });
    }
  }
});
