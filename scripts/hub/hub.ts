// The hub put together: one server on a loopback port, and all that it holds while it runs.
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { HeadlessHost } from '../checking/page/headless.ts';
import { recordReport } from '../checking/progress.ts';
import { ports as coursePorts } from '../course/lessons.ts';
import { createRunner } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import { routes } from './api.ts';
import { Assets } from './assets.ts';
import { Cuts } from './cuts.ts';
import { Exercises } from './exercises.ts';
import type { Gate } from './guard.ts';
import { openKey } from './key.ts';
import { Live, type LiveOptions } from './live.ts';
import type { Which } from './live-events.ts';
import { PageChecks } from './page-checks.ts';
import { ProgressFeed } from './progress-feed.ts';
import { createRouter } from './router.ts';
import { Stages } from './stages.ts';

export interface HubOptions {
  /** The clone's folder. */
  root: string;
  /** The port, 0 for any; without it 4400, else 4600 and up. */
  port?: number | undefined;
  /** Where stages are reached. */
  ports?: (number: number, which: Which) => { first: number; second: number };
  /** Milliseconds without a connection after which a stage's server is put to rest. */
  restAfter?: number;
  live?: LiveOptions;
  /** Plays pages under check where no tab does. */
  headless?: HeadlessHost;
  /** Told about errors that are the kit's own. */
  log?: (text: string) => void;
}

export interface Hub {
  port: number;
  key: string;
  /** Said once at the start: what is not as it should be, and what to do. */
  warning?: string;
  /** `http://localhost:4400/` */
  address: string;
  /** The address with the key behind its `#`. */
  link: string;
  /** Ends everything: streams, stages, servers, judgings. */
  close(): Promise<void>;
}

/** Milliseconds without a page after which no process waits for the next save any more. */
const LEFT_ALONE = 10_000;

const FIRST_PORT = 4400;
const OTHER_PORTS = { from: 4600, to: 4699 };

/**
 * Starts the hub.
 *
 * @throws KitError if its port is taken
 */
export async function createHub(options: HubOptions): Promise<Hub> {
  const { root, ports = coursePorts, log = console.error } = options;
  const { key, stored } = await openKey(root);
  const gate: Gate = { port: 0, key };
  const runner = createRunner({});

  const live: Live = new Live(
    async (tell) => {
      const known = await progress.read().catch(() => undefined);
      if (known) tell('progress', known, 'key');
      for (const stage of stages.all()) {
        tell('stage', stage.event, stage.which === 'finished' ? 'all' : 'key');
      }
      exercises.tell(tell);
    },
    {
      onWatched: (watched) => {
        progress.watch(watched);
        clearTimeout(leftAlone);
        if (!watched) leftAlone = setTimeout(() => runner.cool(), LEFT_ALONE).unref();
      },
      ...options.live,
    },
  );
  let leftAlone: NodeJS.Timeout | undefined;
  const progress = new ProgressFeed(root, live);
  const stages = new Stages({
    root,
    runner,
    live,
    ports,
    ...(options.restAfter !== undefined && { restAfter: options.restAfter }),
  });
  const pageChecks = new PageChecks({ live, headless: options.headless ?? new HeadlessHost() });
  const exercises = new Exercises({
    root,
    runner,
    live,
    stages,
    pageChecks,
    onReport: async (report) => {
      await recordReport(root, report);
      await progress.tell();
    },
    log,
  });

  const cuts = new Cuts({ root, runner, live, log });

  const assets = new Assets(root);
  const listener = createRouter(
    routes({ root, gate, live, stages, exercises, cuts, pageChecks, progress, assets }),
    gate,
    log,
  );
  const server = createServer((request, response) => void listener(request, response));
  server.on('clientError', (_error, socket) => {
    // In the midst of an answer there is no place for another one.
    if (!socket.writable || (socket as Socket).bytesWritten > 0) return void socket.destroy();
    socket.end(
      'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n' +
        '{"error":"This is no HTTP request that the hub can read; send it again."}\n',
    );
  });
  gate.port = await listenOn(server, options.port);
  const address = `http://localhost:${gate.port}/`;

  let closing: Promise<void> | undefined;
  return {
    port: gate.port,
    key,
    address,
    link: `${address}#key=${key}`,
    ...(!stored && {
      warning:
        'This clone cannot be written, so lessons can be read and nothing can be saved; make its folder writable and start again.',
    }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    // Spare processes keep nothing awake, and waiting for their end is worth staying awake.
    const awake = setInterval(() => {}, 1000);
    live.close();
    progress.watch(false);
    exercises.close();
    cuts.close();
    const played = pageChecks.close();
    const closed = new Promise((resolve) => server.close(resolve));
    await stages.close();
    await Promise.all([runner.close(), played]);
    server.closeAllConnections();
    await closed;
    clearInterval(awake);
  }
}

async function listenOn(server: Server, wished: number | undefined): Promise<number> {
  if (wished !== undefined) {
    const port = await tryPort(server, wished);
    if (port !== undefined) return port;
    throw new KitError(
      `Port ${wished} is in use by another program; choose another with --port, or leave it out and a free one is found.`,
    );
  }
  const first = await tryPort(server, FIRST_PORT);
  if (first !== undefined) return first;
  for (let port = OTHER_PORTS.from; port <= OTHER_PORTS.to; port += 1) {
    const found = await tryPort(server, port);
    if (found !== undefined) return found;
  }
  throw new KitError(
    `Port ${FIRST_PORT} and all from ${OTHER_PORTS.from} to ${OTHER_PORTS.to} are in use; end a program that uses one, or name another with --port.`,
  );
}

/** @returns the port, or undefined if it is taken or may not be used */
function tryPort(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
