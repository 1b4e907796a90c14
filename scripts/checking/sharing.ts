// One stream for several tabs: what a check can ask about who has it, who hears it, and who has it
// next. Each question that is answered with no ends the check with a Failure.
import type { Otherwise } from './answer.ts';
import { aboutSeconds, Failure } from './failure.ts';
import type { OpenPage } from './page/open-page.ts';
import type { OtherTab } from './page/other-tab.ts';
import { type Answering, answer, stream } from './page/replies.ts';
import type { Wire } from './page/wire.ts';

export interface Sharing extends Otherwise {
  path: string;
  /** What is pressed in each tab. */
  button: string;
  /** Where each tab shows what it has heard last. */
  in: string;
  /** Milliseconds. */
  within: number;
}

/** A stream for each EventSource, and no other client that takes a connection. */
export function openForEach(): Answering {
  return ({ headers }) =>
    headers.accept === 'text/event-stream' ? stream('retry: 20') : answer(204);
}

/**
 * Opens the page in a second tab, presses the button there and then here. Of all the streams that were
 * open one must be left, and both tabs must hear it.
 */
export async function isShared(board: OpenPage, sharing: Sharing): Promise<OtherTab> {
  const { button } = sharing;
  const tab = await board.openTab();
  await tab.click(button);
  await areOpen(board, sharing, 2, `"${button}" was pressed in one of two tabs`);
  await board.click(button);
  const then = `"${button}" was pressed in both tabs`;
  await areOpen(board, sharing, 1, then);
  await hearTheOne(board, [board, tab], 'Elba, platform 1', then, sharing);
  return tab;
}

/** The second tab is closed: the stream must be there, and heard, and so when tabs come and leave. */
export async function isTakenOver(board: OpenPage, tab: OtherTab, sharing: Sharing): Promise<void> {
  const { button } = sharing;
  await tab.close();
  const closed = `"${button}" was pressed in two tabs, and the one that was first was closed`;
  await hearTheOne(board, [board], 'Ithaca, platform 2', closed, sharing);

  const third = await board.openTab();
  await third.click(button);
  const came = 'Another tab came, and shares';
  await areOpen(board, sharing, 1, came);
  await hearTheOne(board, [board, third], 'Lemnos, platform 3', came, sharing);
  await board.click('Disconnect all');
  const left = 'Two tabs share, and in the older one "Disconnect all" was pressed';
  await hearTheOne(board, [third], 'Naxos, platform 4', left, sharing);
}

/** So many streams must be open in all tabs together. */
async function areOpen(
  board: OpenPage,
  { path, within, otherwise }: Sharing,
  count: number,
  then: string,
): Promise<void> {
  const areSo = () => board.openWires(path).length === count;
  if (await board.comes(areSo, within)) {
    await board.settles();
    if (await board.comes(areSo, within)) return;
  }
  const open = board.openWires(path).length;
  throw new Failure({
    sentence: `${then}. ${explainCount(open, within, count)}`,
    advice: open > count && count > 1 ? TOO_MANY : otherwise,
    certain: true,
  });
}

const TOO_MANY =
  'Close the streams that were there before, and make one EventSource for all that the page shows: ' +
  'whoever needs the events listens to that one.';

/** What comes on the one stream must be shown by these tabs. */
async function hearTheOne(
  board: OpenPage,
  tabs: Pick<OtherTab, 'shows'>[],
  text: string,
  then: string,
  sharing: Sharing,
): Promise<void> {
  const { path, in: place, within, otherwise } = sharing;
  const told = new Set<Wire>();
  let over = false;
  // A stream may be about to close, and the next about to open: each is told when it is there.
  const telling = board.comes(() => {
    for (const wire of board.openWires(path)) {
      if (!told.has(wire)) wire.send(`data: ${text}\n\n`);
      told.add(wire);
    }
    return over;
  }, 10 * within);
  telling.catch(() => {}); // the page's trouble ends what follows as well
  try {
    for (const tab of tabs) await tab.shows(text, { in: place, within, otherwise });
  } catch (error) {
    const open = board.openWires(path).length;
    if (!(error instanceof Failure) || open === 1) throw error; // that it is not one says more
    const sentence = `${then}. ${explainCount(open, within, 1)}`;
    throw new Failure({ sentence, advice: otherwise, certain: true });
  } finally {
    over = true;
  }
  await areOpen(board, sharing, 1, then);
}

function explainCount(open: number, within: number, meant: number): string {
  const are = open === 0 ? 'No stream is' : open === 1 ? 'One stream is' : `${open} streams are`;
  const all = meant === 1 ? 'one for all tabs' : 'one in each tab';
  return `${are} open ${aboutSeconds(within)} later: ${all} was meant.`;
}
