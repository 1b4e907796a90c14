// Wrong answers that people give to lesson 16. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

export const traps = [
  trap({
    name: 'accept-key-without-guid',
    step: 1,
    title: 'The accept key is the hash of the key alone',
    symptom: 'closes',
    change: [{ file: server, from: 'update(`${key}${GUID}`)', to: 'update(key)' }],
    prediction: {
      question: 'The GUID is the same for everybody and no secret. What if one hashes without it?',
      choices: [
        'Nothing: a hash is a hash, and the client cannot check it.',
        'The browser closes the connection: the accept key is not the one it expects.',
        'The connection works, but it is not encrypted.',
      ],
      answer: 1,
      explanation:
        'The key protects nobody from spies. It proves that the other side speaks WebSocket, and has not ' +
        'just repeated what it does not understand. So each browser computes the same, and compares.',
    },
  }),

  trap({
    name: 'unmasked-accepted',
    step: 2,
    title: 'Frames without a mask are taken as well',
    symptom: 'refused',
    change: [
      {
        file: server,
        from: '  if ((second & 0x80) === 0) return 1002; // what a client sends is masked, always\n',
        to: '',
      },
    ],
    prediction: {
      question:
        'This server looks for no mask bit. A client sends a frame without a mask. What comes back?',
      choices: [
        'The text as it was sent: without a mask there is nothing to take off.',
        'A Close with the code 1002.',
        'Nothing, until more bytes come: four bytes of the text are taken for the mask.',
      ],
      answer: 2,
      explanation:
        'The server counts on four bytes of a mask. It takes the first four of the text for it, and waits ' +
        'for four more, which are never sent. Every frame behind it is read in the wrong place.',
    },
  }),

  trap({
    name: 'clock-never-stopped',
    step: 3,
    title: 'Nobody notices who has left',
    symptom: 'goes-on',
    change: [
      {
        file: server,
        from: "  socket.on('end', () => socket.end()); // who ends without a word is let go as well\n",
        to: '',
      },
      {
        file: server,
        from: "  socket.on('close', () => {\n    clearInterval(clock);\n",
        to: "  socket.on('close', () => {\n",
      },
    ],
    prediction: {
      question:
        'A tab is closed, and this server does not listen for it. What becomes of its clock?',
      choices: [
        'It ticks for as long as the server runs.',
        'It stops: a timer ends with the socket that it writes to.',
        'The next write throws, and ends the program.',
      ],
      answer: 0,
      explanation:
        'After the upgrade HTTP has forgotten this socket. Nobody else ends it, and nobody stops what you ' +
        'have started for it. A thousand visits later a thousand timers tick.',
    },
  }),

  trap({
    name: 'storm',
    step: 4,
    title: 'A new one is made at once',
    symptom: 'storm',
    change: [
      {
        file: page,
        from: '    again = setTimeout(connectWebSocket, wait);\n',
        to: '    again = setTimeout(connectWebSocket);\n',
      },
    ],
    prediction: {
      question:
        'The server is restarted, and the page makes a new WebSocket at each close. How often does it ask?',
      choices: [
        'As often as the browser lets it: again and again.',
        'Every three seconds, like an EventSource.',
        'Once: a second WebSocket to the same address is refused.',
      ],
      answer: 0,
      explanation:
        'For EventSource the browser waits between two attempts. For a WebSocket the page is alone with ' +
        'it. When a server comes up again, all its pages are there in the same second.',
    },
  }),

  trap({
    name: 'length-in-one-byte',
    step: 6,
    title: 'A length over 125 is written in one byte',
    symptom: 'closes',
    change: [
      {
        file: server,
        from: 'Buffer.alloc(length > 65_535 ? 10 : length > 125 ? 4 : 2)',
        to: 'Buffer.alloc(2)',
      },
      {
        file: server,
        from: 'head[1] = length > 65_535 ? 127 : length > 125 ? 126 : length;',
        to: 'head[1] = length;',
      },
    ],
    prediction: {
      question:
        'A text of 200 bytes goes out with 200 in the second byte. What does a browser read?',
      choices: [
        'A text of 200 bytes: a byte goes up to 255.',
        'A frame with a mask and 72 bytes, and it closes the connection.',
        'The first 125 bytes of the text.',
      ],
      answer: 1,
      explanation:
        '200 is 128 + 72. The highest bit says that there is a mask, and a server may not mask. Everything ' +
        'below 126 works, so this is found on the day on which somebody sends a long sentence.',
    },
  }),

  trap({
    name: 'no-limit',
    step: 6,
    title: 'A frame may be as long as it likes',
    symptom: 'memory',
    change: [
      {
        file: server,
        from: '  if (length > LIMIT) return 1009; // before a byte of it is kept\n',
        to: '',
      },
    ],
    prediction: {
      question:
        'A client announces a frame of one terabyte, and begins to send. What does this server do?',
      choices: [
        'It refuses: Node has a limit for what a socket sends.',
        'It keeps what comes, and waits for the rest, until the memory is full.',
        'It reads the first megabyte, and forgets the rest.',
      ],
      answer: 1,
      explanation:
        'readFrame waits until the whole frame is there, and data joins every piece to those before. ' +
        'Sixty-four bits of length are an invitation. Only the server can decline it, and as soon as it ' +
        'has read the length.',
    },
  }),
];
