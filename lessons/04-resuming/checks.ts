// What each step of lesson 04 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 04
import { idsCome } from '../../scripts/checking/fields.ts';
import {
  type Answer,
  check,
  Failure,
  type Scene,
  stream,
} from '../../scripts/checking/language.ts';
import { saysReset, survivesRestart } from '../../scripts/checking/reset.ts';
import {
  comingBack,
  hears,
  idsAreShared,
  resumes,
  resumesWhereNumbersGrow,
} from '../../scripts/checking/resuming.ts';

const PATH = '/announcements';

/** So many announcements the station keeps; one more or less is no matter. */
const KEPT = 15;
/** After so many, the first is too old for anyone. */
const LONG_AFTER = 20;

/** The archive takes two seconds and a half, and an announcement comes every second. */
const within = 8000;

/** With less than that lost to other programs, the clocks were right. */
const UNDISTURBED = 1000;

/** What the page does when it is opened, and when it is loaded anew. */
const CONNECTS = {
  within: 3000,
  otherwise: 'Leave the call of `connectEventSource()` at the end of `client.js` as it is.',
};

/** So much faster runs the clock of a server that is judged: twenty announcements are waited for. */
export const speed = 100;

/** What the button "Cut it a hundred times" does. */
export const cutTest = { path: PATH, events: 1000, cuts: 100 };

/** The client that has never been away. */
async function present({ watch }: Pick<Scene, 'watch'>): Promise<Answer> {
  const witness = watch(PATH);
  await witness.headComes({
    within: 3000,
    otherwise: 'Answer `/announcements` with `streamAnnouncements`, as the starter does.',
  });
  witness.isAnEventStream();
  await witness.eventComes(1, {
    within: 3000,
    otherwise:
      'Whoever is in `clients` is sent what is announced. But where `client.waiting` is an array, ' +
      'nothing is sent: set it to `undefined` when the archive has answered.',
  });
  return witness;
}

/** The same, with three announcements that can be told apart. */
async function numbered(scene: Pick<Scene, 'watch'>): Promise<Answer> {
  const witness = await present(scene);
  await idsCome(witness, 3, {
    within: 3000,
    otherwise:
      'In `sendEvent`, write a line `id: …` with the number of the announcement, above its `data` line.',
  });
  return witness;
}

/** The first announcement is no longer kept when twenty have followed it. */
async function oldestIsReset({ get }: Pick<Scene, 'get'>, witness: Answer): Promise<void> {
  await hears(witness, LONG_AFTER, { within: 3000, otherwise: 'Announce once a second.' });
  const oldest = get(PATH, comingBack(witness.events[0]!.lastEventId));
  await saysReset(oldest, 'A client came back that had missed more than is kept', {
    within,
    otherwise:
      'The oldest that the archive has must be the next one after the ID. Where it is a later one, ' +
      'write an event of the type `reset`, with some data and no `id`, before all others.',
  });
}

export const checks = [
  check(1, 'Each announcement has an ID of its own', async (scene) => {
    const witness = await numbered(scene);
    witness.everyLineIsUnderstood();
  }),

  check(1, 'It is the same ID for every client', async (scene) => {
    await idsAreShared(await numbered(scene), () => scene.get(PATH), {
      within: 3000,
      otherwise:
        'Take the number that the announcement has: the station counts, in `announce`. A counter of each ' +
        'client says something else to each of them.',
    });
  }),

  check(2, 'The last fifteen announcements are kept, and no more', async (scene) => {
    const witness = await present(scene);
    await hears(witness, LONG_AFTER, {
      within: 3000,
      otherwise: 'Announce on, once a second, however many are kept.',
    });
    const newest = witness.events.length - 1;
    const kept = scene.get('/history', { Accept: 'application/json' });
    await kept.headComes({
      within: 3000,
      otherwise: 'Answer `/history` with `tellHistory(response)`, as the starter does.',
    });
    await kept.stage.comes(kept, ({ ending }) => ending !== undefined, 3000);
    const body = Buffer.from(kept.exchange.body).toString('utf8');
    const list = asList(body);
    const otherwise =
      'In `announce`, `history.push(announcement)` keeps one; if there are more than `KEPT` then, ' +
      '`history.shift()` lets the oldest go.';
    if (!list) {
      throw wrong({
        sentence: '`/history` was answered with something that is no JSON list of announcements.',
        otherwise: 'Leave `tellHistory` as it is: it sends `JSON.stringify(history)`.',
      });
    }
    if (list.length === 0) {
      throw wrong({
        sentence: `${LONG_AFTER} announcements were made, and \`/history\` says that none is kept.`,
        otherwise,
      });
    }
    if (Math.abs(list.length - KEPT) > 1) {
      throw wrong({
        sentence:
          list.length > KEPT
            ? 'All announcements are kept: the list grows as long as the program runs, and so does its memory. Fifteen were meant to be kept.'
            : 'Only a few announcements are kept, and fifteen were meant to be.',
        otherwise,
      });
    }
    // By now there may be newer ones, and this one may be gone.
    const isKept = () =>
      witness.events.slice(newest).some(({ data }) => {
        return body.includes(JSON.stringify(data).slice(1, -1));
      });
    if (!(await witness.stage.comes(witness, isKept, 3000))) {
      throw wrong({
        sentence: 'Fifteen announcements are kept, and the newest is not among them.',
        otherwise,
      });
    }
  }),

  check(3, 'Who comes back hears first what it has missed', async (scene) => {
    const witness = await present(scene);
    const ask = (id: string) => scene.get(PATH, comingBack(id));
    const advice = {
      within,
      otherwise:
        "The ID is in `request.headers['last-event-id']`, as text. Send every announcement of `history` " +
        'whose number is greater than that number, oldest first, and no other.',
    };
    const longer = resumesWhereNumbersGrow(witness, ask, advice);
    longer.catch(() => {}); // what is wrong already a moment later is told first
    await resumes(witness, ask, advice);
    await longer;
  }),

  check(4, 'Nothing is lost and nothing comes twice while the archive is asked', async (scene) => {
    const witness = await present(scene);
    const advice = {
      more: 6,
      within,
      otherwise:
        'Subscribe first: add the client to `clients` before you ask the archive, and let what is ' +
        'announced meanwhile wait in `client.waiting`. When the archive has answered, send what was ' +
        'missed, and then what has waited, but for what the archive knew already.',
    };
    const begun = witness.events.length;
    // Six come back, a second apart: between the two ways of one there may have been no news. Where a
    // busy machine has stopped the clocks meanwhile there was none, so one comes back once more.
    const comeBack = async (later: number) => {
      await hears(witness, begun + later, advice);
      for (let attempt = 0; attempt < 3; attempt++) {
        const before = await witness.stage.lost();
        await resumes(witness, (id) => scene.get(PATH, comingBack(id)), advice);
        const lost = witness.stage.lesson((await witness.stage.lost()) - before);
        if (lost < UNDISTURBED) return;
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5].map(comeBack));
  }),

  check(5, 'Who comes back too late is told `reset`', async (scene) => {
    await oldestIsReset(scene, await present(scene));
  }),

  check(
    5,
    'Who comes back after a restart is told `reset`, and who has missed little is not',
    async (scene) => {
      const witness = await present(scene);
      await resumes(witness, (id) => scene.get(PATH, comingBack(id)), {
        more: 6,
        within,
        otherwise:
          'Say `reset` to nobody else. `lastEventId.split("-")` takes the ID apart: the run of the program, ' +
          'and the number.',
      });
      await oldestIsReset(scene, witness); // another start costs time: not for those who do not know reset
      await survivesRestart(witness, scene, {
        within,
        otherwise:
          'The numbers begin at 1 again when the program starts. Put `RUN` into the ID, which is another ' +
          'one each time: `id: ${RUN}-${number}`. An ID with another run, or with none, gets `reset`.',
      });
    },
  ),

  check(6, 'The server takes the ID from the URL as well', async (scene) => {
    const witness = await present(scene);
    const inUrl = (id: string) => `${PATH}?lastEventId=${encodeURIComponent(id)}`;
    await resumes(witness, (id) => scene.get(inUrl(id)), {
      within,
      otherwise:
        'Where there is no header, look into the query: ' +
        "`header ?? url.searchParams.get('lastEventId') ?? ''`.",
    });
    const before = (id: string) => {
      const place = witness.events.findIndex(({ lastEventId }) => lastEventId === id);
      return witness.events[Math.max(0, place - 2)]!.lastEventId;
    };
    await resumes(witness, (id) => scene.get(inUrl(before(id)), comingBack(id)), {
      within,
      otherwise:
        'An old ID stood in the URL, and a newer one in the header. The URL of an EventSource stays as it ' +
        'was when it was made, so the header is right where there is one.',
    });
  }),

  check(
    6,
    'After a reload, and after Connect, the page puts the last ID into the URL',
    async ({ page }) => {
      const board = await page.open({ [PATH]: stream('retry: 20') });
      const first = await board.request(PATH, CONNECTS);
      first.send(
        'id: run-6\ndata: No. 6, 12:00: one\n\nid: run-7 & 8\ndata: No. 7, 12:00: two\n\n',
      );
      await board.shows('No. 7', { in: 'EventSource', ...CONNECTS });
      await board.reload();
      const otherwise =
        'In `onmessage`, keep the ID: `sessionStorage.setItem(LAST_ID, event.lastEventId)`. When an ' +
        'EventSource is made, put what is kept into its URL: ' +
        '`?lastEventId=${encodeURIComponent(kept)}`.';
      for (const what of ['After a reload', 'After Connect was pressed again']) {
        const next = await board.request(PATH, CONNECTS);
        const said = next.query.get('lastEventId');
        if (said !== 'run-7 & 8') {
          const sentence =
            said === null
              ? `${what} the page asked for ${next.seen.target}, and did not say what it had heard.`
              : `${what} the page said in the URL that it had heard \`${said}\`. It was \`run-7 & 8\`.`;
          throw new Failure({ sentence, advice: otherwise, certain: true });
        }
        if (what === 'After a reload') await board.click('Connect EventSource');
      }
    },
  ),
];

/** A failure that is told at once: no delay and no other client can be the reason. */
function wrong({ sentence, otherwise }: { sentence: string; otherwise: string }): Failure {
  return new Failure({ sentence, advice: otherwise, certain: true });
}

/** A body that is a JSON list; undefined for any other. */
function asList(body: string): unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(body);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}
