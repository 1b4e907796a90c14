// Many clients of one stream, as cheap as they can be: each counts the events that reach it, by a
// character that every event has once.
import { connect, type Socket } from 'node:net';

const MARK = '~'.charCodeAt(0);
/** So many connect at a time: a server takes its callers from a queue that is not endless. */
const AT_A_TIME = 200;
const PATIENCE = 20_000; // milliseconds

export class Listeners {
  /** Events that have reached a client, all in all. */
  heard = 0;
  /** Connections that stand. */
  open = 0;
  readonly #sockets: Socket[] = [];
  #wanted = Number.POSITIVE_INFINITY;
  #reached = () => {};

  /** @throws Error if one of them gets no answer */
  static async connect(port: number, size: number): Promise<Listeners> {
    const listeners = new Listeners();
    try {
      for (let count = 0; count < size; count += AT_A_TIME) {
        const some = Math.min(AT_A_TIME, size - count);
        await Promise.all(Array.from({ length: some }, () => listeners.#come(port)));
      }
    } catch (error) {
      listeners.leave();
      throw error;
    }
    return listeners;
  }

  #come(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      this.#sockets.push(socket);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.write(
          'GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n',
        );
      });
      socket.once('data', () => {
        this.open++;
        resolve();
      });
      socket.on('close', () => this.open--);
      socket.on('data', (bytes) => this.#count(bytes));
    });
  }

  #count(bytes: Buffer): void {
    for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) this.heard++;
    if (this.heard >= this.#wanted) this.#reached();
  }

  /** @throws Error if it takes too long */
  until(heard: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${heard - this.heard} events lack`)),
        PATIENCE,
      );
      this.#reached = () => {
        clearTimeout(late);
        this.#wanted = Number.POSITIVE_INFINITY;
        resolve();
      };
      this.#wanted = heard;
      if (this.heard >= heard) this.#reached();
    });
  }

  leave(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
