// Opens a TCP or TLS connection to an address that may have two forms.
//
// A server that listens on `localhost` is bound to 127.0.0.1 on one system and to ::1 on another.
// Both are tried, in the order that the kit's own servers make likely.
import { createConnection, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where to connect to. */
export interface Address {
  host: string;
  port: number;
  /** TLS is spoken. `insecure`: with any certificate. */
  tls?: { insecure: boolean };
}

/** The addresses of `localhost`, as the kit tries them. */
export const LOOPBACK = ['127.0.0.1', '::1'] as const;

/**
 * Connects, without delay of small writes. When the other side closes, the socket stays open for
 * writing: whoever has dialled must end or destroy it.
 *
 * @param signal aborts a connection that is not yet there
 * @returns the socket, connected and not yet read from
 * @throws the system's error (`code` ECONNREFUSED, ENOTFOUND, DEPTH_ZERO_SELF_SIGNED_CERT, …) of the
 *   first address tried
 */
export async function dial(address: Address, signal?: AbortSignal): Promise<Socket> {
  const hosts = address.host === 'localhost' ? LOOPBACK : [address.host];
  let first: unknown;
  for (const host of hosts) {
    try {
      return await dialOne(host, address, signal);
    } catch (error) {
      first ??= error;
      if (signal?.aborted) break;
    }
  }
  throw first;
}

function dialOne(host: string, address: Address, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const { port, tls } = address;
    const place = { host, port, allowHalfOpen: true };
    const socket = tls
      ? connectTls({
          ...place,
          // The name in the certificate; an IP address must not be sent as one.
          ...(isIP(address.host) === 0 && { servername: address.host }),
          ALPNProtocols: ['http/1.1'],
          rejectUnauthorized: !tls.insecure,
        })
      : createConnection(place);
    const abort = () => socket.destroy(new Error('The connection was given up.'));
    const settle = () => {
      signal?.removeEventListener('abort', abort);
      socket.off('error', fail);
      socket.off(tls ? 'secureConnect' : 'connect', succeed);
      socket.off('close', fail);
    };
    const fail = (error?: unknown) => {
      settle();
      // A socket may close without an error, if the peer leaves during the TLS handshake.
      reject(error instanceof Error ? error : new Error('The connection was closed at once.'));
      socket.on('error', () => {});
      socket.destroy();
    };
    const succeed = () => {
      settle();
      socket.setNoDelay(true);
      resolve(socket);
    };
    signal?.addEventListener('abort', abort);
    socket.once('error', fail);
    socket.once('close', fail);
    socket.once(tls ? 'secureConnect' : 'connect', succeed);
  });
}

/**
 * Whether a connection that has just ended was reset, and not closed. To be asked in a listener of
 * `end`, of a socket that may be half open, before anything has asked for its remote address. False
 * where our own side was ended before: then there is no telling.
 *
 * When the last bytes and a reset arrive in the same moment, libuv reports the bytes and then an
 * end, as if the peer had closed in peace. But a connection that was reset has no peer any more.
 */
export function wasReset(socket: Socket): boolean {
  return !socket.destroyed && !socket.writableEnded && socket.remoteAddress === undefined;
}

/** The short name of what went wrong with a connection: `ECONNREFUSED`, or the error's sentence. */
export function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
