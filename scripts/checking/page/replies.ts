// What a check lets its scripted server answer: pieces now, and the rest when the check says so.
import type { Seen } from './scripted-server.ts';

/** What is answered to one request. Made by `stream`, `answer` and `silence`. */
export interface Reply {
  /** 0: no byte of an answer comes. */
  status: number;
  headers: Record<string, string>;
  /** The body's beginning; bytes may end inside a character. */
  body: string | Uint8Array;
  /** Whether that is the whole body. */
  whole: boolean;
}

/**
 * What a path answers: always the same; one reply after the other, the last for all that follow; or
 * what a function makes of the request. Requests of EventSource and of fetch are counted apart.
 */
export type Answering = Reply | readonly Reply[] | ((seen: Seen) => Reply);

/**
 * An event stream that stays open. The check goes on with `send`, `end` and `cut` of its wire.
 *
 * @param blocks sent at once, each one with the empty line that ends it: `stream('retry: 20')`
 */
export function stream(...blocks: string[]): Reply {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
    body: blocks.map((block) => `${block.replace(/\n*$/, '')}\n\n`).join(''),
    whole: false,
  };
}

/**
 * A whole answer: `answer(204)`, `answer(404)`, `answer(200, { type: 'application/json', body })`.
 *
 * @param content the type is text/plain where none is given. With `whole: false` the check goes on
 *   with `send`, `end` and `cut` of its wire, byte for byte.
 */
export function answer(
  status: number,
  content: {
    type?: string;
    body?: string | Uint8Array;
    headers?: Record<string, string>;
    whole?: boolean;
  } = {},
): Reply {
  const { type = 'text/plain; charset=utf-8', body = '', headers, whole = true } = content;
  const bodiless = status === 204 || status === 304;
  return {
    status,
    headers: {
      ...(!bodiless && { 'Content-Type': type }),
      'Cache-Control': 'no-store',
      ...headers,
    },
    body: bodiless ? '' : body,
    whole: bodiless || whole,
  };
}

/** A WebSocket that is open: `send` of its wire sends a text frame, `end` a Close, `cut` breaks it off. */
export function webSocket(): Reply {
  return { status: 101, headers: {}, body: '', whole: false };
}

/** No answer at all: the connection stands, and nothing comes. `cut()` of the wire ends it. */
export function silence(): Reply {
  return { status: 0, headers: {}, body: '', whole: false };
}
