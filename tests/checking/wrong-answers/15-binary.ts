// What people write at two in the morning: each is a change of the finished files of lesson 15.
import type { WrongAnswer } from './wrong-answer.ts';

const JSON_TEXT = '${JSON.stringify(picture)}';
const BASE64 = "${picture.toString('base64')}";
const page = 'client.js';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: JSON.
  { name: 'starter', step: 1, change: [{ from: JSON_TEXT, to: '${picture}' }] },
  {
    name: 'latin1',
    step: 1,
    change: [{ from: JSON_TEXT, to: "${picture.toString('latin1')}" }],
  },
  {
    name: 'object-with-a-member-a-byte',
    step: 1,
    change: [{ from: 'JSON.stringify(picture)', to: 'JSON.stringify(new Uint8Array(picture))' }],
  },
  {
    name: 'bare-list',
    step: 1,
    change: [{ from: 'JSON.stringify(picture)', to: 'JSON.stringify([...picture])' }],
  },
  {
    name: 'signed-numbers',
    step: 1,
    change: [
      {
        from: 'JSON.stringify(picture)',
        to: 'JSON.stringify({ data: [...new Int8Array(picture)] })',
      },
    ],
  },
  {
    name: 'pretty-json',
    step: 1,
    finding: 'line-break-in-data',
    change: [{ from: 'JSON.stringify(picture)', to: 'JSON.stringify(picture, null, 1)' }],
  },
  {
    name: 'never-ended',
    step: 1,
    finding: 'unfinished-event',
    change: [{ from: `${JSON_TEXT}\\n\\n`, to: `${JSON_TEXT}\\n` }],
  },
  {
    name: 'named-event',
    step: 1,
    change: [{ from: `data: ${JSON_TEXT}`, to: `event: postcard\\ndata: ${JSON_TEXT}` }],
  },
  {
    name: 'one-byte-short',
    step: 1,
    change: [{ from: 'JSON.stringify(picture)', to: 'JSON.stringify(picture.subarray(1))' }],
  },
  // Step 2: base64.
  { name: 'hexadecimal', step: 2, change: [{ from: BASE64, to: "${picture.toString('hex')}" }] },
  {
    name: 'base64url',
    step: 2,
    change: [{ from: BASE64, to: "${picture.toString('base64url')}" }],
  },
  {
    name: 'address-in-front',
    step: 2,
    change: [{ from: BASE64, to: `data:image/png;base64,${BASE64}` }],
  },
  {
    name: 'text-first',
    step: 2,
    change: [{ from: BASE64, to: "${Buffer.from(`${picture}`).toString('base64')}" }],
  },
  {
    name: 'in-quotation-marks',
    step: 2,
    change: [{ from: BASE64, to: "${JSON.stringify(picture.toString('base64'))}" }],
  },
  {
    name: 'twice',
    step: 2,
    change: [{ from: BASE64, to: "${Buffer.from(picture.toString('base64')).toString('base64')}" }],
  },
  {
    name: 'btoa-of-a-buffer',
    step: 2,
    change: [{ from: BASE64, to: '${btoa(`${picture}`)}' }],
  },
  {
    name: 'slice-by-slice',
    step: 2,
    change: [
      {
        from: BASE64,
        to: "${[...Array(10)].map((_, nth) => picture.subarray(nth * 1000, nth * 1000 + 1000).toString('base64')).join('')}",
      },
    ],
  },
  // Step 3: on the page.
  {
    name: 'buffer-on-the-page',
    step: 3,
    change: [
      {
        file: page,
        from: 'const picture = await readCounting(response, wholeOf(response));',
        to: 'const picture = Buffer.from(await response.arrayBuffer());',
      },
    ],
  },
];
