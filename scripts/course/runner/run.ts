// One run of a program: from its start, over what it says and what goes wrong, to its end.
import { basename, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { translateProgram } from '../../typescript/program.ts';
import { answersAt } from './answers-at.ts';
import { type Output, OutputLog } from './output.ts';
import type { ChildReport, Counts, Exit, OwnedProcess, Thrown } from './owned-process.ts';
import {
  exitProblem,
  floodOfOutput,
  floodOfWrites,
  missingFile,
  type Program,
  portInUse,
  type RunProblem,
  thrownProblem,
} from './problem.ts';

export interface RunRequest {
  /** The lesson's folder; messages name files relative to it. */
  directory: string;
  /** What to run, within the directory; default server.ts. */
  file?: string;
  /** Where the program is to listen: it finds it in PORT. */
  port: number;
  /** What the world sees, where a relay stands in front: PUBLIC_PORT. */
  publicPort: number;
  /** For a second origin: SECOND_PORT. */
  secondPort?: number;
  /** Lesson milliseconds in a real one: 1 (default) is real time. */
  speed?: number;
  env?: Record<string, string>;
}

/** Counts of what the program holds; `busyFor`: milliseconds for which it has not answered. */
export type RunState = Counts;

const LOCAL = new Set(['127.0.0.1', '0.0.0.0', '::', '::ffff:127.0.0.1']);
const CAUSE = 1000; // milliseconds between an error and the end that it causes
const STATE_PATIENCE = 1000; // milliseconds: even a busy program answers, through its watcher

export class Run {
  readonly port: number;
  /** Of the program itself, without a relay. */
  readonly origin: string;
  /** Epoch milliseconds. */
  readonly startedAt = performance.timeOrigin + performance.now();
  #program: Program;
  #process: OwnedProcess | undefined;
  #log = new OutputLog();
  #problem: RunProblem | undefined;
  /** Whether the program has been told to run: what answered before was not the program. */
  #begun = false;
  #listens = false;
  #stopped = false;
  #thrown: (Thrown & { at: number }) | undefined;
  #refused: { port: number; code: string } | undefined;
  #outputListeners = new Set<(output: Output) => void>();
  #problemListeners = new Set<(problem: RunProblem) => void>();
  #news = new Set<() => void>();
  #questions = new Map<number, (counts: Counts | undefined) => void>();
  #asked = 0;

  /** For the runner alone. @param owned undefined where there is no file to run */
  constructor(request: RunRequest, path: string, owned: OwnedProcess | undefined) {
    this.port = request.port;
    this.origin = `http://127.0.0.1:${request.port}`;
    this.#program = {
      directory: resolve(request.directory),
      file: request.file ?? basename(path),
      port: request.port,
    };
    this.#process = owned;
    if (!owned) {
      queueMicrotask(() => this.#fail(missingFile(this.#program)));
      return;
    }
    owned.onReport = (report) => this.#hear(report);
    owned.onOutput = (stream, bytes) => this.#print(stream, bytes);
    owned.exited.then((exit) => this.#exited(owned, exit));
    void this.#begin(owned, request, path);
  }

  /** What keeps it from running, once that is certain. The program has been ended then. */
  get problem(): RunProblem | undefined {
    return this.#problem;
  }

  /** The latest 64 KiB of what the program printed, without control sequences. */
  get output(): Output[] {
    return this.#log.entries;
  }

  /** @param listener called for each piece of output from now on */
  onOutput(listener: (output: Output) => void): void {
    this.#outputListeners.add(listener);
  }

  /** @param listener called once when there is a problem, soon if there is one already */
  onProblem(listener: (problem: RunProblem) => void): void {
    this.#problemListeners.add(listener);
    const problem = this.#problem;
    if (problem) queueMicrotask(() => listener(problem));
  }

  /**
   * Waits until a connection to the port succeeds, whoever it is that listens there.
   * @param milliseconds how long to wait
   * @returns false at the deadline, or as soon as the program has ended
   */
  async listening(milliseconds: number): Promise<boolean> {
    const deadline = performance.now() + milliseconds;
    while (!this.#listens && this.#isAlive && performance.now() < deadline) {
      // The program's own report is quicker. Connecting finds what another process of it listens to.
      const pause = performance.now() - deadline + milliseconds < 100 ? 5 : 25;
      await this.#newsWithin(Math.min(pause, Math.max(0, deadline - performance.now())));
      if (this.#listens || !this.#isAlive || !this.#begun) continue;
      if (await answersAt(this.port)) this.#hasListened();
    }
    return this.#listens && this.#isAlive;
  }

  /**
   * How the program is, also when its main thread is busy.
   * @returns undefined when it has ended
   */
  state(): Promise<RunState | undefined> {
    const owned = this.#process;
    if (!owned || !this.#isAlive) return Promise.resolve(undefined);
    const question = ++this.#asked;
    return new Promise((resolve) => {
      const settle = (counts: Counts | undefined) => {
        clearTimeout(timer);
        this.#questions.delete(question);
        resolve(counts);
      };
      const timer = setTimeout(() => settle(undefined), STATE_PATIENCE);
      this.#questions.set(question, settle);
      owned.order({ state: question });
    });
  }

  /** Kills all processes of the run; resolves when they are gone, and the port is free again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#tellNews();
    await this.#process?.end();
  }

  get #isAlive(): boolean {
    return !this.#stopped && !this.#problem && this.#process?.exit === undefined;
  }

  async #begin(owned: OwnedProcess, request: RunRequest, path: string): Promise<void> {
    const ports = [request.port, request.secondPort].filter((port) => port !== undefined);
    const [translation, ...taken] = await Promise.all([
      translateProgram(path),
      ...ports.map((port) => port > 0 && answersAt(port)),
    ]);
    if (!this.#isAlive) return;
    const inUse = ports.find((_, index) => taken[index]);
    if (inUse !== undefined) return this.#fail(portInUse(this.#program, inUse, true));
    const env: Record<string, string> = {
      PORT: String(request.port),
      PUBLIC_PORT: String(request.publicPort),
      ...(request.secondPort === undefined ? {} : { SECOND_PORT: String(request.secondPort) }),
      ...request.env,
    };
    owned.order({ run: { file: path, translation, env, speed: request.speed ?? 1 } });
    this.#begun = true;
  }

  #hear(report: ChildReport & Partial<Counts>): void {
    if (report.state !== undefined) {
      const { timers = 0, children = 0, sockets = 0, writesAfterClose = 0, sources = 1 } = report;
      const { held = 0, pieces = 0, encoded = 0, lost = 0 } = report;
      const { worked = 0, busyFor = 0 } = report;
      const written = { held, pieces, encoded, writesAfterClose };
      const counts = { timers, children, sockets, ...written, sources, lost, worked, busyFor };
      this.#questions.get(report.state)?.(counts);
    } else if (report.listening) {
      const { port, address } = report.listening;
      if (port === this.port && LOCAL.has(address)) this.#hasListened();
    } else if (report.refused) {
      const { port, code } = report.refused;
      this.#refused = report.refused;
      // Whoever answers on its port from now on is somebody else.
      if (code === 'EADDRINUSE' && port === this.port) {
        this.#fail(portInUse(this.#program, port, true));
      }
    } else if (report.flooded) {
      this.#fail(floodOfOutput(this.#program, report.flooded));
    } else if (report.overfull) {
      this.#fail(floodOfWrites(this.#program, report.overfull));
    } else if (report.thrown) {
      this.#thrown = { ...report.thrown, at: performance.now() };
      // A program that cannot be loaded ends for certain. What it throws later it may still handle.
      if (report.thrown.origin === 'load') this.#fail(thrownProblem(this.#program, report.thrown));
    }
  }

  #print(stream: Output['stream'], bytes: Buffer): void {
    if (this.#log.flood) return;
    const output = this.#log.add(stream, bytes);
    if (output) for (const listener of this.#outputListeners) listener(output);
    if (this.#log.flood) this.#fail(floodOfOutput(this.#program, this.#log.flood));
  }

  async #exited(owned: OwnedProcess, exit: Exit): Promise<void> {
    for (const settle of this.#questions.values()) settle(undefined);
    if (this.#stopped || this.#problem) return;
    // What was thrown long ago was caught after all, and is not why it ended.
    const thrown = performance.now() - (this.#thrown?.at ?? 0) < CAUSE ? this.#thrown : undefined;
    await owned.lastWords();
    if (thrown) return this.#fail(thrownProblem(this.#program, thrown));
    if (this.#refused?.code === 'EADDRINUSE') {
      return this.#fail(portInUse(this.#program, this.#refused.port, false));
    }
    const lastError = this.#log.lastLine('stderr');
    const outOfMemory = this.output.some(({ text }) => text.includes('heap out of memory'));
    const more = { listened: this.#listens, lastError, outOfMemory };
    this.#fail(exitProblem(this.#program, exit, more));
  }

  #fail(problem: RunProblem): void {
    if (this.#problem || this.#stopped) return;
    this.#problem = problem;
    void this.#process?.end();
    for (const listener of this.#problemListeners) listener(problem);
    this.#tellNews();
  }

  #hasListened(): void {
    this.#listens = true;
    this.#tellNews();
  }

  #tellNews(): void {
    for (const wake of this.#news) wake();
  }

  async #newsWithin(milliseconds: number): Promise<void> {
    const over = new AbortController();
    const wake = () => over.abort();
    this.#news.add(wake);
    await delay(milliseconds, undefined, { signal: over.signal }).catch(() => {});
    this.#news.delete(wake);
  }
}
