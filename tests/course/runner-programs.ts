// Small programs for the runner's tests: written into a folder of their own, started, awaited.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRunner, type Run, type RunRequest } from '../../scripts/course/runner.ts';

const PAGE = `import { createServer, type RequestListener } from 'node:http';
export const listen = (listener: RequestListener = (_request, response) => response.end('here')) =>
  createServer(listener).listen(Number(process.env.PORT), '127.0.0.1');
`;

const root = mkdtempSync(join(tmpdir(), 'down-the-wire-runner-'));
writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
/** A runner without spares, which is closed after the tests of the file. */
export const runner = createRunner();
after(async () => {
  await runner.close();
  rmSync(root, { recursive: true, force: true });
});

/** A lesson's folder with this server.ts, and a page.ts that has `listen(listener?)`. */
export function writeProgram(name: string, text: string): string {
  const directory = join(root, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'page.ts'), PAGE);
  writeFileSync(join(directory, 'server.ts'), text);
  return directory;
}

/** A port that nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Writes a program and starts it on a free port. */
export async function startProgram(
  name: string,
  text: string,
  more: Partial<RunRequest> = {},
): Promise<Run> {
  const port = more.port ?? (await freePort());
  return runner.start({ directory: writeProgram(name, text), port, publicPort: port, ...more });
}

/** What a run has printed so far. */
export function printed(run: Run, stream?: 'stdout' | 'stderr'): string {
  const wanted = run.output.filter((output) => !stream || output.stream === stream);
  return wanted.map((output) => output.text).join('');
}

/** Looks again and again until there is something to see. */
export async function until<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  milliseconds = 20_000,
): Promise<NonNullable<Value>> {
  const deadline = performance.now() + milliseconds;
  while (performance.now() < deadline) {
    const seen = await look();
    if (seen) return seen as NonNullable<Value>;
    await delay(5);
  }
  return assert.fail(`not within ${milliseconds} ms: ${what}`);
}
