// From a saved file to its verdict, in the page or in one's own editor; and what must never be lost.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hashOf } from '../../scripts/course/playground.ts';
import { eventually, folder, startHub } from './clone.ts';

const path = `/api/exercise/${folder}`;

interface FileOnDisk {
  name: string;
  text: string;
  hash: string;
}

/** A hub with the exercise open, and a page that listens. */
async function openExercise(test: TestContext) {
  const hub = await startHub(test);
  const live = hub.live({ 'x-kit-key': hub.key });
  await live.isHere();
  const { status, json } = await hub.keyed('GET', path);
  assert.equal(status, 200);
  const files = new Map<string, FileOnDisk>(
    json.files.map((file: FileOnDisk) => [file.name, file]),
  );
  const server = files.get('server.ts')!;
  const finished = readFileSync(join(hub.root, 'lessons', folder, 'server.ts'), 'utf8')
    .split('\n')
    .filter((line) => !/#(end)?region|\/\/-/.test(line))
    .join('\n');
  const save = (text: string, base: string | null) =>
    hub.keyed('PUT', `${path}/server.ts`, { text, base });
  /** The report of the judging that began after the given one. */
  const reportAfter = async (run: number) => {
    const { judging } = await live.hears(
      'judging',
      (data) => data.run > run && data.judging.kind === 'report',
    );
    return judging.report;
  };
  return { hub, live, directory: json.directory, files, server, finished, save, reportAfter };
}

test('opening an exercise makes its starter, with its steps to do', async (t) => {
  const { directory, files, server } = await openExercise(t);
  assert.deepEqual([...files.keys()], ['server.ts', 'client.js', 'index.html']);
  assert.match(server.text, /TODO 1: Say that an event stream follows\./);
  assert.equal(readFileSync(join(directory, 'server.ts'), 'utf8'), server.text);
  assert.equal(server.hash, hashOf(server.text));
});

test('a save is judged step by step, and the progress is told', async (t) => {
  const { hub, live, server, finished, save, reportAfter } = await openExercise(t);
  const saved = await save(finished, server.hash);
  assert.deepEqual(saved.json, { hash: hashOf(finished) });
  assert.equal((await live.hears('exercise')).hash, hashOf(finished));
  await live.hears('judge-started', ({ run }) => run > 0);
  const { judging } = await live.hears('judging', (data) => data.judging.kind === 'verdict');
  assert.equal(judging.verdict.ok, true);
  const report = await reportAfter(0);
  assert.equal(report.passed, 2);
  assert.equal(report.failed, 0);
  const progress = await live.hears('progress', ({ lessons }) => lessons[folder]?.done['2']);
  assert.ok(progress.lessons[folder].done['1']);
  assert.deepEqual((await hub.keyed('GET', '/api/progress')).json, progress);
  // Who opens the page later is told what was judged.
  const later = hub.live({ 'x-kit-key': hub.key });
  await later.hears('judging', (data) => data.judging.kind === 'report');
  const visitor = hub.live();
  await visitor.isHere();
  assert.deepEqual(visitor.told, []);
});

test('a wrong answer gets its sentence', async (t) => {
  const { server, finished, save, reportAfter } = await openExercise(t);
  await save(finished.replace('text/event-stream', 'text/plain'), server.hash);
  const report = await reportAfter(0);
  const failed = report.verdicts.find(({ ok }: { ok: boolean }) => ok === false);
  assert.equal(failed.step, 1);
  assert.match(failed.message, /text\/plain/);
});

test("a save in one's own editor is seen, judged and told like any other", async (t) => {
  const { live, directory, finished, reportAfter } = await openExercise(t);
  const file = join(directory, 'server.ts');
  // As editors save: a new file in the place of the old one.
  writeFileSync(`${file}.tmp~`, finished);
  renameSync(`${file}.tmp~`, file);
  assert.equal((await live.hears('exercise')).hash, hashOf(finished));
  assert.equal((await reportAfter(0)).passed, 2);
});

test('a file that is touched, or saved as it was, is not judged again', async (t) => {
  const { live, directory, server, finished, save, reportAfter } = await openExercise(t);
  writeFileSync(join(directory, 'server.ts'), server.text);
  await save(server.text, server.hash);
  await save(finished, server.hash);
  await reportAfter(0);
  assert.equal(live.told.filter(({ type }) => type === 'judge-started').length, 1);
});

test('of saves in quick succession only the last one gets a report', async (t) => {
  const { live, directory, finished, reportAfter } = await openExercise(t);
  const file = join(directory, 'server.ts');
  const broken = finished.replace('text/event-stream', 'text/plain');
  for (const text of [broken, `${broken} `, `${broken}  `]) {
    writeFileSync(file, text);
    await live.hears('exercise', ({ hash }) => hash === hashOf(text));
  }
  writeFileSync(file, finished);
  await live.hears('exercise', ({ hash }) => hash === hashOf(finished));
  const { data } = live.told.filter(({ type }) => type === 'judge-started').at(-1)!;
  assert.equal((await reportAfter(data.run - 1)).failed, 0);
  // A judging that is over before the next save may report; one that was overtaken may not.
  let latest = 0;
  for (const { type, data } of live.told) {
    if (type === 'judge-started') latest = data.run;
    if (type === 'judging' && data.judging.kind === 'report') assert.equal(data.run, latest);
  }
});

test('the newest save is judged while the shown exercise starts anew behind the same address', async (t) => {
  const { hub, live, server, finished, save } = await openExercise(t);
  const { json } = await hub.keyed('POST', `/api/stages/mine/${folder}`);
  assert.equal(json.state, 'running');
  await save(finished, server.hash);
  await live.hears('judging', (data) => data.judging.kind === 'report');
  await eventually('the new server behind the old address', async () => {
    const response = await fetch(`${json.origin}/signal`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status === 200;
  });
});

test('where page and disk have both changed nothing is overwritten, and both texts are shown', async (t) => {
  const { live, directory, server, save } = await openExercise(t);
  const file = join(directory, 'server.ts');
  appendFileSync(file, '// by hand\n');
  const theirs = readFileSync(file, 'utf8');
  const refused = await save(`${server.text}// in the page\n`, server.hash);
  assert.equal(refused.status, 409);
  assert.equal(refused.json.text, theirs);
  assert.equal(refused.json.hash, hashOf(theirs));
  assert.match(refused.json.error, /was changed on disk/);
  assert.equal(readFileSync(file, 'utf8'), theirs);
  await live.hears('exercise', ({ hash }) => hash === hashOf(theirs));
  // Having seen it, the learner decides.
  assert.equal((await save('// mine\n', refused.json.hash)).status, 200);
  assert.equal(readFileSync(file, 'utf8'), '// mine\n');
});

test('a file deleted while it is open is told, and saving puts it back', async (t) => {
  const { hub, live, directory, finished, save } = await openExercise(t);
  const file = join(directory, 'server.ts');
  unlinkSync(file);
  assert.equal((await live.hears('exercise')).hash, null);
  const { judging } = await live.hears('judging', (data) => data.judging.kind === 'report');
  assert.ok(judging.report.failed > 0);
  assert.match(judging.report.verdicts[0].message, /server\.ts/);
  assert.ok(!existsSync(file), 'the starter does not come back behind the learner’s back');
  assert.equal((await hub.keyed('POST', `/api/stages/mine/${folder}`)).json.state, 'broken');
  assert.equal((await save(finished, null)).status, 200);
  assert.equal(readFileSync(file, 'utf8'), finished);
  await live.hears('judging', (data) => data.judging.report?.passed === 2);
});

test('with its whole folder gone, an exercise is still saved', async (t) => {
  const { hub, live, directory, finished, save } = await openExercise(t);
  rmSync(directory, { recursive: true });
  await live.hears('exercise', ({ file, hash }) => file === 'server.ts' && hash === null);
  const { json } = await hub.keyed('GET', path);
  const { hash } = json.files.find(({ name }: FileOnDisk) => name === 'server.ts');
  assert.equal((await save(finished, hash)).status, 200);
  await live.hears('judging', (data) => data.judging.report?.passed === 2);
  // And it is watched again.
  appendFileSync(join(directory, 'server.ts'), '// more\n');
  await live.hears('exercise', (data) => data.hash === hashOf(`${finished}// more\n`));
});

test('a reset says where the earlier copy is, and is judged', async (t) => {
  const { hub, live, directory, server, finished, save, reportAfter } = await openExercise(t);
  await save(finished, server.hash);
  await reportAfter(0);
  const { data: judged } = live.told.filter(({ type }) => type === 'judge-started').at(-1)!;
  const { json } = await hub.keyed('POST', `${path}/reset`, { step: 1 });
  assert.match(json.message, /is now at step 1.+What was there is kept in \.kit\/kept\//);
  assert.equal(readFileSync(join(json.kept, 'server.ts'), 'utf8'), finished);
  assert.match(readFileSync(join(directory, 'server.ts'), 'utf8'), /TODO 2/);
  const report = await reportAfter(judged.run);
  assert.deepEqual([report.passed, report.failed], [1, 1]);
  assert.equal((await hub.keyed('POST', `${path}/reset`, { step: 7 })).status, 422);
});

test('checking again judges what is there', async (t) => {
  const { hub, live } = await openExercise(t);
  const { json } = await hub.keyed('POST', `${path}/check`);
  const { judging } = await live.hears(
    'judging',
    (data) => data.run === json.run && data.judging.kind === 'report',
  );
  assert.equal(judging.report.passed, 0);
});

test('a hint that was opened stays opened', async (t) => {
  const { hub, live } = await openExercise(t);
  await hub.keyed('POST', '/api/progress/hint', { folder, step: 1, number: 2 });
  const progress = await live.hears('progress', ({ lessons }) => lessons[folder]);
  assert.deepEqual(progress.lessons[folder].hints, ['1.2']);
  const wrong = await hub.keyed('POST', '/api/progress/hint', { folder, step: 'one', number: 1 });
  assert.equal(wrong.status, 400);
  assert.equal(wrong.json.error, '"step" is "one"; send a whole number from 0.');
});

test('progress that a check in the terminal has made is told in the page', async (t) => {
  const { hub, live } = await openExercise(t);
  const { recordHint } = await import('../../scripts/checking/progress.ts');
  await recordHint(hub.root, folder, 2, 1);
  const progress = await live.hears('progress', ({ lessons }) => lessons[folder]);
  assert.deepEqual(progress.lessons[folder].hints, ['2.1']);
});

test("a file is opened in one's own editor, and only a file of the exercise", async (t) => {
  const { hub } = await openExercise(t);
  for (const file of ['../../.kit/key', 'checks.ts', '/etc/passwd', '--version']) {
    const { status } = await hub.keyed('POST', `${path}/open`, { file });
    assert.equal(status, 404, file);
  }
});

test('a lesson that is gone while its exercise is judged takes nothing with it', async (t) => {
  const { hub, server, save } = await openExercise(t);
  await save(`${server.text}// once more\n`, server.hash);
  renameSync(join(hub.root, 'lessons', folder), join(hub.root, 'away'));
  // A rejection that nobody handles would end the process, and the hub is in this one.
  const said = () => hub.mistakes.find((mistake) => mistake.includes('cannot be read'));
  await eventually('the word that the folder is gone', said);
  hub.mistakes.length = 0;
  renameSync(join(hub.root, 'away'), join(hub.root, 'lessons', folder));
  await eventually('the exercise', async () => (await hub.keyed('GET', path)).status === 200);
});
