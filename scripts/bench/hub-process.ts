// The hub as a process of its own, started as `npm start` does it; and what such a process costs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { KitError } from '../kit-error.ts';
import { atTheEnd } from './tidying.ts';

const PATIENCE = 30_000; // milliseconds for the hub to say where it is

export interface HubProcess {
  child: ChildProcess;
  port: number;
  /** The address with the key behind its `#`. */
  link: string;
  /** The address of a page with the key. */
  page: (path: string) => string;
  /** Ends it in good order. */
  end: () => Promise<void>;
}

/**
 * Starts the hub of a clone.
 *
 * @throws KitError with what it said, if it does not come up
 */
export async function startHub(root: string): Promise<HubProcess> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      '--import',
      './scripts/typescript/register.js',
      'scripts/start.ts',
      '--no-open',
      '--port',
      String(port),
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.once(
    'exit',
    atTheEnd(() => child.kill('SIGKILL')),
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000);
    });
  }
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const link = /is open: (\S+)\n/.exec(said)?.[1];
    if (link) {
      const { hash } = new URL(link);
      const page = (path: string) => `http://localhost:${port}/${path}${hash}`;
      return { child, port, link, page, end: () => endProcess(child) };
    }
    if (child.exitCode !== null || performance.now() > deadline) {
      await endProcess(child);
      throw new KitError(`The hub did not start. It said: ${said.trim() || 'nothing'}`);
    }
    await pause(5);
  }
}

/** SIGTERM, and SIGKILL for who does not listen. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(insist);
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
