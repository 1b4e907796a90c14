// Lesson 09: the typewriter.
//
// A language model makes its answer token by token, and sends each one as an event. What makes the
// tokens here is a Markov chain: each word is one that has followed the word before it in a small
// text. The wire is that of its big relatives: deltas, usage, [DONE], and an error where one happens.
//
//   npx tsx lessons/09-token-stream/server.ts      then open http://localhost:4409
//   curl -N http://localhost:4409/answers --json '{ "question": "Where is the train?" }'
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const TICK = 80; // milliseconds: so long it takes to make a token
const LENGTH = 60; // tokens: so long is an answer
const LIMIT = 10_000; // bytes of a question
const STREAM = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

/** The work: tokens that were asked for, and tokens that were made. */
const meter = { ordered: 0, made: 0 };

const server = createServer((request, response) => {
  if (request.url === '/meter') streamTheMeter(response);
  else if (request.url !== '/answers') servePage(import.meta.dirname, request, response);
  else answer(request, response).catch(() => response.destroy()); // left in mid-question
});

async function answer(request: IncomingMessage, response: ServerResponse) {
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    return refuse(response, 405, 'Ask with POST: the question goes into the body.');
  }
  const question = await questionIn(request);
  if (!question)
    return refuse(response, 400, 'Ask something: JSON in which the question is a text.');
  // #region 4 Fail honestly: by the status while there is time, and in the stream after that.
  //- const start = startIn(question) ?? 'The';
  const start = startIn(question);
  if (!start) return refuse(response, 422, 'I know none of these words. Ask about trains.');
  // #endregion

  const tokens = tokensFrom(start);
  response.writeHead(200, STREAM);
  response.flushHeaders();
  // #region 1 Stream the tokens, for as long as somebody reads them.
  //- sendData(response, { delta: [...tokens].join('') });
  //- response.end();
  let count = 0;
  const typing = setInterval(() => {
    const { done, value } = tokens.next();
    if (!done) {
      count += 1;
      return sendData(response, { delta: value });
    }
    // #region 4 Fail honestly: by the status while there is time, and in the stream after that.
    if (value) {
      sendData(response, { error: value });
      return response.end(); // and no [DONE]
    }
    // #endregion
    // #region 3 Finish: an answer is complete when it says [DONE].
    sendData(response, { usage: { tokens: count } });
    response.write('data: [DONE]\n\n'); // an end alone may as well be a break
    // #endregion
    response.end();
  }, TICK);
  response.on('close', () => clearInterval(typing)); // each token that is not made is saved
  // #endregion
}

function sendData(response: ServerResponse, data: object) {
  response.write(`data: ${JSON.stringify(data)}\n\n`);
}

/** Every change of the meter, for whoever watches. */
function streamTheMeter(response: ServerResponse) {
  response.writeHead(200, STREAM);
  let told = '';
  const tell = () => {
    const now = JSON.stringify(meter);
    if (now !== told) response.write(`data: ${now}\n\n`);
    told = now;
  };
  tell();
  const watching = setInterval(tell, 5 * TICK);
  response.on('close', () => clearInterval(watching));
}

/** What lesson 06 is about, in short. */
async function questionIn(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length <= LIMIT) pieces.push(piece); // more than that is read, and kept nowhere
  }
  try {
    const { question } = JSON.parse(Buffer.concat(pieces).toString());
    if (typeof question === 'string') return question;
  } catch {} // no JSON, or one that was too long
  return undefined;
}

function refuse(response: ServerResponse, status: number, sentence: string) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify({ error: sentence })}\n`);
}

// The model: what has followed each word in all that it has ever read.

const READ = [
  'The night train leaves at nine and the milk train leaves at five. The clock on the platform is ' +
    'slow, so the night is long and the tea is cold. A train that is late waits for nobody, and ' +
    'nobody waits for a train that is <b>slow</b> in the rain. Mind the gap and the cat on the ' +
    'platform. The cat waits for the milk and the tea waits at the desk. The',
  'snow has fallen since yesterday evening, says every signal',
];

const followers = new Map<string, string[]>();
for (const text of READ) {
  const words = text.split(' ');
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    if (next) followers.set(word, [...(followers.get(word) ?? []), next]);
  }
}

/** The first word of a question that the model knows. */
function startIn(question: string): string | undefined {
  return question
    .toLowerCase()
    .match(/[a-z]+/g)
    ?.find((word) => followers.has(word));
}

/** One token after the other. What it returns, if anything, is why it could not go on. */
function* tokensFrom(start: string): Generator<string, string | undefined> {
  meter.ordered += LENGTH;
  let word = start;
  let dice = 1; // they fall the same way each time: the same question has the same answer
  for (let made = 0; made < LENGTH; made++) {
    meter.made += 1;
    yield `${word} `;
    const choices = followers.get(word);
    if (!choices) {
      meter.ordered -= LENGTH - made - 1;
      return `The typewriter is stuck: nothing has ever followed "${word}".`;
    }
    dice = (dice * 16807) % 2147483647;
    word = choices[dice % choices.length]!;
  }
  return undefined;
}

listen(server, 9);
