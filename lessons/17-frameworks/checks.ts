// What each step of lesson 17 must show. Times are milliseconds of the lesson's own time. Where a
// package is not installed, its checks cannot be seen, and say which command fetches it.
//
//   npm run check -- 17
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Unseen } from '../../scripts/checking/failure.ts';
import { type Answer, answer, check, type Scene, stream } from '../../scripts/checking/language.ts';
import { getsThrough } from '../../scripts/checking/on-the-way.ts';
import { staysAwayFromNow } from '../../scripts/checking/page/comeback.ts';
import type { OpenPage } from '../../scripts/checking/page/open-page.ts';
import { hasSameBody } from '../../scripts/checking/same-body.ts';

/** Any one of the first four completes the lesson. */
export const anyStep = true;

/** So much faster runs the clock of a server that is judged: it has four crowds to bear. */
export const speed = 40;

/** Longer than three ticks: what has not come by then does not come. */
const LONG = 4000;
const RAW = '/departures';
/** As browsers ask. */
const TAKES_GZIP = { Accept: 'text/event-stream', 'Accept-Encoding': 'gzip, deflate, br' };
const EVENT = 'event: departure\nid: 7\ndata: {"train":7,"to":"Oxford"}\n\n';
const NEXT = 'event: departure\nid: 8\ndata: {"train":8,"to":"Crewe"}\n\n';
/** Empty lines and a comment, as servers send them to be there. */
const NOTHING = '\n\n: still there\n\n';

/** How much faster the page's clock runs: most waits are in vain where a step is not done. */
const FAST = 20;

const packages = join(import.meta.dirname, 'frameworks', 'node_modules');

interface Server {
  /** What one calls it. */
  name: string;
  path: string;
  /** The package that it needs; none, if it needs none. */
  needs?: string;
  /** What to do if nothing is answered, if it goes on after its client, and about the last ID. */
  answer: string;
  leave: string;
  resume: string;
}

const express: Server = {
  name: 'Express',
  path: '/express/departures',
  needs: 'express',
  answer:
    "Set the head with `response.set(HEAD)`, write `'\\n'`, and give each departure to " +
    '`response.write(asEvent(departure))`.',
  leave: "Keep what `eachDeparture` returns, and call it at `response.on('close', stop)`.",
  resume:
    "Begin after what the client has heard: `eachDeparture(Number(request.get('Last-Event-ID')) || 0, …)`.",
};

const nest: Server = {
  name: 'Nest',
  path: '/nest/departures',
  needs: '@nestjs/core',
  answer:
    'Call `eachDeparture(after, …)`, and give each departure to `subscriber.next({ type, id, data })`.',
  leave:
    'Return from the function that you give to `new Observable(…)` what `eachDeparture` returns: that is ' +
    'called when Nest unsubscribes.',
  resume:
    'Begin after what the client has heard, `eachDeparture(after, …)`, and give each message its `id`: what ' +
    'has none Nest numbers itself, from 1.',
};

const piped: Server = {
  ...express,
  name: 'The PassThrough',
  path: '/express/piped',
  answer:
    'Write the events into a `PassThrough`, and call `pipeline(source, response, …)` to let them flow.',
  leave:
    'Call `pipeline(source, response, () => stop())`: it calls back when either side is over. `pipe` ' +
    'says nothing to the source when the client has left.',
};

const proxied: Server = {
  name: 'The proxy',
  path: '/proxy/departures',
  answer: 'Leave the rest of `passOn` as it is.',
  leave:
    "Tell the server: `response.on('close', () => asked.destroy())`. It hears of no client but you.",
  resume: 'Leave the headers of the request as they are.',
};

export const checks = [
  ...wireOf(1, express),

  check(1, 'What compresses on the way does not hold it back', async (scene) => {
    const otherwise =
      "Put `no-transform` into the head: `'Cache-Control': 'no-store, no-transform'`. Compressing " +
      'middleware and development servers obey it.';
    const limits = { within: LONG, limit: LONG, otherwise };
    await isThere(scene.watch(express.path), express);
    await getsThrough(scene.get(express.path, TAKES_GZIP), {
      what: 'the compression middleware',
      ...limits,
    });
    const further = scene.get(`/proxy${express.path}`, TAKES_GZIP);
    await getsThrough(further, { what: 'the development proxy', ...limits });
  }),

  ...wireOf(2, nest),

  check(
    3,
    'The board listens with one EventSource, and closes it when it is taken away',
    async ({ page, fail }) => {
      const board = await openBoard(page);
      await board.shows('7 Oxford', {
        in: '#board',
        within: LONG,
        otherwise: "Open an EventSource in the effect, listen for 'departure', and call `setSign`.",
      });
      await board.shows('departure', {
        in: 'EventSource',
        within: LONG,
        otherwise: 'Tell the log as well: `events.add({ type, id, data })`.',
      });
      const told = await board.comes(() => board.openWires(RAW).at(-1), LONG);
      told?.send(NEXT);
      await board.shows('8 Crewe', { in: '#board', within: LONG, otherwise: 'Leave it open.' });
      await board.settles();
      const open = board.sources.filter(({ readyState }) => readyState !== 2).length;
      if (open > 1) {
        fail({
          sentence:
            'One board is shown, and more than one EventSource is open. StrictMode mounts a board twice for a trial, an effect without its list runs at each drawing, and nobody has closed what was opened before.',
          otherwise:
            'Return the clean-up from the effect, `return () => source.close()`, and end `useEffect` with the ' +
            'list of what it depends on: `[url, events]`.',
        });
      }
      await board.click('Disconnect EventSource');
      await told?.isLeft({
        within: 3000,
        otherwise:
          'Return a function from the effect that closes this EventSource: `return () => source.close()`. ' +
          'React calls it when the board is taken away.',
      });
    },
  ),

  check(
    4,
    'Events are shown, after an end it comes back, and Disconnect is obeyed',
    async (scene) => {
      const board = await openReadyMade(scene.page, { [RAW]: stream('retry: 20') });
      const wire = await board.request(RAW, { from: 'fetch', within: LONG, otherwise: LISTEN });
      await board.showsNothingOf('message', {
        in: 'fetch',
        witness: () => {
          wire.send(NOTHING + EVENT);
          return board.shows('departure 7', {
            in: 'fetch',
            within: LONG,
            otherwise:
              'Show each event in `onmessage`: `pieces.add({ type: event, id, data })`. This client calls the ' +
              'type `event`.',
          });
        },
        otherwise:
          'This client calls `onmessage` for every empty line, with empty data. EventSource does not: ' +
          "return where `data === ''`.",
      });
      wire.end();
      const again = await board.request(RAW, {
        from: 'fetch',
        within: LONG,
        otherwise:
          'To this client an end is the last one. Throw in `onclose`, and throw nothing of it in `onerror`: ' +
          'then it asks again.',
      });
      if (again.lastEventId !== '7') {
        scene.fail({
          sentence:
            'The stream ended after the event with the ID 7, and the page asked again without it.',
          otherwise:
            'Let the client ask again by itself: it knows the last ID, and a new one does not.',
        });
      }
      await board.click('Disconnect fetch');
      await again.isLeft({
        within: 3000,
        otherwise: 'Give it the signal: `signal: leaving.signal`. Nothing else makes it leave.',
      });
    },
  ),

  check(4, 'Sent away, it stays away', async ({ page }) => {
    const board = await openReadyMade(page, { [RAW]: answer(204) });
    await board.request(RAW, { from: 'fetch', within: LONG, otherwise: LISTEN });
    await staysAwayFromNow(board, RAW, {
      from: 'fetch',
      taken: 1,
      within: 20_000,
      otherwise:
        'Look at the status in `onopen`, and throw where it is not 200. In `onerror` throw that on: what ' +
        'is thrown there ends it for good, and without it the client asks each second.',
    });
  }),

  ...wireOf(5, piped),

  check(6, 'What comes through the proxy comes at once', async ({ get }) => {
    await getsThrough(get(proxied.path, TAKES_GZIP), {
      what: 'the development proxy',
      within: LONG,
      limit: LONG,
      otherwise:
        'The answer says `Cache-Control: no-transform`: a proxy that compresses it all the same ' +
        'gathers it. Ask `mayCompress`.',
    });
  }),

  check(6, 'The server behind the proxy learns that a client has left', async (scene) => {
    await leavesNothingBehind(scene, proxied);
  }),
];

const LISTEN = 'Call `fetchEventSource(url, { signal: leaving.signal, … })` in `listen`.';

/** What every server of this lesson must show. */
function wireOf(step: number, server: Server) {
  const { name, path } = server;
  return [
    check(step, `${name} sends what node:http sends, byte for byte`, async ({ watch }) => {
      const stream = watch(path);
      await isThere(stream, server);
      stream.isAnEventStream();
      await stream.eventComes(1, { within: LONG, otherwise: server.answer });
      stream.everyLineIsUnderstood();
      const meant = { name: 'node:http', within: LONG, events: 3, otherwise: server.answer };
      await hasSameBody(stream, watch(RAW), meant);
    }),

    check(step, `${name} goes on after the last ID`, async ({ get, fail }) => {
      const stream = get(path, { Accept: 'text/event-stream', 'Last-Event-ID': '40' });
      await isThere(stream, server);
      const { lastEventId } = await stream.eventComes(1, {
        within: LONG,
        otherwise: server.answer,
      });
      if (lastEventId === '41') return;
      fail({
        sentence: `\`Last-Event-ID: 40\` was sent, and the first event has the ID ${lastEventId || 'of none'}; 41 was meant.`,
        otherwise: server.resume,
      });
    }),

    check(step, `${name} stops when its client leaves`, (scene) =>
      leavesNothingBehind(scene, server),
    ),
  ];
}

/** Crowds of one program, one after the other: each counts the timers of all. */
const turns = new WeakMap<object, Promise<void>>();

async function leavesNothingBehind(scene: Scene, server: Server): Promise<void> {
  const first = scene.watch(server.path);
  await isThere(first, server);
  const before = turns.get(first.stage);
  const mine = (async () => {
    await before?.catch(() => {});
    const clients = scene.crowd(server.path, 24);
    const advice = { within: LONG, otherwise: server.leave };
    await clients.comeAndHearAnEvent({ within: LONG, otherwise: server.answer });
    await clients.leaveButForFirstAndLast();
    await clients.stayersHearMore(advice);
    // What another of the servers writes to nobody is not laid to this one.
    await clients.leaveNothingBehind({ ...advice, writes: false });
  })();
  turns.set(first.stage, mine);
  await mine;
}

/** There must be an answer, if its package is there. */
async function isThere(answered: Answer, { needs, answer: otherwise }: Server): Promise<void> {
  const { status } = await answered.headComes({ within: LONG, otherwise });
  if (status === 503 && needs) mustBeHere(needs);
}

/** @throws Unseen where the package is not installed */
function mustBeHere(name: string): void {
  if (existsSync(join(packages, name))) return;
  throw new Unseen(
    `${name} is not here: npm run frameworks fetches it, with the others (33 MB, once).`,
  );
}

async function openBoard(page: Scene['page']): Promise<OpenPage> {
  mustBeHere('react');
  return page.open({ [RAW]: stream('retry: 20', EVENT) }, { speed: FAST });
}

async function openReadyMade(
  page: Scene['page'],
  script: Parameters<Scene['page']['open']>[0],
): Promise<OpenPage> {
  mustBeHere('@microsoft/fetch-event-source');
  return page.open(script, { speed: FAST });
}
