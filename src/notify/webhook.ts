import { createApiClient, httpTransport } from '../support/http/api.js';
import { isPage, isSuccess, serverMessage } from '../support/http/response.js';
import { deliver, type Notification, type NotifyDependencies } from './notification.js';

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

/** Of an answer of a size that nobody who takes a message gives, the start. */
const LIMITS = { maxBytes: 64 * 1024, keepBody: 'start' } as const;

/** A message to a webhook. Its address is a secret: only its host is named. */
export function webhook(
  { http, clock, redact }: NotifyDependencies,
  url: string,
  body: string,
): Notification {
  const { host } = new URL(url);
  const headers = { 'content-type': 'application/json', 'user-agent': 'rollgate' };
  return {
    to: host,
    async send(signal) {
      const api = createApiClient(httpTransport(http, LIMITS), { clock });
      const answer = await deliver(api, host, { method: 'POST', url, headers, body }, signal);
      if (isSuccess(answer)) return;
      // Of a page nothing is of use.
      const said = isPage(answer) ? '' : serverMessage(answer, redact);
      throw new Error(
        `${host} answered ${String(answer.status)}${said === '' ? '' : ` (${said})`}; check \`notify-url\` and \`notify-format\``,
      );
    },
  };
}
