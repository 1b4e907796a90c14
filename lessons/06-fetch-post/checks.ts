// What each step of lesson 06 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 06
import { type Answer, answer, check, type Scene } from '../../scripts/checking/language.ts';
import type { OpenPage } from '../../scripts/checking/page/open-page.ts';
import type { Seen } from '../../scripts/checking/page/scripted-server.ts';
import {
  comesBitByBit,
  forgetsAskers,
  isPlainText,
  isRefused,
  textComes,
} from '../../scripts/checking/posting.ts';

const PATH = '/enquiries';
const JSON_TYPE = { 'Content-Type': 'application/json' };

function ask(scene: Scene, question: string, headers: Record<string, string> = JSON_TYPE): Answer {
  return scene.send(PATH, { headers, body: JSON.stringify({ question }) });
}

/** Milliseconds of a page's time. */
const SOON = 1500;

/** What the page does when it is opened, and when Ask is pressed. */
const ASKS = {
  from: 'fetch',
  within: 3000,
  otherwise:
    'Leave the call of `ask(false)` at the end of `client.js`, and its `fetch`, as they are.',
} as const;

const REFUSAL = 'The desk is closed on Sundays.';

/** Answers the fetch of the page, and its EventSource as the server does. */
const desk = (reply: ReturnType<typeof answer>) => ({
  [PATH]: ({ method }: Seen) => (method === 'POST' ? reply : answer(405)),
});
const TALKING = answer(200, { whole: false });

export const checks = [
  check(1, 'A question in JSON is answered in text', async (scene) => {
    const question = 'Where is platform 4?';
    const otherwise =
      'Take the question out of the body: `JSON.parse(body.toString()).question`. `wordsFor(question)` ' +
      'makes an answer of it.';
    const enquiry = ask(scene, question);
    await isPlainText(enquiry, { within: 3000, otherwise });
    await textComes(enquiry, question, { within: 8000, otherwise });
    const withCharset = { 'Content-Type': 'Application/JSON; charset=utf-8' };
    await isPlainText(ask(scene, question, withCharset), {
      within: 3000,
      otherwise:
        'A type may have a charset behind it, and capitals: compare what stands before the `;`, in small letters.',
    });
  }),

  check(1, 'A character keeps whole, wherever the body is cut', async (scene) => {
    const question = '中 🚂?';
    const body = Buffer.from(JSON.stringify({ question }));
    const [word, train] = [body.indexOf('中'), body.indexOf('🚂')];
    const pieces = [
      body.subarray(0, word + 1),
      body.subarray(word + 1, train + 3),
      body.subarray(train + 3),
    ];
    const enquiry = scene.send(PATH, { headers: JSON_TYPE, body: pieces });
    const otherwise =
      'Keep the pieces as they are, and join the bytes: `Buffer.concat(pieces)`. Only then make them text.';
    await isPlainText(enquiry, { within: 3000, otherwise });
    await textComes(enquiry, question, { within: 8000, otherwise });
  }),

  check(1, 'What is no POST is refused with 405', async ({ send }) => {
    for (const method of ['GET', 'PUT']) {
      await isRefused(send(PATH, { method }), 405, {
        asked: `\`${method} ${PATH}\` was sent`,
        within: 3000,
        otherwise: "Look at `request.method` first: what is not `'POST'` gets 405.",
      });
    }
  }),

  check(1, 'What is no JSON by its type is refused with 415', async ({ send }) => {
    const body = '{"question":"When?"}';
    for (const headers of [{ 'Content-Type': 'text/plain' }, {}]) {
      const type = 'Content-Type' in headers ? 'as `text/plain`' : 'without a type';
      await isRefused(send(PATH, { headers, body }), 415, {
        asked: `A question was posted ${type}`,
        within: 3000,
        otherwise:
          "Look at `request.headers['content-type']`, which may be missing. Another type than " +
          '`application/json` gets 415.',
      });
    }
  }),

  check(1, 'A body without a question is refused with 400', async ({ send }) => {
    const bodies = ['When?', '{"question":', 'null', '7', '{}', '{"question":7}', ''];
    const refusals = bodies.map((body) =>
      isRefused(send(PATH, { headers: JSON_TYPE, body }), 400, {
        asked: `${body === '' ? 'An empty body' : `The body \`${body}\``} was sent`,
        within: 3000,
        otherwise:
          '`JSON.parse` throws where there is no JSON, and gives what you do not expect where there is ' +
          "some: `null`, `7`. Catch the one, and look for the other: `typeof question === 'string'`.",
      }),
    );
    await Promise.all(refusals);
  }),

  check(1, 'A body that is too long is refused with 413, before it is over', async ({ send }) => {
    // Announced by its length, or not at all; and in both cases it goes on for ever.
    const long = `{"question":"${'x'.repeat(20_000)}`;
    const framings = [
      { headers: { ...JSON_TYPE, 'Content-Length': '1000000000' }, body: long },
      {
        headers: { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' },
        body: `${long.length.toString(16)}\r\n${long}\r\n`,
      },
    ];
    for (const request of framings) {
      await isRefused(send(PATH, request), 413, {
        asked: 'A body was sent, 20 000 bytes so far',
        within: 3000,
        otherwise:
          'Count the bytes as they come, and refuse as soon as they are more than `LIMIT`. Whoever waits ' +
          'for the end of a body can be made to wait, and to keep all of it, for ever.',
      });
    }
  }),

  check(1, 'Who leaves in the middle of a question takes nobody along', async (scene) => {
    const leaver = scene.send(PATH, {
      headers: { ...JSON_TYPE, 'Content-Length': '100' },
      body: '{"question":"Wh',
    });
    await leaver.stage.takesItsTurn();
    leaver.leave();
    await leaver.stage.takesItsTurn();
    await isPlainText(ask(scene, 'When?'), {
      within: 3000,
      otherwise:
        "Listen for the request's `error` as well, or for its `close`: a body that has no end must not " +
        'be an exception that nobody catches.',
    });
  }),

  check(1, 'Nothing is at other paths: 404', async ({ get, fail }) => {
    for (const path of ['/enquiries-of-old', '/desk']) {
      const otherwise =
        "Compare the whole path: `request.url === '/enquiries'`. The rest goes to `servePage`.";
      const { status } = await get(path, {}).headComes({ within: 3000, otherwise });
      const sentence = `\`GET ${path}\` was sent, and the answer has the status ${status}: 404 was meant.`;
      if (status !== 404) fail({ sentence, otherwise });
    }
  }),

  check(2, 'The answer comes word by word, and then it ends', async (scene) => {
    await comesBitByBit(() => ask(scene, 'Are there sandwiches?'), {
      span: 1000,
      within: 8000,
      otherwise:
        'Write each word when the desk has it: `response.write(word)` in `setInterval(…, TICK)`, and ' +
        '`response.end()` when there are no more.',
    });
  }),

  check(2, 'Who stops listening is not answered any more, and the others are', async (scene) => {
    await forgetsAskers(() => ask(scene, 'And then?'), {
      size: 10,
      unserved:
        'Give each enquiry words and a clock of its own: `const desk = setInterval(…)` inside ' +
        '`takeEnquiry`, which is called for each request.',
      whole: 4000,
      within: 8000,
      otherwise:
        "Stop when this client leaves: `response.on('close', () => clearInterval(desk))`. It is the " +
        'response that tells you. The request is over as soon as its body has been read.',
    });
  }),

  check(3, 'A refusal is shown as one, with its sentence', async ({ page }) => {
    const body = JSON.stringify({ error: REFUSAL });
    const board = await page.open(desk(answer(400, { type: 'application/json', body })));
    await board.request(PATH, ASKS);
    const otherwise =
      'Look at `response.ok` before you read. Where it is false, the body is a refusal: ' +
      '`throw new Error((await response.json()).error)`.';
    await board.shows('failed', { in: 'fetch', within: SOON, otherwise });
    await board.shows(REFUSAL, { in: 'fetch', within: SOON, otherwise });
    await board.showsNothingOf('error', {
      in: '#answer',
      witness: () => board.settles(),
      otherwise: 'The refusal is not the answer: read the answer only where `response.ok` is true.',
    });
  }),

  check(3, 'A page in place of an answer is a failure', async ({ page }) => {
    const login = 'Please log in to the network of the station.';
    const board = await page.open(desk(answer(200, { type: 'text/html', body: login })));
    await board.request(PATH, ASKS);
    await board.shows('failed', {
      in: 'fetch',
      within: SOON,
      otherwise:
        'A status of 200 does not say that this is what you have asked for. Look at the type as well: ' +
        "`response.headers.get('Content-Type')`, and throw where it does not begin with `text/plain`.",
    });
  }),

  check(3, 'Each piece is shown when it comes, and no character is broken', async ({ page }) => {
    const board = await page.open(desk(TALKING));
    const enquiry = await board.request(PATH, ASKS);
    const [word, train] = [Buffer.from('中央 '), Buffer.from('🚂.')];
    const otherwise =
      'Read piece by piece: `response.body.getReader()`, and `await reader.read()` in a loop until it ' +
      'says `done`. `response.text()` waits for the end.';
    enquiry.send('The train to ');
    await board.shows('The train to', { in: '#answer', within: SOON, otherwise });
    enquiry.send(word.subarray(0, 1));
    await board.settles();
    enquiry.send(Buffer.concat([word.subarray(1), Buffer.from('is a '), train.subarray(0, 3)]));
    await board.shows('is a', { in: '#answer', within: SOON, otherwise });
    enquiry.send(train.subarray(3));
    await keepsItsCharacters(board, '中央 is a 🚂.');
    enquiry.end();
    await board.shows('closed', {
      in: 'fetch',
      within: SOON,
      otherwise: 'When `read()` says `done`, leave the loop: the answer is over.',
    });
  }),

  check(4, 'Stop leaves the server, and is no failure', async ({ page }) => {
    const board = await page.open(desk(TALKING));
    const enquiry = await board.request(PATH, ASKS);
    enquiry.send('The next ');
    await board.shows('The next', { in: '#answer', ...ASKS });
    await board.click('Stop');
    await enquiry.isLeft({
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
    await board.click('Ask');
    const second = await board.request(PATH, ASKS);
    second.send('The next ');
    await board.shows('The next', { in: '#answer', ...ASKS });
    second.cut();
    await board.shows('failed', {
      in: 'fetch',
      within: SOON,
      otherwise: 'Only a stop of your own is no failure. Here the connection broke: say that.',
    });
  }),

  check(4, 'Who has read enough leaves the server as well', async ({ page }) => {
    const board = await page.open(desk(TALKING));
    await board.request(PATH, ASKS);
    await board.click('Ask for one line');
    const enquiry = await board.request(PATH, ASKS);
    enquiry.send('At noon.\nYou asked: ');
    await enquiry.isLeft({
      within: SOON,
      otherwise:
        'Whoever leaves the loop has to say so: `return reader.cancel()`. Without that the connection ' +
        'stays, and the server goes on for nobody.',
    });
    await board.shows('closed', {
      in: 'fetch',
      within: SOON,
      otherwise: 'Leave the loop when `isEnough()`: `cancel()` is no failure, and throws nothing.',
    });
  }),
];

/** The page must show this text, and no U+FFFD in its place. */
async function keepsItsCharacters(board: OpenPage, text: string): Promise<void> {
  await board.shows(text, {
    in: '#answer',
    within: SOON,
    otherwise:
      'A piece may end inside a character. Use one `TextDecoder` for the whole answer, made before the ' +
      'loop, and tell it that more is to come: `decoder.decode(value, { stream: true })`.',
  });
}
