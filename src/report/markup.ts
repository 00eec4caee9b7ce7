import { neutralise, oneLine, webAddress } from '../support/text.js';

/** A piece of a page whose text is escaped already. Only {@link html} and {@link raw} make one. */
export class Markup {
  private constructor(readonly text: string) {}

  /** @param text from this program itself, never from outside */
  static trusted(text: string): Markup {
    return new Markup(text);
  }
}

/** What may stand in a page. A text is escaped; an empty one is nothing. */
export type Part = Markup | string | number | readonly Part[];

export const nothing = Markup.trusted('');

/**
 * Markup with texts in it: html`<p>${reason}</p>`. Whatever a text holds, it stays text, also in an attribute between
 * double quotes.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return Markup.trusted(
    strings.map((string, index) => unindented(string) + markupOf(parts[index] ?? '')).join(''),
  );
}

/** The indentation of the source is none of the page. */
function unindented(literal: string): string {
  return literal.replace(/\s*\n\s*/g, '\n');
}

function markupOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'number') return String(part);
  return typeof part === 'string' ? escaped(part) : part.map(markupOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * White space is a blank, as a browser shows it. What a page cannot hold at all (a half of a surrogate pair) becomes the mark
 * for that.
 */
function escaped(text: string): string {
  return neutralise(text)
    .replace(/[\t\n]/g, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"']/g, (mark) => entities[mark] ?? '');
}

/** One line of text from outside. Only what stands between two backticks is shown as code. */
export function prose(text: string, max = 1000): Markup {
  const pieces = oneLine(text, max).split(/`([^`]+)`/);
  return html`${pieces.map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))}`;
}

export function code(text: string, max = 300): Markup {
  return html`<code>${oneLine(text, max)}</code>`;
}

/** A link to a web address; of anything else the label alone. */
export function link(label: Part, address: string | null): Markup {
  const url = webAddress(address);
  return url === null
    ? html`${label}`
    : html`<a href="${url}" rel="noopener noreferrer nofollow">${label}</a>`;
}
