// What an EventSource is, what it asks, and what it tells.
import { same } from './playing.js';

/** @typedef {import('./playing.js').Behaviour} Behaviour */

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSED: 2 };

/** @type {Behaviour[]} */
export const ofTheInterface = [
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
];

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
