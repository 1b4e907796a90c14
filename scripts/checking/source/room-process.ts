// The process for a learner's event source, as the checks hold it: started when it is needed first, and
// shared by all checks of one judging, which take turns. See bounds.js for the other end.
import type { ChildProcess } from 'node:child_process';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { endProcess, startProcess } from '../learners-process.ts';
import { Turns } from '../page/turns.ts';
import type { Order, Report, Result, Thrown, Told } from './orders.ts';

const BOUNDS = fileURLToPath(new URL('./bounds.js', import.meta.url));

/** After so many event sources a process has all their modules in its memory, and another is made. */
const USES = 500;
/** Milliseconds that a process waits for the next judging. */
const IDLE = 120_000;

/** Whoever has its turn. */
export interface Listener {
  told: (told: Told, visit: number) => void;
  uncaught: (thrown: Thrown, visit: number) => void;
  /** It burns the processor, or it is gone. */
  lost: (why: 'loops' | 'gone') => void;
}

export class RoomProcess {
  readonly turns = new Turns(1);
  /** Whether the module has burnt the processor once: it would do so in every check that follows. */
  hasLooped = false;
  listener: Listener | undefined;
  /** How many event sources have been made. */
  visits = 0;
  #child: ChildProcess | undefined;
  readonly #waiting = new Map<number, (result: Result) => void>();
  readonly #echo = createServer((socket) => {
    socket.on('error', () => {}); // the process has gone
    socket.setNoDelay().unref().pipe(socket);
  });
  #asked = 0;
  #closed = false;

  /** The port of a server that says back what it is told. */
  async echoPort(): Promise<number> {
    const port = () => (this.#echo.address() as AddressInfo | null)?.port;
    if (port() === undefined) {
      await new Promise<void>((resolve) => this.#echo.listen(0, '127.0.0.1', resolve));
      this.#echo.unref();
    }
    return port()!;
  }

  /** @returns never, if the process is lost: the listener is told */
  carryOut(order: Order): Promise<Result> {
    if (this.#closed) return new Promise(() => {});
    this.#child ??= this.#start();
    const id = ++this.#asked;
    this.#child.stdin?.write(`${JSON.stringify({ ...order, id })}\n`);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** Of the process, once it has been started. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether another judging can use it. */
  get isFree(): boolean {
    return !this.#closed && !this.hasLooped && this.#waiting.size === 0 && this.visits < USES;
  }

  /** Ends the process, whatever it is doing. */
  close(): void {
    this.#closed = true;
    this.#echo.close();
    endProcess(this.#child);
  }

  #start(): ChildProcess {
    const child = startProcess(BOUNDS, (line) => this.#hear(line));
    // It may wait for the next judging, but nobody waits for it: its pipe ends with us.
    child.unref();
    for (const stream of child.stdio) (stream as Socket | null)?.unref();
    child.once('close', () => this.#lose(child, 'gone'));
    child.once('error', () => this.#lose(child, 'gone'));
    return child;
  }

  #hear(line: string): void {
    const report = JSON.parse(line) as Report;
    if ('told' in report) this.listener?.told(report.told, report.visit);
    else if ('uncaught' in report) this.listener?.uncaught(report.uncaught, report.visit ?? 0);
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
    if (why === 'loops') this.hasLooped = true;
    this.#waiting.clear();
    this.listener?.lost(why);
  }
}

/** A process that has served a judging and waits for the next: to start one takes a fifth of a second. */
let waiting: RoomProcess | undefined;
let idle: NodeJS.Timeout | undefined;

export function takeRoom(): RoomProcess {
  const room = waiting ?? new RoomProcess();
  waiting = undefined;
  clearTimeout(idle);
  return room;
}

/** To be called when a judging is over. */
export function giveBack(room: RoomProcess): void {
  room.listener = undefined;
  if (waiting || !room.isFree) {
    room.close();
    return;
  }
  waiting = room;
  idle = setTimeout(() => {
    waiting = undefined;
    room.close();
  }, IDLE).unref();
}
