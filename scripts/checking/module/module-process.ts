// A process for one module of the learner's, as a check holds it. It is started when it is needed
// first, and all checks of one judging give it their orders; see bounds.js for the other end.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Order, Report, RunResult, Stop } from './reports.ts';

const BOUNDS = fileURLToPath(new URL('./bounds.js', import.meta.url));
const WINDOWS = process.platform === 'win32';

/** What came of an order: the results so far, and why there are no more. */
export interface Outcome {
  results: RunResult[];
  stop?: Stop;
}

interface Waiting {
  results: RunResult[];
  settle: (outcome: Outcome) => void;
}

export class ModuleProcess {
  #child: ChildProcess | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #closed = false;

  /**
   * Has the module do what an order says. Orders are carried out one after the other.
   *
   * @returns the results, one for each run; fewer if it was stopped
   */
  carryOut(order: Omit<Order, 'id'>): Promise<Outcome> {
    if (this.#closed) return Promise.resolve({ results: [], stop: { kind: 'left' } });
    const id = ++this.#asked;
    this.#child ??= this.#start();
    const { stdin } = this.#child;
    return new Promise((settle) => {
      this.#waiting.set(id, { results: [], settle });
      stdin?.write(`${JSON.stringify({ ...order, id })}\n`);
    });
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
    child.once('error', () => this.#lose(child));
    child.once('close', () => this.#lose(child));
    return child;
  }

  #hear(line: string): void {
    const report = JSON.parse(line) as Report;
    const waiting = this.#waiting.get(report.order);
    if (!waiting) return;
    if (report.result) waiting.results.push(report.result);
    if (!report.over) return;
    this.#waiting.delete(report.order);
    const { stop } = report;
    waiting.settle({ results: waiting.results, ...(stop && { stop }) });
    if (stop && stop.kind !== 'unloaded') this.#giveUp({ ...stop, run: undefined });
  }

  /** Whoever waits behind a loop that never ends would find another: one second of it is enough. */
  #giveUp(stop: Stop): void {
    for (const { settle } of this.#waiting.values()) settle({ results: [], stop });
    this.#waiting.clear();
    this.#child?.stdin?.end();
    this.#child = undefined;
  }

  /** A process that dies while it is needed has used up its memory, more than its thread was told. */
  #lose(child: ChildProcess): void {
    if (this.#child !== child) return;
    const [first] = this.#waiting.values();
    if (first) {
      const stop: Stop = { kind: 'full', run: first.results.length };
      first.settle({ results: first.results, stop });
    }
    this.#giveUp({ kind: 'full' });
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}
