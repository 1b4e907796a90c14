// One client's connection through the relay, and the one to the server that belongs to it.
//
// Bytes go through as they are, with what closes a connection: an end is passed on as an end, a
// reset as a reset, and whoever does not read makes the other side wait. A copy is read to know
// requests, answers and events; bytes that are no HTTP, or sealed by TLS, pass all the same.
import type { Socket } from 'node:net';
import { AnswerTape } from './answer-tape.ts';
import { wasReset } from './dial.ts';
import type { Ending } from './exchange.ts';
import { RequestReader, ResponseReader, slicePart } from './http.ts';
import { Gate, type Levers, type Passage } from './levers.ts';
import type { WireFacts, WireRecord } from './records.ts';

/** The first byte of a TLS connection. */
const TLS_HANDSHAKE = 0x16;

/** What a connection needs of its relay. */
export interface Surroundings {
  /** The number of this connection. */
  connection: number;
  levers: Levers;
  nextExchange(): number;
  record(record: WireRecord): void;
}

/** Both sockets of one connection, and what is between them. */
export class RelayConnection {
  readonly #surroundings: Surroundings;
  readonly #client: Socket;
  readonly #gate: Gate<AnswerTape>;
  readonly #requests = new RequestReader();
  readonly #answers = new ResponseReader();
  /** Asked and not answered, in order. */
  #asked: AnswerTape[] = [];
  /** The one whose request the client sent last, and may still be sending. */
  #sending: AnswerTape | undefined;
  /** Answered and not yet passed to the end. */
  readonly #underWay = new Set<AnswerTape>();
  /** The answer that comes from the server now. */
  #coming: AnswerTape | undefined;
  #server: Socket | undefined;
  #begun = false;
  /** TLS, or another protocol after an upgrade: its number on the tape. */
  #sealed: number | undefined;
  #clientEnded = false;
  #serverEnded = false;
  #over = false;
  /** When the bytes came or went that are being told about. */
  #at = 0;

  /** @param client connected and not read from yet: its bytes wait until there is a server */
  constructor(client: Socket, surroundings: Surroundings) {
    this.#client = client;
    this.#surroundings = surroundings;
    this.#gate = new Gate(surroundings.levers, (passages) => this.#pass(passages));
    client.setNoDelay(true);
    client.on('error', () => this.#leave('reset'));
    client.on('close', () => this.#leave('closed'));
  }

  /** Whether the client has gone. */
  get over(): boolean {
    return this.#over;
  }

  /** Joins the client to its server, which is connected and not read from yet. */
  join(server: Socket): void {
    if (this.#over) {
      server.destroy();
      return;
    }
    const client = this.#client;
    this.#server = server;
    server.on('error', () => this.#cutByServer());
    server.on('data', (bytes: Buffer) => this.#fromServer(bytes));
    server.on('end', () => {
      if (wasReset(server)) this.#cutByServer();
      else this.#gate.finish(() => this.#endForClient());
    });
    server.on('drain', () => client.resume());
    client.on('drain', () => {
      this.#gate.unblock();
      this.#waitOrGoOn();
    });
    client.on('data', (bytes: Buffer) => this.#fromClient(bytes));
    client.on('end', () => {
      if (wasReset(client)) {
        this.#leave('reset');
        client.destroy();
        return;
      }
      this.#clientEnded = true;
      server.end();
    });
    client.resume();
  }

  /** There is no server: the client is told by a reset. */
  refuse(): void {
    this.#finishTapes('refused');
    this.#over = true;
    this.#client.resetAndDestroy();
  }

  /** Other levers, from now on. */
  change(levers: Levers): void {
    this.#gate.change(levers);
    this.#waitOrGoOn();
  }

  /**
   * Cuts this connection if the client is in the middle of a stream.
   *
   * @returns how many streams that were
   */
  cut(): number {
    const stream = this.#openStream();
    if (!stream) return 0;
    this.#cutOff(stream);
    return 1;
  }

  /** Has the next event cut, if the client is in the middle of an event stream. */
  arm(): void {
    const stream = this.#openStream();
    if (stream?.readsEvents) stream.armed = true;
  }

  /** Closes both sides at once. */
  destroy(): void {
    this.#finishTapes('cut');
    this.#over = true;
    this.#gate.clear();
    this.#client.destroy();
    this.#server?.destroy();
  }

  #openStream(): AnswerTape | undefined {
    return [...this.#underWay].find((tape) => tape.openStream);
  }

  // ---- from the client to the server

  #fromClient(bytes: Buffer): void {
    const server = this.#server!;
    if (!server.write(bytes)) this.#client.pause();
    this.#tick();
    if (!this.#begun) {
      this.#begun = true;
      if (bytes[0] === TLS_HANDSHAKE) this.#sealed = this.#surroundings.nextExchange();
    }
    if (this.#sealed !== undefined) {
      this.#tellSealed('up', bytes.length);
      return;
    }
    for (const part of this.#requests.feed(bytes)) {
      if (part.kind === 'opaque') this.#coming?.passedOpaque('up', part.bytes);
      if (part.kind === 'body') this.#sending?.asks(part);
      if (!part.head) continue;
      this.#answers.expect(part.head.method);
      this.#sending = new AnswerTape(this.#teller(), part.head, part.text);
      this.#asked.push(this.#sending);
    }
  }

  // ---- from the server to the client

  #fromServer(bytes: Buffer): void {
    if (this.#sealed !== undefined) {
      this.#write(bytes);
      this.#tick();
      this.#tellSealed('down', bytes.length);
    } else if (this.#gate.open && !this.#coming?.armed) {
      // The straight way: the bytes go first, and are looked at when they are gone.
      this.#write(bytes);
      this.#tick();
      this.#tell(this.#read(bytes));
    } else this.#gate.push(this.#read(bytes));
    this.#waitOrGoOn();
  }

  /** What these bytes are, and of which answers. */
  #read(bytes: Uint8Array): Passage<AnswerTape>[] {
    const passages: Passage<AnswerTape>[] = [];
    for (const part of this.#answers.feed(bytes)) {
      this.#coming ??= this.#nextAnswer();
      const answer = this.#coming;
      if (part.head && part.framing) {
        answer.arrive(part.head, part.framing);
        if (part.framing.kind === 'opaque') this.#requests.becomeOpaque();
      }
      passages.push({ part, answer, stream: answer.stream && part.kind !== 'head' });
      if (part.end) this.#coming = undefined;
    }
    return passages;
  }

  #nextAnswer(): AnswerTape {
    const answer = this.#asked.shift() ?? new AnswerTape(this.#teller());
    this.#underWay.add(answer);
    return answer;
  }

  /** Writes what the gate lets go, up to a cut. */
  #pass(passages: Passage<AnswerTape>[]): void {
    const cut = this.#lookForCut(passages);
    const passing = cut ? cut.before : passages;
    const parts = passing.map(({ part }) => part.bytes);
    this.#write(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    this.#tick();
    this.#tell(passing);
    if (cut) this.#cutOff(cut.answer);
  }

  /** The bytes before the place where an armed answer is to be cut, if they reach it. */
  #lookForCut(
    passages: Passage<AnswerTape>[],
  ): { answer: AnswerTape; before: Passage<AnswerTape>[] } | undefined {
    for (const [index, passage] of passages.entries()) {
      const { answer, part } = passage;
      const length = answer.armed ? answer.cutInside(part) : undefined;
      if (length === undefined) continue;
      const before = passages.slice(0, index);
      if (length > 0) before.push({ ...passage, part: slicePart(part, 0, length) });
      return { answer, before };
    }
    return undefined;
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length > 0 && !this.#client.write(bytes)) this.#gate.block();
  }

  #waitOrGoOn(): void {
    const server = this.#server;
    if (!server || this.#over) return;
    if (this.#gate.full) server.pause();
    else if (server.isPaused()) server.resume();
  }

  /** Puts on the tapes what has passed in one write. */
  #tell(passages: Passage<AnswerTape>[]): void {
    for (let index = 0; index < passages.length; ) {
      const { answer } = passages[index]!;
      let next = index;
      while (next < passages.length && passages[next]!.answer === answer) next++;
      answer.passed(passages.slice(index, next).map(({ part }) => part));
      if (passages[next - 1]!.part.end) this.#underWay.delete(answer);
      index = next;
    }
  }

  // ---- how it ends

  #endForClient(): void {
    this.#serverEnded = true;
    this.#tick();
    if (this.#answers.finish() === 'closed') this.#coming?.end('closed');
    this.#finishTapes(this.#clientEnded ? 'left' : 'cut');
    this.#client.end();
  }

  #cutByServer(): void {
    if (this.#over) return;
    this.#finishTapes('cut');
    this.#over = true;
    this.#gate.clear();
    this.#client.resetAndDestroy();
    this.#server?.destroy();
  }

  #leave(how: 'reset' | 'closed'): void {
    if (this.#over) return;
    this.#finishTapes('left');
    this.#over = true;
    this.#gate.clear();
    if (how === 'reset') this.#server?.resetAndDestroy();
    // Where both have said goodbye, the server may still be reading what the client sent last.
    else if (!this.#clientEnded || !this.#serverEnded) this.#server?.destroy();
  }

  /** Ends the client's connection in the middle of a body. */
  #cutOff(answer: AnswerTape): void {
    this.#tick();
    answer.endByLever();
    this.#finishTapes('cut');
    this.#over = true;
    this.#gate.clear();
    const client = this.#client;
    // An end where that is how the body ends would be no cut, and behind bytes that a client does
    // not take it would never come: then a reset. Else an end, for a reset may overtake the bytes.
    if (client.writableLength > 0) client.resetAndDestroy();
    else if (answer.endsWithConnection) client.write('', () => client.resetAndDestroy());
    else client.destroySoon();
    this.#server?.destroy();
  }

  #finishTapes(how: Ending): void {
    this.#tick();
    for (const tape of [...this.#underWay, ...this.#asked]) tape.end(how);
    this.#underWay.clear();
    this.#asked = [];
  }

  // ---- telling

  #tick(): void {
    this.#at = performance.timeOrigin + performance.now();
  }

  #teller(): (facts: WireFacts) => void {
    const { connection, record } = this.#surroundings;
    const exchange = this.#surroundings.nextExchange();
    return (facts) => record({ connection, exchange, at: this.#at, ...facts });
  }

  #tellSealed(direction: 'up' | 'down', length: number): void {
    const { connection, record } = this.#surroundings;
    const exchange = this.#sealed!;
    record({ connection, exchange, at: this.#at, kind: 'sealed', direction, length });
  }
}
