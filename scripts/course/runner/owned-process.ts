// One process of a learner's program, as the runner holds it: started, spoken to, and ended
// together with everything that it started.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { programEnvironment } from './environment.ts';
import { kill, killProcesses, livingProcesses } from './processes.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
const WINDOWS = process.platform === 'win32';
const LAST_WORDS = 150; // milliseconds to wait for output after the end
const PATIENCE = 5000; // milliseconds after which ending a run is given up

/** What the program threw, as child.js reports it. */
export interface Thrown {
  origin: 'load' | 'exception' | 'rejection';
  name: string;
  message: string;
  stack: string;
  code: string;
  port: number;
}

export interface Counts {
  timers: number;
  /** Processes that it has started, and that have not ended. */
  children: number;
  sockets: number;
  /** Bytes that were written and that its clients have not taken. */
  held: number;
  /** Pieces that were written to responses so far. */
  pieces: number;
  /** How many of these were encoded for one response alone. */
  encoded: number;
  writesAfterClose: number;
  /** What can make it act by itself; 0: it waits for its clients and for nothing else. */
  sources: number;
  /** Real milliseconds by which timers of a fast clock have come too late, all in all. */
  lost: number;
  /** Real milliseconds for which its main thread had a processor. */
  worked: number;
  busyFor: number;
}

/** One line of what the child tells; each has one of these. */
export interface ChildReport {
  ready?: true;
  listening?: { port: number; address: string };
  refused?: { port: number; code: string };
  flooded?: string;
  overfull?: string;
  thrown?: Thrown;
  state?: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started at all. */
  error?: Error;
}

export class OwnedProcess {
  readonly tag = randomUUID();
  /** Whether the process has gone, by itself or not. */
  exit: Exit | undefined;
  readonly startedAt = performance.now();
  /** Whether it can take an order at once. */
  ready = false;
  /** Resolves when the process itself has gone; what it started may still be there. */
  readonly exited: Promise<Exit>;
  /** Called when a spare is warm. */
  onReady: () => void = () => {};
  onReport: (report: ChildReport & Partial<Counts>) => void = () => {};
  onOutput: (stream: 'stdout' | 'stderr', bytes: Buffer) => void = () => {};
  #child: ChildProcess;
  #closed: Promise<unknown>;
  #ending: Promise<void> | undefined;

  /**
   * @param purpose a spare warms itself up and does not keep the kit alive; a process for a run
   *   that waits is ready sooner
   */
  constructor(purpose: 'spare' | 'run') {
    const child = spawn(process.execPath, [CHILD, purpose], {
      env: programEnvironment(process.env, this.tag),
      detached: !WINDOWS, // so that it leads a group of its own
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.#child = child;
    this.#closed = once(child, 'close').catch(() => {});
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.once('error', (error) => resolve({ code: null, signal: null, error }));
    });
    this.exited.then((exit) => {
      this.exit = exit;
    });
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (bytes: Buffer) => this.onOutput(name, bytes));
    }
    for (const stream of child.stdio) stream?.on('error', () => {}); // the exit tells
    const reports = child.stdio[3] as Readable | undefined;
    if (reports) createInterface({ input: reports }).on('line', (line) => this.#hear(line));
    if (purpose === 'spare') this.#hold('unref');
  }

  /** @returns undefined if it could not be started */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Gives an order to the child: to run a program, or to tell how it is. */
  order(order: { run: object } | { state: number }): void {
    if (this.exit) return;
    if ('run' in order) this.#hold('ref');
    (this.#child.stdio[4] as Writable | undefined)?.write(`${JSON.stringify(order)}\n`);
  }

  /** Resolves when all output of an ended process has come, or has had time enough to come. */
  async lastWords(): Promise<void> {
    await Promise.race([this.#closed, delay(LAST_WORDS, undefined, { ref: false })]);
  }

  /**
   * Kills the process and all that it started, and resolves when none is alive. It asks nobody
   * first: a program that ignores SIGTERM is as welcome here as any.
   */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const { pid } = this;
    this.#hold('ref'); // a spare and its pipes are not waited for otherwise
    if (pid !== undefined && WINDOWS) await this.#endTree(pid);
    else if (pid !== undefined) await this.#endGroup(pid);
    await this.lastWords(); // what it printed may still be on its way
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  async #endGroup(leader: number): Promise<void> {
    const known = new Set<number>();
    const giveUpAt = performance.now() + PATIENCE;
    // First see who belongs to it: orphans no longer tell whose children they were.
    if (!this.exit) livingProcesses(leader, this.tag, known);
    kill(-leader);
    let alive = killProcesses(leader, this.tag, known);
    if (!this.exit) await Promise.race([this.exited, delay(PATIENCE, undefined, { ref: false })]);
    while (alive > 0 && performance.now() < giveUpAt) {
      alive = killProcesses(leader, this.tag, known);
      if (alive > 0) await delay(2);
    }
  }

  async #endTree(leader: number): Promise<void> {
    if (!this.exit) {
      await new Promise((resolve) =>
        execFile('taskkill', ['/pid', `${leader}`, '/T', '/F'], { windowsHide: true }, resolve),
      );
    }
    await Promise.race([this.exited, delay(PATIENCE, undefined, { ref: false })]);
  }

  /** Whether the kit's own process waits for this one. */
  #hold(how: 'ref' | 'unref'): void {
    this.#child[how]();
    for (const stream of this.#child.stdio) (stream as { ref?(): void; unref?(): void })?.[how]?.();
  }

  #hear(line: string): void {
    let report: ChildReport & Partial<Counts>;
    try {
      report = JSON.parse(line);
    } catch {
      return; // cut short by the end of the process
    }
    if (report.ready) {
      this.ready = true;
      this.onReady();
    }
    this.onReport(report);
  }
}
