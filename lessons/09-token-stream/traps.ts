// Wrong answers that people give to lesson 09. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const TOKEN = 'return sendData(response, { delta: value });';

export const traps = [
  trap({
    name: 'letter-by-letter',
    step: 1,
    title: 'One event for each letter',
    symptom: 'slow',
    change: [
      {
        file: server,
        from: `      ${TOKEN}\n`,
        to: '      for (const letter of value) sendData(response, { delta: letter });\n      return;\n',
      },
    ],
    prediction: {
      question:
        'Each letter gets an event of its own. How many bytes are on the wire for "platform "?',
      choices: [
        'Nine, as before.',
        'Some thirty: nine letters and one event around them.',
        'Some two hundred.',
      ],
      answer: 2,
      explanation:
        'Around each letter stand data: {"delta":""} and two line breaks, and around those a chunk of ' +
        'HTTP. It looks the same on the paper, and costs seven times as much on the way and in the parser. ' +
        'Who wants the look of single letters makes it on the page.',
    },
  }),

  trap({
    name: 'goes-on',
    step: 1,
    title: 'The making goes on after a stop',
    symptom: 'goes-on',
    change: [
      {
        file: server,
        from: "  response.on('close', () => clearInterval(typing)); // each token that is not made is saved\n",
        to: '',
      },
    ],
    prediction: {
      question: 'You press Stop after ten tokens. What does the meter say five seconds later?',
      choices: [
        '10 made, 50 saved: without a reader there is no stream.',
        '60 made, 0 saved: nobody has told the model.',
        '10 made: the eleventh write throws, and ends the answer.',
      ],
      answer: 1,
      explanation:
        'The page sees the same in both cases: nothing more. But the clock on the server ticks on, and ' +
        'each token is made for nobody. With a model that is paid by the token, somebody pays.',
    },
  }),

  trap({
    name: 'as-html',
    step: 2,
    title: 'Tokens become a part of the page',
    symptom: 'injected',
    change: [
      {
        file: page,
        from: 'if (said.delta) paper.append(said.delta);',
        to: 'if (said.delta) paper.innerHTML += said.delta;',
      },
    ],
    prediction: {
      question:
        'This page says innerHTML += delta. Once in a while the model says <b>slow</b>. What is shown?',
      choices: [
        'The word in bold letters: the model has written HTML into the page.',
        'The letters <b>slow</b>, as ever.',
        'Nothing: JSON allows no angle brackets.',
      ],
      answer: 0,
      explanation:
        'Today it is bold letters. A model says what it has read, and it may have read ' +
        '<img onerror=…> in the question of somebody else. Whoever writes into innerHTML lets the model, ' +
        'and all who talk to it, run scripts in the page.',
    },
  }),

  trap({
    name: 'end-as-success',
    step: 3,
    title: 'An end without [DONE] is taken for success',
    symptom: 'false-success',
    change: [
      {
        file: page,
        from: "  if (!isDone) throw new Error('broken off: the answer ended without [DONE]');\n",
        to: '',
      },
    ],
    prediction: {
      question:
        'A proxy gives up in the middle, and ends the response as if it were complete. What does this page say?',
      choices: [
        'broken off: read() fails where the connection breaks.',
        'Nothing: it waits for [DONE].',
        'done: and half a sentence is on the paper.',
      ],
      answer: 2,
      explanation:
        'read() says done at every end of a body that is well formed, and a proxy can make one of half a ' +
        'stream. (A connection that simply breaks does make read() fail, with HTTP/1.1 chunks.) [DONE] is ' +
        "the server's own word that this was all. Without it nobody knows.",
    },
  }),

  trap({
    name: 'error-behind-200',
    step: 4,
    title: 'An error hides behind a 200',
    symptom: 'false-success',
    change: [
      {
        file: server,
        from: "  if (!start) return refuse(response, 422, 'I know none of these words. Ask about trains.');\n",
        to:
          '  if (!start) {\n' +
          '    response.writeHead(200, STREAM);\n' +
          "    sendData(response, { delta: 'I know none of these words. Ask about trains.' });\n" +
          "    response.end('data: [DONE]\\n\\n');\n" +
          '    return;\n' +
          '  }\n',
      },
    ],
    prediction: {
      question:
        'The model knows no word of your question, and says so as an answer. Who notices the failure?',
      choices: [
        'Only a person who reads it: to every program it is an answer.',
        'fetch: it fails where an answer is too short.',
        'The page: it sees that no usage came.',
      ],
      answer: 0,
      explanation:
        'The status is 200, the tokens come, [DONE] comes. The page says done, the graphs of the station ' +
        'show no failure, and a program that counts on the answer goes on with it. While the head has not ' +
        'gone, the status is the place to say it.',
    },
  }),

  trap({
    name: 'done-after-an-error',
    step: 4,
    title: '[DONE] comes after an error as well',
    symptom: 'false-success',
    change: [
      {
        file: server,
        from: '      return response.end(); // and no [DONE]\n',
        to: '',
      },
    ],
    prediction: {
      question:
        'The typewriter is stuck, and the server sends the error, then usage, then [DONE]. What is it?',
      choices: [
        'A failure: the error came first.',
        'It depends on the client: one throws at the error, the other sees [DONE] and is content.',
        'A success: the last word counts.',
      ],
      answer: 1,
      explanation:
        'This page throws at the error. Another one skips what it does not know, and takes [DONE] for what ' +
        'it says: that the answer is complete. A stream that says two things is understood in two ways.',
    },
  }),

  trap({
    name: 'stop-as-failure',
    step: 5,
    title: 'A stop is shown as a failure',
    symptom: 'false-failure',
    change: [
      {
        file: page,
        from: '    if (mine.signal.aborted) return; // it was we who left, and stop() has said so\n',
        to: '',
      },
    ],
    prediction: {
      question: 'You press Stop, and catch shows whatever it catches. What does the log say?',
      choices: [
        'broken off: [DONE] has not come.',
        'you stopped it, and below that an error about a signal.',
        'you stopped it, and no more.',
      ],
      answer: 1,
      explanation:
        'The abort makes read() fail before anybody can ask for [DONE]. The error is the way out of the ' +
        'loop, and not a failure. signal.aborted tells that it was meant.',
    },
  }),
];
