// Servers and clients made of bare sockets, for tests that care for each byte. Whatever a test opens
// is closed when the test is over.
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { wasReset } from '../../scripts/wire/dial.ts';

/** Milliseconds after which a test takes what it waits for as never to come. */
export const DEADLINE = 5000;

/** A server that hands each connection, half-open allowed, to the test. */
export async function rawServer(
  test: TestContext,
  onConnection: (socket: Socket) => void,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that answers each head it gets with these bytes, and closes if `close` says so. */
export function answering(
  test: TestContext,
  answer: string | Uint8Array,
  close: 'close' | 'stay' | 'reset' = 'stay',
): Promise<number> {
  return rawServer(test, (socket) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      text = '';
      socket.write(answer, () => {
        if (close === 'close') socket.end();
        if (close === 'reset') socket.resetAndDestroy();
      });
    });
  });
}

/** A real server of Node's. */
export async function httpServer(test: TestContext, listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A client that keeps what it gets, and can be waited on. */
export class Client {
  readonly socket: Socket;
  readonly pieces: { bytes: Buffer; at: number }[] = [];
  ended = false;
  /** The code of the error that closed it. */
  failed: string | undefined;
  closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(test: TestContext, port: number) {
    this.socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.socket.on('connect', () => this.#look());
    this.socket.on('data', (bytes: Buffer) => {
      this.pieces.push({ bytes, at: performance.now() });
      this.#look();
    });
    this.socket.on('end', () => {
      if (wasReset(this.socket)) this.failed = 'ECONNRESET';
      else this.ended = true;
      this.#look();
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.failed = error.code ?? error.message;
      this.#look();
    });
    this.socket.on('close', () => {
      this.closed = true;
      this.#look();
    });
    test.after(() => this.socket.destroy());
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces.map((piece) => piece.bytes));
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  write(bytes: string | Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }

  /** Resolves when the condition holds; looks again whenever something happens. */
  until(condition: (client: this) => boolean, what = condition.toString()): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`Never: ${what}. Came so far: ${JSON.stringify(this.text.slice(-300))}`));
      }, DEADLINE);
      const look = () => {
        if (!condition(this)) return;
        clearTimeout(deadline);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** A promise of one value, with a deadline. */
export function promised<Value>(what: string): {
  promise: Promise<Value>;
  resolve: (value: Value) => void;
} {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle, reject) => {
    const deadline = setTimeout(() => reject(new Error(`Never: ${what}.`)), DEADLINE);
    resolve = (value) => {
      clearTimeout(deadline);
      settle(value);
    };
  });
  return { promise, resolve };
}
