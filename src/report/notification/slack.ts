import { clip, neutralise } from '../../support/text.js';
import type { Message } from '../message.js';

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
export function slackText({
  mark,
  word,
  subject,
  reason,
  rollback,
  targets,
  links,
}: Message): string {
  const about = subject === '' ? '' : `: ${escaped(subject)}`;
  const lines = [
    `${mark} *${word}*${about}`,
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
 * Three characters are Slack's own; a mention (`<!channel>`) cannot be made without them. The marks for bold, italic, code
 * and strike-through have no escape: a character of no width beside them takes their meaning.
 * Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function escaped(text: string): string {
  return clip(neutralise(text), 1000)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[*_~`@]/g, (sign) => `\u2060${sign}`);
}

function address(url: string): string {
  return new URL(url).href.replace(/[<>|]/g, encodeURIComponent);
}
