// What was found out about a page holds as long as the page does.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { check } from '../../scripts/checking/language.ts';
import { PageMemory } from '../../scripts/checking/page-memory.ts';
import { findLesson } from '../../scripts/course/lessons.ts';

const root = join(import.meta.dirname, '../..');
const lesson = findLesson(root, '01');
const directory = mkdtempSync(join(tmpdir(), 'down-the-wire-page-'));
after(() => rmSync(directory, { recursive: true, force: true }));
cpSync(lesson.directory, directory, { recursive: true });

const asked = check(1, 'The page listens', async () => {});

/** A memory that knows this page, and that it passes. */
async function memoryOfPage(): Promise<PageMemory> {
  const memory = new PageMemory();
  await memory.look(lesson, directory);
  memory.remember(asked, { kind: 'passed' });
  return memory;
}

test('another server does not make another page of it', async () => {
  const memory = await memoryOfPage();
  writeFileSync(join(directory, 'server.ts'), '// another\n');
  await memory.look(lesson, directory);
  assert.deepEqual(memory.recall(asked), { kind: 'passed' });
});

test('the same page in another folder is the same page', async (t) => {
  const memory = await memoryOfPage();
  const other = mkdtempSync(join(tmpdir(), 'down-the-wire-page-'));
  t.after(() => rmSync(other, { recursive: true, force: true }));
  cpSync(directory, other, { recursive: true });
  await memory.look(lesson, other);
  assert.deepEqual(memory.recall(asked), { kind: 'passed' });
});

test('another script, another picture or another check is a reason to ask anew', async () => {
  const changes: (() => void)[] = [
    () => writeFileSync(join(directory, 'client.js'), '// another\n'),
    () => writeFileSync(join(directory, 'lamp.svg'), '<svg/>'),
    () => rmSync(join(directory, 'lamp.svg')),
  ];
  for (const change of changes) {
    const memory = await memoryOfPage();
    change();
    await memory.look(lesson, directory);
    assert.equal(memory.recall(asked), undefined);
  }
  const memory = await memoryOfPage();
  await memory.look({ ...lesson, directory: join(lesson.directory, '..') }, directory);
  assert.equal(memory.recall(asked), undefined);
  const other = await memoryOfPage();
  assert.equal(other.recall({ ...asked, title: 'The page closes' }), undefined);
});

test('what was not seen, or is in doubt, is not kept', async () => {
  const memory = new PageMemory();
  await memory.look(lesson, directory);
  memory.remember(asked, { kind: 'unseen', message: 'The tab was hidden.' });
  memory.remember(asked, { kind: 'failed', explanation: { sentence: 'No.' }, sure: false });
  assert.equal(memory.recall(asked), undefined);
  memory.remember(asked, { kind: 'failed', explanation: { sentence: 'No.' }, sure: true });
  assert.equal(memory.recall(asked)?.kind, 'failed');
  memory.forget();
  assert.equal(memory.recall(asked), undefined);
});
