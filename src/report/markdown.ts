/**
 * Text as it is, in one line, whatever Markdown or HTML it looks like: usable in a sentence and in a table cell.
 * Only what stands between two backticks is shown as code. Control characters are dropped; what is over `max`
 * characters is cut.
 */
export function plainMarkdown(text: string, max = 500): string {
  const line = oneLine(text);
  const cut = line.length <= max ? line : `${line.slice(0, max - 1)}…`;
  return cut
    .split(/`([^`]+)`/)
    .map((piece, index) => (index % 2 === 1 ? codeMarkdown(piece, max) : escapeMarkdown(piece)))
    .join('')
    .replace(/^[-+=](?=\s|$)/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/** Without control characters and those that turn the direction of writing around. */
function oneLine(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- these are the characters to take out
      .replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/g, '')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

/** Every mark that can mean something is escaped; a backslash may stand before any (CommonMark 2.4). */
function escapeMarkdown(text: string): string {
  return escapeHtml(text).replace(/[\\`*_{}[\]|~$#!@]/g, (mark) => `\\${mark}`);
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Text in a code span; it cannot be left, and fits a table cell. */
export function codeMarkdown(text: string, max = 200): string {
  const escaped = escapeHtml(oneLine(text).slice(0, max)).replace(
    /[|`\\*_~[\]$@]/g,
    (mark) => `&#${String(mark.charCodeAt(0))};`,
  );
  return `<code>${escaped}</code>`;
}

/** A link to a web address; anything else is no link. User info is taken out, a query stays: it names the run. */
export function linkMarkdown(label: string, address: string | null): string {
  if (address === null) return '';
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return '';
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return '';
  url.username = '';
  url.password = '';
  const safe = url.href.replace(
    /[()<>|\\`*_~$'"]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `[${plainMarkdown(label)}](${safe})`;
}

/** A table; the cells are Markdown already. */
export function tableMarkdown(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
