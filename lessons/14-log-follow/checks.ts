// What each step of lesson 14 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 14
import { fileURLToPath } from 'node:url';
import { idsCome } from '../../scripts/checking/fields.ts';
import {
  begins,
  follows,
  forgetsFollowers,
  print,
  resumesAtEach,
  saysThatItBeganAnew,
  servesNoOtherFile,
  staysTrueWhenPutAway,
  waitsForTheRest,
} from '../../scripts/checking/following.ts';
import { check, stream } from '../../scripts/checking/language.ts';

const PATH = '/log';

/** A program of its own may have to be started for each client. */
const within = 8000;

/** More than a megabyte, which is what `exec` gathers before it ends its program. */
const MANY = Array.from({ length: 1600 }, (_, nth) => `line ${nth} ${'.'.repeat(1000)}`);

/** What the page does when it is opened. */
const CONNECTS = {
  within: 3000,
  otherwise: 'Leave the call of `connectEventSource()` at the end of `client.js` as it is.',
};

/** So much faster runs the clock of a server that is judged. A program that it starts is not faster. */
export const speed = 25;

export const checks = [
  check(1, 'The lines that are there come, and each new one when it is whole', async (scene) => {
    await scene.inTurn(async () => {
      await begins(scene, PATH, ['one', 'two']);
      const client = scene.get(PATH);
      await follows(client, ['one', 'two'], {
        within,
        otherwise:
          'In `follow`, read on with `readOn(log)`, and send the whole lines of the piece with `sendLines`.',
      });
      await waitsForTheRest(scene, client, {
        path: PATH,
        parts: ['three ', 'and a half\r\nfour\n'],
        lines: ['one', 'two', 'three and a half', 'four'],
        within,
        otherwise:
          'Send no more than what ends with the last line feed of the piece: ' +
          '`piece.lastIndexOf(LINE_FEED) + 1`. What follows it is read again later.',
      });
    });
  }),

  check(1, 'A character that is cut between two reads stays whole', async (scene) => {
    await scene.inTurn(async () => {
      const train = Buffer.from('the lamp 🚦\nthe bell 中\n');
      await begins(scene, PATH, ['first']);
      const client = scene.get(PATH);
      await follows(client, ['first'], { within, otherwise: 'Send each line as an event.' });
      await waitsForTheRest(scene, client, {
        path: PATH,
        parts: [train.subarray(0, 11), train.subarray(11, 24), train.subarray(24)],
        lines: ['first', 'the lamp 🚦', 'the bell 中'],
        within,
        otherwise:
          'Make text of whole lines only, and never of a piece: `lines.toString("utf8", start, end)`.',
      });
    });
  }),

  check(1, 'More than a megabyte comes, every line of it', async (scene) => {
    await scene.inTurn(async () => {
      await begins(scene, PATH, MANY);
      const client = scene.send(PATH, { method: 'GET', limit: 8_000_000 });
      await follows(client, MANY, {
        within: 60_000,
        otherwise:
          'Read on until nothing more is there. (`exec` gathers what a program prints, and ends it after ' +
          '1 MB: `spawn` does not.)',
      });
      client.leave();
    });
  }),

  check(1, 'Who leaves is not read for any more', async (scene) => {
    await scene.inTurn(async (stage) => {
      await begins(scene, PATH, ['one']);
      await forgetsFollowers(scene, stage, {
        path: PATH,
        size: 6,
        within,
        otherwise:
          'Read on for as long as `response.destroyed` is false, and stop then: `while (!response.destroyed)`. ' +
          'A program that was started has to be ended: `response.on("close", () => tail.kill())`.',
      });
    });
  }),

  check(1, 'The logs can be read, and no other file', async (scene) => {
    await scene.inTurn(async () => {
      await begins(scene, PATH, ['one']);
      await servesNoOtherFile(scene, PATH, fileURLToPath(import.meta.url), {
        within,
        otherwise:
          'Look the name up in `LOGS`, and answer 404 where it is not there. Never make a path of it.',
      });
    });
  }),

  check(2, 'Each line has an ID of its own', async (scene) => {
    await scene.inTurn(async () => {
      await begins(scene, PATH, ['one', 'two', 'three']);
      const client = scene.get(PATH);
      await idsCome(client, 3, {
        within,
        otherwise:
          'In `sendLines`, write a line `id: …` with the place where the next line begins, above the data.',
      });
      client.everyLineIsUnderstood();
    });
  }),

  check(3, 'Who comes back with an ID hears the next line, and none before it', async (scene) => {
    await scene.inTurn(async () => {
      const lines = ['Grüße', 'the lamp 🚦 is lit', '', 'the bell 中', 'fifth', 'sixth'];
      await begins(scene, PATH, lines);
      await resumesAtEach(scene, PATH, lines, {
        within,
        otherwise:
          'In `follow`, go to the place that `last-event-id` names before you read. The place is counted in ' +
          'bytes: `🚦` is four of them, and two in the length of a text.',
      });
    });
  }),

  check(3, 'Who comes back to a log that has begun anew is told so', async (scene) => {
    await scene.inTurn(async () => {
      const long = ['a line that is much longer', 'than the log will be'];
      await begins(scene, PATH, long);
      const client = scene.get(PATH);
      await follows(client, long, { within, otherwise: 'Send each line as an event.' });
      const last = client.reader.lastEventId;
      client.leave();
      await begins(scene, PATH, ['short']);
      await saysThatItBeganAnew(
        scene,
        PATH,
        { last, lines: ['short'] },
        {
          within,
          otherwise:
            'Compare the place with the size of the file: `(await log.file.stat()).size`. Where it is beyond, ' +
            'write an event of the type `reset`, and begin at 0.',
        },
      );
    });
  }),

  check(4, 'The page shows text as text, and codes as colours', async ({ page, fail }) => {
    const board = await page.open({ [PATH]: stream('retry: 20') });
    const log = await board.request(PATH, CONNECTS);
    log.send(
      'id: 9\ndata: yard: \x1b[31mfailed\x1b[0m in <b>lever 7</b>, \x1b[1;32mothers\x1b[m well\x1b[2K\n\n',
    );
    const otherwise =
      'In `coloured`, split the line at its codes, `text.split(/\\x1b\\[([\\d;]*)m/)`, and make a `<span>` of ' +
      'each text between them, with `textContent`.';
    await board.shows('yard: failed in <b>lever 7</b>, others well', {
      in: '#screen',
      within: 3000,
      otherwise,
    });
    const expected = { red: 'failed', green: 'others', bold: 'others' };
    for (const [name, text] of Object.entries(expected)) {
      const shown = ((await board.lines(`#screen .${name}`)) ?? []).join(' ').trim();
      if (shown === text) continue;
      fail({
        sentence: `Of \`ESC[31mfailed ESC[0m … ESC[1;32mothers ESC[m\` the class \`${name}\` was meant for \`${text}\`. ${shown ? `It is on: ${shown}` : 'Nothing has it.'}`,
        otherwise:
          'Give each `<span>` the names of its colour and its weight: 31 is `red`, 32 `green`, 1 `bold`, and 0 ' +
          'or no number at all ends them.',
      });
    }
  }),

  check(
    5,
    'A log that is emptied is followed from its start, and the client is told',
    async (scene) => {
      await scene.inTurn(async () => {
        await begins(scene, PATH, ['a line that is much longer', 'than the log will be']);
        const client = scene.get(PATH);
        await client.eventComes(2, { within, otherwise: 'Send each line as an event.' });
        await begins(scene, PATH, ['short']);
        await follows(client, ['short'], {
          from: 2,
          within,
          reset: true,
          otherwise:
            'At the end of what can be read, compare the size of the file with the place. Where it is smaller, ' +
            'write `reset`, and go to 0.',
        });
      });
    },
  ),

  check(5, 'A log that is put away is followed in the new file', async (scene) => {
    await scene.inTurn(async () => {
      await begins(scene, PATH, ['aaaa', 'bbbb']);
      const client = scene.get(PATH);
      await follows(client, ['aaaa', 'bbbb'], { within, otherwise: 'Send each line as an event.' });
      await print(scene, PATH, 'cccc\n');
      await print(scene, `${PATH}?do=rotate`);
      await print(scene, PATH, 'dddd\neeee\nffff\n');
      await staysTrueWhenPutAway(scene, client, {
        path: PATH,
        lines: ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee', 'ffff'],
        within,
        otherwise:
          'At the end of what can be read, compare the file that you read with the one that has its name now: ' +
          '`markOf(await stat(log.path))`. Where it is another, read the old one to its end, and then open the ' +
          'new one. Put the mark into the ID: the places begin at 0 again.',
      });
    });
  }),
];
