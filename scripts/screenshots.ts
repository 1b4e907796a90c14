// Makes the pictures of the README anew: the hub with lesson 01, on a small clone of its own, so that
// neither progress nor playground of whoever runs this is seen or touched.
//
//   npm run screenshots
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { runCommand } from './command.ts';
import { deriveLesson } from './course/derive.ts';
import { findLesson } from './course/lessons.ts';
import { openExercise } from './course/playground.ts';
import { createHub, type Hub } from './hub/hub.ts';
import { KitError } from './kit-error.ts';
import { provideBrowser } from './provide-browser.ts';
import { smallPng } from './screenshots/small-png.ts';

const root = join(import.meta.dirname, '..');
const pictures = join(root, 'public', 'pictures');

/** What is taken. Pixels are those of the page; each becomes one and a half in the picture. */
const LOOKS = [
  { name: 'hub-light', width: 1440, height: 960, colorScheme: 'light' },
  { name: 'hub-dark', width: 1440, height: 960, colorScheme: 'dark' },
  { name: 'hub-narrow', width: 390, height: 844, colorScheme: 'light' },
] as const;
const SCALE = 1.5;

/** So many events are on the tape when the picture is taken: the times differ, their number does not. */
const EVENTS = 4;

/** The first line of server.ts that is seen in the editor: what streams stands below it. */
const FIRST_LINE = '// Called once for each client.';

const DEADLINE = 20_000; // milliseconds for any one thing to be seen

const EVENT = 'response.write(`data: ${stationTime()}\\n\\n`);';

await runCommand({
  name: 'screenshots',
  about: 'Makes the pictures of the README again, in public/pictures.',
  options: {},
  async run() {
    const found = await provideBrowser((line) => process.stderr.write(`${line}\n`));
    if (!found) throw new KitError('Without a browser there are no pictures.');
    const clone = await makeClone();
    let hub: Hub | undefined;
    let browser: Browser | undefined;
    try {
      await writeExercise(clone);
      const free = { finished: await freePorts(), mine: await freePorts() };
      hub = await createHub({ root: clone, port: 0, ports: (_number, which) => free[which] });
      browser = await chromium.launch(found);
      await mkdir(pictures, { recursive: true });
      for (const look of LOOKS) await take(browser, hub, look);
    } finally {
      await browser?.close();
      await hub?.close();
      await rm(clone, { recursive: true, force: true, maxRetries: 3 });
    }
    return 0;
  },
});

async function makeClone(): Promise<string> {
  const clone = await realpath(await mkdtemp(join(tmpdir(), 'down-the-wire-pictures-')));
  for (const path of ['lessons', 'package.json', 'package-lock.json', 'public']) {
    await cp(join(root, path), join(clone, path), { recursive: true });
  }
  for (const path of ['scripts', 'node_modules']) {
    await symlink(join(root, path), join(clone, path), 'junction');
  }
  return clone;
}

/** Somebody has done step 1, and has ended the event of step 2 with one line break. */
async function writeExercise(clone: string): Promise<void> {
  const lesson = findLesson(clone, '01');
  const { directory } = await openExercise(clone, lesson);
  const file = join(await deriveLesson(clone, lesson, 2), 'server.ts');
  const text = await readFile(file, 'utf8');
  const mistaken = text.replace(EVENT, () => EVENT.replace('\\n\\n', '\\n'));
  if (mistaken === text) throw new Error('lesson 01 has changed, and the mistake with it');
  await writeFile(join(directory, 'server.ts'), mistaken);
}

async function take(browser: Browser, hub: Hub, look: (typeof LOOKS)[number]): Promise<void> {
  const { name, width, height, colorScheme } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: SCALE,
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  context.setDefaultTimeout(DEADLINE);
  const page = await context.newPage();
  await page.goto(`${hub.address}lessons/01-event-stream#key=${hub.key}`);
  await prepare(page);
  const file = join(pictures, `${name}.png`);
  const picture = smallPng(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  await context.close();
  await writeFile(file, picture);
  const size = `${Math.round(picture.length / 1024)} KB`;
  process.stdout.write(`${relative(root, file)} (${width} × ${height}, ${size})\n`);
}

/** Brings the page into the state of the picture: judged, connected, some events on the tape. */
async function prepare(page: Page): Promise<void> {
  const editor = page.locator('#editor-host .cm-content');
  await editor.focus();
  await page.evaluate(() => document.fonts.ready);
  await judge(page);
  await judge(page); // the first time everything is done for the first time

  // The function with the mistake is shown, and nothing has the focus. The editor has only those lines
  // that are near: first it is led there.
  const scroller = page.locator('#editor-host .cm-scroller');
  await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight / 2));
  await scroller.locator('.cm-line', { hasText: FIRST_LINE }).evaluate((line) => {
    line.closest('.cm-scroller')!.scrollTop = (line as HTMLElement).offsetTop;
    (document.activeElement as HTMLElement | null)?.blur();
  });
  await page.locator('#stage').evaluate((stage, isNarrow) => {
    if (isNarrow) stage.scrollIntoView();
    else scrollTo(0, 0);
  }, page.viewportSize()!.width < 900);

  const frame = page.frameLocator('#frame iframe');
  // Whichever connection came first is on the tape: let it be the same one in all pictures.
  await frame.locator('wire-view button', { hasText: 'B fetch' }).dispatchEvent('click');
  for (const reader of ['EventSource', 'fetch']) {
    const entries = frame.locator(`event-log[reader="${reader}"] .entries li`, {
      hasText: /\d\d:\d\d:\d\d/,
    });
    await entries.nth(EVENTS - 1).waitFor({ state: 'attached' });
  }
  await frame.locator('wire-view', { hasText: 'data: ' }).waitFor({ state: 'attached' });
}

async function judge(page: Page): Promise<void> {
  const judged = page.waitForResponse((response) => response.url().endsWith('/check'));
  await page.keyboard.press('ControlOrMeta+Enter');
  await judged;
  await page.locator('.flap[data-state="failed"] pre').first().waitFor();
  await page.getByText(/^judged in \d+ ms$/).waitFor();
}

/** Ports of which nobody uses one just now. */
async function freePorts(): Promise<{ first: number; second: number }> {
  const servers = [createServer(), createServer()];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  const [first, second] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return { first: first!, second: second! };
}
