// The answer to a WebSocket of the page under check. A wire writes to it as to any other answer: the
// head shakes hands, or refuses; a piece is a text frame; the end is a Close.
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FrameReader, frameBytes, HANDSHAKE_GUID, OPCODES } from '../../wire/websocket.ts';

/** 1001, *going away*: a server that says good-bye. */
const GOING_AWAY = Uint8Array.of(0x03, 0xe9);
/** Of what the page sends so much of each frame is kept: nobody reads more than a Close. */
const KEPT = 125;

export class UpgradedAnswer extends EventEmitter {
  readonly socket: Socket;
  readonly #key: string;
  readonly #reader = new FrameReader({ keep: KEPT });
  #open = false;
  #over = false;

  /** @param head what came in one piece with the request */
  constructor(request: IncomingMessage, socket: Socket, head: Uint8Array) {
    super();
    this.socket = socket;
    this.#key = String(request.headers['sec-websocket-key']);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => this.emit('close'));
    socket.on('data', (bytes) => this.#take(bytes));
    if (head.length > 0) this.#take(head);
  }

  /** Shakes hands with 101; refuses with any other status. */
  writeHead(status: number, headers: Record<string, string>): void {
    this.#open = status === 101;
    const accept = createHash('sha1').update(`${this.#key}${HANDSHAKE_GUID}`).digest('base64');
    const lines = this.#open
      ? ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`]
      : [
          'Connection: close',
          ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        ];
    const first = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`;
    this.socket.write(`${[first, ...lines].join('\r\n')}\r\n\r\n`);
  }

  /** The head goes at once. */
  flushHeaders(): void {}

  /** A text frame; of a refusal, a piece of its body. */
  write(bytes: Uint8Array): void {
    this.socket.write(this.#open ? frameBytes(bytes) : bytes);
  }

  /** A Close, and the end; of a refusal, its end. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#open) this.socket.write(frameBytes(GOING_AWAY, { opcode: OPCODES.close }));
    this.socket.end();
  }

  #take(bytes: Uint8Array): void {
    for (const { opcode, payload } of this.#reader.feed(bytes)) {
      if (opcode !== OPCODES.close || this.#over) continue;
      this.#over = true;
      this.socket.end(frameBytes(payload, { opcode: OPCODES.close }));
    }
  }
}
