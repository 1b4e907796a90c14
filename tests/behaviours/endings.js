// When an EventSource comes back, when it gives up, and what it says of it.
import { same } from './playing.js';

/** @typedef {import('./playing.js').Behaviour} Behaviour */
/** @typedef {import('./playing.js').Scene} Scene */

/** @type {Behaviour[]} */
export const ofEndings = [
  // The end, and after it.
  {
    name: 'comes back after an end, and says error in between',
    run: async ({ play, until }) => {
      const { words, log } = await play([
        { send: 'retry: 20\n\ndata: 1\n\n', after: 'end' },
        { send: 'data: 2\n\n' },
      ]);
      await until(() => words().length === 5);
      same(words(), ['open 1', 'message 1', 'error 0', 'open 1', 'message 2']);
      const { event } = log[2];
      same([event.constructor.name, event.bubbles, event.cancelable], ['Event', false, false]);
    },
  },
  {
    name: 'comes back after a break, without the event that was broken, and with the last whole ID',
    run: async ({ play, until }) => {
      const { words, seen, cut } = await play([
        { send: 'retry: 20\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n' },
        { send: 'data: 3\n\n' },
      ]);
      await until(() => words().length === 2); // a reset may overtake what was sent before it
      await cut();
      await until(() => words().length === 5);
      same(words(), ['open 1', 'message 1', 'error 0', 'open 1', 'message 3']);
      same((await seen())[1].headers['last-event-id'], '1');
    },
  },
  {
    name: 'comes back where no answer came',
    run: async ({ play, until }) => {
      // A browser may ask once more by itself, where the connection is one that it has used before.
      const drop = { after: /** @type {const} */ ('drop') };
      const { words, seen } = await play([{ send: 'retry: 20\n\n', after: 'end' }, drop, drop, {}]);
      await until(async () => (await seen()).length === 4 && words().at(-1) === 'open 1');
      const between = words().slice(1, -1);
      same([words()[0], ...new Set(between)], ['open 1', 'error 0']);
    },
  },
  {
    name: 'takes an empty stream for a stream that has ended',
    run: async ({ play, until }) => {
      const { words } = await play([{ send: 'retry: 20\n\n', after: 'end' }, { after: 'end' }, {}]);
      await until(() => words().length === 5);
      same(words(), ['open 1', 'error 0', 'open 1', 'error 0', 'open 1']);
    },
  },
  {
    name: 'sends an ID as UTF-8, and one of an event that had no data',
    run: async ({ play, until }) => {
      const { words, seen } = await play([
        { send: 'retry: 20\n\nid: zwölf 中\n\n', after: 'end' },
        { send: 'id\n\n', after: 'end' },
        {},
      ]);
      await until(() => words().length === 5);
      const [, second, third] = await seen();
      same(second.headers['last-event-id'], 'zwölf 中');
      same('last-event-id' in third.headers, false);
    },
  },
  {
    name: 'keeps the ID and the reconnection time over connections that name none',
    run: async ({ play, until }) => {
      const { words, seen } = await play([
        { send: 'retry: 20\nid: 7\ndata: 1\n\n', after: 'end' },
        { send: 'data: 2\n\n', after: 'end' },
        { send: 'data: 3\n\n' },
      ]);
      await until(() => words().includes('message 3'));
      const requests = await seen();
      same(
        requests.map((/** @type {any} */ { headers }) => headers['last-event-id']),
        [undefined, '7', '7'],
      );
    },
  },
  {
    name: 'ignores a reconnection time that is no number, and waits long for a long one',
    run: async ({ play, until, quiet }) => {
      const short = await play([
        { send: 'retry: 20\n\nretry: 9s\nretry: -1\n\n', after: 'end' },
        {},
      ]);
      await until(() => short.words().length === 3);
      // More than fits into the 32 bits of a timer.
      const long = await play([{ send: 'retry: 9999999999\n\n', after: 'end' }]);
      await until(() => long.words().length === 2);
      await quiet();
      same([long.words(), (await long.seen()).length], [['open 1', 'error 0'], 1]);
    },
  },
  ...[201, 204, 205, 206, 304, 400, 401, 404, 410, 429, 500, 503].map((status) => ({
    name: `gives up at the status ${status}, and says error once`,
    run: (/** @type {Scene} */ scene) => givesUp(scene, [{ status, after: 'end' }]),
  })),
  ...['text/html', 'text/event-streams', 'application/json', ''].map((type) => ({
    name: `gives up at the type ${type || '(none)'}`,
    run: (/** @type {Scene} */ scene) => givesUp(scene, [{ type, send: 'data: 1\n\n' }]),
  })),
  {
    name: 'gives up at a 204 when it has come back, too',
    run: async ({ play, until, quiet }) => {
      const { words, source } = await play([
        { send: 'retry: 20\n\n', after: 'end' },
        { status: 204, after: 'end' },
      ]);
      await until(() => source.readyState === 2);
      await quiet();
      same(words(), ['open 1', 'error 0', 'error 2']);
    },
  },
  {
    name: 'takes the type in any letters, and with parameters',
    run: async ({ play, until }) => {
      const types = [
        'TEXT/Event-Stream',
        'text/event-stream;charset=utf-8',
        'text/event-stream ; a=b',
      ];
      for (const type of types) {
        const { source } = await play([{ type }]);
        await until(() => source.readyState === 1);
      }
    },
  },
  {
    name: 'reads UTF-8, whatever the charset says (Chromium refuses another one)',
    run: async ({ play, until, isNative }) => {
      const { words } = await play([
        { type: 'text/event-stream; charset=latin1', send: 'data: é\n\n' },
      ]);
      await until(() => words().length === (isNative ? 1 : 2));
      same(words(), isNative ? ['error 2'] : ['open 1', 'message é']);
    },
  },
];

/**
 * @param {Scene} scene
 * @param {import('./behaviour-server.ts').Turn[]} turns
 */
async function givesUp({ play, until, quiet }, turns) {
  const { source, words, seen } = await play(turns);
  await until(() => source.readyState === 2);
  await quiet();
  same([words(), (await seen()).length], [['error 2'], 1]);
}
