// Runs a learner's program, or a finished server, in a process of its own; tells why it does not
// run; and leaves nothing behind.
//
// A cold start takes some 200 ms, so spare processes wait, warmed up, and become the program within
// milliseconds. See runner/child.js for the other end.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { warmTranslation } from '../typescript/program.ts';
import { OwnedProcess } from './runner/owned-process.ts';
import { Run, type RunRequest } from './runner/run.ts';

export type { Output } from './runner/output.ts';
export type { RunProblem } from './runner/problem.ts';
export type { Run, RunRequest, RunState } from './runner/run.ts';

export interface RunnerOptions {
  /** How many processes wait for the next start once there has been one; default 0. */
  spares?: number;
  /** Milliseconds after the last use at which spares are let go; default two minutes. */
  idle?: number;
  /** Milliseconds after a start until its spare is replaced; default 300. */
  refill?: number;
}

const WARMING = 3000; // milliseconds after which a spare that is not ready is in some trouble
/** Milliseconds for which no spare is started while a program whose clock runs fast is watched. */
const UNDISTURBED = 1500;

/** @see Runner */
export function createRunner(options: RunnerOptions = {}): Runner {
  return new Runner(options);
}

/** Starts programs and owns all their processes. */
export class Runner {
  #wanted: number;
  #idle: number;
  #refill: number;
  #spares: OwnedProcess[] = [];
  #processes = new Set<OwnedProcess>();
  /** Programs that are being judged: each millisecond of theirs counts. */
  #hurried = new Set<Run>();
  #idleTimer: NodeJS.Timeout | undefined;
  #refillTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ spares = 0, idle = 120_000, refill = 300 }: RunnerOptions) {
    this.#wanted = spares;
    this.#idle = idle;
    this.#refill = refill;
  }

  /**
   * Starts a program, in a spare process where there is one. It returns at once: ask the run
   * whether it listens, and what is wrong with it.
   * @throws TypeError after `close()`
   */
  start(request: RunRequest): Run {
    if (this.#closed) throw new TypeError('This runner is closed: start the program in another.');
    const path = resolve(join(request.directory, request.file ?? 'server.ts'));
    const found = existsSync(path);
    const owned = found ? this.#takeProcess() : undefined;
    const run = new Run(request, path, owned);
    if (owned && (request.speed ?? 1) > 1) {
      this.#hurried.add(run);
      owned.exited.then(() => this.#hurried.delete(run));
    }
    if (this.#wanted > 0) this.warm(this.#wanted, this.#refill);
    return run;
  }

  /**
   * Has so many spare processes ready soon; they are let go when nobody has needed one for long.
   * @param delay milliseconds until the first of them is started
   */
  warm(count: number, delay = 0): void {
    if (this.#closed) return;
    this.#wanted = Math.max(this.#wanted, count);
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.cool(), this.#idle).unref();
    clearTimeout(this.#refillTimer);
    if (delay === 0) this.#fill();
    else this.#refillTimer = setTimeout(() => this.#fill(), delay).unref();
  }

  /** Lets the spares go until the next start, or the next `warm`. */
  cool(): void {
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#refillTimer);
    for (const spare of this.#spares.splice(0)) void spare.end();
  }

  /**
   * Starts spares one after the other: to warm up takes a sixth of a second of a processor, which
   * is then missing elsewhere.
   */
  #fill(): void {
    const isWarming = this.#spares.some((spare) => !spare.ready && isYoung(spare));
    if (this.#closed || isWarming || this.#spares.length >= this.#wanted) return;
    void warmTranslation();
    const now = performance.timeOrigin + performance.now();
    if ([...this.#hurried].some(({ startedAt }) => now - startedAt < UNDISTURBED)) {
      this.warm(this.#wanted, this.#refill || 1);
      return;
    }
    const spare = this.#own(new OwnedProcess('spare'));
    this.#spares.push(spare);
    spare.onReady = () => this.#fill();
    spare.exited.then(() => {
      this.#spares = this.#spares.filter((other) => other !== spare);
    });
  }

  /** How many spares wait, and how many of them are warm. */
  get spares(): { waiting: number; ready: number } {
    const ready = this.#spares.filter((spare) => spare.ready).length;
    return { waiting: this.#spares.length, ready };
  }

  /** Ends every program and every spare, and resolves when nothing of them is alive. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#refillTimer);
    this.#spares = [];
    await Promise.all([...this.#processes].map((owned) => owned.end()));
  }

  #takeProcess(): OwnedProcess {
    const alive = this.#spares.filter((spare) => !spare.exit);
    // One that is about to be ready is still quicker than a new one; one that never is, is not.
    const spare = alive.find((other) => other.ready) ?? alive.find(isYoung);
    this.#spares = alive.filter((other) => other !== spare);
    return spare ?? this.#own(new OwnedProcess('run'));
  }

  #own(owned: OwnedProcess): OwnedProcess {
    this.#processes.add(owned);
    // It may have gone by itself and left something behind.
    owned.exited.then(() => owned.end()).then(() => this.#processes.delete(owned));
    return owned;
  }
}

/** Whether a spare that is not ready may be about to be. */
function isYoung({ startedAt }: OwnedProcess): boolean {
  return performance.now() - startedAt < WARMING;
}
