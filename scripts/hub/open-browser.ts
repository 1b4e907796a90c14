// Opens the hub in the learner's browser. The key must not be seen in a list of processes, so the
// browser is given a private file that leads on to the address.
import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kitFolder } from '../course/writing.ts';
import { escapeHtml } from './markup.ts';

const OPENERS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'open',
  win32: 'explorer.exe',
};

/**
 * Opens an address, if there is anything to open it with. That it fails is no error: the address
 * has been printed.
 *
 * @param address with the key behind its `#`
 * @returns whether a browser was asked to open it
 */
export async function openBrowser(
  root: string,
  address: string,
  env = process.env,
): Promise<boolean> {
  if (!hasScreen(env)) return false;
  try {
    const file = join(await kitFolder(root), 'open.html');
    await rm(file, { force: true }); // `mode` counts only for a file that is made anew
    await writeFile(file, pageLeadingTo(address), { mode: 0o600, flag: 'wx' });
    return await start(file, env);
  } catch {
    return false;
  }
}

function hasScreen(env: NodeJS.ProcessEnv): boolean {
  if (env.CI) return false;
  if (process.platform === 'win32' || process.platform === 'darwin') return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

function pageLeadingTo(address: string): string {
  const script = JSON.stringify(address).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Down the Wire</title>
<script>location.replace(${script});</script>
<p><a href="${escapeHtml(address)}">Open the hub</a></p></html>
`;
}

/** Starts the system's opener without a shell; resolves when it runs or cannot. */
function start(file: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(OPENERS[process.platform] ?? 'xdg-open', [file], {
      env,
      detached: true,
      stdio: 'ignore',
    });
    child.once('error', () => resolve(false));
    child.once('spawn', () => resolve(true));
    child.unref();
  });
}
