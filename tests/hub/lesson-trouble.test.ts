// A lesson whose text or traps are broken is named on the map as on its own page, and mending it needs
// no restart.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, folder, startHub } from './clone.ts';

const BROKEN = {
  'a text without one of its headings': {
    file: 'README.md',
    from: '## On stage',
    to: '## Behind the stage',
    said: /^lessons\/31-signal\/README\.md/,
  },
  'a text with a hint for no step': {
    file: 'README.md',
    from: '## On the wire',
    to: '### Hint 9.1\n\nLook.\n\n## On the wire',
    said: /^lessons\/31-signal\/README\.md:\d+: Hint 9\.1 is for a step that is not there/,
  },
  'traps that cannot be loaded': {
    file: 'traps.ts',
    from: 'export const traps = [',
    to: 'export const traps = ;',
    said: /^lessons\/31-signal\/traps\.ts:3:22: ";" does not fit here\. Mend it and save again\.$/,
  },
};

for (const [name, { file, from, to, said }] of Object.entries(BROKEN)) {
  test(`${name} is named on the map and on the lesson's page`, async (t) => {
    const hub = await startHub(t);
    const path = join(hub.root, 'lessons', folder, file);
    const whole = readFileSync(path, 'utf8');
    const stop = async () => {
      const { json } = await hub.ask('GET', '/api/lessons');
      return json.lessons.find((lesson: { folder: string }) => lesson.folder === folder);
    };
    assert.equal((await stop()).available, true);
    assert.ok(whole.includes(from));
    writeFileSync(path, whole.replace(from, to));
    const { available, problem } = await stop();
    assert.equal(available, false);
    assert.match(problem, said);
    const shown = problem.replaceAll('"', '&quot;');
    assert.ok((await hub.ask('GET', '/')).text.includes(shown), 'the map says it');
    const page = await hub.ask('GET', `/lessons/${folder}`);
    assert.equal(page.status, 422);
    assert.ok(page.text.includes(shown), "the lesson's page says it");
    writeFileSync(path, whole);
    assert.equal((await stop()).problem, undefined);
    assert.equal((await hub.ask('GET', `/lessons/${folder}`)).status, 200);
  });
}

test('in which version a lesson was well is kept for the next start, and a broken one is not', async (t) => {
  const hub = await startHub(t);
  const traps = join(hub.root, 'lessons', folder, 'traps.ts');
  const kept = () => {
    const file = join(hub.root, '.kit', 'lessons-well.json');
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8'))[folder];
  };
  await hub.ask('GET', '/api/lessons');
  const first = await eventually('the version', kept);
  writeFileSync(traps, `export const traps = ;\n${readFileSync(traps, 'utf8')}`);
  await hub.ask('GET', '/api/lessons');
  writeFileSync(traps, 'export const traps = [];\n');
  await hub.ask('GET', '/api/lessons');
  const second = await eventually('another version', () => kept() !== first && kept());
  const third = join(hub.root, 'lessons', folder, 'server.ts');
  writeFileSync(third, `${readFileSync(third, 'utf8')}\n`);
  await hub.ask('GET', '/api/lessons');
  await eventually('a third', () => ![first, second].includes(kept()));
});
