// Wrong answers that people give to lesson 05. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const LAMP =
  "send('event: lamp\\ndata: lit\\n\\n'); // no id: it is no news, and nobody has missed it";

export const traps = [
  trap({
    name: 'head-held-back',
    step: 1,
    title: 'The head waits for the first event',
    symptom: 'nothing-at-first',
    change: [{ file: server, from: "  send(': the lamp is there\\n\\n');\n", to: '' }],
    prediction: {
      question:
        'writeHead is called, and nothing is written for 15 seconds. When does `open` fire?',
      choices: [
        'At once: writeHead sends the head.',
        'After 15 seconds, with the first heartbeat.',
        'Never: without a body there is no stream.',
      ],
      answer: 1,
      explanation:
        'Node keeps the head until there is a byte of the body to send it with. For 15 seconds the ' +
        'page cannot tell this server from one that is dead, and neither can a proxy.',
    },
  }),

  trap({
    name: 'slower-than-the-proxy',
    step: 2,
    title: 'The heartbeat is slower than the proxy is patient',
    symptom: 'behind-a-proxy',
    change: [{ file: server, from: 'const HEARTBEAT = 15_000;', to: 'const HEARTBEAT = 30_000;' }],
    prediction: {
      question:
        'A heartbeat comes every 30 seconds, and the proxy waits for 20. What does a page see?',
      choices: [
        'Nothing of it: the proxy knows an event stream when it sees one.',
        'The lamp comes through, only later.',
        'An error every 20 seconds: the connection is cut, and the browser asks again.',
      ],
      answer: 2,
      explanation:
        'The proxy counts the seconds since the last byte, and what kind of answer it is does not ' +
        'matter to it. The page is never told why. The server sends its next heartbeat to nobody.',
    },
  }),

  trap({
    name: 'heart-beats-on',
    step: 2,
    title: 'The heartbeat goes on when its client has left',
    symptom: 'goes-on',
    change: [
      { file: server, from: "  response.on('close', () => clearInterval(heartbeat));\n", to: '' },
    ],
    prediction: {
      question: 'You press Disconnect. Who notices first that the heartbeat goes to nobody?',
      choices: [
        'Nobody does: writing to a response that is closed throws nothing.',
        'Node: the next write throws, and the interval ends.',
        'The operating system: it stops the timers of a closed connection.',
      ],
      answer: 0,
      explanation:
        'A heartbeat makes sure that a dead connection is found out: the write fails, and Node closes ' +
        'the response. But then somebody has to listen to `close`. Else there is one timer more for ' +
        'each visit, for ever.',
    },
  }),

  trap({
    name: 'lamp-as-comment',
    step: 3,
    title: 'The lamp is a comment',
    symptom: 'false-failure',
    change: [{ file: server, from: LAMP, to: "send(': lamp\\n\\n');" }],
    prediction: {
      question: 'The lamp comes as a comment, `: lamp`. Which of the two logs shows it?',
      choices: ['Both.', 'Only the left one, of EventSource.', 'Only the right one, of fetch.'],
      answer: 2,
      explanation:
        'A comment is made for whoever looks at the bytes: proxies, curl, a fetch client. EventSource ' +
        'reads it and throws it away. There is no event for it, no property and no option.',
    },
  }),

  trap({
    name: 'shown-as-news',
    step: 3,
    title: 'The heartbeat has no name',
    symptom: 'wrong-handler',
    change: [{ file: server, from: LAMP, to: "send('data: lit\\n\\n');" }],
    prediction: {
      question: 'The heartbeat is `data: lit`, without `event:`. What does the sign above show?',
      choices: ['lit', 'The last train, as before.', 'Nothing: it is cleared.'],
      answer: 0,
      explanation:
        'An event without a name is a message, and messages are the news of this page. So it says ' +
        'that "lit" is the latest train. Every old page that listens to onmessage would say so too.',
    },
  }),

  trap({
    name: 'lamp-with-id',
    step: 3,
    title: 'The heartbeat has an ID',
    symptom: 'some-lost',
    change: [
      {
        file: server,
        from: LAMP,
        to: "send('id: lamp\\nevent: lamp\\ndata: lit\\n\\n');",
      },
    ],
    prediction: {
      question:
        'Each lamp has `id: lamp`. After train 3 and a lamp you press Cut now. Which train is next?',
      choices: ['Train 4.', 'Train 1.', 'None: the browser stays away.'],
      answer: 1,
      explanation:
        "The browser sends the last ID that it has heard, and that was the lamp's. This server knows no " +
        'train of that name and begins anew. Another would look for what came after the lamp, and what ' +
        'was missed before it would be lost.',
    },
  }),

  trap({
    name: 'fed-by-comments',
    step: 4,
    title: 'The watchdog listens for comments',
    symptom: 'false-failure',
    change: [
      {
        file: page,
        from: "  opened.addEventListener('lamp', heard);\n",
        to: "  opened.addEventListener('comment', heard);\n",
      },
    ],
    prediction: {
      question:
        'The watchdog is to be fed by comments, and one comes every 15 seconds. What happens after 35 seconds?',
      choices: [
        'Nothing: the comments feed it.',
        'It barks: the page leaves a connection on which all is well.',
        'The browser says that there is no such event.',
      ],
      answer: 1,
      explanation:
        'One may listen for any name, and for this one nobody ever calls. You see the comments come ' +
        'on the tape and in the right log. The left page is told of none, and thinks the worst.',
    },
  }),

  trap({
    name: 'waits-for-the-first',
    step: 4,
    title: 'The watchdog waits for its first meal',
    symptom: 'dead-wire',
    change: [
      {
        file: page,
        from: '  feedWatchdog(); // the very first word may be what never comes\n',
        to: '',
      },
    ],
    prediction: {
      question:
        'Only what is heard starts the timer. Choose /lamp?stall. When does the watchdog bark?',
      choices: ['After 35 seconds.', 'Never.', 'When the browser gives the connection up.'],
      answer: 1,
      explanation:
        'A server that hangs from the beginning says nothing, so nothing starts the timer. And the ' +
        'browser gives nothing up: it waits for as long as the connection stands.',
    },
  }),

  trap({
    name: 'gathered',
    step: 5,
    title: 'Nobody asks the proxy not to gather',
    symptom: 'behind-a-proxy',
    change: [{ file: server, from: "    'X-Accel-Buffering': 'no', // do not gather\n", to: '' }],
    prediction: {
      question: 'Choose "the proxy" and press Connect on both sides. When does something come?',
      choices: [
        'At once: a heartbeat is a whole event.',
        'After 15 seconds, with the first heartbeat.',
        'When there are 4096 bytes of it: after some twenty minutes.',
      ],
      answer: 2,
      explanation:
        'The proxy counts bytes, and knows nothing of events. Not even the head goes on before. The ' +
        'heartbeat keeps the connection alive all that time, so that nobody is told of an error.',
    },
  }),

  trap({
    name: 'transformed',
    step: 5,
    title: 'Nobody asks the proxy not to compress',
    symptom: 'behind-a-proxy',
    change: [
      {
        file: server,
        from: "'Cache-Control': 'no-store, no-transform', // do not compress",
        to: "'Cache-Control': 'no-store',",
      },
    ],
    prediction: {
      question:
        'The proxy gathers nothing now, but it may compress. When does the left log show the lamp?',
      choices: [
        'Not for a long time: what is compressed is gathered as well.',
        'At once: a browser unfolds what comes.',
        'Never: EventSource cannot read what is compressed.',
      ],
      answer: 0,
      explanation:
        'Browsers unfold a stream as it comes, and EventSource too. But a compressor looks for what ' +
        'repeats itself, and keeps many kilobytes to look in. Ten bytes come, the mark of gzip, and ' +
        'then none.',
    },
  }),

  trap({
    name: 'compressor-holds-back',
    step: 6,
    title: 'The compressor is not flushed',
    symptom: 'no-event',
    change: [
      {
        file: server,
        from: '    gzip.flush(); // whatever is in there goes out now; it costs some bytes each time\n',
        to: '',
      },
    ],
    prediction: {
      question: 'Choose /lamp?gzip on this server. The head comes at once. And the first lamp?',
      choices: [
        'After 15 seconds: write() writes.',
        'After minutes or hours, with many others.',
        'Never: gzip needs the end of the file.',
      ],
      answer: 1,
      explanation:
        'write() gives the text to the compressor, and that one says something when it has enough. ' +
        'The signal says that the connection is open. It is the same with middlewares that compress ' +
        'every answer without being asked.',
    },
  }),
];
