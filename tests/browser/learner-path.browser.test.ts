// The first lessons as a learner plays them, from the starter to the last step, in the hub's editor.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright';
import { HeadlessHost } from '../../scripts/checking/page/headless.ts';
import { textsAtStep } from '../../scripts/course/derive.ts';
import { findLesson, lessonSteps } from '../../scripts/course/lessons.ts';
import { typeInstead, Visit } from './hub-visit.ts';

const LESSONS = ['01-event-stream', '02-fields', '03-endings', '04-resuming'];

/** Steps that only a page can show: they are played in the tab, or nowhere. */
const ON_THE_PAGE: Record<string, number[]> = {
  '02-fields': [3],
  '03-endings': [2, 4],
  '04-resuming': [6],
};

/** So long may one save take until its verdicts are on the board, on a machine that has much to do. */
const DEADLINE = 30_000;
const SOON = 10_000; // milliseconds for one look at the board

/** In the page: keeps what the board says of all checks while some of them still run. */
function noteSums(): void {
  const early: string[] = [];
  Object.assign(window, { early });
  new MutationObserver(() => {
    const sum = document.querySelector('#board-sum')?.textContent ?? '';
    const isBusy = document.querySelector('#verdicts')?.getAttribute('aria-busy') === 'true';
    if (isBusy && sum.includes('All')) early.push(sum);
  }).observe(document, { subtree: true, childList: true, attributes: true });
}

// Each test goes on where the one before has stopped, as a learner does.
describe('the way through the first lessons', () => {
  let visit: Visit;
  let page: Page;
  /** The addresses of the pages under check that the tab has played. */
  const played: string[] = [];

  before(async () => {
    visit = await Visit.open({
      lessons: LESSONS,
      headless: new HeadlessHost({ find: async () => undefined }),
    });
    const context = await visit.visitor();
    context.setDefaultTimeout(DEADLINE);
    await context.addInitScript(noteSums);
    page = await visit.open(context, '');
    page.on('framenavigated', (frame) => {
      if (/^http:\/\/page-/.test(frame.url())) played.push(frame.url());
    });
  });
  after(() => visit.close());

  for (const folder of LESSONS) {
    test(`leads through ${folder}: each save passes one step more, and no step too many`, async () => {
      const lesson = findLesson(visit.root, folder);
      const last = lessonSteps(lesson).size;
      await goTo(folder);

      for (let step = 1; step <= last; step += 1) {
        const before = textsAtStep(lesson, step - 1);
        for (const [file, text] of before) {
          assert.equal(readFileSync(visit.exercise(file, folder), 'utf8'), text, `${file}, before`);
        }
        const framesBefore = played.length;
        for (const [file, text] of textsAtStep(lesson, step)) {
          if (text !== before.get(file)) await write(file, text);
        }
        await page.keyboard.press('ControlOrMeta+s');
        await passUpTo(step);
        assert.equal(await page.locator('#exercise-files .mark').count(), 0, 'all is saved');
        if (ON_THE_PAGE[folder]?.includes(step)) {
          assert.ok(played.length > framesBefore, `step ${step} was played in the tab`);
        }
      }

      await page.getByText('All steps of this lesson pass.').waitFor();
      await page.locator('.line .done [aria-current="page"]').waitFor();
      const early = await page.evaluate(() => (window as unknown as { early: string[] }).early);
      assert.deepEqual(early, [], 'nothing is called done while checks run');
      assert.deepEqual(visit.mistakes, []);
    });
  }

  test('ends, in the last of them, with a wire that is cut a hundred times', async () => {
    await page.getByRole('button', { name: 'Cut it a hundred times' }).click();
    const said = page.locator('.cut-word', { hasText: /announcements, \d+ cuts/ });
    await said.waitFor({ timeout: 2 * DEADLINE });
    assert.match(
      (await said.textContent())!,
      /none was lost, none came twice, and all came in their order/,
    );
    assert.deepEqual(visit.mistakes, []);
  });

  test('is the same way in the terminal', async () => {
    const { code, out } = await visit.terminal('check', '01', '--json');
    assert.equal(code, 0, out);
    const report = JSON.parse(out);
    assert.deepEqual([report.lesson, report.failed], [LESSONS[0], 0]);
    await page.goto(`${visit.hub.address}lessons/${LESSONS[0]}`);
    const titles = page.locator('#verdicts .flap[data-state="passed"] .title');
    await titles.nth(report.verdicts.length - 1).waitFor();
    assert.deepEqual(
      await titles.allTextContents(),
      report.verdicts.map(({ title }: { title: string }) => title),
    );
  });

  test('is remembered by the map, also when the hub was ended and started again', async () => {
    await page.goto(visit.hub.address);
    const isDone = (folder: string) =>
      page.locator(`.stop.done[data-folder="${folder}"] .word`, { hasText: 'done' }).waitFor();
    for (const folder of LESSONS) await isDone(folder);
    await page.getByText('You have been at every stop that is open.').waitFor();
    await visit.hub.close();
    await page.getByText('the hub is away, trying again').waitFor();
    await visit.comeBack();
    await page.reload();
    await page.locator('#live[data-state="connected"]').waitFor();
    for (const folder of LESSONS) await isDone(folder);
  });

  /** The way that the page itself leads: from the map into the first lesson, then on and on. */
  async function goTo(folder: string): Promise<void> {
    const link = new URL(page.url()).pathname === '/' ? '.departure' : '.now-buttons a.main';
    await page.locator(`${link}[href="/lessons/${folder}"]`).click();
    await page.waitForURL(`**/lessons/${folder}`);
    await page.locator('#editor-host .cm-content').waitFor();
  }

  /** Writes a text instead of the one that is in the editor. */
  async function write(file: string, text: string): Promise<void> {
    await page.locator(`#exercise-files [data-name="${file}"]`).click();
    await page.getByRole('textbox', { name: `${file}, your exercise` }).waitFor();
    await typeInstead(page, text);
    await page.locator(`#exercise-files [data-name="${file}"] .mark`).waitFor();
  }

  /** Waits until the board says that steps up to this one pass, and the next one does not. */
  async function passUpTo(step: number): Promise<void> {
    const isSo = (wanted: number) => {
      const board = document.querySelector('#verdicts')!;
      const flaps = [...board.querySelectorAll<HTMLElement>('.flap')];
      const next = flaps.find(({ dataset }) => Number(dataset.step) > wanted);
      const upTo = flaps.slice(0, next ? flaps.indexOf(next) : flaps.length);
      return (
        board.getAttribute('aria-busy') === 'false' &&
        upTo.every(({ dataset }) => dataset.state === 'passed') &&
        (next === undefined || next.dataset.state === 'failed')
      );
    };
    const end = performance.now() + DEADLINE;
    for (;;) {
      const isDone = await page.waitForFunction(isSo, step, { polling: 20, timeout: SOON }).then(
        () => true,
        () => false,
      );
      if (isDone) return;
      // A machine that is too busy to say anything of the page says so: one checks again.
      const unseen = await page.locator('.flap[data-state="unseen"]').count();
      if (performance.now() < end && unseen > 0) await page.keyboard.press('ControlOrMeta+Enter');
      else if (performance.now() >= end) break;
    }
    const board = await page.locator('#board').textContent();
    assert.fail(`Step ${step} is saved, and the board says:\n${board}`);
  }
});
