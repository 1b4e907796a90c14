// A TCP relay: it has the public address of a server, passes the bytes as they are, and tells what
// passed. When asked it delays, splits, holds or cuts the streams that go through it.
//
// The server behind it may go and come back: while it restarts by plan new connections wait, for a
// refused connection ends some browsers' EventSource for good.
import { createServer, type Server, type Socket } from 'node:net';
import { KitError } from '../kit-error.ts';
import { dial } from './dial.ts';
import { changeLevers, type Levers, NO_LEVERS } from './levers.ts';
import type { WireRecord } from './records.ts';
import { RelayConnection } from './relay-connection.ts';

export type { Levers } from './levers.ts';
export type { WireFacts, WireRecord } from './records.ts';

/** Milliseconds for which a connection waits for a server that restarts. */
const PATIENCE = 10_000;

export interface RelayOptions {
  /** The public port; 0 for any that is free. */
  port: number;
  /** Where to listen; 127.0.0.1 if not given. */
  host?: string;
  /** The server's port on this machine. Without one, connections wait for `target`. */
  target?: number;
  /** Milliseconds for which a connection waits while there is no target; 10 000 if not given. */
  patience?: number;
}

/**
 * Starts a relay.
 *
 * @throws KitError if the port cannot be had
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { port, host = '127.0.0.1' } = options;
  // A client's bytes are not read before there is a server to take them.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new KitError(whyNotListening(error, host, port)));
    });
    server.listen({ host, port }, resolve);
  });
  return new Relay(server, options);
}

/** A running relay. Made by `startRelay`. */
export class Relay {
  /** The public port. */
  readonly port: number;
  readonly #server: Server;
  readonly #patience: number;
  readonly #connections = new Set<RelayConnection>();
  /** Clients that wait for a target, each with the end of its patience. */
  readonly #waiting = new Map<RelayConnection, NodeJS.Timeout>();
  readonly #listeners = new Set<(record: WireRecord) => void>();
  #target: number | undefined;
  #levers = NO_LEVERS;
  #connectionCount = 0;
  #exchangeCount = 0;
  #closed = false;

  constructor(server: Server, options: RelayOptions) {
    const address = server.address();
    this.port = typeof address === 'object' && address ? address.port : options.port;
    this.#server = server;
    this.#target = options.target;
    this.#patience = options.patience ?? PATIENCE;
    server.removeAllListeners('error');
    // Too many open files, say: this connection is lost, the relay goes on.
    server.on('error', () => {});
    server.on('connection', (client) => this.#accept(client));
  }

  /** How many clients are connected now. */
  get connections(): number {
    return [...this.#connections].filter((connection) => !connection.over).length;
  }

  /** The levers as they are. Change them with `set`. */
  get levers(): Levers {
    return this.#levers;
  }

  /**
   * Says where the server is. Connections that are there stay with the server they have.
   *
   * @param port undefined while it restarts by plan: new connections wait, and are reset when their
   *   patience ends
   */
  target(port: number | undefined): void {
    this.#target = port;
    if (port === undefined) return;
    for (const [connection, deadline] of this.#waiting) {
      clearTimeout(deadline);
      void this.#join(connection, port);
    }
    this.#waiting.clear();
  }

  /**
   * Pulls levers or lets them go; those not named stay.
   *
   * @throws KitError if a value is not a whole number in the lever's range
   */
  set(levers: Partial<Levers>): void {
    this.#levers = changeLevers(this.#levers, levers);
    for (const connection of this.#connections) connection.change(this.#levers);
  }

  /**
   * Cuts all open streams now, each in the middle of its body.
   *
   * @returns how many there were
   */
  cut(): number {
    let count = 0;
    for (const connection of [...this.#connections]) count += connection.cut();
    return count;
  }

  /** Has the next event of each open stream cut after a part of its bytes. Once. */
  cutInMidEvent(): void {
    for (const connection of this.#connections) connection.arm();
  }

  /**
   * Calls `listener` with each record from now on.
   *
   * @returns a function that ends this
   */
  onRecord(listener: (record: WireRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes all connections and the port; resolves when they are closed. */
  close(): Promise<void> {
    this.#closed = true;
    for (const deadline of this.#waiting.values()) clearTimeout(deadline);
    this.#waiting.clear();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of [...this.#connections]) connection.destroy();
    return closed;
  }

  #accept(client: Socket): void {
    const connection = new RelayConnection(client, {
      connection: ++this.#connectionCount,
      levers: this.#levers,
      nextExchange: () => ++this.#exchangeCount,
      record: (record) => {
        for (const listener of this.#listeners) listener(record);
      },
    });
    this.#connections.add(connection);
    client.on('close', () => {
      this.#connections.delete(connection);
      clearTimeout(this.#waiting.get(connection));
      this.#waiting.delete(connection);
    });
    this.#admit(connection);
  }

  #admit(connection: RelayConnection): void {
    if (this.#target !== undefined) {
      void this.#join(connection, this.#target);
      return;
    }
    const deadline = setTimeout(() => {
      this.#waiting.delete(connection);
      connection.refuse();
    }, this.#patience);
    this.#waiting.set(connection, deadline);
  }

  async #join(connection: RelayConnection, port: number): Promise<void> {
    try {
      connection.join(await dial({ host: 'localhost', port }));
    } catch {
      if (this.#closed || connection.over) return;
      // The server may have been sent away while this one knocked: then it is no refusal.
      if (this.#target === port) connection.refuse();
      else this.#admit(connection);
    }
  }
}

function whyNotListening(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is in use by another program: close that program, or choose another port.`;
  }
  if (error.code === 'EACCES') {
    return `Port ${port} on ${host} needs rights that this program does not have: choose a port above 1023.`;
  }
  return `Port ${port} on ${host} cannot be listened on (${error.code ?? error.message}): choose another.`;
}
