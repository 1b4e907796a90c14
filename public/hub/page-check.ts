// The learner's page while it is checked: in a small frame over the corner of the board, where one
// can watch it. Small, and never hidden: browsers slow down what nobody can see, so the frames are
// no part of the board, which the big screen puts away.
import { ask } from './api.ts';
import { element } from './dom.ts';
import { currentKey } from './key.ts';
import type { Live } from './live.ts';
import type { PageCheckAsk, PageCheckMessage } from './protocol.ts';

/** Milliseconds that a hidden tab leaves to those that are seen. */
const AFTER_YOU = 150;

/** Shows the pages of a lesson that are checked, those that this tab may show. */
export function servePageChecks(live: Live, folder: string): void {
  const place = element('div', { class: 'page-checks', hidden: true, inert: true });
  document.body.append(place);
  const frames = new Map<string, HTMLIFrameElement>();
  const offered = new Set<string>();

  live.on<PageCheckMessage>('page-check', async (check) => {
    if (check.folder !== folder) return;
    const { id, url } = check;
    const shown = frames.get(id);
    if (shown) {
      shown.src = url; // its first address has led nowhere
      return;
    }
    if (offered.has(id)) return;
    offered.add(id);
    if (document.hidden) await new Promise((resolve) => setTimeout(resolve, AFTER_YOU));
    const visible = !document.hidden;
    const { yours } = await ask<{ yours: boolean }>('POST', path(id, 'claim'), { visible }).catch(
      () => ({ yours: false }),
    );
    if (!yours || !offered.has(id)) return;
    show(id, url);
  });

  live.on<PageCheckAsk>('page-check-ask', ({ id, question }) => {
    const frame = frames.get(id);
    if (!frame) return;
    // A frame that somebody has taken out is not alive, though the tab is.
    if (frame.isConnected) ask('POST', path(id, 'answer'), { question }).catch(() => {});
    else sayGone(id);
  });

  live.on<{ id: string }>('page-check-over', ({ id }) => {
    offered.delete(id);
    remove(id);
  });

  // Nobody will say that it is over when the hub is gone, and a frame may be in a loop.
  live.onState((state) => {
    if (state === 'away') for (const id of frames.keys()) remove(id);
  });

  addEventListener('pagehide', () => {
    for (const id of frames.keys()) {
      sayGone(id);
      remove(id);
    }
  });

  function show(id: string, url: string): void {
    const frame = element('iframe', {
      src: url,
      title: 'Your page, while it is checked',
      // It needs its scripts and its own origin, and nothing beyond its frame.
      sandbox: 'allow-scripts allow-same-origin allow-forms',
      referrerpolicy: 'no-referrer',
      tabindex: -1,
    });
    frames.set(id, frame);
    place.append(frame);
    place.hidden = false;
  }

  function remove(id: string): void {
    frames.get(id)?.remove();
    frames.delete(id);
    place.hidden = frames.size === 0;
  }
}

/** Said even if this tab is closing. */
function sayGone(id: string): void {
  const headers = { 'x-kit-key': currentKey() ?? '' };
  fetch(path(id, 'gone'), { method: 'POST', headers, keepalive: true }).catch(() => {});
}

function path(id: string, what: 'claim' | 'answer' | 'gone'): string {
  return `/api/page-check/${encodeURIComponent(id)}/${what}`;
}
