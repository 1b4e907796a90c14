// Makes a lesson: a folder with all its files, small but complete, and proved at once by the tests
// that prove every lesson. What it is made from stands in new-lesson/.
//
//   npm run new-lesson -- 04-resuming      a lesson of the syllabus, with its title and question
//   npm run new-lesson -- my-topic         one of your own, with the next number
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { withLessonTable } from './course/lesson-table.ts';
import { listLessons, ports, requiredFiles } from './course/lessons.ts';
import { makeFolder, writeWhole } from './course/writing.ts';
import { filledIn } from './new-lesson/fill-in.ts';
import { type LessonName, nameLesson } from './new-lesson/name.ts';

const root = join(import.meta.dirname, '..');
const templates = join(import.meta.dirname, 'new-lesson');

await runCommand({
  name: 'new-lesson',
  about: 'Makes the folder of a new lesson with all its files, and runs its tests.',
  takes: [
    {
      name: 'NAME',
      about: 'a folder of the syllabus as 04-resuming, or my-topic for one of yours',
    },
  ],
  options: {},
  examples: ['04-resuming', 'my-topic', '21-my-topic'],
  async run({ takes }) {
    const lesson = nameLesson(listLessons(root), takes[0]!);
    await writeLesson(lesson);
    say(`lessons/${lesson.folder} is made: ${requiredFiles.join(', ')}.`);
    if (await listInReadme()) say('The table in README.md has it.');
    return (await prove(lesson)) ? 0 : 1;
  },
});

async function writeLesson(lesson: LessonName): Promise<void> {
  const folder = await makeFolder(root, join(root, 'lessons', lesson.folder));
  const places = {
    ...lesson,
    port: ports(lesson.number, 'finished').first,
    minePort: ports(lesson.number, 'mine').first,
  };
  for (const name of requiredFiles) {
    const template = await readFile(join(templates, name), 'utf8');
    await writeWhole(root, join(folder, name), filledIn(template, places));
  }
}

async function listInReadme(): Promise<boolean> {
  const file = join(root, 'README.md');
  const text = await readFile(file, 'utf8').catch(() => '');
  const listed = withLessonTable(text, listLessons(root));
  if (listed === undefined) return false;
  if (listed !== text) await writeWhole(root, file, listed);
  return true;
}

/** Keeps the words for each trap, then runs the lesson's own tests against them. */
async function prove(lesson: LessonName): Promise<boolean> {
  const kept = await runTests(lesson, ['traps'], { UPDATE_FIXTURES: '1' });
  const proved = kept.ok
    ? await runTests(lesson, ['steps', 'traps', 'right-answers', 'transcript'])
    : kept;
  if (proved.ok) {
    const number = String(lesson.number).padStart(2, '0');
    say(`tests/checking/fixtures/${lesson.folder} keeps what a learner reads at each trap.`);
    say(`Its ${proved.passed} tests pass. Make it your own now, and look with:`);
    say(`  npm run check -- ${number} --finished`);
    say(`  LESSON=${number} npm test -- checking`);
    return true;
  }
  process.stderr.write(proved.output);
  process.stderr.write(
    `The files of lessons/${lesson.folder} are there, and its tests fail: see above.\n`,
  );
  return false;
}

interface TestRun {
  ok: boolean;
  passed: number;
  output: string;
}

/** Runs those tests of tests/checking that are about this lesson. */
function runTests(
  lesson: LessonName,
  names: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<TestRun> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment, LESSON: lesson.folder };
  delete env.NODE_TEST_CONTEXT; // a test may have started this command: these are not its subtests
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--test',
      '--test-reporter=tap',
      '--test-timeout=120000',
      `--test-name-pattern=^${lesson.folder}: `,
      ...names.map((name) => `tests/checking/${name}.test.ts`),
    ],
    { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const passed = Number(/^# pass (\d+)$/m.exec(output)?.[1] ?? 0);
      // None that pass is no proof: the pattern may have met nothing.
      resolve({ ok: code === 0 && passed > 0, passed, output });
    });
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
