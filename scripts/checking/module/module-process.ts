// A process for one module of the learner's, as a check holds it. It is started when it is needed
// first, and all checks of one judging give it their orders; see bounds.js for the other end.
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endProcess, startProcess } from '../learners-process.ts';
import type { Order, Report, RunResult, Stop } from './reports.ts';

const BOUNDS = fileURLToPath(new URL('./bounds.js', import.meta.url));

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
    endProcess(this.#child);
  }

  #start(): ChildProcess {
    const child = startProcess(BOUNDS, (line) => this.#hear(line));
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
