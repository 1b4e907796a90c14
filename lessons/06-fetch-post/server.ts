// Lesson 06: the enquiry desk.
//
// A request may bring a body along, and its answer may stream all the same. POST /enquiries takes a
// question as JSON, and answers in words, one after the other. What is wrong with a question has to be
// found out before the head of the answer goes: a status cannot be taken back.
//
//   npx tsx lessons/06-fetch-post/server.ts      then open http://localhost:4406
//   curl -N http://localhost:4406/enquiries --json '{ "question": "When?" }'
//
// https://www.rfc-editor.org/rfc/rfc9110#name-client-error-4xx
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, servePage } from '../page.ts';

const TICK = 200; // milliseconds: so long the desk thinks about a word
const LIMIT = 10_000; // bytes: nobody asks at greater length

const server = createServer((request, response) => {
  if (request.url === '/enquiries') {
    // It fails where a client leaves in the middle of its question: nobody is there to be answered.
    takeEnquiry(request, response).catch(() => response.destroy());
  } else servePage(import.meta.dirname, request, response); // 404 where there is no such file
});

async function takeEnquiry(request: IncomingMessage, response: ServerResponse) {
  // #region 1 Judge the request, and only then send the head.
  //- const question = 'When does the next train leave?'; // whatever was asked
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    return refuse(response, 405, 'Ask with POST: the question goes into the body.');
  }
  const [type = ''] = (request.headers['content-type'] ?? '').split(';'); // a charset may follow
  if (type.trim().toLowerCase() !== 'application/json') {
    return refuse(response, 415, 'Ask in JSON, and say so: Content-Type: application/json.');
  }
  const body = await readBody(request);
  if (!body) return refuse(response, 413, `Be brief: ${LIMIT} bytes are enough for a question.`);
  const question = questionIn(body);
  if (!question)
    return refuse(response, 400, 'Ask something: JSON in which the question is a text.');
  // #endregion

  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  // #region 2 Stream the answer, for as long as somebody listens.
  //- response.end(wordsFor(question).join(''));
  response.flushHeaders(); // the desk has heard you, and now it thinks
  const words = wordsFor(question);
  const desk = setInterval(() => {
    const word = words.shift();
    if (word) response.write(word);
    else response.end();
  }, TICK);
  // The response's close: it was ended, or the client has left. The request's came long ago.
  response.on('close', () => clearInterval(desk));
  // #endregion
}

// #region 1 Judge the request, and only then send the head.
/** The whole body of a request; undefined as soon as it is too long. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    request.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= LIMIT) pieces.push(piece);
      else resolve(undefined); // what still comes flows by, and is kept nowhere
    });
    // Joined as bytes: a piece may end in the middle of a character.
    request.on('end', () => resolve(Buffer.concat(pieces)));
    request.on('error', reject);
  });
}

/** The question that a body asks; undefined if it asks none. */
function questionIn(body: Buffer): string | undefined {
  try {
    const { question } = JSON.parse(body.toString());
    if (typeof question === 'string') return question;
  } catch {} // no JSON, or null, which has nothing in it
  return undefined;
}
// #endregion

/** Says no: a status for programs, and a sentence for people. */
function refuse(response: ServerResponse, status: number, sentence: string) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify({ error: sentence })}\n`);
}

/** What the desk answers, word by word: each with the space or the line break behind it. */
function wordsFor(question: string): string[] {
  const answer = `The next 🚂 to 中央 leaves at 21:40.
You asked: ${question}
The tea room is open until then. Please do not run.
`;
  return answer.split(/(?<=\s)/);
}

listen(server, 6);
