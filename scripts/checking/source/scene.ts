// What a check is given to play the exercise's own event source with.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, Unseen } from '../failure.ts';
import type { Answering } from '../page/replies.ts';
import type { Stage } from '../stage.ts';
import type { SourceInit } from './orders.ts';
import { PlayedSource } from './played-source.ts';
import { giveBack, type RoomProcess, takeRoom } from './room-process.ts';
import { ScriptServer } from './script-server.ts';

export interface SourceOptions {
  /** The module of the exercise, and the class in it. */
  file: string;
  name: string;
  /** The constructor's options; `headersInTurn` makes `headers` a function. */
  init?: SourceInit;
  /** Types that are listened for, besides open, message and error. */
  types?: string[];
  /** The data of the event, or the type, at which a listener calls close(). */
  closeAt?: string;
}

const NO_FILES =
  'This is a check of a module, and only a server was named: leave --url out to check the module of ' +
  'your exercise.';

/** One process for all checks of one judging. */
const rooms = new WeakMap<Stage, RoomProcess>();

function roomOf(stage: Stage): RoomProcess {
  let room = rooms.get(stage);
  if (!room) {
    const taken = takeRoom();
    room = taken;
    rooms.set(stage, taken);
    stage.onClose(() => giveBack(taken));
  }
  return room;
}

/** The event sources of one check. */
export class SourceScene {
  /** What the clock of each of them says when it is made: milliseconds, a whole second. */
  readonly begun = Math.floor(Date.now() / 1000) * 1000;
  readonly #stage: Stage;
  readonly #over = new AbortController();
  readonly #servers: ScriptServer[] = [];
  #turn: Promise<() => void> | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    stage.onClose(() => this.close());
  }

  /** Whether one was asked for. */
  get isUsed(): boolean {
    return this.#turn !== undefined;
  }

  /**
   * Makes an event source against a server that answers as the check says. Of several in one check
   * the earlier ones are over.
   *
   * @throws Failure if there is none, or it cannot be made; Unseen where the files are not at hand
   */
  async open(
    script: Answering,
    { file, name, init = {}, types = [], closeAt }: SourceOptions,
  ): Promise<PlayedSource> {
    const room = roomOf(this.#stage);
    this.#turn ??= room.turns.take(this.#over.signal);
    const directory = this.#stage.target.page?.directory;
    if (!directory) throw new Unseen(NO_FILES);
    const path = join(directory, file);
    if (!existsSync(path)) throw isMissing(file);
    await this.#turn;
    const server = new ScriptServer(script);
    this.#servers.push(server);
    const url = `${await server.listen()}/events`;
    const source = new PlayedSource(file, room, server);
    const exports = await source.make({
      do: 'open',
      file: path,
      name,
      url,
      init,
      types,
      echoPort: await room.echoPort(),
      begun: this.begun,
      ...(closeAt !== undefined && { closeAt }),
    });
    if (exports) throw exportsNone(file, name, exports);
    return source;
  }

  /** Lets the next check have its turn. */
  close(): void {
    this.#over.abort();
    for (const server of this.#servers) server.close();
    void this.#turn?.then(
      (end) => end(),
      () => {},
    );
  }
}

function isMissing(file: string): Failure {
  return new Failure({
    sentence: `${file} is not in your exercise.`,
    advice: 'Give it back the name it had, or set the exercise back to its starter.',
    certain: true,
  });
}

function exportsNone(file: string, name: string, exports: string[]): Failure {
  const other = exports.length > 0 ? ` It exports ${exports.join(', ')}.` : '';
  return new Failure({
    sentence: `${file} exports no class ${name}.${other}`,
    advice: `Begin the class with \`export class ${name}\`, as the starter does.`,
    certain: true,
  });
}
