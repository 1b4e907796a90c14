// Stands in for a server that was put to rest: the first connection wakes it, and is led to it.
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Wake {
  /** Where to connect to, on 127.0.0.1. */
  port: number;
  /** Takes no further caller. Those who have come are still led to the server that they woke. */
  close(): void;
}

/**
 * Listens on a free loopback port in a resting server's place.
 *
 * @param wake starts the server; resolves to its port, or undefined if it does not start
 */
export async function waitForCaller(wake: () => Promise<number | undefined>): Promise<Wake> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (caller) => {
    caller.on('error', () => {});
    void lead(caller);
  });
  const port = await listenAnywhere(server);
  return { port, close: () => void server.close() };

  async function lead(caller: Socket): Promise<void> {
    const port = await wake().catch(() => undefined);
    if (port === undefined || caller.destroyed) return void caller.destroy();
    const called = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    called.on('error', () => caller.destroy());
    called.on('close', () => caller.destroy());
    caller.on('close', () => called.destroy());
    caller.pipe(called).pipe(caller);
    caller.resume();
  }
}

/** A loopback port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenAnywhere(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listenAnywhere(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
