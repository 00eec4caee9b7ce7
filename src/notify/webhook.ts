import type { Http } from '../support/http.js';
import { type Notification, post, serverMessage } from './notification.js';

/** What the receiver of a webhook understands. */
export type WebhookFormat = 'slack' | 'teams' | 'json';

/** Workflows of Teams, and the connectors before them. */
const teamsHosts = /(^|\.)(webhook\.office\.com|logic\.azure\.com|api\.powerplatform\.com)$/;

/**
 * By its address. Everything that is not known takes JSON, which has the one field that receivers like Slack's look for.
 */
export function formatOf(url: string): WebhookFormat {
  const { hostname, pathname } = new URL(url);
  if (teamsHosts.test(hostname)) return 'teams';
  const isSlack = hostname === 'hooks.slack.com' || hostname === 'hooks.slack-gov.com';
  return isSlack || pathname.endsWith('/slack') ? 'slack' : 'json';
}

/** A message to a webhook. Its address is a secret: only its host is named. */
export function webhook(http: Http, url: string, body: string): Notification {
  const { host } = new URL(url);
  return {
    to: host,
    async send(signal) {
      const answer = await post(http, host, { url, body }, signal);
      if (answer.status < 200 || answer.status > 299)
        throw new Error(
          `${host} answered ${String(answer.status)}${serverMessage(answer)}; check \`notify-url\` and \`notify-format\``,
        );
    },
  };
}
