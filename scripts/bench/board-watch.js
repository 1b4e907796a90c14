// Put into the hub's page by a benchmark: tells when the board shows what, once it is painted.
//
// The clock is the system's, Date.now(), which the page shares with the program that saves.

/** @typedef {{ kind: 'started' | 'provisional' | 'complete', at: number, note: string, rows: { step: number, state: string }[], said: string }} Sight */

const { tellSight } = /** @type {{ tellSight: (sight: Sight) => void }} */ (
  /** @type {unknown} */ (window)
);
const list = /** @type {HTMLElement} */ (document.getElementById('verdicts'));
const note = /** @type {HTMLElement} */ (document.getElementById('board-note'));
const sum = /** @type {HTMLElement} */ (document.getElementById('board-sum'));
let latest = '';

const look = () => {
  const busy = list.getAttribute('aria-busy') === 'true';
  const waits = note.textContent === 'still waiting';
  const kind = !busy ? 'complete' : waits ? 'provisional' : 'started';
  // A judging may be over before we have looked at its beginning.
  const now = `${kind} ${list.dataset.run}`;
  if (now === latest) return;
  latest = now;
  const rows = [...list.children].map((row) => ({
    step: Number(/** @type {HTMLElement} */ (row).dataset.step),
    state: String(/** @type {HTMLElement} */ (row).dataset.state),
  }));
  const words = list.querySelector('.say')?.textContent ?? '';
  const sight = {
    kind,
    note: note.textContent ?? '',
    rows,
    said: `${sum.textContent} ${words}`.trim(),
  };
  // A frame is drawn after its callback; what is posted from there comes when it is on the screen.
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => tellSight(/** @type {Sight} */ ({ ...sight, at: Date.now() }));
    port2.postMessage(undefined);
  });
};

new MutationObserver(look).observe(
  /** @type {HTMLElement} */ (list.closest('section') ?? document.body),
  { subtree: true, childList: true, attributes: true, characterData: true },
);
