// Runs one finished lesson alone, without the hub, until Ctrl-C.
//
//   npm run lesson -- 01
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from './command.ts';
import { provideAtFirstUse } from './course/frameworks.ts';
import { findLesson } from './course/lessons.ts';

const root = join(import.meta.dirname, '..');

await runCommand({
  name: 'lesson',
  about: "Runs one lesson's finished server alone, without the hub. Ctrl-C ends it.",
  takes: [{ name: 'LESSON', about: 'which lesson: 1, 01, or 01-event-stream' }],
  options: {},
  examples: ['01'],
  async run({ takes }) {
    const lesson = findLesson(root, takes[0]!);
    await provideAtFirstUse(root, lesson, (line) => process.stderr.write(`${line}\n`));
    return serve(join(lesson.directory, 'server.ts'));
  },
});

/** Runs a server in the foreground. Resolves to its exit code, as a shell gives it after a signal. */
function serve(file: string): Promise<number> {
  const [typescript, leash] = ['typescript/register.js', 'course/leash.ts'].map(
    (path) => pathToFileURL(join(root, 'scripts', path)).href,
  );
  const child = spawn(process.execPath, ['--import', typescript!, '--import', leash!, file], {
    cwd: root,
    // The fourth is a pipe that ends with this process, however it ends: see leash.ts.
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both; the second signal meets a server that is ending anyway.
      child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
