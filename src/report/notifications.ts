import { oneLine } from '../support/text.js';
import type { Message } from './message.js';
import { outputsOf } from './outputs.js';
import type { RunReport } from './record.js';

/**
 * The body for any other receiver: what happened as data, and `text` for those that show one. The outputs have the names
 * that they have everywhere else.
 */
export function jsonBody(report: RunReport, message: Message, reportPath: string): string {
  const lines = [
    `${message.mark} ${message.title}${message.subject === '' ? '' : `: ${message.subject}`}`,
    message.reason,
    message.rollback,
    ...message.targets.map(({ mark, name, text }) => `${mark} ${name}: ${text}`),
  ].filter((line) => line !== '');
  const links = message.links.map(({ label, url }) => `${quiet(label)}: ${address(url)}`);
  return JSON.stringify({
    schema: 1,
    text: [...lines.map(quiet), ...links].join('\n'),
    tool: report.tool,
    command: report.command,
    host: report.host,
    exitCode: report.exitCode,
    startedAt: report.startedAt,
    endedAt: report.endedAt,
    outputs: outputsOf(report, reportPath),
    targets: report.targets.map(({ name, verdict, reason, rollback }) => ({
      name,
      verdict,
      reason: oneLine(reason, 1000),
      rollback: { status: rollback.status, detail: oneLine(rollback.detail, 1000) },
    })),
  });
}

/** Slack cuts a text at 40,000 characters; somebody who is told reads far less. */
const maxText = 3500;

/**
 * The body for a Slack webhook, and for what takes the same: Mattermost, Rocket.Chat, Discord (`/slack`).
 * Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export function slackBody(message: Message): string {
  return JSON.stringify({ text: slackText(message) });
}

/** In Slack's own marks. */
function slackText({ mark, title, subject, reason, rollback, targets, links }: Message): string {
  const about = subject === '' ? '' : `: ${escaped(subject)}`;
  const lines = [
    `${mark} *${escaped(title)}*${about}`,
    escaped(reason),
    escaped(rollback),
    ...targets.map(({ mark: own, name, text }) => `${own} *${escaped(name)}*: ${escaped(text)}`),
  ].filter((line) => line !== '');
  const last = links.map(({ label, url }) => `<${address(url)}|${escaped(label)}>`).join(' · ');
  const shown: string[] = [];
  let length = last.length + 1;
  for (const line of lines) {
    length += line.length + 1;
    if (length > maxText) break;
    shown.push(line);
  }
  return [...shown, ...(last === '' ? [] : [last])].join('\n');
}

/**
 * Text that calls nobody and links nowhere, whoever shows it: `<!channel>` and `<@id>` (Slack), `@here` and `@name`
 * (Mattermost, which heeds neither `parse` nor `link_names`; Discord), `<users/all>` (Google Chat), `[text](url)`, bare
 * addresses. None of these has an escape that all of them know: a character of no width behind the first sign takes its
 * meaning. Sources: https://docs.mattermost.com/developers/integrate/slash-commands/slack (known issues);
 * Rapptz/discord.py discord/utils.py (escape_mentions); https://developers.google.com/workspace/chat/format-messages.
 */
function quiet(text: string): string {
  return oneLine(text, 1000).replace(/@(?=\S)|<(?=[!@#/a-z])|\](?=\()|:(?=\/\/)/gi, '$&\u200b');
}

/**
 * Three characters are Slack's own; a mention (`<!channel>`) cannot be made without them. The marks for bold, italic, code
 * and strike-through have no escape: a character of no width beside them takes their meaning.
 * Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function escaped(text: string): string {
  return quiet(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[*_~`]/g, (sign) => `\u2060${sign}`);
}

function address(url: string): string {
  return new URL(url).href.replace(/[<>|]/g, encodeURIComponent);
}

interface Run {
  readonly text: string;
  readonly weight?: 'Bolder';
}

/**
 * The body for a webhook of Microsoft Teams (a workflow, "When a Teams webhook request is received"): an Adaptive Card. The
 * runs of a RichTextBlock know no Markdown, and `<at>` is a mention only beside an entry in `msteams.entities`, of which there
 * is none: no text from outside makes a link or a mention.
 * Sources: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using;
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
 */
export function teamsBody({
  mark,
  title,
  subject,
  reason,
  rollback,
  targets,
  links,
}: Message): string {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      block(
        { text: `${mark} ${title}`, weight: 'Bolder' },
        ...(subject === '' ? [] : [{ text: `: ${subject}` }]),
      ),
      ...[reason, rollback].filter((text) => text !== '').map((text) => block({ text })),
      ...targets.map(({ mark: own, name, text }) =>
        block({ text: `${own} ${name}`, weight: 'Bolder' }, { text: `: ${text}` }),
      ),
    ],
    actions: links.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: plain(label), url })),
  };
  const attachment = {
    contentType: 'application/vnd.microsoft.card.adaptive',
    contentUrl: null,
    content,
  };
  return JSON.stringify({ type: 'message', attachments: [attachment] });
}

function block(...runs: readonly Run[]): unknown {
  return {
    type: 'RichTextBlock',
    inlines: runs.map(({ text, ...style }) => ({ type: 'TextRun', text: plain(text), ...style })),
  };
}

/** A card of more than 28 KB is refused. A blank at its start stands between two runs. */
function plain(text: string): string {
  return `${/^\s/.test(text) ? ' ' : ''}${oneLine(text, 1000)}`;
}
