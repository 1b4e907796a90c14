// What this browser remembers for the hub. Where storage is refused (private windows, strict
// settings), it remembers until the tab closes.

const PREFIX = 'down-the-wire:';
const inMemory = new Map<string, string>();

/** `tab` ends with the tab and survives its reload; `browser` stays. */
export type Keeper = 'tab' | 'browser';

const storageOf = (keeper: Keeper): Storage => (keeper === 'tab' ? sessionStorage : localStorage);

/** What was kept under that name, if anything. */
export function recall(keeper: Keeper, name: string): string | undefined {
  try {
    return storageOf(keeper).getItem(PREFIX + name) ?? inMemory.get(keeper + name);
  } catch {
    return inMemory.get(keeper + name);
  }
}

/** Keeps a text. */
export function keep(keeper: Keeper, name: string, text: string): void {
  try {
    storageOf(keeper).setItem(PREFIX + name, text);
    inMemory.delete(keeper + name);
  } catch {
    inMemory.set(keeper + name, text);
  }
}

/** Forgets what was kept under that name. */
export function forget(keeper: Keeper, name: string): void {
  inMemory.delete(keeper + name);
  try {
    storageOf(keeper).removeItem(PREFIX + name);
  } catch {
    // Nothing was kept there either.
  }
}

/**
 * Keeps a text for this tab and, should the tab crash, for the next one: whoever closes a tab takes
 * the text along, and a crash does not.
 */
export function keepThroughCrash(name: string, text: string): void {
  keep('tab', name, text);
  keep('browser', name, text);
  addEventListener('pagehide', () => forget('browser', name), { once: true });
}

/** What this tab has kept, or one that crashed. */
export function recallAfterCrash(name: string): string | undefined {
  return recall('tab', name) ?? recall('browser', name);
}
