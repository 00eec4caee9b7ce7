/** Stands where a text was cut. Whoever cuts leaves it there: what is left of a secret beside it is recognised. */
export const cutMark = '…';

/** Nothing is cut to fewer characters than these, the mark left out. */
export const shortestCut = 38;

/** What ends a line somewhere: .NET, Java and browsers know more ends than `\n`. */
const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/** Controls (C0, DEL, C1), marks that turn the direction of writing around, and blanks of no width. */
const unseen = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u200b\ufeff]/gu;

/**
 * Makes text of several lines from outside safe to print in a CI log: a line that the GitHub runner or the Azure agent would
 * execute as a command (`::error::`, `##[group]`, `##vso[...]`) gets a word joiner in front of its marker, so it reads
 * the same and does nothing. Every line end becomes `\n`; what cannot be seen is dropped, so that a body cannot rewrite
 * the terminal.
 *
 * GitHub matches `::` after blanks, by `String.TrimStart` of .NET: all white space of Unicode, U+0085 too. Both match `##[`,
 * and Azure `##vso[`, anywhere in a line. Sources: actions/runner src/Runner.Common/ActionCommand.cs;
 * microsoft/azure-pipelines-agent src/Microsoft.VisualStudio.Services.Agent/Command.cs;
 * https://learn.microsoft.com/dotnet/api/system.char.iswhitespace
 */
export function neutralise(text: string): string {
  return text
    .replace(lineEnd, '\n')
    .replace(unseen, '')
    .replace(/^((?:(?!\n)\p{White_Space})*)::/gmu, '$1\u2060::')
    .replace(/##(?=vso\[|\[)/gi, '#\u2060#');
}

/**
 * The one way in for text from outside: one line of at most `max` characters that no log executes. All white space is a
 * blank; what is cut is shown as `…`.
 */
export function oneLine(text: string, max = 300): string {
  const line = neutralise(text.replace(/\p{White_Space}+/gu, ' ')).trim();
  if (line.length <= max) return line;
  // Half of a surrogate pair is no character.
  return `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}${cutMark}`;
}

/** The last `count` lines that say something, each as {@link oneLine} makes it. */
export function lastLines(text: string, count: number, max?: number): readonly string[] {
  return neutralise(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => oneLine(line, max));
}

/** With a capital at the start, unless that is the name of an input, a file or a strategy: `rollback-ref must be`, `ci: failed`. */
export function capitalised(text: string): string {
  return text.replace(/^\p{Ll}(?=[\p{L}'’]*(?:[\s,;.!?]|$))/u, (letter) => letter.toUpperCase());
}

/** The texts that are not empty, with a separator between them. */
export function joined(texts: readonly string[], separator = ' '): string {
  return texts.filter((text) => text !== '').join(separator);
}

/** With an end mark; empty stays empty. */
export function ended(text: string): string {
  return text === '' || /[.:!?…]\)?$/.test(text) ? text : `${text}.`;
}

/** Up to the first full stop that a new sentence follows: `71.1 % of 20 failed. This is not bad luck.` → `71.1 % of 20 failed.` */
export function firstSentence(text: string): string {
  return text.split(/(?<=[.!?])\s+(?=\p{Lu})/u)[0] ?? text;
}

/** With a capital at the start and an end mark, as it stands among other sentences; empty stays empty. */
export function asSentence(text: string): string {
  return ended(capitalised(text));
}

/** `130000` → `02:10`, from an hour on `1:02:10`. @param ms milliseconds; a part of a second is left out */
export function clockTime(ms: number): string {
  const total = Math.floor(ms / 1000);
  const hours = Math.floor(total / 3600);
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = `${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
  return hours === 0 ? rest : `${String(hours)}:${rest}`;
}

/** `90500` → `1m 30.5s`; below a minute `12.3s`; whole numbers lose the `.0`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))}ms`;
  const tenths = Math.round(ms / 100);
  const hours = Math.floor(tenths / 36000);
  const minutes = Math.floor((tenths % 36000) / 600);
  const seconds = (tenths % 600) / 10;
  const parts = [
    hours > 0 ? `${String(hours)}h` : '',
    minutes > 0 ? `${String(minutes)}m` : '',
    seconds > 0 ? `${String(seconds)}s` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '0s' : parts.join(' ');
}

/**
 * A share 0..1 as percent with at most `digits` decimals, without trailing zeros: `0.863` → `86.3 %`. Rounded down: one
 * failure in a million is not 100 %.
 */
export function formatShare(share: number, digits = 2): string {
  const scale = 10 ** digits;
  return `${formatNumber(Math.floor(share * 100 * scale + 1e-6) / scale, digits)} %`;
}

/**
 * At most `digits` decimals, no trailing zeros, thousands separated: `5980` → `5,980`. By hand, because the first
 * `toLocaleString` of a process costs as much as all the rest of its start.
 */
export function formatNumber(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return String(value);
  const [whole = '', decimals = ''] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const kept = decimals.replace(/0+$/, '');
  const text = kept === '' ? grouped : `${grouped}.${kept}`;
  return value < 0 && text !== '0' ? `-${text}` : text;
}

/** `1 request`, `2 requests`. */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count, 0)} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * A URL as it may be printed: user info and the values of the query are `***`, a fragment is dropped.
 * Text that is no URL is shown as `(not a URL)`, because it may be a secret in the wrong place.
 */
export function printableUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return '(not a URL)';
  }
  const user = url.username !== '' || url.password !== '' ? '***@' : '';
  const query = [...url.searchParams.keys()].map((key) => `${encodeURIComponent(key)}=***`);
  const search = query.length === 0 ? '' : `?${query.join('&')}`;
  return `${url.protocol}//${user}${url.host}${url.pathname === '/' ? '' : url.pathname}${search}`;
}

/** An address that a link may lead to: of the web, without user info; a query stays, since it names the run. `null`: it is none. */
export function webAddress(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  url.username = '';
  url.password = '';
  return url.href;
}
