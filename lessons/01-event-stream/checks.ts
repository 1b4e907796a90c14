// What each step of lesson 01 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 01
import { check } from '../../scripts/checking/language.ts';

export const checks = [
  check(1, 'The head comes at once and says that an event stream follows', async ({ watch }) => {
    const clock = watch('/clock');
    await clock.headComesAtOnce({
      otherwise:
        'Node keeps the head back until the body begins. Call response.flushHeaders() right after ' +
        'response.writeHead(…), and the page says "open" at once.',
    });
    clock.isAnEventStream();
  }),

  check(1, 'Every other path is answered, and is not the clock', async ({ get }) => {
    const others = ['/', '/clockwork', '/old-clock', '/clock/hands'].map((path) => get(path));
    for (const other of others) {
      await other.isAnswered({
        otherwise:
          'Answer every request. What is not /clock goes to servePage(import.meta.dirname, ' +
          'request, response), which answers 404 where there is nothing.',
      });
      other.isNoEventStream({
        otherwise: "Compare the whole path: request.url === '/clock'.",
      });
    }
  }),

  check(2, 'The time comes as one event, with the empty line that ends it', async ({ watch }) => {
    const clock = watch('/clock');
    await clock.eventComes(1, {
      within: 3000,
      otherwise: 'Write one event: response.write(`data: ${stationTime()}\\n\\n`).',
    });
    clock.everyLineIsUnderstood();
  }),

  check(3, 'An event comes every second, and the clock moves', async ({ watch, fail }) => {
    const clock = watch('/clock');
    const events = await clock.eventsCome({
      every: 1000,
      otherwise:
        'Put response.write(…) into setInterval(() => { … }, TICK), and leave response.end() out: ' +
        'this response goes on.',
    });
    clock.everyLineIsUnderstood();

    // A clock without seconds may show the same text for a minute; one with seconds may not.
    const times = events.map((event) => event.data);
    if (/:\d\d:\d\d|\d{10}/.test(times[0]!) && new Set(times).size === 1) {
      fail({
        sentence: `The clock stands still: each of ${times.length} events says the same time.`,
        excerpt: clock.timetable(),
        otherwise: 'Ask for the time inside the function that setInterval calls, at every tick.',
      });
    }
  }),

  check(4, "A client that leaves takes its own clock along, and nobody else's", async (scene) => {
    const clients = scene.crowd('/clock', 12);
    const otherwise =
      'Give each client a clock of its own: const clock = setInterval(…) inside the function that ' +
      'is called for each client, and clearInterval(clock) when that one leaves.';
    await clients.comeAndHearAnEvent({ within: 4000, otherwise });
    await clients.leaveButForFirstAndLast();
    await clients.stayersHearMore({ within: 3000, otherwise });
    await clients.leaveNothingBehind({
      within: 3000,
      otherwise:
        "Stop the clock when its client leaves: response.on('close', () => clearInterval(clock)).",
    });
  }),
];
