// Wrong answers that people give to lesson 02. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const file = 'server.ts';
const page = 'client.js';

const TYPE = '`event: ${type}\\n`';
const LINES = "for (const line of text.split('\\n')) fields += `data: ${line}\\n`;";

export const traps = [
  trap({
    name: 'any-station',
    step: 1,
    title: 'A name from the query goes into the stream as it came',
    symptom: 'injected',
    change: [
      {
        file,
        from: 'const news = stations.get(station);',
        to: "const news = stations.get(station) ?? stations.get('north');",
      },
    ],
    prediction: {
      question:
        'Every station is taken now, and its name goes into the comment. Somebody asks for ' +
        '`/departures?station=north%0Adata:%20No%20trains%0A%0A`. What does EventSource hear first?',
      choices: [
        'A message that the server never wrote: "No trains".',
        'Nothing of it, for it stands in a comment.',
        'Nothing at all: the request is refused with 400.',
      ],
      answer: 0,
      explanation:
        '`%0A` is a line break, and a line break ends the comment. What follows is a line of its ' +
        'own, and a field. Look the name up, and send only what stands in your own list. ' +
        "Try it: `curl -N 'http://localhost:4402/departures?station=north%0Adata:%20No%20trains%0A%0A'`",
    },
  }),

  trap({
    name: 'url-throws',
    step: 1,
    title: 'new URL with a base',
    symptom: 'not-there',
    change: [
      {
        file,
        from: 'new URL(`http://localhost${request.url}`)',
        to: "new URL(request.url ?? '/', 'http://localhost')",
      },
    ],
    prediction: {
      question:
        'The target is read as `new URL(request.url, base)`. Somebody asks for `//`. What happens?',
      choices: [
        '404: nothing is there.',
        'The page is sent: `//` is `/`.',
        'The server ends, and all streams with it.',
      ],
      answer: 2,
      explanation:
        '`//` at the start means that a host follows, and none does: `new URL` throws. Nobody ' +
        'catches it, and Node ends the program. One request from anybody is enough. ' +
        "Try it: `curl --path-as-is 'http://localhost:4402//'`",
    },
  }),

  trap({
    name: 'blank-line-after-name',
    step: 2,
    title: 'A blank line between the name and the data',
    symptom: 'wrong-handler',
    change: [{ file, from: TYPE, to: '`event: ${type}\\n\\n`' }],
    finding: 'no-data',
    prediction: {
      question: 'The line with the type ends in two line breaks. What does the left log show?',
      choices: [
        'Every event with its type, as before.',
        'Every event as a `message`: the types are lost.',
        'Nothing any more.',
      ],
      answer: 1,
      explanation:
        'The blank line ends the event before it has data, and an event without data is dropped, ' +
        'its type with it. What follows is another event, without a name.',
    },
  }),

  trap({
    name: 'space-before-colon',
    step: 2,
    title: 'A space before the colon',
    symptom: 'wrong-handler',
    change: [{ file, from: TYPE, to: '`event : ${type}\\n`' }],
    finding: 'unknown-field',
    prediction: {
      question: 'The line is `event : delay`, with a space before the colon. What comes of it?',
      choices: [
        'A `delay`: spaces round the colon are skipped.',
        'EventSource closes: this is no event stream.',
        'A `message`: no client knows a field of that name.',
      ],
      answer: 2,
      explanation:
        'One space after the colon is skipped, and nothing else. The name of this field is ' +
        '`event` with a space behind it. Clients skip fields that they do not know, without a word.',
    },
  }),

  trap({
    name: 'named-error',
    step: 2,
    title: 'An event named error',
    symptom: 'wrong-handler',
    change: [
      {
        file,
        from: "{ type: 'delay', data: { train: 'Night Mail', minutes: 5 } }",
        to: "{ type: 'error', data: { train: 'Night Mail', minutes: 5 } }",
      },
    ],
    finding: 'reserved-type',
    prediction: {
      question: 'The delay is sent as `event: error`. What does the page make of it?',
      choices: [
        'It calls `onerror`, though the connection is well.',
        'Nothing: no listener has that name.',
        'It is a `message`, for `error` is not allowed as a name.',
      ],
      answer: 0,
      explanation:
        'EventSource has events of its own, `open` and `error`, and yours of the same name arrive ' +
        'in the same listeners. The left log now says that the connection is gone.',
    },
  }),

  trap({
    name: 'all-in-onmessage',
    step: 3,
    title: 'A named event is looked for in onmessage',
    symptom: 'wrong-handler',
    change: [
      {
        file: page,
        from: "opened.addEventListener('delay', (event) => {",
        to: "opened.addEventListener('message', (event) => {\n    if (event.type !== 'delay') return;",
      },
    ],
    prediction: {
      question:
        'The page listens for `message` and looks at `event.type` for a `delay`. What does the board show?',
      choices: ['No delay, ever.', 'The delay, as before.', 'The delay, but only the first one.'],
      answer: 0,
      explanation:
        'An event with a name goes to the listeners for that name and to nobody else. `message` ' +
        'is the name of those that have none.',
    },
  }),

  trap({
    name: 'data-as-html',
    step: 3,
    title: 'Data is put in as HTML',
    symptom: 'injected',
    change: [
      { file: page, from: 'cell.textContent =', to: 'cell.innerHTML =' },
      { file, from: "to: 'Skerry'", to: "to: '<u>Skerry</u>'" },
    ],
    prediction: {
      question:
        'The page writes with `innerHTML`, and a destination arrives as `<u>Skerry</u>`. What is on the board?',
      choices: [
        'Nothing: the browser refuses markup from a stream.',
        'Skerry, underlined: the data has become a part of the page.',
        'The letters `<u>Skerry</u>`.',
      ],
      answer: 1,
      explanation:
        'This time it is a line under a word. `<img src=x onerror=…>` would have run a script, with ' +
        'all that this page may do. With `textContent` every character stays a character.',
    },
  }),

  trap({
    name: 'query-as-html',
    step: 3,
    title: 'The query is put in as HTML',
    symptom: 'injected',
    change: [
      {
        file: page,
        from: 'place.textContent = station.value;',
        to: 'place.innerHTML = station.value;',
      },
    ],
    prediction: {
      question:
        'The name of the station is put in by `innerHTML`. You type `<s>north</s>` and press Ask. What stands above the trains?',
      choices: [
        'Departures from `<s>north</s>`.',
        'Nothing: the server knows no such station.',
        'Departures from north, struck through.',
      ],
      answer: 2,
      explanation:
        'What you type into your own page harms nobody. But the page also takes the station from ' +
        'its address, `/?station=…`, and that may come from anybody’s link.',
    },
  }),

  trap({
    name: 'one-counter',
    step: 4,
    title: 'One counter for all clients',
    symptom: 'others-news',
    change: [
      {
        file,
        from: 'const TICK = 1000; // milliseconds\n',
        to: 'const TICK = 1000; // milliseconds\nlet number = 0;\n',
      },
      { file, from: '  let number = 0;\n  const board', to: '  const board' },
    ],
    finding: 'shared-clients',
    prediction: {
      question:
        'The counter stands at the top of the file. Both columns listen to north. What does the left one hear?',
      choices: [
        'Everything, numbered 1, 2, 3.',
        'Every other event: 1, 3, 5, or 2, 4, 6.',
        'Everything, and everything twice.',
      ],
      answer: 1,
      explanation:
        'Each client moves the one counter on, and each is told what the other is not. With a ' +
        'hundred clients each hears one event in a hundred.',
    },
  }),

  trap({
    name: 'pretty-json',
    step: 5,
    title: 'JSON on several lines, and data: only before the first',
    symptom: 'broken-json',
    change: [
      {
        file,
        from: 'JSON.stringify(data); // JSON on one line',
        to: 'JSON.stringify(data, null, 2);',
      },
      { file, from: LINES, to: 'fields += `data: ${text}\\n`;' },
    ],
    finding: 'line-break-in-data',
    prediction: {
      question: 'The JSON is printed prettily, on four lines. What is `event.data` of a delay?',
      choices: [
        'All of the JSON: a blank line ends an event, and there is none.',
        'Nothing: the event is dropped.',
        '`{` and nothing more.',
      ],
      answer: 2,
      explanation:
        'Each line is a field of its own, or none. `data: {` is one; `"minutes": 5` is skipped. The ' +
        'event arrives all the same, and `JSON.parse` throws in the listener: see the console.',
    },
  }),

  trap({
    name: 'capital-data',
    step: 5,
    title: 'Data: with a capital',
    symptom: 'some-lost',
    change: [
      { file, from: LINES, to: "fields += `data: ${text.replaceAll('\\n', '\\nData: ')}\\n`;" },
    ],
    finding: 'unknown-field',
    prediction: {
      question: 'The second line of a notice begins with `Data:`. What does EventSource hand over?',
      choices: [
        'Both lines: names of fields may be written either way, as those of headers.',
        'The first line only.',
        'Neither: the event is dropped.',
      ],
      answer: 1,
      explanation:
        'Names of headers may have capitals, names of fields may not. `Data` is a field that no ' +
        'client knows, so its line is skipped, and half of the notice is lost without a word.',
    },
  }),

  trap({
    name: 'retry-with-unit',
    step: 6,
    title: 'A retry with its unit',
    symptom: 'storm',
    change: [{ file, from: "'retry: 1000\\n\\n'", to: "'retry: 1s\\n\\n'" }],
    finding: 'bad-retry',
    prediction: {
      question: 'The server says `retry: 1s`. You press Cut now. When does the browser come back?',
      choices: [
        'After its own time: three seconds in Chromium, five in Firefox.',
        'After one second.',
        'After one millisecond: the letter is skipped.',
      ],
      answer: 0,
      explanation:
        'The value must be digits and nothing else. Otherwise the line is skipped, and the ' +
        'reconnection time stays as it was.',
    },
  }),
];
