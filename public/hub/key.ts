// The key of the clone. It comes behind the # of the address that `npm start` opens, which no
// server is sent, and is kept in this origin's storage: a cookie would go to every lesson's server.
import { forget, keep, recall } from './storage.ts';

const NAME = 'key';
const listeners = new Set<() => void>();

/** Moves a key from the address to the storage, so that it is in no history and no picture. */
export function takeKeyFromAddress(): void {
  const behind = new URLSearchParams(location.hash.slice(1));
  const key = behind.get('key');
  if (key === null) return;
  behind.delete('key');
  const rest = behind.size > 0 ? `#${behind}` : '';
  history.replaceState(history.state, '', location.pathname + location.search + rest);
  setKey(key);
}

/** The key that is sent with each request, if this browser has one. */
export function currentKey(): string | undefined {
  return recall('browser', NAME) || undefined;
}

/** Keeps a key, or with `undefined` forgets it, and tells those who wait for one. */
export function setKey(key: string | undefined): void {
  if (key === undefined || key.trim() === '') forget('browser', NAME);
  else keep('browser', NAME, key.trim());
  for (const listener of listeners) listener();
}

/** Calls back whenever the key changes, in this tab or in another one. */
export function onKey(listener: () => void): void {
  listeners.add(listener);
}

/** Finds the key in what a person pastes: the key alone, or the whole address that holds it. */
export function keyIn(pasted: string): string {
  const behind = pasted.split('#')[1];
  return (behind && new URLSearchParams(behind).get('key')) || pasted.trim();
}

addEventListener('storage', (event) => {
  if (event.key?.endsWith(`:${NAME}`)) for (const listener of listeners) listener();
});
