// Wrong answers that people give to lesson 07. Each is a small change of the finished parser, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const file = 'event-stream-parser.js';

/** All that becomes of a piece's text. */
const TAKES_TEXT = `    if (text === '') return;
    // A CR has ended its line at once. An LF that follows belongs to it, in the next piece as well.
    if (this.#endedWithCr && text.startsWith('\\n')) text = text.slice(1);
    this.#endedWithCr = text.endsWith('\\r');
    if (text.includes('\\r')) text = text.replaceAll(/\\r\\n?/g, '\\n');

    const lines = text.split('\\n');
    lines[0] = this.#unfinishedLine + lines[0]; // begun in an earlier piece
    this.#unfinishedLine = lines.pop() ?? ''; // goes on in a later one
    for (const line of lines) {
      this.#refuseIfTooLong(line);
      this.#takeLine(line);
      if (this.#hasEnded) return; // a listener has called end()
    }
    this.#refuseIfTooLong(this.#unfinishedLine);
`;

export const traps = [
  trap({
    name: 'split-at-blank-lines',
    step: 1,
    title: 'Each piece is split at blank lines',
    symptom: 'some-lost',
    change: [
      {
        file,
        from: TAKES_TEXT,
        to: `    for (const block of text.split('\\n\\n')) {
      for (const line of block.split('\\n')) this.#takeLine(line);
      this.#dispatch();
    }
`,
      },
    ],
    prediction: {
      question: "text.split('\\n\\n') is done to each piece. Which events are still right?",
      choices: [
        'Those whose beginning, end and middle came in one piece.',
        'All of them: a piece ends where the server has ended a write.',
        'None: no piece has two LF in a row.',
      ],
      answer: 0,
      explanation:
        'While a server is slow and its events are short, each write arrives as a piece of its own, and ' +
        'this seems to work. Nobody promises that. The ten events that come in one piece are right ' +
        'here. What was cut comes in halves, or not at all.',
    },
  }),

  trap({
    name: 'parses-each-piece',
    step: 1,
    title: 'JSON.parse is given each piece',
    symptom: 'broken-json',
    change: [
      {
        file,
        from: TAKES_TEXT,
        to: `    const data = JSON.parse(text.replace(/^data: /, ''));
    this.#onEvent({ type: 'message', data: JSON.stringify(data), lastEventId: '' });
`,
      },
    ],
    prediction: {
      question: 'JSON.parse(text) is called with each piece. What does the right log say?',
      choices: [
        'The events that are JSON, and nothing of the others.',
        'A SyntaxError at the first piece, and nothing after it.',
        'The same as the left one.',
      ],
      answer: 1,
      explanation:
        'An exception in the loop that reads ends the loop. JSON is told when it is whole, and a piece ' +
        'is never known to be. First comes the line, then the event, and then its data may be JSON.',
    },
  }),

  trap({
    name: 'catches-and-goes-on',
    step: 1,
    title: 'What cannot be parsed is passed over',
    symptom: 'some-lost',
    change: [
      {
        file,
        from: TAKES_TEXT,
        to: `    for (const line of text.split('\\n')) {
      if (!line.startsWith('data: ')) continue;
      try {
        const data = JSON.stringify(JSON.parse(line.slice(6)));
        this.#onEvent({ type: 'message', data, lastEventId: '' });
      } catch {
        continue;
      }
    }
`,
      },
    ],
    prediction: {
      question: 'JSON.parse stands in a try, and the catch goes on with the next line. And now?',
      choices: [
        'The half of an event waits until the other half has come.',
        'The log fails, as it did without the try.',
        'Events get lost, and nobody is told.',
      ],
      answer: 2,
      explanation:
        'Half an event is no JSON, and neither is the other half. Both are thrown away without a word. ' +
        'In an answer of a language model these are the words that are missing now and then.',
    },
  }),

  trap({
    name: 'takes-the-last-data',
    step: 1,
    title: 'Only the last "data" of a piece is taken',
    symptom: 'some-lost',
    change: [
      {
        file,
        from: TAKES_TEXT,
        to: `    const data = text.slice(text.lastIndexOf('data') + 'data: '.length).trim();
    this.#onEvent({ type: 'message', data, lastEventId: '' });
`,
      },
    ],
    prediction: {
      question: "text.lastIndexOf('data') finds the event in a piece. What about ten in one piece?",
      choices: [
        'One of them is told, the last.',
        'All ten are told, as one event with ten lines.',
        'They are told one by one, with the next pieces.',
      ],
      answer: 0,
      explanation:
        'It was written for XMLHttpRequest, whose responseText grows with each piece, and for one event a ' +
        'piece. Where two come together all but one are lost. And a text may have the word "data" in it.',
    },
  }),

  trap({
    name: 'only-line-feeds',
    step: 1,
    title: 'Lines end with LF and nothing else',
    symptom: 'run-together',
    change: [
      {
        file,
        from: "    if (text.includes('\\r')) text = text.replaceAll(/\\r\\n?/g, '\\n');\n",
        to: '',
      },
    ],
    prediction: {
      question: 'CR is taken for a character like any other. What becomes of event 3?',
      choices: [
        'It is told, with a CR at the end of its data.',
        'It runs together with event 4: a line with a CR in it is not blank.',
        'Nothing changes: no server sends CR any more.',
      ],
      answer: 1,
      explanation:
        'The blank line of event 3 is CR LF: here that is a line with one character, and no event ends. ' +
        'Some servers write CR LF, as HTTP itself does in its head. EventSource has always read it.',
    },
  }),

  trap({
    name: 'two-ends-of-a-pair',
    step: 3,
    title: 'CR and LF in two pieces end two lines',
    symptom: 'some-lost',
    change: [
      {
        file,
        from: `    if (this.#endedWithCr && text.startsWith('\\n')) text = text.slice(1);
`,
        to: '',
      },
    ],
    prediction: {
      question: 'A piece ends with CR, and the next begins with LF. What does this parser see?',
      choices: [
        'One end of a line: replaceAll has made the pair one.',
        'No end: it waits for the LF, and the LF comes too late.',
        'The end of a line, and then a blank line that nobody has sent.',
      ],
      answer: 2,
      explanation:
        'replaceAll sees one piece at a time. A CR at its end is an end, and the LF in the next piece is ' +
        'another. A blank line tells the event: look at event 3, whose two lines are told as two events.',
    },
  }),

  trap({
    name: 'decodes-each-piece',
    step: 4,
    title: 'A new TextDecoder for each piece',
    symptom: 'broken-characters',
    change: [
      {
        file,
        from: 'this.#decoder.decode(bytes, { stream: true })',
        to: 'new TextDecoder().decode(bytes)',
      },
    ],
    prediction: {
      question:
        'The four bytes of 😀 come in two pieces, each with a decoder of its own. And then?',
      choices: [
        '😀, for both halves are put together in the line.',
        'Signs for "no character" instead of it, and no error.',
        'decode() throws at the first half.',
      ],
      answer: 1,
      explanation:
        'Half a character is no character, so the decoder puts U+FFFD there and goes on. What was ' +
        'there cannot be found out any more. Text in English has only ASCII, and so the test passes.',
    },
  }),

  trap({
    name: 'second-byte-order-mark',
    step: 4,
    title: 'A second byte order mark is stripped',
    symptom: 'broken-characters',
    change: [
      {
        file,
        from: 'this.#takeText(this.#decoder.decode(bytes, { stream: true }));',
        to: "this.#takeText(this.#decoder.decode(bytes, { stream: true }).replace(/^\\uFEFF/, ''));",
      },
    ],
    prediction: {
      question:
        'The decoder takes a byte order mark away, and this line looks for another. Where does it show?',
      choices: [
        'Nowhere: there is never more than one.',
        'Where a text begins a piece with U+FEFF: the right log has lost a character.',
        'At the start: the first field is spoiled.',
      ],
      answer: 1,
      explanation:
        'One mark at the start of the stream is no part of it. Every other U+FEFF is text, and belongs ' +
        'to whoever has sent it. Look at event 5 in both logs.',
    },
  }),

  trap({
    name: 'searches-the-rest-again',
    step: 5,
    title: 'The rest is searched again with each piece',
    symptom: 'slow',
    change: [
      {
        file,
        from: `    const lines = text.split('\\n');
    lines[0] = this.#unfinishedLine + lines[0]; // begun in an earlier piece
`,
        to: "    const lines = (this.#unfinishedLine + text).split('\\n');\n",
      },
    ],
    prediction: {
      question: 'Press "Time long lines". 1 MB takes some time t. How long do 4 MB take?',
      choices: [
        'About 4 t: there are four times as many bytes.',
        'About t: there is one line in both.',
        'About 16 t: four times as many pieces, and each time four times as much to search.',
      ],
      answer: 2,
      explanation:
        'Each piece is put behind the rest, and all of it is searched from its start. A picture in ' +
        'base64 is one such line. Well-known clients take ten seconds for 8 MB, and the page stands still.',
    },
  }),
];
