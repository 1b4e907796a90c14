// How a behaviour is played: against a class, a server that does as it is told, and the clock. It runs in
// a page and in Node, and needs nothing but fetch and URL.

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

const DEADLINE = 10_000; // milliseconds

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
export function listen(source, types = []) {
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
export function same(actual, expected) {
  const text = (/** @type {unknown} */ value) =>
    JSON.stringify(value, (_key, one) => (one === undefined ? '(undefined)' : one));
  if (text(actual) !== text(expected)) {
    throw new Error(`${text(actual)} came, and ${text(expected)} was expected`);
  }
}
