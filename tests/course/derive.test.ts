// Steps and variants as files on disk.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  deriveLesson,
  deriveVariant,
  finishedTexts,
  textsAtStep,
} from '../../scripts/course/derive.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { firstLesson, makeClone, makeCloneWithCommands, smallLesson } from './clone.ts';

const read = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8');

test('a step is written with all files of the exercise, and says where', async (t) => {
  const root = makeClone(t);
  const directory = await deriveLesson(root, firstLesson(root), 1);
  assert.equal(directory, join(root, '.kit', 'derived', '01-event-stream', 'step-1'));
  assert.deepEqual(readdirSync(directory).sort(), ['client.js', 'index.html', 'server.ts']);
  assert.equal(
    read(directory, 'server.ts'),
    "// A server with two steps.\nfunction answer() {\n  say('hello');\n  // TODO 2: Say it twice.\n}\n",
  );
  assert.equal(read(directory, 'index.html'), '<!doctype html>\n<!-- TODO 2: Say it twice. -->\n');
});

test('bytes that are not text are copied as they are', async (t) => {
  const picture = new Uint8Array([0x89, 0x50, 0xff, 0, 0x0d, 0x0a]);
  const root = makeClone(t, { ...smallLesson, 'card.png': picture });
  const directory = await deriveLesson(root, firstLesson(root), 0);
  assert.deepEqual(new Uint8Array(readFileSync(join(directory, 'card.png'))), picture);
});

test('a derived server finds the page.ts of the lessons', async (t) => {
  const root = makeCloneWithCommands(t, {
    ...smallLesson,
    'index.html': '<!doctype html>\n',
    'server.ts': "import { listen } from '../page.ts';\nconsole.log(typeof listen);\n",
  });
  const directory = await deriveLesson(root, firstLesson(root), 0);
  const run = spawnSync(process.execPath, ['--import', TYPESCRIPT, join(directory, 'server.ts')], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(run.stdout, 'function\n', run.stderr);
});

test('a derived script finds what it takes from a finished lesson', async (t) => {
  const root = makeClone(t, {
    ...smallLesson,
    'client.js': "export { word } from '../../lessons/01-event-stream/word.js';\n",
    'word.js': "export const word = 'found';\n",
  });
  const directory = await deriveLesson(root, firstLesson(root), 0);
  const script = pathToFileURL(join(directory, 'client.js')).href;
  const look = `import(${JSON.stringify(script)}).then(({ word }) => console.log(word))`;
  const run = spawnSync(process.execPath, ['-e', look], { encoding: 'utf8' });
  assert.equal(run.stdout, 'found\n', run.stderr);
});

test('deriving again leaves right files alone, mends others, and removes what is not of the lesson', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  const directory = await deriveLesson(root, lesson, 2);
  const before = statSync(join(directory, 'client.js'), { bigint: true });
  writeFileSync(join(directory, 'server.ts'), 'spoiled');
  writeFileSync(join(directory, 'left-over.js'), 'x');
  await deriveLesson(root, lesson, 2);
  const after = statSync(join(directory, 'client.js'), { bigint: true });
  assert.equal(after.ino, before.ino);
  assert.equal(after.mtimeNs, before.mtimeNs);
  assert.match(read(directory, 'server.ts'), /hello again/);
  assert.equal(existsSync(join(directory, 'left-over.js')), false);
});

test('the same step derived many times at once is whole', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await Promise.all(Array.from({ length: 10 }, () => deriveLesson(root, lesson, 2)));
  const directory = await deriveLesson(root, lesson, 2);
  assert.deepEqual(readdirSync(directory).sort(), ['client.js', 'index.html', 'server.ts']);
  assert.equal(read(directory, 'server.ts'), finishedTexts(lesson).get('server.ts'));
});

for (const step of [3, -1, 1.5, Number.NaN]) {
  test(`step ${step} of a lesson with two is refused`, async (t) => {
    const root = makeClone(t);
    const sentence = `Lesson 01-event-stream has no step ${step}: it has 0, the starter, to 2, the finished lesson.`;
    await assert.rejects(deriveLesson(root, firstLesson(root), step), new KitError(sentence));
    assert.throws(() => textsAtStep(firstLesson(root), step), new KitError(sentence));
  });
}

test('a variant is the finished lesson with the files that were changed', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  const server = finishedTexts(lesson).get('server.ts')!.replace('hello again', 'bye');
  const directory = await deriveVariant(root, lesson, 'says-bye', new Map([['server.ts', server]]));
  assert.equal(directory, join(root, '.kit', 'derived', '01-event-stream', 'says-bye'));
  assert.match(read(directory, 'server.ts'), /say\('bye'\)/);
  assert.equal(read(directory, 'index.html'), '<!doctype html>\n<p>twice</p>\n');
});

test('a variant whose name or file would leave its folder is refused', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  for (const name of ['../x', 'a/b', '', 'A', 'step-1', '.']) {
    await assert.rejects(deriveVariant(root, lesson, name, new Map()), {
      name: 'KitError',
      message: `A variant cannot be called "${name}": use small letters, digits and hyphens, and not step-N.`,
    });
  }
  for (const file of ['../x.ts', 'a/b.ts', '', '..']) {
    await assert.rejects(deriveVariant(root, lesson, 'x', new Map([[file, '']])), {
      name: 'KitError',
      message: `"${file}" is not a file of lesson 01-event-stream: name it without a folder.`,
    });
  }
});

test('the folder of the kit is for its owner alone', {
  skip: process.platform === 'win32',
}, async (t) => {
  const root = makeClone(t);
  await deriveLesson(root, firstLesson(root), 0);
  assert.equal(statSync(join(root, '.kit')).mode & 0o777, 0o700);
});

test('a clone where nothing can be written is told in one sentence', async (t) => {
  const root = makeClone(t);
  writeFileSync(join(root, '.kit'), 'a file where the folder should be');
  await assert.rejects(
    deriveLesson(root, firstLesson(root), 0),
    new KitError(
      '.kit cannot be made: a file stands where the kit needs a folder. Move that file away and try again.',
    ),
  );
});
