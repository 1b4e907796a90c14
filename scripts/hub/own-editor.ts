// Opens a file of the exercise in the learner's own editor.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { Refusal } from './refusal.ts';

/** Editors with a window of their own: one that wants a terminal has none here. */
const WITH_WINDOW = [
  ...['code', 'codium', 'code-insiders', 'cursor', 'windsurf', 'zed', 'subl', 'webstorm', 'idea'],
  ...['gedit', 'gnome-text-editor', 'kate', 'mousepad', 'mate', 'bbedit', 'gvim', 'nova'],
];

const OPENERS: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open', '-t'],
  win32: ['notepad.exe'],
};

/**
 * Starts an editor: `VISUAL` or `EDITOR` if it has a window, else one that is installed, else what
 * the system opens text with.
 *
 * @param file absolute path
 * @returns the name of what was started
 * @throws {Refusal} 422 with the file's path, when nothing can be started
 */
export async function openInEditor(file: string, env = process.env): Promise<string> {
  for (const command of candidates(env)) {
    if (await starts(command, file, env)) return basename(command[0]!);
  }
  throw new Refusal(422, `No editor with a window was found; open ${file} in yours by hand.`);
}

function candidates(env: NodeJS.ProcessEnv): string[][] {
  const wished = [env.VISUAL, env.EDITOR]
    .map((command) => command?.trim().split(/\s+/) ?? [])
    .filter(([name]) => name && WITH_WINDOW.includes(basename(name).replace(/\.(exe|cmd)$/i, '')));
  const installed = WITH_WINDOW.filter((name) => isInstalled(name, env)).map((name) => [name]);
  const system = OPENERS[process.platform] ?? ['xdg-open'];
  return [...wished, ...installed.slice(0, 1), system];
}

function isInstalled(name: string, env: NodeJS.ProcessEnv): boolean {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return folders.some((folder) =>
    endings.some((ending) => existsSync(join(folder, name + ending))),
  );
}

/** Whether the command could be started and did not fail at once. */
function starts(
  [command, ...args]: string[],
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  return new Promise((resolve) => {
    // Windows runs a .cmd only through its shell, which takes the pieces of a quoted line.
    const [program, before] =
      process.platform === 'win32' ? ['cmd.exe', ['/d', '/c', command!]] : [command!, []];
    const child = spawn(program, [...before, ...args, file], {
      env,
      stdio: 'ignore',
      detached: true,
      windowsHide: true,
    });
    const grace = setTimeout(() => resolve(true), 500);
    child.once('error', () => finish(false));
    child.once('exit', (code) => finish(code === 0));
    child.unref();

    function finish(started: boolean) {
      clearTimeout(grace);
      resolve(started);
    }
  });
}
