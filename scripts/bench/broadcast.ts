// Lesson 13's server beside others that broadcast: what one event costs that reaches a thousand clients,
// what a client costs, and what is held for those that never read.
//
// All are asked in turn, in one run, with the same texts. The clients are sockets of this process, which
// shares the machine with the server: so what counts is the processor time of the server.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openExchange } from '../wire/exchange.ts';
import { Listeners } from './broadcast-clients.ts';
import type { Account, Figure } from './figures.ts';
import { freePort } from './hub-process.ts';
import { npm } from './npm.ts';

const FOLDER = import.meta.dirname;
const OWN = 'lesson 13';
const PEERS = ['better-sse', 'express-sse', '@fastify/sse', 'net'] as const;
const NAMES = [OWN, ...PEERS];

const SIZES = [100, 1000];
const A_TICK = [1, 10];
/** Real milliseconds for which each server is asked in each case. */
const DURATION = 500;
/** Clients that never read, and how many bytes are announced to each. */
const DEAF = { count: 10, bytes: 12_000_000, text: 50_000 };
const MANY = 10_000;

/** So many times better-sse's events in the same processor time, at 1000 clients. */
const AIM = { 1: 1.2, 10: 3 } as Record<number, number>;
const MEMORY = 0.6; // of better-sse's for a client
const HELD = 2; // megabytes for a client that does not read

interface Case {
  size: number;
  aTick: number;
  /** Events that have reached a client, in a real second. */
  rate: number;
  /** Microseconds of the server's processor time for each of them. */
  cost: number;
}

interface Result {
  cases: Case[];
  /** Kilobytes. */
  client: number;
  /** Megabytes for each client that does not read. */
  held: number;
}

/** @throws KitError where the peers cannot be installed */
export async function timeBroadcast({ log }: { log: (line: string) => void }): Promise<Account> {
  if (!existsSync(join(FOLDER, 'node_modules', 'better-sse'))) {
    console.error('Installing the servers to compare with, in scripts/bench/node_modules …');
    await npm('ci');
  }
  const results = new Map<string, Result>();
  for (const name of NAMES) {
    const result = await measure(name);
    results.set(name, result);
    log(`${name}: ${JSON.stringify(result)}`);
  }
  const own = results.get(OWN)!;
  const better = results.get('better-sse')!;
  const figures: Figure[] = own.cases.map(({ size, aTick, rate, cost }, index) => {
    const beside = [...results].map(([name, { cases }]) => {
      const one = cases[index]!;
      return `${name} ${one.cost.toFixed(1)} µs, ${thousands(one.rate)}/s`;
    });
    const aim = size === 1000 ? AIM[aTick] : undefined;
    return {
      name: `${size} clients, ${aTick} a tick: cost of an event beside better-sse's`,
      value: cost / better.cases[index]!.cost,
      unit: '×',
      ...(aim !== undefined && { limit: Number((1 / aim).toFixed(3)) }),
      note: `${thousands(rate)} events/s; ${beside.join('; ')}`,
    };
  });
  const told = (of: (result: Result) => string) =>
    [...results].map(([name, result]) => `${name} ${of(result)}`).join('; ');
  figures.push({
    name: "memory of a client beside better-sse's",
    value: own.client / better.client,
    unit: '×',
    limit: MEMORY,
    note: told(({ client }) => `${client.toFixed(1)} kB`),
  });
  figures.push({
    name: `held for each of ${DEAF.count} that never read, ${DEAF.bytes / 1e6} MB announced`,
    value: own.held,
    unit: 'MB',
    limit: HELD,
    note: told(({ held }) => `${held.toFixed(1)} MB`),
  });
  const many = await standMany();
  return {
    title:
      'Broadcast: what an event costs the server, in processor time, for each client that it reaches',
    figures: [...figures, ...many.figures],
    faults: many.faults,
  };
}

async function measure(name: string): Promise<Result> {
  const cases: Case[] = [];
  let client = 0;
  for (const size of SIZES) {
    await using server = await MeasuredServer.start(name);
    const before = await server.ask();
    const listeners = await Listeners.connect(server.port, size);
    for (const aTick of A_TICK) cases.push(await timeCase(server, listeners, size, aTick));
    await pause(50);
    client = ((await server.ask()).used - before.used) / size / 1000;
    listeners.leave();
  }
  return { cases, client, held: await measureDeaf(name) };
}

/** Announces as soon as everybody has heard what was announced before. */
async function timeCase(
  server: MeasuredServer,
  listeners: Listeners,
  size: number,
  aTick: number,
): Promise<Case> {
  const texts = Array.from({ length: aTick }, (_, nth) => `~ Platform ${nth}: mind the gap.`);
  const announce = async () => {
    const expected = listeners.heard + size * aTick;
    await server.post(texts);
    await listeners.until(expected);
  };
  for (let warm = 0; warm < 20; warm++) await announce();
  const before = await server.ask();
  const [begun, heard] = [performance.now(), listeners.heard];
  while (performance.now() - begun < DURATION) await announce();
  const took = performance.now() - begun;
  const events = listeners.heard - heard;
  const { cpu } = await server.ask();
  return { size, aTick, rate: (events / took) * 1000, cost: (cpu - before.cpu) / events };
}

/** Megabytes that are held for each of those that never read; one that reads is there as well. */
async function measureDeaf(name: string): Promise<number> {
  await using server = await MeasuredServer.start(name);
  const listener = await Listeners.connect(server.port, 1);
  const deaf = Array.from({ length: DEAF.count }, () => {
    const one = openExchange({ origin: server.origin, path: '/events', headers: ACCEPT });
    return one;
  });
  await Promise.all(deaf.map((one) => one.until(({ head }) => head, 10_000)));
  for (const one of deaf) one.pause();
  const texts = Array.from({ length: 10 }, () => `~${'x'.repeat(DEAF.text)}`);
  for (let sent = 0; sent < DEAF.bytes; sent += DEAF.text * texts.length) {
    const expected = listener.heard + texts.length;
    await server.post(texts);
    await listener.until(expected);
  }
  const before = await server.ask();
  for (const one of deaf) one.leave();
  await pause(500); // what is kept for others, as a history is, stays
  const after = await server.ask();
  listener.leave();
  return Math.max(0, before.used - after.used) / DEAF.count / 1e6;
}

const ACCEPT = { Accept: 'text/event-stream' };

/** Ten thousand clients that come, hear, and stay. */
async function standMany(): Promise<{ figures: Figure[]; faults: string[] }> {
  await using server = await MeasuredServer.start(OWN);
  const listeners = await Listeners.connect(server.port, MANY).catch((error: Error) => error);
  if (listeners instanceof Error) {
    const note = `${listeners.message}: see how many files a program may have open (ulimit -n)`;
    return {
      figures: [{ name: `${MANY} clients`, value: Number.NaN, unit: '', note }],
      faults: [],
    };
  }
  const expected = listeners.heard + MANY;
  const begun = performance.now();
  await server.post(['~ Mind the gap.']);
  await listeners.until(expected);
  const took = performance.now() - begun;
  const { rss } = await server.ask();
  const lost = MANY - listeners.open;
  listeners.leave();
  const note = `${MANY - lost} of them stay; the whole process takes ${(rss / 1e6).toFixed(0)} MB`;
  return {
    figures: [{ name: `until ${MANY} clients have heard an event`, value: took, unit: 'ms', note }],
    faults: lost > 0 ? [`${lost} of ${MANY} clients were lost.`] : [],
  };
}

interface Usage {
  /** Microseconds of processor time. */
  cpu: number;
  /** Bytes: of the process; of what its program uses after a collection. */
  rss: number;
  used: number;
}

/** A server in a process of its own, which tells what it has used. */
class MeasuredServer {
  readonly port: number;
  readonly origin: string;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.#child = child;
  }

  static async start(name: string): Promise<MeasuredServer> {
    const port = await freePort();
    const own = join(FOLDER, '..', '..', 'lessons', '13-broadcast', 'server.ts');
    const [file, args] = name === OWN ? [own, []] : [join(FOLDER, 'broadcast-peer.js'), [name]];
    const child = fork(file, args, {
      env: { ...process.env, PORT: String(port), NODE_ENV: 'production' },
      execArgv: ['--expose-gc', '--import', 'tsx', '--import', join(FOLDER, 'measured.js')],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const server = new MeasuredServer(port, child);
    const deadline = performance.now() + 20_000;
    for (;;) {
      const exchange = openExchange({ origin: server.origin, path: '/events', headers: ACCEPT });
      const head = await exchange.until(({ head }) => head, 1000);
      exchange.leave();
      if (head) return server;
      if (performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`${name} does not listen`);
      }
      await pause(50);
    }
  }

  ask(): Promise<Usage> {
    return new Promise((resolve) => {
      this.#child.once('message', (usage) => resolve(usage as Usage));
      this.#child.send('measure');
    });
  }

  async post(texts: string[]): Promise<void> {
    const headers = { 'Content-Type': 'application/json' };
    const request = { origin: this.origin, path: '/events', method: 'POST', headers };
    const exchange = openExchange({ ...request, body: JSON.stringify(texts) });
    await exchange.until(({ head }) => head, 10_000);
    exchange.leave();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

function thousands(value: number): string {
  return `${Math.round(value / 1000)} k`;
}
