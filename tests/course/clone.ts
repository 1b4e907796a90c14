// A clone of the kit in a temporary folder, with lessons of the test's own: the real lessons may
// change, and the playground of whoever runs the tests is not to be touched.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { findLesson, type Lesson } from '../../scripts/course/lessons.ts';

const kit = join(import.meta.dirname, '../..');

export const server = `// A server with two steps.
function answer() {
  // #region 1 Say hello.
  //- say('nothing');
  say('hello');
  // #endregion
  // #region 2 Say it twice.
  say('hello again');
  // #endregion
}
`;

/** The files of a small lesson that is complete. */
export const smallLesson: Record<string, string> = {
  'README.md': '# A title\n\n> A question?\n',
  'server.ts': server,
  'index.html':
    '<!doctype html>\n<!-- #region 2 Say it twice. -->\n<p>twice</p>\n<!-- #endregion -->\n',
  'client.js': 'console.log(1);\n',
  'checks.ts': 'export const checks = [];\n',
  'traps.ts': 'export const traps = [];\n',
};

/** A folder with `lessons/01-event-stream` and nothing else, removed after the test. */
export function makeClone(
  test: TestContext,
  files: Record<string, string | Uint8Array> = smallLesson,
): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'down-the-wire-')));
  test.after(() => rmSync(root, { recursive: true, force: true }));
  writeLesson(root, '01-event-stream', files);
  return root;
}

export function writeLesson(
  root: string,
  folder: string,
  files: Record<string, string | Uint8Array>,
) {
  const directory = join(root, 'lessons', folder);
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(directory, name), content);
}

/** The same with the kit's commands in it, so that they can be run there. */
export function makeCloneWithCommands(test: TestContext, files = smallLesson): string {
  const root = makeClone(test, files);
  for (const path of [
    'lessons/page.ts',
    'scripts/certificate.ts',
    'scripts/command.ts',
    'scripts/course',
    'scripts/kit-error.ts',
    'scripts/lesson.ts',
    'scripts/reset.ts',
    'scripts/typescript',
  ]) {
    cpSync(join(kit, path), join(root, path), { recursive: true });
  }
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(kit, 'node_modules'), join(root, 'node_modules'), 'junction');
  return root;
}

export function firstLesson(root: string): Lesson {
  return findLesson(root, '1');
}
