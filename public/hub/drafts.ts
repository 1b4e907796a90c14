// Text that is typed and not saved yet. It is kept twice: for this tab, so that a reload finds this
// tab's own text, and for the browser, so that a closed tab or a crash loses nothing.
import { forget, keep, recall } from './storage.ts';

export interface Draft {
  /** The hash of the text on disk that the typing started from; '' if there was no file. */
  base: string;
  text: string;
}

const nameOf = (folder: string, file: string) => `draft:${folder}/${file}`;

/** Keeps what is in the editor. */
export function keepDraft(folder: string, file: string, draft: Draft): void {
  const text = JSON.stringify(draft);
  keep('tab', nameOf(folder, file), text);
  keep('browser', nameOf(folder, file), text);
}

/** The unsaved text of this tab, else the one that some tab left behind. */
export function findDraft(folder: string, file: string): Draft | undefined {
  const name = nameOf(folder, file);
  return readDraft(recall('tab', name)) ?? readDraft(recall('browser', name));
}

/**
 * Forgets a draft that has become a file. What another tab has typed since is that tab's own.
 *
 * @param text what was saved or chosen
 */
export function dropDraft(folder: string, file: string, text: string): void {
  const name = nameOf(folder, file);
  const own = readDraft(recall('tab', name));
  const shared = readDraft(recall('browser', name));
  forget('tab', name);
  if (shared && (shared.text === text || shared.text === own?.text)) forget('browser', name);
}

function readDraft(kept: string | undefined): Draft | undefined {
  if (kept === undefined) return undefined;
  try {
    const { base, text } = JSON.parse(kept) as Partial<Draft>;
    return typeof base === 'string' && typeof text === 'string' ? { base, text } : undefined;
  } catch {
    return undefined;
  }
}
