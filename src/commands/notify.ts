import { exitCodes } from '../contract/outcome.js';
import type { Change } from '../contract/system.js';
import { type ApiAccess, comment, NotAllowed } from '../notify/comment.js';
import type { Notification } from '../notify/notification.js';
import { formatOf, webhook, type WebhookFormat } from '../notify/webhook.js';
import { composeMessage, type Message, renderComment } from '../report/message.js';
import { jsonBody, slackBody, teamsBody } from '../report/notifications.js';
import type { RunReport } from '../report/record.js';
import { deadline, raceSignal } from '../support/abort.js';
import { messageOf } from '../support/errors.js';
import type { Session } from './session.js';
import { asSentence } from '../support/text.js';
import { own } from '../support/redact.js';

/** All notifications together take at most this long, milliseconds; they are sent at once. */
const TIMEOUT = 15_000;

/** The same when we are cancelled: CI systems kill a few seconds later. */
const LAST_WORD = 2_000;

/**
 * Sends the notifications. The report is written and the verdict stands: whatever goes wrong here is a warning
 * and nothing else.
 */
export async function notify(
  session: Session,
  report: RunReport,
  reportPath: string,
): Promise<void> {
  const { console, entry } = session;
  if (!isRequested(session, report)) return;
  const notifications = notificationsOf(session, report, reportPath);
  if (notifications.length === 0) return;
  // A signal that came before is no reason to be silent about a service that nobody watches any more.
  const limited = deadline(
    entry.clock,
    entry.signal.aborted ? LAST_WORD : TIMEOUT,
    'telling people',
  );
  try {
    await Promise.all(
      notifications.map(async (notification) => {
        try {
          await raceSignal(notification.send(limited.signal), limited.signal);
          console.line(own`Told ${notification.to}.`);
        } catch (error) {
          if (error instanceof NotAllowed) console.line(asSentence(error.message));
          else
            console.annotate(
              'warning',
              'Rollgate',
              own`notification not sent: ${messageOf(error)}`,
            );
        }
      }),
    );
  } finally {
    limited.clear();
  }
}

/**
 * A rollback that a person started is always reported. Of several shards `combine` tells, once; what cannot wait for it, because
 * a person is needed, is told at once.
 */
function isRequested(
  { settings }: Session,
  { command, verdict, exitCode, shard, shards }: RunReport,
): boolean {
  if (shard !== undefined && exitCode !== exitCodes.needsPerson) return false;
  if ((shards?.command ?? command) === 'rollback') return true;
  return verdict !== null && verdict !== 'not-judged' && settings['notify-on'].includes(verdict);
}

function notificationsOf(
  session: Session,
  report: RunReport,
  reportPath: string,
): readonly Notification[] {
  const { settings, info, redactor, entry } = session;
  const deps = {
    http: session.http,
    clock: entry.clock,
    redact: (text: string) => redactor.redact(text),
  };
  const message = composeMessage(report);
  const body = bodies(report, message, reportPath);
  const webhooks = (settings['notify-url'] ?? []).map((url) =>
    webhook(deps, url, body[settings['notify-format'] ?? formatOf(url)]()),
  );
  const access = info.change === null ? undefined : accessTo(info.change, session);
  const serverMessage =
    info.change === null || access === undefined || !settings['notify-comment']
      ? undefined
      : comment(deps, info.change, access, renderComment(message));
  return serverMessage === undefined ? webhooks : [...webhooks, serverMessage];
}

function bodies(
  report: RunReport,
  message: Message,
  reportPath: string,
): Readonly<Record<WebhookFormat, () => string>> {
  return {
    slack: () => slackBody(message),
    teams: () => teamsBody(message),
    json: () => jsonBody(report, message, reportPath),
  };
}

/** The token that also starts the rollback pipeline; where it may not comment, the system refuses. */
function accessTo({ system }: Change, { settings }: Session): ApiAccess | undefined {
  const { url, token } = {
    github: { url: settings['github-api-url'], token: settings['github-token'] },
    gitlab: { url: settings['gitlab-url'], token: settings['gitlab-token'] },
    azure: { url: settings['azure-url'], token: settings['azure-pat'] },
    gitea: { url: settings['gitea-url'], token: settings['gitea-token'] },
  }[system];
  return url === undefined || token === undefined ? undefined : { url, token };
}
