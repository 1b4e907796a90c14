// Wrong answers that people give to lesson 15. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const COUNTING = '    const picture = await readCounting(response, wholeOf(response));\n';

export const traps = [
  trap({
    name: 'buffer-made-text',
    step: 1,
    title: 'The Buffer is made text',
    symptom: 'broken-characters',
    change: [{ file: server, from: 'JSON.stringify(picture)', to: 'JSON.stringify(`${picture}`)' }],
    prediction: {
      question:
        'A Buffer stands in a template, `${picture}`. Its first byte is 0x89. What becomes of it?',
      choices: [
        'The letter with the number 0x89, which a client turns back into the byte.',
        'The character \uFFFD, and nobody will ever know which byte it was.',
        'The digits 137, as in JSON.',
      ],
      answer: 1,
      explanation:
        'To make text of bytes means to decode them, as UTF-8. 0x89 cannot stand alone there, so the ' +
        'decoder writes down that it could not read it. In this postcard it has to do so 3208 times.',
    },
  }),

  trap({
    name: 'base64-with-line-breaks',
    step: 2,
    title: 'The base64 has a line break after every 76 letters',
    symptom: 'broken-characters',
    change: [
      {
        file: server,
        from: "${picture.toString('base64')}",
        to: "${picture.toString('base64').replace(/.{76}/g, '$&\\n')}",
      },
    ],
    finding: 'line-break-in-data',
    prediction: {
      question: 'Mail breaks base64 into lines of 76 letters, and so does this server. What comes?',
      choices: [
        'The whole picture: white space is nothing to base64.',
        'An exception in the page: a line break is no letter of base64.',
        'The first 57 bytes of the picture, and no error at all.',
      ],
      answer: 2,
      explanation:
        'In an event stream a line is a field. Those behind the first have no `data:` in front of ' +
        'them, so they are fields that nobody knows, and are skipped without a word. What is left is good ' +
        'base64, of a picture that ends after 57 bytes.',
    },
  }),

  trap({
    name: 'bytes-by-way-of-text',
    step: 3,
    title: 'The body is read as text, and made bytes again',
    symptom: 'broken-characters',
    change: [
      {
        file: page,
        from: COUNTING,
        to:
          '    const text = await response.text();\n' +
          '    const picture = new Blob([new TextEncoder().encode(text)]);\n',
      },
    ],
    prediction: {
      question: 'response.text(), and TextEncoder to get the bytes back: is that the picture?',
      choices: [
        'Yes: what is decoded and encoded again is as it was.',
        'No: it is larger than the picture, and no browser can show it.',
        'Only if the server says charset=utf-8 behind its type.',
      ],
      answer: 1,
      explanation:
        'Encoding undoes decoding only where the bytes were text. Each byte that is no UTF-8 has become ' +
        '\uFFFD, and that takes three bytes when it is written down again.',
    },
  }),

  trap({
    name: 'length-of-the-compressed',
    step: 4,
    title: 'The length of what is compressed is taken for the whole',
    symptom: 'false-failure',
    change: [
      {
        file: page,
        from: "  if (headers.has('Content-Encoding')) return undefined;\n",
        to: '',
      },
    ],
    prediction: {
      question:
        'The answer has Content-Encoding: gzip and a Content-Length. Where does this bar end?',
      choices: [
        'Never at 100 %, but where the compression has taken it.',
        'At 100 %: a reader gets the bytes as they came.',
        'Nowhere: the browser hides the length of what is compressed.',
      ],
      answer: 0,
      explanation:
        'The length counts what is on the wire, and read() gives what it becomes. A PNG is compressed ' +
        'already, so gzip makes it a little longer, and this bar ends at 99 %. With text it would go to 300 % and more.',
    },
  }),

  trap({
    name: 'no-length-is-none',
    step: 4,
    title: 'A length that is missing is taken for 0',
    symptom: 'false-failure',
    change: [
      {
        file: page,
        from: 'return length === null ? undefined : Number(length);',
        to: 'return Number(length);',
      },
    ],
    prediction: {
      question:
        'There is no Content-Length, and the page computes Number(null). What does it show?',
      choices: [
        'NaN %: null is no number.',
        'Nothing: the loop is never entered.',
        'Infinity %, and then an error: the bar takes no such number.',
      ],
      answer: 2,
      explanation:
        'Number(null) is 0, and 512 / 0 is Infinity. The value of a bar has to be finite, so setting it ' +
        'throws, and the postcard is lost for its bar. A server that does not know the length when the ' +
        'head goes leaves it out, and that is no fault.',
    },
  }),
];
