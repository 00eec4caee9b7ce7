import { oneLine, webAddress } from '../support/text.js';

/**
 * Text as it is, in one line, whatever Markdown, HTML or quick action of GitLab (`/close`) it looks like: usable in a
 * sentence and in a table cell.
 * Only what stands between two backticks is shown as code. What is over `max` characters is cut.
 */
export function plainMarkdown(text: string, max = 500): string {
  return oneLine(text, max)
    .split(/`([^`]+)`/)
    .map((piece, index) => (index % 2 === 1 ? codeMarkdown(piece, max) : escapeMarkdown(piece)))
    .join('')
    .replace(/^([-+=](?=\s|$)|\/)/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/** Every mark that can mean something is escaped; a backslash may stand before any (CommonMark 2.4). */
function escapeMarkdown(text: string): string {
  return unlinked(escapeHtml(text).replace(/[\\`*_{}[\]|~$#!@]/g, (mark) => `\\${mark}`));
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/**
 * Mentions, references and bare addresses are no Markdown: GitHub looks for them in the text that was rendered, where neither
 * a backslash nor an entity is left; GitLab knows more signs, and heeds a backslash. What breaks all of them is a character
 * of no width behind the sign, as Renovate does it. Sources: gjtorikian/html-pipeline mention_filter.rb (`@` and a letter or
 * digit, but in code); GFM 6.9 (`://`, `www.`, an address of mail); gitlab-org/gitlab banzai/filter, and
 * https://docs.gitlab.com/user/markdown/#gitlab-specific-references;
 * https://learn.microsoft.com/azure/devops/project/wiki/markdown-guidance#link-to-work-items;
 * renovatebot/renovate lib/util/markdown.ts.
 */
function unlinked(markdown: string): string {
  return withoutAddresses(
    markdown.replace(
      /@(?=[\p{L}\p{N}_])|([#!$]|&amp;|\bG[HL]-)(?=\d)|[%~](?=[\p{L}\p{N}_"])/gu,
      '$&&#8203;',
    ),
  );
}

/** GFM links bare addresses in HTML too. */
function withoutAddresses(markdown: string): string {
  return markdown.replace(/:(?=\/\/)|\bwww(?=\.)/gi, '$&&#8203;');
}

/** Text in a code span; it cannot be left, and fits a table cell. */
export function codeMarkdown(text: string, max = 200): string {
  const escaped = escapeHtml(oneLine(text, max)).replace(
    /[|`\\*_~[\]$@]/g,
    (mark) => `&#${String(mark.charCodeAt(0))};`,
  );
  return `<code>${withoutAddresses(escaped)}</code>`;
}

/** A link to a web address; anything else is no link. User info is taken out, a query stays: it names the run. */
export function linkMarkdown(label: string, address: string | null): string {
  const url = webAddress(address);
  if (url === null) return '';
  const safe = url.replace(
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
