// A wire that breaks: between a client and a server, each connection is cut after so many bytes of the
// answer, wherever that is: in the head, in the middle of an event, in the middle of a character.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class CuttingWire {
  readonly #server: Server;
  readonly #target: number;
  readonly #nextLength: () => number | undefined;
  readonly #sockets = new Set<Socket>();
  /** How many connections were cut so far. */
  cuts = 0;

  /** Use `CuttingWire.open`. */
  private constructor(server: Server, target: number, nextLength: () => number | undefined) {
    this.#server = server;
    this.#target = target;
    this.#nextLength = nextLength;
    server.on('connection', (client) => this.#join(client));
  }

  /**
   * Opens a wire to a port of this machine.
   *
   * @param nextLength after so many bytes of the answer the next connection is cut; undefined: never
   */
  static async open(target: number, nextLength: () => number | undefined): Promise<CuttingWire> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new CuttingWire(server, target, nextLength);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket): void {
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    let left = this.#nextLength();
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => {
      if (left === undefined) return void client.write(bytes);
      const passed = bytes.subarray(0, left);
      left -= passed.length;
      if (left > 0) return void client.write(passed);
      this.cuts++;
      left = 0;
      server.destroy();
      if (passed.length > 0) client.end(passed);
      else client.destroy();
    });
  }
}
