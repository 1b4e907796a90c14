// Who comes back after an end, and when: questions to a page whose EventSource was ended, cut or
// refused. The browser comes back by itself and says what it has heard; a new EventSource is made by
// the page, and knows nothing.
import type { Otherwise } from '../answer.ts';
import { Failure, seconds } from '../failure.ts';
import type { OpenPage } from './open-page.ts';
import type { Reader, Seen } from './scripted-server.ts';
import { indented } from './sentences.ts';
import type { Wire } from './wire.ts';

/** How much faster the page's clock runs while waits are measured: first, and to be sure. */
const QUICK = 10;
const EXACT = 4;
/** So much longer than the first waits the last ones must be, for patience that grows. */
const GROWTH = new Map([
  [QUICK, 2.5],
  [EXACT, 1.8],
]);
/** Milliseconds of the page's clock that later waits take at the least. */
const WAIT = 1000;
/** Real milliseconds that a machine has no other reason to take. */
const CLEAR = 250;

/** The requests of the page's EventSources for a path, or of another of its readers. */
function asked(page: OpenPage, path: string, from: Reader = 'EventSource'): Seen[] {
  return page.requests.filter((seen) => seen.path === path && seen.reader === from);
}

/**
 * Waits for the browser to come back by itself: with the last event ID.
 *
 * @param within milliseconds of the page's clock
 */
export async function browserComesBack(
  page: OpenPage,
  path: string,
  lastEventId: string,
  within: number,
): Promise<boolean> {
  const isBack = () => asked(page, path).some((seen) => seen.lastEventId === lastEventId);
  return (await page.comes(isBack, within)) === true;
}

/**
 * After an end that nobody has announced, the browser must come back by itself.
 *
 * @param within milliseconds of the page's clock
 */
export async function leavesItToTheBrowser(
  page: OpenPage,
  path: string,
  lastEventId: string,
  { within, otherwise }: Otherwise & { within: number },
): Promise<void> {
  if (await browserComesBack(page, path, lastEventId, within)) return;
  const isAnew = asked(page, path).length > 1;
  throw new Failure({
    sentence:
      `The stream ended after the event with the ID ${lastEventId}, as it does when a connection breaks. ` +
      (isAnew
        ? 'A new EventSource asked then, without a `Last-Event-ID`: the page has closed the first one, which was about to come back by itself.'
        : 'The browser comes back by itself, but not if the page has closed its EventSource: nobody came.'),
    excerpt: requestTimes(asked(page, path)),
    advice: otherwise,
    certain: true,
  });
}

export interface Refused extends Otherwise {
  path: string;
  /** Who asks; EventSource if not given. */
  from?: Reader;
  /** How many requests are waited for, 5 at least: the last one is answered. */
  count: number;
  first: Otherwise & { within: number };
  /** Milliseconds of the page's clock until the next request. */
  within: number;
  /** What to do if none comes. `otherwise` says what to do if it comes too soon. */
  never: string;
}

/**
 * Refused for good again and again, the page must make a new EventSource each time, and must wait
 * longer and longer before it does. On a slow machine short waits look alike: so the page is played
 * once more, with a slower clock, before its patience is called in question.
 *
 * @param open opens a page that is refused, with its clock at a speed
 * @returns the page, and the last of its requests
 */
export async function waitsLongerEachTime(
  open: (speed: number) => Promise<OpenPage>,
  refused: Refused,
): Promise<{ board: OpenPage; last: Wire }> {
  const quick = await measureWaits(open, QUICK, refused);
  if (isPatient(quick.waits, QUICK)) return quick;
  const { board, last, waits, speed } = await measureWaits(open, EXACT, refused);
  if (isPatient(waits, speed)) return { board, last };
  const isStorm = Math.min(...waits) < WAIT / 2;
  const { path, from, count, otherwise } = refused;
  const so = 'With many pages a server that is in trouble';
  throw new Failure({
    sentence: isStorm
      ? `The page was refused, and asked again at once: ${count} times in ${seconds(sum(waits))}. ${so} never gets out of it.`
      : `The page was refused again and again, and its waits do not grow. ${so} is never left in peace.`,
    excerpt: requestTimes(asked(board, path, from).slice(0, count), speed),
    advice: otherwise,
  });
}

async function measureWaits(
  open: (speed: number) => Promise<OpenPage>,
  speed: number,
  { path, from = 'EventSource', count, first, within, never }: Refused,
) {
  const board = await open(speed);
  let last = await board.request(path, { ...first, from });
  const times = [last.seen.at];
  while (times.length < count) {
    last = await board.request(path, { from, within, otherwise: never });
    times.push(last.seen.at);
  }
  const waits = times.slice(1).map((at, index) => (at - times[index]!) * speed);
  return { board, last, waits, speed };
}

/**
 * Whether the later waits are longer. No timer fires early, but on a slow machine any may be late: so
 * of several waits the shortest tells most, and it must be more than what a slow machine makes.
 */
function isPatient(waits: number[], speed: number): boolean {
  const half = Math.floor(waits.length / 2);
  const early = Math.min(...waits.slice(0, half));
  const late = Math.min(...waits.slice(-half));
  return late >= GROWTH.get(speed)! * early && late >= Math.max(WAIT, CLEAR * speed);
}

interface StayAway extends Otherwise {
  /** Who asks; EventSource if not given. */
  from?: Reader;
  taken: number;
  within: number;
}

/**
 * Whatever the page has asked so far, it must not ask again.
 *
 * @param options `taken`: how many of its requests the check has had; `within`: milliseconds of the
 *   page's clock that it is watched for
 */
export async function staysAwayFromNow(
  page: OpenPage,
  path: string,
  { from = 'EventSource', taken, within, otherwise }: StayAway,
): Promise<void> {
  for (let count = taken; count < asked(page, path, from).length; count++) {
    await page.request(path, { from, within: 0, otherwise });
  }
  await page.staysAway(path, { from, within, otherwise });
}

/** A row for each request: when it came, and what it brought along. */
function requestTimes(requests: Seen[], speed = 1): string {
  const begin = requests[0]?.at ?? 0;
  return indented(
    requests.map(({ at, method, target, lastEventId }) => {
      const id = lastEventId === '' ? '' : `, Last-Event-ID: ${lastEventId}`;
      return `+${seconds((at - begin) * speed)}  ${method} ${target}${id}`;
    }),
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
