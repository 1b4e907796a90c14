// An event source of the learner's that is played for one check: what the check can see of it, do to
// it, and ask of it. Each question that is answered with no ends the check with a Failure.
//
// Its time stands still until the check lets it pass; see room.js.
import { execFile } from 'node:child_process';
import type { Otherwise } from '../answer.ts';
import { type Explanation, Failure, seconds, Unseen } from '../failure.ts';
import { indented } from '../page/sentences.ts';
import { SLOW } from '../page/troubles.ts';
import type { Order, Result, Thrown, Told } from './orders.ts';
import type { RoomProcess } from './room-process.ts';
import type { ScriptServer, SourceWire } from './script-server.ts';

/** Real milliseconds in which what is on its way arrives. */
const MOMENT = 250;
/** Real milliseconds for an answer of a process that is not busy by itself. */
const PATIENCE = 20_000;
/** Lines of what happened that an excerpt shows. */
const LINES = 10;

type OpenOrder = Extract<Order, { do: 'open' }>;

export class PlayedSource {
  /** What its listeners were told, oldest first. */
  readonly told: Told[] = [];
  /** Milliseconds of its own time since it was made. */
  now = 0;
  readonly #file: string;
  readonly #room: RoomProcess;
  readonly #server: ScriptServer;
  readonly #story: { at: number; line: string }[] = [];
  readonly #waiting = new Set<() => void>();
  #trouble: Failure | undefined;
  #taken = 0;
  readonly #visit: number;

  /** Use `SourceScene.open`. */
  constructor(file: string, room: RoomProcess, server: ScriptServer) {
    this.#file = file;
    this.#room = room;
    this.#server = server;
    this.#visit = room.visits += 1;
    server.onChange = () => this.#look();
    server.onRequest = (wire) => this.#note(requestLine(wire));
    room.listener = {
      told: (told, visit) => {
        if (visit !== this.#visit) return;
        this.told.push(told);
        this.#note(toldLine(told));
        this.#look();
      },
      uncaught: (thrown, visit) => {
        if (visit === 0 || visit === this.#visit) this.#stop(explainThrown(this.#file, thrown));
      },
      lost: (why) => this.#stop(explainLost(this.#file, why)),
    };
  }

  /**
   * Has it made.
   *
   * @returns what its module exports instead, if there is no such class
   */
  async make(order: Omit<OpenOrder, 'visit'>): Promise<string[] | undefined> {
    if (this.#room.hasLooped) throw explainLost(this.#file, 'loops');
    const result = await this.#answer({ ...order, visit: this.#visit });
    if ('thrown' in result)
      throw explainThrown(this.#file, await placed(order.file, result.thrown));
    return 'exports' in result ? result.exports : undefined;
  }

  /** Every request so far, oldest first. */
  get wires(): readonly SourceWire[] {
    return this.#server.wires;
  }

  /** What happened so far, for an excerpt. */
  get story(): string {
    const all = this.#story.map(({ at, line }) => `+${seconds(at)}  ${line}`);
    const lines = all.length <= LINES ? all : [...all.slice(0, 3), '…', ...all.slice(3 - LINES)];
    return indented(lines);
  }

  /** Ends the check with a sentence, and what happened. */
  fail(sentence: string, otherwise: string): never {
    throw new Failure({ sentence, excerpt: this.story, advice: otherwise, certain: true });
  }

  /** Notes what the check itself does, for whoever reads the story. */
  #note(line: string): void {
    this.#story.push({ at: this.now, line });
  }

  /** The next request: each is given out once. No time passes for it. */
  async request({ otherwise, sentence }: Otherwise & { sentence?: string }): Promise<SourceWire> {
    const wire = await this.comes(() => this.wires[this.#taken]);
    if (!wire) {
      const again = this.#taken > 0 ? ' again' : '';
      this.fail(sentence ?? `No request was made${again}.`, otherwise);
    }
    this.#taken += 1;
    await this.settles();
    return wire;
  }

  /**
   * Lets time pass until the next request, or for so many milliseconds.
   *
   * @returns the request, and how long it took to come; undefined if it did not
   */
  async nextRequest(within: number): Promise<{ wire: SourceWire; wait: number } | undefined> {
    const begin = this.now;
    await this.settles();
    while (this.wires.length <= this.#taken && this.now - begin < within) {
      await this.#pass(within - (this.now - begin));
      if (this.#server.isFlooded) break;
    }
    const wire = this.wires[this.#taken];
    if (!wire) return undefined;
    this.#taken += 1;
    return { wire, wait: this.now - begin };
  }

  /** Lets so many milliseconds pass, with all that they bring. */
  async passes(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    while (this.now < end && !this.#server.isFlooded) await this.#pass(end - this.now);
  }

  async #pass(milliseconds: number): Promise<void> {
    const before = this.now;
    const told = this.#story.length;
    const result = await this.#ask({ do: 'pass', milliseconds });
    const isByTimer = 'passed' in result && result.passed < milliseconds;
    if (isByTimer) await this.settles();
    this.now = before + ('passed' in result ? result.passed : milliseconds);
    for (const note of this.#story.slice(told)) note.at = this.now; // what a timer brings is at its time
  }

  /** Sends a piece over a wire, and waits until it has arrived. */
  async send(wire: SourceWire, piece: string): Promise<void> {
    wire.send(piece);
    this.#note(`the server sends ${JSON.stringify(piece).slice(0, 60)}`);
    await this.settles();
  }

  /** Ends an answer, and waits until that has arrived. */
  async end(wire: SourceWire): Promise<void> {
    this.#note('the server ends the answer');
    wire.end();
    await this.settles();
  }

  /** Breaks a connection off, and waits until that has arrived. */
  async cut(wire: SourceWire): Promise<void> {
    this.#note('the connection breaks off');
    wire.cut();
    await this.settles();
  }

  /** Calls its close(). */
  async close(): Promise<void> {
    this.#note('close() is called');
    await this.#ask({ do: 'close' });
  }

  /** Resolves when all that was on its way has arrived. */
  async settles(): Promise<void> {
    await this.#ask({ do: 'settle' });
  }

  /** Waits until `look` gives something; undefined if all that was on its way has come without it. */
  async comes<T>(look: () => T | undefined | false): Promise<T | undefined> {
    const found = await this.#until(look, MOMENT);
    if (found !== undefined) return found;
    await this.settles();
    return this.#until(look, 10);
  }

  async #ask(order: Order): Promise<Result> {
    const result = await this.#answer(order);
    if ('thrown' in result) throw explainThrown(this.#file, result.thrown);
    return result;
  }

  async #answer(order: Order): Promise<Result> {
    let answered: Result | undefined;
    void this.#room.carryOut(order).then((result) => {
      answered = result;
      this.#look();
    });
    await this.#until(() => answered, PATIENCE);
    if (!answered) throw new Unseen(SLOW);
    return answered;
  }

  #until<T>(look: () => T | undefined | false, milliseconds: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(deadline);
        this.#waiting.delete(attempt);
      };
      const attempt = () => {
        if (this.#trouble) {
          finish();
          return reject(this.#trouble);
        }
        const found = look();
        if (found === undefined || found === false) return;
        finish();
        resolve(found);
      };
      const deadline = setTimeout(() => {
        finish();
        resolve(undefined);
      }, milliseconds);
      this.#waiting.add(attempt);
      attempt();
    });
  }

  #look(): void {
    for (const attempt of [...this.#waiting]) attempt();
  }

  #stop(trouble: Failure): void {
    this.#trouble ??= trouble;
    this.#look();
  }
}

function requestLine({ method, lastEventId, headers }: SourceWire): string {
  const id = lastEventId === undefined ? '' : `, Last-Event-ID: ${lastEventId}`;
  const token = headers.authorization ? `, Authorization: ${headers.authorization}` : '';
  return `${method} /events${token}${id}`;
}

function toldLine({ type, data, readyState }: Told): string {
  const said = data === undefined ? '' : ` ${JSON.stringify(data)}`;
  return `a listener is told: ${type}${said}, readyState ${readyState}`;
}

/** An exception of the learner's own code. */
function explainThrown(file: string, { name, message, line }: Thrown): Failure {
  const where = line > 0 ? ` in line ${line}` : '';
  const what = name === 'SyntaxError' ? `cannot be read${where}` : `throws${where}`;
  return new Failure({
    sentence: `${file} ${what}: ${name}: ${message}`,
    advice:
      name === 'SyntaxError'
        ? 'Mend that first: before, nothing in the file can run.'
        : 'Nobody catches this: mend it first, for nothing else can be judged before.',
    certain: true,
  });
}

/** Where a file cannot be read: the error itself does not say, but Node does when it looks at the file. */
async function placed(path: string, thrown: Thrown): Promise<Thrown> {
  if (thrown.name !== 'SyntaxError' || thrown.line > 0) return thrown;
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, ['--check', path], (_error, _out, words) => resolve(words));
  });
  return { ...thrown, line: Number(/\.js:(\d+)$/m.exec(said)?.[1] ?? 0) };
}

function explainLost(file: string, why: 'loops' | 'gone'): Failure {
  const explanation: Explanation =
    why === 'gone'
      ? {
          sentence: `The program that runs ${file} has ended.`,
          advice: 'Nothing in there may end it.',
        }
      : {
          sentence: `${file} is busy without end, and nothing else can happen there.`,
          advice:
            'JavaScript does one thing at a time: look for a loop that never awaits, or goes on when ' +
            '`done` is true.',
        };
  return new Failure({ ...explanation, certain: true });
}
