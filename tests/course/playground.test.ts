// The learner's copies: made once, never written over unasked, kept before they are set back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import {
  hashOf,
  openExercise,
  readExercise,
  resetExercise,
  saveFile,
} from '../../scripts/course/playground.ts';
import { cannotWrite } from '../../scripts/course/writing.ts';
import { KitError } from '../../scripts/kit-error.ts';
import { firstLesson, makeClone, makeCloneWithCommands, smallLesson } from './clone.ts';

const starter = `// A server with two steps.
function answer() {
  // TODO 1: Say hello.
  say('nothing');
  // TODO 2: Say it twice.
}
`;
const place = 'playground/01-event-stream';

function serverOf(root: string): string {
  return join(root, place, 'server.ts');
}

test('the first opening makes the starter', async (t) => {
  const root = makeClone(t);
  const opened = await openExercise(root, firstLesson(root));
  assert.deepEqual(opened, {
    directory: join(root, place),
    created: true,
    restored: [],
    message: `The starter of lesson 01-event-stream is in ${place}.`,
  });
  assert.deepEqual(readdirSync(join(root, place)).sort(), ['client.js', 'index.html', 'server.ts']);
  assert.equal(readFileSync(serverOf(root), 'utf8'), starter);
});

test('opening again leaves what the learner wrote', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  writeFileSync(serverOf(root), 'mine');
  writeFileSync(join(root, 'playground', 'tsconfig.json'), '{}');
  const opened = await openExercise(root, lesson);
  assert.deepEqual(opened, { directory: join(root, place), created: false, restored: [] });
  assert.equal(readFileSync(serverOf(root), 'utf8'), 'mine');
  assert.equal(readFileSync(join(root, 'playground', 'tsconfig.json'), 'utf8'), '{}');
});

test('only the files that are missing come back, and the answer names them', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  writeFileSync(serverOf(root), 'mine');
  rmSync(join(root, place, 'client.js'));
  const one = await openExercise(root, lesson);
  assert.deepEqual(one.restored, ['client.js']);
  assert.equal(
    one.message,
    `client.js was missing from ${place} and is back as in the starter; the other files are as they were.`,
  );
  assert.equal(readFileSync(serverOf(root), 'utf8'), 'mine');
  rmSync(join(root, place, 'client.js'));
  rmSync(join(root, place, 'index.html'));
  assert.equal(
    (await openExercise(root, lesson)).message,
    `client.js and index.html were missing from ${place} and are back as in the starter; the other files are as they were.`,
  );
});

test('an exercise is opened by several tabs at once', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  const opened = await Promise.all([1, 2, 3].map(() => openExercise(root, lesson)));
  assert.deepEqual(
    opened.map(({ created }) => created),
    [true, false, false],
  );
});

test('a reset keeps the earlier copy and says where it is', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  writeFileSync(serverOf(root), 'mine');
  writeFileSync(join(root, place, 'notes.txt'), 'my notes');
  const { kept, message, directory } = await resetExercise(root, lesson);
  assert.equal(directory, join(root, place));
  assert.match(
    message,
    /^playground\/01-event-stream is now at its starter\. What was there is kept in \.kit\/kept\/01-event-stream\/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.$/,
  );
  assert.equal(join(root, message.slice(message.indexOf('.kit/'), -1)), kept);
  assert.equal(readFileSync(serverOf(root), 'utf8'), starter);
  assert.equal(readFileSync(join(kept!, 'server.ts'), 'utf8'), 'mine');
  assert.deepEqual(readdirSync(kept!).sort(), ['client.js', 'index.html', 'server.ts']);
  assert.equal(readFileSync(join(root, place, 'notes.txt'), 'utf8'), 'my notes');
});

test('a reset to a step shows that step and names it', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  const { kept, message } = await resetExercise(root, lesson, 1);
  assert.equal(kept, undefined);
  assert.equal(message, `${place} is now at step 1, "Say hello.".`);
  assert.match(readFileSync(serverOf(root), 'utf8'), /say\('hello'\);\n {2}\/\/ TODO 2/);
});

test('a reset that would change nothing keeps nothing and says so', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  assert.deepEqual(await resetExercise(root, lesson), {
    directory: join(root, place),
    message: `${place} is at its starter already; nothing was changed.`,
  });
  assert.equal(existsSync(join(root, '.kit', 'kept')), false);
});

test('resets in one second keep copies beside each other', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  const kept = new Set<string>();
  for (let step = 2; step >= 0; step -= 1) {
    await openExercise(root, lesson);
    writeFileSync(serverOf(root), `mine ${step}`);
    kept.add((await resetExercise(root, lesson, step)).kept!);
  }
  assert.deepEqual(
    [...kept].map((folder) => readFileSync(join(folder, 'server.ts'), 'utf8')),
    ['mine 2', 'mine 1', 'mine 0'],
  );
});

test('a step that the lesson does not have is refused before anything is touched', async (t) => {
  const root = makeClone(t);
  await assert.rejects(
    resetExercise(root, firstLesson(root), 7),
    new KitError(
      'Lesson 01-event-stream has no step 7: it has 0, the starter, to 2, the finished lesson.',
    ),
  );
  assert.equal(existsSync(join(root, 'playground')), false);
});

test('an exercise is read with a hash for each file', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  rmSync(join(root, place, 'index.html'));
  const { files, missing, directory } = await readExercise(root, lesson);
  assert.equal(directory, join(root, place));
  assert.deepEqual(files[0], { name: 'server.ts', text: starter, hash: hashOf(starter) });
  assert.deepEqual(
    files.map(({ name }) => name),
    ['server.ts', 'client.js'],
  );
  assert.deepEqual(missing, ['index.html']);
});

test('a text with a byte order mark and Windows line endings is read and saved as it is', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  const text = '\uFEFFa\r\nb';
  writeFileSync(serverOf(root), text);
  const [server] = (await readExercise(root, lesson)).files;
  assert.equal(server!.text, text);
  assert.equal((await saveFile(root, lesson, 'server.ts', `${text}!`, server!.hash)).ok, true);
  assert.equal(readFileSync(serverOf(root), 'utf8'), `${text}!`);
});

test('a file that is not UTF-8 is named and not spoiled', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  writeFileSync(serverOf(root), new Uint8Array([0x61, 0xff]));
  const sentence = new KitError(
    `${place}/server.ts is not UTF-8 text: save it as UTF-8 in your editor, or reset it.`,
  );
  await assert.rejects(readExercise(root, lesson), sentence);
  await assert.rejects(saveFile(root, lesson, 'server.ts', 'x', hashOf('a')), sentence);
  assert.deepEqual(new Uint8Array(readFileSync(serverOf(root))), new Uint8Array([0x61, 0xff]));
});

test('a save replaces the text it started from', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  chmodSync(serverOf(root), 0o640);
  const saved = await saveFile(root, lesson, 'server.ts', 'mine', hashOf(starter));
  assert.deepEqual(saved, { ok: true, hash: hashOf('mine') });
  assert.equal(readFileSync(serverOf(root), 'utf8'), 'mine');
  assert.deepEqual(readdirSync(join(root, place)).sort(), ['client.js', 'index.html', 'server.ts']);
  if (process.platform !== 'win32') assert.equal(statSync(serverOf(root)).mode & 0o777, 0o640);
});

test('a save over a text that has changed meanwhile writes nothing and shows both', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  writeFileSync(serverOf(root), 'from my own editor');
  assert.deepEqual(await saveFile(root, lesson, 'server.ts', 'from the page', hashOf(starter)), {
    ok: false,
    hash: hashOf('from my own editor'),
    text: 'from my own editor',
    deleted: false,
    message: `${place}/server.ts was changed on disk since it was opened: nothing was saved; look at both texts and choose.`,
  });
  assert.equal(readFileSync(serverOf(root), 'utf8'), 'from my own editor');
});

test('a save of what is on disk already is no conflict', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  writeFileSync(serverOf(root), 'the same');
  const saved = await saveFile(root, lesson, 'server.ts', 'the same', hashOf(starter));
  assert.deepEqual(saved, { ok: true, hash: hashOf('the same') });
});

test('of two tabs that save at once one is told', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  const [one, other] = await Promise.all([
    saveFile(root, lesson, 'server.ts', 'one', hashOf(starter)),
    saveFile(root, lesson, 'server.ts', 'other', hashOf(starter)),
  ]);
  assert.equal(one!.ok, true);
  assert.equal(other!.ok, false);
  assert.equal(readFileSync(serverOf(root), 'utf8'), 'one');
});

test('a save during a reset is kept or refused, never lost', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  writeFileSync(serverOf(root), 'before');
  const [, saved] = await Promise.all([
    resetExercise(root, lesson),
    saveFile(root, lesson, 'server.ts', 'after', hashOf('before')),
  ]);
  assert.equal(saved.ok, false);
  assert.equal(readFileSync(serverOf(root), 'utf8'), starter);
});

test('a file deleted while it was open is told, and made new when it is saved again', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  rmSync(join(root, place), { recursive: true });
  const gone = await saveFile(root, lesson, 'server.ts', 'mine', hashOf(starter));
  assert.deepEqual(gone, {
    ok: false,
    hash: '',
    text: '',
    deleted: true,
    message: `${place}/server.ts is gone from the disk since it was opened: your text was not saved yet; save again to make the file new.`,
  });
  assert.equal(existsSync(serverOf(root)), false);
  assert.equal((await saveFile(root, lesson, 'server.ts', 'mine', gone.hash)).ok, true);
  assert.equal(readFileSync(serverOf(root), 'utf8'), 'mine');
});

for (const name of [
  '../../lessons/01-event-stream/server.ts',
  'checks.ts',
  'new.ts',
  '',
  'SERVER.TS',
]) {
  test(`"${name}" cannot be saved, for it is not of the exercise`, async (t) => {
    const root = makeClone(t);
    const lesson = firstLesson(root);
    await openExercise(root, lesson);
    await assert.rejects(
      saveFile(root, lesson, name, 'x', ''),
      new KitError(
        `"${name}" is not a file of this exercise: lesson 01-event-stream has server.ts, client.js and index.html.`,
      ),
    );
  });
}

test('a picture is put into the playground as it is', async (t) => {
  const picture = new Uint8Array([0x89, 0xff, 0]);
  const root = makeClone(t, { ...smallLesson, 'card.png': picture });
  await openExercise(root, firstLesson(root));
  assert.deepEqual(new Uint8Array(readFileSync(join(root, place, 'card.png'))), picture);
});

test('a file where the playground should be is told in one sentence', async (t) => {
  const root = makeClone(t);
  writeFileSync(join(root, 'playground'), 'a file');
  const sentence = new KitError(
    `${place} cannot be made: a file stands where the kit needs a folder. Move that file away and try again.`,
  );
  await assert.rejects(openExercise(root, firstLesson(root)), sentence);
  await assert.rejects(resetExercise(root, firstLesson(root)), sentence);
});

test('a folder where a file of the exercise should be is told in one sentence', async (t) => {
  const root = makeClone(t);
  mkdirSync(serverOf(root), { recursive: true });
  await assert.rejects(
    openExercise(root, firstLesson(root)),
    new KitError(
      `${place}/server.ts cannot be written: a folder of that name is in the way. Move it away and try again.`,
    ),
  );
});

const readOnly = (path: string, root: string) =>
  new KitError(
    `${path} cannot be written: ${root} is read-only for you. Make it writable, or clone the kit into a folder of your own.`,
  );

// commands.test.ts has a clone that really is read-only; here is every word a system has for it.
for (const code of ['EACCES', 'EPERM', 'EROFS']) {
  test(`${code} is told as a read-only clone`, () => {
    const error = Object.assign(new Error(code), { code });
    assert.deepEqual(cannotWrite('/kit', '/kit/playground', error), readOnly('playground', '/kit'));
  });
}

test('an earlier copy that cannot be kept leaves the exercise as it is', async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  writeFileSync(serverOf(root), 'mine');
  mkdirSync(join(root, '.kit'), { recursive: true });
  writeFileSync(join(root, '.kit', 'kept'), 'a file');
  await assert.rejects(resetExercise(root, lesson), { name: 'KitError' });
  assert.equal(readFileSync(serverOf(root), 'utf8'), 'mine');
});

test('an editor is content with the playground', async (t) => {
  const root = makeCloneWithCommands(t, {
    ...smallLesson,
    'index.html': '<!doctype html>\n',
    'server.ts':
      "import { createServer } from 'node:http';\nimport { listen } from '../page.ts';\nawait listen(createServer(), 1);\n",
    'client.js': "document.body.textContent = 'hello';\n",
  });
  await openExercise(root, firstLesson(root));
  const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
  const check = () =>
    spawnSync(process.execPath, [join(dirname(compiler), 'bin/tsc'), '-p', 'playground'], {
      cwd: root,
      encoding: 'utf8',
    });
  assert.equal(check().stdout, '');
  writeFileSync(
    join(root, place, 'client.js'),
    "document.body.textContent = 1;\nprocess.nextTick('x');\n",
  );
  assert.match(check().stdout, /client\.js.*\(1,1\)[\s\S]*client\.js.*\(2,18\)/);
});

test('a link out of the playground is replaced and not followed', {
  skip: process.platform === 'win32',
}, async (t) => {
  const root = makeClone(t);
  const lesson = firstLesson(root);
  await openExercise(root, lesson);
  const outside = join(root, 'outside.ts');
  writeFileSync(outside, starter);
  rmSync(serverOf(root));
  symlinkSync(outside, serverOf(root));
  assert.equal((await saveFile(root, lesson, 'server.ts', 'mine', hashOf(starter))).ok, true);
  assert.equal(readFileSync(outside, 'utf8'), starter);
  assert.equal(readFileSync(serverOf(root), 'utf8'), 'mine');
});
