// What each step of lesson 01 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 01
import { check } from '../../scripts/checking/language.ts';

/** So much faster runs the clock of a server that is judged: a second of the lesson takes 8 ms. */
export const speed = 120;

export const checks = [
  check(1, 'The head comes at once and says that an event stream follows', async ({ watch }) => {
    const clock = watch('/clock');
    await clock.headComesAtOnce({
      otherwise:
        'Write the head with `response.writeHead(200, …)` and send it with ' +
        '`response.flushHeaders()`: Node keeps it back until the body begins.',
    });
    clock.isAnEventStream();
  }),

  check(1, 'Every other path is answered, and is not the clock', async ({ get }) => {
    const others = ['/', '/clockwork', '/old-clock', '/clock/hands'].map((path) => get(path));
    for (const other of others) {
      await other.isAnswered({
        otherwise:
          'Answer every request. What is not `/clock` goes to `servePage(import.meta.dirname, ' +
          'request, response)`, which answers 404 where there is nothing.',
      });
      other.isNoEventStream({
        otherwise: "Compare the whole path: `request.url === '/clock'`.",
      });
    }
  }),

  check(2, 'The time comes as one event, with the empty line that ends it', async ({ watch }) => {
    const clock = watch('/clock');
    await clock.eventComes(1, {
      within: 3000,
      otherwise: "Write one event: `response.write('data: ' + stationTime() + '\\n\\n')`.",
    });
    clock.everyLineIsUnderstood();
  }),

  check(3, 'An event comes every second, and the clock moves', async ({ watch }) => {
    const clock = watch('/clock');
    const [first] = await clock.eventsCome({
      every: 1000,
      otherwise:
        'Put `response.write(…)` into `setInterval(() => { … }, TICK)`, with `TICK` at 1000, and ' +
        'leave `response.end()` out: this response goes on.',
    });
    clock.everyLineIsUnderstood();

    // A clock without seconds may show one text for a minute; a clock that has them may not.
    if (!/:\d\d:\d\d|\d{10}/.test(first.data)) return;
    await clock.dataChanges({
      within: 4,
      otherwise: 'Ask for the time inside the function that `setInterval` calls, at every tick.',
    });
  }),

  check(4, "A client that leaves takes its own clock along, and nobody else's", async (scene) => {
    const clients = scene.crowd('/clock', 12);
    const otherwise =
      'Give each client a clock of its own, which writes to its own response: `const clock = ' +
      'setInterval(…)` inside the function that is called for each client, and ' +
      '`clearInterval(clock)` when that one leaves.';
    await clients.comeAndHearAnEvent({ within: 4000, otherwise });
    await clients.leaveButForFirstAndLast();
    await clients.stayersHearMore({ within: 3000, otherwise });
    await clients.leaveNothingBehind({
      within: 3000,
      otherwise:
        "When a client leaves, stop its clock: `response.on('close', () => clearInterval(clock))`. " +
        'If you keep a list of clients, take it off the list there as well.',
    });
  }),
];
