// The wire in the hub, with real bytes: what lights up together, HTTP's own framing, what a trap does,
// and how many connections all tabs have.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { BrowserContext, FrameLocator, Page } from 'playwright';
import { Visit } from './hub-visit.ts';

const LESSON = '02-fields';

let visit: Visit;
before(async () => {
  visit = await Visit.open({ lessons: [LESSON] });
});
afterEach(async () => {
  await visit.leave();
  assert.deepEqual(visit.mistakes, []);
});
after(() => visit.close());

const DELAY = 'event: delay\\nid: 3\\ndata: {"train":"Night Mail","minutes":5}\\n\\n';

interface Tab {
  page: Page;
  frame: FrameLocator;
}

async function openTab(context: BrowserContext): Promise<Tab> {
  const page = await visit.open(context, `lessons/${LESSON}`);
  return { page, frame: page.frameLocator('#frame iframe') };
}

/** Opens the lesson and waits until the third event is in both logs and on the tape. */
async function openStage(context: BrowserContext): Promise<Tab> {
  const { page, frame } = await openTab(context);
  for (const log of ['#events', '#pieces']) {
    await frame.locator(`${log} li`, { hasText: 'delay' }).first().waitFor({ state: 'attached' });
  }
  await frame.locator('.tape', { hasText: 'event: delay' }).waitFor();
  return { page, frame };
}

test('an event in a log and its bytes on the tape light up together, from either side', async () => {
  const { frame } = await openStage(await visit.visitor());
  const lit = frame.locator('.tape .atom.lit');
  const litText = async () => (await lit.allTextContents()).join('').replaceAll('\n', '');

  for (const [chip, log] of [
    ['A EventSource', '#events'],
    ['B fetch', '#pieces'],
  ] as const) {
    await frame.getByRole('button', { name: chip }).dispatchEvent('click');
    const entry = frame.locator(`${log} li`, { hasText: 'delay' }).first();
    await entry.dispatchEvent('pointerover');
    await lit.first().waitFor({ state: 'attached' });
    assert.equal(await litText(), DELAY, log);
    await frame.locator(`${log} .entries`).dispatchEvent('pointerleave');

    const bytes = frame.locator('.tape .atom', { hasText: 'event: delay' }).first();
    await bytes.dispatchEvent('pointerover');
    await frame.locator(`${log} li.lit`, { hasText: 'delay' }).waitFor({ state: 'attached' });
    assert.equal(await frame.locator(`${log} li.lit`).count(), 1);
    await frame.locator('.tape').dispatchEvent('pointerleave');
  }
});

test("HTTP's chunk framing is shown by a switch: lengths in hexadecimal, around the same bytes", async () => {
  const { frame } = await openStage(await visit.visitor());
  const piece = frame.locator('.tape .piece', { hasText: 'event: delay' }).first();
  const framing = piece.locator('.framing');
  assert.equal(await framing.first().isVisible(), false);
  const toggle = frame.getByRole('button', { name: 'HTTP’s chunk framing' });
  await toggle.click();
  await framing.first().waitFor();
  const length = DELAY.replaceAll('\\n', '\n').length.toString(16);
  const around = (await framing.allTextContents()).map((text) => text.trim());
  assert.deepEqual(around, [`${length}\\r\\n`, '\\r\\n']);
  await toggle.click();
  await framing.first().waitFor({ state: 'hidden' });
});

test('a trap is predicted first; then one is told what is right, and sees it on the stage', async () => {
  const { page, frame } = await openStage(await visit.visitor());
  await page.getByRole('button', { name: 'Traps …' }).click();
  await page.getByRole('button', { name: 'A named event is looked for in onmessage' }).click();
  const answer = page.locator('dialog');
  const why = answer.getByText('An event with a name goes to the listeners');
  assert.equal(await why.count(), 0, 'the answer is not given away');
  await page.getByLabel('The delay, as before.').check();
  await frame.locator('html').evaluate((html) => html.setAttribute('data-before', ''));
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await answer.getByText('Not quite. No delay, ever.').waitFor();
  await answer.getByText('You said: The delay, as before.').waitFor();
  await why.waitFor();
  await page.getByRole('button', { name: 'Look' }).click();

  await frame.locator('html:not([data-before])').waitFor();
  const heard = (type: string) => frame.locator('#events li b', { hasText: type });
  await frame.locator('#events li', { hasText: 'platform' }).first().waitFor();
  await frame.locator('.tape', { hasText: 'event: delay' }).waitFor();
  assert.equal(await heard('delay').count(), 0, 'it was on the wire, and nobody listened');
  await page.getByRole('button', { name: 'Take it away' }).click();
  await page.locator('#trap-banner').waitFor({ state: 'hidden' });
  await heard('delay').first().waitFor();
});

test('the connections in use are those of all tabs, for the limit is theirs together', async () => {
  const context = await visit.visitor();
  const words = (frame: FrameLocator, text: string) =>
    frame.locator('[data-connections] span', { hasText: text }).waitFor();
  const first = await openTab(context);
  await words(first.frame, '2 of 6 connections in use');
  const second = await openTab(context);
  for (const { frame } of [first, second]) {
    await words(frame, '4 of 6 connections in use, 2 by other tabs');
  }
  assert.equal(await second.frame.locator('[data-connections] .elsewhere').count(), 2);
  await second.frame.getByRole('button', { name: 'Disconnect EventSource' }).click();
  await words(first.frame, '3 of 6 connections in use, 1 by other tabs');

  const third = await openTab(context);
  await words(third.frame, '5 of 6 connections in use, 3 by other tabs');
  const session = await context.newCDPSession(third.page);
  const crashed = third.page.waitForEvent('crash');
  session.send('Page.crash').catch(() => {}); // nobody is there to answer
  await crashed;
  await second.page.close();
  // Who has crashed has said no good-bye: whoever connects next asks who is still there.
  await first.frame.getByRole('button', { name: 'Disconnect fetch' }).click();
  await first.frame.getByRole('button', { name: 'Connect fetch', exact: true }).click();
  await words(first.frame, '2 of 6 connections in use');
  await first.frame.locator('[data-connections]:not(:has(.elsewhere))').waitFor();
});
