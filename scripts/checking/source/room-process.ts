// The process for a learner's event source, as the checks hold it: started when it is needed first, and
// shared by all checks of one judging, which take turns. See bounds.js for the other end.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Turns } from '../page/turns.ts';
import type { Order, Report, Result, Thrown, Told } from './orders.ts';

const BOUNDS = fileURLToPath(new URL('./bounds.js', import.meta.url));
const WINDOWS = process.platform === 'win32';

/** Whoever has its turn. */
export interface Listener {
  told: (told: Told, visit: number) => void;
  uncaught: (thrown: Thrown) => void;
  /** It burns the processor, or it is gone. */
  lost: (why: 'loops' | 'gone') => void;
}

export class RoomProcess {
  readonly turns = new Turns(1);
  listener: Listener | undefined;
  /** How many event sources have been made. */
  visits = 0;
  #child: ChildProcess | undefined;
  readonly #waiting = new Map<number, (result: Result) => void>();
  #asked = 0;
  #closed = false;

  /** @returns never, if the process is lost: the listener is told */
  carryOut(order: Order): Promise<Result> {
    if (this.#closed) return new Promise(() => {});
    this.#child ??= this.#start();
    const id = ++this.#asked;
    this.#child.stdin?.write(`${JSON.stringify({ ...order, id })}\n`);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** Ends the process, whatever it is doing. */
  close(): void {
    this.#closed = true;
    const pid = this.#child?.pid;
    if (pid === undefined || this.#child?.exitCode !== null) return;
    // Its own group as well: a module may start programs, though none is meant to.
    if (WINDOWS) this.#child.kill('SIGKILL');
    else killGroup(pid);
  }

  #start(): ChildProcess {
    const child = spawn(process.execPath, [BOUNDS], {
      detached: !WINDOWS,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
      windowsHide: true,
    });
    for (const stream of child.stdio) stream?.on('error', () => {}); // the exit tells
    createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => this.#hear(line));
    child.once('close', () => this.#lose(child, 'gone'));
    child.once('error', () => this.#lose(child, 'gone'));
    return child;
  }

  #hear(line: string): void {
    const report = JSON.parse(line) as Report;
    if ('told' in report) this.listener?.told(report.told, report.visit);
    else if ('uncaught' in report) this.listener?.uncaught(report.uncaught);
    else if ('loops' in report) this.#lose(this.#child, 'loops');
    else this.#settle(report);
  }

  #settle(report: { id: number; result: Result }): void {
    this.#waiting.get(report.id)?.(report.result);
    this.#waiting.delete(report.id);
  }

  #lose(child: ChildProcess | undefined, why: 'loops' | 'gone'): void {
    if (child === undefined || child !== this.#child) return;
    this.#child = undefined; // whoever is next gets another
    this.#waiting.clear();
    this.listener?.lost(why);
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}
