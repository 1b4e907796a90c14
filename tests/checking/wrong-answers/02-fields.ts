// What people write at two in the morning: each is a change of the finished files of lesson 02.
// Together with the lesson's own traps they hold the words of the checks to their task.
import type { WrongAnswer } from './wrong-answer.ts';

const page = 'client.js';

const STATION = "url.searchParams.get('station') ?? ''";
const TYPE = 'if (type) fields += `event: ${type}\\n`;';
const ID = 'fields += `id: ${number}\\n`;';
const LINES = "for (const line of text.split('\\n')) fields += `data: ${line}\\n`;";
const RETRY = "response.write('retry: 1000\\n\\n');";
const DELAY = "opened.addEventListener('delay', (event) => {";

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: the query.
  {
    name: 'path-with-query',
    step: 1,
    finding: 'status',
    change: [{ from: 'const path = url.pathname;', to: 'const path = request.url;' }],
  },
  {
    name: 'always-north',
    step: 1,
    change: [{ from: `const station = ${STATION}`, to: "const station = 'north'" }],
  },
  {
    name: 'query-cut-by-hand',
    step: 1,
    finding: 'status',
    change: [{ from: STATION, to: "request.url?.split('station=')[1] ?? ''" }],
  },
  {
    name: 'carriage-return-left',
    step: 1,
    change: [
      { from: STATION, to: `${STATION.replace(" ?? ''", '')}?.replaceAll('\\n', '') ?? ''` },
      { from: 'stations.get(station);', to: "stations.get(station) ?? stations.get('north');" },
    ],
  },
  {
    name: 'unknown-station-never-answered',
    step: 1,
    change: [
      {
        from: "else {\n    response.writeHead(404, { 'Content-Type': 'text/plain' });\n    response.end('There is no such station. There are north and south.\\n');\n  }",
        to: '',
      },
    ],
  },
  // Step 2: the name.
  {
    name: 'capital-event',
    step: 2,
    finding: 'unknown-field',
    change: [{ from: TYPE, to: TYPE.replace('event:', 'Event:') }],
  },
  {
    name: 'type-field',
    step: 2,
    finding: 'unknown-field',
    change: [{ from: TYPE, to: TYPE.replace('event:', 'type:') }],
  },
  {
    name: 'event-undefined',
    step: 2,
    change: [{ from: TYPE, to: TYPE.replace('if (type) ', '') }],
  },
  {
    name: 'type-in-the-data',
    step: 2,
    change: [
      { from: TYPE, to: '' },
      { from: 'JSON.stringify(data);', to: 'JSON.stringify({ type, ...data });' },
    ],
  },
  // Step 3: the listeners.
  {
    name: 'on-property',
    step: 3,
    change: [{ file: page, from: DELAY, to: '// @ts-ignore\n  opened.ondelay = ((event) => {' }],
  },
  {
    name: 'name-misspelt',
    step: 3,
    change: [{ file: page, from: "Listener('departure'", to: "Listener('departures'" }],
  },
  {
    name: 'data-not-parsed',
    step: 3,
    change: [
      {
        file: page,
        from: 'const { train, minutes } = JSON.parse(event.data);',
        to: 'const { train, minutes } = event.data;',
      },
    ],
  },
  {
    name: 'notice-parsed-as-json',
    step: 3,
    change: [
      {
        file: page,
        from: 'notice.textContent = event.data;',
        to: 'notice.textContent = JSON.parse(event.data).text;',
      },
    ],
  },
  {
    name: 'onmessage-taken-twice',
    step: 3,
    change: [
      {
        file: page,
        from: "opened.addEventListener('platform', (event) => {",
        to: 'opened.onmessage = ((event) => {',
      },
    ],
  },
  // Step 4: the number.
  {
    name: 'id-for-named-events-only',
    step: 4,
    change: [{ from: ID, to: `if (type) ${ID}` }],
  },
  {
    name: 'one-id-for-all',
    step: 4,
    change: [{ from: ID, to: "fields += 'id: north\\n';" }],
  },
  {
    name: 'id-without-colon',
    step: 4,
    finding: 'unknown-field',
    change: [{ from: ID, to: 'fields += `id ${number}\\n`;' }],
  },
  // Step 5: the lines.
  {
    name: 'line-break-escaped',
    step: 5,
    change: [{ from: LINES, to: "fields += `data: ${text.replaceAll('\\n', '\\\\n')}\\n`;" }],
  },
  {
    name: 'lines-joined',
    step: 5,
    change: [{ from: LINES, to: "fields += `data: ${text.replaceAll('\\n', ' ')}\\n`;" }],
  },
  {
    name: 'an-event-for-each-line',
    step: 4,
    change: [{ from: LINES, to: LINES.replace('${line}\\n', '${line}\\n\\n') }],
  },
  {
    name: 'object-as-text',
    step: 5,
    change: [{ from: 'JSON.stringify(data);', to: 'String(data);' }],
  },
  // Step 6: the wait.
  {
    name: 'retry-in-seconds',
    step: 6,
    change: [{ from: RETRY, to: RETRY.replace('1000', '1') }],
  },
  {
    name: 'retry-after-header',
    step: 6,
    change: [
      { from: RETRY, to: '' },
      {
        from: "'Cache-Control': 'no-store' }",
        to: "'Cache-Control': 'no-store', 'Retry-After': 1 }",
      },
    ],
  },
  {
    name: 'retry-of-an-hour',
    step: 6,
    change: [{ from: RETRY, to: RETRY.replace('1000', '3600000') }],
  },
];
