// Nothing is lost: text that is typed survives reloads, other editors, deleted files and a dead hub.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright';
import { eventually } from '../hub/clone.ts';
import { typeInstead, Visit } from './hub-visit.ts';

let visit: Visit;
before(async () => {
  visit = await Visit.open();
});
afterEach(async () => {
  await visit.leave();
  assert.deepEqual(visit.mistakes, []);
});
after(() => visit.close());

const onDisk = () => readFileSync(visit.exercise('server.ts'), 'utf8');
const inEditor = (page: Page) =>
  page.locator('#editor-host > .cm-editor .cm-line').allTextContents();
const mark = (page: Page, word: string) => page.locator('#exercise-files .mark', { hasText: word });

/** Opens the lesson with a known, short text on disk. */
async function openWith(text: string): Promise<Page> {
  const page = await visit.openLesson(await visit.visitor());
  await typeInstead(page, text);
  await page.keyboard.press('ControlOrMeta+s');
  await eventually('the save', () => onDisk() === text);
  await mark(page, 'unsaved').waitFor({ state: 'detached' });
  await mark(page, 'saving').waitFor({ state: 'detached' });
  return page;
}

test('unsaved text survives a reload', async () => {
  const page = await openWith('// first\n');
  await typeInstead(page, '// typed and not saved\n');
  await page.reload();
  await mark(page, 'unsaved').waitFor();
  assert.deepEqual(await inEditor(page), ['// typed and not saved', '']);
  assert.equal(onDisk(), '// first\n');
});

test('a closed tab leaves its text to the next one', async () => {
  const page = await openWith('// second\n');
  await typeInstead(page, '// left behind\n');
  await mark(page, 'unsaved').waitFor();
  const context = page.context();
  await page.close();
  const next = await visit.openLesson(context);
  await mark(next, 'unsaved').waitFor();
  assert.deepEqual(await inEditor(next), ['// left behind', '']);
});

test('a file that another editor saves is taken over where nothing is typed', async () => {
  const page = await openWith('// here\n');
  writeFileSync(visit.exercise('server.ts'), '// from elsewhere\n');
  await page.locator('#editor-host .cm-line', { hasText: '// from elsewhere' }).waitFor();
  assert.equal(await mark(page, 'two versions').count(), 0);
  await page.locator('#editor-host .cm-content').focus();
  await page.keyboard.press('ControlOrMeta+z');
  await page.locator('#editor-host .cm-line', { hasText: '// here' }).waitFor();
});

test('where page and file have both changed, both are shown and neither is overwritten', async () => {
  const page = await openWith('// base\n');
  await typeInstead(page, '// mine\n');
  writeFileSync(visit.exercise('server.ts'), '// theirs\n');
  const conflict = page.getByRole('group', { name: 'Two versions of server.ts' });
  await conflict.locator('.cm-merge-a', { hasText: '// theirs' }).waitFor();
  await conflict.locator('.cm-merge-b', { hasText: '// mine' }).waitFor();
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText('server.ts has two versions: choose one first.').waitFor();
  assert.equal(onDisk(), '// theirs\n');

  await page.getByRole('button', { name: 'Save my text' }).click();
  await eventually('my text on disk', () => onDisk() === '// mine\n');
  await mark(page, 'two versions').waitFor({ state: 'detached' });
  assert.deepEqual(await inEditor(page), ['// mine', '']);
});

test('the file can be taken, and undo still leads back to what was typed', async () => {
  const page = await openWith('// base again\n');
  await typeInstead(page, '// mine again\n');
  writeFileSync(visit.exercise('server.ts'), '// theirs again\n');
  await page.getByRole('button', { name: 'Take the file' }).click();
  await page
    .locator('#editor-host > .cm-editor .cm-line', { hasText: '// theirs again' })
    .waitFor();
  await page.keyboard.press('ControlOrMeta+z');
  await page.locator('#editor-host > .cm-editor .cm-line', { hasText: '// mine again' }).waitFor();
  assert.equal(onDisk(), '// theirs again\n');
});

test('a deleted file is said to be gone, and can be put back with its text', async () => {
  const page = await openWith('// to be deleted\n');
  rmSync(visit.exercise('server.ts'));
  await page.getByText('server.ts is gone from the disk. Its text is still here.').waitFor();
  await page.getByRole('button', { name: 'Put it back with this text' }).click();
  await eventually('the file', () => {
    try {
      return onDisk() === '// to be deleted\n';
    } catch {
      return false;
    }
  });
  await mark(page, 'gone').waitFor({ state: 'detached' });
});

test('the hub may go and come back: it is said, and what was typed can be saved', async () => {
  const page = await openWith('// before\n');
  await visit.hub.close();
  await page.getByText('the hub is away, trying again').waitFor();
  await typeInstead(page, '// typed meanwhile\n');
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText(/^Not saved\. The hub does not answer\./).waitFor();
  await mark(page, 'unsaved').waitFor();

  await visit.comeBack();
  await page.locator('#live[data-state="connected"]').waitFor();
  const view = page.frameLocator('#frame iframe').locator('wire-view');
  await view.filter({ hasText: 'data: ' }).waitFor();
  await page.keyboard.press('ControlOrMeta+s');
  await eventually('the text on disk', () => onDisk() === '// typed meanwhile\n');
});

test('reset asks for a step, keeps what was there and says where', async () => {
  const page = await openWith('// my own\n');
  await typeInstead(page, '// my own, and more\n');
  await page.getByRole('button', { name: 'Reset …' }).click();
  await page.locator('dialog input[value="2"]').check();
  await page.locator('dialog').getByRole('button', { name: 'Reset' }).click();
  const word = page.locator('.save-word', { hasText: '.kit/kept' });
  await word.waitFor();
  await page.locator('#editor-host .cm-line', { hasText: 'TODO 3' }).waitFor();
  const kept = /\.kit\/kept\/[\w/-]+/.exec((await word.textContent()) ?? '')?.[0];
  assert.equal(readFileSync(`${visit.root}/${kept}/server.ts`, 'utf8'), '// my own, and more\n');
});
