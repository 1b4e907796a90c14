// What each step of lesson 09 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 09
import { failsInTheStream, isDone, tokensCome } from '../../scripts/checking/deltas.ts';
import { type Answer, check, type Scene, stream } from '../../scripts/checking/language.ts';
import { forgetsAskers, isRefused } from '../../scripts/checking/posting.ts';

const PATH = '/answers';

function ask(scene: Scene, question: string): Answer {
  const headers = { 'Content-Type': 'application/json', Accept: 'text/event-stream' };
  return scene.send(PATH, { headers, body: JSON.stringify({ question }) });
}

/** Milliseconds of a page's time. */
const SOON = 1500;

/** What the page does when it is opened, and when Ask is pressed. */
const ASKS = {
  from: 'fetch',
  within: SOON,
  otherwise: 'Leave the call of `ask()` at the end of `client.js`, and its `fetch`, as they are.',
} as const;

/** A server of which the check writes the answers; its meter says nothing. */
const MODEL = { [PATH]: stream(), '/meter': stream() };

const delta = (text: string) => `data: ${JSON.stringify({ delta: text })}\n\n`;
const DONE = 'data: {"usage":{"tokens":3}}\n\ndata: [DONE]\n\n';

export const checks = [
  check(1, 'Each token comes in an event of its own, as soon as it is made', async (scene) => {
    await tokensCome(() => ask(scene, 'What does the cat do?'), {
      span: 1000,
      within: 4000,
      otherwise:
        'In `setInterval(…, TICK)`: take the next token with `tokens.next()`, and send it while it is ' +
        'not `done`: `sendData(response, { delta: value })`. Then `response.end()`.',
    });
  }),

  check(1, 'Who stops reading stops the making, and nobody else', async (scene) => {
    await forgetsAskers(() => ask(scene, 'What does the cat do?'), {
      size: 10,
      whole: 4800,
      within: 4000,
      unserved: 'Give each answer a clock of its own: `const typing = setInterval(…)` in `answer`.',
      otherwise:
        "Stop when this client leaves: `response.on('close', () => clearInterval(typing))`. Each token " +
        'that nobody reads costs as much as one that somebody does.',
    });
  }),

  check(2, 'Each token is shown as text when it comes', async ({ page }) => {
    const board = await page.open(MODEL);
    const answer = await board.request(PATH, ASKS);
    const otherwise =
      'Feed each piece to an `EventStreamParser`. Its `onEvent` is given `data`: parse that as JSON, ' +
      'and append its `delta` to the paper.';
    answer.send(delta('The '));
    await board.shows('The', { in: '#paper', within: SOON, otherwise });
    const cut = Buffer.from(delta('<b>中央</b> train '));
    const place = cut.indexOf('中') + 1;
    answer.send(cut.subarray(0, place));
    await board.settles();
    answer.send(cut.subarray(place));
    await board.shows('The <b>中央</b> train', { in: '#paper', within: SOON, otherwise });
    await board.showsNothingOf('data:', {
      in: '#paper',
      witness: () => board.settles(),
      otherwise: 'What is shown is the `delta` of an event, and not the bytes of the stream.',
    });
  }),

  check(3, 'The answer ends with what it took, and [DONE]', async (scene) => {
    await isDone(ask(scene, 'What does the cat do?'), {
      within: 4000,
      otherwise:
        'When there is no token any more: `sendData(response, { usage: { tokens: count } })`, then ' +
        "`response.write('data: [DONE]\\n\\n')`, then the end.",
    });
  }),

  check(3, 'Only [DONE] makes an answer complete', async ({ page }) => {
    const board = await page.open(MODEL);
    const broken = await board.request(PATH, ASKS);
    broken.send(delta('The train to '));
    broken.end();
    await board.shows('failed', {
      in: 'fetch',
      within: SOON,
      otherwise:
        'The answer ended without `[DONE]`, and the page takes that for success. Remember whether it has ' +
        'come, and throw after the loop where it has not.',
    });
    await board.click('Ask');
    const whole = await board.request(PATH, ASKS);
    whole.send(delta('At '));
    whole.send(delta('nine.'));
    whole.send(DONE);
    whole.end();
    await board.shows('closed', {
      in: 'fetch',
      within: SOON,
      otherwise:
        'The answer was complete. `[DONE]` is the one event that is no JSON: compare `data` with it ' +
        "before you parse, and say `pieces.closed('done')` at the end.",
    });
  }),

  check(4, 'What cannot even begin is refused by its status', async (scene) => {
    await isRefused(ask(scene, 'Quo vadis?'), 422, {
      asked: 'A question of which no word is known was asked',
      within: 3000,
      otherwise:
        'Find the first word before you send the head. Where there is none: ' +
        "`return refuse(response, 422, 'A sentence.')`. As long as the head has not gone there is a status to say it with.",
    });
  }),

  check(4, 'What breaks in the middle says so in the stream', async (scene) => {
    await failsInTheStream(ask(scene, 'Why all this snow?'), {
      within: 4000,
      otherwise:
        'When `tokens.next()` is done, look at its `value`: a text there is the reason why it could not go ' +
        'on. Send `{ error: value }` and end the response, without `usage` and without `[DONE]`.',
    });
  }),

  check(
    4,
    'An error in the stream is shown, and what came before it stays',
    async ({ page, fail }) => {
      const board = await page.open(MODEL);
      const answer = await board.request(PATH, ASKS);
      const reason = 'The typewriter is stuck.';
      answer.send(delta('So much snow '));
      answer.send(`data: ${JSON.stringify({ error: reason })}\n\n`);
      answer.end();
      const otherwise =
        'An event may have an `error` in it: throw it, `throw new Error(said.error)`, and `catch` shows ' +
        'it. The status was 200, and knows nothing of it.';
      await board.shows('failed', { in: 'fetch', within: SOON, otherwise });
      // The log shows the bytes of the stream as well: the sentence is an entry of its own.
      const lines = (await board.lines('fetch')) ?? [];
      if (!lines.some((line) => line.includes(reason) && !line.includes('{'))) {
        fail({
          sentence: `The log of fetch says that it failed, and not why: "${reason}" was sent as the error.`,
          otherwise,
        });
      }
      await board.shows('So much snow', {
        in: '#paper',
        within: SOON,
        otherwise:
          'Leave on the paper what has come: half an answer is of use, if one knows that it is half.',
      });
    },
  ),

  check(5, 'Stop leaves the server, and is no failure', async ({ page }) => {
    const board = await page.open(MODEL);
    const answer = await board.request(PATH, ASKS);
    answer.send(delta('The '));
    await board.shows('The', { in: '#paper', ...ASKS });
    await board.click('Stop');
    await answer.isLeft({
      within: SOON,
      otherwise: 'Call `leaving.abort()` in `stop()`: its signal goes with the request.',
    });
    await board.shows('closed', {
      in: 'fetch',
      within: SOON,
      otherwise:
        'An abort makes `read()` fail. In `catch`, return where `mine.signal.aborted` is true: it was ' +
        "meant. `stop()` itself says so: `pieces.closed('you stopped it')`.",
    });
  }),
];
