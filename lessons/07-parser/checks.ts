// What each step of lesson 07 must show. The parser is fed directly, whole, in two pieces cut at
// every byte, and byte by byte; the page is opened once.
//
//   npm run check -- 07
import {
  check,
  comment,
  event,
  retry,
  type Scene,
  stream,
} from '../../scripts/checking/language.ts';

const parserOf = ({ module }: Scene) => module('event-stream-parser.js', 'EventStreamParser');

const HALF_A_LINE =
  'The last line of a piece may not be whole. Keep it in a field of the object, and put it in front ' +
  'of the first line of the next piece.';

const HALF_A_PAIR =
  'Where a piece ends with CR, the line is over. Remember that CR in a field: if the next piece that ' +
  'has any text begins with LF, that LF belongs to it, and is no line of its own.';

/** What to do about a cut, by the bytes before it. */
const whenCut = (before: Uint8Array) => (before.at(-1) === 0x0d ? HALF_A_PAIR : HALF_A_LINE);

/** Steps 1 and 2 have no say in events. */
const heard: ('retry' | 'comment')[] = ['retry', 'comment'];

export const checks = [
  check(1, 'A line is whole, wherever it was cut', async (scene) => {
    const otherwise =
      'Put the text behind what is left of the last piece, split it at each `\\n`, keep the last part ' +
      'as the new rest, and call `this.#takeLine(line)` for each of the others.';
    await parserOf(scene).tells({ otherwise, heard, whenCut }, [
      { bytes: ':one\n', told: [comment('one')] },
      { bytes: ':one\n:two\n\n:three\n', told: [comment('one'), comment('two'), comment('three')] },
      {
        bytes: ':one\n:this line has no end',
        told: [comment('one')],
        otherwise: 'A line is one when its end has come. What is left at `end()` is none.',
      },
    ]);
  }),

  check(1, 'CR LF and CR end a line as LF does', async (scene) => {
    const otherwise =
      'A line ends with CR LF, with LF or with CR. The pair is one end and not two: `/\\r\\n|\\n|\\r/`.';
    await parserOf(scene).tells({ otherwise, heard, whenCut }, [
      { bytes: ':one\r\n:two\r\n', told: [comment('one'), comment('two')] },
      {
        bytes: ':one\r:two\r',
        told: [comment('one'), comment('two')],
        otherwise: `${otherwise} A CR at the end of a piece is an end at once: nothing else may ever come.`,
      },
      {
        bytes: ':one\r\r\n\n\r:two\r\n\r:three\n',
        told: [comment('one'), comment('two'), comment('three')],
      },
    ]);
  }),

  check(2, 'A field is a name, a colon, and a value', async (scene) => {
    const otherwise =
      'Look for the first colon with `indexOf`. Before it is the name, letter by letter as it is meant; ' +
      'behind it is the value, without one space at its beginning.';
    await parserOf(scene).tells({ otherwise, heard }, [
      { bytes: 'retry: 2000\n', told: [retry(2000)] },
      { bytes: 'retry:1\nretry: 2\n:retry: 3\n', told: [retry(1), retry(2), comment('retry: 3')] },
      {
        bytes: 'retry : 4\nRetry: 5\n retry: 6\nretries: 7\nretr\nx: retry: 8\n',
        told: [],
        otherwise: `${otherwise} A name that is nearly \`retry\` is another name, and means nothing.`,
      },
    ]);
  }),

  check(2, 'Only digits are a reconnection time', async (scene) => {
    const otherwise =
      'Take the value for a number only if it is digits and nothing else: `/^[0-9]+$/.test(value)`. ' +
      '`Number` and `parseInt` accept far more.';
    await parserOf(scene).tells({ otherwise, heard }, [
      { bytes: 'retry: 0\nretry: 007\n', told: [retry(0), retry(7)] },
      {
        bytes: 'retry: 20ms\nretry: -1\nretry: +2\nretry: 1.5\nretry: 1e3\nretry: 0x10\n',
        told: [],
      },
      { bytes: 'retry:\nretry\n', told: [] },
      {
        bytes: 'retry:  3\nretry: 4 \n',
        told: [],
        otherwise: `One space behind the colon is taken away. Any other belongs to the value. ${otherwise}`,
      },
      {
        bytes: 'retry: 5:6\n',
        told: [],
        otherwise: 'The first colon ends the name. A colon behind it belongs to the value.',
      },
    ]);
  }),

  check(3, 'A blank line tells an event', async (scene) => {
    const otherwise =
      'Keep the value of `data` in a field of the object. At a blank line, tell it as ' +
      '`{ type, data, lastEventId }`, and forget it.';
    const dropped = 'What has no blank line behind it is dropped: nobody knows what is missing.';
    await parserOf(scene).tells({ otherwise }, [
      { bytes: 'data: a\n\n', told: [event('a')] },
      {
        bytes: 'data:a\n\ndata:  b: c \r\n\r\ndata: d\r\r',
        told: ['a', ' b: c ', 'd'].map((data) => event(data)),
      },
      {
        bytes: 'data: 0\n\n'.repeat(10),
        told: Array.from({ length: 10 }, () => event('0')),
        otherwise: 'One piece may hold ten events: tell each at its own blank line.',
      },
      {
        bytes: '\n\ndata: a\n\n\n\n',
        told: [event('a')],
        otherwise:
          'A blank line tells an event only if a `data` field has come since the last one.',
      },
      { bytes: 'data: a\n\ndata: b\n', told: [event('a')], otherwise: dropped },
      { bytes: 'data: a\n\ndata: b', told: [event('a')], otherwise: dropped },
    ]);
  }),

  check(3, 'Several data fields are one text', async (scene) => {
    const otherwise = 'Each further `data` field adds a LF and its value, even if that is empty.';
    await parserOf(scene).tells({ otherwise, whenCut }, [
      { bytes: 'data: a\ndata: b\ndata:\ndata\n\n', told: [event('a\nb\n\n')] },
      { bytes: 'data: a\r\ndata: b\r\n\r\n', told: [event('a\nb')] },
      {
        bytes: 'data:\ndata: a\n\n',
        told: [event('\na')],
        otherwise:
          'The first `data` field is empty, and it is the first line all the same: a second one adds a ' +
          'LF to it. So ask whether a field has come, and not whether the text is empty.',
      },
      {
        bytes: 'data\n\ndata:\n\ndata: \n\n',
        told: [event(''), event(''), event('')],
        otherwise:
          'A `data` field without any value is one, and its event is told. So ask whether one has ' +
          'come, and not whether the text is empty.',
      },
      {
        bytes: 'DATA: a\ndata : b\ndata: c\nfoo: bar\n\n',
        told: [event('c')],
        otherwise:
          'Only the names `data`, `event`, `id` and `retry` mean something. Pass over the rest.',
      },
    ]);
  }),

  check(3, 'The type holds for one event', async (scene) => {
    const otherwise =
      'Forget the type at each blank line, also where no event is told. Where it is empty, the type ' +
      'is `message`.';
    await parserOf(scene).tells({ otherwise }, [
      { bytes: 'event: x\ndata: a\n\ndata: b\n\n', told: [event('a', { type: 'x' }), event('b')] },
      {
        bytes: 'data: a\nevent: x\nevent: y\n\n',
        told: [event('a', { type: 'y' })],
        otherwise: 'The last type counts.',
      },
      { bytes: 'event: x\n\ndata: a\n\nevent\ndata: b\n\n', told: [event('a'), event('b')] },
    ]);
  }),

  check(3, 'The last event ID stays until there is another', async (scene) => {
    const otherwise =
      'Keep the ID in a field that no blank line takes back. Each event tells it, and so does ' +
      '`lastEventId`.';
    const atBlankLine =
      'An ID counts when its blank line has come: copy it to `lastEventId` there, also where the ' +
      'block has no data. One that was cut off before must be asked for again.';
    await parserOf(scene).tells({ otherwise }, [
      {
        bytes: 'id: 1\ndata: a\n\ndata: b\n\n',
        told: [event('a', { lastEventId: '1' }), event('b', { lastEventId: '1' })],
        lastEventId: '1',
      },
      {
        bytes: 'id: 1\ndata: a\n\nid\ndata: b\n\n',
        told: [event('a', { lastEventId: '1' }), event('b')],
        lastEventId: '',
        otherwise: 'An `id` field without a value sets the ID to nothing.',
      },
      {
        bytes: 'id: 1\n\nid: 2\0\ndata: a\n\n',
        told: [event('a', { lastEventId: '1' })],
        lastEventId: '1',
        otherwise: 'An ID with NUL (`\\0`) in it is passed over: no header could carry it back.',
      },
      { bytes: 'id: 5\n\n', told: [], lastEventId: '5', otherwise: atBlankLine },
      { bytes: 'id: 5\ndata: a\n', told: [], lastEventId: '', otherwise: atBlankLine },
      {
        bytes: 'data: a\n\n',
        told: [event('a', { lastEventId: '7' })],
        options: { lastEventId: '7' },
        lastEventId: '7',
        otherwise: 'Begin with the `lastEventId` that the constructor was given.',
      },
    ]);
  }),

  check(3, 'The page shows what was cut', async ({ page }) => {
    const board = await page.open({ '/stream': stream() });
    const wire = await board.request('/stream', {
      from: 'fetch',
      within: 3000,
      otherwise: 'Leave `connectFetch()` at the end of `client.js` as it is.',
    });
    wire.send('event: greeting\r\ndata: whole');
    wire.send(' again\r\n\r');
    wire.send('\ndata: and on\r\n\r\n');
    const otherwise =
      'The parser is right in Node, and not in the browser: it may use something that only Node has, ' +
      'such as `Buffer`. The console of the browser knows more.';
    await board.shows('greeting whole again', { in: 'fetch', within: 3000, otherwise });
    await board.shows('message and on', { in: 'fetch', within: 3000, otherwise });
  }),

  check(4, 'A character is whole, wherever it was cut', async (scene) => {
    const otherwise = 'Decode as UTF-8, with a `TextDecoder`.';
    const whenCut = () =>
      'A new decoder knows nothing of the half that the last piece has brought. Keep one in a field ' +
      'of the object, and call `decode(bytes, { stream: true })`.';
    await parserOf(scene).tells({ otherwise, whenCut }, [
      { bytes: 'data: Größe\n\n', told: [event('Größe')] },
      {
        bytes: 'event: 中\nid: é\ndata: 😀\r\n\r\n',
        told: [event('😀', { type: '中', lastEventId: 'é' })],
      },
      {
        bytes: new Uint8Array([...Buffer.from('data: a'), 0xff, ...Buffer.from('b\n\n')]),
        told: [event('a\uFFFDb')],
        otherwise:
          'Bytes that are no UTF-8 become U+FFFD, as `TextDecoder` does it without `fatal`.',
      },
    ]);
  }),

  check(4, 'One byte order mark is taken away, and only at the start', async (scene) => {
    const start =
      'A byte order mark at the start of the stream is no part of it. `TextDecoder` takes it away.';
    const otherwise =
      '`TextDecoder` takes the first byte order mark away, and does so once if it lives as long as the ' +
      'stream. Any other is text: take none away yourself.';
    await parserOf(scene).tells({ otherwise }, [
      { bytes: '\uFEFFdata: a\n\n', told: [event('a')], otherwise: start, whenCut: () => start },
      { bytes: '\uFEFF\uFEFFdata: a\n\ndata: b\n\n', told: [event('b')] },
      { bytes: 'data: \uFEFFa\n\ndata: b\uFEFF\n\n', told: [event('\uFEFFa'), event('b\uFEFF')] },
      { bytes: 'data: a\n\n\uFEFFdata: b\n\ndata: c\n\n', told: [event('a'), event('c')] },
    ]);
  }),

  check(5, 'A long line takes as long as many short ones', async (scene) => {
    await parserOf(scene).takesLongLines({
      otherwise:
        'Each piece has the whole rest searched again, from its start. Look for line ends in the new ' +
        'text alone: the rest has none. Only the first line of the new text is put behind the rest.',
    });
  }),

  check(5, 'A line that is too long is refused', async (scene) => {
    const options = { maxLineLength: 20 };
    const tooLong = ':'.padEnd(21, 'x');
    const otherwise =
      'Compare the length of each line with `maxLineLength` before you take it, and the length of the ' +
      'rest after each piece. If it is greater, throw a RangeError.';
    await parserOf(scene).tells({ otherwise, options }, [
      {
        bytes: ':fits\n'.repeat(8),
        told: Array.from({ length: 8 }, () => comment('fits')),
        otherwise: 'It is the length of one line that counts, and not that of them all.',
      },
      {
        bytes: `${':'.padEnd(20, 'x')}\r\n:ok\n`,
        told: [comment('x'.repeat(19)), comment('ok')],
        otherwise: 'A line may be as long as `maxLineLength`, and its end does not count.',
      },
      { bytes: `:ok\n${tooLong}\n:late\n`, told: [comment('ok')], refused: true },
      {
        bytes: `:ok\n${tooLong}`,
        told: [comment('ok')],
        refused: true,
        otherwise: `${otherwise} A line whose end never comes is the one that fills the memory.`,
      },
    ]);
  }),
];
