// What each step of lesson 16 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 16
import { answer, check, type Scene, webSocket } from '../../scripts/checking/language.ts';
import { staysAwayFromNow, waitsLongerEachTime } from '../../scripts/checking/page/comeback.ts';
import { Conversation } from '../../scripts/checking/websocket/conversation.ts';
import {
  asksForUpgrade,
  isAccepted,
  upgradeHeaders,
} from '../../scripts/checking/websocket/handshake.ts';
import {
  answersClose,
  bareFrame,
  endsAt,
  forgetsTelegraphs,
  repeats,
  sentFrame,
} from '../../scripts/checking/websocket/rules.ts';
import { OPCODES } from '../../scripts/wire/websocket.ts';

/** So much faster runs the clock of a server that is judged: the board changes every 20 ms. */
export const speed = 100;

const PATH = '/telegraph';

const SHAKES = {
  within: 5000,
  otherwise:
    'Hash the key as it stands, with the GUID behind it: ' +
    "`createHash('sha1').update(key + GUID).digest('base64')`, and send it as `Sec-WebSocket-Accept`.",
};

const FRAMES = {
  within: 10_000,
  otherwise:
    'Read frame by frame: two bytes, four of the mask, the payload. Take the mask off, ' +
    '`byte ^ mask[at % 4]`, and send the payload back with `sendFrame`.',
};

/** What the page does when it is opened. */
const CONNECTS = {
  from: 'WebSocket',
  within: 3000,
  otherwise: 'Leave the call of `connectWebSocket()` at the end of `client.js` as it is.',
} as const;

/** How much faster the page's clock runs, where something has to happen while the page waits. */
const WAITING = 4;

const open = (scene: Scene, first?: Uint8Array) =>
  Conversation.open(scene, PATH, { ...FRAMES, ...(first && { with: first }) });

export const checks = [
  check(1, 'The handshake is answered with the right key', async (scene) => {
    // That of the standard, which everybody has copied, and one that nobody has.
    for (const headers of [upgradeHeaders('dGhlIHNhbXBsZSBub25jZQ=='), upgradeHeaders()]) {
      const answer = asksForUpgrade(scene, PATH, { headers });
      await isAccepted(answer, headers['Sec-WebSocket-Key']!, SHAKES);
    }
  }),

  check(1, 'Without a key there is no WebSocket', async (scene) => {
    const { 'Sec-WebSocket-Key': _key, ...headers } = upgradeHeaders();
    const otherwise = "Without `request.headers['sec-websocket-key']` refuse: `400 Bad Request`.";
    const answer = asksForUpgrade(scene, PATH, { headers });
    const { status } = await answer.headComes({ within: 5000, otherwise });
    const sentence = `A request without a key was answered with ${status}: 400 was meant.`;
    if (status < 400) scene.fail({ sentence, otherwise });
  }),

  check(2, 'The board comes in text frames', async (scene) => {
    const client = await open(scene);
    const board = () => client.texts.filter((text) => text.startsWith('{'));
    if (await client.comes(() => board().length >= 2, FRAMES.within)) return;
    scene.fail({
      sentence: `${board().length} text frames came in ten seconds. One every two seconds was meant.`,
      ...(client.table() && { excerpt: client.table()! }),
      otherwise:
        'At each tick send a frame: `0x80 | TEXT`, the length, and the bytes of `nextDeparture()`.',
    });
  }),

  check(2, 'What the client sends is repeated, wherever it was cut', async (scene) => {
    const client = await open(scene);
    client.send('Two tickets to 中央 🚂.');
    await client.hears('Two tickets to 中央 🚂.', FRAMES);
    await client.sendCut(sentFrame('One by one.'), 1, 3, 8);
    await client.hears('One by one.', {
      ...FRAMES,
      otherwise:
        'A piece may hold a part of a frame: keep it, `unread = Buffer.concat([unread, piece])`, and read ' +
        'again when more has come.',
    });
    const both = await open(scene);
    both.raw(Buffer.concat([sentFrame('First.'), sentFrame('Second.')]));
    await both.hears('Second.', {
      within: 5000, // before a ping: a pong would push it on
      otherwise: 'A piece may hold several frames: read until there is no whole one left.',
    });
    const early = await open(scene, sentFrame('In haste.'));
    await early.hears('In haste.', {
      ...FRAMES,
      otherwise:
        'The first frame may come in one piece with the request. It is the `head` of the `upgrade` ' +
        'event then: `socket.unshift(head)`.',
    });
  }),

  check(2, 'A frame without a mask is refused', async (scene) => {
    const offence = {
      sent: 'A frame without a mask was sent',
      frames: [bareFrame('Bare.')],
      code: 1002,
    };
    await endsAt(scene, PATH, offence, {
      within: 10_000,
      otherwise:
        'Look at the highest bit of the second byte. Where it is not set, close with 1002: what a client ' +
        'sends is masked, so that nothing on the way can take it for HTTP.',
    });
  }),

  check(3, 'A Close is answered with a Close, and the connection ends', async (scene) => {
    const otherwise =
      'Opcode 8 is a Close. Send one back with the same two bytes, stop the clock, and end the socket.';
    const next = { within: 10_000, otherwise };
    const codes = [1000, 4002, undefined];
    await Promise.all(codes.map((code) => answersClose(scene, PATH, code, next)));
  }),

  check(3, 'Who leaves takes the clock along', async (scene) => {
    await forgetsTelegraphs(scene, PATH, {
      size: 12,
      hears: 3,
      within: 10_000,
      otherwise:
        "Two lines belong to every socket: `socket.on('end', () => socket.end())`, for a client that ends " +
        "without a word, and `socket.on('close', …)`, which stops the clock.",
    });
  }),

  check(
    4,
    'Closed or refused, the page makes a new one, and waits longer each time',
    async ({ page }) => {
      const open = (speed: number) =>
        page.open(
          { [PATH]: [answer(503), answer(404), answer(503), answer(500), webSocket()] },
          { speed },
        );
      const { board, last } = await waitsLongerEachTime(open, {
        path: PATH,
        from: 'WebSocket',
        count: 5,
        first: CONNECTS,
        within: 20_000,
        never:
          'In `onclose`, make a new one after a while: `again = setTimeout(connectWebSocket, wait)`.',
        otherwise: 'Wait before you make a new one, and double `wait` each time.',
      });
      last.send('{"train":"IC 1","platform":4}');
      await board.shows('IC 1, platform 4', {
        in: '#sign',
        within: 3000,
        otherwise:
          'A new WebSocket has no listeners. `connectWebSocket` makes one, and gives them to it.',
      });
      last.end();
      await board.request(PATH, {
        from: 'WebSocket',
        within: 20_000,
        otherwise:
          'A server that closes with a word is gone as well: whatever `code` says, make a new one.',
      });
    },
  ),

  check(4, 'After Disconnect it makes none, though it was about to', async ({ page }) => {
    const board = await page.open({ [PATH]: answer(503) }, { speed: WAITING });
    await board.request(PATH, CONNECTS);
    await board.click('Disconnect WebSocket');
    await staysAwayFromNow(board, PATH, {
      from: 'WebSocket',
      taken: 1,
      within: 5000,
      otherwise:
        'Keep the timer of the next attempt: `again = setTimeout(…)`. `leaveWebSocket` stops it, and so ' +
        'does whoever presses Disconnect.',
    });
  }),

  check(5, 'A ping is answered with a pong that says the same', async (scene) => {
    const client = await open(scene);
    const otherwise = 'Opcode 9 is a ping. Send its payload back with opcode 10, at once.';
    for (const payload of ['', 'Are you there?']) {
      client.send(payload, { opcode: OPCODES.ping });
      const pong = () =>
        client.frames.some(
          ({ opcode, payload: said }) =>
            opcode === OPCODES.pong && Buffer.from(said).toString() === payload,
        );
      if (await client.comes(pong, FRAMES.within)) continue;
      const what = payload === '' ? 'An empty ping' : 'A ping with `Are you there?`';
      const sentence = `${what} was sent, and no pong came that says the same.`;
      scene.fail({ sentence, excerpt: client.table() ?? '', otherwise });
    }
    client.send('Still here.');
    await client.hears('Still here.', FRAMES);
  }),

  check(5, 'Who does not answer a ping is let go, and who answers stays', async (scene) => {
    const [silent, alive] = [await open(scene), await open(scene)];
    silent.answersPings = false;
    const otherwise =
      'At each heartbeat: destroy the socket if nothing has come since the last one, else send a ping ' +
      '(opcode 9) and wait for the next.';
    const pings = () => alive.frames.filter(({ opcode }) => opcode === OPCODES.ping).length;
    if (!(await alive.comes(() => pings() >= 1, 25_000))) {
      const sentence = 'No ping came in 25 seconds. One every fifteen seconds was meant.';
      scene.fail({ sentence, excerpt: alive.table() ?? '', otherwise });
    }
    await silent.ends('A client has answered no ping', { within: 60_000, otherwise });
    // By its third ping it has been asked more often than the other one.
    await alive.comes(() => alive.over || pings() >= 3, 60_000);
    if (alive.over) {
      const sentence = 'A client that has answered every ping was let go as well.';
      scene.fail({ sentence, excerpt: alive.table() ?? '', otherwise });
    }
  }),

  check(6, 'Fragments are joined, with a ping between them', async (scene) => {
    const client = await open(scene);
    const otherwise =
      'Keep the payload of a frame that is not final, and join those of opcode 0 to it. Only the final ' +
      'one ends the message. A control frame between them is no part of it.';
    const text = Buffer.from('A message to 中央 in three.');
    const cut = text.indexOf('中') + 1; // inside a character
    client.send(text.subarray(0, cut), { final: false });
    client.send('and now?', { opcode: OPCODES.ping });
    client.send(text.subarray(cut, cut + 4), { opcode: OPCODES.continuation, final: false });
    client.send('', { opcode: OPCODES.continuation, final: false });
    client.send(text.subarray(cut + 4), { opcode: OPCODES.continuation });
    await client.hears(text.toString(), { within: 10_000, otherwise });
    client.send('And a short one.');
    await client.hears('And a short one.', {
      within: 10_000,
      otherwise: 'Forget the fragments when their message is over.',
    });
  }),

  check(6, 'Lengths over 125 are read, and written', async (scene) => {
    const texts = [125, 126, 200, 65_535, 65_536].map((length) => 'x'.repeat(length));
    await repeats(scene, PATH, texts, {
      within: 20_000,
      otherwise:
        '126 in the second byte: the length stands in the two bytes behind it. 127: in eight. Both ways.',
    });
  }),

  check(6, 'A message that is too long is refused before it is there', async (scene) => {
    const next = {
      within: 10_000,
      otherwise:
        'Compare the announced length with `LIMIT` before you wait for the payload, and the sum of the ' +
        'fragments as well. Close with 1009. Whoever waits can be made to keep everything.',
    };
    const announced = 2 ** 40;
    const long = sentFrame('and so on', { announced });
    await endsAt(
      scene,
      PATH,
      { sent: 'A frame of 1 TB was announced', frames: [long], code: 1009 },
      next,
    );
    const part = 'x'.repeat(60_000);
    const fragments = [
      sentFrame(part, { final: false }),
      sentFrame(part, { opcode: OPCODES.continuation, final: false }),
    ];
    const sent = 'A message of 120 000 bytes was sent in fragments, and is not over';
    await endsAt(scene, PATH, { sent, frames: fragments, code: 1009 }, next);
  }),

  check(6, 'Garbage ends the connection, and nobody else', async (scene) => {
    const stays = await open(scene);
    const { continuation, ping, text } = OPCODES;
    const offences = [
      {
        sent: 'A frame with a reserved bit was sent',
        frames: [sentFrame('x', { reserved: 4 })],
        code: 1002,
      },
      {
        sent: 'A frame with opcode 3 was sent',
        frames: [sentFrame('x', { opcode: 3 })],
        code: 1002,
      },
      {
        sent: 'A continuation was sent, and nothing before it',
        frames: [sentFrame('x', { opcode: continuation })],
        code: 1002,
      },
      {
        sent: 'A second message was begun inside the first',
        frames: [sentFrame('x', { final: false }), sentFrame('y', { opcode: text })],
        code: 1002,
      },
      {
        sent: 'A ping in fragments was sent',
        frames: [sentFrame('x', { opcode: ping, final: false })],
        code: 1002,
      },
      {
        sent: 'A ping of 126 bytes was sent',
        frames: [sentFrame('x'.repeat(126), { opcode: ping })],
        code: 1002,
      },
      {
        sent: 'A text that is no UTF-8 was sent',
        frames: [sentFrame(Uint8Array.of(0xff, 0xfe))],
        code: 1007,
      },
      {
        sent: 'An HTTP request was sent where frames were meant',
        frames: [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
        code: 1002,
      },
    ];
    const otherwise =
      'What the standard does not allow ends the connection: close with 1002, and where text is no UTF-8 ' +
      'with 1007.';
    await Promise.all(
      offences.map((offence) => endsAt(scene, PATH, offence, { within: 10_000, otherwise })),
    );
    stays.send('And we go on.');
    await stays.hears('And we go on.', FRAMES);
  }),
];
