// What people write at two in the morning: each is a change of the finished files of lesson 04.
import type { WrongAnswer } from './wrong-answer.ts';

const page = 'client.js';
const WRITE = 'client.response.write(`id: ${RUN}-${number}\\ndata: ${text}\\n\\n`);';
const BOUND = '  if (history.length > KEPT) history.shift();\n';
const REPLAY = '  for (const announcement of missed) sendEvent(client, announcement);\n';
const NEWER = 'const found = history.filter(({ number }) => number > heard);';
const WAITS = '    if (client.waiting) client.waiting.push(announcement);\n    else sendEvent';
const RESET =
  "client.response.write('event: reset\\ndata: Some announcements are missing.\\n\\n');";
const TAKEN_APART =
  "  const [run, number] = lastEventId.split('-');\n  const heard = run === RUN ? Number(number) : -1; // the numbers of another run mean nothing here\n";
const IN_URL = "url.searchParams.get('lastEventId')";

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: number each announcement.
  {
    name: 'id-of-the-moment',
    step: 1,
    finding: 'shared-clients',
    change: [{ from: WRITE, to: WRITE.replace('${number}', '${Math.random()}') }],
  },
  // Step 2: keep a history.
  {
    name: 'keeps-nothing',
    step: 2,
    change: [{ from: BOUND, to: '  if (history.length < KEPT) history.shift();\n' }],
  },
  {
    name: 'lets-the-newest-go',
    step: 2,
    change: [{ from: BOUND, to: BOUND.replace('shift', 'pop') }],
  },
  // Step 3: replay.
  {
    name: 'header-as-the-standard-writes-it',
    step: 3,
    change: [{ from: "request.headers['last-event-id']", to: "request.headers['Last-Event-ID']" }],
  },
  {
    name: 'newest-first',
    step: 3,
    change: [{ from: NEWER, to: NEWER.replace(');', ').reverse();') }],
  },
  {
    name: 'nobody-waits-while-it-is-replayed',
    step: 3,
    change: [{ from: WAITS, to: '    sendEvent' }],
  },
  // Step 4: subscribe first.
  {
    name: 'replays-and-no-more',
    step: 4,
    change: [
      {
        from: '  clients.add(client); // from here on nothing is lost\n',
        to: '  if (!lastEventId) clients.add(client);\n',
      },
    ],
  },
  {
    name: 'waits-for-ever',
    step: 1, // nobody is sent anything any more
    change: [{ from: '  client.waiting = undefined;\n', to: '' }],
  },
  // Step 5: reset.
  {
    name: 'reset-in-capitals',
    step: 5,
    change: [{ from: RESET, to: RESET.replace('event: reset', 'event: RESET') }],
  },
  {
    name: 'reset-at-the-end',
    step: 5,
    change: [
      { from: `    ${RESET}\n`, to: '    client.sent = -1;\n' },
      { from: REPLAY, to: `  const late = client.sent < 0;\n${REPLAY}  if (late) ${RESET}\n` },
    ],
  },
  {
    name: 'run-is-not-compared',
    step: 5,
    change: [
      {
        from: TAKEN_APART,
        to: "  const number = lastEventId.split('-')[1];\n  const heard = Number(number ?? -1);\n",
      },
    ],
  },
  {
    name: 'only-the-future-is-unknown',
    step: 5,
    change: [
      { from: WRITE, to: WRITE.replace('${RUN}-', '') },
      {
        from: TAKEN_APART,
        to: '  const heard = Number(lastEventId) <= count ? Number(lastEventId) : -1;\n',
      },
    ],
  },
  // Step 6: over a reload.
  {
    name: 'url-is-not-read',
    step: 6,
    change: [{ from: `${IN_URL} ?? `, to: '' }],
  },
  {
    name: 'id-not-encoded',
    step: 6,
    change: [{ file: page, from: '${encodeURIComponent(kept)}', to: '${kept}' }],
  },
  {
    name: 'keeps-the-first',
    step: 6,
    change: [
      {
        file: page,
        from: 'if (event.lastEventId) sessionStorage',
        to: 'if (!sessionStorage.getItem(LAST_ID)) sessionStorage',
      },
    ],
  },
];
