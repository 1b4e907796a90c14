// A proxy between a check and the server that it judges: what reaches a client is what the proxy lets
// through.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Unseen } from './failure.ts';
import type { Stage } from './stage.ts';

/**
 * Makes a proxy that does not listen yet.
 *
 * @param origin of the server behind it
 * @param real real milliseconds of so many lesson milliseconds, for its patience
 */
export type MakeProxy = (origin: string, real: (lessonMilliseconds: number) => number) => Server;

const OTHER_SCHEME =
  "The kit's proxy speaks plain http: it cannot be put in front of a server that does not.";

/**
 * Lets a proxy listen in front of the server that is judged, until `over` is aborted.
 *
 * @returns the proxy's origin
 * @throws Unseen where the server speaks something else than plain http
 */
export async function standInFront(
  stage: Stage,
  makeProxy: MakeProxy,
  over: AbortSignal,
): Promise<string> {
  const { origin } = stage.target;
  if (!origin.startsWith('http:')) throw new Unseen(OTHER_SCHEME);
  const proxy = makeProxy(origin, (milliseconds) => stage.real(milliseconds));
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const close = () => {
    proxy.close();
    proxy.closeAllConnections();
  };
  if (over.aborted) close();
  else over.addEventListener('abort', close, { once: true });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
