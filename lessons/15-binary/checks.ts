// What each step of lesson 15 must show. Times are milliseconds of the lesson's own time.
//
//   npm run check -- 15
import { gzipSync } from 'node:zlib';
import { answer, check, type Scene } from '../../scripts/checking/language.ts';
import type { OpenPage } from '../../scripts/checking/page/open-page.ts';
import {
  pictureAt,
  pictureComes,
  readAsBase64,
  readAsJson,
} from '../../scripts/checking/picture.ts';

/** So much faster runs the clock of a server that is judged: a slice of the picture takes 1 ms. */
export const speed = 100;

/** From one piece to the next, milliseconds of a server's time. */
const PATIENCE = 3000;
/** Milliseconds of a page's time. */
const SOON = 1500;

const PATH = '/postcard.png';

/** A PNG of 5 by 3 pixels, all red. */
const SMALL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAAEElEQVR4nGM4oSGHjBgI8AGF5Q/TPcSCZAAAAABJRU5ErkJggg==',
  'base64',
);

/** What the page does when it is opened. */
const ASKS = {
  from: 'fetch',
  within: 3000,
  otherwise:
    'Leave the call of `askForBytes()` at the end of `client.js`, and its `fetch`, as they are.',
} as const;

/** The picture itself, to compare with. */
const pictureOf = (scene: Scene) =>
  pictureAt(scene.watch(PATH), {
    within: PATIENCE,
    otherwise: 'Leave `sendBytes` and `/postcard.png` as they are in the starter.',
  });

/** Answers the fetch of the page, whatever it is asked for. */
const answering = (headers: Record<string, string>) => ({
  [PATH]: answer(200, { type: 'image/png', headers, whole: false }),
});

export const checks = [
  check(1, 'The JSON is the picture, to the byte', async (scene) => {
    await pictureComes(scene.watch('/as-json'), readAsJson, await pictureOf(scene), {
      within: PATIENCE,
      otherwise:
        'A Buffer knows how to become JSON: `JSON.stringify(picture)` gives ' +
        '`{"type":"Buffer","data":[137,80,…]}`. A template, `${picture}`, makes text of its bytes.',
    });
  }),

  check(2, 'The base64 is the picture, to the byte', async (scene) => {
    await pictureComes(scene.watch('/as-base64'), readAsBase64, await pictureOf(scene), {
      within: PATIENCE,
      otherwise:
        "Let the Buffer write itself down, from bytes to letters: `picture.toString('base64')`. Send " +
        'that on one `data:` line.',
    });
  }),

  check(3, 'The bytes become the picture', async ({ page }) => {
    const board = await page.open(answering({ 'Content-Length': `${SMALL.length}` }));
    const postcard = await board.request(PATH, ASKS);
    // Cut inside its signature, and once more.
    postcard.send(SMALL.subarray(0, 3));
    await board.settles();
    postcard.send(SMALL.subarray(3, 40));
    await board.settles();
    postcard.send(SMALL.subarray(40));
    postcard.end();
    await isThere(board);
  }),

  check(4, 'The bar knows how much of the whole has come', async ({ page }) => {
    const board = await page.open(answering({ 'Content-Length': '400' }));
    const postcard = await board.request(PATH, ASKS);
    const otherwise =
      'Read piece by piece, and add up `value.byteLength`. At each piece say ' +
      '`showProgress(received, whole)`; the whole is in the header `Content-Length`.';
    postcard.send(Buffer.alloc(100));
    await board.shows(': 25 %', { in: '#so-far', within: SOON, otherwise });
    postcard.send(Buffer.alloc(200));
    await board.shows(': 75 %', { in: '#so-far', within: SOON, otherwise });
  }),

  check(4, 'Without a length it counts, and tells no share', async (scene) => {
    const board = await scene.page.open(answering({}));
    const postcard = await board.request(PATH, ASKS);
    postcard.send(Buffer.alloc(100));
    await counts(board, 100);
    await tellsNoShare(scene, board, {
      sentence: '100 bytes came, and the answer has no `Content-Length`',
      otherwise:
        "`headers.get('Content-Length')` is null where there is none, and `Number(null)` is 0. Say " +
        '`showProgress(received, undefined)` then: nobody knows the whole.',
    });
    postcard.send(SMALL);
    postcard.end();
  }),

  check(4, 'What comes compressed has a length that is not the whole', async (scene) => {
    const compressed = gzipSync(Buffer.alloc(5000));
    const headers = { 'Content-Encoding': 'gzip', 'Content-Length': `${compressed.length}` };
    const board = await scene.page.open(answering(headers));
    const postcard = await board.request(PATH, ASKS);
    postcard.send(compressed.subarray(0, -1)); // it is not over yet
    await counts(board, 5000);
    await tellsNoShare(scene, board, {
      sentence: `${compressed.length} bytes of gzip came, which are 5000 bytes when they are unfolded`,
      otherwise:
        'Where the answer has a `Content-Encoding`, its `Content-Length` counts the bytes on the wire, and ' +
        'you count what they become. Say `showProgress(received, undefined)` then.',
    });
  }),
];

/** The page must have made a picture of the bytes. */
async function isThere(board: OpenPage): Promise<void> {
  await board.shows(`${SMALL.length} bytes (× 1.00)`, {
    in: '#card-bytes',
    within: SOON,
    otherwise:
      'Take the body as bytes: `await response.blob()`. `text()` decodes UTF-8, and what is none is lost.',
  });
}

/** The page must say how many bytes it has read. */
async function counts(board: OpenPage, bytes: number): Promise<void> {
  await board.shows(`${bytes} bytes`, {
    in: '#so-far',
    within: SOON,
    otherwise: 'Count all the same: `showProgress(received, undefined)` at each piece.',
  });
}

async function tellsNoShare(
  { fail }: Scene,
  board: OpenPage,
  { sentence, otherwise }: { sentence: string; otherwise: string },
): Promise<void> {
  const shown = (await board.lines('#so-far'))?.join(' ') ?? '';
  if (!/%|NaN|Infinity|null|undefined/.test(shown)) return;
  fail({
    sentence: `${sentence}. The page says "${shown}", and was meant to tell no share of a whole that it does not know.`,
    otherwise,
  });
}
