// What a relay costs: round trips over one connection to a server, direct and through a relay, in
// turns within one run, so that both meet the same moods of the machine.
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { startRelay } from './relay.ts';

/** Milliseconds. */
export interface Latency {
  median: number;
  /** 95 of 100 are at most this. */
  ninetyFifth: number;
}

const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const EVENT = '11\r\nid: 7\ndata: one\n\n\r\n';
/** A body that never ends: each of its bytes asks for one event. */
const REQUEST = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n';
const ROUNDS = 4;

/**
 * Measures round trips (one byte there, one event back) without a lever on, records listened to.
 *
 * @param count round trips each way
 */
export async function measureRelay(count = 2000): Promise<{ direct: Latency; relayed: Latency }> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', () => {
      socket.write(HEAD);
      socket.on('data', () => socket.write(EVENT));
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const relay = await startRelay({ port: 0, target: port });
  let records = 0;
  relay.onRecord(() => records++);

  const direct: number[] = [];
  const relayed: number[] = [];
  // The first round warms both ways up and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const share = Math.ceil(count / ROUNDS);
    const straight = await roundTrips(port, share);
    const through = await roundTrips(relay.port, share);
    if (round === 0) continue;
    direct.push(...straight);
    relayed.push(...through);
  }
  await relay.close();
  server.close();
  return { direct: latencyOf(direct), relayed: latencyOf(relayed) };
}

async function roundTrips(port: number, count: number): Promise<number[]> {
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
  socket.write(REQUEST);
  await once(socket, 'data');
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    socket.write('.');
    await once(socket, 'data');
    times.push(performance.now() - start);
  }
  socket.destroy();
  return times;
}

function latencyOf(times: number[]): Latency {
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { median: at(0.5), ninetyFifth: at(0.95) };
}
