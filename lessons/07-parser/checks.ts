// What each step of lesson 07 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 07
import { check } from '../../scripts/checking/language.ts';

export const checks = [
  check(1, 'The head comes at once and says that an event stream follows', async ({ watch }) => {
    const numbers = watch('/numbers');
    await numbers.headComesAtOnce({
      otherwise:
        'Write the head with `response.writeHead(200, …)` and send it with ' +
        '`response.flushHeaders()`.',
    });
    numbers.isAnEventStream();
  }),

  check(2, 'A number comes every second', async ({ watch }) => {
    const numbers = watch('/numbers');
    await numbers.eventsCome({
      every: 1000,
      otherwise: 'Call `response.write(`data: ${number}\\n\\n`)` in a `setInterval` of `TICK`.',
    });
    numbers.everyLineIsUnderstood();
  }),

  check(2, "A client that leaves stops its own numbers, and nobody else's", async (scene) => {
    const clients = scene.crowd('/numbers', 12);
    const otherwise =
      'Declare the timer inside the function that is called for each client, and stop that one: ' +
      "`response.on('close', () => clearInterval(counting))`.";
    await clients.comeAndHearAnEvent({ within: 4000, otherwise });
    await clients.leaveButForFirstAndLast();
    await clients.stayersHearMore({ within: 3000, otherwise });
    await clients.leaveNothingBehind({ within: 3000, otherwise });
  }),
];
