// The peer of the loop: a cold `tsx` start of the finished server, from nothing to its first answer.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lesson } from '../course/lessons.ts';
import { endProcess, freePort } from './hub-process.ts';

const PATIENCE = 20_000;

/** @returns milliseconds from the start of the process to the first byte of its answer */
export async function timeColdStart(root: string, lesson: Lesson): Promise<number> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', join(lesson.directory, 'server.ts')], {
    cwd: root,
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  });
  try {
    while (!(await answers(port))) {
      if (performance.now() - begun > PATIENCE) return Number.NaN;
      await pause(2);
    }
    return performance.now() - begun;
  } finally {
    await endProcess(child);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () =>
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    );
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
