// HTML as tagged templates: what is put into a template is escaped, unless it is markup already.

/** A piece of HTML that is safe to put into a page as it stands. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What a template takes: text and numbers are escaped, nothing at all is written for the empty ones. */
export type Piece = string | number | Markup | undefined | null | false | Piece[];

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that stands for itself in HTML, inside and outside of quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Builds markup: html`<p>${anything}</p>` escapes anything. */
export function html(parts: TemplateStringsArray, ...pieces: Piece[]): Markup {
  let text = parts[0]!;
  for (const [index, piece] of pieces.entries()) text += write(piece) + parts[index + 1]!;
  return new Markup(text);
}

/**
 * Says that a text is markup already: the course's own README.md, rendered, or nothing else.
 * Whatever a learner, a server or a request wrote must never come here.
 */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** JSON for a `<script type="application/json">`, which a value can neither end nor turn into a comment. */
export function jsonInside(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function write(piece: Piece): string {
  if (piece === undefined || piece === null || piece === false) return '';
  if (Array.isArray(piece)) return piece.map(write).join('');
  return piece instanceof Markup ? piece.text : escapeHtml(String(piece));
}
