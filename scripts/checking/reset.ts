// Streams that cannot resume, and have to say so: the client has missed more than is kept, or comes with
// an ID of a run of the program that is over.
import { visible } from '../wire/bytes.ts';
import type { StreamEvent } from '../wire/event-stream.ts';
import type { Answer } from './answer.ts';
import { Failure } from './failure.ts';
import type { Scene } from './language.ts';
import { comingBack, hears, listed, MISSED, type Within } from './resuming.ts';

/**
 * A client comes back that has missed more than anyone can tell it: it must be told so, before
 * anything else, and then hear the announcements again.
 *
 * @param who the beginning of the sentence: who came back
 */
export async function saysReset(
  back: Answer,
  who: string,
  { within, otherwise }: Within,
): Promise<void> {
  await back.headComes({ within, otherwise });
  back.isAnEventStream({ otherwise });
  const first = await back.stage.comes(back, ({ events }) => events[0], within);
  if (first?.type === 'reset') {
    const next = await back.stage.comes(back, ({ events }) => events[1], within);
    if (next && next.type !== 'reset') return;
    throw new Failure({
      sentence: `${who}, and was told \`reset\`. After that no announcement came.`,
      excerpt: back.timetable(),
      advice: otherwise,
    });
  }
  back.everyLineIsUnderstood();
  const later = back.events.some(({ type }) => type === 'reset');
  const nearly = back.events.find(({ type }) => type.trim().toLowerCase() === 'reset');
  throw new Failure({
    sentence: later
      ? `${who}. The event \`reset\` came, but announcements came before it: a page believes them to be the next.`
      : nearly
        ? `${who}, and an event of the type \`${visible(nearly.type)}\` came. Types are compared letter by letter: a page that listens for \`reset\` does not hear it.`
        : first
          ? `${who}. An announcement came, as if it were the next, and no word of those that are lost.`
          : `${who}, and nothing came.`,
    excerpt: `    IDs that came  ${listed(back.events, 'first')}`,
    advice: otherwise,
    certain: first !== undefined,
  });
}

/**
 * After a restart the program must not take an ID of the run before for one of its own: it says
 * `reset`, or it remembers what was announced and goes on.
 */
export async function survivesRestart(
  witness: Answer,
  { restart }: Pick<Scene, 'restart'>,
  advice: Within,
): Promise<void> {
  await witness.eventComes(1, advice);
  const before = [...witness.events];
  const last = before.at(-1)!;
  const anew = await restart();
  const live = anew.get(witness.path);
  const back = anew.get(witness.path, comingBack(last.lastEventId));
  await hears(live, MISSED, advice);
  const isTaken = ({ lastEventId, data }: StreamEvent) =>
    before.some((event) => event.lastEventId === lastEventId && event.data !== data);
  if (live.events.some(isTaken)) {
    throw new Failure({
      sentence:
        'The program was started anew, and its IDs began anew as well. The same ID now names another ' +
        'announcement: whoever comes back with it seems to have heard what it has not.',
      excerpt: [
        `    IDs of the run before  ${listed(before, 'first')}`,
        `    IDs of this run        ${listed(live.events, 'first')}`,
      ].join('\n'),
      advice: advice.otherwise,
      certain: true,
    });
  }
  await back.headComes(advice);
  const first = await back.stage.comes(back, ({ events }) => events[0], advice.within);
  const follows = () => witness.events[before.length]?.lastEventId;
  if (first && first.lastEventId === follows()) return; // it was kept on disk
  await saysReset(
    back,
    'The program was started anew, and a client came back that had heard the run before',
    advice,
  );
}
