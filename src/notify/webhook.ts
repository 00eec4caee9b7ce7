import { createApiClient, httpTransport } from '../support/http/api.js';
import { isPage, isSuccess, serverMessage } from '../support/http/response.js';
import { deliver, type Notification, type NotifyDependencies } from './notification.js';

/** What the receiver of a webhook understands. */
export type WebhookFormat = 'slack' | 'teams' | 'json';

/** Workflows of Teams, and the connectors before them. */
const teamsHosts = /(^|\.)(webhook\.office\.com|logic\.azure\.com|api\.powerplatform\.com)$/;

/**
 * Found by the address. Unknown receivers get JSON, which has the one field (`text`) that receivers like Slack's read.
 */
export function formatOf(url: string): WebhookFormat {
  const { hostname, pathname } = new URL(url);
  if (teamsHosts.test(hostname)) return 'teams';
  const isSlack = hostname === 'hooks.slack.com' || hostname === 'hooks.slack-gov.com';
  return isSlack || pathname.endsWith('/slack') ? 'slack' : 'json';
}

/** No receiver sends a long answer; of one that does, only the start is read. */
const LIMITS = { maxBytes: 64 * 1024, keepBody: 'start' } as const;

/** A message to a webhook. Its address is a secret, so only the host is printed. */
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
      // A page has nothing useful.
      const said = isPage(answer) ? '' : serverMessage(answer, redact);
      throw new Error(
        `${host} answered ${String(answer.status)}${said === '' ? '' : ` (${said})`}; check \`notify-url\` and \`notify-format\``,
      );
    },
  };
}
