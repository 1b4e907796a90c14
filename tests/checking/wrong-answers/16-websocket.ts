// What people write at two in the morning: each is a change of the finished files of lesson 16.
import type { WrongAnswer } from './wrong-answer.ts';

const HASHED = "createHash('sha1').update(`${key}${GUID}`).digest('base64')";
const CLOSED =
  '    if (opcode === CLOSE) return close(payload.length >= 2 ? payload.readUInt16BE() : 1000);\n';
const PING = '    if (opcode === PING) return sendFrame(socket, PONG, payload);\n';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: the handshake.
  { name: 'hexadecimal', step: 1, change: [{ from: HASHED, to: HASHED.replace('base64', 'hex') }] },
  // Step 2: text frames.
  {
    name: 'text-without-a-frame',
    step: 2,
    change: [
      { from: '    sendFrame(socket, TEXT, message);\n', to: '    socket.write(message);\n' },
    ],
  },
  {
    name: 'head-thrown-away',
    step: 2,
    change: [{ from: '  socket.unshift(head);', to: '  socket.resume();' }],
  },
  {
    name: 'one-frame-a-piece',
    step: 2,
    change: [
      {
        from: 'for (let frame = readFrame(unread); frame && !closing; frame = readFrame(unread)) {',
        to: 'const frame = readFrame(unread);\n    if (frame) {',
      },
    ],
  },
  {
    name: 'half-a-frame-forgotten',
    step: 2,
    change: [{ from: 'unread = Buffer.concat([unread, piece]);', to: 'unread = piece;' }],
  },
  // Step 3: close.
  {
    name: 'close-not-answered',
    step: 3,
    change: [{ from: CLOSED, to: '    if (opcode === CLOSE) return socket.end();\n' }],
  },
  // Step 5: ping.
  {
    name: 'empty-pong',
    step: 5,
    change: [{ from: PING, to: "    if (opcode === PING) return sendFrame(socket, PONG, '');\n" }],
  },
];
