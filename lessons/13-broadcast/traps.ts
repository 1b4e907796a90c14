// Wrong answers that people give to lesson 13. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const SUBSCRIBE = `  clients.add(response);
  response.on('close', () => clients.delete(response));
`;
const REPLAY = '  if (lastEventId) replay(String(lastEventId), response);\n';
const CAPPED = 'if (client.writableLength > CAP) {';
const LAST_WORDS = '    client.end(`retry: ${wait}\\n\\n`);\n';

export const traps = [
  trap({
    name: 'encoded-for-each',
    step: 1,
    title: 'Each client has the event encoded for itself',
    symptom: 'slow',
    change: [
      {
        file: server,
        from: '  for (const client of clients) send(client, bytes);\n',
        to: '  for (const client of clients) send(client, Buffer.from(bytes.toString()));\n',
      },
    ],
    prediction: {
      question:
        'The text is turned into bytes inside the loop over a thousand clients. What does that cost?',
      choices: [
        'Nothing: Node remembers a text that it has encoded.',
        'A thousand times the work, and a thousand buffers with the same bytes.',
        'It is slower at first, and then the compiler takes it out of the loop.',
      ],
      answer: 1,
      explanation:
        'Nobody can know that the thousand results are the same. With one buffer all responses share ' +
        'the same bytes, and a client that is slow holds on to what the others hold as well.',
    },
  }),

  trap({
    name: 'never-forgets',
    step: 1,
    title: 'Who has left stays on the list',
    symptom: 'goes-on',
    change: [
      {
        file: server,
        from: "  response.on('close', () => clients.delete(response));\n",
        to: '',
      },
    ],
    prediction: {
      question: 'Nobody is ever taken off the list. A page is reloaded a hundred times. What now?',
      choices: [
        'The hundred old connections go on to receive, somewhere.',
        'A write to a client that has left throws, and takes it off the list.',
        'Each announcement is written a hundred times to nobody, and all of it stays in memory.',
      ],
      answer: 2,
      explanation:
        'A write to a response that is gone is no error that anyone sees. The Set is what keeps those ' +
        'responses alive, so the list grows for as long as the server runs.',
    },
  }),

  trap({
    name: 'answer-of-write-ignored',
    step: 2,
    title: 'The answer of write() is ignored',
    symptom: 'memory',
    change: [{ file: server, from: CAPPED, to: 'if (client.destroyed) {' }],
    prediction: {
      question: 'One of a thousand clients has stopped reading. What does client.write(bytes) do?',
      choices: [
        'It waits until the client reads again, and everybody waits with it.',
        'It returns false, and keeps the bytes in memory until the client takes them.',
        'It drops what the client does not take.',
      ],
      answer: 1,
      explanation:
        'write() never waits and never drops. It says false, and goes on to take whatever it is given. ' +
        'Add one that does not read, and read out the timetable: watch its bar.',
    },
  }),

  trap({
    name: 'snapshot-before-subscription',
    step: 2,
    title: 'First the snapshot, then the subscription',
    symptom: 'some-lost',
    change: [
      { file: server, from: SUBSCRIBE, to: '' },
      {
        file: server,
        from: REPLAY,
        to: `${REPLAY}  // The history is asked of a database now, which takes two seconds and a half.
  setTimeout(() => clients.add(response), 2500);
  response.on('close', () => clients.delete(response));
`,
      },
    ],
    prediction: {
      question:
        'What was missed is looked up first, and the client is put on the list afterwards. In between something is announced. Who has it?',
      choices: [
        'The client: it is on the list before the next event.',
        'Nobody who came in between, and no ID shows it to them.',
        'The history: the client gets it at its next reconnect.',
      ],
      answer: 1,
      explanation:
        'The snapshot is older than the announcement, and the subscription younger. The next event has a ' +
        'newer ID, so the client will never ask for the one it lacks. Subscribe first, as in lesson 04.',
    },
  }),

  trap({
    name: 'draws-on-top',
    step: 3,
    title: 'The new bars are put beside the old ones',
    symptom: 'slow',
    change: [
      {
        file: page,
        from: 'loudspeakers.replaceChildren(...bars);',
        to: 'loudspeakers.append(...bars);',
      },
    ],
    prediction: {
      question:
        'draw() appends a bar for each client, once a second. What does the page look like?',
      choices: [
        'As before: an element with the same text takes the place of the old one.',
        'A bar for each client and second, and a page that gets slower and slower.',
        'One bar, for the newest client.',
      ],
      answer: 1,
      explanation:
        'The figures say how things are, and not what has changed. So the picture is made anew each ' +
        'time, and what was there before goes.',
    },
  }),

  trap({
    name: 'ten-writes',
    step: 4,
    title: 'Ten events are ten writes',
    symptom: 'slow',
    change: [
      {
        file: server,
        from: '  if (batch.length === 0) setImmediate(flush);\n  batch.push(bytes);\n',
        to: '  for (const client of clients) send(client, bytes);\n',
      },
    ],
    prediction: {
      question:
        'Ten events are announced in one tick to a thousand clients. How many writes is that?',
      choices: ['Ten.', 'A thousand: Node joins what is written in one tick.', 'Ten thousand.'],
      answer: 2,
      explanation:
        'Node joins the bytes on their way to the system, but each write() has its own chunk, its own ' +
        'bookkeeping and its own callback. Joined once, the ten are one write for each client.',
    },
  }),

  trap({
    name: 'sockets-left-open',
    step: 5,
    title: 'close() is called, and the streams stay open',
    symptom: 'stop-ignored',
    change: [
      { file: server, from: LAST_WORDS, to: '' },
      {
        file: server,
        from: '  setTimeout(() => server.closeAllConnections(), GRACE); // who does not read keeps nobody waiting\n',
        to: '',
      },
      {
        file: server,
        from: '    const wait = Math.round(BACK * (1 + Math.random())); // so that not all of them knock at once\n',
        to: "    client.once('close', () => {});\n",
      },
    ],
    prediction: {
      question: 'server.close() is called while three streams are open. When does the program end?',
      choices: [
        'At once: close() closes.',
        'After some seconds: idle connections are closed.',
        'When the last of the three has left by itself. Maybe never.',
      ],
      answer: 2,
      explanation:
        'close() takes in nobody new, and waits for who is there. A stream is never idle and never ' +
        'done. After half a minute whoever asked for the shutdown pulls the plug, and nobody was told.',
    },
  }),

  trap({
    name: 'all-at-once',
    step: 5,
    title: 'Everybody is told to come back at the same moment',
    symptom: 'storm',
    change: [
      {
        file: server,
        from: 'Math.round(BACK * (1 + Math.random()))',
        to: 'BACK',
      },
    ],
    prediction: {
      question: 'A thousand clients are told `retry: 2000`. What does the new server see?',
      choices: [
        'A thousand requests within a few milliseconds, two seconds later.',
        'A request every two milliseconds: browsers spread them.',
        'Nothing: a retry at the end of a stream comes too late to count.',
      ],
      answer: 0,
      explanation:
        'Browsers wait exactly as long as they are told. A server that has just been started is at its ' +
        'slowest then. A little chance in the number costs nothing.',
    },
  }),
];
