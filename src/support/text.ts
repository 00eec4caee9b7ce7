/**
 * Makes text from outside safe to print in a CI log: a line that the GitHub runner or the Azure agent would
 * execute as a command (`::error::`, `##[group]`, `##vso[...]`) gets a zero-width joiner in front of its marker,
 * so it reads the same and does nothing. Other control characters (but tab and newline) are dropped, so that
 * a body cannot rewrite the terminal.
 *
 * GitHub matches `::` after leading blanks; Azure matches `##vso[` and `##[` anywhere in a line.
 * Sources: actions/runner src/Runner.Common/ActionCommand.cs; microsoft/azure-pipelines-agent
 * src/Agent.Sdk/CommandStringUtil and src/Microsoft.VisualStudio.Services.Agent/Command.cs.
 */
export function neutralise(text: string): string {
  return (
    text
      .replace(/\r\n?/g, '\n')
      // eslint-disable-next-line no-control-regex -- these are the characters to take out
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
      .replace(/^(\s*)::/gm, '$1\u2060::')
      .replace(/##(?=vso\[|\[)/gi, '#\u2060#')
  );
}

/** One line of at most `max` characters; what is cut is shown as `…`. */
export function clip(text: string, max = 300): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}

/** With a capital at the start, unless that is the name of an input, a file or a strategy: `rollback-ref must be`, `ci: failed`. */
export function capitalised(text: string): string {
  return text.replace(/^\p{Ll}(?=[\p{L}'’]*(?:[\s,;.!?]|$))/u, (letter) => letter.toUpperCase());
}

/** With an end mark; empty stays empty. */
export function ended(text: string): string {
  return text === '' || /[.:!?…]\)?$/.test(text) ? text : `${text}.`;
}

/** With a capital at the start and an end mark, as it stands among other sentences; empty stays empty. */
export function asSentence(text: string): string {
  return ended(capitalised(text));
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
