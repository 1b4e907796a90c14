// The server that a learner's event source is played against: it answers as the check says, and sees
// every request.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answering, Reply } from '../page/replies.ts';
import { answer } from '../page/replies.ts';

/** More requests than this for one check are a loop that asks without end. */
const FLOOD = 60;

/** One request, and the answer that the check writes to it. */
export class SourceWire {
  readonly method: string;
  readonly headers: Record<string, string>;
  /** Decoded; undefined if there was none. */
  readonly lastEventId: string | undefined;
  /** All of the body, once it has come. */
  body = '';
  /** Whether the client has left before the answer was over. */
  isLeft = false;
  readonly #response: ServerResponse;
  #isOver = false;

  constructor(request: IncomingMessage, response: ServerResponse, changed: () => void) {
    this.method = request.method ?? '';
    this.headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    // Node shows the bytes of a header as latin1; an ID is sent as UTF-8.
    const id = this.headers['last-event-id'];
    this.lastEventId = id === undefined ? id : Buffer.from(id, 'latin1').toString('utf8');
    this.#response = response;
    request.on('data', (piece) => {
      this.body += piece;
      changed();
    });
    response.on('close', () => {
      this.isLeft = !this.#isOver;
      this.#isOver = true;
      changed();
    });
    response.on('error', () => {}); // the client may leave in the middle of a write
  }

  begin({ status, headers, body, whole }: Reply): void {
    if (status === 0) return; // silence
    this.#response.writeHead(status, headers).flushHeaders();
    if (typeof body === 'string' && body !== '') this.send(body);
    if (whole) this.end();
  }

  /** Sends a piece of the body, byte for byte. */
  send(piece: string | Uint8Array): void {
    if (!this.#isOver) this.#response.write(piece);
  }

  /** Ends the answer as a server does that has said all. */
  end(): void {
    this.#isOver = true;
    this.#response.end();
  }

  /** Breaks the connection off, as a cable that is pulled. */
  cut(): void {
    this.#isOver = true;
    this.#response.socket?.resetAndDestroy();
  }
}

export class ScriptServer {
  readonly wires: SourceWire[] = [];
  /** Told of each request, before it is answered. */
  onRequest: (wire: SourceWire) => void = () => {};
  /** Told of whatever changes. */
  onChange: () => void = () => {};
  readonly #server: Server;
  readonly #script: Answering;

  /** @param script what is answered, whatever the path */
  constructor(script: Answering) {
    this.#script = script;
    this.#server = createServer((request, response) => {
      const wire = new SourceWire(request, response, () => this.onChange());
      this.wires.push(wire);
      this.onRequest(wire);
      wire.begin(this.#reply(wire));
      this.onChange();
    });
  }

  /** Whether it was asked more often than any check means. */
  get isFlooded(): boolean {
    return this.wires.length > FLOOD;
  }

  /** @returns the origin */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #reply(wire: SourceWire): Reply {
    const script = this.#script;
    if (this.isFlooded) return { ...answer(503), status: 0 }; // it is let wait
    if (typeof script === 'function') throw new TypeError('A list of replies is meant here.');
    if ('status' in script) return script;
    return script[Math.min(this.wires.indexOf(wire), script.length - 1)]!;
  }
}
