// `npm start` killed without a chance to tidy up, in the midst of work: two seconds later nothing that
// it had started is alive.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { finishedTexts } from '../../scripts/course/derive.ts';
import { findLesson } from '../../scripts/course/lessons.ts';
import { descendantsOf, isAlive } from '../course/living.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { eventually, folder, freePorts, LiveClient, makeClone } from './clone.ts';

const LINUX = { skip: process.platform === 'linux' ? false : 'reads /proc' };
const MERCY = 2000; // milliseconds

interface Kit {
  child: ChildProcess;
  root: string;
  finished: string;
  live: LiveClient;
  keyed: (method: string, path: string, body?: unknown) => Promise<Response>;
  save: (text: string) => void;
}

/** A hub as a learner starts it, with the exercise open, shown and judged. */
async function startKit(t: TestContext, root = makeClone({ scripts: 'copy' })): Promise<Kit> {
  const { first: port } = await freePorts();
  const child = spawn(
    process.execPath,
    ['--import', TYPESCRIPT, 'scripts/start.ts', '--no-open', '--port', String(port)],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const key = await eventually('the address', () => /#key=(\S+)/.exec(output)?.[1], 30_000);
  const keyed: Kit['keyed'] = (method, path, body) =>
    fetch(`http://localhost:${port}${path}`, {
      method,
      headers: { 'x-kit-key': key, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const live = new LiveClient(port, { 'x-kit-key': key });
  t.after(() => live.leave());
  await live.isHere();
  const { directory } = (await (await keyed('GET', `/api/exercise/${folder}`)).json()) as {
    directory: string;
  };
  const finished = finishedTexts(findLesson(root, folder)).get('server.ts')!;
  const save = (text: string) => writeFileSync(join(directory, 'server.ts'), text);
  return { child, root, finished, live, keyed, save };
}

async function assertNothingSurvives({ child }: Kit, more: number[] = []): Promise<void> {
  const pids = [...descendantsOf(child.pid!), ...more];
  assert.ok(pids.length > 0, 'there is something to survive');
  child.kill('SIGKILL');
  await eventually('the end of everything', () => !pids.some(isAlive), MERCY).catch(() => {
    assert.deepEqual(pids.filter(isAlive), [], `alive ${MERCY} ms later`);
  });
}

test(
  'nothing survives a killed hub whose exercise is shown and judged, busy and with children of its own',
  LINUX,
  async (t) => {
    const kit = await startKit(t);
    await kit.keyed('POST', `/api/stages/mine/${folder}`);
    // Shown, it starts a deaf process in a group of its own; judged, it sits in an endless loop.
    const deaf = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
    kit.save(`import { spawn } from 'node:child_process';
const grandchild = spawn(process.execPath, ['-e', ${JSON.stringify(deaf)}], { detached: true, stdio: 'ignore' });
console.log('grandchild ' + grandchild.pid + ' up');
${kit.finished}
if (process.env.PORT === process.env.PUBLIC_PORT) for (;;);
`);
    const { text } = await kit.live.hears('output', (data) => /grandchild \d+ up/.test(data.text));
    await kit.live.hears('judging', (data) => data.judging.kind === 'provisional');
    await assertNothingSurvives(kit, [Number(/\d+/.exec(text)![0])]);
  },
);

test('nothing survives a killed hub that plays a page without a window', LINUX, async (t) => {
  const root = makeClone({ scripts: 'copy' });
  const place = join(root, 'lessons', folder);
  writeFileSync(
    join(place, 'checks.ts'),
    `import { check, silence } from '../../scripts/checking/language.ts';
export const checks = [
  check(1, 'The page asks', async ({ page }) => {
    const board = await page.open({ '/signal': silence() });
    await board.request('/signal', { within: 60_000, otherwise: 'Ask.' });
  }),
];
`,
  );
  writeFileSync(join(place, 'client.js'), 'setTimeout(() => { for (;;); }, 200);\n');
  const kit = await startKit(t, root);
  kit.live.leave(); // with nobody there to show it, a browser without a window does
  kit.save(`${kit.finished}// judged\n`);
  const isBrowser = (pid: number) => /chrom|edge/i.test(nameOf(pid));
  await eventually(
    'the page in its browser',
    () => descendantsOf(kit.child.pid!).filter(isBrowser).length > 3,
    30_000,
  );
  await assertNothingSurvives(kit);
});

/** The program behind a pid. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0', 1)[0]!;
  } catch {
    return ''; // it has just ended
  }
}
