// Wrong answers that people give to lesson 04. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const NEWER = 'const found = history.filter(({ number }) => number > heard);';
const WRITE = 'client.response.write(`id: ${RUN}-${number}\\ndata: ${text}\\n\\n`);';

export const traps = [
  trap({
    name: 'own-numbers',
    step: 1,
    title: 'Each client has numbers of its own',
    symptom: 'others-news',
    change: [
      {
        file: server,
        from: WRITE,
        to: 'client.told = (client.told ?? 0) + 1;\n  client.response.write(`id: ${RUN}-${client.told}\\ndata: ${text}\\n\\n`);',
      },
      { file: server, from: '  sent: number;\n', to: '  sent: number;\n  told?: number;\n' },
    ],
    finding: 'shared-clients',
    prediction: {
      question:
        'The server numbers the events of each client: 1, 2, 3. One comes back after number 5. What is its next event?',
      choices: [
        'Number 6: the server goes on counting where it was.',
        'Number 6: the browser goes on counting.',
        'Number 1 or any other: the counter went with the connection.',
      ],
      answer: 2,
      explanation:
        'A client that comes back has a new connection, and to the server it is a new client. An ID ' +
        'has to mean the same on every connection, so it must belong to the announcement.',
    },
  }),

  trap({
    name: 'keeps-everything',
    step: 2,
    title: 'The history has no limit',
    symptom: 'memory',
    change: [{ file: server, from: '  if (history.length > KEPT) history.shift();\n', to: '' }],
    prediction: {
      question: 'Nothing is ever thrown away. What is the first thing to go wrong?',
      choices: [
        'Nothing for a long time. Then the memory is full, and the program ends.',
        'A browser keeps as much as the server, and gets slower.',
        'Last-Event-ID grows too long for a header.',
      ],
      answer: 0,
      explanation:
        'This station says one sentence a second, and could do so for years. A busy server says a ' +
        'thousand, and is full by the evening. What is bounded must be able to say "too old": that is ' +
        'what reset is for.',
    },
  }),

  trap({
    name: 'replays-everything',
    step: 3,
    title: 'Everything is replayed',
    symptom: 'twice',
    change: [{ file: server, from: NEWER, to: 'const found = [...history];' }],
    finding: 'replays',
    prediction: {
      question:
        'The server sends all that it keeps to whoever comes back. What does the page show?',
      choices: [
        'Each announcement once: the browser drops an ID that it has seen.',
        'Up to fifteen announcements a second time, at each reconnect.',
        'Nothing new: the browser takes no event with an old ID.',
      ],
      answer: 1,
      explanation:
        'The browser keeps one ID, the last, and compares it with nothing. Whatever comes is handed to ' +
        'the page. Only the server can leave out what has been heard.',
    },
  }),

  trap({
    name: 'last-one-again',
    step: 3,
    title: 'The last one is replayed again',
    symptom: 'twice',
    change: [{ file: server, from: NEWER, to: NEWER.replace('> heard', '>= heard') }],
    finding: 'replays',
    prediction: {
      question: 'The server replays from number >= the ID that was sent. What comes first?',
      choices: [
        'The one that was heard last, once more.',
        'The next one, as before: the ID is that of the next.',
        'Nothing, for the two conditions exclude each other.',
      ],
      answer: 0,
      explanation:
        'Last-Event-ID names the last event that has been heard, not the first that is wanted. A page ' +
        'that adds up or rings a bell does it twice, at each reconnect.',
    },
  }),

  trap({
    name: 'ids-as-text',
    step: 3,
    title: 'IDs are compared as text',
    symptom: 'some-lost',
    change: [
      {
        file: server,
        from: NEWER,
        to: NEWER.replace('number > heard', '`${number}` > `${heard}`'),
      },
    ],
    prediction: {
      question:
        'IDs are text, and this server compares them as text. A client comes back after 9, and 10 to 12 are kept. What does it get?',
      choices: [
        '10, 11 and 12: text with digits is compared as numbers.',
        'Nothing of the three.',
        'All three, and 9 again.',
      ],
      answer: 1,
      explanation:
        'Text is compared letter by letter, and "1" comes before "9". So "10" is smaller than "9", and ' +
        'nothing seems to be newer. From 10 to 99 all is well: the mistake waits for the 100.',
    },
  }),

  trap({
    name: 'replays-then-subscribes',
    step: 4,
    title: 'First the snapshot, then the subscription',
    symptom: 'some-lost',
    change: [
      {
        file: server,
        from: '  clients.add(client); // from here on nothing is lost\n  if (lastEventId) await replay(client, lastEventId);\n',
        to: '  if (lastEventId) await replay(client, lastEventId);\n  clients.add(client);\n',
      },
    ],
    prediction: {
      question:
        'The archive needs two seconds. The client is added to the listeners when it has answered. What happens to what is announced in between?',
      choices: [
        'It is sent later, when the client has been added.',
        'The archive knows it: an answer is always of this moment.',
        'This client never hears it, and nobody notices.',
      ],
      answer: 2,
      explanation:
        'The archive looked before, and the client was added after. What falls in between is in neither ' +
        'of the two. With a quick archive it happens once a week, and nobody can repeat it.',
    },
  }),

  trap({
    name: 'both-know-it',
    step: 4,
    title: 'What has waited is sent, though the archive knew it',
    symptom: 'twice',
    change: [
      {
        file: server,
        from: '    if (announcement.number > client.sent) sendEvent(client, announcement);\n',
        to: '    sendEvent(client, announcement);\n',
      },
    ],
    finding: 'replays',
    prediction: {
      question:
        'Subscribed first, then replayed, and then all that has waited is sent. What about an announcement that is made while somebody is on the way to the archive?',
      choices: [
        'It comes twice: it has waited, and the archive has it.',
        'It is lost: the archive does not have it yet.',
        'It comes once: an array holds nothing twice.',
      ],
      answer: 0,
      explanation:
        'Who subscribes first hears some things from both sides. That is the price, and a small one: ' +
        'what is there twice can be left out by its number. What is lost cannot be found.',
    },
  }),

  trap({
    name: 'ids-restart',
    step: 5,
    title: 'The IDs restart with the program',
    symptom: 'some-lost',
    change: [
      { file: server, from: WRITE, to: WRITE.replace('${RUN}-', '') },
      {
        file: server,
        from: "  const [run, number] = lastEventId.split('-');\n  const heard = run === RUN ? Number(number) : -1; // the numbers of another run mean nothing here\n",
        to: '  const heard = Number(lastEventId);\n',
      },
    ],
    prediction: {
      question:
        'The IDs are 1, 2, 3. The program is started anew while a client that has heard 40 is away. It comes back when the station has come to 45. What does it hear?',
      choices: [
        'reset, for the program has been started anew.',
        '41 to 45, and it believes that it has missed nothing.',
        'Everything from 1, for the history is new.',
      ],
      answer: 1,
      explanation:
        'The 40 of before and the 40 of now are two announcements with one name. The server finds the ' +
        'ID, and replays after it. All that was said before the restart, and the new 1 to 40, is lost, ' +
        'and nobody is told.',
    },
  }),

  trap({
    name: 'no-word-of-the-gap',
    step: 5,
    title: 'Too old, and no word of it',
    symptom: 'some-lost',
    change: [
      {
        file: server,
        from: '  if (heard < 0 || oldest > heard + 1) {',
        to: '  if (heard < 0) {',
      },
    ],
    prediction: {
      question:
        'A client has heard 3 and comes back when 20 to 34 are kept. No reset is sent. What does its page do?',
      choices: [
        'It sees the jump in the IDs, and fires an error.',
        'It goes on after 3 with 20, as if that were the next.',
        'The browser asks for 4 to 19 once more.',
      ],
      answer: 1,
      explanation:
        'To a browser an ID is a text without a meaning: nobody counts. A page that keeps a list or a ' +
        'sum is wrong from now on, and does not know it. One event of a type of its own tells it.',
    },
  }),

  trap({
    name: 'url-before-header',
    step: 6,
    title: 'The URL is believed before the header',
    symptom: 'twice',
    change: [
      {
        file: server,
        from: "String(header ?? url.searchParams.get('lastEventId') ?? '')",
        to: "String(url.searchParams.get('lastEventId') ?? header ?? '')",
      },
    ],
    finding: 'replays',
    prediction: {
      question:
        'The page was reloaded after 7: its URL says 7. It has heard up to 12 since, and the connection breaks. The server reads the URL first. What comes?',
      choices: [
        '13: the browser puts the new ID into the URL.',
        '8 to 12 once more, and then 13.',
        'reset: the two IDs contradict each other.',
      ],
      answer: 1,
      explanation:
        'The URL of an EventSource never changes, so it says 7 for ever. The browser sends the newer ID ' +
        'in the header. Where there is a header, it is right.',
    },
  }),

  trap({
    name: 'new-source-without-id',
    step: 6,
    title: 'A new EventSource without its ID',
    symptom: 'some-lost',
    change: [
      {
        file: page,
        from: "const url = kept ? `/announcements?lastEventId=${encodeURIComponent(kept)}` : '/announcements';",
        to: "const url = '/announcements';",
      },
    ],
    prediction: {
      question:
        'The page keeps the last ID in its storage, and does not put it into the URL. You reload. What does the request say?',
      choices: [
        'Last-Event-ID: the browser remembers it for the address.',
        'Last-Event-ID: the browser finds it in the storage.',
        'Nothing. The station takes the page for a new one.',
      ],
      answer: 2,
      explanation:
        'The last event ID belongs to one EventSource, and goes with it: at a reload, and when a page ' +
        'makes a new one. Only the page can carry it over, and an EventSource takes nothing but a URL.',
    },
  }),
];
