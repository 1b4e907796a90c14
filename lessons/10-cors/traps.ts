// Wrong answers that people give to lesson 10. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';

export const traps = [
  trap({
    name: 'any-origin',
    step: 1,
    title: 'Whatever origin asks is sent back',
    change: [
      {
        file: server,
        from: 'if (origin && trusted.has(origin)) response',
        to: 'if (origin) response',
      },
    ],
    symptom: 'refused',
    prediction: {
      question:
        'The server sends every Origin back. Open "The same page as a stranger". What does that page see?',
      choices: [
        'The boats: this server allows everybody.',
        'A refusal: the origin is none of those that are trusted.',
        'The boats, but only after a preflight.',
      ],
      answer: 0,
      explanation:
        'Sent back without a look, the header says yes to whoever asks. It is `*` in a longer form, and ' +
        'worse: with credentials `*` is refused by the browser, and this is not. Lesson 11 shows that.',
    },
  }),

  trap({
    name: 'looks-like-ours',
    step: 1,
    title: 'An origin that begins like ours is trusted',
    change: [
      {
        file: server,
        from: 'trusted.has(origin)',
        to: "[...trusted].some((ours) => origin.startsWith(ours.replace(/:\\d+$/, '')))",
      },
    ],
    symptom: 'refused',
    prediction: {
      question:
        'The server asks whether the origin begins with http://localhost. Who else may read the boats?',
      choices: [
        'Nobody: an origin begins with the name of its owner.',
        'Every program on this machine, and nobody else.',
        'Whoever has a name such as localhost.stranger.example, and every port of this machine.',
      ],
      answer: 2,
      explanation:
        'A name is read from its end: anybody can put localhost in front of a name of their own. An ' +
        'origin is compared as a whole, letter by letter, or it is not compared.',
    },
  }),

  trap({
    name: 'streams-to-options',
    step: 2,
    title: 'OPTIONS is answered with the stream',
    change: [
      {
        file: server,
        from: "if (request.method === 'OPTIONS') {",
        to: "if (request.method === 'OPTIONS' && path !== '/departures') {",
      },
    ],
    finding: 'preflight',
    symptom: 'cors',
    prediction: {
      question:
        'Only /enquiries knows OPTIONS. You press "with Last-Event-ID". What comes over the wire?',
      choices: [
        'A GET, at once: a GET needs no preflight.',
        'An OPTIONS that is answered with boats, and no GET.',
        'An OPTIONS that is answered with 404, and then a GET.',
      ],
      answer: 1,
      explanation:
        'The header makes it a request that has to be asked for, though it is a GET. The server looks ' +
        'at the path alone and streams. The browser reads the head, finds no leave for last-event-id, ' +
        'and goes. EventSource sends the same header without asking anybody.',
    },
  }),

  trap({
    name: 'wildcard-for-authorization',
    step: 2,
    title: 'Access-Control-Allow-Headers: *',
    change: [{ file: server, from: "'Authorization, Content-Type, Last-Event-ID'", to: "'*'" }],
    finding: 'preflight-headers',
    symptom: 'cors',
    prediction: {
      question:
        'The preflight is answered with Access-Control-Allow-Headers: *. The question carries an Authorization. What does the standard say?',
      choices: [
        'It is sent: * stands for every header.',
        'It is sent, but without Authorization.',
        'It is not sent: * stands for every header but that one.',
      ],
      answer: 2,
      explanation:
        'A token is a credential, and * was never meant for those: Authorization has to be named. ' +
        'Chromium is more patient than the standard, and sends it (measured with version 156). So this ' +
        'is a mistake that works on your machine, and fails in another browser.',
    },
  }),

  trap({
    name: 'exposed-to-the-preflight',
    step: 3,
    title: 'The header is exposed in the answer to the preflight',
    change: [
      {
        file: server,
        from: "  response.setHeader('Access-Control-Expose-Headers', 'Station');\n",
        to: '',
      },
      {
        file: server,
        from: "    response.setHeader(\n      'Access-Control-Allow-Headers',",
        to:
          "    response.setHeader('Access-Control-Expose-Headers', 'Station');\n" +
          "    response.setHeader(\n      'Access-Control-Allow-Headers',",
      },
    ],
    symptom: 'cors',
    prediction: {
      question:
        'Access-Control-Expose-Headers stands in the answer to OPTIONS only. What does the page see of Station?',
      choices: [
        'Harbour: the preflight speaks for what follows.',
        'null, though the header is on the wire.',
        'Nothing: fetch fails.',
      ],
      answer: 1,
      explanation:
        'The preflight decides what may be sent. What may be read is said in each answer. And a simple ' +
        'GET has no preflight at all.',
    },
  }),

  trap({
    name: 'errors-without',
    step: 4,
    title: 'Refusals do not carry the headers',
    change: [
      {
        file: server,
        from: '  allowOrigin(request, response);\n  // Before',
        to: "  if (request.method === 'OPTIONS') allowOrigin(request, response);\n  // Before",
      },
      ...['text/event-stream', 'application/json'].map((type) => ({
        file: server,
        from: `  response.writeHead(200, { 'Content-Type': '${type}'`,
        to: `  allowOrigin(request, response);\n  response.writeHead(200, { 'Content-Type': '${type}'`,
      })),
      {
        file: server,
        from: "  else if (path === '/plan.svg') sendPlan(response);",
        to: "  else if (path === '/plan.svg') sendPlan((allowOrigin(request, response), response));",
      },
    ],
    finding: 'cors-missing',
    symptom: 'cors',
    prediction: {
      question:
        'The server says 401 with a good sentence, and without Access-Control-Allow-Origin. What is the page told?',
      choices: [
        'The 401, without the sentence.',
        'The 401 and the sentence: a refusal is no secret.',
        'Failed to fetch.',
      ],
      answer: 2,
      explanation:
        'The rule knows no status. Whoever debugs this looks for a fault in CORS, and the fault is that ' +
        'the token has run out. Many servers add the headers in the handler that an error leaves early.',
    },
  }),

  trap({
    name: 'no-vary',
    step: 5,
    title: 'Vary is missing',
    change: [
      {
        file: server,
        from: "  response.setHeader('Vary', 'Origin'); // where no origin asks as well: that answer is kept, too\n",
        to: '',
      },
    ],
    finding: 'cors-vary',
    symptom: 'cors',
    prediction: {
      question:
        'Without Vary: Origin, the plan is shown as a picture first, and then asked for by fetch. What happens?',
      choices: [
        'fetch is refused, and nothing crosses the wire.',
        'fetch asks the server again, for it has an Origin.',
        'fetch takes the picture from the cache: it is the same.',
      ],
      answer: 0,
      explanation:
        'The picture was asked for without an Origin, and its answer allows nobody. The browser keeps it ' +
        'for a minute. Then fetch finds it in the cache, with that head. Reload the page later and all is ' +
        'well: that is what makes this one so hard to find.',
    },
  }),
];
