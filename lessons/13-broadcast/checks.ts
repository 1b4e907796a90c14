// What each step of lesson 13 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 13
import {
  announces,
  audience,
  isEncodedOnce,
  isHeardByAll,
  isWrittenOnce,
  letsSlowClientGo,
  shutsDown,
} from '../../scripts/checking/broadcasting.ts';
import { check, stream } from '../../scripts/checking/language.ts';
import { saysReset } from '../../scripts/checking/reset.ts';
import { comingBack, resumes } from '../../scripts/checking/resuming.ts';

const PATH = '/events';

/** An event comes each second. */
const within = 4000;

/** What comes of these is announced in the order in which they stand here. */
/** Enough of them, so that what the station says by itself meanwhile does not count. */
const TEXTS = Array.from({ length: 30 }, (_, nth) => `text-${nth + 10}`);

/** As much as a socket and its peer take on any system, and four times the cap. */
const FLOOD = {
  most: 4_000_000,
  texts: Array.from({ length: 16 }, () => 'x'.repeat(6000)),
  rounds: 160,
};

/** What the page does when it is opened. */
const CONNECTS = {
  within: 3000,
  otherwise: 'Leave the call of `connectEventSource()` at the end of `client.js` as it is.',
};

const FIGURES = { said: 100, written: 500, dropped: 2, clients: 3, cap: 1_000_000 };

/** Figures as the server sends them. */
function figures(changes: Record<string, unknown>): string {
  return `event: figures\ndata: ${JSON.stringify({ ...FIGURES, time: 50_000, ...changes })}\n\n`;
}

/** So much faster runs the clock of a server that is judged: it is an event a second that is waited for. */
export const speed = 100;

export const checks = [
  check(1, 'What is announced is heard by everybody, as one event', async (scene) => {
    const clients = await audience(scene, PATH, 4, {
      within,
      otherwise:
        'In `announce`, make the event, and write it to every one of `clients`. In `streamEvents`, add ' +
        'the response to `clients`.',
    });
    const text = 'green\nevent: umbrella';
    await isHeardByAll(clients, 'green', announces(scene, PATH, [text]), {
      within,
      otherwise:
        'Write each event to every client: `for (const client of clients) send(client, bytes)`.',
    });
  }),

  check(1, 'An event is encoded once, however many listen', async ({ alone }) => {
    await alone((program) =>
      isEncodedOnce(
        program,
        PATH,
        { size: 20, texts: TEXTS.slice(0, 1) },
        {
          within,
          otherwise:
            'Before the loop, make the bytes: `const bytes = Buffer.from(…)`. In the loop, write these ' +
            'bytes. A text is turned into bytes at each write, for each client anew.',
        },
      ),
    );
  }),

  check(1, 'Who has left is not written to any more', async ({ crowd }) => {
    const advice = {
      within,
      otherwise:
        "Take a client out when it leaves: `response.on('close', () => clients.delete(response))`.",
    };
    const clients = crowd(PATH, 10);
    await clients.comeAndHearAnEvent(advice);
    await clients.leaveButForFirstAndLast();
    await clients.stayersHearMore(advice);
    await clients.leaveNothingBehind(advice);
  }),

  check(2, 'A client that does not read is let go, and loses nothing by it', async ({ alone }) => {
    await alone((program) =>
      letsSlowClientGo(program, PATH, FLOOD, {
        within: 10_000,
        otherwise:
          'In `send`, look at `client.writableLength` before you write. If it is more than `CAP`, ' +
          '`clients.delete(client)` and `client.destroy()`.',
      }),
    );
  }),

  check(2, 'Who comes back hears first what it has missed', async (scene) => {
    const witness = scene.watch(PATH);
    await witness.headComes({ within, otherwise: 'Answer `GET /events` with `streamEvents`.' });
    await resumes(witness, (id) => scene.get(PATH, comingBack(id)), {
      within,
      more: 3,
      otherwise:
        'Add the client to `clients` first, and then call `replay` with what ' +
        "`request.headers['last-event-id']` says. Await nothing in between.",
    });
    await saysReset(
      scene.get(PATH, comingBack('yesterday-40')),
      'A client came back with an ID of another run of the program',
      {
        within,
        otherwise: 'Give `replay` the last event ID as it came: it knows which run it is of.',
      },
    );
  }),

  check(3, 'The page draws the clients, the rate, and what is held', async ({ page, fail }) => {
    const board = await page.open({ [PATH]: stream('retry: 20') });
    const events = await board.request(PATH, CONNECTS);
    events.send(figures({ held: [0, 400_000, 25_500] }));
    const otherwise =
      "Listen by name, `opened.addEventListener('figures', (event) => draw(JSON.parse(event.data)))`, " +
      'and let `draw` show what came.';
    await board.shows('3 clients', { in: '#sign', within: 3000, otherwise });
    await board.shows('426 kB held', { in: '#figures', within: 3000, otherwise });
    await board.shows('2 let go', { in: '#figures', within: 3000, otherwise });

    events.send(figures({ held: [0, 7000], clients: 2, said: 140, written: 580, time: 52_000 }));
    await board.shows('2 clients', { in: '#sign', within: 3000, otherwise });
    await board.shows('20 events/s', {
      in: '#figures',
      within: 3000,
      otherwise:
        '`said` counts since the server was started. The rate is what was added since the figures ' +
        'before, divided by the seconds between the two: `time` is in milliseconds.',
    });
    const bars = (await board.lines('#loudspeakers')) ?? [];
    const heights = bars.join(' ').match(/\d+ kB/g) ?? [];
    if (heights.join() !== '0 kB,7 kB') {
      fail({
        sentence: `Figures for three clients came, and then for two. The page shows ${heights.length} bars${heights.length > 0 ? `: ${heights.join(', ')}` : ''}. It was meant to show two: 0 kB and 7 kB.`,
        otherwise:
          'Make a bar for each number in `held`, and put them in the place of those before: ' +
          '`loudspeakers.replaceChildren(...bars)`.',
      });
    }

    // A server that was started anew counts anew.
    events.send(figures({ held: [0], clients: 1, said: 1, written: 1, dropped: 0, time: 58_000 }));
    await board.shows('1 client', { in: '#sign', within: 3000, otherwise });
    const shown = ((await board.lines('#figures')) ?? []).join(' ');
    if (!/-\d|NaN|Infinity/.test(shown)) return;
    fail({
      sentence: `The server was started anew, and counts from 0. The page shows: ${shown}`,
      otherwise:
        'Where `said` is less than it was, there is nothing to compare with: the rate is 0 until the ' +
        'next figures come.',
    });
  }),

  check(4, 'What is announced in one tick leaves in one write to each', async ({ alone }) => {
    await alone((program) =>
      isWrittenOnce(
        program,
        PATH,
        { size: 10, texts: TEXTS },
        {
          within,
          otherwise:
            'In `announce`, put the bytes into `batch`, and when it is the first of them call ' +
            '`setImmediate(flush)`. `flush` joins what is there with `Buffer.concat`, and sends it.',
        },
      ),
    );
  }),

  check(5, 'A shutdown tells each client when to come back, and ends', async ({ alone }) => {
    await alone((program) =>
      shutsDown(
        program,
        { path: PATH, by: '/shutdown', size: 8 },
        {
          within: 10_000,
          least: 500,
          most: 60_000,
          otherwise:
            'In `shutDown`, stop the station, call `server.close()`, and end each response with its last ' +
            'words, `retry: ` and an empty line: `client.end(…)`, with another time for each.',
        },
      ),
    );
  }),
];
