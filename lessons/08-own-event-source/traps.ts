// Wrong answers that people give to lesson 08. Each is a small change of the finished file, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const file = 'fetch-event-source.js';

const CLOSED_IN_A_PIECE =
  '        if (this.#readyState === CLOSED) return; // closed by a listener, in the middle of a piece\n';
const ABORTED =
  '    this.#attempt.abort(); // the server learns of it by this, and by nothing else\n';
const POST_ONCE =
  "    if (method !== 'GET' && !repeat) return undefined; // who knows what it would do a second time?\n";

export const traps = [
  trap({
    name: 'events-after-close',
    step: 2,
    title: 'Events come after close()',
    symptom: 'stop-ignored',
    change: [{ file, from: CLOSED_IN_A_PIECE, to: '' }],
    prediction: {
      question:
        'Three events come in one piece. At the second a listener calls close(), which aborts the request. What is heard?',
      choices: [
        'Two events: an aborted request gives nothing more.',
        'Three: the third is in the parser already, and nobody looks at readyState.',
        'Two events, and then an error.',
      ],
      answer: 1,
      explanation:
        'abort() ends what has yet to come. This piece has come, and the parser hands out all that is ' +
        'in it. A page that has closed its source, and taken down what it filled, hears of it again.',
    },
  }),

  trap({
    name: 'lock-released',
    step: 2,
    title: 'releaseLock() is taken for cancel()',
    symptom: 'stop-ignored',
    change: [
      { file, from: ABORTED, to: '    this.#reader?.releaseLock();\n' },
      {
        file,
        from: '    const reader = response.body.getReader();\n',
        to: '    const reader = response.body.getReader();\n    this.#reader = reader;\n',
      },
      {
        file,
        from: '  #leave = () => this.close();\n',
        to:
          '  /** @type {ReadableStreamDefaultReader | undefined} */\n  #reader;\n\n' +
          '  #leave = () => this.close();\n',
      },
    ],
    prediction: {
      question: 'close() calls reader.releaseLock() and nothing else. What does the server notice?',
      choices: [
        'That the client has left: nobody reads any more.',
        'That the client reads more slowly.',
        'Nothing: the connection stays, and it goes on sending.',
      ],
      answer: 2,
      explanation:
        'A lock says who may read a stream. Without it the stream is free for another reader, and ' +
        'still flows. cancel() and abort() end it. This connection is held until the page is gone, one ' +
        'of the six that a browser has for this server.',
    },
  }),

  trap({
    name: 'token-frozen',
    step: 3,
    title: 'The token of the first request is sent for ever',
    symptom: 'token-seen',
    change: [
      {
        file,
        from: "    const made = new Headers(typeof headers === 'function' ? await headers() : headers);\n",
        to:
          "    if (typeof headers === 'function') this.#init.headers = await headers();\n" +
          "    const made = new Headers(typeof headers === 'function' ? this.#init.headers : headers);\n",
      },
    ],
    prediction: {
      question: 'A token is good for one request here. The headers are asked for once. What comes?',
      choices: [
        'All 24 events: the server looks at the token of the first request only.',
        'Six events, and then 401: it is closed for good.',
        'Six events, and then the same six again.',
      ],
      answer: 1,
      explanation:
        'The first request is fine, and so is every test that looks at nothing else. When the source comes ' +
        'back it shows a token that is good no longer. That is why `headers` may be a function.',
    },
  }),

  trap({
    name: 'id-lost',
    step: 3,
    title: 'The ID is lost on the second way back',
    symptom: 'some-lost',
    change: [{ file, from: '      lastEventId: this.#lastEventId,\n', to: '' }],
    prediction: {
      question:
        'Each connection has a parser of its own, which begins with no ID. When does that do harm?',
      choices: [
        'Never: the header Last-Event-ID is sent all the same.',
        'After a connection on which no event had an ID.',
        'At every reconnection.',
      ],
      answer: 1,
      explanation:
        'A connection that ends before its first event, or a server that numbers only some of them: the ' +
        'new parser has heard no ID, and the one from before is overwritten with nothing. The next ' +
        'request sends none, and everything is replayed.',
    },
  }),

  trap({
    name: 'comes-back-after-204',
    step: 4,
    title: 'It comes back after a 204',
    symptom: 'storm',
    change: [
      {
        file,
        from: "  return response.status === 200 && essence.trim().toLowerCase() === 'text/event-stream';\n",
        to: '  return response.ok;\n',
      },
    ],
    prediction: {
      question: 'This one looks at response.ok. The server says 204: no more. What follows?',
      choices: [
        'It closes: a 204 is not ok.',
        'fetch throws, for there is no body.',
        'It says open, finds the end at once, and asks again a second later, for ever.',
      ],
      answer: 2,
      explanation:
        'ok means any status from 200 to 299. To an EventSource only 200 is a stream, and 204 is the ' +
        'one polite way to say: do not come back.',
    },
  }),

  trap({
    name: 'post-repeated',
    step: 4,
    title: 'A POST is said again',
    symptom: 'twice',
    change: [{ file, from: POST_ONCE, to: '' }],
    prediction: {
      question: 'The answer to a POST has ended, as all answers do. What does this one do?',
      choices: [
        'It sends the POST again, with the same body.',
        'It asks again, by GET.',
        'Nothing: fetch repeats no POST.',
      ],
      answer: 0,
      explanation:
        'To reconnect is to send the request again. A GET may be sent twice. A POST may order, pay or ' +
        'start something, and does so each time: every few seconds, and nobody presses a button.',
    },
  }),

  trap({
    name: 'refusal-left-unread',
    step: 4,
    title: 'An answer that is refused is left lying',
    symptom: 'seventh-tab',
    change: [
      {
        file,
        from: '      else await response.body?.cancel(); // left unread, it would hold its connection\n',
        to: '',
      },
    ],
    prediction: {
      question:
        'The answer is a stream of another type. This one closes and does not read it. And then?',
      choices: [
        'The browser closes the connection, for nobody reads.',
        'The connection stays open, and the server writes on.',
        'The next request takes the same connection.',
      ],
      answer: 1,
      explanation:
        'Who does not read says nothing. The answer has not ended, so its connection is taken. ' +
        'Somebody has to cancel the body, or abort the request.',
    },
  }),

  trap({
    name: 'all-at-once',
    step: 5,
    title: 'All clients come back at the same moment',
    symptom: 'storm',
    change: [{ file, from: 'doubled * (0.5 + Math.random() / 2)', to: 'doubled' }],
    prediction: {
      question:
        'A server with a thousand clients restarts. Each waits 1, 2, 4, 8 seconds. What does the server see?',
      choices: [
        'A thousand requests at once, then nothing, then a thousand again.',
        'A steady flow: the clients were not made at the same time.',
        'Fewer requests each time: half of the clients give up.',
      ],
      answer: 0,
      explanation:
        'They were all thrown out at the same moment, and count from there. Longer waits make the waves ' +
        'rarer, and not smaller. Chance spreads them.',
    },
  }),

  trap({
    name: 'watchdog-fed-by-events',
    step: 6,
    title: 'Only events feed the watchdog',
    symptom: 'false-failure',
    change: [
      {
        file,
        from: '      if (done) return;\n      this.#keepWatch();\n',
        to: '      if (done) return;\n',
      },
      {
        file,
        from: CLOSED_IN_A_PIECE,
        to: `${CLOSED_IN_A_PIECE}        this.#keepWatch();\n`,
      },
    ],
    prediction: {
      question:
        'The server has no news for a minute. It sends a comment every four seconds. What does this one do?',
      choices: [
        'It stays: comments show that the connection lives.',
        'It closes for good: comments are no events.',
        'It gives up a good connection every five seconds.',
      ],
      answer: 2,
      explanation:
        'EventSource keeps comments to itself, and a page has to ask for a named event instead (lesson ' +
        '05). Whoever reads the bytes sees them: every byte is a sign of life.',
    },
  }),
];
