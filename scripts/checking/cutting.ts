// "Cut it a hundred times": a client hears a stream over a wire that is cut again and again, at random
// bytes, and comes back each time with the ID that it has heard last, as a browser does. A second
// client, whose wire is whole, hears what was really sent.
import { setTimeout as pause } from 'node:timers/promises';
import type { Lesson } from '../course/lessons.ts';
import type { Runner } from '../course/runner.ts';
import { KitError } from '../kit-error.ts';
import { EventStreamReader, type StreamEvent } from '../wire/event-stream.ts';
import { openExchange } from '../wire/exchange.ts';
import { type Compared, compareHeard, type Heard } from './cutting-count.ts';
import { CuttingWire } from './cutting-wire.ts';
import { freePort } from './free-port.ts';
import { loadLessonModule } from './lesson-module.ts';
import { comingBack } from './resuming.ts';

/** What is cut: in checks.ts, `export const cutTest = { path: '/announcements', events: 1000, cuts: 100 }`. */
export interface CutTest {
  path: string;
  /** So many events are to be heard. */
  events: number;
  cuts: number;
}

export interface CutOptions extends CutTest {
  /** Real milliseconds after which it ends, however far it has come. */
  limit: number;
  /** Random numbers from 0 to 1. */
  random?: () => number;
  /** Told at each cut. */
  onProgress?: (progress: CutProgress) => void;
  signal?: AbortSignal | undefined;
}

export interface CutProgress {
  cuts: number;
  events: number;
}

export interface CutResult extends Compared {
  cuts: number;
  /** Why it has ended before its time; undefined if it has not. */
  stopped?: string | undefined;
}

/** Real milliseconds for the server to send its first events. */
const FIRST = 10_000;
/** Real milliseconds before a client comes back: a browser waits much longer. */
const BREATH = 2;
/** Bytes of HTTP's own around each event. */
const FRAMING = 6;
/** Bytes of a body: more than anyone can need here. */
const BODY = 64 * 1024 * 1024;

const AS_EVENT_SOURCE = { Accept: 'text/event-stream', 'Cache-Control': 'no-cache' };

/** A client on a whole wire, or one connection of the other. */
function listen(origin: string, path: string, headers: Record<string, string>, heard: Heard[]) {
  const exchange = openExchange({ origin, path, headers }, { limit: BODY });
  const reader = new EventStreamReader();
  let taken = 0;
  exchange.onPiece(({ bytes, at }) => {
    reader.feed(bytes, at);
    for (; taken < reader.events.length; taken++) heard.push(asHeard(reader.events[taken]!));
  });
  return exchange;
}

function asHeard({ type, data, lastEventId }: StreamEvent): Heard {
  return { type, data, id: lastEventId };
}

/**
 * Cuts the wire to a server of this machine again and again, and counts what a client has missed.
 *
 * @param origin of the server, which is asked twice at a time
 * @throws KitError if nothing can be heard there at all
 */
export async function cutOften(origin: string, options: CutOptions): Promise<CutResult> {
  const { path, events, cuts, limit, random = Math.random, onProgress, signal } = options;
  const ends = performance.now() + limit;
  const sent: Heard[] = [];
  const witness = listen(origin, path, AS_EVENT_SOURCE, sent);
  await witness.until(() => sent.length >= 3, FIRST);
  if (sent.length < 3) {
    witness.leave();
    throw new KitError(`Nothing can be heard at ${path}: the checks say more.`);
  }
  const length = witness.body.length / sent.length + FRAMING;
  // On average the last cut comes a little before the last event.
  const most = 2 * 0.9 * (events / cuts) * length;
  const nextLength = () => (wire.cuts < cuts ? 1 + Math.floor(random() * most) : undefined);
  const wire = await CuttingWire.open(Number(new URL(origin).port), nextLength);

  const heard: Heard[] = [];
  const from = sent.length;
  const isDone = () => wire.cuts >= cuts && sent.length - from >= events;
  let stopped: string | undefined;
  let lastEventId = '';
  while (!isDone() && !stopped) {
    const headers = lastEventId === '' ? AS_EVENT_SOURCE : comingBack(lastEventId);
    const connection = listen(wire.origin, path, headers, heard);
    await connection.until(
      () => isDone() || signal?.aborted,
      Math.max(1, ends - performance.now()),
    );
    const { status } = connection.head ?? { status: 200 };
    connection.leave();
    lastEventId = heard.at(-1)?.id ?? '';
    onProgress?.({ cuts: wire.cuts, events: Math.min(events, sent.length - from) });
    if (signal?.aborted) stopped = 'It was given up.';
    else if (status !== 200) stopped = `The answer had the status ${status}: a browser gives up.`;
    else if (witness.ending) stopped = 'The server has ended the stream, or has gone.';
    else if (performance.now() > ends) stopped = `Time was up after ${Math.round(limit / 1000)} s.`;
    await pause(BREATH);
  }
  wire.close();
  witness.leave();
  return { ...compareHeard(sent, heard), cuts: wire.cuts, ...(stopped && { stopped }) };
}

/** What a lesson's checks.ts asks for; undefined for lessons that have nothing to cut. */
export async function loadCutTest(lesson: Lesson): Promise<CutTest | undefined> {
  const { cutTest } = await loadLessonModule(lesson, 'checks.ts');
  return cutTest as CutTest | undefined;
}

/**
 * The same for the server of a directory, which is started for it with a fast clock.
 *
 * @param options `speed`: lesson milliseconds in a real one
 * @throws KitError if it does not run
 */
export async function cutExercise(
  runner: Runner,
  directory: string,
  { speed, ...options }: CutOptions & { speed: number },
): Promise<CutResult> {
  const port = await freePort();
  const run = runner.start({ directory, port, publicPort: port, speed });
  try {
    if (!(await run.listening(FIRST)) || run.problem) {
      throw new KitError(
        run.problem?.message ?? 'Your server does not listen: the checks say more.',
      );
    }
    return await cutOften(run.origin, options);
  } finally {
    await run.stop();
  }
}
