// What ends the check of a page for good, whatever the check was about: each in one sentence.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { visible } from '../../wire/bytes.ts';
import type { Explanation } from '../failure.ts';
import type { PageError } from './reports.ts';
import { FLOOD, type Seen } from './scripted-server.ts';
import { indented, quoted } from './sentences.ts';

/** An error that the page did not catch, with the line of the learner's file. */
export function explainError(error: PageError, directory: string): Explanation {
  const { file, line, column } = error;
  const name = fileOf(file);
  const place = name === '' ? '' : line > 0 ? `, in ${name}, line ${line}` : `, in ${name}`;
  const excerpt = excerptOf(directory, name, line, column);
  return {
    sentence: `The page stopped with an error: ${plain(error.message)}${place}.`,
    ...(excerpt !== undefined && { excerpt }),
    advice:
      /SyntaxError/.test(error.message) && !/JSON/.test(error.message)
        ? 'Mend it where the error points, or shortly before. Until then no line of that file runs.'
        : 'Mend that line. What the script had still to do after it was not done.',
    certain: true,
  };
}

export function explainNoIndex(): Explanation {
  return {
    sentence: 'The exercise has no `index.html`, so there is no page to look at.',
    advice: 'Bring it back: a reset of the exercise makes it anew, and keeps what you have now.',
    certain: true,
  };
}

export function explainMissing(
  address: string,
  requests: readonly Seen[],
  directory: string,
): Explanation {
  const path = new URL(address).pathname;
  // A script that is there did not load because of something that it imports.
  const culprit = requests.find((one) => one.status === 404 && one.path !== '/favicon.ico');
  if (!culprit && existsSync(join(directory, path))) {
    return {
      sentence: `The page's script \`${path}\` is there and does not load: it imports, or what it imports does, something that a browser does not know.`,
      advice:
        'A browser knows no `node:…` and no package by its name. Import files, by names that begin ' +
        'with `./` or `/`.',
      certain: true,
    };
  }
  const missing = culprit ? culprit.path : path;
  return {
    sentence: `The page asks for \`${missing}\`, and nothing is there.`,
    advice: 'Compare the name with the files of the exercise, letter by letter.',
    certain: true,
  };
}

export function explainFrozen(): Explanation {
  return {
    sentence:
      'The page has answered nothing for two seconds, while the browser around it has: its script ' +
      'is in a loop that never ends.',
    advice:
      'A page does one thing at a time. Wait for a stream with `addEventListener` or with `await`, ' +
      'and never in a `while` that does not await.',
    certain: true,
  };
}

export function explainLost(): Explanation {
  return {
    sentence: 'The page went to another address while it was checked, and does not come back.',
    advice: 'Leave `location` alone: the page was meant to stay where it is.',
  };
}

export function explainFlood(what: 'elements' | 'characters'): Explanation {
  const much = what === 'elements' ? '20 000 elements' : 'a million characters';
  return {
    sentence: `The page has grown past ${much}, and was stopped before it took the browser with it.`,
    advice: 'Look for a loop or a timer that adds to the page again and again for one event.',
    certain: true,
  };
}

export function explainRequests(requests: readonly Seen[]): Explanation {
  const counts = new Map<string, number>();
  for (const { path } of requests) counts.set(path, (counts.get(path) ?? 0) + 1);
  const [[path] = ['/']] = [...counts].sort(([, one], [, other]) => other - one);
  return {
    sentence: `The page asked the server more than ${FLOOD} times in one second, mostly for ${path}.`,
    advice:
      'Look for a `new EventSource(…)` or a `fetch(…)` that is made again at every error: the ' +
      'browser brings an EventSource back by itself.',
    certain: true,
  };
}

export function explainHtml(markup: string): Explanation {
  return {
    sentence: `What was sent as text became a part of the page: \`${visible(markup)}\` is an element there now.`,
    advice:
      'Put data into the page as text: `element.textContent = …`, or `append(…)` with a string. ' +
      'Whoever may write into `innerHTML` may run scripts in the page.',
    certain: true,
  };
}

/** For an outcome that nobody can know: the tab was not in front. */
export const HIDDEN =
  'The tab that played the page was hidden, and browsers slow hidden pages down: bring the tab ' +
  'of the hub to the front, and check again.';

export const GONE =
  'The browser that played the page does not answer any more: check again when it does.';

export const SILENT =
  'The page was opened for the check and has not reported within 30 s: reload the tab of the hub, ' +
  'and check again.';

/** For a wait in vain that proves nothing. */
export const SLOW =
  'The browser is too slow just now for the page to be judged: check again when the machine has ' +
  'less to do.';

/** The address of a script, as the file that the learner knows. */
function fileOf(address: string): string {
  if (!URL.canParse(address)) return '';
  const { pathname } = new URL(address);
  return pathname === '/' ? 'index.html' : pathname.slice(1);
}

/** The line of a file with a caret under the column. */
function excerptOf(
  directory: string,
  file: string,
  line: number,
  column: number,
): string | undefined {
  // Only what lies in the exercise itself; the kit's own files are not the learner's to mend.
  if (!/^[\w-]+\.(js|html)$/.test(file) || line < 1) return undefined;
  let text: string | undefined;
  try {
    text = readFileSync(join(directory, file), 'utf8').split(/\r?\n/)[line - 1];
  } catch {
    return undefined;
  }
  if (text === undefined || text.trim() === '' || text.length > 160) return undefined;
  // In index.html the agent's script may stand before the column: a caret would point elsewhere.
  if (column < 1 || column > text.length + 1 || file === 'index.html') return indented([text]);
  const before = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return indented([text, `${before}^`]);
}

function plain(message: string): string {
  const line = visible(message.replace(/\s+/g, ' ').trim()).replace(/\.$/, '');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** A dialog that the page opened, for a failure that it may explain. */
export function saidInDialog(dialog: { name: string; text: string } | undefined): string {
  return dialog ? ` It opened a dialog instead: ${dialog.name}(${quoted(dialog.text)}).` : '';
}
