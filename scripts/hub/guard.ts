// Who may ask the hub: this machine's own browser, at this hub's own address.
//
// Any page in the world may send requests to a loopback port. Host tells a rebound name, Origin and
// Sec-Fetch-Site tell a foreign page, the key tells another user of the machine.
import type { IncomingMessage } from 'node:http';
import { isKey } from './key.ts';
import { Refusal } from './refusal.ts';

export interface Gate {
  /** The hub's own port. */
  port: number;
  key: string;
}

/**
 * Refuses what does not come from this hub's own pages.
 *
 * @param kind `page` may be reached by a link from anywhere; `api` only from the hub's own pages
 * @throws {Refusal} 403 with a sentence
 */
export function checkSender(gate: Gate, request: IncomingMessage, kind: 'page' | 'api'): void {
  const { host, origin } = request.headers;
  const here = `localhost:${gate.port}`;
  const names = [here, `127.0.0.1:${gate.port}`];
  if (!names.includes(host?.toLowerCase() ?? '')) {
    throw new Refusal(
      403,
      `This hub answers as ${here} alone, and was called ${quoted(host)}; open http://${here}/ instead.`,
    );
  }
  if (origin !== undefined && !names.some((name) => origin === `http://${name}`)) {
    throw new Refusal(
      403,
      `A page of ${quoted(origin)} asked, and only the hub's own pages may; open http://${here}/ and ask from there.`,
    );
  }
  const site = request.headers['sec-fetch-site'];
  if (kind === 'api' && site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new Refusal(
      403,
      `A page from another address asked (Sec-Fetch-Site: ${site}), and only the hub's own pages may; open http://${here}/ and ask from there.`,
    );
  }
}

/** Whether the request carries this clone's key. */
export function holdsKey(gate: Gate, request: IncomingMessage): boolean {
  return isKey(gate.key, sentKey(request));
}

/**
 * Refuses a request that does not carry this clone's key.
 *
 * @throws {Refusal} 403 with a sentence
 */
export function checkKey(gate: Gate, request: IncomingMessage): void {
  if (holdsKey(gate, request)) return;
  throw new Refusal(
    403,
    sentKey(request) === undefined
      ? 'This needs the key of your clone: open the address, with all that follows the #, that npm start has printed.'
      : 'The key that came is not the key of this clone: open the address, with all that follows the #, that npm start has printed.',
  );
}

function sentKey(request: IncomingMessage): string | undefined {
  const sent = request.headers['x-kit-key'];
  return typeof sent === 'string' ? sent : undefined;
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'by no name' : JSON.stringify(text.slice(0, 100));
}
