// Which addresses an EventSource reads, and how it is closed.
import { listen, same } from './playing.js';

/** @typedef {import('./playing.js').Behaviour} Behaviour */
/** @typedef {import('./playing.js').Scene} Scene */

/** @type {Behaviour[]} */
export const ofAddresses = [
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
