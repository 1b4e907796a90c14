// The order in which a browser is looked for, on each system, without needing one here.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findBrowser, type Surroundings, usualPlaces } from '../../scripts/checking/browser.ts';
import { KitError } from '../../scripts/kit-error.ts';

function machine(changes: Partial<Surroundings> & { programs?: string[] }): Surroundings {
  return {
    platform: 'linux',
    env: { PATH: '/usr/bin' },
    userId: 1000,
    isProgram: (path) => (changes.programs ?? []).includes(path),
    playwrights: async () => '/playwright/chrome',
    ...changes,
  };
}

test('the browser that PLAYWRIGHT_CHROMIUM names comes before any other', async () => {
  const found = await findBrowser(
    machine({
      env: { PATH: '/usr/bin', PLAYWRIGHT_CHROMIUM: '/mine/chrome' },
      programs: ['/mine/chrome', '/playwright/chrome', '/usr/bin/chromium'],
    }),
  );
  assert.equal(found?.executablePath, '/mine/chrome');
});

test('a PLAYWRIGHT_CHROMIUM that is not there is said and not passed over', async () => {
  await assert.rejects(
    findBrowser(
      machine({ env: { PLAYWRIGHT_CHROMIUM: '/gone/chrome' }, programs: ['/usr/bin/chromium'] }),
    ),
    (error) => error instanceof KitError && error.message.includes('/gone/chrome'),
  );
});

test("Playwright's own browser comes before an installed one", async () => {
  const both = machine({ programs: ['/playwright/chrome', '/usr/bin/chromium'] });
  assert.equal((await findBrowser(both))?.executablePath, '/playwright/chrome');
  const one = machine({ programs: ['/usr/bin/chromium'] });
  assert.equal((await findBrowser(one))?.executablePath, '/usr/bin/chromium');
});

test('of the installed ones the one without windows comes first', async () => {
  const programs = ['/usr/bin/chromium', '/usr/bin/chromium-headless-shell'];
  const found = await findBrowser(machine({ programs }));
  assert.equal(found?.executablePath, '/usr/bin/chromium-headless-shell');
});

test('where there is no browser, none is found', async () => {
  assert.equal(await findBrowser(machine({})), undefined);
});

test('the sandbox is left out for root on Linux, and for nobody else', async () => {
  const programs = ['/playwright/chrome'];
  const sandboxed = async (changes: Partial<Surroundings>) =>
    !(await findBrowser(machine({ programs, ...changes })))?.args.includes('--no-sandbox');
  assert.equal(await sandboxed({ userId: 0 }), false);
  assert.equal(await sandboxed({ userId: 1000 }), true);
  assert.equal(await sandboxed({ userId: 0, platform: 'darwin' }), true);
  assert.equal(await sandboxed({ userId: undefined, platform: 'win32' }), true);
});

test('the usual places of macOS and Windows hold Chrome, Chromium and Edge', () => {
  const mac = usualPlaces({ platform: 'darwin', env: { HOME: '/Users/ada' } });
  assert.ok(mac.includes('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'));
  assert.ok(mac.includes('/Users/ada/Applications/Chromium.app/Contents/MacOS/Chromium'));
  const windows = usualPlaces({
    platform: 'win32',
    env: { PROGRAMFILES: 'C:\\Program Files', 'PROGRAMFILES(X86)': 'C:\\Program Files (x86)' },
  });
  assert.ok(windows.includes('C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'));
  assert.ok(windows.includes('C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'));
});
