// Wrong answers that people give to lesson 17. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const HEAD =
  "'Cache-Control': 'no-store, no-transform', // else the middleware below gathers what it compresses";
const WITHOUT = "'Cache-Control': 'no-store',";
const MIDDLEWARE =
  'handle.use(compression()); // as in most applications: it compresses every answer that is text\n';

export const traps = [
  trap({
    name: 'compression-middleware',
    step: 1,
    title: 'The compression middleware gathers the events',
    symptom: 'never-answered',
    change: [{ file: 'express.ts', from: HEAD, to: WITHOUT }],
    prediction: {
      question:
        'The application uses compression(), as most do, and the head does not say no-transform. What does a browser show?',
      choices: [
        'Nothing for minutes, not even that it is open.',
        'Each event at once, only smaller.',
        'An error: an event stream must not be compressed.',
      ],
      answer: 0,
      explanation:
        'The middleware stands between your write() and the wire. It compresses every answer that is text, ' +
        'and a compressor gathers many kilobytes first; the head waits with them. curl shows every event: it ' +
        'does not ask for gzip.',
    },
  }),

  trap({
    name: 'behind-the-proxy',
    step: 1,
    title: 'It works here, and not behind the development proxy',
    symptom: 'behind-a-proxy',
    change: [
      { file: 'express.ts', from: MIDDLEWARE, to: '' },
      { file: 'express.ts', from: HEAD, to: WITHOUT },
    ],
    prediction: {
      question:
        'There is no middleware, and no no-transform. By the direct way all is well. And by the development proxy?',
      choices: [
        'As by the direct way: a proxy passes on what it gets.',
        'The head comes, and then nothing.',
        'The proxy answers with 502.',
      ],
      answer: 1,
      explanation:
        'This proxy compresses what passes, as the development servers of some tools do without being asked. ' +
        'Nobody has changed a line of the application, and the stream holds still all the same.',
    },
  }),

  trap({
    name: 'express-goes-on',
    step: 1,
    title: 'The handler does not notice that its client has left',
    symptom: 'goes-on',
    change: [{ file: 'express.ts', from: "  response.on('close', stop);\n", to: '  void stop;\n' }],
    prediction: {
      question: 'You press Disconnect. Express ends the handler of the client that has left. True?',
      choices: [
        'Yes: the handler belongs to the request.',
        'No: the handler has long returned, and its timer runs on.',
        'Yes, but after two minutes, the time-out of Express.',
      ],
      answer: 1,
      explanation:
        'Express calls the handler once, and knows nothing of what it has started. The response is that of ' +
        'node:http, and so is its `close`. Each visit leaves a timer behind.',
    },
  }),

  trap({
    name: 'never-unsubscribed',
    step: 2,
    title: 'The Observable has no clean-up',
    symptom: 'goes-on',
    change: [
      {
        file: 'nest.ts',
        from: '      return stop; // what is returned here is called when somebody unsubscribes\n',
        to: '      void stop;\n',
      },
    ],
    prediction: {
      question:
        'A client leaves, and Nest unsubscribes from the Observable. What stops the timer in it?',
      choices: [
        'Unsubscribing does: nobody hears what comes after it.',
        'The garbage collector.',
        'Nothing, unless the Observable returns what stops it.',
      ],
      answer: 2,
      explanation:
        'Unsubscribing closes the ear. What speaks goes on speaking: next() on a closed subscriber does ' +
        'nothing and throws nothing. `interval` and `timer` of RxJS have their clean-up inside; an ' +
        'Observable of your own has the one that you return.',
    },
  }),

  trap({
    name: 'no-clean-up',
    step: 3,
    title: 'The effect has no clean-up',
    symptom: 'seventh-tab',
    change: [
      {
        file: 'board.js',
        from: '    return () => source.close(); // called when `url` is another one, and when the board is taken away\n',
        to: '',
      },
    ],
    prediction: {
      question:
        'The effect opens an EventSource and returns nothing. How many are open when the page has loaded, in development?',
      choices: ['One.', 'Two.', 'None: React refuses such an effect.'],
      answer: 1,
      explanation:
        'StrictMode mounts every component, takes it away and mounts it again, to show what is not cleaned ' +
        'up. In production there is one, and one more each time that the board is shown again, until the ' +
        'six connections of the browser are used up.',
    },
  }),

  trap({
    name: 'empty-messages',
    step: 4,
    title: 'Every empty line is taken for an event',
    symptom: 'broken-json',
    change: [
      {
        file: 'ready-made.js',
        from: "      if (data === '') return; // it calls for every empty line, even where there was no event\n",
        to: '',
      },
    ],
    prediction: {
      question:
        'The server sends a comment every 15 seconds, and onmessage calls JSON.parse(data). What happens, with this client?',
      choices: [
        'Nothing: comments are swallowed.',
        'JSON.parse throws: the client calls onmessage with empty data.',
        'The comment is shown as an event.',
      ],
      answer: 1,
      explanation:
        'By the standard a block without data is no event. This client calls onmessage at every empty line, ' +
        'and what is thrown there goes to onerror: it leaves the stream, and asks again.',
    },
  }),

  trap({
    name: 'pipe-without-line',
    step: 5,
    title: 'pipe() is taken for pipeline()',
    symptom: 'goes-on',
    change: [
      {
        file: 'express.ts',
        from: '  pipeline(source, response, () => stop());\n',
        to: "  source.pipe(response);\n  source.on('close', stop);\n",
      },
    ],
    prediction: {
      question: 'source.pipe(response), and the client leaves. What is the source told?',
      choices: [
        'Nothing: it fills up, and stays.',
        'It is destroyed, and says close.',
        'It gets an error at the next write.',
      ],
      answer: 0,
      explanation:
        'pipe() carries bytes down and nothing up. When the response closes, it takes its hands off the ' +
        'source and leaves it as it is. pipeline() destroys both when either is over.',
    },
  }),

  trap({
    name: 'hides-the-leaving',
    step: 6,
    title: 'The proxy hides that a client has left',
    symptom: 'goes-on',
    change: [
      { file: 'proxy.ts', from: "  response.on('close', () => asked.destroy());\n", to: '' },
    ],
    prediction: {
      question:
        'Behind the proxy every server listens for close. Ten pages come by the proxy and leave. What do the servers notice?',
      choices: [
        'All ten leave.',
        'Nothing: their client is the proxy, and it is still there.',
        'An error at the next write.',
      ],
      answer: 1,
      explanation:
        'A connection ends at the proxy, and another begins there. Only the proxy knows of both. If it does ' +
        'not end the second when the first has gone, every `close` of the server waits in vain.',
    },
  }),
];
