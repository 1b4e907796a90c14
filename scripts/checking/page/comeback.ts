// Who comes back after an end, and when: questions to a page whose EventSource was ended, cut or
// refused. The browser comes back by itself and says what it has heard; a new EventSource is made by
// the page, and knows nothing.
import type { Otherwise } from '../answer.ts';
import { Failure, seconds } from '../failure.ts';
import type { OpenPage } from './open-page.ts';
import type { Seen } from './scripted-server.ts';
import { indented } from './sentences.ts';
import type { Wire } from './wire.ts';

/** So much longer than the first waits the last ones must be, for patience that grows. */
const GROWTH = 1.4;
/** Milliseconds of the page's clock in which nobody may be asked five times. */
const STORM = 1000;

/** The requests of the page's EventSources for a path. */
function asked(page: OpenPage, path: string): Seen[] {
  return page.requests.filter((seen) => seen.path === path && seen.reader === 'EventSource');
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

/**
 * Refused for good again and again, the page must make a new EventSource each time, and must wait
 * longer and longer before it does.
 *
 * @param count how many requests are waited for, 5 at least
 * @param options `speed`: of the page's clock; `within`: milliseconds of it, for each request;
 *   `never`: what to do if no new one is made; `otherwise`: if it is made too soon
 * @returns the last of the requests
 */
export async function isPatient(
  page: OpenPage,
  path: string,
  count: number,
  options: Otherwise & {
    speed: number;
    first: Otherwise & { within: number };
    within: number;
    never: string;
  },
): Promise<Wire> {
  const { speed, within, never, otherwise } = options;
  let wire = await page.request(path, options.first);
  const times = [wire.seen.at];
  while (times.length < count) {
    wire = await page.request(path, { within, otherwise: never });
    times.push(wire.seen.at);
  }
  const waits = times.slice(1).map((at, index) => (at - times[index]!) * speed);
  const half = Math.floor(waits.length / 2);
  const early = sum(waits.slice(0, half));
  const late = sum(waits.slice(-half));
  const isStorm = sum(waits) < STORM;
  if (!isStorm && late >= early * GROWTH) return wire;
  throw new Failure({
    sentence: isStorm
      ? `The page was refused, and asked again at once: ${count} times in ${seconds(sum(waits))}. With many pages a server that is in trouble never gets out of it.`
      : 'The page was refused again and again, and its waits do not grow. With many pages a server that is in trouble is never left in peace.',
    excerpt: requestTimes(asked(page, path).slice(0, count), speed),
    advice: otherwise,
  });
}

/**
 * Whatever the page has asked so far, it must not ask again.
 *
 * @param options `taken`: how many of its requests the check has had; `real`: so many milliseconds of
 *   the wall's clock it is watched for, at the least
 */
export async function staysAwayFromNow(
  page: OpenPage,
  path: string,
  { taken, real, otherwise }: Otherwise & { taken: number; real: number },
): Promise<void> {
  for (let count = taken; count < asked(page, path).length; count++) {
    await page.request(path, { within: 0, otherwise });
  }
  const deadline = performance.now() + real;
  do await page.staysAway(path, { otherwise });
  while (performance.now() < deadline);
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
