// The doctor's report for people: the head, one line for each event as it comes, then what is wrong,
// worst first. Bytes of the wire are shown so that a terminal cannot be made to obey them.
import { styleText } from 'node:util';
import { excerpt, visible } from '../bytes.ts';
import type { StreamEvent } from '../event-stream.ts';
import { count, type Finding, type Level, quote, seconds } from '../finding.ts';
import type { Examination, Sight } from './examine.ts';
import type { StreamLook } from './stream-look.ts';

export interface ReportStyle {
  colour: boolean;
  columns: number;
  /** Breaks text into lines that fit. */
  wrap: (text: string) => string;
}

type Paint = 'bold' | 'dim' | 'red' | 'yellow' | 'cyan';

const MARGIN = '    ';
/** Columns before an event's data, and the fewest that data is given. */
const BEFORE_DATA = 30;
const FEWEST = 24;
/** More events than this are counted and not shown: a flood must not fill the screen. */
const MOST_SHOWN = 100;
const MOST_HEADERS = 40;

const SIGNS: Record<Level, { sign: string; paint: Paint }> = {
  error: { sign: '✗', paint: 'red' },
  warning: { sign: '!', paint: 'yellow' },
  note: { sign: '·', paint: 'cyan' },
};

/** Writes the report, live. */
export class Report {
  readonly #style: ReportStyle;
  #shown = 0;

  constructor(style: ReportStyle) {
    this.#style = style;
  }

  /** What is to be written when this happens; it ends with a line break, or is empty. */
  sight(sight: Sight): string {
    switch (sight.kind) {
      case 'preflight': {
        const { asked, head } = sight;
        const names = asked.headers.length > 0 ? `, ${asked.headers.join(', ')}` : '';
        const answer = head ? `${head.status} ${head.reason}`.trim() : 'no answer';
        return `OPTIONS (the preflight, for ${asked.method}${wire(names)}): ${wire(answer)}\n`;
      }
      case 'request': {
        const { inquiry } = sight.look;
        return `${this.#paint('bold', wire(`${inquiry.method} ${inquiry.url.href}`))}\n`;
      }
      case 'redirect':
        return `${MARGIN}${sight.head.status}: on to ${wire(sight.to.href)}\n`;
      case 'head':
        return this.#head(sight.look);
      case 'event':
        return this.#event(sight.event, sight.number);
      case 'over':
        return this.#over(sight.look, sight.sentence);
      case 'further':
        return ''; // what it has shown is said when it has
      case 'said':
        return `${this.#style.wrap(sight.sentence)}\n`;
    }
  }

  /** What there is to say at the end. */
  findings({ findings, remarks, body }: Examination): string {
    const told = remarks.map((remark) => `${this.#style.wrap(remark)}\n`).join('');
    const blocks = findings.map((one) => this.#finding(one, body));
    return `${told}\n${blocks.join('')}${this.#paint('bold', sumOf(findings))}\n`;
  }

  #head({ head, exchange }: StreamLook): string {
    if (!head) return '';
    const first = `${head.version} ${head.status} ${head.reason}`.trim();
    const lines = head.headers
      .slice(0, MOST_HEADERS)
      .map(({ name, value }) => this.#cut(`${' '.repeat(12)}${wire(`${name}: ${value}`)}`));
    const more = head.headers.length - lines.length;
    if (more > 0) lines.push(`${' '.repeat(12)}… and ${more} more`);
    const time = this.#time(exchange.headAt ?? 0);
    return `${time}${wire(first)}\n${lines.map((line) => `${this.#paint('dim', line)}\n`).join('')}\n`;
  }

  #event(event: StreamEvent, number: number): string {
    this.#shown++;
    if (this.#shown > MOST_SHOWN) return '';
    const id = event.lastEventId === '' ? '' : `  id ${quote(event.lastEventId, 16).slice(1, -1)}`;
    const label = `${String(number).padStart(3)}  ${quote(event.type, 24).slice(1, -1)}${id}`;
    const room = Math.max(FEWEST, this.#style.columns - BEFORE_DATA - 12);
    return `${this.#time(event.at)}${label.padEnd(BEFORE_DATA - 2)}  ${quote(event.data, room)}\n`;
  }

  #over({ events, reader }: StreamLook, sentence: string): string {
    const hidden = Math.max(0, this.#shown - MOST_SHOWN);
    const comments = reader.lines.filter(({ kind }) => kind === 'comment').length;
    const more = hidden > 0 ? `${' '.repeat(12)}… and ${count(hidden, 'more event')}\n` : '';
    const came = `${count(events.length, 'event')}${comments > 0 ? ` and ${count(comments, 'comment')}` : ''}`;
    const gap = events.length > 0 ? '\n' : '';
    return `${more}${gap}${this.#style.wrap(`${came}. ${sentence}`)}\n`;
  }

  #finding(
    { id, level, message, advice, span, mark, at, rule }: Finding,
    body: Uint8Array,
  ): string {
    const { sign, paint } = SIGNS[level];
    const when = span || at === undefined ? '' : this.#paint('dim', `  +${seconds(at)}`);
    const parts = [`${this.#paint(paint, `${sign} ${level}`)}  ${this.#paint('bold', id)}${when}`];
    parts.push(indented(this.#style.wrap(message)), '');
    if (span) {
      const { lines, caret } = excerpt(body, span);
      const time = at === undefined ? '' : `, +${seconds(at)}`;
      const place = `${caret} byte ${span.start}${time}${mark === undefined ? '' : `: ${mark}`}`;
      parts.push(...lines.map((line) => `${MARGIN}${line}`));
      parts.push(`${MARGIN}${this.#paint(paint, place)}`, '');
    }
    parts.push(indented(this.#style.wrap(advice)), `${MARGIN}${this.#paint('dim', rule)}`, '');
    return parts.map((part) => `${part}\n`).join('');
  }

  #time(milliseconds: number): string {
    return this.#paint('dim', `${`+${seconds(milliseconds)}`.padStart(10)}  `);
  }

  #cut(line: string): string {
    const most = Math.max(60, this.#style.columns - 1);
    return line.length > most ? `${line.slice(0, most)}…` : line;
  }

  #paint(paint: Paint, text: string): string {
    // Whether there is a terminal has been looked at already, by whoever made the style.
    return this.#style.colour ? styleText(paint, text, { validateStream: false }) : text;
  }
}

/** Header lines and addresses: latin1, one character for each byte, and nothing for a terminal. */
function wire(text: string): string {
  return visible(Buffer.from(text, 'latin1'));
}

/** `2 errors, 1 note.` */
function sumOf(findings: readonly Finding[]): string {
  const parts = (['error', 'warning', 'note'] as const)
    .map((level) => ({ level, number: findings.filter((one) => one.level === level).length }))
    .filter(({ number }) => number > 0)
    .map(({ level, number }) => count(number, level));
  return parts.length === 0 ? 'Nothing was found.' : `${parts.join(', ')}.`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `${MARGIN}${line}`)
    .join('\n');
}
