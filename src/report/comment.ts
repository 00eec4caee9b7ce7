import type { Message } from './message.js';
import { codeMarkdown, linkMarkdown, plainMarkdown } from './markdown.js';

/** The Markdown of a comment on a pull or merge request, for GitHub, GitLab and Azure DevOps. */
export function renderComment({
  mark,
  word,
  subject,
  reason,
  rollback,
  targets,
  links,
}: Message): string {
  const about = subject === '' ? '' : `: ${plainMarkdown(subject, 200)}`;
  const list = targets.map(
    ({ mark: own, name, text }) => `- ${own} ${codeMarkdown(name)}: ${plainMarkdown(text, 1000)}`,
  );
  const parts = [
    `### ${mark} ${word}${about}`,
    `**${plainMarkdown(reason, 1000)}**`,
    plainMarkdown(rollback, 1000),
    list.join('\n'),
    links.map(({ label, url }) => linkMarkdown(label, url)).join(' · '),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
