// From a request to its handler: paths, methods, bodies, and an answer for each thing that goes wrong.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KitError } from '../kit-error.ts';
import { checkKey, checkSender, type Gate, holdsKey } from './guard.ts';
import { Refusal } from './refusal.ts';

/** What a handler gets to know. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  /** Decoded segments of the path, by their names in the pattern; `rest` for a closing `*`. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** Whether the request carried the key. */
  keyed: boolean;
  /** Reads a JSON object from the request's body. */
  body(): Promise<Record<string, unknown>>;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT';
  /** `/api/lessons/:folder`, with `*` at its end for any number of further segments. */
  pattern: string;
  kind: 'page' | 'api';
  /** Needs the key. */
  key?: boolean;
  /** What it returns is sent as JSON; `undefined` if it has answered by itself. */
  handle(call: Call): unknown;
}

type Handle = Route['handle'];

/** A page or a file of the hub's pages, open to this machine. */
export function page(pattern: string, handle: Handle): Route {
  return { method: 'GET', pattern, kind: 'page', handle };
}

/** What the hub's own pages may ask without the key. */
export function open(method: Route['method'], pattern: string, handle: Handle): Route {
  return { method, pattern, kind: 'api', handle };
}

/** What only the hub's own pages may ask, and only with the key. */
export function keyed(method: Route['method'], pattern: string, handle: Handle): Route {
  return { method, pattern, kind: 'api', key: true, handle };
}

const LARGEST_BODY = 1024 * 1024; // bytes: a lesson's file has some thousands

const EVERYWHERE = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Makes the listener for the hub's server. Nothing that a handler throws leaves it.
 *
 * @param gate read at each request, since the port is known only once the server listens
 * @param log told about errors that are the kit's own
 */
export function createRouter(routes: Route[], gate: Gate, log: (text: string) => void) {
  const table = routes.map((route) => ({ route, segments: route.pattern.split('/').slice(1) }));

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      for (const [name, value] of Object.entries(EVERYWHERE)) response.setHeader(name, value);
      await answer(request, response);
    } catch (error) {
      sendError(request, response, error, log);
    }
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { segments, query } = readTarget(request.url ?? '');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const isApi = segments[0] === 'api' || segments[0] === 'live';
    checkSender(gate, request, isApi ? 'api' : 'page');

    const allowed = new Set<string>();
    for (const { route, segments: pattern } of table) {
      const params = match(pattern, segments);
      if (!params) continue;
      if (route.method !== method) {
        allowed.add(route.method);
        if (route.method === 'GET') allowed.add('HEAD');
        continue;
      }
      if (route.key) checkKey(gate, request);
      const result = await route.handle({
        request,
        response,
        params,
        query,
        keyed: holdsKey(gate, request),
        body: () => readBody(request),
      });
      if (result !== undefined) sendJson(response, 200, result);
      return;
    }
    if (allowed.size > 0) {
      const list = [...allowed].join(', ');
      throw new Refusal(405, `${request.method} does not work here; ${list} does.`, {
        Allow: list,
      });
    }
    throw new Refusal(
      404,
      `There is nothing at ${shorten(request.url ?? '')}; the course begins at /.`,
    );
  }
}

/**
 * Splits a request target. Each segment is decoded once; what would leave its folder is refused
 * rather than mended, for no page of ours asks for it.
 *
 * @throws {Refusal} 400
 */
export function readTarget(target: string): { segments: string[]; query: URLSearchParams } {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  const wrong = () =>
    new Refusal(
      400,
      `The path ${shorten(target)} is not one of the hub's; the course begins at /.`,
    );
  if (!path.startsWith('/')) throw wrong();
  const segments = path.slice(1).split('/').map(decode);
  if (segments.length > 1 && segments.at(-1) === '') segments.pop();
  return { segments, query };

  function decode(segment: string, index: number, all: string[]): string {
    let text: string;
    try {
      text = decodeURIComponent(segment);
    } catch {
      throw wrong();
    }
    const empty = text === '' && index < all.length - 1;
    if (empty || text === '.' || text === '..' || /[/\\\0]/.test(text)) throw wrong();
    return text;
  }
}

function match(pattern: string[], segments: string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part === '*') {
      params.rest = segments.slice(index).join('/');
      return segments.length > index ? params : undefined;
    }
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (part.startsWith(':')) params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return segments.length === pattern.length ? params : undefined;
}

/**
 * Reads the body as one JSON object; an empty body is an empty object.
 *
 * @throws {Refusal} 413, 415 or 400
 */
async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const tooLarge = () =>
    new Refusal(413, 'The request is larger than 1 MiB; send a smaller file.', {
      Connection: 'close',
    });
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY) throw tooLarge();
  const parts: Buffer[] = [];
  let length = 0;
  // Kept alive when the loop is left early: the refusal has to go back over the same socket.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    length += part.length;
    if (length > LARGEST_BODY) throw tooLarge();
    parts.push(part);
  }
  if (length === 0) return {};
  // A form or a text of a foreign page needs no preflight; JSON does.
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal(
      415,
      `The body is ${type === '' ? 'of no stated type' : shorten(type)}; send it with Content-Type: application/json.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    throw new Refusal(400, `The body is not JSON (${(error as Error).message}); send one object.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'The body is JSON but not an object; send { … }.');
  }
  return value as Record<string, unknown>;
}

/** Sends a value as JSON, never cached. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(body);
}

function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  log: (text: string) => void,
): void {
  const known = error instanceof Refusal || error instanceof KitError;
  if (!known && !request.destroyed) {
    log(`${request.method} ${request.url}: ${(error as Error)?.stack ?? String(error)}`);
  }
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status = error instanceof Refusal ? error.status : error instanceof KitError ? 422 : 500;
  const message = known
    ? error.message
    : 'The hub made a mistake with this request; the terminal where npm start runs says more, and the rest goes on.';
  const headers = error instanceof Refusal ? error.headers : {};
  sendJson(response, status, { error: message }, headers);
  // The rest of a body that nobody will read must not keep the connection busy.
  if (!request.complete) request.resume();
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
