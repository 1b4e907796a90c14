// Why a page does not do what a step asks for: what it was sent, what it shows, what it listens for.
import { visible } from '../../wire/bytes.ts';
import { aboutSeconds, type Explanation } from '../failure.ts';
import type { PressResult, Source } from './reports.ts';
import type { Reader, Seen } from './scripted-server.ts';
import { indented, listed, quoted } from './sentences.ts';
import { saidInDialog } from './troubles.ts';
import type { Wire } from './wire.ts';

/** What is known of the page at the moment of the failure. */
export interface Known {
  requests: readonly Seen[];
  wires: readonly Wire[];
  sources: readonly Source[];
  places: Readonly<Record<string, string[] | null>>;
  dialog: { name: string; text: string } | undefined;
}

/** Lines of the wire, and of the page, that an excerpt shows. */
const LINES = 6;

/** A place in words. */
function placeName(place: string): string {
  const [, tab, there] = /^tab (\d+) (.+)$/.exec(place) ?? [];
  if (there !== undefined)
    return `${placeName(there)} of the ${tab === '1' ? 'second' : 'third'} tab`;
  if (place === 'page') return 'the page';
  if (place === 'EventSource' || place === 'fetch') return `the log of ${place}`;
  return `the element ${place}`;
}

export function explainNotShown(
  text: string,
  place: string,
  within: number,
  known: Known,
): Explanation {
  if (known.places[place] === null) {
    return {
      sentence: `${capital(placeName(place))}, which was meant to show ${quoted(text)}, is not in the page.`,
      certain: true,
    };
  }
  const sentence = `${capital(placeName(place))} does not show ${quoted(text)} within ${aboutSeconds(within)}.`;
  return {
    sentence: `${sentence}${deafTo(known)}${saidInDialog(known.dialog)}`,
    excerpt: excerptOf(place, known),
    certain: true,
  };
}

export function explainShown(text: string, place: string, known: Known): Explanation {
  return {
    sentence: `${capital(placeName(place))} shows ${quoted(text)}, and was meant not to.`,
    excerpt: excerptOf(place, known),
    certain: true,
  };
}

export function explainNoRequest(
  path: string,
  from: Reader,
  nth: number,
  within: number,
  known: Known,
): Explanation {
  const again = nth > 1 ? ' again' : '';
  const by =
    from === 'fetch'
      ? ' with fetch'
      : from === 'EventSource' || from === 'WebSocket'
        ? ` with ${from === 'WebSocket' ? 'a' : 'an'} ${from}`
        : '';
  return {
    sentence: `The page has not asked for ${path}${again}${by} within ${aboutSeconds(within)}.${nth > 1 ? stateOf(path, known) : elsewhere(path, from, known)}`,
    ...(known.requests.length > 0 && { excerpt: requestTable(known.requests) }),
    certain: true,
  };
}

/** `requests`: up to the one that was not meant to come. */
export function explainRequest(path: string, requests: readonly Seen[]): Explanation {
  return {
    sentence: `The page asked for ${path} once more, and was meant not to.`,
    excerpt: requestTable(requests),
    certain: true,
  };
}

export function explainNotPressed(what: string, name: string, result: PressResult): Explanation {
  if (result.found === false && 'names' in result) {
    const names = result.names.filter((one) => one !== '').slice(0, 12);
    const there =
      names.length === 0 ? 'It has none.' : `There is ${listed(names.map((one) => quoted(one)))}.`;
    return { sentence: `The page has no ${what} ${quoted(name)}. ${there}`, certain: true };
  }
  return {
    sentence: `The ${what} ${quoted(name)} is there, and it is disabled.`,
    certain: true,
  };
}

/** The page's EventSource does not listen for what was sent last. */
function deafTo({ wires, sources }: Known): string {
  const wire = lastSpoken(wires);
  const type = wire?.lastEventType;
  if (!wire || type === undefined || wire.seen.reader !== 'EventSource') return '';
  const own = sources.filter((one) => pathOf(one.url) === wire.seen.path);
  const listensFor = new Set(own.flatMap((one) => one.listensFor));
  if (own.length === 0 || listensFor.has(type)) return '';
  const others = [...listensFor].filter((one) => one !== 'open' && one !== 'error');
  const but =
    others.length === 0
      ? ''
      : `: its EventSource listens for ${listed(others.map((one) => quoted(one)))}`;
  return ` It was sent as an event of type ${quoted(type)}, and nothing in the page listens for that${but}.`;
}

/** Where the page asked instead. */
function elsewhere(path: string, from: Reader, { requests, sources }: Known): string {
  const same = requests.find((one) => one.path === path && one.reader !== from);
  if (same)
    return ` Only ${same.reader === 'page' ? 'the browser' : same.reader} has asked for it.`;
  const other = sources.at(-1);
  if (from === 'EventSource' && other) return ` Its EventSource asks for ${pathOf(other.url)}.`;
  return '';
}

/** How the page's own EventSource stands. */
function stateOf(path: string, { sources }: Known): string {
  const source = sources.findLast((one) => pathOf(one.url) === path);
  if (!source) return '';
  const word = ['connecting', 'open', 'closed'][source.readyState] ?? 'gone';
  return ` Its EventSource is ${word} (readyState ${source.readyState}).`;
}

/** What was sent last, and what the place shows. */
function excerptOf(place: string, known: Known): string {
  const wire = lastSpoken(known.wires);
  const lines: string[] = [];
  if (wire) {
    lines.push(...sentLines(wire.seen.path, wire.sent));
  }
  // Of a whole page the log says most.
  const reader = wire?.seen.reader ?? '';
  const seenIn = place === 'page' && known.places[reader] ? reader : place;
  const shown = known.places[seenIn];
  if (shown) {
    const name = placeName(seenIn);
    lines.push(shown.length === 0 ? `${name} shows nothing` : `${name} shows:`);
    lines.push(...shown.slice(-LINES).map((line) => `  ${shortened(line)}`));
  }
  return indented(lines);
}

/** The last lines that a path has sent, in an excerpt of their own. */
export function explainSent(path: string, sent: string): string {
  return indented(sentLines(path, sent));
}

function sentLines(path: string, sent: string): string[] {
  return [`sent from ${path}:`, ...lastLines(sent).map((line) => `  ${line}`)];
}

function requestTable(requests: readonly Seen[]): string {
  const shown = requests.filter(({ path }) => !path.startsWith('/public/')).slice(-LINES);
  return indented(
    shown.map(({ method, target, reader, status, lastEventId }) => {
      const who = reader === 'page' ? 'browser' : reader;
      const id = lastEventId === '' ? '' : `, Last-Event-ID: ${visible(lastEventId)}`;
      const missing = status === 404 ? ', 404: nothing is there' : '';
      return `${who.padEnd(12)}${method} ${shortened(visible(target))}${id}${missing}`;
    }),
  );
}

function lastSpoken(wires: readonly Wire[]): Wire | undefined {
  return wires
    .filter(({ sent }) => sent !== '')
    .toSorted((one, other) => one.spokenAt - other.spokenAt)
    .at(-1);
}

/** The last lines of the wire, each with its line break to be seen. */
function lastLines(text: string): string[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.slice(-LINES).map((line) => shortened(visible(line)));
}

function shortened(line: string): string {
  return line.length > 72 ? `${line.slice(0, 71)}…` : line;
}

function pathOf(address: string): string {
  return URL.canParse(address) ? new URL(address).pathname : address;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
