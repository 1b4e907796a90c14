// A benchmark that is ended in the middle leaves nothing behind: no folder, no hub.

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

const steps = new Set<() => void>();

/**
 * Has something done when this program ends, however it ends short of SIGKILL.
 *
 * @param step must not wait for anything
 * @returns takes it back, because it is done
 */
export function atTheEnd(step: () => void): () => void {
  if (steps.size === 0) listen();
  steps.add(step);
  return () => steps.delete(step);
}

let listens = false;

function listen(): void {
  if (listens) return;
  listens = true;
  process.on('exit', () => {
    for (const step of [...steps].reverse()) step();
  });
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => process.exit(128 + number));
  }
}
