// What a stream does when a client comes back and says where it stopped.
import type { Block, EventStreamReader, StreamEvent } from '../event-stream.ts';
import { type Finding, finding, quote } from '../finding.ts';
import type { StreamLook } from './stream-look.ts';

/** What the second look has shown, in one sentence, and what is wrong with it. */
export interface Resuming {
  said: string;
  finding?: Finding;
}

/** An event that has an ID of its own, and not one from an event before it. */
interface Numbered {
  id: string;
  event: StreamEvent;
}

/** The answers that say "not now": the doctor came back sooner than a browser would have. */
const TOO_SOON = [429, 503];

/** Whether the second look has seen enough to tell. */
export function canTell(first: StreamLook, again: StreamLook): boolean {
  if (again.head && again.head.status !== 200) return true;
  const known = knownEvents(first.reader);
  return numbered(again.reader).some(
    ({ id, event }) => !known.has(id) || isSame(known.get(id), event),
  );
}

/**
 * Tells whether the server resumes, replays, or takes no notice.
 *
 * @param lastEventId what was sent
 */
export function judgeResuming(first: StreamLook, again: StreamLook, lastEventId: string): Resuming {
  const sent = `\`Last-Event-ID: ${quote(lastEventId, 60).slice(1)}`;
  const { head } = again;
  if (!head) return { said: `With ${sent} no answer came in time.` };
  const answer = quote(`${head.status} ${head.reason}`.trim());
  if (head.status === 204) {
    return { said: `With ${sent} the answer is ${answer}: nothing more is to come.` };
  }
  if (TOO_SOON.includes(head.status)) {
    return { said: `With ${sent} the answer is ${answer}: the server wants no client so soon.` };
  }
  if (head.status !== 200) {
    return {
      said: `With ${sent} the answer is ${answer}.`,
      finding: finding('status', {
        message:
          `With ${sent} the answer is ${answer}. A browser that lost the connection comes back so, ` +
          'and gives up for good.',
        advice: 'Answer 200 and go on after that ID, or begin anew where it is not known.',
        at: again.exchange.headAt,
      }),
    };
  }
  const known = knownEvents(first.reader);
  const came = numbered(again.reader);
  const repeated = came.filter(({ id, event }) => isSame(known.get(id), event));
  const fresh = came.find(({ id }) => !known.has(id));
  if (repeated[0] && (!fresh || came.indexOf(repeated[0]) < came.indexOf(fresh))) {
    return { said: `With ${sent} it replays.`, finding: replays(repeated, lastEventId, sent) };
  }
  if (fresh) {
    return { said: `With ${sent} it goes on with ${quote(fresh.id, 60)}: nothing twice.` };
  }
  if (came.length > 0) {
    return {
      said: `With ${sent} other events came under the same IDs: it takes no notice, and counts anew for each client.`,
    };
  }
  if (again.events.length > 0) {
    return { said: `With ${sent} events without an ID came: whether it resumes cannot be seen.` };
  }
  return { said: `With ${sent} no event came: nothing twice, and nothing new.` };
}

function replays(repeated: Numbered[], lastEventId: string, sent: string): Finding {
  const [first] = repeated;
  const last = repeated.at(-1)!;
  const only = repeated.length === 1 && first!.id === lastEventId;
  const which =
    repeated.length === 1
      ? `the event ${quote(first!.id, 60)} came again`
      : `${repeated.length} events came again, from ${quote(first!.id, 60)} to ${quote(last.id, 60)}`;
  return finding('replays', {
    message: `${sent} was sent, and ${which}. The client has had ${repeated.length === 1 ? 'it' : 'them'} already.`,
    advice: only
      ? 'Begin after the event with that ID, and not with it: `>` in place of `>=`.'
      : 'Read the header `Last-Event-ID` (in Node: `request.headers["last-event-id"]`) and send ' +
        'only what comes after it.',
    at: first!.event.at,
  });
}

/** The events of a look, by ID; one that came twice under its ID tells nothing, and is left out. */
function knownEvents(reader: EventStreamReader): Map<string, StreamEvent | undefined> {
  const known = new Map<string, StreamEvent | undefined>();
  for (const { id, event } of numbered(reader)) known.set(id, known.has(id) ? undefined : event);
  return known;
}

function isSame(one: StreamEvent | undefined, other: StreamEvent): boolean {
  return one !== undefined && one.type === other.type && one.data === other.data;
}

function numbered({ blocks }: EventStreamReader): Numbered[] {
  return blocks.flatMap((block: Block) => {
    const { event, lines } = block;
    const own = lines.some(({ name, value }) => name === 'id' && value !== '');
    return event && own ? [{ id: event.lastEventId, event }] : [];
  });
}
