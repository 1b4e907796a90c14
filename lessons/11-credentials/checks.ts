// What each step of lesson 11 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 11
import {
  isRefusedWithout,
  isSoldWell,
  takesTicket,
  ticketFrom,
} from '../../scripts/checking/credentials.ts';
import { mayNotRead, mayRead, passesPreflight } from '../../scripts/checking/crossing.ts';
import { answer, check, Failure, type Scene } from '../../scripts/checking/language.ts';
import type { OpenPage } from '../../scripts/checking/page/open-page.ts';
import type { Reply } from '../../scripts/checking/page/replies.ts';
import type { Seen } from '../../scripts/checking/page/scripted-server.ts';
import { textOf } from '../../scripts/checking/posting.ts';

const SOON = 3000;
const STREAM = { Accept: 'text/event-stream' };
const PATH = '/journeys';

/** The second port as our page sees it, and our page's origin. */
async function elsewhereIn({ get, send, fail }: Scene) {
  const told = get('/elsewhere', {});
  await told.stage.comes(told, () => told.ending, SOON);
  const origin = textOf(told).trim();
  if (!URL.canParse(origin)) {
    fail({
      sentence: '`GET /elsewhere` was meant to be answered with the address of the second port.',
      otherwise: 'Leave that line of `serve` as it is, and both calls of `listen` at the end.',
    });
  }
  const ours = told.stage.target.origin;
  return {
    page: { origin: ours, credentials: true },
    ask: (path: string, headers: Record<string, string> = {}) =>
      send(path, { origin, method: 'GET', headers: { ...STREAM, ...headers } }),
    preflight: (headers: Record<string, string>) =>
      send(PATH, { origin, method: 'OPTIONS', headers }),
  };
}

const buy = ({ send }: Scene) => ticketFrom(send('/tickets'));

/** Origins that are nobody's whom we know; most of them look like ours. */
function strangers(ours: string) {
  const { host, hostname, port } = new URL(ours);
  return [
    'http://stranger.example',
    'null',
    `http://not${host}`,
    `http://${hostname}.stranger.example:${port}`,
    `https://${host}`,
  ];
}

/** What the scripted second origin says to a page: to ours alone, or to all. */
const crossing = (seen: Seen, allowed: string): Reply => {
  const headers = {
    'Access-Control-Allow-Origin': allowed,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Allow-Headers': 'Authorization',
  };
  if (seen.method === 'OPTIONS') return answer(204, { headers });
  const body = 'id: 1\ndata: Journey 1 of passenger 1\n\n';
  return answer(200, { type: 'text/event-stream', body, headers, whole: false });
};

export const checks = [
  check(1, 'A ticket is sold as a cookie that no script can read', async ({ send }) => {
    await isSoldWell(() => send('/tickets'));
  }),

  check(1, 'The ticket opens the gate, and nothing else does', async (scene) => {
    const ticket = await buy(scene);
    const { ask } = await elsewhereIn(scene);
    await takesTicket(ask(PATH, { Cookie: ticket }), {
      asked: '`GET /journeys` was sent with the cookie that had been set',
      otherwise: 'Keep the ticket, with its passenger: `tickets.set(ticket, passenger)`.',
    });
    await takesTicket(ask(PATH, { Cookie: `theme=dark; ${ticket}; lang=en` }), {
      asked: '`GET /journeys` was sent with that cookie between two others',
      otherwise: 'A browser sends all its cookies in one header: leave `passengerOf` as it is.',
    });
    const [name = '', value = ''] = ticket.split('=');
    await isRefusedWithout(ask(PATH), '`GET /journeys` was sent without a cookie');
    await isRefusedWithout(
      ask(PATH, { Cookie: `${name}=of-my-own-making` }),
      '`GET /journeys` was sent with a ticket that nobody has sold',
    );
    await isRefusedWithout(
      ask(`${PATH}?${name}=${value}&token=${value}`),
      '`GET /journeys?…` was sent with the ticket in its query',
    );
  }),

  check(2, 'Credentials are allowed', async (scene) => {
    const ticket = await buy(scene);
    const { ask, page } = await elsewhereIn(scene);
    const told = ask(PATH, { Cookie: ticket, Origin: page.origin });
    const { headers } = await told.headComes({ within: SOON, otherwise: '' });
    const allowed = headers.find(({ name }) => /^access-control-allow-credentials$/i.test(name));
    if (allowed?.value === 'true') return;
    const said = allowed ? `is \`${allowed.value}\`, and not \`true\`` : 'is not there';
    scene.fail({
      sentence: `\`GET /journeys\` was sent with a ticket by our page. \`Access-Control-Allow-Credentials\` ${said} in the answer, so the browser keeps it from the page.`,
      otherwise:
        "Say it in `allow`: `response.setHeader('Access-Control-Allow-Credentials', 'true')`. It is a " +
        'word, in small letters.',
    });
  }),

  check(3, 'Our page may read the journeys, with its credentials', async (scene) => {
    const ticket = await buy(scene);
    const { ask, page } = await elsewhereIn(scene);
    await mayRead(ask(PATH, { Cookie: ticket, Origin: page.origin }), {
      page,
      asked: '`GET /journeys` was sent with a ticket by our page',
      otherwise: '',
    });
    await mayRead(ask(PATH, { Origin: page.origin }), {
      page,
      asked: '`GET /journeys` was sent without a ticket by our page',
      otherwise: 'A refusal has to be allowed as well, or nobody can read why.',
    });
  }),

  check(3, 'Nobody else may', async (scene) => {
    const ticket = await buy(scene);
    const { ask, page } = await elsewhereIn(scene);
    for (const origin of strangers(page.origin)) {
      await mayNotRead(ask(PATH, { Cookie: ticket, Origin: origin }), {
        page: { origin, credentials: true },
        asked: `\`GET /journeys\` was sent with a ticket and \`Origin: ${origin}\``,
        otherwise:
          'With credentials that page would read what only this passenger may see. Compare the ' +
          'whole origin, letter by letter: `trusted.has(origin)`.',
      });
    }
  }),

  check(4, 'The page asks with credentials, on both sides', async ({ page, fail }) => {
    const board = await page.open({
      '/elsewhere': ({ elsewhere }) => answer(200, { body: elsewhere }),
      // First as it should be. Then to all: a browser that asks with credentials refuses that.
      [PATH]: (seen) => crossing(seen, seen.number === 1 ? (seen.headers.origin ?? '*') : '*'),
    });
    const sides = [
      ['EventSource', 'EventSource', 'new EventSource(JOURNEYS, { withCredentials: true })'],
      ['fetch', 'page', "connectFetch({ credentials: 'include' })"],
    ] as const;
    for (const [side, from, code] of sides) {
      const otherwise = 'Leave the connecting at the end of `client.js` as it is.';
      await board.request(PATH, { from, within: 3000, otherwise });
      await board.shows('Journey 1', { in: side, within: 3000, otherwise });
      await board.click(`Connect ${side}`);
      await board.request(PATH, { from, within: 3000, otherwise });
      if (await showsFailure(board, side)) continue;
      fail({
        sentence: `${side} was answered \`Access-Control-Allow-Origin: *\`, and the page could read it. A browser allows that only to a request without credentials: so no cookie went along.`,
        otherwise: `Ask for it: \`${code}\`.`,
      });
    }
  }),

  check(5, 'A token in a header opens the gate, after a preflight', async (scene) => {
    const { ask, preflight, page } = await elsewhereIn(scene);
    const told = scene.send('/tokens');
    await told.stage.comes(told, () => told.ending, SOON);
    const token = tokenIn(textOf(told));
    if (!token) {
      scene.fail({
        sentence: '`POST /tokens` was meant to be answered with JSON that has a `token`.',
        otherwise: 'Make one with `randomUUID()`, keep it in `tokens`, and `say` it.',
      });
    }
    const anonymous = { origin: page.origin, credentials: false };
    await passesPreflight(
      preflight({
        Origin: page.origin,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization',
      }),
      {
        page: anonymous,
        preflight: { method: 'GET', headers: ['authorization'] },
        asked: '`OPTIONS /journeys` was sent, as a browser does it before a request with a token',
        otherwise: '',
      },
    );
    const bearer = (value: string) => ({ Authorization: `Bearer ${value}`, Origin: page.origin });
    const asked = '`GET /journeys` was sent with `Authorization: Bearer …`';
    const journeys = ask(PATH, bearer(token));
    await takesTicket(journeys, {
      asked,
      otherwise: 'Look at `headers.authorization` in `passengerOf`: what follows `Bearer `.',
    });
    await mayRead(journeys, { page: anonymous, asked, otherwise: '' });
    await isRefusedWithout(ask(PATH, bearer('guest')), 'An invented token was sent');
    await isRefusedWithout(
      ask(`${PATH}?token=${token}&access_token=${token}`),
      '`GET /journeys?token=…` was sent with the token in its query',
    );
  }),

  check(5, 'The page sends it in a header, and not in the address', async ({ page, fail }) => {
    const token = 'b2f7c1d0-station';
    const board = await page.open({
      '/elsewhere': ({ elsewhere }) => answer(200, { body: elsewhere }),
      '/tokens': answer(201, { type: 'application/json', body: JSON.stringify({ token }) }),
      [PATH]: (seen) => crossing(seen, seen.headers.origin ?? '*'),
    });
    await board.request(PATH, {
      from: 'page',
      within: 3000,
      otherwise: 'Leave the connecting at the end of `client.js` as it is.',
    });
    await board.click('with a token');
    const has = () =>
      board.requests.find(
        ({ path, headers, target }) =>
          path === PATH && (headers.authorization?.includes(token) || target.includes(token)),
      );
    const seen = await board.comes(has, 1000);
    const otherwise =
      'Give it to `connectFetch` as a header: `headers: { Authorization: `Bearer ${token}` }`, with ' +
      "`credentials: 'omit'`.";
    if (!seen) {
      fail({ sentence: 'A token was given, and no request has come with it.', otherwise });
    } else if (seen.target.includes(token)) {
      fail({
        sentence: `The token stands in the address: \`${seen.target}\`. Addresses are kept: in histories, in the logs of every server and proxy on the way.`,
        otherwise,
      });
    } else if (seen.headers.authorization !== `Bearer ${token}`) {
      fail({
        sentence: `The request says \`Authorization: ${seen.headers.authorization}\`: \`Bearer ${token}\` was meant.`,
        otherwise,
      });
    }
  }),
];

/** Whether a log says that its reader has failed. A page in trouble is told of instead. */
async function showsFailure(board: OpenPage, side: string): Promise<boolean> {
  try {
    await board.shows('failed', { in: side, within: 700, otherwise: '' });
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await board.settles();
    return false;
  }
}

function tokenIn(json: string): string {
  try {
    const { token } = JSON.parse(json);
    return typeof token === 'string' ? token : '';
  } catch {
    return '';
  }
}
