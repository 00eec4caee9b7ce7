import { clip, neutralise } from '../../support/text.js';
import type { Message } from '../message.js';

interface Run {
  readonly text: string;
  readonly weight?: 'Bolder';
}

/**
 * The body for a webhook of Microsoft Teams (a workflow, "When a Teams webhook request is received"): an Adaptive Card. The
 * runs of a RichTextBlock know no Markdown, so that no text from outside makes a link or a mention.
 * Source: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export function teamsBody({
  mark,
  word,
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
        { text: `${mark} ${word}`, weight: 'Bolder' },
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
  return `${/^\s/.test(text) ? ' ' : ''}${clip(neutralise(text), 1000)}`;
}
