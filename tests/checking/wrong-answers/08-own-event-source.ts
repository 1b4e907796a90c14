// What people write at two in the morning: each is a change of the finished file of lesson 08.
import type { WrongAnswer } from './wrong-answer.ts';

const file = 'fetch-event-source.js';

const DONE = '      if (done) return;\n';
const OPEN = "    this.dispatchEvent(new Event('open'));\n";
const MADE = "typeof headers === 'function' ? await headers() : headers";
const BACK_OFF = 'if (wait !== undefined && backOff && count > 1)';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: headers.
  {
    name: 'method-forgotten',
    step: 1,
    change: [
      { file, from: 'fetch(this.#url, { method, headers,', to: 'fetch(this.#url, { headers,' },
    ],
  },
  {
    name: 'promise-as-headers',
    step: 1,
    change: [{ file, from: MADE, to: MADE.replace('await ', '') }],
  },
  {
    name: 'syntax-error',
    step: 1,
    change: [{ file, from: 'for (;;) {', to: 'for (;;)) {' }],
  },
  {
    name: 'no-class',
    step: 1,
    change: [{ file, from: 'export class FetchEventSource', to: 'class FetchEventSource' }],
  },
  // Step 2: events.
  {
    name: 'open-not-said',
    step: 2,
    change: [{ file, from: OPEN, to: '' }],
  },
  {
    name: 'type-forgotten',
    step: 2,
    change: [{ file, from: 'new MessageEvent(type,', to: "new MessageEvent('message'," }],
  },
  // Step 3: reconnect.
  {
    name: 'no-end-of-reading',
    step: 3,
    change: [{ file, from: DONE, to: '      if (done) continue;\n' }],
  },
  {
    name: 'at-once',
    step: 3,
    change: [{ file, from: 'Math.min(wait, LONGEST_TIMER)', to: '' }],
  },
  {
    name: 'error-before-the-state',
    step: 3,
    change: [
      {
        file,
        from: "    this.#readyState = CONNECTING;\n    this.dispatchEvent(new Event('error'));\n",
        to: "    this.dispatchEvent(new Event('error'));\n    this.#readyState = CONNECTING;\n",
      },
    ],
  },
  {
    name: 'misspelt-method',
    step: 3,
    change: [
      {
        file,
        from: '    this.#readyState = CONNECTING;\n    this.dispatchEvent(',
        to: '    this.#readyState = CONNECTING;\n    this.dispatchEvnt(',
      },
    ],
  },
  {
    name: 'id-as-it-is',
    step: 3,
    change: [{ file, from: 'asHeader(this.#lastEventId)', to: 'this.#lastEventId' }],
  },
  {
    name: 'timer-not-kept',
    step: 3,
    change: [{ file, from: '    this.#again = setTimeout(', to: '    setTimeout(' }],
  },
  {
    name: 'listener-not-asked',
    step: 3,
    change: [
      {
        file,
        from: '    if (this.#readyState !== CONNECTING) return; // closed by a listener\n',
        to: '',
      },
    ],
  },
  // Step 4: give up when told.
  {
    name: 'type-to-the-letter',
    step: 4,
    change: [{ file, from: "essence.trim().toLowerCase() === 'text", to: "type === 'text" }],
  },
  {
    name: 'gives-up-at-a-break',
    step: 4,
    change: [
      {
        file,
        from: 'response !== undefined && !isEventStream(response)',
        to: 'response === undefined || !isEventStream(response)',
      },
    ],
  },
  // Step 5: back-off, Retry-After.
  {
    name: 'counts-for-ever',
    step: 5,
    change: [{ file, from: '    this.#failures = 0;\n', to: '' }],
  },
  {
    name: 'from-the-first-failure',
    step: 5,
    change: [
      { file, from: BACK_OFF, to: BACK_OFF.replace(' && count > 1', '') },
      { file, from: '2 ** (count - 1)', to: '2 ** count' },
    ],
  },
  {
    name: 'seconds-for-milliseconds',
    step: 5,
    change: [{ file, from: 'Number(value) * 1000', to: 'Number(value)' }],
  },
  // Step 6: the watchdog.
  {
    name: 'watches-from-the-head-on',
    step: 6,
    change: [
      { file, from: '      this.#keepWatch(); // over the wait for the head as well\n', to: '' },
    ],
  },
  {
    name: 'watchdog-closes',
    step: 6,
    change: [
      {
        file,
        from: 'setTimeout(() => attempt.abort(silence), watchdog)',
        to: 'setTimeout(() => this.close(), watchdog)',
      },
    ],
  },
];
