// Wrong answers that people give to lesson 01. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const file = 'server.ts';

export const traps = [
  trap({
    name: 'text-plain',
    step: 1,
    title: 'The type is text/plain',
    symptom: 'no-event',
    change: [{ file, from: "'text/event-stream', //", to: "'text/plain', //" }],
    finding: 'content-type',
    prediction: {
      question: 'The type becomes text/plain, and the bytes stay as they are. What do we see?',
      choices: [
        'Both columns go on as before: the bytes are the same.',
        'Left no event, ever; right the bytes as before.',
        'Both columns stay empty.',
      ],
      answer: 1,
      explanation:
        'EventSource takes one type and no other. Firefox closes it at once, for good. Chromium ' +
        'first guesses at the type: it says nothing at all until about 1 kB has come, and closes ' +
        'it then. fetch hands out the bytes of any type.',
    },
  }),

  trap({
    name: 'no-flush',
    step: 1,
    title: 'The head is not sent',
    symptom: 'nothing-at-first',
    change: [
      {
        file,
        from: '  response.flushHeaders(); // Node keeps the head back until the body begins\n',
        to: '',
      },
    ],
    finding: 'head-late',
    prediction: {
      question: 'Without flushHeaders(), when does the left log say "open"?',
      choices: [
        'At once: writeHead() has sent the head.',
        'With the first event, a second later.',
        'Never.',
      ],
      answer: 1,
      explanation:
        'writeHead() only writes the head down. Node sends it together with the first byte of the ' +
        'body. For a clock that is a second; for a quiet stream it may be an hour.',
    },
  }),

  trap({
    name: 'unknown-path',
    step: 1,
    title: 'An unknown path is never answered',
    symptom: 'never-answered',
    change: [
      {
        file,
        from: '  else servePage(import.meta.dirname, request, response); // 404 where there is no such file\n',
        to: '',
      },
    ],
    prediction: {
      question:
        'The server has a word for /clock only. What does a browser show for any other path?',
      choices: ['The error 404.', 'An empty page.', 'It waits, and shows nothing at all.'],
      answer: 2,
      explanation:
        'Node sends no answer by itself. A request without an answer waits until somebody gives ' +
        'up, and takes one of the six connections that a browser has for this server.',
    },
  }),

  trap({
    name: 'path-includes',
    step: 1,
    title: 'The path is looked for with includes',
    symptom: 'refused',
    change: [{ file, from: "request.url === '/clock'", to: "request.url?.includes('/clock')" }],
    prediction: {
      question: "With request.url?.includes('/clock'), what comes for /clockwork.js?",
      choices: ['404: there is no such file.', 'The stream of the clock.', 'The page.'],
      answer: 1,
      explanation:
        'includes finds /clock in /clockwork.js as well. A script that is waited for then never ' +
        'ends, and the page does not either.',
    },
  }),

  trap({
    name: 'one-newline',
    step: 2,
    title: 'One line break after the data instead of two',
    symptom: 'no-event',
    finding: 'unfinished-event',
    change: [{ file, from: '`data: ${stationTime()}\\n\\n`', to: '`data: ${stationTime()}\\n`' }],
    prediction: {
      question: 'With one \\n instead of two, what do the two columns show?',
      choices: [
        'Left nothing, right every line.',
        'Both the same as before.',
        'Left one event with all lines so far, again and again.',
      ],
      answer: 0,
      explanation:
        'The empty line is what ends an event. Without it EventSource collects data lines for ' +
        'ever. fetch knows nothing of events and shows each piece as it comes.',
    },
  }),

  trap({
    name: 'never-cleared',
    step: 4,
    title: 'The timer is never cleared',
    symptom: 'goes-on',
    change: [{ file, from: "  response.on('close', () => clearInterval(clock));\n", to: '' }],
    prediction: {
      question: 'A hundred clients came and left, and nobody cleared their timers. What now?',
      choices: [
        'Node clears a timer when the connection of its client closes.',
        'A hundred timers go on, each writing into a connection that is gone.',
        'The first write after the end throws, and the server stops.',
      ],
      answer: 1,
      explanation:
        'A timer knows nothing of connections. Writing to a response that is closed is no error ' +
        'that anybody sees; the timers only add up until the server has no time for anyone.',
    },
  }),

  trap({
    name: 'one-timer',
    step: 4,
    title: 'One timer variable for all clients',
    symptom: 'others-stop',
    change: [
      {
        file,
        from: 'const TICK = 1000; // milliseconds\n',
        to: 'const TICK = 1000; // milliseconds\nlet clock: NodeJS.Timeout;\n',
      },
      { file, from: '  const clock = setInterval(', to: '  clock = setInterval(' },
    ],
    finding: 'shared-clients',
    prediction: {
      question:
        'Two tabs listen, and there is one variable for the timer. The first tab closes. Then?',
      choices: [
        'Nothing: each call of setInterval has its own timer.',
        'The second tab goes silent, and the timer of the first goes on.',
        'Both timers stop.',
      ],
      answer: 1,
      explanation:
        'The variable holds the timer of whoever came last. The first tab leaves and stops the ' +
        'timer of the second; its own can no longer be stopped by anyone.',
    },
  }),
];
