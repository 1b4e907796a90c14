// What each step of lesson 10 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 10
import {
  isExposed,
  mayNotRead,
  mayRead,
  passesPreflight,
  saysThatItVaries,
} from '../../scripts/checking/crossing.ts';
import { type Answer, answer, check, type Scene } from '../../scripts/checking/language.ts';
import { isRefused, textOf } from '../../scripts/checking/posting.ts';

const SOON = 3000;
const STREAM = { Accept: 'text/event-stream' };
const QUESTION = { 'Content-Type': 'application/json', Authorization: 'Bearer guest' };

/** The other station as a page of some origin sees it, and our own page's origin. */
async function harbourIn({ get, send, fail }: Scene) {
  const told = get('/harbour', {});
  await told.stage.comes(told, () => told.ending, SOON);
  const origin = textOf(told).trim();
  if (!URL.canParse(origin)) {
    fail({
      sentence: '`GET /harbour` was meant to be answered with the address of the second port.',
      otherwise: 'Leave that line of `serve` as it is, and the second `listen` at the end.',
    });
  }
  const ours = told.stage.target.origin;
  return {
    page: { origin: ours, credentials: false },
    ask: (path: string, from?: string, headers: Record<string, string> = {}) =>
      send(path, { origin, method: 'GET', headers: { ...headers, ...(from && { Origin: from }) } }),
    post: (headers: Record<string, string>, body: string) =>
      send('/enquiries', { origin, headers: { ...headers, Origin: ours }, body }),
    preflight: (path: string, method: string, headers: string[], from = ours) => {
      const asks = {
        Origin: from,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': headers.join(','),
      };
      return send(path, { origin, method: 'OPTIONS', headers: asks });
    },
  };
}

/** Origins that are nobody's whom we know; two of them look like ours. */
const strangers = (ours: string) => [
  'http://stranger.example',
  ours.replace(/:\d+$/, '.stranger.example'),
  ours.replace(/\d$/, ''),
  'null',
];

export const checks = [
  check(1, 'Our page may read the stream', async (scene) => {
    const { ask, page } = await harbourIn(scene);
    const board: Answer = ask('/departures', page.origin, STREAM);
    const asked = '`GET /departures` was sent, as our page does it';
    await mayRead(board, {
      page,
      asked,
      otherwise: 'Here only pages of our own may read it, so `*` will not do.',
    });
    board.isAnEventStream();
    await board.eventComes(1, { within: SOON, otherwise: 'Leave the stream itself as it is.' });
  }),

  check(1, 'A stranger may not', async (scene) => {
    const { ask, page } = await harbourIn(scene);
    for (const origin of strangers(page.origin)) {
      await mayNotRead(ask('/departures', origin, STREAM), {
        page: { origin, credentials: false },
        asked: `\`GET /departures\` was sent with \`Origin: ${origin}\``,
        otherwise:
          'Send the header only where `trusted` has the whole `Origin` of the request, letter by ' +
          'letter: `trusted.has(origin)`.',
      });
    }
  }),

  check(2, 'The preflight of a question passes', async (scene) => {
    const { preflight, page } = await harbourIn(scene);
    const headers = ['authorization', 'content-type'];
    await passesPreflight(preflight('/enquiries', 'POST', headers), {
      page,
      preflight: { method: 'POST', headers },
      asked: '`OPTIONS /enquiries` was sent, as a browser does it before the POST of our page',
      otherwise: '',
    });
  }),

  check(2, 'So does that of a stream with Last-Event-ID', async (scene) => {
    const { preflight, page } = await harbourIn(scene);
    const headers = ['last-event-id'];
    await passesPreflight(preflight('/departures', 'GET', headers), {
      page,
      preflight: { method: 'GET', headers },
      asked: '`OPTIONS /departures` was sent, as a browser does it before such a fetch of our page',
      otherwise:
        'Answer every OPTIONS, whatever its path, before you look at the path: ' +
        "`if (request.method === 'OPTIONS')`.",
    });
  }),

  check(2, 'That of a stranger does not', async (scene) => {
    const { preflight, page } = await harbourIn(scene);
    const [origin = ''] = strangers(page.origin);
    await mayNotRead(preflight('/enquiries', 'POST', ['content-type'], origin), {
      page: { origin, credentials: false },
      asked: `\`OPTIONS /enquiries\` was sent with \`Origin: ${origin}\``,
      otherwise: 'Use `allowOrigin(request, response)` here as well.',
    });
  }),

  check(2, 'The answer to the question may be read', async (scene) => {
    const { post, page } = await harbourIn(scene);
    const told = post(QUESTION, '{"question":"Where to?"}');
    await mayRead(told, {
      page,
      asked: '`POST /enquiries` was sent after its preflight',
      otherwise:
        'The preflight allows the request to be sent. That the page may read the answer is said ' +
        'again, in the answer: call `allowOrigin(request, response)` in `takeEnquiry` too.',
    });
    await told.stage.comes(told, () => told.ending, SOON);
    if (textOf(told).includes('Where to?')) return;
    scene.fail({
      sentence: `A good question was answered with the status ${told.exchange.head?.status}, and not with an answer.`,
      otherwise: 'Only what has the method OPTIONS is a preflight. Leave the rest of `serve` be.',
    });
  }),

  check(3, 'A page may read the header Station', async (scene) => {
    const { ask, page } = await harbourIn(scene);
    await isExposed(ask('/departures', page.origin, STREAM), 'Station', {
      asked: '`GET /departures` was sent',
      otherwise:
        "Name it in the answer itself: `response.setHeader('Access-Control-Expose-Headers', 'Station')`. " +
        'In the answer to the preflight nobody looks for it.',
    });
  }),

  check(3, 'The page reads it', async ({ page }) => {
    const board = await page.open({
      '/departures': answer(200, {
        type: 'text/event-stream',
        headers: { Station: 'Lighthouse' },
        whole: false,
      }),
    });
    await board.shows('Lighthouse', {
      in: '#station',
      within: 1000,
      otherwise:
        "`response.headers.get('Station')` gives it, as soon as `fetch` has given the response. Put " +
        'it into `name.textContent`.',
    });
  }),

  check(4, 'Our page may read a refusal', async (scene) => {
    const { ask, post, page } = await harbourIn(scene);
    const otherwise =
      'Call `allowOrigin(request, response)` at the beginning of `serve`, before anything is ' +
      'decided. Where a header is set with `setHeader`, `writeHead` keeps it.';
    const refusals: [string, Answer, number][] = [
      ['`GET /departures?quay=9` was sent', ask('/departures?quay=9', page.origin), 404],
      ['`POST /enquiries` was sent without a token', post({}, '{}'), 401],
      ['`POST /enquiries` was sent without a question', post(QUESTION, 'Where to?'), 400],
    ];
    for (const [asked, refusal, status] of refusals) {
      await isRefused(refusal, status, { asked, within: SOON, otherwise: 'Leave `refuse` be.' });
      await mayRead(refusal, { page, asked, otherwise });
    }
    const asked = '`GET /nowhere` was sent';
    await mayRead(ask('/nowhere', page.origin), { page, asked, otherwise });
  }),

  check(5, 'The plan says that it depends on the origin', async (scene) => {
    const { ask, page } = await harbourIn(scene);
    const [allowed, plain] = [ask('/plan.svg', page.origin), ask('/plan.svg')];
    await mayRead(allowed, { page, asked: '`GET /plan.svg` was sent', otherwise: '' });
    await saysThatItVaries(allowed, plain, {
      page,
      otherwise: 'Set it in `allowOrigin`, outside the `if`.',
    });
    if (plain.exchange.head?.status === 200) return;
    scene.fail({
      sentence: `\`GET /plan.svg\` without an \`Origin\` was answered ${plain.exchange.head?.status}: 200 was meant. So an \`<img>\` asks, or curl.`,
      otherwise: 'Say nothing about CORS to who sends no `Origin`, and answer as ever.',
    });
  }),
];
