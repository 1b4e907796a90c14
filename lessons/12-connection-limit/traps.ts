// Wrong answers that people give to lesson 12. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const WAITING =
  '  const waiting = streams.filter(({ source }) => source.readyState === EventSource.CONNECTING);\n';

export const traps = [
  trap({
    name: 'waiting-by-arithmetic',
    step: 1,
    title: 'Who waits is worked out from the number six',
    symptom: 'seventh-tab',
    change: [{ file: page, from: WAITING, to: '  const waiting = streams.slice(6);\n' }],
    prediction: {
      question:
        'The page says that the first six streams are open, and the rest waits. When is that wrong?',
      choices: [
        'Never: six is what all browsers have.',
        'As soon as another tab, or the fetch on the right, has one of the six.',
        'Only in a browser that has another limit.',
      ],
      answer: 1,
      explanation:
        'The six are for all tabs and for requests of any kind. A page cannot see what others hold, so ' +
        'it has to look at each stream of its own.',
    },
  }),

  trap({
    name: 'hop-by-hop',
    step: 2,
    title: 'Connection: keep-alive and Keep-Alive are set by hand',
    symptom: 'not-there',
    change: [
      {
        file: server,
        from: "{ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });\n  listeners",
        to: "{\n    'Content-Type': 'text/event-stream',\n    'Cache-Control': 'no-store',\n    Connection: 'keep-alive',\n    'Keep-Alive': 'timeout=60',\n  });\n  listeners",
      },
    ],
    finding: 'hop-by-hop',
    prediction: {
      question:
        'This head says Connection: keep-alive and Keep-Alive: timeout=60. You open the page over HTTP/2. What happens?',
      choices: [
        'The stream is kept open longer.',
        'Nothing: Node leaves out what the protocol does not know.',
        'Node throws at the stream, and the whole program ends.',
      ],
      answer: 2,
      explanation:
        'These two speak of one HTTP/1.1 connection, and HTTP/2 forbids them. Node drops Connection with ' +
        'a warning, and throws at Keep-Alive. Over HTTP/1.1 they do nothing that Node does not do by itself.',
    },
  }),

  trap({
    name: 'one-for-each-part',
    step: 3,
    title: 'Each part of the page has an EventSource of its own',
    symptom: 'seventh-tab',
    change: [
      {
        file: page,
        from: '  openStream((data) => channel.postMessage(data)); // it does not come back to us\n',
        to: "  openStream((data) => channel.postMessage(data)); // it does not come back to us\n  // The board has one of its own, and so has the clock.\n  const board = new EventSource(PATH);\n  board.onmessage = ({ data }) => hear(data);\n  const clock = new EventSource(PATH);\n  leaving.addEventListener('abort', () => [board, clock].forEach((one) => one.close()));\n",
      },
    ],
    prediction: {
      question:
        'Log, board and clock of a page each make an EventSource for the same address. How many connections does a tab take?',
      choices: [
        'One: the browser joins streams of the same address.',
        'Three, and the third tab of that kind waits.',
        'One over HTTP/1.1, three over HTTP/2.',
      ],
      answer: 1,
      explanation:
        'Each EventSource is a request, and each answer that goes on has a connection over HTTP/1.1. ' +
        'Components that know nothing of each other do that soon. Make one for the page, and let them listen to it.',
    },
  }),

  trap({
    name: 'nobody-takes-over',
    step: 3,
    title: 'Who does not get the lock at once does not wait for it',
    symptom: 'dead-wire',
    change: [
      {
        file: page,
        from: '    .request(NAME, { signal: leaving.signal }, () => lead(channel, leaving.signal))\n',
        to: '    .request(NAME, { ifAvailable: true }, (lock) => lock && lead(channel, leaving.signal))\n',
      },
    ],
    prediction: {
      question:
        'A tab asks for the lock with ifAvailable, and follows if it is taken. Then the leading tab is closed. What do the others hear?',
      choices: [
        'The next event: the browser passes the lock on to one of them.',
        'Nothing any more, and no error either.',
        'An error event on the channel.',
      ],
      answer: 1,
      explanation:
        'ifAvailable asks once. The lock is free now, and nobody waits for it. A channel has no end and ' +
        'no error: it is just quiet. Whoever asks without it waits in a queue, and is next.',
    },
  }),

  trap({
    name: 'no-feature-test',
    step: 3,
    title: 'Web Locks are taken for granted',
    symptom: 'not-there',
    change: [
      {
        file: page,
        from: `  if (!navigator.locks) {
    // Only where the page came over https:, or from this machine.
    role.textContent =
      'There are no Web Locks at this address, so this tab has a stream of its own.';
    return openStream();
  }
`,
        to: '',
      },
    ],
    prediction: {
      question:
        'This page works at http://localhost. You open it at http://192.168.1.20 from a telephone, and share by a lock. What happens?',
      choices: [
        'It works: a lock has nothing to do with the address.',
        'The telephone asks whether this page may have a lock.',
        'navigator.locks is undefined there, and the script throws.',
      ],
      answer: 2,
      explanation:
        'Web Locks are for secure contexts: https, and this machine by the names localhost and 127.0.0.1. ' +
        'At a plain-http address of another machine they are not there at all. So ask before you use them.',
    },
  }),

  trap({
    name: 'worker-of-its-own',
    step: 4,
    title: 'Each tab gives the worker a name of its own',
    symptom: 'seventh-tab',
    change: [
      {
        file: page,
        from: "new SharedWorker('/arrivals-worker.js')",
        to: "new SharedWorker('/arrivals-worker.js', `tab-${crypto.randomUUID()}`)",
      },
    ],
    prediction: {
      question:
        'Each tab starts the shared worker by the same address and gives it a name of its own. How many streams are there?',
      choices: [
        'One: a worker is known by its address.',
        'One for each tab: a worker is known by its address and its name.',
        'None: a second name for the same worker is an error.',
      ],
      answer: 1,
      explanation:
        'The browser looks for a worker with this address and this name. Another name, or another query ' +
        'behind the address, and it starts one more. The page looks the same, and shares nothing.',
    },
  }),
];
