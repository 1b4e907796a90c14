// Wrong answers that people give to lesson 06. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const HEAD = `  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
  });
`;

export const traps = [
  trap({
    name: 'head-first',
    step: 1,
    title: '200 is said before the body is judged',
    symptom: 'false-success',
    change: [
      { file: server, from: HEAD, to: '' },
      {
        file: server,
        from: '  const body = await readBody(request);\n',
        to: `${HEAD}  const body = await readBody(request);\n`,
      },
      {
        file: server,
        from: "  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });\n",
        to:
          '  if (!response.headersSent) {\n' +
          "    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });\n" +
          '  }\n',
      },
    ],
    prediction: {
      question:
        'The head with 200 goes out before the body is read. Then the body is no JSON. What does fetch see?',
      choices: [
        'A 400: the second head takes the place of the first.',
        'A 200, and an error in JSON where an answer should be.',
        'A network error: one answer cannot have two heads.',
      ],
      answer: 1,
      explanation:
        'The status is the first line of the answer, and it has gone. Whatever comes after it is body. ' +
        'So response.ok is true, and the page shows the error as the answer. In JavaScript a second ' +
        'writeHead throws; this server asks headersSent first, which hides the mistake.',
    },
  }),

  trap({
    name: 'no-limit',
    step: 1,
    title: 'A body may be as long as it likes',
    symptom: 'memory',
    change: [
      {
        file: server,
        from: '      if (length <= LIMIT) pieces.push(piece);\n      else resolve(undefined); // what still comes flows by, and is kept nowhere\n',
        to: '      pieces.push(piece);\n',
      },
      {
        file: server,
        from: 'resolve(Buffer.concat(pieces))',
        to: 'resolve(length <= LIMIT ? Buffer.concat(pieces) : undefined)',
      },
    ],
    prediction: {
      question:
        'The length is looked at when the body is over. Somebody sends a body that never ends. And then?',
      choices: [
        'Node refuses it: a request has at most a megabyte.',
        'The 413 comes, only a little later.',
        'The server keeps all of it, until its memory is full.',
      ],
      answer: 2,
      explanation:
        'Node has no limit for a body. What has been pushed into the list stays there until the end, and ' +
        'the end never comes. Ten such clients are enough. Count while it comes, and stop keeping.',
    },
  }),

  trap({
    name: 'body-as-text',
    step: 1,
    title: 'body += piece',
    symptom: 'broken-characters',
    change: [
      {
        file: server,
        from: '    const pieces: Buffer[] = [];\n',
        to: "    let text = '';\n",
      },
      { file: server, from: 'pieces.push(piece);', to: 'text += piece;' },
      { file: server, from: 'Buffer.concat(pieces)', to: 'Buffer.from(text)' },
    ],
    prediction: {
      question:
        'text += piece makes each Buffer text by itself. 中 has three bytes, and the body is cut after the first. What is asked?',
      choices: [
        'The right question: += waits for the rest of a character.',
        'A question with signs such as \\uFFFD where 中 was.',
        'None: JSON.parse throws at a broken character, and the answer is 400.',
      ],
      answer: 1,
      explanation:
        'A Buffer becomes text by its own bytes alone. One third of 中 is no character, and neither are ' +
        'the other two: each becomes the sign for a broken one. That sign is good JSON, so nobody notices. ' +
        'It happens seldom, and only with long bodies: nobody sees it while testing.',
    },
  }),

  trap({
    name: 'answer-at-the-end',
    step: 2,
    title: 'The answer is sent when it is complete',
    symptom: 'all-at-once',
    change: [
      {
        file: server,
        from: '    if (word) response.write(word);\n    else response.end();\n',
        to: '    if (word) answer += word;\n    else response.end(answer);\n',
      },
      {
        file: server,
        from: '  const words = wordsFor(question);\n',
        to: "  const words = wordsFor(question);\n  let answer = '';\n",
      },
    ],
    prediction: {
      question:
        'The desk collects its words, and sends them together. What is different for the page?',
      choices: [
        'It sees the head at once, and then nothing for five seconds.',
        'Nothing: HTTP joins the words anyway.',
        'The page cannot read the answer piece by piece: there is no stream.',
      ],
      answer: 0,
      explanation:
        'The bytes are the same, and all of them come at the end. The body is still a stream: one with ' +
        'one piece. Whether an answer streams is decided by when the server writes, and by nothing else.',
    },
  }),

  trap({
    name: 'close-of-the-request',
    step: 2,
    title: "The request's close is taken for the client's leaving",
    symptom: 'goes-on',
    change: [
      {
        file: server,
        from: "  response.on('close', () => clearInterval(desk));\n",
        to: "  request.on('close', () => clearInterval(desk));\n",
      },
    ],
    prediction: {
      question:
        "The server listens for the request's close instead of the response's. You press Stop. And then?",
      choices: [
        'The desk stops: one connection, one close.',
        'The desk goes on to its last word.',
        'The next write throws, and the server ends.',
      ],
      answer: 1,
      explanation:
        'The request is over as soon as its body has been read, and that is what its close says. Here it ' +
        'has been said before anybody listens. Had the server listened earlier, the clock would stop ' +
        'before the first word. It is the response that lives as long as somebody reads it.',
    },
  }),

  trap({
    name: 'waits-for-the-text',
    step: 3,
    title: 'await response.text()',
    symptom: 'all-at-once',
    change: [
      {
        file: page,
        from: '  const reader = bodyOf(response).getReader();\n  const decoder = new TextDecoder(); // one for',
        to:
          '  const whole = await response.text();\n' +
          '  const reader = new Blob([whole]).stream().getReader();\n' +
          '  const decoder = new TextDecoder(); // one for',
      },
    ],
    prediction: {
      question:
        'The page says await response.text(), and the server streams as before. When is the first word shown?',
      choices: [
        'At once: text() gives what is there so far.',
        'Never: text() fails if the body is a stream.',
        'When the last one is there: five seconds later.',
      ],
      answer: 2,
      explanation:
        'text(), json() and blob() read to the end, and only then give something. On the tape the words ' +
        'come as ever. It is the page that waits.',
    },
  }),

  trap({
    name: 'new-decoder',
    step: 3,
    title: 'A new decoder for each piece',
    symptom: 'broken-characters',
    change: [
      {
        file: page,
        from: '    show(decoder.decode(value, { stream: true }), value.byteLength);\n    if',
        to: '    show(new TextDecoder().decode(value), value.byteLength);\n    if',
      },
    ],
    prediction: {
      question:
        'Each piece has a decoder of its own. Pull the lever that splits every 2 bytes. What does the board show?',
      choices: [
        'The train as ever: a decoder knows where a character begins.',
        'Broken signs where the 🚂 and 中 were, and the rest as ever.',
        'Nothing: decode() throws at half a character.',
      ],
      answer: 1,
      explanation:
        'A decoder that is asked once takes the end of its piece for the end of the text: half a character ' +
        'there is an error, and becomes \\uFFFD. One decoder with stream: true keeps the half for the next ' +
        'piece. Without the lever all is well, which is why this mistake is found so late.',
    },
  }),

  trap({
    name: 'leaves-without-cancel',
    step: 4,
    title: 'The loop is left without cancel()',
    symptom: 'stop-ignored',
    change: [
      {
        file: page,
        from: 'return reader.cancel(); // else',
        to: 'return; // else',
      },
    ],
    prediction: {
      question:
        'The page asks for one line, and leaves its loop with return. What does the server do?',
      choices: [
        'It stops: nobody reads any more.',
        'It goes on to the last word, and the connection stays in use.',
        'It waits at the next word until somebody reads.',
      ],
      answer: 1,
      explanation:
        'A reader that is forgotten closes nothing. The browser goes on to take what comes, and keeps it. ' +
        'Only cancel() or an abort says that nobody wants the rest. (releaseLock() does not: it only lets ' +
        'somebody else read.)',
    },
  }),

  trap({
    name: 'stop-as-failure',
    step: 4,
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
      question: 'catch shows every error, and you press Stop. What does the log say?',
      choices: [
        'Failed, with a sentence about an aborted signal.',
        'You stopped it, and no more: abort() is no error.',
        'Done: the body ends at an abort.',
      ],
      answer: 0,
      explanation:
        'abort() makes fetch() and read() fail, with an AbortError. That is how the loop is left. Whoever ' +
        'has pressed Stop knows why, and wants to read no error. signal.aborted tells the two apart.',
    },
  }),
];
