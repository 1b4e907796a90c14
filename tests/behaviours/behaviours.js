// How an EventSource behaves, as far as a script can see: one list, for the browser's own and for
// FetchEventSource, in a page and in Node. It needs nothing but the two globals fetch and URL.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html

/**
 * @typedef {object} Scene
 * @property {any} Source the class
 * @property {boolean} isNative whether it is the browser's own
 * @property {(turns: import('./behaviour-server.ts').Turn[], init?: object) => Promise<any>} play
 * @property {(url: string, init?: object) => any} make a source for an address of the behaviour's own
 * @property {(look: () => any) => Promise<any>} until
 * @property {() => Promise<void>} quiet
 * @property {string} origin
 * @property {string} other
 */

/** @typedef {{ name: string, run: (scene: Scene) => unknown }} Behaviour */

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSED: 2 };
const DEADLINE = 10_000; // milliseconds

/** @type {Behaviour[]} */
export const behaviours = [
  // The interface.
  {
    name: 'has its constants on the class, the prototype and the instance, and nobody can change them',
    run: ({ Source, make }) => {
      const source = make('/nowhere');
      for (const [name, value] of Object.entries(CONSTANTS)) {
        same(source[name], value);
        for (const owner of [Source, Source.prototype]) {
          const { writable, enumerable, configurable } = propertyOf(owner, name);
          same([owner[name], writable, enumerable, configurable], [value, false, true, false]);
          throws('TypeError', () => {
            owner[name] = 7;
          });
        }
      }
    },
  },
  {
    name: 'has attributes that are read, and not set',
    run: ({ Source, make }) => {
      const source = make('/nowhere');
      same(Object.keys(source), []);
      for (const name of ['url', 'withCredentials', 'readyState']) {
        const { set, enumerable, configurable } = propertyOf(Source.prototype, name);
        same([set, enumerable, configurable], [undefined, true, true]);
        throws('TypeError', () => {
          source[name] = 7;
        });
        throws('TypeError', () => Source.prototype[name]);
      }
    },
  },
  {
    name: 'is an EventTarget with a name of its own, and a method close',
    run: ({ Source, make }) => {
      const source = make('/nowhere');
      same(source instanceof EventTarget, true);
      same(Object.prototype.toString.call(source), `[object ${Source.name}]`);
      const tag = propertyOf(Source.prototype, Symbol.toStringTag);
      same([tag.writable, tag.enumerable, tag.configurable], [false, false, true]);
      same(propertyOf(Source.prototype, 'close').enumerable, true);
      same([Source.length, Source.prototype.close.length], [1, 0]);
    },
  },
  {
    name: 'is made with new, and with an address',
    run: ({ Source }) => {
      throws('TypeError', () => Source('/nowhere'));
      throws('TypeError', () => new Source());
      throws('TypeError', () => new Source(Symbol('an address')));
    },
  },
  {
    name: 'tells its address as URL writes it, also when it is closed',
    run: ({ make, origin }) => {
      const source = make(`${origin}/no where?a b#part é`);
      const url = `${origin}/no%20where?a%20b#part%20%C3%A9`;
      same(source.url, url);
      source.close();
      same(source.url, url);
      same(make(/** @type {any} */ (new URL('/nowhere', origin))).url, `${origin}/nowhere`);
    },
  },
  {
    name: 'takes no address that cannot be read, and says SyntaxError',
    run: ({ Source }) => {
      for (const url of ['http://[', 'http://a:b/', '//']) {
        const error = throws('SyntaxError', () => new Source(url));
        same([error instanceof DOMException, error.code], [true, 12]);
      }
    },
  },
  {
    name: 'takes options, none, or null, and makes a boolean of withCredentials',
    run: ({ Source, make, origin }) => {
      const withCredentials = (/** @type {any} */ init) => {
        const source = new Source(`${origin}/nowhere`, init);
        source.close();
        return source.withCredentials;
      };
      same(make('/nowhere').withCredentials, false);
      same(
        [undefined, null, {}, { withCredentials: '' }].map(withCredentials),
        Array(4).fill(false),
      );
      same([{ withCredentials: true }, { withCredentials: 'no' }].map(withCredentials), [
        true,
        true,
      ]);
      for (const init of [5, 'yes', true]) throws('TypeError', () => withCredentials(init));
    },
  },
  {
    name: 'has handlers that are null, and takes nothing that is no object',
    run: ({ Source, make }) => {
      const source = make('/nowhere');
      for (const name of ['onopen', 'onmessage', 'onerror']) {
        same(source[name], null);
        for (const value of [5, 'open', undefined, Symbol('open'), null]) {
          source[name] = value;
          same(source[name], null);
        }
        for (const value of [() => {}, {}]) {
          source[name] = value;
          same(source[name] === value, true);
        }
        same(typeof propertyOf(Source.prototype, name).set, 'function');
      }
    },
  },
  {
    name: 'calls a handler in its turn: it has its place from when it was set first',
    run: async ({ play, until }) => {
      const { source, send } = await play([{}]);
      /** @type {string[]} */
      const calls = [];
      source.onmessage = () => calls.push('replaced');
      source.addEventListener('message', () => calls.push('listener'));
      source.onmessage = function handler() {
        calls.push(`handler ${this === source}`);
      };
      await until(() => source.readyState === 1);
      await send('data: 1\n\n');
      await until(() => calls.length === 2);
      source.onmessage = null;
      source.onmessage = () => calls.push('late handler');
      await send('data: 2\n\n');
      await until(() => calls.length === 4);
      same(calls, ['handler true', 'listener', 'listener', 'late handler']);
    },
  },

  // The request.
  {
    name: 'asks by GET for an event stream, and for none from a cache',
    run: async ({ play, until }) => {
      const { source, seen } = await play([{}]);
      await until(() => source.readyState === 1);
      const [{ method, headers }] = await seen();
      same([method, headers.accept], ['GET', 'text/event-stream']);
      same([headers['cache-control'], headers.pragma], ['no-cache', 'no-cache']);
      same('last-event-id' in headers, false);
    },
  },

  // What is told.
  {
    name: 'is CONNECTING at first, and OPEN when it says open, which is a plain event',
    run: async ({ play, until }) => {
      const { source, log } = await play([{}]);
      same(source.readyState, 0);
      await until(() => log.length);
      const { event, state } = log[0];
      same([event.type, event.constructor.name, state], ['open', 'Event', 1]);
      same([event.bubbles, event.cancelable, event.target === source], [false, false, true]);
    },
  },
  {
    name: 'tells an event as a MessageEvent',
    run: async ({ play, until, origin }) => {
      const { source, log } = await play([{ send: 'id: 7\ndata: one\ndata: two\n\n' }]);
      await until(() => log.length === 2);
      const { event } = log[1];
      const { type, data, lastEventId, bubbles, cancelable, composed, source: sender } = event;
      same([event.constructor.name, type, data], ['MessageEvent', 'message', 'one\ntwo']);
      same([event.origin, lastEventId, sender, [...event.ports]], [origin, '7', null, []]);
      same([bubbles, cancelable, composed], [false, false, false]);
      same([event.target === source, event.currentTarget], [true, null]);
    },
  },
  {
    name: 'tells a named event to those who listen for its name',
    run: async ({ play, until }) => {
      const { words } = await play(
        [{ send: 'event: news\ndata: 1\n\nevent: other\ndata: 2\n\ndata: 3\n\n' }],
        {
          types: ['news'],
        },
      );
      await until(() => words().length === 3);
      same(words(), ['open 1', 'news 1', 'message 3']);
    },
  },
  {
    name: 'takes events of the types open and error for what they are: events',
    run: async ({ play, until }) => {
      const { source, log } = await play([
        { send: 'event: open\ndata: 1\n\nevent: error\ndata: 2\n\ndata: 3\n\n' },
      ]);
      await until(() => log.length === 4);
      const told = log.map((/** @type {any} */ { event }) => [event.type, event.data]);
      same(told, [
        ['open', undefined],
        ['open', '1'],
        ['error', '2'],
        ['message', '3'],
      ]);
      same([log[2].event.constructor.name, source.readyState], ['MessageEvent', 1]);
    },
  },
  {
    name: 'reads lines that end with CR, LF or both, comments, and fields without a space',
    run: async ({ play, until }) => {
      const { words } = await play([
        {
          send: '\uFEFFdata: 1\r\rdata:2\n\n: aside\r\ndata:  3\r\n\r\ndata\n\nunknown: 5\ndata: 6\n\n',
        },
      ]);
      await until(() => words().length === 6);
      same(words(), ['open 1', 'message 1', 'message 2', 'message  3', 'message ', 'message 6']);
    },
  },
  {
    name: 'puts characters together that were cut',
    run: async ({ play, until }) => {
      const bytes = [...new TextEncoder().encode('data: 中🚂\n\n')];
      const { words, send } = await play([{ send: bytes.slice(0, 7) }]);
      await until(() => words().length);
      for (const byte of bytes.slice(7)) await send([byte]);
      await until(() => words().length === 2);
      same(words(), ['open 1', 'message 中🚂']);
    },
  },
  {
    name: 'keeps the last ID until another comes, ignores one with NUL, and forgets it for an empty one',
    run: async ({ play, until }) => {
      const { log } = await play([
        { send: 'id: 7\ndata: 1\n\ndata: 2\n\nid: 8\0\ndata: 3\n\nid\ndata: 4\n\n' },
      ]);
      await until(() => log.length === 5);
      same(
        log.slice(1).map((/** @type {any} */ { event }) => event.lastEventId),
        ['7', '7', '7', ''],
      );
    },
  },

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

  // Addresses.
  ...[
    'about:blank',
    'mailto:a@b.example',
    'javascript:1',
    'ftp://a.example/',
    'ws://a.example/',
    'unheard:of',
  ].map((url) => ({
    name: `gives up at once at ${url}`,
    run: async (/** @type {Scene} */ { make, until, quiet }) => {
      const source = make(url);
      const words = listen(source).words;
      same([source.readyState, words()], [0, []]);
      await until(() => words().length);
      await quiet();
      same(words(), ['error 2']);
    },
  })),
  {
    name: 'gives up where the address has a password',
    run: async ({ make, until, origin }) => {
      const source = make(`${origin.replace('//', '//me:secret@')}/nowhere`);
      const { words } = listen(source);
      await until(() => words().length);
      same(words(), ['error 2']);
    },
  },
  {
    name: 'reads data: and blob:, and comes back to them',
    run: async ({ make, until }) => {
      const text = 'retry: 20\n\ndata: 1\n\n';
      const blob = URL.createObjectURL(new Blob([text], { type: 'text/event-stream' }));
      for (const url of [`data:text/event-stream,${encodeURIComponent(text)}`, blob]) {
        const source = make(url);
        const { words, log } = listen(source);
        await until(() => words().length > 4);
        source.close();
        same(words().slice(0, 5), ['open 1', 'message 1', 'error 0', 'open 1', 'message 1']);
        if (url !== blob) same(log[1]?.event.origin, 'null');
      }
      URL.revokeObjectURL(blob);
    },
  },
  {
    name: 'goes on asking where nobody listens (Firefox gives up)',
    run: async ({ make, until }) => {
      const source = make('http://localhost:1/');
      const { words } = listen(source);
      await until(() => words().length);
      same(words(), ['error 0']);
    },
  },
  {
    name: 'follows a redirect, and comes back to the first address (Chromium to the last)',
    run: async ({ play, until, isNative, origin, other }) => {
      for (const status of [301, 302, 303, 307, 308]) {
        const headers = { 'Access-Control-Allow-Origin': '*' };
        const target = await play([{ headers, send: 'retry: 20\n\ndata: 1\n\n', after: 'end' }]);
        target.source.close();
        const Location = target.url.replace(origin, other);
        const { source, words, log, seen } = await play([
          { status, headers: { ...headers, Location }, after: 'end' },
        ]);
        await until(() => words().length > 4);
        source.close();
        same(words().slice(0, 5), ['open 1', 'message 1', 'error 0', 'open 1', 'message 1']);
        same(log[1].event.origin, other);
        same((await seen()).length === 1, isNative);
      }
    },
  },

  {
    name: 'reads from another origin that allows it, with credentials and without',
    run: async ({ play, make, until, origin, other }) => {
      const headers = {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': 'true',
      };
      const { source, url } = await play([{ headers, send: 'data: 1\n\n' }]);
      source.close();
      for (const withCredentials of [false, true]) {
        const foreign = make(url.replace(origin, other), { withCredentials });
        const { words, log } = listen(foreign);
        await until(() => words().length === 2);
        same([words(), log[1]?.event.origin], [['open 1', 'message 1'], other]);
      }
    },
  },
  {
    name: 'reads nothing from another origin that allows nobody (and knows why only in Chromium)',
    run: async ({ play, make, until, origin, other, isNative }) => {
      const { source, url } = await play([{ send: 'data: 1\n\n' }]);
      source.close();
      const { words } = listen(make(url.replace(origin, other)));
      await until(() => words().length);
      const isPage = typeof document !== 'undefined'; // in Node there are no origins
      same(words()[0], isNative ? 'error 2' : isPage ? 'error 0' : 'open 1');
    },
  },

  // close().
  {
    name: 'closes without a word, and as often as one likes',
    run: async ({ play, until, quiet }) => {
      const { source, words } = await play([{ send: 'data: 1\n\n' }]);
      await until(() => words().length === 2);
      same([source.close(), source.close(), source.readyState], [undefined, undefined, 2]);
      await quiet();
      same(words(), ['open 1', 'message 1']);
    },
  },
  {
    name: 'tells the server by leaving',
    run: async ({ play, until }) => {
      const { source, seen } = await play([{}]);
      await until(() => source.readyState === 1);
      source.close();
      await until(async () => (await seen())[0].left);
    },
  },
  {
    name: 'closes before anything has come',
    run: async ({ play, quiet }) => {
      const { source, words } = await play([{ send: 'data: 1\n\n' }]);
      source.close();
      await quiet();
      same([words(), source.readyState], [[], 2]);
    },
  },
  {
    name: 'tells nothing more when it is closed in the middle of a piece',
    run: async ({ play, until, quiet }) => {
      const { source, words } = await play([{ send: 'data: 1\n\ndata: 2\n\ndata: 3\n\n' }]);
      source.onmessage = (/** @type {MessageEvent} */ { data }) => {
        if (data === '2') source.close();
      };
      await until(() => source.readyState === 2);
      await quiet();
      same(words(), ['open 1', 'message 1', 'message 2']);
    },
  },
  {
    name: 'does not come back when a listener of error closes it',
    run: async ({ play, until, quiet }) => {
      const { source, words, seen } = await play([{ send: 'retry: 20\n\n', after: 'end' }]);
      source.onerror = () => source.close();
      await until(() => source.readyState === 2);
      await quiet();
      same([words(), (await seen()).length], [['open 1', 'error 0'], 1]);
    },
  },
  {
    name: 'does not come back when it is closed while it waits',
    run: async ({ play, until, quiet }) => {
      const { source, words, seen } = await play([{ send: 'retry: 50\n\n', after: 'end' }]);
      await until(() => words().length === 2);
      source.close();
      await quiet();
      same([source.readyState, (await seen()).length], [2, 1]);
    },
  },
];

/**
 * Runs a behaviour against a class.
 *
 * @param {Behaviour} behaviour
 * @param {{ Source: any, isNative: boolean, origin: string, other: string }} place
 */
export async function run({ run }, { Source, isNative, origin, other }) {
  /** @type {any[]} */
  const made = [];
  const make = (/** @type {string} */ url, /** @type {any[]} */ ...init) => {
    const source = new Source(String(url).startsWith('/') ? origin + url : url, ...init);
    made.push(source);
    return source;
  };

  /**
   * A source whose server takes these turns, and what one sees of both.
   * @param {import('./behaviour-server.ts').Turn[]} turns
   * @param {{ types?: string[], init?: object }} [options]
   */
  async function play(turns, { types = [], init } = {}) {
    const key = Math.random().toString(36).slice(2);
    const post = (/** @type {string} */ path, /** @type {unknown} */ body) =>
      fetch(`${origin}/${path}/${key}`, { method: 'POST', body: JSON.stringify(body) });
    await post('script', turns);
    const url = `${origin}/play/${key}`;
    const source = make(url, ...(init ? [init] : []));
    return {
      url,
      source,
      ...listen(source, types),
      seen: async () => (await fetch(`${origin}/seen/${key}`)).json(),
      send: (/** @type {unknown} */ send) => post('tell', { send }),
      cut: () => post('tell', { after: 'cut' }),
    };
  }

  /** Resolves when another source has been ended and has come back three times. */
  async function quiet() {
    const { words } = await play([{ send: 'retry: 20\n\n', after: 'end' }]);
    await until(() => words().length > 6);
    made.pop().close();
  }

  try {
    await run(/** @type {any} */ ({ Source, isNative, origin, other, play, make, until, quiet }));
  } finally {
    for (const source of made) source.close();
  }
}

/**
 * Its log: each event, and the state at that moment.
 * @param {any} source
 * @param {string[]} [types]
 */
function listen(source, types = []) {
  /** @type {{ event: any, state: number }[]} */
  const log = [];
  for (const type of ['open', 'message', 'error', ...types]) {
    source.addEventListener(type, (/** @type {any} */ event) =>
      log.push({ event, state: source.readyState }),
    );
  }
  const words = () => log.map(({ event, state }) => `${event.type} ${event.data ?? state}`);
  return { log, words };
}

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

/** @param {() => any} look */
async function until(look) {
  const end = Date.now() + DEADLINE;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`It does not come: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
function same(actual, expected) {
  const text = (/** @type {unknown} */ value) =>
    JSON.stringify(value, (_key, one) => (one === undefined ? '(undefined)' : one));
  if (text(actual) !== text(expected)) {
    throw new Error(`${text(actual)} came, and ${text(expected)} was expected`);
  }
}

/**
 * @param {string} name
 * @param {() => unknown} act
 * @returns {any}
 */
function throws(name, act) {
  try {
    act();
  } catch (error) {
    same(/** @type {any} */ (error).name, name);
    return error;
  }
  throw new Error(`Nothing was thrown, and ${name} was expected`);
}

/**
 * @param {any} owner
 * @param {string | symbol} name
 * @returns {PropertyDescriptor}
 */
function propertyOf(owner, name) {
  const found = Object.getOwnPropertyDescriptor(owner, name);
  if (!found) throw new Error(`There is no ${String(name)} of its own.`);
  return found;
}
