/** A text with placeholders such as `{{run_id}}`. */
export interface Template {
  /** As it was written. */
  readonly source: string;
  readonly parts: readonly TemplatePart[];
}

type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string };

/** Makes a value safe for the place where it stands. */
export type Encode = (value: string) => string;

/** Takes a text apart. Every text is a template; two braces that do not enclose a word are text. */
export function parseTemplate(source: string): Template {
  // Splitting by a pattern with one group gives texts and names in turn.
  const parts = source
    .split(/\{\{\s*([^{}\s]+)\s*\}\}/)
    .map((piece, index): TemplatePart =>
      index % 2 === 0 ? { kind: 'text', text: piece } : { kind: 'name', name: piece },
    );
  return { source, parts };
}

/** The names of the placeholders, each once. */
export function namesIn({ parts }: Template): readonly string[] {
  return [...new Set(parts.flatMap((part) => (part.kind === 'name' ? [part.name] : [])))];
}

/** The text with every placeholder replaced; the text around them stays as it was written. */
export function fill(
  { parts }: Template,
  valueOf: (name: string) => string,
  encode: Encode,
): string {
  return parts
    .map((part) => (part.kind === 'text' ? part.text : encode(valueOf(part.name))))
    .join('');
}

/** For a segment of a path or a value of a query. */
export const inUrl: Encode = encodeURIComponent;

/** For the inside of a JSON string. */
export const inJson: Encode = (value) => JSON.stringify(value).slice(1, -1);

/** For a name or value of `application/x-www-form-urlencoded`. */
export const inForm: Encode = (value) => new URLSearchParams([['', value]]).toString().slice(1);
