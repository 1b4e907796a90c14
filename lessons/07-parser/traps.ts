// Wrong answers that people give to lesson 07. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const file = 'server.ts';

export const traps = [
  trap({
    name: 'text-plain',
    step: 1,
    title: 'The type is text/plain',
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
        'EventSource takes one type and no other. fetch hands out the bytes of any type.',
    },
  }),

  trap({
    name: 'one-newline',
    step: 2,
    title: 'One line break after the data instead of two',
    change: [{ file, from: '`data: ${number}\\n\\n`', to: '`data: ${number}\\n`' }],
    finding: 'unfinished-event',
    prediction: {
      question: 'With one \\n instead of two, what do the two columns show?',
      choices: [
        'Left nothing, right every line.',
        'Both the same as before.',
        'Left one event with all numbers so far, again and again.',
      ],
      answer: 0,
      explanation:
        'The empty line is what ends an event. Without it EventSource collects data lines for ' +
        'ever. fetch knows nothing of events and shows each piece as it comes.',
    },
  }),

  trap({
    name: 'never-stopped',
    step: 2,
    title: 'The timer goes on when the client has left',
    change: [{ file, from: "  response.on('close', () => clearInterval(counting));\n", to: '' }],
    prediction: {
      question: 'A hundred clients came and left, and nobody stopped their timers. What now?',
      choices: [
        'Node stops a timer when the connection of its client closes.',
        'A hundred timers go on, each writing into a connection that is gone.',
        'The first write after the end throws, and the server stops.',
      ],
      answer: 1,
      explanation:
        'A timer knows nothing of connections. They only add up, until the server has no time for ' +
        'anyone.',
    },
  }),
];
