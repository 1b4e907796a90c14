// What people write at two in the morning: each is a change of the finished files of lesson 12.
import type { WrongAnswer } from './wrong-answer.ts';

const page = 'client.js';
const MADE = 'createSecureServer({ key: pem, cert: pem })';
const IMPORT = "import { createSecureServer } from 'node:http2';";
const ANSWERED =
  "  secure.on('request', serve); // Node gives requests and responses of HTTP/2 the shape of the others\n";
const LISTENS = 'await listen(secure, 12, { second: true })';
const HEAD = "{ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });\n  listeners";

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: who waits.
  {
    name: 'not-when-it-opens',
    step: 1,
    change: [
      {
        file: page,
        from: "    if (isNewest()) events.opened('open');\n    showStreams();\n",
        to: "    if (isNewest()) events.opened('open');\n",
      },
    ],
  },

  // Step 2: HTTP/2.
  {
    name: 'https-alone',
    step: 2,
    change: [
      { from: IMPORT, to: "import { createServer as createSecureServer } from 'node:https';" },
    ],
  },
  {
    name: 'without-tls',
    step: 2,
    change: [
      { from: IMPORT, to: "import { createServer as createSecureServer } from 'node:http2';" },
    ],
  },
  { name: 'no-certificate', step: 2, change: [{ from: MADE, to: 'createSecureServer({})' }] },
  { name: 'nobody-answers', step: 2, change: [{ from: ANSWERED, to: '' }] },
  {
    name: 'only-the-files',
    step: 2,
    change: [
      {
        from: ANSWERED,
        to: "  secure.on('request', (request, response) => servePage(import.meta.dirname, request, response));\n",
      },
    ],
  },
  {
    name: 'six-here-too',
    step: 2,
    change: [
      {
        from: MADE,
        to: 'createSecureServer({ key: pem, cert: pem, settings: { maxConcurrentStreams: 6 } })',
      },
    ],
  },
  {
    name: 'never-listens',
    step: 2,
    change: [{ from: LISTENS, to: '`https://localhost:${process.env.SECOND_PORT}`' }],
  },
  {
    name: 'address-untold',
    step: 2,
    change: [{ from: '  second = { origin, note', to: '  const told = { origin, note' }],
  },
  {
    name: 'chunked-by-hand',
    step: 2,
    change: [
      {
        from: HEAD,
        to: "{\n    'Content-Type': 'text/event-stream',\n    'Transfer-Encoding': 'chunked',\n  });\n  listeners",
      },
    ],
  },

  // Step 3: one stream for all.
  {
    name: 'lock-given-back',
    step: 3,
    change: [
      {
        file: page,
        from: "  return new Promise((resolve) => leaving.addEventListener('abort', () => resolve()));\n",
        to: '  return Promise.resolve();\n',
      },
    ],
  },
  {
    name: 'keeps-the-news',
    step: 3,
    change: [
      {
        file: page,
        from: '  openStream((data) => channel.postMessage(data)); // it does not come back to us\n',
        to: '  openStream();\n',
      },
    ],
  },
];
