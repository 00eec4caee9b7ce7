import { bad, good, type Result } from '../contract/result.js';
import { oneLine } from './text.js';

/** One condition on a label of a Prometheus series. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  /** As written, with its quotes. */
  readonly literal: string;
}

/** A selector of Prometheus series, without a range, an offset, or anything computed from it. */
export interface Selector {
  /** `undefined`: only the matchers say which series are meant. */
  readonly name: string | undefined;
  readonly matchers: readonly Matcher[];
}

// https://prometheus.io/docs/concepts/data_model and https://prometheus.io/docs/prometheus/latest/querying/basics: names,
// and strings in one of three kinds of quotes; in backticks nothing is escaped.
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const STRING = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)/;
const OPERATOR = /^(?:=~|!~|!=|=)/;

/** Reads `name{label="value"}`, `name`, or `{label="value"}`. */
export function parseSelector(text: string): Result<Selector> {
  const name = NAME.exec(text.trim())?.[0];
  const rest = text.trim().slice(name?.length ?? 0);
  if (rest.trimStart() === '' && name !== undefined) return good({ name, matchers: [] });
  const inBraces = bracesOf(rest);
  if (inBraces === undefined) return refused(text);
  const parsed = readMatchers(inBraces.inside);
  if (!parsed.ok) return parsed;
  if (inBraces.after !== '') return refused(text);
  const all = parsed.value;
  const chosen = name ?? all.name;
  if (chosen === undefined && all.matchers.length === 0)
    return bad('selects nothing', 'name the counter, such as `http_requests_total`');
  return good({ name: chosen, matchers: all.matchers });
}

/** Reads `label="value", other=~"a|b"`, with or without braces: matchers that belong to no one metric. */
export function parseMatchers(text: string): Result<Selector> {
  const trimmed = text.trim();
  const inBraces = trimmed.startsWith('{') ? bracesOf(trimmed) : { inside: trimmed, after: '' };
  if (inBraces?.after !== '')
    return bad('is not a list of labels', 'write it like `app="shop", version="v2"`');
  const parsed = readMatchers(inBraces.inside);
  return parsed.ok && parsed.value.name !== undefined
    ? bad('names a metric', 'give labels only, like `app="shop", version="v2"`')
    : parsed;
}

/** As PromQL. */
export function printSelector({ name, matchers }: Selector): string {
  const isPlain = name !== undefined && NAME.exec(name)?.[0] === name;
  const inside = [
    ...(name === undefined || isPlain ? [] : [JSON.stringify(name)]),
    ...matchers.map(({ label, operator, literal }) => `${printLabel(label)}${operator}${literal}`),
  ];
  const braces = inside.length === 0 ? '' : `{${inside.join(',')}}`;
  return `${isPlain ? name : ''}${braces}`;
}

/** The same selector with further matchers. */
export function withMatchers(selector: Selector, more: readonly Matcher[]): Selector {
  return { ...selector, matchers: [...selector.matchers, ...more] };
}

function printLabel(label: string): string {
  return LABEL.exec(label)?.[0] === label ? label : JSON.stringify(label);
}

/** What stands in the braces that the text begins with, found without being misled by braces in strings. */
function bracesOf(text: string): { inside: string; after: string } | undefined {
  const from = text.trimStart();
  if (!from.startsWith('{')) return undefined;
  for (let at = 1; at < from.length; at += 1) {
    if (from[at] === '}') return { inside: from.slice(1, at), after: from.slice(at + 1).trim() };
    const string = STRING.exec(from.slice(at))?.[0];
    if (string !== undefined) at += string.length - 1;
  }
  return undefined;
}

function readMatchers(text: string): Result<Selector> {
  const matchers: Matcher[] = [];
  let name: string | undefined;
  let rest = text.trim();
  while (rest !== '') {
    const quoted = STRING.exec(rest)?.[0];
    const label = quoted === undefined ? LABEL.exec(rest)?.[0] : unquote(quoted);
    if (label === undefined) return unreadable(rest);
    rest = rest.slice((quoted ?? label).length).trimStart();
    const operator = OPERATOR.exec(rest)?.[0] as Matcher['operator'] | undefined;
    if (operator === undefined) {
      // From Prometheus 3 on a name that is no identifier stands in quotes among the matchers.
      if (quoted === undefined || name !== undefined) return unreadable(rest === '' ? label : rest);
      name = label;
    } else {
      rest = rest.slice(operator.length).trimStart();
      const literal = STRING.exec(rest)?.[0];
      if (literal === undefined)
        return bad(
          `has no quoted value for the label \`${label}\``,
          `write it like \`${label}="value"\``,
        );
      matchers.push({ label, operator, literal });
      rest = rest.slice(literal.length).trimStart();
    }
    if (rest === '') break;
    if (!rest.startsWith(',')) return unreadable(rest);
    rest = rest.slice(1).trimStart();
  }
  return good({ name, matchers });
}

/** Good enough to compare: escapes other than of quotes and backslashes stay as they are. */
export function unquote(literal: string): string {
  const inside = literal.slice(1, -1);
  return literal.startsWith('`') ? inside : inside.replace(/\\(["'\\])/g, '$1');
}

function refused(text: string): Result<Selector> {
  const fix = 'give the raw counter alone, such as `http_requests_total{app="shop"}`';
  if (/\[[^\]]*\]\s*\)*\s*$/.test(text) && !text.includes('('))
    return bad('has a range', `take the range in \`[]\` out: ${fix}`);
  if (/\s(offset|@)\s/i.test(text))
    return bad(
      'reads another time',
      `take it out: ${fix}; what was before the deploy is compared by \`compare-before: on\``,
    );
  if (text.replace(/"(?:[^"\\]|\\.)*"/g, '').includes('('))
    return bad(
      'is an expression, and not a selector',
      `${fix}; differences, sums and rates are made by Rollgate, from each series by itself`,
    );
  // An address in the wrong place may hold a password.
  const isShown = text !== '' && !text.includes('://');
  return bad(`${isShown ? `\`${oneLine(text, 80)}\` ` : ''}is not a selector`, fix);
}

function unreadable(rest: string): Result<Selector> {
  return bad(
    `cannot be read from \`${oneLine(rest, 40)}\` on`,
    'write labels like `app="shop", version=~"v2.*"`',
  );
}
