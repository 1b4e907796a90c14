// Wrong answers that people give to lesson 14. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const IMPORTS = "import { once } from 'node:events';\n";
const LOOP = '  while (!response.destroyed) {\n';

/** Follows by a program of its own, whose output is cut into whole lines. */
const byTail = (start: string, leave: string) => `  const tail = ${start};
${leave}  let rest = Buffer.alloc(0);
  tail.stdout!.on('data', (piece: Buffer) => {
    rest = Buffer.concat([rest, piece]);
    const end = rest.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) sendLines(response, log, rest.subarray(0, end));
    rest = rest.subarray(end);
  });
  if (tail) return log.file.close();
${LOOP}`;

export const traps = [
  trap({
    name: 'exec',
    step: 1,
    title: 'tail is started with exec',
    symptom: 'some-lost',
    change: [
      { file: server, from: IMPORTS, to: `import { exec } from 'node:child_process';\n${IMPORTS}` },
      {
        file: server,
        from: LOOP,
        to: byTail(
          "exec(`exec tail -c +${log.place + 1} -f '${log.path}'`, { encoding: 'buffer' })",
          "  response.on('close', () => tail.kill());\n",
        ),
      },
    ],
    prediction: {
      question:
        'The log is followed with exec("tail -f …"). What happens after the first megabyte?',
      choices: [
        'Nothing: exec is spawn with a shell in front.',
        'Node ends tail, and not another line comes.',
        'The oldest lines are dropped, and the newest come.',
      ],
      answer: 1,
      explanation:
        'exec gathers all that the program prints, to hand it over at the end. When it has gathered 1 MB ' +
        'it ends the program. In a test with ten lines all is well.',
    },
  }),

  trap({
    name: 'tail-left-behind',
    step: 1,
    title: 'tail is left behind',
    symptom: 'goes-on',
    change: [
      {
        file: server,
        from: IMPORTS,
        to: `import { spawn } from 'node:child_process';\n${IMPORTS}`,
      },
      {
        file: server,
        from: LOOP,
        to: byTail("spawn('tail', ['-c', `+${log.place + 1}`, '-f', log.path])", ''),
      },
    ],
    prediction: {
      question: 'Each client has a tail -f of its own. A page is reloaded ten times. How many run?',
      choices: ['One.', 'None: each ends when nobody reads it.', 'Eleven.'],
      answer: 2,
      explanation:
        'A program that was started knows nothing of a client. It goes on for as long as the server does, ' +
        'and longer, if the server is killed. Whoever starts a process has to end it.',
    },
  }),

  trap({
    name: 'half-lines',
    step: 1,
    title: 'The half of a line is sent',
    symptom: 'broken-json',
    change: [
      {
        file: server,
        from: 'const end = piece.lastIndexOf(LINE_FEED) + 1;',
        to: 'const end = piece.length;',
      },
      {
        file: server,
        from: '    const end = lines.indexOf(LINE_FEED, start);\n',
        to: '    const found = lines.indexOf(LINE_FEED, start);\n    const end = found < 0 ? lines.length : found;\n',
      },
    ],
    prediction: {
      question:
        'Whatever has been read is sent. A build writes "Testing … ", and "ok" a second later. What comes?',
      choices: [
        'One event, when the line is whole: a file is written line by line.',
        'Two events: "Testing … " and "ok".',
        'One event, "Testing … ", and later the same one, longer.',
      ],
      answer: 1,
      explanation:
        'A read gives what is there. Where each line is JSON, JSON.parse throws now and then, on a busy day. ' +
        'What has no line feed yet is read again later.',
    },
  }),

  trap({
    name: 'cut-character',
    step: 1,
    title: 'Each piece is made text by itself',
    symptom: 'broken-characters',
    change: [
      { file: server, from: LOOP, to: `  let rest = '';\n${LOOP}` },
      {
        file: server,
        from: '    const piece = await readOn(log);\n',
        to: `    const read = await readOn(log);
    rest += read.toString();
    const piece = Buffer.from(rest);
`,
      },
      {
        file: server,
        from: '    if (end > 0) await sendLines(response, log, piece.subarray(0, end));\n',
        to: `    log.place += read.length - end;
    rest = piece.toString('utf8', end);
    if (end > 0) await sendLines(response, log, piece.subarray(0, end));
`,
      },
    ],
    prediction: {
      question:
        'rest += piece.toString(), and a piece ends after the second byte of 🚦. What is in the log?',
      choices: [
        'The lamp: the text is put together again.',
        'Two or three times the sign for what is no character.',
        'An error: two bytes of four are no text.',
      ],
      answer: 1,
      explanation:
        'toString() makes a character of what is no character, and the bytes are gone. Nothing puts them ' +
        'together again. Join bytes, look for the line feed, and make text of what is whole.',
    },
  }),

  trap({
    name: 'file-name-from-the-query',
    step: 1,
    title: 'The name of the file comes from the query',
    symptom: 'refused',
    change: [
      {
        file: server,
        from: IMPORTS,
        to: `${IMPORTS}import { tmpdir } from 'node:os';\nimport { join } from 'node:path';\n`,
      },
      {
        file: server,
        from: "LOGS.get(searchParams.get('name') ?? 'build')",
        to: "LOGS.get(searchParams.get('name') ?? 'build') ?? join(tmpdir(), searchParams.get('name')!)",
      },
    ],
    prediction: {
      question:
        'join(folder, name), and the name comes from the query. Who asks for ?name=../../etc/passwd?',
      choices: [
        'Nobody can: join stays within the folder.',
        'Whoever likes, and gets it line by line.',
        'Nobody can: a browser takes the dots out of an address.',
      ],
      answer: 1,
      explanation:
        'join() goes up for each `..`, and a query is never shortened. Look names up in a list of your ' +
        'own: what is not on it does not exist.',
    },
  }),

  trap({
    name: 'characters-counted',
    step: 3,
    title: 'The place is counted in characters',
    symptom: 'some-lost',
    change: [
      {
        file: server,
        from: '${log.place + start}',
        to: "${log.place + lines.toString('utf8', 0, start).length}",
      },
    ],
    prediction: {
      question:
        'The place is counted in characters, and the log has one ü in it. Who comes back after it?',
      choices: [
        'Hears the next line: ü is one character and one byte.',
        'Is read to from one byte too early, and hears an empty line first.',
        'Is told reset.',
      ],
      answer: 1,
      explanation:
        'ü is two bytes, 中 three, 🚦 four. A file knows bytes only. One byte too early is the line feed of ' +
        'the line before; after some more of them it is the end of a line that has been heard.',
    },
  }),

  trap({
    name: 'lines-as-html',
    step: 4,
    title: 'Lines are put in as HTML',
    symptom: 'injected',
    change: [{ file: page, from: 'element.textContent = text', to: 'element.innerHTML = text' }],
    prediction: {
      question:
        'A test prints <img src=x onerror=…>, and the page shows the log with innerHTML. What happens?',
      choices: [
        'The text stands there with its angle brackets.',
        'The picture is missing, and the script runs, as you.',
        'The browser refuses: a log is text/event-stream.',
      ],
      answer: 1,
      explanation:
        'The type belongs to the stream, and not to what the page makes of it. Whoever can make your build ' +
        'print something runs scripts in the page of everybody who looks.',
    },
  }),

  trap({
    name: 'follows-the-old-file',
    step: 5,
    title: 'The file that was put away is followed',
    symptom: 'dead-wire',
    change: [
      {
        file: server,
        from: '  if (!named || markOf(named) === log.mark) return false;\n',
        to: '  if (named) return false;\n',
      },
    ],
    prediction: {
      question:
        'At midnight the log is put away as build.log.1, and a new build.log begins. What does an open reader read?',
      choices: [
        'The new file: a file is its name.',
        'An error: the file has gone.',
        'The old one, and it waits there for ever.',
      ],
      answer: 2,
      explanation:
        'Who has a file open has the file, and not its name. It has been renamed under the reader, and ' +
        'nothing is written into it any more. From outside it looks like a quiet night.',
    },
  }),

  trap({
    name: 'place-without-its-file',
    step: 5,
    title: 'The ID does not say which file it is a place in',
    symptom: 'some-lost',
    change: [
      { file: server, from: 'id: ${log.mark}-${', to: 'id: ${' },
      {
        file: server,
        from: "  const [mark, number] = lastEventId.split('-');\n  const place = mark === log.mark ? Number(number) : -1;\n",
        to: '  const place = Number(lastEventId);\n',
      },
    ],
    prediction: {
      question:
        'A client has heard up to byte 900 of the old file. The new one has 5000 bytes. It comes back with 900. What now?',
      choices: [
        'It is told reset: 900 is a place in another file.',
        'It goes on at byte 900 of the new file, and believes that it has missed nothing.',
        'It hears the new file from its start.',
      ],
      answer: 1,
      explanation:
        '900 and 900 are the same text. The 900 bytes before it are lost, and the first line is the half of ' +
        'one. An ID has to say which file it is a place in.',
    },
  }),
];
