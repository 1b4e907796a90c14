// Opening things outside of the hub: the learner's browser, and the learner's editor.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser } from '../../scripts/hub/open-browser.ts';
import { openInEditor } from '../../scripts/hub/own-editor.ts';
import { eventually, makeClone } from './clone.ts';

const address = 'http://localhost:4400/#key=a-key-that-nobody-may-see';
const skip = process.platform === 'linux' ? false : 'the programs that it opens are those of Linux';

/** A clone, and programs in the path that note what they are given. */
function makePrograms(...names: string[]) {
  const root = makeClone();
  const folder = join(root, 'programs');
  const note = join(root, 'note');
  mkdirSync(folder);
  for (const name of names) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> "${note}"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const noted = () => eventually('a note', () => readOrNothing(note));
  return { root, noted, env: { PATH: folder, DISPLAY: ':0' } };
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

test('the browser is given a private file, and the key to nobody else', { skip }, async () => {
  const { root, noted, env } = makePrograms('xdg-open');
  const file = join(root, '.kit', 'open.html');
  mkdirSync(join(root, '.kit'));
  writeFileSync(file, 'from an earlier start', { mode: 0o644 });
  assert.equal(await openBrowser(root, address, env), true);
  assert.equal(await noted(), `xdg-open ${file}\n`);
  assert.ok(readFileSync(file, 'utf8').includes(address));
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('no browser is opened where there is none, no screen, or nobody', { skip }, async () => {
  const { root, env } = makePrograms('xdg-open');
  assert.equal(await openBrowser(root, address, { PATH: env.PATH }), false);
  assert.equal(await openBrowser(root, address, { ...env, CI: 'true' }), false);
  assert.equal(await openBrowser(root, address, { ...env, PATH: root }), false);
  writeFileSync(join(root, '.kit-file'), '');
  assert.equal(await openBrowser(join(root, '.kit-file'), address, env), false);
});

test("one's own editor is asked first, if it has a window", { skip }, async () => {
  const { noted, env } = makePrograms('code', 'zed', 'vim', 'xdg-open');
  assert.equal(await openInEditor('/a file', { ...env, VISUAL: 'zed --wait' }), 'zed');
  assert.equal(await noted(), 'zed --wait /a file\n');
});

test('an editor that wants a terminal is passed over for one that is installed', {
  skip,
}, async () => {
  const { noted, env } = makePrograms('code', 'vim', 'xdg-open');
  assert.equal(await openInEditor('/a file', { ...env, EDITOR: 'vim' }), 'code');
  assert.equal(await noted(), 'code /a file\n');
});

test('without an editor the sentence says where the file is', { skip }, async () => {
  const { root } = makePrograms();
  await assert.rejects(openInEditor('/a file', { PATH: root, DISPLAY: ':0' }), {
    name: 'Refusal',
    message: 'No editor with a window was found; open /a file in yours by hand.',
  });
});
