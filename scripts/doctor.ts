// Examines anybody's event stream, in any language, behind any proxy, and says what is wrong with it.
//
//   npm run doctor -- http://localhost:3000/events
//   npx down-the-wire doctor http://localhost:3000/events      without a clone
import { styleOf, wrapped } from './checking/board.ts';
import { runCommand } from './command.ts';
import { KitError } from './kit-error.ts';
import { type Examination, examine } from './wire/examine/examine.ts';
import { readInquiry } from './wire/examine/inquiry.ts';
import { Report } from './wire/examine/report.ts';

/** True in the program that `npm pack` makes; see scripts/pack.ts. */
declare const PACKED: boolean | undefined;

const LONGEST_LOOK = 3600; // seconds
/** Of the two seconds over four looks, what is left for starting and for writing (milliseconds). */
const RESERVE = 600;

// `doctor … | head` closes the pipe. That is how to end early, and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

await runCommand({
  name: 'doctor',
  ...(typeof PACKED !== 'undefined' && { call: 'npx down-the-wire doctor' }),
  about:
    "Examines anybody's event stream: looks at every byte, comes back with Last-Event-ID, opens it twice\n" +
    'at once, and says what is wrong, where, and what mends it.',
  takes: [{ name: 'URL', about: 'the address of the stream' }],
  options: {
    method: { type: 'string', value: 'M', about: 'the method; GET if not given' },
    header: {
      type: 'string',
      value: "'A: b'",
      about: 'sends a header; may be given again',
      multiple: true,
    },
    body: { type: 'string', value: 'TEXT', about: 'sends a body' },
    origin: {
      type: 'string',
      value: 'O',
      about: 'judges for a page of this origin (CORS), with the preflight that a browser sends',
    },
    credentials: { type: 'boolean', about: 'that page asks with cookies' },
    for: { type: 'string', value: 'S', about: 'looks for S seconds at most at a time; 5' },
    again: { type: 'boolean', about: 'a POST and its like may be sent more than once' },
    insecure: { type: 'boolean', about: 'takes any certificate' },
    strict: { type: 'boolean', about: 'fails at warnings as well' },
    json: { type: 'boolean', about: 'prints one JSON object and nothing else' },
  },
  examples: [
    'http://localhost:3000/events',
    'http://localhost:3000/events --origin http://localhost:5173 --strict',
    'http://localhost:3000/chat --method POST --header "Content-Type: text/plain" --body "Hello"',
  ],
  async run({ values, takes }) {
    const url = takes[0]!;
    const inquiry = readInquiry({ ...values, url, headers: values.header });
    const look = readSeconds(values.for) * 1000;
    const style = styleOf(process.stdout);
    const report = new Report({ ...style, wrap: (text) => wrapped(text, style) });
    const say = (text: string) => {
      if (!values.json) process.stdout.write(text);
    };
    const examination = await examine(inquiry, {
      look,
      // Measured from the start of this process, which is where the wait begins for whoever typed.
      whole: Math.max(look, 4 * look + 2000 - RESERVE - performance.now()),
      again: values.again,
      insecure: values.insecure,
      on: (sight) => say(report.sight(sight)),
    });
    const { findings, remarks, status } = examination;
    if (values.json) {
      process.stdout.write(`${JSON.stringify(asJson(url, examination))}\n`);
      for (const remark of remarks) process.stderr.write(`${remark}\n`);
    }
    const unreachable = findings.find(({ id }) => id === 'unreachable');
    if (status === undefined && unreachable) {
      throw new KitError(`${unreachable.message} ${unreachable.advice}`);
    }
    say(report.findings(examination));
    const failing = values.strict ? ['error', 'warning'] : ['error'];
    return findings.some(({ level }) => failing.includes(level)) ? 1 : 0;
  },
});

function readSeconds(text: string | undefined): number {
  if (text === undefined) return 5;
  const value = Number(text);
  if (/^[0-9]*\.?[0-9]+$/.test(text) && value > 0 && value <= LONGEST_LOOK) return value;
  throw new KitError(
    `--for takes seconds, more than 0 and up to ${LONGEST_LOOK}, and "${text}" came.`,
  );
}

/** The examination in the shape that scripts rely on. Times in whole milliseconds. */
function asJson(url: string, { status, events, findings }: Examination) {
  return {
    url,
    status: status ?? null,
    events,
    findings: findings.map(({ id, level, message, span, at }) => ({
      id,
      level,
      message,
      ...(span && { offset: span.start }),
      ...(at !== undefined && { at: Math.round(at) }),
    })),
  };
}
