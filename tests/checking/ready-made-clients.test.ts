// Two ready-made clients read the kit's streams: those of the corpus, each for one rule of the standard,
// and those that the lessons' texts show. Where one breaks the standard, lesson 17 says so.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readTranscripts } from '../../scripts/checking/transcript.ts';
import { frameworksAreThere, frameworksFolder } from '../../scripts/course/frameworks.ts';
import { listLessons } from '../../scripts/course/lessons.ts';
import { readLessonText } from '../../scripts/course/text.ts';
import { EventStreamReader } from '../../scripts/wire/event-stream.ts';
import { corpus, type ExpectedEvent } from '../wire/corpus.ts';

const root = join(import.meta.dirname, '..', '..');
const isThere = await frameworksAreThere(root);
const skip = isThere ? false : 'npm run frameworks fetches these clients';

type Played = { name: string; bytes: Uint8Array; events: ExpectedEvent[] };
type Fetch = () => Promise<Response>;
type Client = (fetch: Fetch, types: Set<string>) => Promise<ExpectedEvent[]>;

const lessons = listLessons(root).filter(({ available }) => available);

/** The event streams of all lessons, as the suite has seen them on the wire. */
const told = lessons.flatMap((lesson) =>
  readTranscripts(readLessonText(lesson).wire)
    .filter(({ answer }) => answer.head.some((line) => /: text\/event-stream/.test(line)))
    .map(({ line, answer }) => {
      const bytes = Buffer.from(answer.body.map((text) => `${text}\n`).join(''));
      return { name: `${lesson.folder}/README.md:${line}`, bytes, events: eventsIn(bytes) };
    }),
);

function eventsIn(bytes: Uint8Array): ExpectedEvent[] {
  const reader = new EventStreamReader();
  reader.feed(bytes);
  return reader.events.map(({ type, data, lastEventId }) => ({ type, data, lastEventId }));
}

/** The names of the streams of which a client makes something else than the standard does. */
async function differing(client: Client, streams: Played[]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, bytes, events } of streams) {
    const fetch = async () =>
      new Response(new Blob([Buffer.from(bytes)]).stream(), {
        headers: { 'Content-Type': 'text/event-stream' },
      });
    const types = new Set(['message', ...events.map(({ type }) => type)]);
    const came = await client(fetch, types);
    if (JSON.stringify(came) !== JSON.stringify(events)) names.push(name);
  }
  return names;
}

describe('eventsource 4.1.1', { skip }, () => {
  const eventsource: Client = (fetch, types) =>
    new Promise((done) => {
      const { EventSource } = load('eventsource');
      const events: ExpectedEvent[] = [];
      const source = new EventSource('http://localhost/', { fetch });
      for (const type of types) {
        source.addEventListener(type, (event: ExpectedEvent) => {
          const { data, lastEventId } = event;
          if (data !== undefined) events.push({ type, data, lastEventId });
        });
      }
      source.addEventListener('error', () => {
        source.close();
        done(events);
      });
    });

  it('reads the streams of all lessons as the standard does, but for the last ID', async () => {
    assert.ok(told.length >= 17);
    const idless: Client = async (fetch, types) => keepingIds(await eventsource(fetch, types));
    assert.deepEqual(await differing(idless, told), []);
  });

  it('breaks the standard where lesson 17 says it, and nowhere else', async () => {
    assert.deepEqual(await differing(eventsource, corpus), [
      'lines that end in CR', // of a CR at the very end it waits for what follows
      'a line that ends in LF, and a blank one in CR',
      'a text that only looks like a byte order mark is text',
      'an id stays for the events that follow',
      'an id in a block of its own counts',
      'an id with NUL is ignored',
      'a stream that ends in the CR of a blank line',
    ]);
  });
});

describe('@microsoft/fetch-event-source 2.0.1', { skip }, () => {
  /** What it needs of a browser. */
  const BROWSER = {
    window: globalThis,
    document: { hidden: false, addEventListener() {}, removeEventListener() {} },
  };

  /** @param all whether what it calls a message and the standard does not is told too */
  const asItIs: Client = async (fetch) => {
    Object.assign(globalThis, BROWSER);
    const { fetchEventSource } = load('@microsoft/fetch-event-source');
    const events: ExpectedEvent[] = [];
    await fetchEventSource('http://localhost/', {
      fetch,
      openWhenHidden: true,
      onmessage: ({ event, data, id }: { event: string; data: string; id: string }) => {
        events.push({ type: event || 'message', data, lastEventId: id });
      },
      onerror: (error: unknown) => {
        throw error;
      },
    });
    return events;
  };
  /** As the lesson uses it: without what is empty. */
  const asInTheLesson: Client = async (fetch, types) =>
    keepingIds((await asItIs(fetch, types)).filter(({ data }) => data !== ''));

  it('reads the streams of all lessons, if empty messages are left out and IDs are kept', async () => {
    assert.deepEqual(await differing(asInTheLesson, told), []);
  });

  it('breaks the standard where lesson 17 says it, and nowhere else', async () => {
    assert.deepEqual(await differing(asInTheLesson, corpus), [
      'a byte order mark before a later line spoils its field',
      'a byte order mark in a value is text',
      'a byte order mark right after the colon is text',
      'an empty value dispatches an empty event', // it cannot be told from what is no event
      'a space alone is an empty value',
      'data without a colon is an empty value',
      'two data lines without a colon are one line feed',
      'empty data lines at the end are kept',
      'empty data lines at the start are kept',
      'an empty type takes an earlier one back',
      'an id in a block of its own counts',
      'an empty id takes the last one back', // nor can this be told from none
      'id without a colon takes the last one back',
      'an id with NUL is ignored',
      'of two ids the last valid one counts',
    ]);
    const more = await differing(asItIs, corpus);
    assert.equal(more.length, 28, 'without the two lines of the lesson');
  });
});

/** The last event ID that an event has, where a client tells only those that the event itself brings. */
function keepingIds(events: ExpectedEvent[]): ExpectedEvent[] {
  let last = '';
  return events.map((event) => {
    last = event.lastEventId || last;
    return { ...event, lastEventId: last };
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the package may not be here, and its types neither
function load(name: string): any {
  return createRequire(join(frameworksFolder(root), 'package.json'))(name);
}
