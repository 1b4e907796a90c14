// Wrong answers that people give to lesson 03. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const LEFT_TO_THE_BROWSER = `    if (opened.readyState === EventSource.CONNECTING) {
      events.comingBack('error: the stream is over; the browser will ask again');
      return;
    }
`;

export const traps = [
  trap({
    name: 'close-unnoticed',
    step: 1,
    title: 'The server does not notice close()',
    symptom: 'goes-on',
    change: [
      {
        file: server,
        from: "  response.on('close', () => clearInterval(clock)); // somebody left before the train did\n",
        to: '',
      },
    ],
    prediction: {
      question: 'You press Disconnect at minute 8. What does this server do now?',
      choices: [
        'It stops counting: the page has told it.',
        'It counts on to 1 and says bye, to nobody.',
        'Its next write throws, and the program ends.',
      ],
      answer: 1,
      explanation:
        'close() sends no message. The connection closes, Node says so with an event, and nobody ' +
        'listens for it here. Writing to a response that is gone is no error that anyone sees.',
    },
  }),

  trap({
    name: 'bye-as-message',
    step: 2,
    title: 'bye is expected as a message',
    symptom: 'wrong-handler',
    change: [
      {
        file: page,
        from: "  opened.addEventListener('bye', (event) => {\n",
        to: "  opened.addEventListener('message', (event) => {\n    if (event.data !== 'bye') return;\n",
      },
    ],
    prediction: {
      question:
        'This page looks for bye in its messages. What comes after the end of the countdown?',
      choices: [
        'The page closes, as before.',
        'The countdown is heard again from 10, for ever.',
        'The browser asks once more, gets 204, and gives up.',
      ],
      answer: 2,
      explanation:
        'An event with the type bye is no message: this page is deaf to it. So the browser comes back ' +
        'with Last-Event-ID: 1. It is the 204 that saves the page, and every other one that knows ' +
        'nothing of bye.',
    },
  }),

  trap({
    name: 'gives-up',
    step: 2,
    title: 'onerror closes at the first hiccup',
    symptom: 'gives-up',
    change: [{ file: page, from: LEFT_TO_THE_BROWSER, to: '    opened.close();\n' }],
    prediction: {
      question:
        'onerror calls close(), and you press Cut now at minute 5. What does the left side do?',
      choices: [
        'Nobody comes back by itself: what was heard is forgotten.',
        'The browser comes back after two seconds, and sends Last-Event-ID: 5.',
        'close() does nothing, for the connection is gone already.',
      ],
      answer: 0,
      explanation:
        'An error with readyState CONNECTING means that the browser is about to come back. close() ' +
        'forbids it. Only a new EventSource can ask then, and that one has no last event ID.',
    },
  }),

  trap({
    name: 'replays-for-ever',
    step: 3,
    title: 'Last-Event-ID is looked up as the standard writes it',
    symptom: 'replays',
    change: [{ file: server, from: "headers['last-event-id']", to: "headers['Last-Event-ID']" }],
    finding: 'replays',
    prediction: {
      question: "request.headers['Last-Event-ID'] === '1': who is sent away with 204?",
      choices: [
        'Who has heard 1, as before: names of headers are the same in small letters.',
        'Nobody. Who has heard 1 hears it all again.',
        'Everybody: the value is undefined.',
      ],
      answer: 1,
      explanation:
        'On the wire the names of headers are the same in all letters. Node puts them into ' +
        'request.headers in small ones, so this looks for something that is never there. Press ' +
        '"Connect, having heard 1": the countdown begins again.',
    },
  }),

  trap({
    name: 'after-the-last-train',
    step: 4,
    title: 'A new one is made after the 204 as well',
    symptom: 'replays',
    change: [
      {
        file: page,
        from: "    if (lastHeard === '1') return events.closed('the last train has left');\n",
        to: '',
      },
    ],
    prediction: {
      question:
        'bye is lost, and the server answers 204. This page makes a new EventSource. And then?',
      choices: [
        'The new one gets 204 as well: the server knows who has heard 1.',
        'The browser allows no second EventSource after a 204.',
        'The new one hears the countdown from 10.',
      ],
      answer: 2,
      explanation:
        'The server knows only what a request says. A new EventSource sends no Last-Event-ID, so to ' +
        'the server it is somebody new. The page has to remember by itself that it has heard 1.',
    },
  }),

  trap({
    name: 'second-source',
    step: 4,
    title: 'onerror makes a second EventSource while the first lives',
    symptom: 'twice',
    change: [
      { file: page, from: LEFT_TO_THE_BROWSER, to: '' },
      {
        file: page,
        from: '  leaveEventSource(); // pressed twice, it must not listen twice\n',
        to: '',
      },
    ],
    prediction: {
      question:
        'onerror makes a new EventSource without a look at readyState. The stream ends at minute 5. What comes?',
      choices: [
        'Two requests, and from then on every minute is heard twice.',
        'One request: the new EventSource takes the place of the old one.',
        'None: the two cancel each other.',
      ],
      answer: 0,
      explanation:
        'The first one is CONNECTING and comes back by itself, with Last-Event-ID: 5. The second asks ' +
        'as well, without an ID. At the next end each of them makes another: 2, 4, 8 and so on.',
    },
  }),

  trap({
    name: 'storm',
    step: 4,
    title: 'A new one is made at once',
    symptom: 'storm',
    change: [
      {
        file: page,
        from: '    again = setTimeout(connectEventSource, wait);\n',
        to: '    connectEventSource();\n',
      },
    ],
    prediction: {
      question:
        'The server answers 503 for a minute, and the page does not wait. How often does it ask?',
      choices: [
        'Every three seconds: the browser waits by itself.',
        'Once: after a 503 the browser refuses to ask.',
        'As often as the server can answer: hundreds of times a second.',
      ],
      answer: 2,
      explanation:
        'The browser waits only when it comes back by itself. A new EventSource asks at once, is ' +
        'refused, and the next one asks. A thousand open pages keep a server down like that.',
    },
  }),

  trap({
    name: 'connect-twice',
    step: 4,
    title: 'Connect pressed twice listens twice',
    symptom: 'twice',
    change: [
      {
        file: page,
        from: '  leaveEventSource(); // pressed twice, it must not listen twice\n',
        to: '',
      },
    ],
    prediction: {
      question: 'Connect does not close what is there. You press it three times. What do we see?',
      choices: [
        'Three countdowns in one log, and three connections that are held.',
        'One countdown: an EventSource without a variable is cleared away.',
        'An error: one page may have one EventSource for an address.',
      ],
      answer: 0,
      explanation:
        'An open EventSource lives on without any variable that names it. The page cannot even close ' +
        'the first two any more. At the sixth the browser has no connection left for this address.',
    },
  }),
];
