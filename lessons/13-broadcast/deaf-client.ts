// A client that asks for the events and never reads them: a phone in a tunnel, a page that hangs, a
// terminal in which somebody has pressed Ctrl-S. A browser cannot play it: it reads ahead by itself.
import type { Server, ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

const PATIENCE = 120_000; // milliseconds until it hangs up

/** Connects one to a server, from within the same program. */
export function connectDeafClient(server: Server, asking: ServerResponse) {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => {}); // it was let go
  socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  setTimeout(() => socket.destroy(), PATIENCE).unref();
  asking.writeHead(204).end();
}
