// What people write at two in the morning: each is a change of the finished files of lesson 14.
import type { WrongAnswer } from './wrong-answer.ts';

const LOOP = '  while (!response.destroyed) {\n';
const MARK = 'id: ${log.mark}-${log.place + start}';
const page = 'client.js';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: follow.
  {
    name: 'the-half-is-lost',
    step: 1,
    change: [
      {
        from: '    const end = piece.lastIndexOf(LINE_FEED) + 1;\n',
        to: '    const end = piece.lastIndexOf(LINE_FEED) + 1;\n    log.place += piece.length - end;\n',
      },
    ],
  },
  {
    name: 'reads-on-for-ever',
    step: 1,
    change: [{ from: LOOP, to: '  while (response.writable || log) {\n' }],
  },
  // Step 2: IDs.
  {
    name: 'one-id-for-all',
    step: 2,
    change: [{ from: MARK, to: 'id: ${log.mark === text ? 0 : 1}' }],
  },
  // Step 3: resume.
  {
    name: 'the-place-of-this-line',
    step: 3,
    finding: 'replays',
    change: [
      { from: MARK, to: 'id: ${log.mark}-${log.place + begin}' },
      { from: '    start = end + 1;\n', to: '    const begin = start;\n    start = end + 1;\n' },
    ],
  },
  // Step 4: colours.
  {
    name: 'codes-are-left-out',
    step: 4,
    change: [{ file: page, from: 'element.className = className.trim();', to: '' }],
  },
  // Step 5: rotation.
  {
    name: 'emptied-without-a-word',
    step: 5,
    change: [
      {
        from: '    log.place = 0; // emptied\n    response.write(RESET);\n',
        to: '    log.place = 0; // emptied\n',
      },
    ],
  },
];
